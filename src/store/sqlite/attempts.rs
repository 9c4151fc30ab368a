//! Attempts to deliver: which messages may be tried now, and how each attempt ended.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::{
    ReadTx, WriteTx,
    deliveries::Frozen,
    rows::{from_ms, to_ms},
};
use crate::{
    model::{Claim, DeliveryId, RecipientName},
    store::StoreError,
};

/// The way of messages to mail addresses; any other message leaves by a way of its own, which is
/// called like its address.
pub const MAIL: &str = "mail";

/// Attempts that are remembered of each delivery: more than the schedule makes in two days.
const MOST_ATTEMPTS: u32 = 50;

/// A delivery that this process may attempt until the lease ends.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimedDelivery {
    /// Its row.
    pub id: DeliveryId,
    /// The fence.
    pub claim: Claim,
    /// To whom, by name.
    pub recipient: RecipientName,
    /// To which address.
    pub address: String,
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
    /// The message, once it is made.
    pub frozen: Option<Frozen>,
    /// Attempts so far.
    pub attempts: u32,
    /// When it was first tried.
    pub first_try: Option<Timestamp>,
    /// When it was due.
    pub due_at: Timestamp,
}

/// How an attempt ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ended {
    /// The server took it.
    Sent {
        /// With these words.
        reply: String,
    },
    /// It is to be tried again.
    Again {
        /// When.
        at: Timestamp,
        /// What went wrong.
        error: String,
    },
    /// Nobody can be spoken to for now; what leaves by the same way waits with it.
    Down {
        /// When it is tried again.
        at: Timestamp,
        /// What went wrong.
        error: String,
    },
    /// Nothing is taken until a person mends the settings; it is tried again all the same, and what
    /// leaves by the same way waits with it.
    Held {
        /// When.
        at: Timestamp,
        /// What went wrong.
        error: String,
    },
    /// It will not be tried again.
    Dropped {
        /// Why.
        why: String,
    },
}

impl Ended {
    /// The stable word for it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Sent { .. } => "sent",
            Self::Again { .. } => "again",
            Self::Down { .. } => "server",
            Self::Held { .. } => "person",
            Self::Dropped { .. } => "dropped",
        }
    }
}

/// How far an attempt came.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Course {
    /// The step of the conversation at which it failed.
    pub step: Option<String>,
    /// The code of the reply.
    pub code: Option<u16>,
    /// How long it took.
    pub took: Duration,
}

/// An attempt as people are told of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AttemptRow {
    /// From 1.
    pub number: u32,
    /// When it ended.
    pub at: Timestamp,
    /// `sent`, `again`, `server` (nobody could be spoken to), `person` (somebody must help) or
    /// `dropped`.
    pub ended: String,
    /// How far it came.
    pub course: Course,
    /// The reply, or what went wrong.
    pub words: String,
}

/// Room for messages that are started.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Room {
    /// Messages at once, those on their way included.
    pub all: usize,
    /// Mails among them.
    pub mails: usize,
}

/// A way that messages leave by, while something on it waits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClosedWay {
    /// [`MAIL`], or the address.
    pub way: String,
    /// Whether it waits for a person, not only for the server.
    pub for_person: bool,
    /// When it is tried next.
    pub until: Timestamp,
    /// Since when nothing gets through.
    pub since: Timestamp,
    /// How many messages are due on it.
    pub waiting: u64,
    /// What went wrong.
    pub error: String,
}

