//! Notices that the clock was set, or that the machine slept.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;

/// The wall clock drifts from the one that counts by less than this, unless somebody set it.
const SET: SignedDuration = SignedDuration::from_mins(1);

/// The loop looks each minute: a longer time in which it did not was a sleep.
const SLEPT: Duration = Duration::from_mins(5);

/// What happened between two looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Jump {
    /// The wall clock was set by so much.
    Set(SignedDuration),
    /// The machine, or this process, slept for so long.
    Slept(Duration),
}

/// Two clocks side by side.
#[derive(Debug)]
pub(super) struct Watch {
    wall: Timestamp,
    counted: Duration,
    last: Duration,
}

impl Watch {
    pub(super) fn new(clock: Clock) -> Self {
        let counted = clock.counted();
        Self { wall: clock.now(), counted, last: counted }
    }

    /// What happened since the last look.
    pub(super) fn look(&mut self, clock: Clock) -> Option<Jump> {
        let (wall, counted) = (clock.now(), clock.counted());
        let slept = counted.saturating_sub(self.last);
        self.last = counted;
        let passed = counted.saturating_sub(self.counted);
        let passed = SignedDuration::try_from(passed).unwrap_or_default();
        let by = wall.duration_since(self.wall) - passed;
        if by.abs() > SET {
            (self.wall, self.counted) = (wall, counted);
            return Some(Jump::Set(by));
        }
        (slept > SLEPT).then_some(Jump::Slept(slept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_set_is_told_from_sleep() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        let mut watch = Watch::new(clock);
        assert_eq!(watch.look(clock), None);
        tokio::time::advance(Duration::from_mins(1)).await;
        assert_eq!(watch.look(clock), None);
        tokio::time::advance(Duration::from_hours(8)).await;
        assert_eq!(watch.look(clock), Some(Jump::Slept(Duration::from_hours(8))));
        for hours in [3, -5] {
            clock.set(SignedDuration::from_hours(hours));
            assert_eq!(watch.look(clock), Some(Jump::Set(SignedDuration::from_hours(hours))));
            assert_eq!(watch.look(clock), None);
        }
        // As a time server does it, a second at a time.
        for _ in 0..60 {
            clock.set(SignedDuration::from_secs(1));
            assert_eq!(watch.look(clock), None);
        }
        clock.set(SignedDuration::from_secs(1));
        assert_eq!(watch.look(clock), Some(Jump::Set(SignedDuration::from_secs(61))));
    }
}
