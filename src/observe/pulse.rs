//! A loop's sign of life.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

/// A loop that has not turned for this long hangs; each looks at least once a minute, the
/// housekeeper every ten.
const HANGS: Duration = Duration::from_mins(15);

/// A loop's sign of life.
#[derive(Clone, Debug)]
pub struct Pulse {
    started: Instant,
    last: Arc<AtomicU64>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { started: Instant::now(), last: Arc::default() }
    }
}

impl Pulse {
    /// The loop has turned.
    pub fn turned(&self) {
        self.last.store(self.started.elapsed().as_secs(), Ordering::Relaxed);
    }

    /// How long ago it turned, in whole seconds.
    pub fn ago(&self) -> Duration {
        let last = Duration::from_secs(self.last.load(Ordering::Relaxed));
        self.started.elapsed().saturating_sub(last)
    }

    /// Whether it turned lately.
    pub fn is_alive(&self) -> bool {
        self.ago() < HANGS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_does_not_turn_is_not_alive() {
        let pulse = Pulse::default();
        assert!(pulse.is_alive());
        tokio::time::advance(HANGS).await;
        assert!(!pulse.is_alive());
        pulse.turned();
        assert!(pulse.is_alive());
    }
}