impl WriteTx<'_> {
    /// Claims due deliveries for as many messages as there is room for, the longest due first.
    ///
    /// An address gets one message at a time, in the order they were made; one that is to be tried
    /// again later does not keep others back, unless they tell of the same story: what follows
    /// never overtakes the first. A way on which something waits is closed until the next try, and
    /// then has one message at a time until one got through.
    pub fn claim_deliveries(
        &self,
        now: Timestamp,
        lease: Duration,
        room: Room,
    ) -> Result<Vec<ClaimedDelivery>, StoreError> {
        let until = now + lease;
        let next = self.next(now, room)?;
        let mut claim = self.db.prepare_cached(
            "UPDATE delivery SET due_at = ?2, claim = claim + 1, claimed = 1 WHERE id = ?1
             RETURNING id, claim, recipient, address, message_id, sender, bytes, attempts, first_try",
        )?;
        let claim = next.into_iter().map(|(id, due_at)| {
            let read = |row: &Row<'_>| claimed(row, until, from_ms(due_at));
            Ok(claim.query_row((id, to_ms(until)), read)?)
        });
        claim.collect()
    }

    /// The messages that may go now, each with the time it was due.
    fn next(&self, now: Timestamp, room: Room) -> Result<Vec<(i64, i64)>, StoreError> {
        let mut ways = self.ways(now, room)?;
        let on_their_way: usize = ways.values().map(|way| way.sending).sum();
        let mut free = room.all.saturating_sub(on_their_way);
        let mut due = self.db.prepare_cached(
            "SELECT address, way FROM delivery WHERE state = 'due' AND due_at <= ?1 ORDER BY due_at, id",
        )?;
        let mut due = due.query([to_ms(now)])?;
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        while free > 0 {
            let Some(row) = due.next()? else { break };
            let (address, name): (String, String) = (row.get(0)?, row.get(1)?);
            if seen.contains(&address) {
                continue;
            }
            let most = if name == MAIL { room.mails } else { 1 };
            let way = ways.entry(name).or_insert(Way { sending: 0, most });
            if way.sending < way.most
                && let Some(next) = self.next_of(&address, now)?
            {
                way.sending += 1;
                free -= 1;
                found.push(next);
            }
            seen.insert(address);
        }
        Ok(found)
    }

    /// The message that an address gets next, if one may go now.
    fn next_of(&self, address: &str, now: Timestamp) -> Result<Option<(i64, i64)>, StoreError> {
        let mut on_its_way = self.db.prepare_cached(
            "SELECT 1 FROM delivery WHERE state = 'due' AND claimed = 1 AND address = ?1 AND due_at > ?2",
        )?;
        if on_its_way.exists((address, to_ms(now)))? {
            return Ok(None);
        }
        let mut first = self.db.prepare_cached(
            "SELECT id, due_at FROM delivery
             WHERE state = 'due' AND address = ?1 AND due_at <= ?2 AND NOT EXISTS (
                 SELECT 1 FROM delivery_alert AS mine
                 JOIN alert AS told ON told.id = mine.alert
                 JOIN alert AS before ON before.story = told.story AND before.rule = told.rule
                 JOIN delivery_alert AS theirs ON theirs.alert = before.id
                 JOIN delivery AS earlier ON earlier.id = theirs.delivery
                 WHERE mine.delivery = delivery.id AND earlier.id < delivery.id
                     AND earlier.state = 'due' AND earlier.address = delivery.address)
             ORDER BY id LIMIT 1",
        )?;
        let first = first.query_row((address, to_ms(now)), |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(first.optional()?)
    }

    /// The ways on which messages are or wait, with the room that each has.
    fn ways(&self, now: Timestamp, room: Room) -> Result<BTreeMap<String, Way>, StoreError> {
        let mut ways = BTreeMap::new();
        let mut waiting = self.db.prepare_cached(
            "SELECT way, max(due_at) FROM delivery
             WHERE waits IN ('server', 'person') AND claimed = 0 GROUP BY way",
        )?;
        let mut waiting = waiting.query([])?;
        while let Some(row) = waiting.next()? {
            let opens: i64 = row.get(1)?;
            let most = usize::from(opens <= to_ms(now));
            ways.insert(row.get(0)?, Way { sending: 0, most });
        }
        let mut sending = self.db.prepare_cached(
            "SELECT way, count(*), max(waits IS NOT NULL) FROM delivery
             WHERE state = 'due' AND claimed = 1 AND due_at > ?1 GROUP BY way",
        )?;
        let mut sending = sending.query([to_ms(now)])?;
        while let Some(row) = sending.next()? {
            let (way, count, probes): (String, usize, bool) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let most = if way == MAIL && !probes { room.mails } else { 1 };
            ways.entry(way).or_insert(Way { sending: 0, most }).sending = count;
        }
        Ok(ways)
    }

    /// Makes messages that failed before due now: what was in their way may be mended.
    pub fn retry_deliveries(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut retry = self.db.prepare_cached(
            "UPDATE delivery SET due_at = min(due_at, ?1)
             WHERE state = 'due' AND claimed = 0 AND attempts > 0",
        )?;
        Ok(retry.execute([to_ms(now)])?)
    }

    /// Makes a message due now that is in trouble, also one that was given up: the same bytes under
    /// the same Message-ID, tried as long as a new one. Its state before; `None` where there is
    /// none of that number.
    pub fn retry_delivery(
        &self,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<Option<RetryVerdict>, StoreError> {
        let was = "SELECT state, claimed AND due_at > ?2 FROM delivery WHERE id = ?1";
        let was = self.db.query_row(was, (id.0, to_ms(now)), |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?))
        });
        let verdict = match was.optional()? {
            None => return Ok(None),
            Some((state, _)) if state == "sent" => RetryVerdict::WasSent,
            Some((_, true)) => RetryVerdict::OnItsWay,
            Some(_) => RetryVerdict::Due,
        };
        if verdict == RetryVerdict::Due {
            // What waits on the same way is tried with it, since a message alone would not be.
            self.db.execute(
                "UPDATE delivery SET due_at = min(due_at, ?2)
                 WHERE waits IN ('server', 'person') AND claimed = 0 AND way = (SELECT way FROM delivery WHERE id = ?1)",
                (id.0, to_ms(now)),
            )?;
            self.db.execute(
                "UPDATE delivery SET state = 'due', due_at = ?2, attempts = 0, first_try = NULL,
                     ended_at = NULL WHERE id = ?1",
                (id.0, to_ms(now)),
            )?;
        }
        Ok(Some(verdict))
    }

    /// Writes down how an attempt ended and lets go of the claim; false when the claim is lost.
    pub fn finish_delivery(
        &self,
        delivery: &ClaimedDelivery,
        ended: &Ended,
        course: &Course,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (state, due_at, words) = match ended {
            Ended::Sent { reply } => ("sent", now, reply),
            Ended::Again { at, error } | Ended::Down { at, error } | Ended::Held { at, error } => {
                ("due", *at, error)
            }
            Ended::Dropped { why } => ("dropped", now, why),
        };
        let is_sent = state == "sent";
        let waits = matches!(ended, Ended::Down { .. } | Ended::Held { .. });
        let mut finish = self.db.prepare_cached(
            "UPDATE delivery SET state = ?3, due_at = ?4, claimed = 0, attempts = attempts + 1,
                 first_try = coalesce(first_try, ?5), last_error = ?6, reply = ?7, waits = ?8,
                 ended_at = CASE WHEN ?3 = 'due' THEN NULL ELSE ?5 END
             WHERE id = ?1 AND claim = ?2 AND claimed = 1 AND state = 'due' RETURNING way",
        )?;
        let way: Option<String> = finish
            .query_row(
                (
                    delivery.id.0,
                    delivery.claim.number,
                    state,
                    to_ms(due_at),
                    to_ms(now),
                    (!is_sent).then_some(words),
                    is_sent.then_some(words),
                    waits.then_some(ended.as_str()),
                ),
                |row| row.get(0),
            )
            .optional()?;
        let Some(way) = way else { return Ok(false) };
        self.note_attempt(delivery.id, ended, words, course, now)?;
        if !waits {
            // Somebody was spoken to: the way is open.
            self.db
                .prepare_cached(
                    "UPDATE delivery SET waits = NULL, due_at = min(due_at, ?2)
                     WHERE waits IN ('server', 'person') AND claimed = 0 AND way = ?1",
                )?
                .execute((way, to_ms(now)))?;
        }
        Ok(true)
    }

    fn note_attempt(
        &self,
        delivery: DeliveryId,
        ended: &Ended,
        words: &str,
        course: &Course,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let took = u64::try_from(course.took.as_millis()).unwrap_or(u64::MAX);
        let number: u32 = self
            .db
            .prepare_cached(
                "INSERT INTO attempt (delivery, number, at, took, ended, step, code, words)
                 SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7
                 FROM attempt WHERE delivery = ?1 RETURNING number",
            )?
            .query_row(
                (
                    delivery.0,
                    to_ms(now),
                    i64::try_from(took).unwrap_or(i64::MAX),
                    ended.as_str(),
                    &course.step,
                    course.code,
                    words,
                ),
                |row| row.get(0),
            )?;
        if let Some(oldest) = number.checked_sub(MOST_ATTEMPTS).filter(|oldest| *oldest > 0) {
            self.db
                .prepare_cached("DELETE FROM attempt WHERE delivery = ?1 AND number <= ?2")?
                .execute((delivery.0, oldest))?;
        }
        Ok(())
    }
}

