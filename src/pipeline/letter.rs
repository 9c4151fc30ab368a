//! From what is told to the bytes of a message: the letter, its envelope and its list.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::{Timestamp, tz::TimeZone};

use super::{InForce, attempt, telling::Told};
use crate::{
    alert::{self, Channel, Letter, payload},
    config::Live,
    mail::{
        Message,
        message::{self, ListId, Unsubscribe},
    },
    store::{ClaimedDelivery, Thread},
};

/// A message that leaves this long after it was due says so.
const LATE: Duration = Duration::from_mins(30);

/// Who gets a letter, under which Message-ID, and what it follows.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
    /// To which address.
    pub address: String,
    /// The mails that it stands under.
    pub thread: Thread,
}

/// A message as its parts.
#[derive(Clone, Debug)]
pub struct Composed {
    /// The message.
    pub message: Message,
    /// Templates of a person's own that failed, each with why; the program's took their place.
    pub failed: BTreeMap<&'static str, String>,
}

/// Puts a letter into an envelope, as the configuration says.
pub fn compose(letter: &Letter, envelope: Envelope, live: &Live) -> Composed {
    let rendered = alert::render(letter, &live.templates);
    let tellings = &letter.tellings;
    let rules = distinct(tellings.iter().map(|telling| telling.rule.clone()));
    let message = Message {
        message_id: envelope.message_id,
        in_reply_to: envelope.thread.references.last().cloned(),
        references: envelope.thread.references,
        from: live.from.clone(),
        reply_to: live.reply_to.clone(),
        to: envelope.address,
        list: Some(list(letter, live)),
        unsubscribe: unsubscribe(letter, live),
        priority: tellings.iter().filter_map(|telling| telling.priority).min(),
        date: letter.now,
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
        rules,
        stories: distinct(tellings.iter().map(|telling| telling.story)),
        reasons: distinct(tellings.iter().map(|telling| telling.reason.kind().to_owned())),
    };
    Composed { message, failed: rendered.failed }
}

/// The letter that a delivery is now.
pub(super) fn letter(
    told: &Told,
    claimed: &ClaimedDelivery,
    in_force: &InForce,
    now: Timestamp,
) -> Letter {
    let late = now.duration_since(claimed.due_at).unsigned_abs();
    Letter {
        recipient: claimed.recipient.clone(),
        tellings: told.tellings.clone(),
        timezone: in_force
            .live
            .recipients
            .get(&claimed.recipient)
            .map_or(TimeZone::UTC, |recipient| recipient.timezone.clone()),
        now,
        late: (now > claimed.due_at && late >= LATE && claimed.attempts == 0).then_some(late),
        held: told.held.clone(),
        watch: told.watch.clone(),
    }
}

/// The bytes of a message, and the templates that failed; or why there can be none.
pub(super) fn write_message(
    told: &Told,
    claimed: &ClaimedDelivery,
    in_force: &InForce,
    now: Timestamp,
) -> Result<(Vec<u8>, BTreeMap<&'static str, String>), String> {
    let letter = letter(told, claimed, in_force, now);
    if Channel::of(&claimed.address) != Channel::Mail {
        return write_body(told, claimed, in_force, &letter);
    }
    let envelope = Envelope {
        message_id: claimed.message_id.clone(),
        address: claimed.address.clone(),
        thread: told.thread.clone(),
    };
    let Composed { message, failed } = compose(&letter, envelope, &in_force.live);
    let bytes = message::format(&message).map_err(|error| error.to_string())?;
    Ok((bytes, failed))
}

/// The same for a channel beside mail.
fn write_body(
    told: &Told,
    claimed: &ClaimedDelivery,
    in_force: &InForce,
    letter: &Letter,
) -> Result<(Vec<u8>, BTreeMap<&'static str, String>), String> {
    let live = &in_force.live;
    let endpoint = live.channels.get(&claimed.address).ok_or_else(|| attempt::nowhere(claimed))?;
    let rendered = alert::render(letter, &live.templates);
    let heading = payload::Heading {
        id: &claimed.message_id,
        follows: &told.thread.references,
        recipient: &claimed.recipient,
        now: letter.now,
    };
    let bytes = payload::of_letter(&heading, letter, &rendered, endpoint.format());
    Ok((bytes, rendered.failed))
}

fn distinct<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    values.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The list that mail readers may file a message under: its rule, where it tells of one only, else
/// its recipient.
fn list(letter: &Letter, live: &Live) -> ListId {
    let domain = live.mail_domain();
    match only_rule(letter) {
        Some(telling) => ListId {
            title: telling.rule_title.clone().unwrap_or_else(|| telling.rule.to_string()),
            id: format!("{}.{domain}", telling.rule),
        },
        None => ListId {
            title: format!("Wiredesk for {}", letter.recipient),
            id: format!("{}.recipient.{domain}", letter.recipient),
        },
    }
}

/// The operator takes people off the list; there is nobody else who can.
fn unsubscribe(letter: &Letter, live: &Live) -> Option<Unsubscribe> {
    let operator = live.operator.as_ref().and_then(|operator| operator.email.first());
    let replies = live.reply_to.as_deref().map(Live::address);
    let what = only_rule(letter).map_or(letter.recipient.as_str(), |telling| telling.rule.as_str());
    Some(Unsubscribe {
        address: replies.or(operator.map(String::as_str))?.to_owned(),
        subject: format!("unsubscribe {what}"),
    })
}

/// A telling of the rule that all of the letter is of.
fn only_rule(letter: &Letter) -> Option<&alert::Telling> {
    let first = letter.tellings.first()?;
    letter.tellings.iter().all(|telling| telling.rule == first.rule).then_some(first)
}
