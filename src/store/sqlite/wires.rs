//! What agencies say of their items, and until when nobody is told of them.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ReadTx, WriteTx,
    rows::{from_ms, to_ms},
};
use crate::{
    model::{ArticleId, FeedId, Kind, Link, Status, StoryId, Wire},
    store::StoreError,
};

/// How long it is remembered that a file was read.
const REMEMBERED: Duration = Duration::from_hours(24);

/// [`Wire`] as JSON.
#[derive(Deserialize, Serialize)]
struct StoredWire {
    kind: String,
    status: String,
    chain: Option<String>,
    provider: Option<String>,
    slugline: Option<String>,
    located: Option<String>,
    note: Option<String>,
    signals: Vec<String>,
    subjects: Vec<String>,
    replaces: Vec<(String, Option<String>)>,
    label: Option<String>,
    corrects: bool,
}

pub(super) fn wire_to(wire: &Wire) -> Result<String, StoreError> {
    let wire = wire.clone();
    let stored = StoredWire {
        kind: wire.kind.as_str().to_owned(),
        status: wire.status.as_str().to_owned(),
        chain: wire.chain,
        provider: wire.provider,
        slugline: wire.slugline,
        located: wire.located,
        note: wire.note,
        signals: wire.signals,
        subjects: wire.subjects,
        replaces: wire.replaces.into_iter().map(|link| (link.id, link.version)).collect(),
        label: wire.label,
        corrects: wire.corrects,
    };
    serde_json::to_string(&stored).map_err(|error| StoreError::Content(error.to_string()))
}

pub(super) fn wire_from(json: &str) -> Result<Box<Wire>, StoreError> {
    let stored: StoredWire = serde_json::from_str(json)
        .map_err(|error| StoreError::Content(format!("an agency's item: {error}")))?;
    let bad = |what: &str| StoreError::Content(format!("the {what} of an agency's item"));
    Ok(Box::new(Wire {
        kind: Kind::from_spelling(&stored.kind).ok_or_else(|| bad("kind"))?,
        status: Status::from_spelling(&stored.status).ok_or_else(|| bad("status"))?,
        chain: stored.chain,
        provider: stored.provider,
        slugline: stored.slugline,
        located: stored.located,
        note: stored.note,
        signals: stored.signals,
        subjects: stored.subjects,
        replaces: stored.replaces.into_iter().map(|(id, version)| Link { id, version }).collect(),
        label: stored.label,
        corrects: stored.corrects,
    }))
}

/// An article whose time has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Freed {
    /// Which article.
    pub article: ArticleId,
    /// Its revision.
    pub revision: u32,
    /// Its story.
    pub story: StoryId,
}

/// A file of a spool: its name, when it was last written on in nanoseconds, and its size.
pub type FileMark = (String, i64, u64);

impl ReadTx<'_> {
    /// Which of these files of a spool were read before.
    pub fn spooled(&self, feed: FeedId, files: &[FileMark]) -> Result<Vec<bool>, StoreError> {
        let mut known = self.db.prepare_cached(
            "SELECT 1 FROM spooled WHERE feed = ?1 AND name = ?2 AND modified = ?3 AND size = ?4",
        )?;
        let known = |(name, modified, size): &FileMark| {
            Ok(known.exists((feed.0, name, modified, size.cast_signed()))?)
        };
        files.iter().map(known).collect()
    }

    /// When the next article may be told of; far away where only another version says.
    pub fn next_lift(&self) -> Result<Option<Timestamp>, StoreError> {
        let mut next = self
            .db
            .prepare_cached("SELECT min(held_until) FROM article WHERE held_until IS NOT NULL")?;
        let next: Option<i64> = next.query_row([], |row| row.get(0))?;
        Ok(next.map(from_ms))
    }
}

impl WriteTx<'_> {
    /// Notes files of a spool as read, in the transaction that stores their items; they are moved
    /// away after it. What was noted long ago is away, and is forgotten.
    pub fn note_spooled(
        &self,
        feed: FeedId,
        files: &[FileMark],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut put = self.db.prepare_cached(
            "INSERT OR IGNORE INTO spooled (feed, name, modified, size, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for (name, modified, size) in files {
            put.execute((feed.0, name, modified, size.cast_signed(), to_ms(now)))?;
        }
        let mut forget =
            self.db.prepare_cached("DELETE FROM spooled WHERE feed = ?1 AND at < ?2")?;
        forget.execute((feed.0, to_ms(now - REMEMBERED)))?;
        Ok(())
    }

    /// Frees the articles whose time has come, those whose time came first first.
    pub fn lift(&self, now: Timestamp) -> Result<Vec<Freed>, StoreError> {
        let mut due = self.db.prepare_cached(
            "SELECT id, revision, story FROM article WHERE held_until <= ?1 ORDER BY held_until, id",
        )?;
        let due = due.query_map([to_ms(now)], |row| {
            let (article, revision, story) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Freed { article: ArticleId(article), revision, story: StoryId(story) })
        })?;
        let due: Vec<Freed> = due.collect::<Result<_, _>>()?;
        let mut free =
            self.db.prepare_cached("UPDATE article SET held_until = NULL WHERE id = ?1")?;
        for freed in &due {
            free.execute([freed.article.0])?;
        }
        Ok(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_agency_says_is_the_same_afterwards() {
        let some = |text: &str| Some(text.to_owned());
        let wire = Wire {
            kind: Kind::Advisory,
            status: Status::Withheld,
            chain: some("urn:tna:1"),
            provider: some("TNA"),
            slugline: some("HARBOUR"),
            located: some("Ellaby"),
            note: some("KILL"),
            signals: vec!["sig:update".into()],
            subjects: vec!["medtop:11000000".into()],
            replaces: vec![Link { id: "urn:tna:0".into(), version: some("1") }],
            label: some("it"),
            corrects: true,
        };
        assert_eq!(*wire_from(&wire_to(&wire).unwrap()).unwrap(), wire);
    }
}
