//! Deliveries: the outbox, from the promise to tell to the bytes of the message.

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use super::{
    ReadTx, WriteTx,
    alerts::AlertRow,
    attempts::{ClaimedDelivery, MAIL},
    rows::{from_ms, to_ms},
};
use crate::{
    model::{AlertId, DeliveryId, RecipientName, RuleName, StoryId},
    store::StoreError,
};

/// The bytes of a message, made before the first attempt and never again.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Frozen {
    /// Envelope sender.
    pub sender: String,
    /// The message.
    pub bytes: Vec<u8>,
}

/// An alert promised to one address.
#[derive(Clone, Copy, Debug)]
pub struct Promise<'a> {
    /// Which alert.
    pub alert: AlertId,
    /// To whom, by name.
    pub recipient: &'a RecipientName,
    /// To which address.
    pub address: &'a str,
    /// Recipients whose message to this address may tell it as well, the one itself among them.
    pub alike: &'a [RecipientName],
    /// Alerts with the same value share a message.
    pub gathers: &'a str,
    /// When the message is due.
    pub due: Timestamp,
    /// It would be due earlier, were it not for quiet hours.
    pub waits: bool,
    /// The right-hand side of its Message-ID.
    pub domain: &'a str,
    /// Now.
    pub now: Timestamp,
}

impl<'a> Promise<'a> {
    fn posting(&self) -> Posting<'a> {
        let Self { recipient, address, gathers, domain, now, .. } = *self;
        Posting { recipient, address, gathers, domain, now }
    }
}

/// A message to one address that tells no alert.
#[derive(Clone, Copy, Debug)]
pub struct Posting<'a> {
    /// To whom, by name.
    pub recipient: &'a RecipientName,
    /// To which address.
    pub address: &'a str,
    /// What it is.
    pub gathers: &'a str,
    /// The right-hand side of its Message-ID.
    pub domain: &'a str,
    /// Now; it is due at once.
    pub now: Timestamp,
}

/// An address that was told of a story for a rule, or will be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hearer {
    /// To whom, by name.
    pub recipient: RecipientName,
    /// Which address.
    pub address: String,
    /// The message that gathers there and will tell; `None` when one was told already.
    pub promised: Option<DeliveryId>,
}

/// The mails that a message stands under in the reader's thread.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Thread {
    /// Message-IDs sent to the address about the same stories, the oldest first.
    pub references: Vec<String>,
}

