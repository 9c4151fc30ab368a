//! What is told of a story after something happened to it: alerts, and the promises to tell them.

use jiff::Timestamp;

use crate::{
    alert::{self, Decision, Happened, Policy, Reason, Recipient, StoryFacts},
    config::Live,
    model::{AlertId, StoryId},
    store::{Hearer, NewAlert, Promise, StoreError, WriteTx},
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
        tx.note_decision(happened.article, &rule, &reason.key())?;
        let new = NewAlert {
            rule: &rule,
            story,
            reason,
            article: happened.article,
            words,
            origins,
            generation: live.generation,
            now,
        };
        // Made before: whoever heard it then has heard it.
        let Some(alert) = tx.make_alert(&new)? else { continue };
        alerts += 1;
        promise(tx, alert, &new, policy, decision == Decision::Digest, live)?;
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
        let (kill, correction, headline) = (false, false, false);
        let seen = Happened { article: lead, revision: 0, kill, correction, headline };
        alerts += tell(tx, other, &seen, live, now)?;
    }
    Ok(alerts)
}

/// Promises an alert: the first of a story to every address of the rule, what follows to those of
/// them that heard the first.
fn promise(
    tx: &WriteTx<'_>,
    alert: AlertId,
    new: &NewAlert<'_>,
    policy: &Policy,
    digest: bool,
    live: &Live,
) -> Result<(), StoreError> {
    let (first, kill) = (*new.reason == Reason::First, matches!(new.reason, Reason::Kill { .. }));
    let hearers = if first { Vec::new() } else { tx.reader().hearers(new.rule, new.story)? };
    for recipient in policy.notify.iter().filter_map(|name| live.recipients.get(name)) {
        let (due, gathers) = if digest {
            let due = recipient.next_digest(new.now);
            (due, Recipient::gathers_in_digest(due))
        } else {
            let due = if kill { new.now } else { recipient.due(new.now) };
            (due, recipient.gathers_by(new.story, due))
        };
        for address in &recipient.email {
            let heard =
                |hearer: &&Hearer| hearer.recipient == recipient.name && hearer.address == *address;
            match hearers.iter().find(heard).map(|hearer| hearer.promised) {
                None if !first => continue,
                // The message that was to tell of the story will leave it out.
                Some(Some(_)) if kill => continue,
                Some(Some(gathering)) => {
                    tx.join(gathering, alert)?;
                    continue;
                }
                None | Some(None) => {}
            }
            tx.enqueue(&Promise {
                alert,
                recipient: &recipient.name,
                address,
                gathers: &gathers,
                due,
                domain: live.mail_domain(),
                now: new.now,
            })?;
        }
    }
    Ok(())
}
