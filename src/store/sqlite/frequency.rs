//! How common words are in what was read last.

use super::ReadTx;
use crate::{rule::Frequencies, store::StoreError};

/// So many articles are counted: with a few hundred, words are ranked as with all.
const ARTICLES: u32 = 300;
/// Longer texts are counted up to here, in characters.
const CHARACTERS: u32 = 20_000;

impl ReadTx<'_> {
    /// Counts the words of the newest articles; takes some milliseconds.
    pub fn frequencies(&self) -> Result<Frequencies, StoreError> {
        let mut newest = self.db.prepare_cached(
            "SELECT title, coalesce(summary, ''), substr(text, 1, ?1) FROM article ORDER BY id DESC LIMIT ?2",
        )?;
        let mut newest = newest.query((CHARACTERS, ARTICLES))?;
        let mut frequencies = Frequencies::default();
        while let Some(row) = newest.next()? {
            let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
            frequencies.count(&[text(0)?, text(1)?, text(2)?]);
        }
        Ok(frequencies)
    }
}
