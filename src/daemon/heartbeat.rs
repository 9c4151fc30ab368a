//! Tells the service manager that all is well, as long as it is.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, timeout};
use tracing::warn;

use super::tell;
use crate::{
    pipeline::Context,
    systemd::{Notifier, watchdog_interval},
};

/// A loop that has not turned for this long hangs; each looks at least once a minute, the
/// housekeeper every ten.
const HANGS: Duration = Duration::from_mins(15);
/// How long the store may take to answer.
const ANSWER: Duration = Duration::from_secs(20);

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

    fn is_alive(&self) -> bool {
        let last = Duration::from_secs(self.last.load(Ordering::Relaxed));
        self.started.elapsed().saturating_sub(last) < HANGS
    }
}

#[expect(clippy::infinite_loop, reason = "it beats until the process is done with everything else")]
/// Feeds the watchdog by health, not by a timer: the writer answers and every loop has turned.
/// Runs around the supervisor until the store is closed, so that it does not fail during a drain.
pub(super) async fn run(context: Context, manager: Notifier, pulses: Vec<(&'static str, Pulse)>) {
    let Some(every) = watchdog_interval() else { return std::future::pending().await };
    loop {
        let answer = timeout(ANSWER, context.store.write(|_| Ok(()))).await;
        let hanging = pulses.iter().find(|(_, pulse)| !pulse.is_alive());
        match (answer, hanging) {
            (Ok(Ok(())), None) => tell(manager.watchdog()),
            (Ok(Ok(())), Some((name, _))) => {
                warn!(task.name = name, "task `{name}` hangs; not feeding the watchdog");
            }
            (Ok(Err(error)), _) => {
                warn!("the store does not answer; not feeding the watchdog: {error}");
            }
            (Err(_), _) => warn!("the store does not answer in time; not feeding the watchdog"),
        }
        tokio::time::sleep(every).await;
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
