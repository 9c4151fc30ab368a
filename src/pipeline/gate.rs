//! Which messages leave now, and which wait: for the end of quiet hours, or for others to come.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::promise::alike;
use crate::{
    alert::{FLASH, Reason, Recipient},
    config::Live,
    store::{AlertRow, ClaimedDelivery, Fold, Posting, Room, StoreError, Why, WriteTx},
};

/// Messages beyond what a recipient takes gather under this name.
const FOLDED: &str = "folded";

/// How often it looks for more when what it claimed has to wait.
const LOOKS: usize = 2_500;

/// Claims messages that are due and may leave now, as many as there is room for.
///
/// Those that may not are put off in the same transaction, so that a message is either on its way or
/// has another time. A message whose bytes are fixed was let go before and is never held back.
pub fn claim(
    tx: &WriteTx<'_>,
    live: &Live,
    now: Timestamp,
    lease: Duration,
    room: Room,
) -> Result<Vec<ClaimedDelivery>, StoreError> {
    let mut free = Vec::new();
    for _ in 0..LOOKS {
        let claimed = tx.claim_deliveries(now, lease, room)?;
        if claimed.is_empty() {
            break;
        }
        for delivery in claimed {
            if leaves(tx, &delivery, live, now)? {
                free.push(delivery);
            }
        }
    }
    Ok(free)
}

/// Opens the message of the next slot of everybody who has one also when there is nothing to tell.
pub fn open_slots(tx: &WriteTx<'_>, live: &Live, now: Timestamp) -> Result<(), StoreError> {
    live.recipients.values().try_for_each(|recipient| open_slot(tx, recipient, live, now))
}

fn open_slot(
    tx: &WriteTx<'_>,
    recipient: &Recipient,
    live: &Live,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(slot) = recipient.next_empty(now) else { return Ok(()) };
    for address in recipient.addresses() {
        let posting = Posting {
            recipient: &recipient.name,
            address: &address,
            gathers: &Recipient::gathers_in_digest(slot),
            domain: live.mail_domain(),
            now,
        };
        tx.open_slot(&posting, &alike(recipient, &address, live), slot)?;
    }
    Ok(())
}

/// Whether a claimed message leaves now; one that does not has another time after this.
fn leaves(
    tx: &WriteTx<'_>,
    claimed: &ClaimedDelivery,
    live: &Live,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let recipient = live.recipients.get(&claimed.recipient);
    if let Some(recipient) = recipient {
        open_slot(tx, recipient, live, now)?;
    }
    if claimed.frozen.is_some() {
        return Ok(true);
    }
    let alerts = tx.reader().alerts_in(claimed.id)?;
    if alerts.is_empty() && !is_awaited(tx, claimed, recipient)? {
        tx.forget_gathering(claimed.id)?;
        return Ok(false);
    }
    let Some(recipient) = recipient else { return Ok(true) };
    let alike = alike(recipient, &claimed.address, live);
    let passes = |alert: &AlertRow| recipient.passes.lets_through(&alert.reason, alert.priority);
    if !alerts.iter().any(passes)
        && let Some(end) = recipient.quiet.until(&recipient.timezone, now)
    {
        let gathers = Recipient::gathers_in_digest(end);
        tx.fold(claimed, &Fold { alike: &alike, gathers: &gathers, due: end, why: Why::Quiet })?;
        return Ok(false);
    }
    let Some(at_most) = &recipient.at_most else { return Ok(true) };
    if alerts.iter().any(is_urgent) {
        return Ok(true);
    }
    let left = tx.reader().left(&alike, &claimed.address, at_most.since(now))?;
    match at_most.room_at(&left, now) {
        None => {
            tx.note_left(claimed.id, now)?;
            Ok(true)
        }
        // Who gets as much as they take need not hear that a slot was empty.
        Some(_) if alerts.is_empty() => {
            tx.forget_gathering(claimed.id)?;
            Ok(false)
        }
        Some(due) => {
            tx.fold(claimed, &Fold { alike: &alike, gathers: FOLDED, due, why: Why::AtMost })?;
            Ok(false)
        }
    }
}

/// What no cap holds back, nor counts.
fn is_urgent(alert: &AlertRow) -> bool {
    matches!(alert.reason, Reason::Kill { .. }) || alert.priority == Some(FLASH)
}

/// Whether a message without alerts is one that its recipient awaits: that of a slot which is still
/// one of theirs.
fn is_awaited(
    tx: &WriteTx<'_>,
    claimed: &ClaimedDelivery,
    recipient: Option<&Arc<Recipient>>,
) -> Result<bool, StoreError> {
    let Some(recipient) = recipient else { return Ok(false) };
    let Some(gathering) = tx.reader().gathering_of(claimed.id)? else { return Ok(false) };
    let slot = Recipient::slot_of(&gathering.gathers);
    Ok(slot.is_some_and(|slot| recipient.awaits(slot, gathering.made_at)))
}
