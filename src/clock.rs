//! The one place that reads the time.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};

/// Where “now” comes from; everything else takes the time as an argument.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The machine's wall clock.
    System,
    /// Starts at a chosen moment and follows tokio's clock, so that a paused runtime moves both.
    Simulated {
        /// The moment at which the clock started.
        epoch: Timestamp,
        /// When it started, by tokio's clock.
        started: tokio::time::Instant,
        /// By how many milliseconds it was set since.
        set: &'static AtomicI64,
    },
}

impl Clock {
    /// A clock that starts at `epoch` and moves with tokio's; needs a runtime.
    pub fn simulated(epoch: Timestamp) -> Self {
        let set = Box::leak(Box::default());
        Self::Simulated { epoch, started: tokio::time::Instant::now(), set }
    }

    /// Sets a simulated clock forward, or back, as people and time servers do; does nothing to the
    /// machine's.
    pub fn set(self, by: SignedDuration) {
        if let Self::Simulated { set, .. } = self {
            set.fetch_add(i64::try_from(by.as_millis()).unwrap_or(0), Ordering::Relaxed);
        }
    }

    /// What time it is, in UTC.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
    pub fn now(self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Simulated { epoch, started, set } => epoch
                .checked_add(SignedDuration::try_from(started.elapsed()).unwrap_or_default())
                .and_then(|now| {
                    now.checked_add(SignedDuration::from_millis(set.load(Ordering::Relaxed)))
                })
                .unwrap_or(Timestamp::MAX),
        }
    }

    /// What has passed since some moment by a clock that nobody sets, time of sleep included.
    pub fn counted(self) -> Duration {
        match self {
            Self::System => {
                let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
                Duration::try_from(time).unwrap_or_default()
            }
            Self::Simulated { started, .. } => started.elapsed(),
        }
    }

    /// How long until `moment`; zero when it has passed.
    pub fn until(self, moment: Timestamp) -> Duration {
        Duration::try_from(moment.duration_since(self.now())).unwrap_or(Duration::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_paused_runtime_moves_the_simulated_clock() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        tokio::time::sleep(Duration::from_hours(24)).await;
        assert_eq!(clock.now(), Timestamp::from_second(86_400).unwrap());
        assert_eq!(clock.until(Timestamp::from_second(86_405).unwrap()), Duration::from_secs(5));
        assert_eq!(clock.until(Timestamp::UNIX_EPOCH), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_set_counts_on() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        tokio::time::sleep(Duration::from_hours(1)).await;
        clock.set(SignedDuration::from_mins(-10));
        assert_eq!(clock.now(), Timestamp::from_second(3_000).unwrap());
        assert_eq!(clock.counted(), Duration::from_hours(1));
        assert!(Clock::System.counted() > Duration::ZERO);
    }
}
