//! Tells the operator how the watch itself goes.

use jiff::{SignedDuration, Timestamp};

use super::Context;
use crate::{
    alert::{
        Operator,
        letter::{Report, report},
        operator::{Condition, Memory, Occasion, Trouble, decide},
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
    let in_force = context.in_force();
    let Some(operator) = in_force.live.operator.clone() else { return Ok(()) };
    let now = context.clock.now();
    let looked = context.store.read(move |tx| look(tx, &operator, now)).await?;
    let Some((word, memory)) = looked else { return Ok(()) };
    let written = context.store.write(move |tx| {
        tx.note_told(&memory)?;
        word.as_ref().map_or(Ok(()), |word| post(tx, &in_force.live, word, now))
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

/// Puts the message for each address of the operator into the outbox.
fn post(tx: &WriteTx<'_>, live: &Live, word: &Report, now: Timestamp) -> Result<(), StoreError> {
    let Some(operator) = &live.operator else { return Ok(()) };
    let occasion = match word.word.occasion {
        Occasion::Daily => "daily",
        Occasion::Urgent => "urgent",
    };
    for address in &operator.email {
        let posting = Posting {
            recipient: &RecipientName::new("operator"),
            address,
            gathers: &format!("{occasion}:{}", now.as_millisecond()),
            domain: live.mail_domain(),
            now,
        };
        tx.post(&posting, |message_id| {
            let rendered = report(word);
            let message = Message {
                message_id,
                in_reply_to: None,
                references: Vec::new(),
                from: live.from.clone(),
                reply_to: None,
                to: address.clone(),
                subject: rendered.subject,
                text: rendered.text,
                html: rendered.html,
                date: now,
                list: None,
                unsubscribe: None,
                priority: None,
                rules: Vec::new(),
                stories: Vec::new(),
                reasons: vec![occasion.to_owned()],
            };
            let bytes = message::format(&message).map_err(|error| error.to_string())?;
            Ok(Frozen { sender: live.sender().to_owned(), bytes })
        })?;
    }
    Ok(())
}