impl WriteTx<'_> {
    /// Promises an alert to an address: in the message that is gathering there, or in a new one.
    pub fn enqueue(&self, promise: &Promise<'_>) -> Result<DeliveryId, StoreError> {
        let open = self.gathering(promise.address, promise.gathers, promise.alike)?;
        let delivery = match open {
            Some(delivery) => {
                // Only an urgent alert brings the time forward; a claimed delivery is at its time.
                self.db
                    .prepare_cached("UPDATE delivery SET due_at = min(due_at, ?2) WHERE id = ?1 AND claimed = 0")?
                    .execute((delivery, to_ms(promise.due)))?;
                delivery
            }
            None => self.open_delivery(&promise.posting(), promise.due)?,
        };
        let is_new = self.join(DeliveryId(delivery), promise.alert)?;
        if is_new && promise.waits {
            self.db
                .prepare_cached("UPDATE delivery SET waited = waited + 1 WHERE id = ?1")?
                .execute([delivery])?;
        }
        Ok(DeliveryId(delivery))
    }

    /// The message that gathers at an address for one of these recipients and is not frozen.
    pub(super) fn gathering(
        &self,
        address: &str,
        gathers: &str,
        recipients: &[RecipientName],
    ) -> Result<Option<i64>, StoreError> {
        let names: Vec<_> = recipients.iter().map(RecipientName::as_str).collect();
        let mut open = self.db.prepare_cached(
            "SELECT id FROM delivery WHERE address = ?1 AND gathers = ?2
                 AND recipient IN (SELECT value FROM json_each(?3))
                 AND state = 'due' AND bytes IS NULL ORDER BY id LIMIT 1",
        )?;
        let names = serde_json::Value::from(names).to_string();
        Ok(open.query_row((address, gathers, names), |row| row.get(0)).optional()?)
    }

    /// Adds an alert to a message that is not frozen; false when it is there already.
    pub fn join(&self, delivery: DeliveryId, alert: AlertId) -> Result<bool, StoreError> {
        let joined = self
            .db
            .prepare_cached(
                "INSERT OR IGNORE INTO delivery_alert (delivery, alert) VALUES (?1, ?2)",
            )?
            .execute((delivery.0, alert.0))?;
        Ok(joined == 1)
    }

    /// Puts a message into the outbox that is whole from the start: `write` makes it for its
    /// Message-ID, or says why it cannot.
    pub fn post(
        &self,
        posting: &Posting<'_>,
        write: impl FnOnce(String) -> Result<Frozen, String>,
    ) -> Result<DeliveryId, StoreError> {
        let id = self.open_delivery(posting, posting.now)?;
        let named = "SELECT message_id FROM delivery WHERE id = ?1";
        let message_id = self.db.query_row(named, [id], |row| row.get(0))?;
        let frozen = write(message_id).map_err(StoreError::Content)?;
        self.db
            .prepare_cached("UPDATE delivery SET sender = ?2, bytes = ?3 WHERE id = ?1")?
            .execute((id, &frozen.sender, &frozen.bytes))?;
        Ok(DeliveryId(id))
    }

    /// The number and the instance make the Message-ID; it is fixed here, before any attempt.
    pub(super) fn open_delivery(
        &self,
        posting: &Posting<'_>,
        due: Timestamp,
    ) -> Result<i64, StoreError> {
        self.db
            .prepare_cached(
                "INSERT INTO delivery (id, recipient, address, gathers, state, due_at, made_at, message_id, way)
                 SELECT next.id, ?1, ?2, ?3, 'due', ?4, ?5, next.id || '.' || meta.value || '@' || ?6, ?7
                 FROM (SELECT coalesce(max(id), 0) + 1 AS id FROM delivery) AS next, meta WHERE meta.key = 'instance'",
            )?
            .execute((
                posting.recipient.as_str(),
                posting.address,
                posting.gathers,
                to_ms(due),
                to_ms(posting.now),
                posting.domain,
                if posting.address.contains('@') { MAIL } else { posting.address },
            ))?;
        Ok(self.db.last_insert_rowid())
    }

    /// Fixes the bytes of a message, which then counts what was silenced up to `newest`; false when the claim is lost, or when what it tells was
    /// followed by an alert after `newest`, so that it must be made again.
    pub fn freeze(
        &self,
        delivery: &ClaimedDelivery,
        newest: AlertId,
        frozen: &Frozen,
    ) -> Result<bool, StoreError> {
        let changed = self
            .db
            .prepare_cached(
                "UPDATE delivery SET sender = ?4, bytes = ?5
                 WHERE id = ?1 AND claim = ?2 AND claimed = 1 AND bytes IS NULL
                     AND NOT EXISTS (
                         SELECT 1 FROM delivery_alert JOIN alert AS told ON told.id = delivery_alert.alert
                         JOIN alert AS later ON later.story = told.story AND later.rule = told.rule
                         WHERE delivery = ?1 AND later.id > ?3)",
            )?
            .execute((
                delivery.id.0,
                delivery.claim.number,
                newest.0,
                &frozen.sender,
                &frozen.bytes,
            ))?;
        if changed == 1 {
            self.count_silenced(delivery, newest)?;
        }
        Ok(changed == 1)
    }
}

