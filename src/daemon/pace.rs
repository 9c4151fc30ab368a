//! How many polls may start now at each host, and at each IP address.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use crate::{
    config::{Live, Pace},
    model::FeedId,
    store::ClaimedFeed,
};

/// Polls that may start at once at a host that nobody said anything of: the next waits for the gap.
pub(super) const USUAL: usize = 1;

/// The polls under way, and the hosts that were asked a moment ago.
#[derive(Debug, Default)]
pub(super) struct Paces {
    running: BTreeMap<String, usize>,
    /// By which keys each poll under way was counted when it began.
    counted: BTreeMap<(FeedId, i64), Vec<String>>,
    resting: BTreeMap<String, Instant>,
}

impl Paces {
    /// A poll of this feed starts.
    pub(super) fn begin(&mut self, feed: &ClaimedFeed, live: &Live) {
        let (now, keys) = (Instant::now(), keys(feed, live));
        for key in &keys {
            *self.running.entry(key.clone()).or_default() += 1;
            let gap = pace(live, key).gap;
            if !gap.is_zero() {
                self.resting.insert(key.clone(), now + gap);
            }
        }
        self.counted.insert((feed.state.id, feed.claim.number), keys);
    }

    /// It has ended.
    pub(super) fn end(&mut self, feed: &ClaimedFeed) {
        for key in self.counted.remove(&(feed.state.id, feed.claim.number)).unwrap_or_default() {
            if let Some(polls) = self.running.get_mut(&key) {
                *polls -= 1;
                if *polls == 0 {
                    self.running.remove(&key);
                }
            }
        }
    }

    /// The places of hosts and addresses that have not [`USUAL`] many.
    pub(super) fn places(&mut self, live: &Live) -> BTreeMap<String, usize> {
        self.wake();
        let keys = self.running.keys().chain(self.resting.keys()).chain(live.paces.keys());
        keys.map(|key| {
            let Pace { connections, gap } = pace(live, key);
            let free = connections.saturating_sub(self.running.get(key).copied().unwrap_or(0));
            let places = match gap {
                _ if self.resting.contains_key(key) => 0,
                Duration::ZERO => free,
                _ => free.min(1),
            };
            (key.clone(), places)
        })
        .collect()
    }

    /// When the first of the hosts that rest may be asked again.
    pub(super) fn next(&mut self) -> Option<Instant> {
        self.wake();
        self.resting.values().min().copied()
    }

    /// Forgets the hosts that have rested.
    fn wake(&mut self) {
        let now = Instant::now();
        self.resting.retain(|_, until| *until > now);
    }
}

fn pace(live: &Live, key: &str) -> Pace {
    live.paces.get(key).copied().unwrap_or_else(|| Pace::usual(&live.limits))
}

/// A host with a pace of its own has it whatever address it is on.
fn keys(feed: &ClaimedFeed, live: &Live) -> Vec<String> {
    let address = feed
        .address
        .clone()
        .filter(|address| *address != feed.host && !live.paces.contains_key(&feed.host));
    std::iter::once(feed.host.clone()).chain(address).collect()
}
