//! Tells the operator how the watch itself goes.

use jiff::{SignedDuration, Timestamp};

use super::{Context, undelivered};
use crate::{
    alert::{
        Operator, Rendered,
        letter::{Report, report},
        operator::{Condition, Memory, Occasion, Trouble, decide},
        payload::{self, Heading},
    },
    config::Live,
    mail::{Message, message},
    model::RecipientName,
    schedule::{Health, State},
    store::{FeedRow, Frozen, Posting, ReadTx, StoreError, WriteTx},
};

/// A feed that fails for so long does not mend itself.
const TOO_LONG: SignedDuration = SignedDuration::from_hours(24);

/// Puts into the outbox what the operator is to be told by now. The message and the note that it
/// was told are one transaction, so that it is neither lost nor told twice.
pub async fn tell(context: &Context) -> Result<(), StoreError> {
    undelivered::tell(context).await?;
    let in_force = context.in_force();
    let Some(operator) = in_force.live.operator.clone() else { return Ok(()) };
    let now = context.clock.now();
    let looked = context.store.read(move |tx| look(tx, &operator, now)).await?;
    let Some((word, memory)) = looked else { return Ok(()) };
    let written = context.store.write(move |tx| {
        tx.note_told(&memory)?;
        let (Some(word), Some(operator)) = (&word, &in_force.live.operator) else { return Ok(()) };
        let occasion = match word.word.occasion {
            Occasion::Daily => "daily",
            Occasion::Urgent => "urgent",
        };
        let addresses: Vec<_> = operator.email.iter().chain(&operator.channels).cloned().collect();
        post(tx, &in_force.live, &addresses, &report(word), occasion, now)
    });
    written.await?;
    context.wake.deliveries.notify_one();
    Ok(())
}

/// What is to be told, if anything, and what is to be remembered.
fn look(
    tx: &ReadTx<'_>,
    operator: &Operator,
    now: Timestamp,
) -> Result<Option<(Option<Report>, Memory)>, StoreError> {
    let Some(memory) = tx.told_operator()? else { return Ok(Some((None, Memory::new(now)))) };
    let conditions: Vec<_> = tx.feeds()?.iter().map(|feed| condition(feed, now)).collect();
    let Some((word, next)) = decide(operator, &memory, &conditions, now) else { return Ok(None) };
    let Some(word) = word else { return Ok(Some((None, next))) };
    let report = Report {
        word,
        articles: tx.articles_since(memory.daily)?,
        since: memory.daily,
        timezone: operator.timezone.clone(),
    };
    Ok(Some((Some(report), next)))
}

fn condition(feed: &FeedRow, now: Timestamp) -> Condition {
    Condition { feed: feed.state.name.clone(), trouble: trouble(feed, now) }
}

/// What is wrong with a feed.
fn trouble(feed: &FeedRow, now: Timestamp) -> Option<Trouble> {
    let Health { state, since, reason, action } = feed.health(now);
    if state.is_well() {
        return None;
    }
    let urgent = match state {
        State::Gone | State::Blocked => true,
        State::Failing => since.is_some_and(|since| now.duration_since(since) >= TOO_LONG),
        _ => false,
    };
    Some(Trouble { state: state.as_str(), since, reason: format!("{reason}; {action}"), urgent })
}

/// Puts a word for each address of the operator into the outbox.
pub(super) fn post(
    tx: &WriteTx<'_>,
    live: &Live,
    addresses: &[String],
    rendered: &Rendered,
    occasion: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let recipient = RecipientName::new("operator");
    for address in addresses {
        let posting = Posting {
            recipient: &recipient,
            address,
            gathers: &format!("{occasion}:{}", now.as_millisecond()),
            domain: live.mail_domain(),
            now,
        };
        tx.post(&posting, |message_id| {
            let bytes = write(live, &recipient, address, &message_id, rendered, occasion, now)?;
            Ok(Frozen { sender: live.sender().to_owned(), bytes })
        })?;
    }
    Ok(())
}

/// The bytes of a message that tells no alert, by the channel of its address; `occasion` says why
/// it is sent. The error says why there can be none.
pub fn write(
    live: &Live,
    recipient: &RecipientName,
    address: &str,
    message_id: &str,
    rendered: &Rendered,
    occasion: &str,
    now: Timestamp,
) -> Result<Vec<u8>, String> {
    if let Some(endpoint) = live.channels.get(address) {
        let heading = Heading { id: message_id, follows: &[], recipient, now };
        return Ok(payload::of_word(&heading, rendered, endpoint.format()));
    }
    let message = Message {
        message_id: message_id.to_owned(),
        in_reply_to: None,
        references: Vec::new(),
        from: live.from.clone(),
        reply_to: None,
        to: address.to_owned(),
        subject: rendered.subject.clone(),
        text: rendered.text.clone(),
        html: rendered.html.clone(),
        date: now,
        list: None,
        unsubscribe: None,
        priority: None,
        rules: Vec::new(),
        stories: Vec::new(),
        reasons: vec![occasion.to_owned()],
    };
    message::format(&message).map_err(|error| error.to_string())
}
