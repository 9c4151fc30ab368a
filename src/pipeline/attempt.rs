//! One attempt to hand over a message whose bytes are fixed, and what it came to.

use std::time::Duration;

use jiff::Timestamp;
use tracing::{error, info, warn};

use super::{Context, InForce};
use crate::{
    alert::{
        Channel, payload,
        retry::{self, Failure, Verdict},
    },
    channel::{self, Endpoint},
    mail::{MailError, NextStep, Outgoing, Receipt},
    model::RuleName,
    store::{ClaimedDelivery, Course, Ended, Frozen},
};

/// Messages that a feed is made of: at least as many as it has entries.
const MOST_ENTRIES: usize = 100;

/// Sends the bytes; what that came to, and how far it came.
pub(super) async fn attempt(
    context: &Context,
    claimed: &ClaimedDelivery,
    in_force: &InForce,
    frozen: Frozen,
) -> (Ended, Course) {
    let outgoing = Outgoing {
        from: frozen.sender,
        to: claimed.address.clone(),
        message_id: claimed.message_id.clone(),
        bytes: frozen.bytes,
    };
    let started = context.clock.now();
    let sent = match Channel::of(&claimed.address) {
        Channel::Mail => in_force.mailer.send(&outgoing).await,
        _ => beside_mail(context, claimed, in_force, &outgoing).await,
    };
    let now = context.clock.now();
    let took = now.duration_since(started).unsigned_abs();
    let error = match sent {
        Ok(receipt) => {
            return (Ended::Sent { reply: receipt.reply }, Course { took, ..Course::default() });
        }
        Err(error) => error,
    };
    let course = Course { step: error.step.map(str::to_owned), code: error.code, took };
    (verdict(claimed, in_force.live.limits.give_up_after, &error, now), course)
}

async fn beside_mail(
    context: &Context,
    claimed: &ClaimedDelivery,
    in_force: &InForce,
    outgoing: &Outgoing,
) -> Result<Receipt, MailError> {
    match in_force.live.channels.get(&claimed.address) {
        None => Err(MailError::new(NextStep::Never, nowhere(claimed))),
        Some(Endpoint::Feed(folder)) => {
            let feeds = feeds(context, claimed, &outgoing.bytes).await?;
            channel::write_feeds(folder.clone(), feeds).await
        }
        Some(endpoint) => {
            channel::send(endpoint, &in_force.fetcher, outgoing, context.clock.now()).await
        }
    }
}

/// Why a message has nowhere to go.
pub(super) fn nowhere(claimed: &ClaimedDelivery) -> String {
    let channel = Channel::of(&claimed.address);
    format!("recipient `{}` has no `{channel}` in the configuration any more", claimed.recipient)
}

/// The feeds of the rules that a message tells of, with what was told before.
async fn feeds(
    context: &Context,
    claimed: &ClaimedDelivery,
    bytes: &[u8],
) -> Result<std::collections::BTreeMap<String, String>, MailError> {
    let rules = payload::rules(bytes);
    let (address, wanted) = (claimed.address.clone(), rules.clone());
    let read = context.store.read(move |tx| {
        let mut messages = Vec::new();
        for rule in &wanted {
            let told =
                tx.messages_of_rule(&address, &RuleName::new(rule.as_str()), MOST_ENTRIES)?;
            messages.extend(told);
        }
        messages.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
        messages.dedup_by_key(|(id, _)| *id);
        Ok(messages.into_iter().map(|(_, bytes)| bytes).collect::<Vec<_>>())
    });
    let messages = read.await.map_err(|fault| {
        MailError::new(NextStep::Retry, format!("reading what was told before: {fault}"))
    })?;
    let instance = claimed.message_id.split_once('.').map_or("", |(_, rest)| rest);
    let mut feeds = payload::feed(&messages, instance);
    feeds.retain(|rule, _| rules.contains(rule));
    Ok(feeds)
}

/// What becomes of a message that was not taken.
fn verdict(
    claimed: &ClaimedDelivery,
    give_up_after: Duration,
    error: &MailError,
    now: Timestamp,
) -> Ended {
    let failure = match error.next_step {
        NextStep::Retry => Failure::Transient,
        NextStep::Down => Failure::Down,
        NextStep::Never => Failure::Permanent,
        NextStep::Operator => Failure::Operator,
    };
    let attempts = claimed.attempts.saturating_add(1);
    let first_try = claimed.first_try.unwrap_or(now);
    match retry::after_failure(attempts, first_try, give_up_after, failure, error.after, now) {
        Verdict::Dropped(why) => Ended::Dropped { why: format!("{why}: {error}") },
        Verdict::Again(at) => {
            let error = error.to_string();
            match failure {
                Failure::Operator => Ended::Held { at, error },
                Failure::Down => Ended::Down { at, error },
                Failure::Transient | Failure::Permanent => Ended::Again { at, error },
            }
        }
    }
}

/// Logs what an attempt came to; of many that fail not every one.
pub(super) fn tell(claimed: &ClaimedDelivery, ended: &Ended) {
    let (delivery, recipient, attempt) = (claimed.id, &claimed.recipient, claimed.attempts + 1);
    match ended {
        Ended::Sent { reply } => {
            info!(delivery.id = %delivery, recipient.name = %recipient, attempt, "sent to `{recipient}`: {reply}");
        }
        Ended::Again { at, error } | Ended::Down { at, error } | Ended::Held { at, error }
            if attempt.is_power_of_two() =>
        {
            warn!(delivery.id = %delivery, recipient.name = %recipient, attempt, "not sent to `{recipient}`: {error}; next try at {at}");
        }
        Ended::Again { .. } | Ended::Down { .. } | Ended::Held { .. } => {}
        Ended::Dropped { why } => {
            error!(delivery.id = %delivery, recipient.name = %recipient, attempt, "given up for `{recipient}`: {why}");
        }
    }
}
