//! Feeds: what is known of them, claiming the due ones, and writing down how a poll ended.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::{
    ReadTx, WriteTx,
    rows::{from_ms, to_ms},
};
use crate::{
    model::{Claim, FeedId, FeedName, PollOutcome, Validators},
    schedule::Cadence,
    store::StoreError,
};

/// What is known of a feed.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedState {
    /// Its row.
    pub id: FeedId,
    /// Its name in the configuration.
    pub name: FeedName,
    /// What to ask with.
    pub validators: Validators,
    /// How it publishes.
    pub cadence: Cadence,
    /// Failures in a row.
    pub failures: u32,
    /// When it last gave what could be read; `None`: the next poll that does is the baseline.
    pub last_success: Option<Timestamp>,
    /// When it was last polled.
    pub last_poll: Option<Timestamp>,
    /// Kind, detail and begin of what is wrong with it.
    pub problem: Option<(String, String, Timestamp)>,
}

/// A feed that this process may poll until the lease ends.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimedFeed {
    /// What is known of it.
    pub state: FeedState,
    /// The host it is on.
    pub host: String,
    /// When it was due before the claim.
    pub was_due: Timestamp,
    /// The fence.
    pub claim: Claim,
}

/// How a poll ended.
#[derive(Clone, Debug, PartialEq)]
pub struct PollEnd {
    /// What it came to.
    pub outcome: PollOutcome,
    /// What to ask with next time; kept as they are when the poll failed.
    pub validators: Validators,
    /// How the feed publishes, this poll included.
    pub cadence: Cadence,
    /// Failures in a row, this one included.
    pub failures: u32,
    /// When it is due again.
    pub next_due: Timestamp,
    /// When the poll began.
    pub started: Timestamp,
    /// How many of its items were new.
    pub new_items: u32,
}

/// A feed as `status` tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedRow {
    /// What is known of it.
    pub state: FeedState,
    /// Its address.
    pub url: String,
    /// When it is due.
    pub due_at: Timestamp,
    /// When it last had something new.
    pub last_new: Option<Timestamp>,
    /// Polls so far.
    pub polls: u64,
    /// Of these, answered by 304 or with the body of last time.
    pub not_modified: u64,
    /// Articles stored from it.
    pub articles: u64,
}

const STATE: &str = "id, name, etag, last_modified, body_hash, window_items, items_per_hour, failures, last_success, last_poll,
    problem_kind, problem_detail, problem_since";

fn state(row: &Row<'_>) -> rusqlite::Result<FeedState> {
    let problem = match row.get::<_, Option<String>>(10)? {
        Some(kind) => Some((
            kind,
            row.get::<_, Option<String>>(11)?.unwrap_or_default(),
            from_ms(row.get(12)?),
        )),
        None => None,
    };
    Ok(FeedState {
        id: FeedId(row.get(0)?),
        name: FeedName::new(row.get::<_, String>(1)?),
        validators: Validators {
            etag: row.get(2)?,
            last_modified: row.get(3)?,
            body_hash: row.get::<_, Option<i64>>(4)?.map(i64::cast_unsigned),
        },
        cadence: Cadence { window_items: row.get(5)?, items_per_hour: row.get(6)? },
        failures: row.get(7)?,
        last_success: row.get::<_, Option<i64>>(8)?.map(from_ms),
        last_poll: row.get::<_, Option<i64>>(9)?.map(from_ms),
        problem,
    })
}

