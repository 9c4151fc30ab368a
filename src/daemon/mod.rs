//! The loops that turn the pipeline on: poller, pager, deliverer, reloader, housekeeper, indexer,
//! teller, lifter, heartbeat; and the status pages beside them.
//!
//! Between them travel nudges and the newest configuration, never articles or alerts: each loop
//! looks into the store for what is due. So a stop at any line, also by `kill -9`, loses nothing.

mod deliverer;
mod heartbeat;
mod housekeeper;
mod indexer;
mod jump;
mod lifter;
mod pace;
mod pager;
mod poller;
mod reloader;
mod supervisor;
mod teller;
mod wait;

use std::{future::Future, path::PathBuf, sync::Arc, time::Duration};

use tokio::sync::{Notify, watch};
use tracing::{error, info};

pub use crate::observe::Pulse;
pub use deliverer::{Delivered, round as deliver_round};
pub use indexer::round as index_round;
pub use pager::round as page_round;
pub use poller::round as poll_round;
pub use supervisor::{Ending, Phase, Supervisor};

use crate::{
    observe,
    pipeline::{
        Context, InForce,
        sync::{FirstPolls, spread_overdue, sync},
    },
    store::{LoadVerdict, StoreError},
    systemd::Notifier,
    web::{self, Bound, Site},
};

/// How long each phase of stopping may take; their sum is below `TimeoutStopSec` of the unit.
const GRACE: Duration = Duration::from_secs(12);

/// What the loops are turned on with.
#[derive(Debug)]
pub struct Daemon {
    /// What the trips need.
    pub context: Context,
    /// The other end of what is in force.
    pub orders: watch::Sender<Arc<InForce>>,
    /// Where the configuration is read again.
    pub config: PathBuf,
    /// Nudged to load the configuration again.
    pub reload: Arc<Notify>,
    /// A line to the service manager.
    pub manager: Notifier,
    /// Where the status pages are, if there are any.
    pub web: Option<Bound>,
}

/// Takes over what an earlier life, perhaps of another version, left and makes the store agree with
/// the configuration: the last step that may fail before the loops turn.
pub async fn take_over(context: &Context, first: FirstPolls) -> Result<(), StoreError> {
    let (in_force, now) = (context.in_force(), context.clock.now());
    let horizon = now - in_force.live.story.window;
    while context.store.write(move |tx| tx.renew_sketches(horizon)).await? > 0 {}
    context
        .store
        .write(move |tx| {
            tx.release_claims(now)?;
            sync(tx, &in_force.live, first, now)?;
            if first == FirstPolls::Spread {
                spread_overdue(tx, &in_force.live, now)?;
            }
            tx.note_load(&LoadVerdict {
                generation: in_force.live.generation,
                at: now,
                refused: None,
            })
        })
        .await
}

/// Turns the loops until `stop`, or until one of them ends unasked; then ends them in order and
/// closes the store.
pub async fn run(daemon: Daemon, stop: impl Future<Output = ()>) -> Ending {
    let Daemon { context, orders, config, reload, manager, web } = daemon;
    let pulses: Vec<_> =
        ["poller", "pager", "reloader", "deliverer", "housekeeper", "indexer", "teller", "lifter"]
            .map(|name| (name, Pulse::default()))
            .into();
    let mut supervisor = Supervisor::default();
    let [poller, pager, reloader, deliverer, housekeeper, indexer, teller, lifter] =
        std::array::from_fn(|index| {
            pulses.get(index).map_or_else(Pulse::default, |(_, pulse)| pulse.clone())
        });
    supervisor.start("poller", Phase::Intake, |stop| poller::run(context.clone(), poller, stop));
    supervisor.start("pager", Phase::Intake, |stop| pager::run(context.clone(), pager, stop));
    let asked = Arc::clone(&reload);
    let source = reloader::Reload { orders, path: config, asked, manager: manager.clone() };
    supervisor.start("reloader", Phase::Intake, |stop| {
        reloader::run(source, context.clone(), reloader, stop)
    });
    supervisor.start("deliverer", Phase::Delivery, |stop| {
        deliverer::run(context.clone(), deliverer, stop)
    });
    supervisor.start("housekeeper", Phase::Service, |stop| {
        housekeeper::run(context.clone(), housekeeper, stop)
    });
    supervisor
        .start("indexer", Phase::Service, |stop| indexer::run(context.clone(), indexer, stop));
    supervisor.start("lifter", Phase::Intake, |stop| lifter::run(context.clone(), lifter, stop));
    supervisor.start("teller", Phase::Service, |stop| teller::run(context.clone(), teller, stop));
    if let Some(bound) = web {
        open_pages(&mut supervisor, bound, &context, pulses.clone(), reload);
    }
    let line = reloader::status_line(&context);
    info!("{line}");
    tell(manager.ready(&line));
    let stopping = async {
        stop.await;
        tell(manager.stopping());
    };
    let ending = tokio::select! {
        ending = supervisor.run(stopping, GRACE) => ending,
        () = heartbeat::run(context.clone(), manager.clone(), pulses) => Ending::Fault("heartbeat"),
    };
    if let Err(error) = context.store.close().await {
        error!("closing the store: {}", observe::chain(&error));
    }
    ending
}

/// Starts the status pages; without randomness to guard a token with there are none.
fn open_pages(
    supervisor: &mut Supervisor,
    bound: Bound,
    context: &Context,
    pulses: Vec<(&'static str, Pulse)>,
    reload: Arc<Notify>,
) {
    let Some(settings) = context.in_force().live.web.clone() else { return };
    supervisor.start("web", Phase::Service, |stop| {
        let site = Site::new(context.clone(), &settings, pulses, reload, stop.clone());
        async move {
            if let Some(site) = site {
                info!("the status pages are at {}", bound.place());
                web::serve(bound, site).await;
            } else {
                error!("there is no randomness to guard the token with: no status pages");
                stop.cancelled().await;
            }
        }
    });
}

/// A service manager that does not listen is worth a word, and no more.
fn tell(told: std::io::Result<()>) {
    if let Err(error) = told {
        tracing::debug!("telling the service manager: {error}");
    }
}
