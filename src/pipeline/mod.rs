//! The trip of one article; read this first.
//!
//! [`poll`] carries one feed through once: fetch, parse, [`prepare`], [`commit`]. [`deliver`]
//! carries one message through once: freeze, send, write down the verdict. Both are plain
//! functions that loops turn on; neither keeps anything in memory that the store does not know.
//! [`hand`] is for people: it splits and merges stories; [`word`] tells the operator of the watch
//! itself.

pub mod commit;
pub mod deliver;
pub mod documents;
pub mod doubts;
pub mod hand;
mod identity;
mod in_force;
pub mod index;
mod learned;
mod notice;
mod older;
pub mod poll;
pub mod prepare;
pub mod sync;
mod verdict;
pub mod word;

use std::sync::Arc;

use tokio::sync::{Notify, Semaphore, watch};

pub use in_force::{InForce, tuned};

use crate::{clock::Clock, store::Store};

/// Nudges that carry no data: whoever is woken looks into the store.
#[derive(Debug, Default)]
pub struct Wake {
    /// Feeds may be due.
    pub feeds: Notify,
    /// Deliveries may be due.
    pub deliveries: Notify,
}

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
}

impl Context {
    /// Joins the parts.
    pub fn new(store: Store, in_force: watch::Receiver<Arc<InForce>>, clock: Clock) -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            store,
            in_force,
            clock,
            wake: Arc::default(),
            processors: Arc::new(Semaphore::new(processors)),
        }
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