/// How many messages leave by a way, and how many may.
struct Way {
    sending: usize,
    most: usize,
}

/// What becomes of a message that a person wants to be tried again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RetryVerdict {
    /// It is due now.
    Due,
    /// It is being tried at this moment.
    OnItsWay,
    /// The server took it, and it would come twice.
    WasSent,
}

fn claimed(
    row: &Row<'_>,
    until: Timestamp,
    due_at: Timestamp,
) -> rusqlite::Result<ClaimedDelivery> {
    let sender: Option<String> = row.get(5)?;
    let bytes: Option<Vec<u8>> = row.get(6)?;
    Ok(ClaimedDelivery {
        id: DeliveryId(row.get(0)?),
        claim: Claim { number: row.get(1)?, until },
        recipient: RecipientName::new(row.get::<_, String>(2)?),
        address: row.get(3)?,
        message_id: row.get(4)?,
        frozen: sender.zip(bytes).map(|(sender, bytes)| Frozen { sender, bytes }),
        attempts: row.get(7)?,
        first_try: row.get::<_, Option<i64>>(8)?.map(from_ms),
        due_at,
    })
}

impl ReadTx<'_> {
    /// When a delivery becomes due after `now`: until then nothing can be claimed that could not be
    /// claimed already.
    pub fn next_delivery_due(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let mut due = self.db.prepare_cached(
            "SELECT min(due_at) FROM delivery WHERE state = 'due' AND due_at > ?1",
        )?;
        Ok(due.query_row([to_ms(now)], |row| row.get::<_, Option<i64>>(0))?.map(from_ms))
    }

    /// Whether a delivery is due.
    pub fn is_delivery_due(&self, now: Timestamp) -> Result<bool, StoreError> {
        let mut due = self
            .db
            .prepare_cached("SELECT 1 FROM delivery WHERE state = 'due' AND due_at <= ?1")?;
        Ok(due.exists([to_ms(now)])?)
    }

    /// The attempts of a delivery that are remembered, first first.
    pub fn attempts_of(&self, delivery: DeliveryId) -> Result<Vec<AttemptRow>, StoreError> {
        let mut rows = self.db.prepare_cached(
            "SELECT number, at, took, ended, step, code, words FROM attempt WHERE delivery = ?1 ORDER BY number",
        )?;
        let rows = rows.query_map([delivery.0], |row| {
            Ok(AttemptRow {
                number: row.get(0)?,
                at: from_ms(row.get(1)?),
                ended: row.get(3)?,
                course: Course {
                    took: Duration::from_millis(row.get(2)?),
                    step: row.get(4)?,
                    code: row.get(5)?,
                },
                words: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The ways on which something waits for a server or a person.
    pub fn closed_ways(&self, now: Timestamp) -> Result<Vec<ClosedWay>, StoreError> {
        let mut ways = self.db.prepare_cached(
            "SELECT way, max(waits = 'person'), max(due_at), min(first_try), last_error,
                 (SELECT count(*) FROM delivery AS due WHERE due.way = delivery.way AND due.state = 'due'
                      AND (due.due_at <= ?1 OR due.waits IS NOT NULL))
             FROM delivery WHERE waits IN ('server', 'person') GROUP BY way ORDER BY way",
        )?;
        let ways = ways.query_map([to_ms(now)], |row| {
            Ok(ClosedWay {
                way: row.get(0)?,
                for_person: row.get(1)?,
                until: from_ms(row.get(2)?),
                since: from_ms(row.get::<_, Option<i64>>(3)?.unwrap_or_default()),
                waiting: row.get(5)?,
                error: row.get::<_, Option<String>>(4)?.unwrap_or_default(),
            })
        })?;
        Ok(ways.collect::<Result<_, _>>()?)
    }
}
