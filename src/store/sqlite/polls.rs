//! What the last polls of a feed came to, and the times that none of them saw.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{
    ReadTx, WriteTx,
    feeds::PollEnd,
    rows::{from_json, from_ms, to_json, to_ms},
};
use crate::{model::FeedId, schedule::Gap, store::StoreError};

/// Polls that are remembered of each feed.
const REMEMBERED: u32 = 20;

/// How long possible gaps are remembered.
const GAPS_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What there is to tell of a poll beside its outcome.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PollNotes {
    /// How long it took.
    pub took: Duration,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// Bytes of the document, unpacked.
    pub bytes: usize,
    /// Items of the document.
    pub items: u32,
    /// What had to be repaired in it, each named once.
    pub repairs: Vec<String>,
}

/// A poll as it is remembered.
#[derive(Clone, Debug, PartialEq)]
pub struct PollRow {
    /// When it began.
    pub at: Timestamp,
    /// `fresh`, `unchanged`, `not_modified`, or the kind of the problem.
    pub outcome: String,
    /// Items that were new or printed otherwise.
    pub new_items: u32,
    /// The rest.
    pub notes: PollNotes,
}

impl WriteTx<'_> {
    /// Remembers a poll in the place of the one twenty polls before, and the gap before it.
    pub(super) fn remember_poll(&self, feed: FeedId, end: &PollEnd) -> Result<(), StoreError> {
        let PollNotes { took, status, bytes, items, repairs } = &end.notes;
        self.db
            .prepare_cached(
                "INSERT OR REPLACE INTO poll
                     (feed, place, at, took, outcome, status, bytes, items, new_items, repairs)
                 SELECT id, polls % ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM feed WHERE id = ?1",
            )?
            .execute(rusqlite::params![
                feed.0,
                REMEMBERED,
                to_ms(end.started),
                i64::try_from(took.as_millis()).unwrap_or(i64::MAX),
                end.outcome.as_str(),
                status,
                i64::try_from(*bytes).unwrap_or(i64::MAX),
                items,
                end.new_items,
                to_json(repairs),
            ])?;
        if let Some(Gap { since, until, items }) = &end.gap {
            let forgotten = to_ms(*until - GAPS_KEPT);
            self.db
                .execute("DELETE FROM gap WHERE feed = ?1 AND until < ?2", (feed.0, forgotten))?;
            self.db.execute(
                "INSERT OR REPLACE INTO gap (feed, since, until, items) VALUES (?1, ?2, ?3, ?4)",
                (feed.0, to_ms(*since), to_ms(*until), items),
            )?;
        }
        Ok(())
    }
}

impl ReadTx<'_> {
    /// The last polls of a feed, the newest first.
    pub fn polls(&self, feed: FeedId) -> Result<Vec<PollRow>, StoreError> {
        let mut rows = self.db.prepare_cached(
            "SELECT at, outcome, new_items, took, status, bytes, items, repairs
             FROM poll WHERE feed = ?1 ORDER BY at DESC",
        )?;
        let rows = rows.query_map([feed.0], |row| {
            let took = row.get::<_, i64>(3)?.unsigned_abs();
            let bytes = usize::try_from(row.get::<_, i64>(5)?).unwrap_or_default();
            let notes = PollNotes {
                took: Duration::from_millis(took),
                status: row.get(4)?,
                bytes,
                items: row.get(6)?,
                repairs: Vec::new(),
            };
            let poll = PollRow {
                at: from_ms(row.get(0)?),
                outcome: row.get(1)?,
                new_items: row.get(2)?,
                notes,
            };
            Ok((poll, row.get::<_, String>(7)?))
        })?;
        rows.map(|row| {
            let (mut poll, repairs) = row?;
            poll.notes.repairs = from_json(&repairs)?;
            Ok(poll)
        })
        .collect()
    }

    /// The possible gaps of a feed, the newest first.
    pub fn gaps(&self, feed: FeedId) -> Result<Vec<Gap>, StoreError> {
        let mut rows = self.db.prepare_cached(
            "SELECT since, until, items FROM gap WHERE feed = ?1 ORDER BY since DESC",
        )?;
        let rows = rows.query_map([feed.0], |row| {
            Ok(Gap { since: from_ms(row.get(0)?), until: from_ms(row.get(1)?), items: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
