//! When to look again; arithmetic on times, without a clock or randomness of its own.

pub mod backoff;
pub mod cadence;
pub mod habits;
pub mod health;
pub mod rhythm;
#[cfg(test)]
mod tests;
mod why;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

pub use cadence::Cadence;
pub use habits::{Habits, Move};
pub use health::{Facts, Gap, Health, State};
pub use why::Why;

use crate::model::{Hints, PollOutcome, ProblemKind};

/// The longest pause, whatever server, document or failures say.
pub const LONGEST: Duration = Duration::from_hours(24);

/// The shortest pause that an operator may ask of somebody else's server.
const SHORTEST: Duration = Duration::from_mins(1);

/// The shortest pause on an address of the operator's own.
const SHORTEST_OWN: Duration = Duration::from_secs(1);

/// The shortest pause towards a server that cannot say "not modified", unless the operator set one.
const SHORTEST_UNCONDITIONAL: Duration = Duration::from_hours(1);

/// A poll ends within minutes; a start further back, or in the future, means that the clock was set.
const LONGEST_POLL: SignedDuration = SignedDuration::from_mins(10);

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
    /// The host asked for patience within the last day, without saying for how long.
    pub slowed: bool,
    /// Failures in a row, this one included; 0 after a success.
    pub failures: u32,
    /// When this poll started.
    pub started: Timestamp,
    /// Now.
    pub now: Timestamp,
    /// Stable per feed, so that jitter is too.
    pub seed: u64,
}

/// When a feed is asked again, and why not sooner.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Next {
    /// The moment.
    pub at: Timestamp,
    /// What decided it.
    pub why: Why,
}

/// The next poll: after `now`, at most 24 h and the jitter of 5 % ahead.
///
/// A failing feed is never given up. Pauses count from the start of the poll, so that the rhythm
/// does not drift; jitter only ever lengthens them.
pub fn next_poll(situation: &Situation<'_>) -> Next {
    let (now, started) = (situation.now, start_of_poll(situation));
    let (usual, reason) = usual_pause(situation);
    let (pause, why) = match situation.outcome {
        PollOutcome::Failed { problem } => {
            let failure = backoff::Failure {
                kind: problem.kind,
                in_a_row: situation.failures,
                retry_after: situation.hints.retry_after,
                own_server: follows_the_operator(situation),
            };
            let pause = failure.pause(usual);
            let is_asked = situation.hints.retry_after == Some(pause);
            (pause, if is_asked { Why::RetryAfter } else { Why::Failures })
        }
        _ if follows_the_operator(situation) => {
            let at = later(started, usual).max(later(now, SHORTEST_OWN));
            return Next { at, why: reason };
        }
        _ => {
            let Hints { fresh_for, retry_after, ttl, .. } = *situation.hints;
            let asked =
                [(fresh_for, Why::FreshFor), (retry_after, Why::RetryAfter), (ttl, Why::Ttl)];
            let asked = asked.into_iter().filter_map(|(pause, why)| Some((pause?, why)));
            asked.fold(
                (usual, reason),
                |longest, other| {
                    if other.0 > longest.0 { other } else { longest }
                },
            )
        }
    };
    let pause = backoff::jittered(pause.min(LONGEST), situation.seed);
    let moment = later(started, pause).max(later(now, SHORTEST_OWN));
    if follows_the_operator(situation) {
        return Next { at: moment, why };
    }
    let open = open_hour(moment, situation.hints, later(now, LONGEST));
    Next { at: open, why: if open > moment { Why::Skipped } else { why } }
}

/// Whether a feed is not asked again until its address or its credentials change: it is gone (410),
/// or the server wants to know who we are (401).
pub fn stops(outcome: &PollOutcome) -> bool {
    let PollOutcome::Failed { problem } = outcome else { return false };
    matches!(problem.kind, ProblemKind::Gone | ProblemKind::Unauthorized)
}

/// The first poll of a feed that is due at start, spread so that not all start at once: a moment
/// from `now` to `now + spread` that is always the same share of `spread` for the same `seed`.
pub fn first_poll(now: Timestamp, seed: u64, spread: Duration) -> Timestamp {
    later(now, spread.min(LONGEST).mul_f64(backoff::share(seed)))
}

/// Whether the operator set the pace of a server that is the operator's own: then nobody else's
/// word lengthens it, except `Retry-After`.
fn follows_the_operator(situation: &Situation<'_>) -> bool {
    situation.allowed && situation.interval.is_some()
}

/// The start of the poll, or `now` where the clock was set in between.
fn start_of_poll(situation: &Situation<'_>) -> Timestamp {
    let took = situation.now.duration_since(situation.started);
    if took.is_negative() || took > LONGEST_POLL { situation.now } else { situation.started }
}

/// The pause while all is well and nobody asks for a longer one.
fn usual_pause(situation: &Situation<'_>) -> (Duration, Why) {
    let cadence = situation.cadence.pause();
    let (pause, why) = match situation.interval {
        Some(interval) if situation.allowed => (interval.max(SHORTEST_OWN), Why::Interval),
        Some(interval) => (interval.max(SHORTEST), Why::Interval),
        None if situation.conditional || situation.allowed || cadence > SHORTEST_UNCONDITIONAL => {
            (cadence, Why::Cadence)
        }
        None => (SHORTEST_UNCONDITIONAL, Why::NoValidators),
    };
    if situation.slowed && !follows_the_operator(situation) {
        return (backoff::slowed(pause).min(LONGEST), Why::Slowed);
    }
    (pause.min(LONGEST), why)
}

/// The first moment from `moment` on that the feed does not ask to skip, at most `latest` unless
/// `moment` is later already.
fn open_hour(moment: Timestamp, hints: &Hints, latest: Timestamp) -> Timestamp {
    let mut open = moment;
    while open < latest && is_skipped(open, hints) {
        open = next_full_hour(open);
    }
    open.min(latest.max(moment))
}

fn is_skipped(moment: Timestamp, hints: &Hints) -> bool {
    let there = moment.to_zoned_datetime(TimeZone::UTC);
    let is = |listed: &[u8], value: i8| listed.iter().any(|v| i16::from(*v) == i16::from(value));
    is(&hints.skip_hours, there.hour())
        || is(&hints.skip_days, there.weekday().to_monday_one_offset())
}

fn next_full_hour(moment: Timestamp) -> Timestamp {
    let second = (moment.as_second().div_euclid(3600) + 1) * 3600;
    Timestamp::from_second(second).unwrap_or(Timestamp::MAX)
}

/// `from + pause`, at most the end of time.
fn later(from: Timestamp, pause: Duration) -> Timestamp {
    from.checked_add(pause).unwrap_or(Timestamp::MAX)
}
