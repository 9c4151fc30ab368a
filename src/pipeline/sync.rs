//! Makes the store agree with the configuration: feeds added, moved and retired, rules renamed, slots
//! opened.

use std::time::Duration;

use jiff::Timestamp;

use super::gate;
use crate::{
    config::Live,
    model::FeedSpec,
    schedule,
    store::{StoreError, WriteTx},
    text::address,
};

/// The longest time over which polls are spread.
const SPREAD: Duration = Duration::from_mins(15);
/// How far apart they are on average, and where the address is one the operator allows.
const APART: Duration = Duration::from_secs(2);
const APART_OWN: Duration = Duration::from_millis(50);

/// When feeds that are new to the store get their first poll.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FirstPolls {
    /// All at once: for one round from the command line.
    AtOnce,
    /// Spread out, so that a start does not send everything at the same moment.
    Spread,
}

/// Writes the feeds of a configuration into the store.
pub fn sync(
    tx: &WriteTx<'_>,
    live: &Live,
    first: FirstPolls,
    now: Timestamp,
) -> Result<(), StoreError> {
    let kept: Vec<_> = live.feeds.keys().cloned().collect();
    for spec in live.feeds.values() {
        let first_due = match first {
            FirstPolls::AtOnce => now,
            FirstPolls::Spread => spread(live, spec, now),
        };
        tx.sync_feed(&spec.name, &spec.url, &host(&spec.url), first_due)?;
        tx.sync_access(&spec.name, live.fetch.mark(&spec.url), now)?;
    }
    tx.retire_feeds_except(&kept)?;
    for (name, was) in &live.renamed {
        tx.rename_rule(was, name)?;
    }
    gate::open_slots(tx, live, now)
}

/// Spreads the feeds that are overdue, as after a long stop: each is asked once, and not all at the
/// same moment. Those on an address of the operator's own stay due.
pub fn spread_overdue(tx: &WriteTx<'_>, live: &Live, now: Timestamp) -> Result<(), StoreError> {
    for name in tx.overdue_feeds(now)? {
        let spec = live.feeds.get(&name).filter(|spec| !live.allows(&spec.url));
        if let Some(spec) = spec {
            tx.put_off(&name, spread(live, spec, now))?;
        }
    }
    Ok(())
}

/// A moment for a feed when all are due at once, always the same share of the time.
fn spread(live: &Live, spec: &FeedSpec, now: Timestamp) -> Timestamp {
    let apart = if live.allows(&spec.url) { APART_OWN } else { APART };
    let feeds = u32::try_from(live.feeds.len()).unwrap_or(u32::MAX);
    let over = apart.saturating_mul(feeds).min(SPREAD).min(spec.interval.unwrap_or(SPREAD));
    schedule::first_poll(now, seed(spec.name.as_str()), over)
}

/// What pacing counts by: the registered part of the host of an address; a place on this machine is
/// paced by nothing else.
fn host(address: &str) -> String {
    let url = url::Url::parse(address).ok();
    let host = url.as_ref().and_then(url::Url::host_str);
    host.map_or(address, address::registered).to_owned()
}

/// A number that is always the same for a feed, so that its jitter is too.
pub(super) fn seed(name: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(name.as_bytes())
}
