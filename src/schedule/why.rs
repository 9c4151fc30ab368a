//! What decided when a feed is asked again.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a feed is not asked sooner.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The `interval` of the configuration.
    Interval,
    /// How often it publishes, and how much its document holds.
    Cadence,
    /// The server has no way to say "not modified".
    NoValidators,
    /// `Cache-Control` or `Expires`.
    FreshFor,
    /// `Retry-After`.
    RetryAfter,
    /// `ttl` or `sy:updatePeriod` of the document.
    Ttl,
    /// `skipHours` or `skipDays` of the document.
    Skipped,
    /// It fails.
    Failures,
    /// Its host answered 429 within the last day.
    Slowed,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Interval => "the interval of the configuration",
            Self::Cadence => "by how often it publishes",
            Self::NoValidators => "the server cannot say that nothing is new",
            Self::FreshFor => "the server says how long its answer is good",
            Self::RetryAfter => "the server asks to wait so long",
            Self::Ttl => "the document says how long it is good",
            Self::Skipped => "the document asks to skip some hours or days",
            Self::Failures => "each failure in a row doubles the pause",
            Self::Slowed => "the host asked for patience within the last day",
        })
    }
}
