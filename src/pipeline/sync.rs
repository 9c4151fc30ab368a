//! Makes the store agree with the configuration: feeds added, moved and retired, rules renamed.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    config::Live,
    schedule,
    store::{StoreError, WriteTx},
};

/// The longest time over which first polls are spread (`polling.md` item 32 of the checklist).
const SPREAD: Duration = Duration::from_mins(15);
/// How far apart first polls are, on average.
const APART: Duration = Duration::from_millis(50);

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
    let spread = match first {
        FirstPolls::AtOnce => Duration::ZERO,
        FirstPolls::Spread => {
            SPREAD.min(APART * u32::try_from(live.feeds.len()).unwrap_or(u32::MAX))
        }
    };
    let kept: Vec<_> = live.feeds.keys().cloned().collect();
    for spec in live.feeds.values() {
        let first_due = schedule::first_poll(now, seed(spec.name.as_str()), spread);
        tx.sync_feed(&spec.name, &spec.url, &host(&spec.url), first_due)?;
    }
    tx.retire_feeds_except(&kept)?;
    for (name, was) in &live.renamed {
        tx.rename_rule(was, name)?;
    }
    Ok(())
}

/// What pacing counts by: the host of an address.
fn host(address: &str) -> String {
    url::Url::parse(address)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default()
}

/// A number that is always the same for a feed, so that its jitter is too.
pub(super) fn seed(name: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(name.as_bytes())
}