impl ReadTx<'_> {
    /// The alerts that a delivery tells.
    pub fn alerts_in(&self, delivery: DeliveryId) -> Result<Vec<AlertRow>, StoreError> {
        self.alerts_where(
            "id IN (SELECT alert FROM delivery_alert WHERE delivery = ?1)",
            delivery.0,
        )
    }

    /// When the news of a delivery was published, or else seen: the earliest of its alerts; `None`
    /// where its articles are forgotten.
    pub fn told_since(&self, delivery: DeliveryId) -> Result<Option<Timestamp>, StoreError> {
        let mut since = self.db.prepare_cached(
            "SELECT min(coalesce(published, seen_at)) FROM delivery_alert
             JOIN alert ON alert.id = delivery_alert.alert JOIN article ON article.id = alert.article
             WHERE delivery = ?1",
        )?;
        Ok(since.query_row([delivery.0], |row| row.get::<_, Option<i64>>(0))?.map(from_ms))
    }

    /// The newest alert there is; 0 before the first.
    pub fn newest_alert(&self) -> Result<AlertId, StoreError> {
        let newest =
            self.db.query_row("SELECT coalesce(max(id), 0) FROM alert", [], |row| row.get(0))?;
        Ok(AlertId(newest))
    }

    /// Who was told of a story for a rule, or is promised to be, in the order of the promises.
    pub fn hearers(&self, rule: &RuleName, story: StoryId) -> Result<Vec<Hearer>, StoreError> {
        let mut hearers = self.db.prepare_cached(
            "SELECT recipient, address, max(bytes IS NOT NULL), min(delivery.id) FROM alert
             JOIN delivery_alert ON delivery_alert.alert = alert.id
             JOIN delivery ON delivery.id = delivery_alert.delivery
             WHERE rule = ?1 AND story = ?2 AND state <> 'dropped'
             GROUP BY recipient, address ORDER BY min(delivery.id)",
        )?;
        let hearers = hearers.query_map((rule.as_str(), story.0), |row| {
            let told: bool = row.get(2)?;
            Ok(Hearer {
                recipient: RecipientName::new(row.get::<_, String>(0)?),
                address: row.get(1)?,
                promised: if told { None } else { Some(DeliveryId(row.get(3)?)) },
            })
        })?;
        Ok(hearers.collect::<Result<_, _>>()?)
    }

    /// The mails to the address before that told of one of these stories for one of these rules,
    /// without those that were given up.
    pub fn thread(
        &self,
        before: DeliveryId,
        address: &str,
        rules: &[RuleName],
        stories: &[StoryId],
    ) -> Result<Thread, StoreError> {
        let rules: Vec<_> = rules.iter().map(RuleName::as_str).collect();
        let stories: Vec<_> = stories.iter().map(|story| story.0).collect();
        let json = |value: serde_json::Value| value.to_string();
        let mut found = self.db.prepare_cached(
            "SELECT DISTINCT delivery.id, message_id FROM delivery
             JOIN delivery_alert ON delivery_alert.delivery = delivery.id
             JOIN alert ON alert.id = delivery_alert.alert
             WHERE delivery.address = ?1 AND delivery.id < ?2 AND bytes IS NOT NULL
                 AND state <> 'dropped'
                 AND rule IN (SELECT value FROM json_each(?3)) AND story IN (SELECT value FROM json_each(?4))
             ORDER BY delivery.id",
        )?;
        let found = found
            .query_map((address, before.0, json(rules.into()), json(stories.into())), |row| {
                row.get(1)
            })?;
        Ok(Thread { references: found.collect::<Result<_, _>>()? })
    }

    /// The newest messages to an address that tell of a rule, the newest first, with their numbers.
    pub fn messages_of_rule(
        &self,
        address: &str,
        rule: &RuleName,
        most: usize,
    ) -> Result<Vec<(DeliveryId, Vec<u8>)>, StoreError> {
        let mut found = self.db.prepare_cached(
            "SELECT id, bytes FROM delivery
             WHERE address = ?1 AND bytes IS NOT NULL AND EXISTS (
                 SELECT 1 FROM delivery_alert JOIN alert ON alert.id = delivery_alert.alert
                 WHERE delivery_alert.delivery = delivery.id AND alert.rule = ?2)
             ORDER BY id DESC LIMIT ?3",
        )?;
        let found = found.query_map((address, rule.as_str(), most), |row| {
            Ok((DeliveryId(row.get(0)?), row.get(1)?))
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}
