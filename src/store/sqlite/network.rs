//! What concerns all feeds of a host, or all feeds: patience that a host asks for, and outages of
//! our own network.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::OptionalExtension;

use super::{
    ReadTx, WriteTx,
    rows::{from_ms, to_ms},
};
use crate::{
    model::{FeedId, ProblemKind},
    store::StoreError,
};

/// How long a host is spared that asked for patience.
const SPARED: SignedDuration = SignedDuration::from_hours(24);

/// How long its other feeds wait where it did not say for how long.
const UNSAID: Duration = Duration::from_hours(1);

/// So many hosts that fail one after the other, with nobody answering in between, are not to blame.
const HOSTS: u32 = 3;

/// How close together they fail.
const TOGETHER: SignedDuration = SignedDuration::from_mins(60);

/// How long outages are remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Feeds whose last poll reached nobody since the last answer of anybody, and that were well before
/// it: one that has not been read since the last outage is known to fail by itself.
const SUSPECTS: &str = "retired = 0 AND failures <= 1 AND last_poll >= ?1 AND problem_kind IN (SELECT value FROM json_each(?2))
     AND last_success >= coalesce((SELECT max(until) FROM outage), 0)
     AND last_poll > coalesce((SELECT max(last_poll) FROM feed WHERE retired = 0 AND missed = 0
             AND (problem_kind IS NULL OR problem_kind NOT IN (SELECT value FROM json_each(?2)))), 0)";

/// A time in which nobody could be reached.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outage {
    /// When the first of the hosts failed.
    pub since: Timestamp,
    /// How many hosts failed when it was noticed.
    pub hosts: u32,
}

/// How long a server that was asked too often wants to be left alone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Patience {
    /// So long, by its own word.
    For(Duration),
    /// It did not say.
    Unsaid,
}

impl WriteTx<'_> {
    /// Spares the host of a feed: all its feeds wait as long as it asked, or where it did not say,
    /// an hour now and longer than usual for a day.
    pub(super) fn slow_host(
        &self,
        feed: FeedId,
        patience: Patience,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let wait = match patience {
            Patience::For(asked) => asked,
            Patience::Unsaid => {
                self.db.execute(
                    "INSERT INTO host (name, slowed_until) SELECT host, ?2 FROM feed WHERE id = ?1
                     ON CONFLICT (name) DO UPDATE SET slowed_until = excluded.slowed_until",
                    (feed.0, to_ms(now + SPARED)),
                )?;
                UNSAID
            }
        };
        self.db.execute(
            "UPDATE feed SET due_at = max(due_at, ?2)
             WHERE host = (SELECT host FROM feed WHERE id = ?1) AND claimed = 0 AND retired = 0",
            (feed.0, to_ms(now + wait)),
        )?;
        Ok(())
    }

    /// Notes that nobody can be reached, and takes the blame off the feeds that failed first.
    pub(super) fn note_outage(&self, now: Timestamp) -> Result<(), StoreError> {
        if self.reader().outage()?.is_some() {
            return Ok(());
        }
        let (since, kinds) = (to_ms(now - TOGETHER), unreached());
        let (first, hosts): (Option<i64>, u32) = self.db.query_row(
            &format!("SELECT min(last_poll), count(DISTINCT host) FROM feed WHERE {SUSPECTS}"),
            (since, &kinds),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        self.db.execute("DELETE FROM outage WHERE since < ?1", [to_ms(now - REMEMBERED)])?;
        self.db.execute(
            "INSERT OR IGNORE INTO outage (since, hosts) VALUES (?1, ?2)",
            (first.unwrap_or(to_ms(now)), hosts + 1),
        )?;
        self.db.execute(
            &format!(
                "UPDATE feed SET failures = 0, missed = 1, problem_kind = NULL, problem_detail = NULL,
                     problem_since = NULL WHERE {SUSPECTS}"
            ),
            (since, &kinds),
        )?;
        Ok(())
    }

    /// Ends an outage, since somebody answered: the feeds that could not be asked meanwhile are due
    /// within `spread`.
    pub(super) fn end_outage(&self, now: Timestamp, spread: Duration) -> Result<(), StoreError> {
        let ended = self
            .db
            .prepare_cached("UPDATE outage SET until = ?1 WHERE until = 0")?
            .execute([to_ms(now)])?;
        if ended > 0 {
            let spread = i64::try_from(spread.as_millis()).unwrap_or(i64::MAX).max(1);
            self.db.execute(
                "UPDATE feed SET due_at = min(due_at, ?1 + abs(id * 2654435761 % ?2)), missed = 0
                 WHERE missed = 1 AND claimed = 0",
                (to_ms(now), spread),
            )?;
        }
        Ok(())
    }
}

impl ReadTx<'_> {
    /// The outage that lasts.
    pub fn outage(&self) -> Result<Option<Outage>, StoreError> {
        let found = self
            .db
            .prepare_cached("SELECT since, hosts FROM outage WHERE until = 0")?
            .query_row([], |row| Ok(Outage { since: from_ms(row.get(0)?), hosts: row.get(1)? }))
            .optional()?;
        Ok(found)
    }

    /// Whether a poll of `host` that reached nobody is a matter of our own network: an outage lasts,
    /// or other hosts that were well failed since anybody answered.
    pub fn is_our_outage(&self, host: &str, now: Timestamp) -> Result<bool, StoreError> {
        if self.outage()?.is_some() {
            return Ok(true);
        }
        let others: u32 = self.db.query_row(
            &format!("SELECT count(DISTINCT host) FROM feed WHERE host <> ?3 AND {SUSPECTS}"),
            (to_ms(now - TOGETHER), unreached(), host),
            |row| row.get(0),
        )?;
        Ok(others + 1 >= HOSTS)
    }
}

/// The kinds of problems that mean that nobody answered, as a JSON array.
fn unreached() -> String {
    serde_json::Value::from(ProblemKind::UNREACHED.map(ProblemKind::as_str).to_vec()).to_string()
}
