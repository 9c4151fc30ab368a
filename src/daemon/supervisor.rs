//! Starts the daemon's tasks, each with a name and a phase, and ends them in order.
//!
//! A task that ends before it was told to is a fault: the supervisor stops the others and reports
//! it, and the service manager starts the process afresh.

use std::{collections::BTreeMap, future::Future, time::Duration};

use tokio::{
    task::{Id, JoinError, JoinSet},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, error, error_span, info, warn};

/// The phases of stopping, in their order.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Phase {
    /// Takes in new work.
    Intake,
    /// Finishes work that was taken in.
    Delivery,
    /// Serves the others.
    Service,
}

const PHASES: [Phase; 3] = [Phase::Intake, Phase::Delivery, Phase::Service];

/// How the daemon ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ending {
    /// It was asked to stop, and every task did.
    Orderly,
    /// A task ended unasked, or panicked.
    Fault(&'static str),
    /// A task did not stop within the time given.
    Overdue(&'static str),
}

/// Runs named tasks until told to stop.
#[derive(Debug, Default)]
pub struct Supervisor {
    tasks: JoinSet<()>,
    known: BTreeMap<Id, (&'static str, Phase)>,
    stops: [CancellationToken; 3],
}

impl Supervisor {
    /// Starts a task; it gets the token that tells it to stop.
    pub fn start<F>(
        &mut self,
        name: &'static str,
        phase: Phase,
        task: impl FnOnce(CancellationToken) -> F,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = self.stops[phase as usize].clone();
        let handle = self.tasks.spawn(task(stop).instrument(error_span!("task", task.name = name)));
        self.known.insert(handle.id(), (name, phase));
    }

    /// Waits for `stop`, or for a task to end unasked; then stops the phases in order, each within
    /// `grace`.
    pub async fn run(mut self, stop: impl Future<Output = ()>, grace: Duration) -> Ending {
        let mut ending = Ending::Orderly;
        tokio::select! {
            () = stop => info!("asked to stop"),
            Some(joined) = self.tasks.join_next_with_id() => {
                let name = self.forget(&joined);
                error!(task.name = name, "task `{name}` ended unasked; stopping");
                ending = Ending::Fault(name);
            }
        }
        for phase in PHASES {
            self.stops[phase as usize].cancel();
            if timeout(grace, self.drain(phase)).await.is_err() {
                let late =
                    self.known.values().find(|(_, of)| *of == phase).map_or("?", |(name, _)| name);
                warn!(task.name = late, "task `{late}` is overdue and is dropped");
                if ending == Ending::Orderly {
                    ending = Ending::Overdue(late);
                }
            }
        }
        self.tasks.shutdown().await;
        ending
    }

    async fn drain(&mut self, phase: Phase) {
        while self.known.values().any(|(_, of)| *of == phase) {
            let Some(joined) = self.tasks.join_next_with_id().await else { return };
            self.forget(&joined);
        }
    }

    fn forget(&mut self, joined: &Result<(Id, ()), JoinError>) -> &'static str {
        let id = match joined {
            Ok((id, ())) => *id,
            Err(fault) => fault.id(),
        };
        self.known.remove(&id).map_or("?", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::pending,
        sync::{Arc, Mutex},
    };

    use super::*;

    const GRACE: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn phases_stop_in_order() {
        let log = Arc::new(Mutex::new(Vec::new()));
        let mut supervisor = Supervisor::default();
        let tasks =
            [("web", Phase::Service), ("deliverer", Phase::Delivery), ("poller", Phase::Intake)];
        for (name, phase) in tasks {
            let log = Arc::clone(&log);
            supervisor.start(name, phase, move |stop| async move {
                stop.cancelled().await;
                tokio::time::sleep(Duration::from_secs(3)).await;
                log.lock().unwrap().push(name);
            });
        }
        let ending = supervisor.run(tokio::time::sleep(Duration::from_mins(1)), GRACE).await;
        assert_eq!(ending, Ending::Orderly);
        assert_eq!(*log.lock().unwrap(), ["poller", "deliverer", "web"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_is_a_fault_and_stops_the_rest() {
        let mut supervisor = Supervisor::default();
        supervisor.start("web", Phase::Service, |stop| async move { stop.cancelled().await });
        supervisor.start("poller", Phase::Intake, |_| async { panic!("bug") });
        assert_eq!(supervisor.run(pending(), GRACE).await, Ending::Fault("poller"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_will_not_stop_is_dropped_after_the_grace_time() {
        let mut supervisor = Supervisor::default();
        supervisor.start("deliverer", Phase::Delivery, |_| pending());
        assert_eq!(supervisor.run(async {}, GRACE).await, Ending::Overdue("deliverer"));
    }
}
