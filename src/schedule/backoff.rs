//! Growing pauses after failures, with jitter from a seed.

use std::time::Duration;

use super::LONGEST;
use crate::model::ProblemKind;

/// How much jitter lengthens a pause at most.
const MOST_JITTER: f64 = 0.05;

/// The least pause after "too many requests" that does not say how long.
const THROTTLED: Duration = Duration::from_hours(1);

/// The least pause after 404: somebody must act, on one side or the other.
const NOT_FOUND: Duration = Duration::from_hours(1);

/// The least pause after 403: asking more often makes a block worse.
const FORBIDDEN: Duration = Duration::from_hours(6);

/// The pause towards a host that asked for patience and did not say how long: twice the usual, at
/// least an hour.
pub(super) fn slowed(usual: Duration) -> Duration {
    usual.saturating_mul(2).max(THROTTLED)
}

/// A failed poll, as far as the pause after it is concerned.
#[derive(Clone, Copy, Debug)]
pub struct Failure {
    /// What kind of problem it was.
    pub kind: ProblemKind,
    /// Failures in a row, this one included.
    pub in_a_row: u32,
    /// How long the server asked to wait.
    pub retry_after: Option<Duration>,
    /// The server is the operator's own and its pace was set, so that no kind of problem needs a
    /// least pause for politeness' sake.
    pub own_server: bool,
}

impl Failure {
    /// The pause after this failure of a feed that is otherwise polled each `usual`: the same after
    /// the first failure, doubled with each further one, at most 24 h.
    ///
    /// A server that throttles and says for how long is taken at its word, and the pause does not
    /// grow with it; otherwise `Retry-After` only lengthens.
    pub fn pause(&self, usual: Duration) -> Duration {
        let asked = self.retry_after.unwrap_or_default();
        if self.kind == ProblemKind::Throttled && self.retry_after.is_some() {
            return usual.max(asked).min(LONGEST);
        }
        let doublings = match self.kind {
            ProblemKind::Throttled => self.in_a_row.max(1),
            _ => self.in_a_row.max(1) - 1,
        };
        doubled(usual, doublings).max(self.least()).max(asked).min(LONGEST)
    }

    fn least(&self) -> Duration {
        match self.kind {
            _ if self.own_server => Duration::ZERO,
            ProblemKind::Throttled => THROTTLED,
            ProblemKind::NotFound => NOT_FOUND,
            ProblemKind::Forbidden => FORBIDDEN,
            ProblemKind::Blocked | ProblemKind::Gone | ProblemKind::Unauthorized => LONGEST,
            _ => Duration::ZERO,
        }
    }
}

/// `pause` lengthened by up to 5 %, always by the same share for the same `seed`.
pub fn jittered(pause: Duration, seed: u64) -> Duration {
    pause + pause.mul_f64(MOST_JITTER * share(seed))
}

/// A number from 0 to 1 that looks random and depends on `seed` alone.
///
/// Seeds may be small and consecutive, so their bits are mixed first (the finaliser of splitmix64,
/// Steele, Lea and Flood 2014).
pub fn share(seed: u64) -> f64 {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let top = u32::try_from((bits ^ (bits >> 31)) >> 32).unwrap_or(u32::MAX);
    f64::from(top) / f64::from(u32::MAX)
}

fn doubled(pause: Duration, times: u32) -> Duration {
    let factor = 1_u32.checked_shl(times).filter(|factor| *factor > 0).unwrap_or(u32::MAX);
    pause.saturating_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn after(kind: ProblemKind, in_a_row: u32, retry_after: Option<Duration>) -> Duration {
        Failure { kind, in_a_row, retry_after, own_server: false }.pause(15 * MINUTE)
    }

    #[test]
    fn pauses_double_up_to_a_day() {
        let minutes: Vec<_> =
            (1..=9).map(|n| after(ProblemKind::Timeout, n, None).as_secs() / 60).collect();
        assert_eq!(minutes, [15, 30, 60, 120, 240, 480, 960, 1440, 1440]);
        assert_eq!(after(ProblemKind::Timeout, u32::MAX, None), LONGEST);
    }

    #[test]
    fn some_problems_ask_for_patience() {
        for (kind, least) in [
            (ProblemKind::NotFound, 60 * MINUTE),
            (ProblemKind::Throttled, 60 * MINUTE),
            (ProblemKind::Forbidden, 360 * MINUTE),
            (ProblemKind::Gone, LONGEST),
            (ProblemKind::Blocked, LONGEST),
            (ProblemKind::Status, 15 * MINUTE),
        ] {
            assert_eq!(after(kind, 1, None), least, "{kind}");
        }
    }

    #[test]
    fn throttling_without_a_time_at_least_doubles_the_pause() {
        let failure = Failure {
            kind: ProblemKind::Throttled,
            in_a_row: 1,
            retry_after: None,
            own_server: false,
        };
        assert_eq!(failure.pause(50 * MINUTE), 100 * MINUTE);
    }

    #[test]
    fn throttling_with_a_time_is_taken_at_its_word() {
        let asked = Some(40 * MINUTE);
        assert_eq!(after(ProblemKind::Throttled, 7, asked), 40 * MINUTE);
        assert_eq!(after(ProblemKind::Throttled, 7, Some(MINUTE)), 15 * MINUTE);
        assert_eq!(after(ProblemKind::Status, 1, asked), 40 * MINUTE);
        assert_eq!(after(ProblemKind::Status, 3, asked), 60 * MINUTE);
    }

    #[test]
    fn neighbouring_seeds_are_spread_evenly() {
        let mut shares: Vec<_> = (0..10_000).map(share).collect();
        shares.sort_by(f64::total_cmp);
        for (at, share) in (0_u32..).zip(&shares) {
            let even = f64::from(at) / 10_000.0;
            assert!((share - even).abs() < 0.02, "{share} instead of {even}");
        }
    }
}