impl WriteTx<'_> {
    /// Makes the feed's row agree with the configuration; a new one is due at `first_due`. Another
    /// address drops validators and cadence, and nothing else.
    pub fn sync_feed(
        &self,
        name: &FeedName,
        url: &str,
        host: &str,
        first_due: Timestamp,
    ) -> Result<FeedId, StoreError> {
        let known: Option<(i64, String, bool)> = self
            .db
            .prepare_cached("SELECT id, url, retired FROM feed WHERE name = ?1")?
            .query_row([name.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((id, known_url, retired)) = known else {
            self.db
                .prepare_cached(
                    "INSERT INTO feed (name, url, host, due_at) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute((name.as_str(), url, host, to_ms(first_due)))?;
            return Ok(FeedId(self.db.last_insert_rowid()));
        };
        if known_url != url {
            self.db
                .prepare_cached(
                    "UPDATE feed SET url = ?2, host = ?3, retired = 0, due_at = ?4, claim = claim + 1,
                         claimed = 0, etag = NULL, last_modified = NULL, body_hash = NULL,
                         window_items = NULL, items_per_hour = NULL, failures = 0,
                         problem_kind = NULL, problem_detail = NULL, problem_since = NULL
                     WHERE id = ?1",
                )?
                .execute((id, url, host, to_ms(first_due)))?;
        } else if retired {
            self.db.execute(
                "UPDATE feed SET retired = 0, due_at = ?2 WHERE id = ?1",
                (id, to_ms(first_due)),
            )?;
        }
        Ok(FeedId(id))
    }

    /// Retires every feed that is not among `kept`; its history stays.
    pub fn retire_feeds_except(&self, kept: &[FeedName]) -> Result<usize, StoreError> {
        let names: Vec<_> = kept.iter().map(FeedName::as_str).collect();
        let kept = serde_json::Value::from(names).to_string();
        Ok(self.db.execute(
            "UPDATE feed SET retired = 1, claim = claim + 1, claimed = 0
             WHERE retired = 0 AND name NOT IN (SELECT value FROM json_each(?1))",
            [kept],
        )?)
    }

    /// Takes back what an earlier life of this process had claimed, and due times that a clock set
    /// wrongly put more than a day ahead.
    pub fn release_claims(&self, now: Timestamp) -> Result<usize, StoreError> {
        let (now, tomorrow) = (to_ms(now), to_ms(now) + 86_400_000);
        let feeds = self.db.execute(
            "UPDATE feed SET due_at = min(due_at, ?1), claimed = 0, claim = claim + 1 WHERE claimed = 1",
            [now],
        )?;
        let deliveries = self.db.execute(
            "UPDATE delivery SET due_at = min(due_at, ?1), claimed = 0, claim = claim + 1
             WHERE claimed = 1 AND state = 'due'",
            [now],
        )?;
        self.db.execute("UPDATE feed SET due_at = ?2 WHERE due_at > ?1", (tomorrow, tomorrow))?;
        Ok(feeds + deliveries)
    }

    /// Claims at most `most` due feeds, the longest due first; a host gets no more than `per_host`,
    /// counting the polls of it that `running` says are under way.
    pub fn claim_feeds(
        &self,
        now: Timestamp,
        lease: Duration,
        most: usize,
        per_host: usize,
        running: &BTreeMap<String, usize>,
    ) -> Result<Vec<ClaimedFeed>, StoreError> {
        let until = now + lease;
        let running = serde_json::to_string(running)
            .map_err(|error| StoreError::Content(error.to_string()))?;
        let mut due = self.db.prepare_cached(
            "SELECT id, due_at FROM (
                 SELECT id, due_at, host, row_number() OVER (PARTITION BY host ORDER BY due_at, id) AS place
                 FROM feed WHERE retired = 0 AND due_at <= ?1)
             LEFT JOIN (SELECT key, value FROM json_each(?2)) ON key = host
             WHERE place + coalesce(value, 0) <= ?3
             ORDER BY due_at, id LIMIT ?4",
        )?;
        let due: Vec<(i64, i64)> = due
            .query_map((to_ms(now), running, per_host, most), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut claim = self.db.prepare_cached(&format!(
            "UPDATE feed SET due_at = ?2, claim = claim + 1, claimed = 1 WHERE id = ?1
             RETURNING {STATE}, claim, host"
        ))?;
        due.into_iter()
            .map(|(id, was_due)| {
                Ok(claim.query_row((id, to_ms(until)), |row| {
                    Ok(ClaimedFeed {
                        state: state(row)?,
                        claim: Claim { number: row.get(13)?, until },
                        host: row.get(14)?,
                        was_due: from_ms(was_due),
                    })
                })?)
            })
            .collect()
    }

    /// Whether the claim is still ours; the first thing a commit asks, so that a latecomer changes
    /// nothing.
    pub fn holds(&self, feed: FeedId, claim: &Claim) -> Result<bool, StoreError> {
        let mut held = self
            .db
            .prepare_cached("SELECT 1 FROM feed WHERE id = ?1 AND claim = ?2 AND claimed = 1")?;
        Ok(held.exists((feed.0, claim.number))?)
    }

    /// Writes down how a poll ended and lets go of the claim; false when the claim is lost.
    pub fn finish_poll(
        &self,
        feed: FeedId,
        claim: &Claim,
        end: &PollEnd,
    ) -> Result<bool, StoreError> {
        let started = to_ms(end.started);
        let problem = end.outcome.problem();
        let kind = problem.map(|problem| problem.kind.as_str());
        let detail = problem.map(|problem| problem.detail.as_str());
        let failed = matches!(end.outcome, PollOutcome::Failed { .. });
        let unmodified = matches!(end.outcome, PollOutcome::NotModified | PollOutcome::Unchanged);
        let changed = self
            .db
            .prepare_cached(
                "UPDATE feed SET due_at = ?3, claimed = 0, etag = ?4, last_modified = ?5, body_hash = ?6,
                     window_items = ?7, items_per_hour = ?8, failures = ?9,
                     problem_since = CASE WHEN ?10 IS NULL THEN NULL
                                          WHEN problem_kind IS ?10 THEN problem_since ELSE ?12 END,
                     problem_kind = ?10, problem_detail = ?11, last_poll = ?12,
                     last_success = CASE WHEN ?15 THEN last_success ELSE ?12 END,
                     last_new = CASE WHEN ?13 > 0 THEN ?12 ELSE last_new END,
                     polls = polls + 1, not_modified = not_modified + ?14
                 WHERE id = ?1 AND claim = ?2 AND claimed = 1",
            )?
            .execute(rusqlite::params![
                feed.0,
                claim.number,
                to_ms(end.next_due),
                end.validators.etag,
                end.validators.last_modified,
                end.validators.body_hash.map(u64::cast_signed),
                end.cadence.window_items,
                end.cadence.items_per_hour,
                end.failures,
                kind,
                detail,
                started,
                end.new_items,
                unmodified,
                failed,
            ])?;
        Ok(changed == 1)
    }
}

impl ReadTx<'_> {
    /// When the next feed is due.
    pub fn next_feed_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let due: Option<i64> =
            self.db.query_row("SELECT min(due_at) FROM feed WHERE retired = 0", [], |row| {
                row.get(0)
            })?;
        Ok(due.map(from_ms))
    }

    /// Every feed of the configuration, by name.
    pub fn feeds(&self) -> Result<Vec<FeedRow>, StoreError> {
        let mut rows = self.db.prepare_cached(&format!(
            "SELECT {STATE}, url, due_at, last_new, polls, not_modified,
                 (SELECT count(*) FROM article WHERE article.feed = feed.id)
             FROM feed WHERE retired = 0 ORDER BY name"
        ))?;
        let rows = rows.query_map([], |row| {
            Ok(FeedRow {
                state: state(row)?,
                url: row.get(13)?,
                due_at: from_ms(row.get(14)?),
                last_new: row.get::<_, Option<i64>>(15)?.map(from_ms),
                polls: row.get(16)?,
                not_modified: row.get(17)?,
                articles: row.get(18)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
