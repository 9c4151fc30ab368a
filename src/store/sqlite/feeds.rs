//! Feeds: what is known of them, claiming the due ones, and writing down how a poll ended.

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Row};

use super::{
    ReadTx, WriteTx,
    network::Patience,
    polls::PollNotes,
    rows::{from_ms, to_ms},
};
use crate::{
    model::{Claim, FeedId, FeedName, ItemKey, PollOutcome, Validators},
    schedule::{Cadence, Facts, Gap, Habits, Health},
    store::StoreError,
};

/// Over how long feeds are spread that an outage kept from being asked.
const AFTER_OUTAGE: Duration = Duration::from_mins(5);

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
    /// When it last had something new.
    pub last_new: Option<Timestamp>,
    /// What is learnt of it.
    pub habits: Habits,
    /// Kind and detail of what is wrong with it, and since when something is.
    pub problem: Option<(String, String, Timestamp)>,
}

/// A feed that this process may poll until the lease ends.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimedFeed {
    /// What is known of it.
    pub state: FeedState,
    /// The host it is on, as pacing counts.
    pub host: String,
    /// The IP address that answered last.
    pub address: Option<String>,
    /// Its host asked for patience within the last day, without saying for how long.
    pub slowed: bool,
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
    /// What is learnt of the feed, this poll included.
    pub habits: Habits,
    /// It is not to be asked again until its address or its credentials change.
    pub stops: bool,
    /// Nobody could be reached, and the feed is not to blame.
    pub outage: bool,
    /// The IP address that answered.
    pub address: Option<String>,
    /// Items may have come and gone unseen before it.
    pub gap: Option<Gap>,
    /// The server asked for patience with all of its feeds.
    pub patience: Option<Patience>,
    /// What else there is to tell of it.
    pub notes: PollNotes,
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
    /// It is not, until its address or its credentials change.
    pub stopped: bool,
    /// Until when its host is spared.
    pub slowed_until: Option<Timestamp>,
    /// Its last possible gap.
    pub gap: Option<Gap>,
    /// Polls so far.
    pub polls: u64,
    /// Of these, answered by 304 or with the body of last time.
    pub not_modified: u64,
    /// Articles stored from it.
    pub articles: u64,
}

impl FeedRow {
    /// How the feed is.
    pub fn health(&self, now: Timestamp) -> Health {
        let state = &self.state;
        let facts = Facts {
            problem: state.problem.as_ref(),
            failures: state.failures,
            last_success: state.last_success,
            last_new: state.last_new,
            habits: &state.habits,
            slowed_until: self.slowed_until,
            gap: self.gap.as_ref(),
            due_at: self.due_at,
        };
        Health::of(&facts, now)
    }
}

const STATE: &str = "id, name, etag, last_modified, body_hash, window_items, items_per_hour, failures, last_success, last_poll,
    problem_kind, problem_detail, problem_since, last_new, habits";

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
        last_new: row.get::<_, Option<i64>>(13)?.map(from_ms),
        // Learnt anew where another version wrote what this one cannot read.
        habits: serde_json::from_str(&row.get::<_, String>(14)?).unwrap_or_default(),
        problem,
    })
}

