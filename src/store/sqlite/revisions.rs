//! What an article said before, version by version.

use jiff::Timestamp;

use super::{ReadTx, rows::from_ms};
use crate::{model::ArticleId, store::StoreError};

/// One version of an article.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Version {
    /// Its number, 0 for the text that came first.
    pub revision: u32,
    /// Its headline.
    pub title: String,
    /// Its standfirst.
    pub summary: Option<String>,
    /// Its text.
    pub text: String,
    /// When it was seen.
    pub seen_at: Timestamp,
}

impl ReadTx<'_> {
    /// Every version of an article, the present one last.
    pub fn versions(&self, article: ArticleId) -> Result<Vec<Version>, StoreError> {
        let mut versions = self.db.prepare_cached(
            "SELECT revision, title, summary, text, seen_at FROM revision WHERE article = ?1
             UNION ALL SELECT revision, title, summary, text, revised_at FROM article WHERE id = ?1
             ORDER BY revision",
        )?;
        let versions = versions.query_map([article.0], |row| {
            Ok(Version {
                revision: row.get(0)?,
                title: row.get(1)?,
                summary: row.get(2)?,
                text: row.get(3)?,
                seen_at: from_ms(row.get(4)?),
            })
        })?;
        Ok(versions.collect::<Result<_, _>>()?)
    }
}
