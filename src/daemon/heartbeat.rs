//! Tells the service manager that all is well, as long as it is.

use std::time::Duration;

use tokio::time::timeout;
use tracing::warn;

use super::tell;
use crate::{
    observe::Pulse,
    pipeline::Context,
    systemd::{Notifier, watchdog_interval},
};

/// How long the store may take to answer.
const ANSWER: Duration = Duration::from_secs(20);

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
