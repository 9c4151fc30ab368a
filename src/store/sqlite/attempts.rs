//! Attempts to deliver: which messages may be tried now, and how each attempt ended.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Row;

use super::{
    ReadTx, WriteTx,
    deliveries::Frozen,
    rows::{from_ms, to_ms},
};
use crate::{
    model::{Claim, DeliveryId, RecipientName},
    store::StoreError,
};

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
    /// Nothing is taken until a person mends the settings; it is tried again all the same.
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

impl WriteTx<'_> {
    /// Claims at most `most` due deliveries, the longest due first.
    pub fn claim_deliveries(
        &self,
        now: Timestamp,
        lease: Duration,
        most: usize,
    ) -> Result<Vec<ClaimedDelivery>, StoreError> {
        let until = now + lease;
        let mut due = self
            .db
            .prepare_cached("SELECT id, due_at FROM delivery WHERE state = 'due' AND due_at <= ?1 ORDER BY due_at, id LIMIT ?2")?;
        let due: Vec<(i64, i64)> = due
            .query_map((to_ms(now), most), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut claim = self.db.prepare_cached(
            "UPDATE delivery SET due_at = ?2, claim = claim + 1, claimed = 1 WHERE id = ?1
             RETURNING id, claim, recipient, address, message_id, sender, bytes, attempts, first_try",
        )?;
        due.into_iter()
            .map(|(id, was_due)| {
                Ok(claim
                    .query_row((id, to_ms(until)), |row| claimed(row, until, from_ms(was_due)))?)
            })
            .collect()
    }

    /// Makes messages that failed before due now: what was in their way may be mended.
    pub fn retry_deliveries(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut retry = self.db.prepare_cached(
            "UPDATE delivery SET due_at = min(due_at, ?1)
             WHERE state = 'due' AND claimed = 0 AND attempts > 0",
        )?;
        Ok(retry.execute([to_ms(now)])?)
    }

    /// Writes down how an attempt ended and lets go of the claim; false when the claim is lost.
    pub fn finish_delivery(
        &self,
        delivery: &ClaimedDelivery,
        ended: &Ended,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (state, due_at, error, reply) = match ended {
            Ended::Sent { reply } => ("sent", now, None, Some(reply)),
            Ended::Again { at, error } | Ended::Held { at, error } => {
                ("due", *at, Some(error), None)
            }
            Ended::Dropped { why } => ("dropped", now, Some(why), None),
        };
        let changed = self
            .db
            .prepare_cached(
                "UPDATE delivery SET state = ?3, due_at = ?4, claimed = 0, attempts = attempts + 1,
                     first_try = coalesce(first_try, ?5), last_error = ?6, reply = ?7,
                     ended_at = CASE WHEN ?3 = 'due' THEN NULL ELSE ?5 END
                 WHERE id = ?1 AND claim = ?2 AND claimed = 1 AND state = 'due'",
            )?
            .execute((
                delivery.id.0,
                delivery.claim.number,
                state,
                to_ms(due_at),
                to_ms(now),
                error,
                reply,
            ))?;
        Ok(changed == 1)
    }
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
    /// When the next delivery is due.
    pub fn next_delivery_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let mut due =
            self.db.prepare_cached("SELECT min(due_at) FROM delivery WHERE state = 'due'")?;
        Ok(due.query_row([], |row| row.get::<_, Option<i64>>(0))?.map(from_ms))
    }
}
