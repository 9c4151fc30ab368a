//! What is told of a story after something happened to it: alerts, and the promises to tell them.

use std::sync::Arc;

use jiff::Timestamp;

use super::silence;
use crate::{
    alert::{self, Decision, Happened, Policy, Quiet, Reason, Recipient, StoryFacts},
    config::Live,
    model::{AlertId, RecipientName, StoryId},
    store::{Hearer, NewAlert, Promise, SilenceRow, StoreError, WriteTx},
};

/// Decides for every rule that has a match anywhere in the story or was told of it.
pub(super) fn tell(
    tx: &WriteTx<'_>,
    story: StoryId,
    happened: &Happened,
    live: &Live,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let reader = tx.reader();
    let rules = reader.rules_of_story(story)?;
    if rules.is_empty() {
        return Ok(0);
    }
    let (origins, words) = (reader.origins(story)?, reader.longest(story)?);
    let (related, withdrawn) = (reader.related(story)?, reader.is_withdrawn(story)?);
    let mut alerts = 0;
    for (rule, eligible) in rules {
        let Some(policy) = live.policies.get(&rule) else { continue };
        let related_told = reader.told_any(&rule, &related)?;
        let facts = StoryFacts { story, origins, words, eligible, related_told, withdrawn };
        let told = reader.told(&rule, story)?;
        let decision = alert::decide(policy, &facts, &told, happened, now);
        let reason = match &decision {
            Decision::Notify(reason) => reason,
            Decision::Digest => &Reason::First,
            Decision::Quiet(why) => {
                tx.note_decision(happened.article, &rule, why.as_str())?;
                continue;
            }
        };
        let new = NewAlert {
            rule: &rule,
            story,
            reason,
            article: happened.article,
            words,
            origins,
            generation: live.generation,
            priority: policy.priority,
            now,
        };
        // Made before: whoever heard it then has heard it.
        let made = tx.make_alert(&new)?;
        let mut is_silenced = false;
        if let Some(alert) = made {
            alerts += 1;
            let silences = silence::over(tx, &rule, story, live, now)?;
            let digest = decision == Decision::Digest;
            is_silenced = promise(tx, &Made { alert, new, policy, digest, silences }, live)?;
        }
        let word = if is_silenced { Quiet::Silenced.as_str().to_owned() } else { reason.key() };
        tx.note_decision(happened.article, &rule, &word)?;
    }
    Ok(alerts)
}

/// A new story is one more origin to the stories of the same event: rules that wait for origins
/// look again.
pub(super) fn tell_related(
    tx: &WriteTx<'_>,
    story: StoryId,
    happened: &Happened,
    live: &Live,
    now: Timestamp,
) -> Result<u32, StoreError> {
    if happened.revision > 0 {
        return Ok(0);
    }
    let mut alerts = 0;
    for other in tx.reader().related(story)? {
        let Some(lead) = tx.reader().lead(other)? else { continue };
        alerts += tell(tx, other, &Happened::of(lead), live, now)?;
    }
    Ok(alerts)
}

/// An alert that was made and is to be promised.
struct Made<'a> {
    alert: AlertId,
    new: NewAlert<'a>,
    policy: &'a Policy,
    /// It waits for company.
    digest: bool,
    /// Silences over it, each for everybody or for one recipient.
    silences: Vec<SilenceRow>,
}

/// Promises an alert: the first of a story to every address of the rule, what follows to those of
/// them that heard the first, or that did not because of a silence. Says whether silences kept it
/// from everybody.
///
/// A kill goes to those who heard of the story, whatever is silent, and to nobody else.
fn promise(tx: &WriteTx<'_>, made: &Made<'_>, live: &Live) -> Result<bool, StoreError> {
    let Made { new, policy, .. } = made;
    let (first, kill) = (*new.reason == Reason::First, matches!(new.reason, Reason::Kill { .. }));
    let (hearers, hushed) = if first {
        Default::default()
    } else {
        (tx.reader().hearers(new.rule, new.story)?, tx.reader().hushed(new.rule, new.story)?)
    };
    let (mut told, mut silenced) = (0, 0);
    for recipient in audience(policy, kill, &hearers, live) {
        let is_for = |silence: &&SilenceRow| {
            silence.asked.recipient.as_ref().is_none_or(|name| *name == recipient.name)
        };
        let silence = made.silences.iter().find(is_for).filter(|_| !kill);
        for address in recipient.addresses() {
            let address = address.as_ref();
            let heard = heard(&hearers, recipient, address);
            let was_hushed =
                || hushed.iter().any(|(name, at)| *name == recipient.name && at == address);
            let gathering = heard.and_then(|hearer| hearer.promised);
            let is_told = match heard {
                None => first || !kill && was_hushed(),
                // The message that was to tell of the story will leave it out.
                Some(_) => !(kill && gathering.is_some()),
            };
            if !is_told {
                continue;
            }
            match (silence, gathering) {
                (Some(silence), _) => {
                    tx.note_silenced(made.alert, &recipient.name, address, silence.id)?;
                    silenced += 1;
                    continue;
                }
                (None, Some(gathering)) => {
                    tx.join(gathering, made.alert)?;
                }
                (None, None) => enqueue(tx, made, recipient, address, live)?,
            }
            told += 1;
        }
    }
    Ok(told == 0 && silenced > 0)
}

/// Whom an alert is for: the recipients of the rule; a kill also those who heard of the story when
/// they were.
fn audience<'l>(
    policy: &Policy,
    kill: bool,
    hearers: &[Hearer],
    live: &'l Live,
) -> Vec<&'l Arc<Recipient>> {
    let mut names: Vec<&RecipientName> = policy.notify.iter().collect();
    for hearer in hearers.iter().filter(|_| kill) {
        if !names.contains(&&hearer.recipient) {
            names.push(&hearer.recipient);
        }
    }
    names.into_iter().filter_map(|name| live.recipients.get(name)).collect()
}

/// How an address heard of a story: by the recipient's own messages, else by those of another who
/// has the address too.
fn heard<'h>(hearers: &'h [Hearer], recipient: &Recipient, address: &str) -> Option<&'h Hearer> {
    let at = || hearers.iter().filter(|hearer| hearer.address == address);
    at().find(|hearer| hearer.recipient == recipient.name).or_else(|| at().next())
}

fn enqueue(
    tx: &WriteTx<'_>,
    made: &Made<'_>,
    recipient: &Recipient,
    address: &str,
    live: &Live,
) -> Result<(), StoreError> {
    let Made { alert, new, .. } = made;
    let when = recipient.appointment(new.story, new.reason, new.priority, made.digest, new.now);
    tx.enqueue(&Promise {
        alert: *alert,
        recipient: &recipient.name,
        address,
        alike: &alike(recipient, address, live),
        gathers: &when.gathers,
        due: when.due,
        waits: when.waits,
        domain: live.mail_domain(),
        now: new.now,
    })?;
    Ok(())
}

/// The recipients whose messages to an address tell a recipient too: one story is one mail there,
/// under however many names.
pub(super) fn alike(recipient: &Recipient, address: &str, live: &Live) -> Vec<RecipientName> {
    let shares = |other: &&Arc<Recipient>| {
        other.name == recipient.name
            || other.shares_with(recipient) && other.email.iter().any(|at| at == address)
    };
    live.recipients.values().filter(shares).map(|other| other.name.clone()).collect()
}
