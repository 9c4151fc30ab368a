//! Deliveries as people are told of them.

use jiff::Timestamp;
use rusqlite::Params;

use super::{
    ReadTx,
    rows::{from_ms, to_ms},
};
use crate::{
    model::{AlertId, DeliveryId, RecipientName},
    store::StoreError,
};

/// A delivery as `export` and `status` tell of it.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveryRow {
    /// Its row.
    pub id: DeliveryId,
    /// To whom, by name.
    pub recipient: RecipientName,
    /// To which address.
    pub address: String,
    /// `due`, `sent` or `dropped`.
    pub state: String,
    /// When it is due.
    pub due_at: Timestamp,
    /// When the first of its alerts was made.
    pub made_at: Timestamp,
    /// Its Message-ID.
    pub message_id: String,
    /// Attempts so far.
    pub attempts: u32,
    /// When it was first tried.
    pub first_try: Option<Timestamp>,
    /// For what it waits, with all that leaves by the same way: `server` or `person`.
    pub waits: Option<String>,
    /// Its size in bytes, once it is made.
    pub bytes: Option<u64>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was sent or dropped.
    pub ended_at: Option<Timestamp>,
    /// The server's words.
    pub reply: Option<String>,
    /// Its alerts.
    pub alerts: Vec<AlertId>,
}

impl ReadTx<'_> {
    /// Every delivery made since `since`, the oldest first.
    pub fn deliveries_since(&self, since: Timestamp) -> Result<Vec<DeliveryRow>, StoreError> {
        self.deliveries_where("made_at >= ?1", to_ms(since))
    }

    /// The same with every delivery that is still due.
    pub fn deliveries_due_or_since(
        &self,
        since: Timestamp,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        self.deliveries_where("made_at >= ?1 OR state = 'due'", to_ms(since))
    }

    /// Deliveries that wait although they failed before, and those that were dropped since `since`.
    pub fn troubled_deliveries(&self, since: Timestamp) -> Result<Vec<DeliveryRow>, StoreError> {
        self.deliveries_where(
            "(state = 'due' AND attempts > 0) OR (state = 'dropped' AND ended_at >= ?1)",
            to_ms(since),
        )
    }

    /// Deliveries that were first tried before `since` and are still due.
    pub fn overdue_deliveries(&self, since: Timestamp) -> Result<Vec<DeliveryRow>, StoreError> {
        self.deliveries_where("state = 'due' AND first_try <= ?1", to_ms(since))
    }

    /// Deliveries that were given up since `since`, but for those that gather as `kind`.
    pub fn dropped_deliveries(
        &self,
        since: Timestamp,
        kind: &str,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        self.deliveries_by(
            "state = 'dropped' AND ended_at > ?1 AND gathers NOT LIKE ?2 || ':%'",
            (to_ms(since), kind),
        )
    }

    /// The delivery of this number.
    pub fn delivery(&self, id: DeliveryId) -> Result<Option<DeliveryRow>, StoreError> {
        Ok(self.deliveries_where("id = ?1", id.0)?.pop())
    }

    /// The deliveries that tell an alert.
    pub fn deliveries_of(&self, alert: AlertId) -> Result<Vec<DeliveryRow>, StoreError> {
        self.deliveries_where(
            "id IN (SELECT delivery FROM delivery_alert WHERE alert = ?1)",
            alert.0,
        )
    }

    fn deliveries_where(
        &self,
        condition: &str,
        value: i64,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        self.deliveries_by(condition, [value])
    }

    fn deliveries_by(
        &self,
        condition: &str,
        values: impl Params,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let mut rows = self.db.prepare_cached(&format!(
            "SELECT id, recipient, address, state, due_at, made_at, message_id, attempts, last_error, ended_at, reply,
                 first_try, waits, length(bytes),
                 (SELECT json_group_array(alert) FROM delivery_alert WHERE delivery = delivery.id)
             FROM delivery WHERE {condition} ORDER BY id"
        ))?;
        let rows = rows.query_map(values, |row| {
            let alerts: String = row.get(14)?;
            let alerts: Vec<i64> = serde_json::from_str(&alerts).unwrap_or_default();
            Ok(DeliveryRow {
                id: DeliveryId(row.get(0)?),
                recipient: RecipientName::new(row.get::<_, String>(1)?),
                address: row.get(2)?,
                state: row.get(3)?,
                due_at: from_ms(row.get(4)?),
                made_at: from_ms(row.get(5)?),
                message_id: row.get(6)?,
                attempts: row.get(7)?,
                first_try: row.get::<_, Option<i64>>(11)?.map(from_ms),
                waits: row.get(12)?,
                bytes: row.get(13)?,
                last_error: row.get(8)?,
                ended_at: row.get::<_, Option<i64>>(9)?.map(from_ms),
                reply: row.get(10)?,
                alerts: alerts.into_iter().map(AlertId).collect(),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
