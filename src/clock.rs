//! The one place that reads the time.

use std::time::Duration;

use jiff::Timestamp;

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
    },
}

impl Clock {
    /// A clock that starts at `epoch` and moves with tokio's; needs a runtime.
    pub fn simulated(epoch: Timestamp) -> Self {
        Self::Simulated { epoch, started: tokio::time::Instant::now() }
    }

    /// What time it is, in UTC.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
    pub fn now(self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Simulated { epoch, started } => epoch
                .checked_add(jiff::SignedDuration::try_from(started.elapsed()).unwrap_or_default())
                .unwrap_or(Timestamp::MAX),
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
}
