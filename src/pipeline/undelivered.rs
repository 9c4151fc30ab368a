//! Tells the operator of messages that nobody takes, by an address that still takes some.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tracing::error;

use super::{Context, word};
use crate::{
    alert::{
        Channel, Operator,
        undelivered::{self, Memory, Stuck, TOO_LONG},
    },
    store::{DeliveryRow, MAIL, ReadTx, StoreError},
};

/// What words of this kind gather as; one that is not taken is no reason for another.
const KIND: &str = "undelivered";

/// What is to be told, to whom, and what is remembered then.
struct Looked {
    stuck: Vec<Stuck>,
    addresses: Vec<String>,
    memory: Memory,
}

/// Puts a word into the outbox when an address takes nothing for too long, or a message was given
/// up; the word and the note that it was told are one transaction.
pub(super) async fn tell(context: &Context) -> Result<(), StoreError> {
    let (in_force, now) = (context.in_force(), context.clock.now());
    let operator = in_force.live.operator.clone();
    let looked = context.store.read(move |tx| look(tx, operator.as_ref(), now)).await?;
    let Some(Looked { stuck, addresses, memory }) = looked else { return Ok(()) };
    for one in &stuck {
        error!(
            recipient.name = %one.recipient,
            "messages to `{}` are not taken: {} wait, {} were given up: {}",
            one.recipient, one.waiting, one.given_up, one.error
        );
    }
    let posted = context.store.write(move |tx| {
        tx.note_undelivered(&memory)?;
        let zone = in_force.live.operator.as_ref().map(|operator| operator.timezone.clone());
        if stuck.is_empty() {
            return Ok(());
        }
        let rendered = undelivered::word(&stuck, &zone.unwrap_or(jiff::tz::TimeZone::UTC));
        word::post(tx, &in_force.live, &addresses, &rendered, KIND, now)
    });
    posted.await?;
    context.wake.deliveries.notify_one();
    Ok(())
}

fn look(
    tx: &ReadTx<'_>,
    operator: Option<&Operator>,
    now: Timestamp,
) -> Result<Option<Looked>, StoreError> {
    let Some(memory) = tx.told_undelivered()? else {
        let memory = Memory::new(now);
        return Ok(Some(Looked { stuck: Vec::new(), addresses: Vec::new(), memory }));
    };
    let overdue = tx.overdue_deliveries(now - TOO_LONG)?;
    let given_up = tx.dropped_deliveries(memory.looked, KIND)?;
    let all = stuck(&overdue, &given_up);
    let Some((stuck, memory)) = undelivered::decide(&memory, &all, now) else { return Ok(None) };
    let closed = tx.closed_ways(now)?.iter().any(|way| way.way == MAIL);
    let addresses = operator.map_or_else(Vec::new, |operator| reachable(operator, &all, closed));
    Ok(Some(Looked { stuck, addresses, memory }))
}

/// What is stuck, by address.
fn stuck(overdue: &[DeliveryRow], given_up: &[DeliveryRow]) -> Vec<Stuck> {
    let mut all: BTreeMap<&str, Stuck> = BTreeMap::new();
    for row in overdue.iter().chain(given_up) {
        let since = row.first_try.unwrap_or(row.made_at);
        let one = all.entry(&row.address).or_insert_with(|| Stuck {
            recipient: row.recipient.clone(),
            address: row.address.clone(),
            since,
            waiting: 0,
            given_up: 0,
            error: String::new(),
        });
        one.since = one.since.min(since);
        if row.state == "due" {
            one.waiting += 1;
        } else {
            one.given_up += 1;
        }
        if let Some(error) = &row.last_error {
            one.error.clone_from(error);
        }
    }
    all.into_values().collect()
}

/// The addresses of the operator that still take messages. Where there is none, the word waits with
/// the others, but not for the very address that it is about.
fn reachable(operator: &Operator, stuck: &[Stuck], mail_is_closed: bool) -> Vec<String> {
    let all = operator.email.iter().chain(&operator.channels);
    let is_stuck = |address: &&String| stuck.iter().any(|one| one.address == **address);
    let others: Vec<_> = all.filter(|address| !is_stuck(address)).cloned().collect();
    let open: Vec<_> = others
        .iter()
        .filter(|address| !mail_is_closed || Channel::of(address) != Channel::Mail)
        .cloned()
        .collect();
    if open.is_empty() { others } else { open }
}