impl WriteTx<'_> {
    /// Makes the feed's row agree with the configuration; a new one is due at `first_due`. Another
    /// address drops validators, cadence and what was learnt of ids, and nothing else.
    pub fn sync_feed(
        &self,
        name: &FeedName,
        url: &str,
        host: &str,
        first_due: Timestamp,
    ) -> Result<FeedId, StoreError> {
        let known: Option<(i64, String, bool, String)> = self
            .db
            .prepare_cached("SELECT id, url, retired, host FROM feed WHERE name = ?1")?
            .query_row([name.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .optional()?;
        let Some((id, known_url, retired, known_host)) = known else {
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
                         problem_kind = NULL, problem_detail = NULL, problem_since = NULL,
                         habits = '{}', stopped = 0, missed = 0, address = NULL, identity = 'id'
                     WHERE id = ?1",
                )?
                .execute((id, url, host, to_ms(first_due)))?;
        } else if retired {
            self.db.execute(
                "UPDATE feed SET retired = 0, stopped = 0,
                     due_at = CASE WHEN stopped THEN ?2 ELSE max(due_at, ?2) END WHERE id = ?1",
                (id, to_ms(first_due)),
            )?;
        }
        if known_host != host {
            self.db.execute("UPDATE feed SET host = ?2 WHERE id = ?1", (id, host))?;
        }
        Ok(FeedId(id))
    }

    /// Notes how a feed is asked for. When that is another way than before, a feed in trouble is due
    /// now, unless its server wants to be left alone; what a poll under way learned the old way does
    /// not count.
    pub fn sync_access(
        &self,
        name: &FeedName,
        mark: u16,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut troubled = self.db.prepare_cached(
            "UPDATE feed SET due_at = min(due_at, ?3), stopped = 0, claim = claim + 1, claimed = 0
             WHERE name = ?1 AND access <> ?2 AND (claimed = 1 OR problem_kind <> 'throttled')",
        )?;
        troubled.execute((name.as_str(), mark, to_ms(now)))?;
        let mut note = self
            .db
            .prepare_cached("UPDATE feed SET access = ?2 WHERE name = ?1 AND access <> ?2")?;
        note.execute((name.as_str(), mark))?;
        Ok(())
    }

    /// The feeds that are overdue.
    pub fn overdue_feeds(&self, now: Timestamp) -> Result<Vec<FeedName>, StoreError> {
        let mut names = self.db.prepare_cached(
            "SELECT name FROM feed WHERE retired = 0 AND stopped = 0 AND claimed = 0 AND due_at <= ?1",
        )?;
        let names =
            names.query_map([to_ms(now)], |row| Ok(FeedName::new(row.get::<_, String>(0)?)))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// Puts off a feed that nobody has claimed.
    pub fn put_off(&self, name: &FeedName, due: Timestamp) -> Result<(), StoreError> {
        self.db
            .prepare_cached("UPDATE feed SET due_at = ?2 WHERE name = ?1 AND claimed = 0")?
            .execute((name.as_str(), to_ms(due)))?;
        Ok(())
    }

    /// Moves the due times of all feeds along with a clock that was set by `by`.
    pub fn shift_feeds(&self, by: SignedDuration) -> Result<(), StoreError> {
        let by = i64::try_from(by.as_millis()).unwrap_or(0);
        self.db.execute("UPDATE feed SET due_at = due_at + ?1", [by])?;
        self.db.execute("UPDATE host SET slowed_until = slowed_until + ?1", [by])?;
        Ok(())
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
        let pages = self.db.execute(
            "UPDATE page SET due_at = min(due_at, ?1), claimed = 0, claim = claim + 1, attempts = attempts - 1
             WHERE claimed = 1",
            [now],
        )?;
        self.db.execute("UPDATE feed SET due_at = ?2 WHERE due_at > ?1", (tomorrow, tomorrow))?;
        Ok(feeds + deliveries + pages)
    }

    /// Claims at most `most` due feeds, the longest due first. `places` says how many polls may start
    /// now at each host or IP address that is not like the others, which have room for `usual`.
    pub fn claim_feeds(
        &self,
        now: Timestamp,
        lease: Duration,
        most: usize,
        usual: usize,
        places: &BTreeMap<String, usize>,
    ) -> Result<Vec<ClaimedFeed>, StoreError> {
        let until = now + lease;
        let due = self.choose_due(now, most, usual, places)?;
        let mut claim = self.db.prepare_cached(&format!(
            "UPDATE feed SET due_at = ?2, claim = claim + 1, claimed = 1 WHERE id = ?1
             RETURNING {STATE}, claim, host, address,
                 EXISTS (SELECT 1 FROM host WHERE host.name = feed.host AND slowed_until > ?3)"
        ))?;
        due.into_iter()
            .map(|(id, was_due)| {
                Ok(claim.query_row((id, to_ms(until), to_ms(now)), |row| {
                    Ok(ClaimedFeed {
                        state: state(row)?,
                        claim: Claim { number: row.get(15)?, until },
                        host: row.get(16)?,
                        address: row.get(17)?,
                        slowed: row.get(18)?,
                        was_due: from_ms(was_due),
                    })
                })?)
            })
            .collect()
    }

    /// The rows of the longest due that there is room for, and when they were due. They are looked at
    /// in order until there are enough, since ranking all that are due takes long after a stop.
    fn choose_due(
        &self,
        now: Timestamp,
        most: usize,
        usual: usize,
        places: &BTreeMap<String, usize>,
    ) -> Result<Vec<(i64, i64)>, StoreError> {
        let mut due = self.db.prepare_cached(
            "SELECT id, due_at, host, coalesce(address, host) FROM feed
             WHERE retired = 0 AND stopped = 0 AND due_at <= ?1 ORDER BY due_at, id",
        )?;
        let mut rows = due.query([to_ms(now)])?;
        let (mut room, mut chosen) = (places.clone(), Vec::new());
        while chosen.len() < most
            && let Some(row) = rows.next()?
        {
            let (host, address): (String, String) = (row.get(2)?, row.get(3)?);
            let here = room.get(&host).copied().unwrap_or(usual);
            // A host with room for more has it on whatever address it is.
            let usual = usual.max(places.get(&host).copied().unwrap_or(0));
            let there = room.get(&address).copied().unwrap_or(usual);
            if here > 0 && there > 0 {
                room.insert(address, there - 1);
                room.insert(host, here - 1);
                chosen.push((row.get(0)?, row.get(1)?));
            }
        }
        Ok(chosen)
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
        if !self.holds(feed, claim)? {
            return Ok(false);
        }
        self.remember_poll(feed, end)?;
        if end.outage {
            self.note_outage(end.started)?;
            self.db
                .prepare_cached(
                    "UPDATE feed SET due_at = ?2, claimed = 0, polls = polls + 1, missed = 1 WHERE id = ?1",
                )?
                .execute((feed.0, to_ms(end.next_due)))?;
            return Ok(true);
        }
        let started = to_ms(end.started);
        let problem = end.outcome.problem();
        let kind = problem.map(|problem| problem.kind.as_str());
        let detail = problem.map(|problem| problem.detail.as_str());
        let failed = matches!(end.outcome, PollOutcome::Failed { .. });
        let unmodified = matches!(end.outcome, PollOutcome::NotModified | PollOutcome::Unchanged);
        let habits = serde_json::to_string(&end.habits)
            .map_err(|error| StoreError::Content(error.to_string()))?;
        self.db
            .prepare_cached(
                "UPDATE feed SET due_at = ?2, claimed = 0, etag = ?3, last_modified = ?4, body_hash = ?5,
                     window_items = ?6, items_per_hour = ?7, failures = ?8,
                     problem_since = CASE WHEN ?9 IS NULL THEN NULL
                                          ELSE coalesce(problem_since, ?11) END,
                     problem_kind = ?9, problem_detail = ?10, last_poll = ?11,
                     last_success = CASE WHEN ?14 THEN last_success ELSE ?11 END,
                     last_new = CASE WHEN ?12 > 0 THEN ?11 ELSE last_new END,
                     polls = polls + 1, not_modified = not_modified + ?13, missed = 0,
                     habits = ?15, stopped = ?16, address = coalesce(?17, address)
                 WHERE id = ?1",
            )?
            .execute(rusqlite::params![
                feed.0,
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
                habits,
                end.stops,
                end.address,
            ])?;
        if let Some(patience) = end.patience {
            self.slow_host(feed, patience, end.started)?;
        }
        if problem.is_none_or(|problem| !problem.kind.is_unreached()) {
            self.end_outage(end.started, AFTER_OUTAGE)?;
        }
        Ok(true)
    }
}

impl ReadTx<'_> {
    /// When the next feed is due: of those that are due later than `after`, where that is given.
    pub fn next_feed_due(&self, after: Option<Timestamp>) -> Result<Option<Timestamp>, StoreError> {
        let mut due = self.db.prepare_cached(
            "SELECT min(due_at) FROM feed WHERE retired = 0 AND stopped = 0 AND due_at > ?1",
        )?;
        let due: Option<i64> = due.query_row([after.map_or(i64::MIN, to_ms)], |row| row.get(0))?;
        Ok(due.map(from_ms))
    }

    /// Whether an item with one of these keys is known of a feed.
    pub fn knows_any(&self, feed: FeedId, keys: &[ItemKey]) -> Result<bool, StoreError> {
        let mut known =
            self.db.prepare_cached("SELECT 1 FROM article_key WHERE feed = ?1 AND key = ?2")?;
        for key in keys {
            if known.exists((feed.0, key.0))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Every feed of the configuration, by name.
    pub fn feeds(&self) -> Result<Vec<FeedRow>, StoreError> {
        let mut rows = self.db.prepare_cached(&format!(
            "SELECT {STATE}, url, due_at, polls, not_modified,
                 (SELECT count(*) FROM article WHERE article.feed = feed.id),
                 (SELECT slowed_until FROM host WHERE host.name = feed.host),
                 gap.since, gap.until, gap.items, stopped
             FROM feed LEFT JOIN gap ON gap.feed = feed.id
                 AND gap.since = (SELECT max(since) FROM gap WHERE gap.feed = feed.id)
             WHERE retired = 0 ORDER BY name"
        ))?;
        let rows = rows.query_map([], |row| {
            let gap = match row.get::<_, Option<i64>>(21)? {
                Some(since) => Some(Gap {
                    since: from_ms(since),
                    until: from_ms(row.get(22)?),
                    items: row.get(23)?,
                }),
                None => None,
            };
            Ok(FeedRow {
                state: state(row)?,
                url: row.get(15)?,
                due_at: from_ms(row.get(16)?),
                stopped: row.get(24)?,
                polls: row.get(17)?,
                not_modified: row.get(18)?,
                articles: row.get(19)?,
                slowed_until: row.get::<_, Option<i64>>(20)?.map(from_ms),
                gap,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
