//! Messages that wait: folded into one another, put off, or opened for a slot with nothing to tell.

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use super::{
    ReadTx, WriteTx,
    attempts::ClaimedDelivery,
    deliveries::Posting,
    rows::{from_ms, to_ms},
};
use crate::{
    model::{DeliveryId, RecipientName},
    store::StoreError,
};

/// Why a message waits for another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Why {
    /// Its recipient had as many as they take.
    AtMost,
    /// Its recipient has quiet hours.
    Quiet,
}

/// Where what a message tells is told instead.
#[derive(Clone, Copy, Debug)]
pub struct Fold<'a> {
    /// Recipients whose message to the address may tell it as well, its own among them.
    pub alike: &'a [RecipientName],
    /// Messages with the same value become one.
    pub gathers: &'a str,
    /// When that one is due.
    pub due: Timestamp,
    /// Why.
    pub why: Why,
}

/// A message that is still gathering, as far as its time goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Gathering {
    /// Alerts with the same value share it.
    pub gathers: String,
    /// When it was opened.
    pub made_at: Timestamp,
    /// Alerts in it that came beyond what its recipient takes.
    pub folded: u32,
    /// Alerts in it that waited for the end of quiet hours.
    pub waited: u32,
}

impl WriteTx<'_> {
    /// Puts what a claimed message tells, whose bytes are not fixed, into another one at its address,
    /// or makes it that one; lets go of the claim.
    pub fn fold(&self, claimed: &ClaimedDelivery, fold: &Fold<'_>) -> Result<(), StoreError> {
        let id = claimed.id.0;
        let Some(gathering) = self.reader().gathering_of(claimed.id)? else { return Ok(()) };
        let other = self.gathering(&claimed.address, fold.gathers, fold.alike)?;
        let into = other.filter(|other| *other != id).unwrap_or(id);
        let alerts: u32 = self
            .db
            .prepare_cached("SELECT count(*) FROM delivery_alert WHERE delivery = ?1")?
            .query_row([id], |row| row.get(0))?;
        // One that waits on for the same reason was counted before.
        let alerts = if gathering.gathers == fold.gathers { 0 } else { alerts };
        let (folded, waited) = match fold.why {
            Why::AtMost => (alerts, 0),
            Why::Quiet => (0, alerts),
        };
        if into == id {
            self.db
                .prepare_cached(
                    "UPDATE delivery SET gathers = ?2, due_at = ?3, claimed = 0, left_at = NULL,
                         folded = folded + ?4, waited = waited + ?5 WHERE id = ?1",
                )?
                .execute((id, fold.gathers, to_ms(fold.due), folded, waited))?;
            return Ok(());
        }
        self.db
            .prepare_cached(
                "INSERT OR IGNORE INTO delivery_alert (delivery, alert)
                 SELECT ?2, alert FROM delivery_alert WHERE delivery = ?1",
            )?
            .execute((id, into))?;
        self.db
            .prepare_cached(
                "UPDATE delivery SET folded = folded + ?2, waited = waited + ?3,
                     due_at = min(due_at, ?4) WHERE id = ?1",
            )?
            .execute((
                into,
                folded + gathering.folded,
                waited + gathering.waited,
                to_ms(fold.due),
            ))?;
        self.forget_gathering(claimed.id)
    }

    /// Forgets a message whose bytes were never fixed.
    pub fn forget_gathering(&self, delivery: DeliveryId) -> Result<(), StoreError> {
        self.db
            .prepare_cached(
                "DELETE FROM delivery WHERE id = ?1 AND state = 'due' AND bytes IS NULL",
            )?
            .execute([delivery.0])?;
        Ok(())
    }

    /// Notes that a message was let go and counts among those that its recipient takes.
    pub fn note_left(&self, delivery: DeliveryId, now: Timestamp) -> Result<(), StoreError> {
        self.db
            .prepare_cached("UPDATE delivery SET left_at = ?2 WHERE id = ?1")?
            .execute((delivery.0, to_ms(now)))?;
        Ok(())
    }

    /// Opens the message of a slot, which gathers until then, unless the slot has or had one for one
    /// of these recipients.
    pub fn open_slot(
        &self,
        posting: &Posting<'_>,
        alike: &[RecipientName],
        due: Timestamp,
    ) -> Result<(), StoreError> {
        let names: Vec<_> = alike.iter().map(RecipientName::as_str).collect();
        let mut known = self.db.prepare_cached(
            "SELECT 1 FROM delivery WHERE address = ?1 AND gathers = ?2
                 AND gathers >= 'slot:' AND gathers < 'slot;'
                 AND recipient IN (SELECT value FROM json_each(?3))",
        )?;
        let names = serde_json::Value::from(names).to_string();
        if !known.exists((posting.address, posting.gathers, names))? {
            self.open_delivery(posting, due)?;
        }
        Ok(())
    }
}

impl ReadTx<'_> {
    /// When messages of these recipients left for an address after `since`, the earliest first, as far
    /// as they are counted.
    pub fn left(
        &self,
        recipients: &[RecipientName],
        address: &str,
        since: Timestamp,
    ) -> Result<Vec<Timestamp>, StoreError> {
        let mut left = self.db.prepare_cached(
            "SELECT left_at FROM delivery WHERE address = ?1 AND left_at > ?2
                 AND recipient IN (SELECT value FROM json_each(?3))
             ORDER BY left_at",
        )?;
        let names: Vec<_> = recipients.iter().map(RecipientName::as_str).collect();
        let names = serde_json::Value::from(names).to_string();
        let left = left.query_map((address, to_ms(since), names), |row| row.get(0))?;
        Ok(left.map(|at| at.map(from_ms)).collect::<Result<_, _>>()?)
    }

    /// How a message gathers; `None` when it is not there any more.
    pub fn gathering_of(&self, delivery: DeliveryId) -> Result<Option<Gathering>, StoreError> {
        let mut row = self.db.prepare_cached(
            "SELECT gathers, made_at, folded, waited FROM delivery WHERE id = ?1",
        )?;
        let gathering = row.query_row([delivery.0], |row| {
            Ok(Gathering {
                gathers: row.get(0)?,
                made_at: from_ms(row.get(1)?),
                folded: row.get(2)?,
                waited: row.get(3)?,
            })
        });
        Ok(gathering.optional()?)
    }
}
