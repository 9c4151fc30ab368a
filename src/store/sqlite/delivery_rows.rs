//! Deliveries as people are told of them.

use jiff::Timestamp;

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

    /// Deliveries that wait although they failed before, and those that were dropped since `since`.
    pub fn troubled_deliveries(&self, since: Timestamp) -> Result<Vec<DeliveryRow>, StoreError> {
        self.deliveries_where(
            "(state = 'due' AND attempts > 0) OR (state = 'dropped' AND ended_at >= ?1)",
            to_ms(since),
        )
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
        let mut rows = self.db.prepare_cached(&format!(
            "SELECT id, recipient, address, state, due_at, made_at, message_id, attempts, last_error, ended_at, reply,
                 (SELECT json_group_array(alert) FROM delivery_alert WHERE delivery = delivery.id)
             FROM delivery WHERE {condition} ORDER BY id"
        ))?;
        let rows = rows.query_map([value], |row| {
            let alerts: String = row.get(11)?;
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
                last_error: row.get(8)?,
                ended_at: row.get::<_, Option<i64>>(9)?.map(from_ms),
                reply: row.get(10)?,
                alerts: alerts.into_iter().map(AlertId).collect(),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
