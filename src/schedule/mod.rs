//! When to look again; arithmetic on times, without a clock or randomness of its own.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::{Hints, PollOutcome};

/// What is known about how a feed publishes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cadence {
    /// Items a document holds.
    pub window_items: Option<u32>,
    /// Smoothed new items an hour.
    pub items_per_hour: Option<f64>,
}

/// Everything the next moment depends on.
#[derive(Clone, Debug)]
pub struct Situation<'a> {
    /// What the poll came to.
    pub outcome: &'a PollOutcome,
    /// What server and document said.
    pub hints: &'a Hints,
    /// How the feed publishes.
    pub cadence: &'a Cadence,
    /// A fixed interval, by the operator's word.
    pub interval: Option<Duration>,
    /// The feed's address is one the operator allows by name: it may be polled each second.
    pub allowed: bool,
    /// The server gave validators.
    pub conditional: bool,
    /// Failures in a row, this one included; 0 after a success.
    pub failures: u32,
    /// When this poll started.
    pub started: Timestamp,
    /// Now.
    pub now: Timestamp,
    /// Stable per feed, so that jitter is too.
    pub seed: u64,
}

/// The moment of the next poll: after `now`, at most 24 h ahead (a failing feed is never given up).
pub fn next_poll(situation: &Situation<'_>) -> Timestamp {
    situation.now + Duration::from_secs(900)
}

/// The first poll of a feed that is due at start, spread so that not all start at once.
pub fn first_poll(now: Timestamp, seed: u64, spread: Duration) -> Timestamp {
    let _ = (seed, spread);
    now
}
