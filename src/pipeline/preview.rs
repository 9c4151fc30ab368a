//! A message as it would be sent now, without sending it: of an alert, or of what a rule finds.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    letter::{Composed, Envelope, compose},
    prepare,
    telling::{found, stored, tellings},
};
use crate::{
    alert::{
        Letter, Reason, Rendered, Telling,
        letter::{Held, samples},
        payload,
    },
    config::Live,
    model::{AlertId, RecipientName, RuleName},
    query::Hit,
    rule::{Rule, Ruleset},
    store::{AlertRow, ArticleRow, ReadTx, StoreError, Thread},
};

/// Without a word to look up, so many of the newest articles are read and no more.
const MOST_READ: u64 = 100_000;

/// The message that tells an alert: with all that its delivery tells, or alone where nobody is told.
/// `None` where there is no such alert, or nothing is left of its story.
pub fn of_alert(
    tx: &ReadTx<'_>,
    live: &Live,
    alert: AlertId,
    now: Timestamp,
) -> Result<Option<Composed>, StoreError> {
    let Some(alert) = tx.alert(alert)? else { return Ok(None) };
    let (recipient, envelope, tellings) = if let Some(delivery) = tx.deliveries_of(alert.id)?.pop()
    {
        let (tellings, thread) = tellings(tx, delivery.id, &delivery.address, live)?;
        let message_id = delivery.message_id;
        let envelope = Envelope { message_id, address: delivery.address, thread };
        (delivery.recipient, envelope, tellings)
    } else {
        let (recipient, envelope) = envelope(live, &alert.rule);
        let telling = found(tx, &alert, live, |row| stored(tx, &alert, row))?;
        (recipient, envelope, telling.into_iter().collect())
    };
    let letter = letter(live, recipient, tellings, now);
    Ok((!letter.tellings.is_empty()).then(|| compose(&letter, envelope, live)))
}

/// The message that would tell the newest story that a rule is true of; the rule is asked as it is
/// now. `None` where it is true of nothing that is stored.
pub fn of_rule(
    tx: &ReadTx<'_>,
    live: &Live,
    rule: &Rule,
    now: Timestamp,
) -> Result<Option<Composed>, StoreError> {
    let needed = rule.query.necessary();
    let rules = Ruleset::compile(vec![rule.clone()]);
    let (mut newest, mut read) = (None, 0);
    tx.search(needed.as_ref(), Timestamp::MIN, |row| {
        read += 1;
        let matches = !hits(&rules, live, &row).is_empty();
        newest = matches.then_some(row);
        newest.is_none() && (needed.is_some() || read < MOST_READ)
    })?;
    let Some(newest) = newest else { return Ok(None) };
    let alert = AlertRow {
        id: AlertId(0),
        rule: rule.name.clone(),
        story: newest.story,
        reason: Reason::First,
        article: newest.id,
        made_at: now,
        priority: live.policies.get(&rule.name).and_then(|policy| policy.priority),
    };
    let telling = found(tx, &alert, live, |row| {
        let hits = hits(&rules, live, row);
        Ok((!hits.is_empty()).then_some(hits))
    })?;
    let Some(telling) = telling else { return Ok(None) };
    Ok(Some(of_telling(live, rule, telling, now)))
}

/// The message of an invented story, as this rule would tell it.
pub fn of_sample(live: &Live, rule: &Rule, now: Timestamp) -> Option<Composed> {
    let (_, sample) = samples().into_iter().next()?;
    let telling = sample.tellings.into_iter().next()?;
    Some(of_telling(live, rule, telling, now))
}

fn of_telling(live: &Live, rule: &Rule, telling: Telling, now: Timestamp) -> Composed {
    let (recipient, envelope) = envelope(live, &rule.name);
    let title = live.policies.get(&rule.name).and_then(|policy| policy.title.clone());
    let telling = Telling {
        rule: rule.name.clone(),
        rule_title: title,
        query: rule.query.source.to_string(),
        ..telling
    };
    compose(&letter(live, recipient, vec![telling], now), envelope, live)
}

/// What an alert tells as things stand now, in the format of Wiredesk; `None` where nothing is left of
/// its story.
pub fn body_of(
    tx: &ReadTx<'_>,
    live: &Live,
    alert: &AlertRow,
) -> Result<Option<Vec<u8>>, StoreError> {
    let told = found(tx, alert, live, |row| stored(tx, alert, row))?;
    Ok(told.map(|telling| {
        let recipient = RecipientName::new("reader");
        let letter = letter(live, recipient.clone(), vec![telling], alert.made_at);
        let (id, now) = (format!("alert-{}", alert.id), alert.made_at);
        let heading = payload::Heading { id: &id, follows: &[], recipient: &recipient, now };
        payload::of_letter(&heading, &letter, &Rendered::default(), payload::Format::Wiredesk)
    }))
}

/// What a rule is true by.
fn hits(rules: &Ruleset, live: &Live, row: &ArticleRow) -> Vec<Hit> {
    let tags = live.feeds.get(&row.feed).map_or(&[][..], |spec| &spec.tags);
    let (article, feed) = (&row.article, row.feed.as_str());
    let facts = prepare::facts(article, &row.provenance, feed, tags, &live.agencies);
    rules.matches(&facts).pop().map_or_else(Vec::new, |(_, hits)| hits)
}

/// To whoever the rule tells first.
fn envelope(live: &Live, rule: &RuleName) -> (RecipientName, Envelope) {
    let notified = live.policies.get(rule).and_then(|policy| policy.notify.first());
    let recipient = notified.and_then(|name| live.recipients.get(name));
    let address = recipient.and_then(|recipient| recipient.email.first());
    let envelope = Envelope {
        message_id: format!("preview.{rule}@{}", live.mail_domain()),
        address: address.map_or("reader@localhost", String::as_str).to_owned(),
        thread: Thread::default(),
    };
    (notified.cloned().unwrap_or_else(|| RecipientName::new("reader")), envelope)
}

fn letter(live: &Live, recipient: RecipientName, tellings: Vec<Telling>, now: Timestamp) -> Letter {
    let timezone = live.recipients.get(&recipient).map_or(TimeZone::UTC, |r| r.timezone.clone());
    Letter { recipient, tellings, timezone, now, late: None, held: Held::default(), watch: None }
}
