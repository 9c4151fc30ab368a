//! The trip of one article; read this first.
//!
//! [`poll`] carries one feed through once: fetch, parse, [`prepare`], [`commit`]. Articles whose
//! text is on their page wait for it: [`page`] fetches one, once, and commits its article in the
//! same way. [`deliver`] carries one message through once: freeze, send, write down the verdict.
//! All are plain functions that loops turn on; none keeps anything in memory that the store does
//! not know, but what sites allow. [`hand`] is for people: it splits and merges stories; [`word`]
//! tells the operator of the watch itself.

mod attempt;
pub mod commit;
pub mod deliver;
pub mod documents;
pub mod doubts;
pub mod embargo;
mod full_text;
pub mod gate;
pub mod hand;
mod held;
mod identity;
mod in_force;
pub mod index;
mod learned;
pub mod letter;
mod notice;
mod older;
pub mod page;
pub mod poll;
pub mod prepare;
pub mod preview;
mod promise;
mod robots;
mod silence;
mod spool;
pub mod sync;
mod telling;
mod undelivered;
pub mod upkeep;
mod verdict;
pub mod word;

use std::{path::PathBuf, sync::Arc};

use tokio::sync::{Mutex, Notify, Semaphore, watch};

pub use in_force::{InForce, tuned};

use crate::{
    clock::Clock,
    observe::Metrics,
    store::Store,
    worker::{self, Worker},
};

/// Nudges that carry no data: whoever is woken looks into the store.
#[derive(Debug, Default)]
pub struct Wake {
    /// Feeds may be due.
    pub feeds: Notify,
    /// Pages may be due.
    pub pages: Notify,
    /// Deliveries may be due.
    pub deliveries: Notify,
    /// Articles are held back until a moment.
    pub held: Notify,
}

/// The file that runs, also where another has taken its place.
const SELF: &str = "/proc/self/exe";

/// Everything that the trips need; cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Context {
    /// What is remembered.
    pub store: Store,
    /// What is in force.
    pub in_force: watch::Receiver<Arc<InForce>>,
    /// The time.
    pub clock: Clock,
    /// Nudges.
    pub wake: Arc<Wake>,
    /// As many permits as there are processors: work that only computes takes one.
    pub processors: Arc<Semaphore>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Reads pages, one at a time.
    pub worker: Arc<Mutex<Worker>>,
    /// What sites allow of their pages.
    robots: Arc<robots::Sites>,
}

impl Context {
    /// Joins the parts; pages are read by the program that runs.
    pub fn new(store: Store, in_force: watch::Receiver<Arc<InForce>>, clock: Clock) -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            store,
            in_force,
            clock,
            wake: Arc::default(),
            metrics: Arc::default(),
            processors: Arc::new(Semaphore::new(processors)),
            worker: Arc::new(Mutex::new(Worker::new(SELF.into(), worker::TIME_LIMIT))),
            robots: Arc::default(),
        }
    }

    /// The same, with pages read by another program.
    #[must_use]
    pub fn reading_with(self, program: impl Into<PathBuf>) -> Self {
        let worker = Worker::new(program.into(), worker::TIME_LIMIT);
        Self { worker: Arc::new(Mutex::new(worker)), ..self }
    }

    /// What is in force now; a trip asks once, at its start, and keeps the answer.
    pub fn in_force(&self) -> Arc<InForce> {
        Arc::clone(&self.in_force.borrow())
    }

    /// Runs work that only computes off the threads that wait; a panic in it is the trip's failure.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, tokio::task::JoinError> {
        let permit = Arc::clone(&self.processors).acquire_owned().await;
        let ended = tokio::task::spawn_blocking(work).await;
        drop(permit);
        ended
    }
}
