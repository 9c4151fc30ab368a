//! What a message says beside its alerts: what was kept back, and what was watched in vain.

use jiff::Timestamp;

use crate::{
    alert::{
        Recipient,
        letter::{Held, Nothing, Silenced, Watch},
    },
    config::Live,
    model::AlertId,
    store::{ClaimedDelivery, ReadTx, StoreError},
};

/// What was kept from the address of a message: folded into it, put off to it, or silenced up to an
/// alert and not counted by another message.
pub(super) fn held(
    tx: &ReadTx<'_>,
    claimed: &ClaimedDelivery,
    live: &Live,
    newest: AlertId,
) -> Result<Held, StoreError> {
    let gathering = tx.gathering_of(claimed.id)?;
    let folded = gathering.as_ref().map_or(0, |gathering| gathering.folded);
    let at_most = live.recipients.get(&claimed.recipient).and_then(|recipient| recipient.at_most);
    let silenced = tx.uncounted(&claimed.address, newest)?.into_iter();
    let silenced = silenced.map(|(silence, alerts)| Silenced {
        what: silence.asked.to_string(),
        note: silence.asked.note,
        until: silence.until,
        alerts,
    });
    Ok(Held {
        folded,
        at_most: at_most.filter(|_| folded > 0).map(|at_most| at_most.to_string()),
        quiet: gathering.map_or(0, |gathering| gathering.waited),
        silenced: silenced.collect(),
    })
}

/// What was watched until a slot that has a message though there is nothing to tell; `None` for any
/// other message.
pub(super) fn watch(
    tx: &ReadTx<'_>,
    claimed: &ClaimedDelivery,
    held: &Held,
    live: &Live,
    now: Timestamp,
) -> Result<Option<Watch>, StoreError> {
    let Some(recipient) = live.recipients.get(&claimed.recipient) else { return Ok(None) };
    let Some(gathering) = tx.gathering_of(claimed.id)? else { return Ok(None) };
    let since = gathering.made_at;
    if !Recipient::slot_of(&gathering.gathers).is_some_and(|slot| recipient.awaits(slot, since)) {
        return Ok(None);
    }
    let policies = live.policies.values();
    let rules = policies.filter(|policy| policy.notify.contains(&claimed.recipient));
    let feeds = tx.feeds()?;
    let feeds: Vec<_> =
        feeds.iter().filter(|feed| live.feeds.contains_key(&feed.state.name)).collect();
    let matched = !held.silenced.is_empty() || !tx.alerts_in(claimed.id)?.is_empty();
    Ok(Some(Watch {
        nothing: if matched { Nothing::ToTell } else { Nothing::Matched },
        since,
        rules: rules.map(|policy| (policy.rule.clone(), policy.title.clone())).collect(),
        healthy: feeds.iter().filter(|feed| feed.health(now).state.is_well()).count(),
        feeds: feeds.len(),
        articles: tx.articles_since(since)?,
    }))
}
