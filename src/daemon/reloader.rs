//! Loads the configuration again when asked: all of it or nothing.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{Pulse, tell};
use crate::{
    config::{self, Plan},
    model::Generation,
    observe,
    pipeline::{
        Context, InForce, doubts,
        sync::{FirstPolls, sync},
        tuned,
    },
    store::{LoadVerdict, StoreError},
    systemd::Notifier,
};

/// How often it shows that it turns.
const TURN: Duration = Duration::from_mins(1);

/// What reloading needs beside the context.
pub(super) struct Reload {
    /// The other end of what is in force.
    pub(super) orders: watch::Sender<Arc<InForce>>,
    /// Where the configuration is.
    pub(super) path: PathBuf,
    /// Nudged to load it again.
    pub(super) asked: Arc<Notify>,
    /// A line to the service manager.
    pub(super) manager: Notifier,
}

/// Why a configuration was refused; the old one stays in force.
enum Refusal {
    /// Its own mistakes, printed with file, line and caret.
    Mistakes(String),
    /// An edge could not be built from it.
    Edge(String),
    /// It could not be written into the store.
    Store(StoreError),
}

/// Reloads whenever it is asked to.
pub(super) async fn run(reload: Reload, context: Context, pulse: Pulse, stop: CancellationToken) {
    loop {
        pulse.turned();
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(TURN) => continue,
            () = reload.asked.notified() => (),
        }
        tell(reload.manager.reloading());
        let old = context.in_force().live.generation;
        match load(&context, &reload).await {
            Ok(plan) => {
                let generation = context.in_force().live.generation;
                info!(config.generation = %generation, "configuration {generation} is in force: {plan}");
                tell(reload.manager.ready(&status_line(&context)));
            }
            Err(refusal) => {
                let report = refusal.to_string();
                error!(
                    config.generation = %old,
                    "the new configuration was refused, configuration {old} stays in force\n{report}"
                );
                note(&context, old, report).await;
                let line =
                    format!("{}; the configuration on disk was refused", status_line(&context));
                tell(reload.manager.ready(&line));
            }
        }
    }
}

/// Everything that can fail comes before the swap, which cannot.
async fn load(context: &Context, reload: &Reload) -> Result<Plan, Refusal> {
    let old = context.in_force();
    let (file, before) = (reload.path.clone(), Arc::clone(&old));
    let loaded = tokio::task::spawn_blocking(move || config::reload(&file, &before.live)).await;
    let loaded = loaded.map_err(|fault| Refusal::Edge(fault.to_string()))?;
    let loaded = loaded.map_err(|report| Refusal::Mistakes(report.to_string()))?;
    if !loaded.warnings.is_empty() {
        warn!("{}", loaded.warnings);
    }
    let live = loaded.live;
    let plan = config::difference(&old.live, &live);
    let live = config::keep(&old.live, live);
    let live = tuned(live, &context.store).await.map_err(Refusal::Store)?;
    let in_force = InForce::build(live).map_err(Refusal::Edge)?;
    let in_force = Arc::new(in_force);
    let (writing, now) = (Arc::clone(&in_force), context.clock.now());
    let changed = &plan.sections_changed;
    let mends_delivery =
        ["mail", "recipient", "operator"].iter().any(|section| changed.contains(section));
    let written = context
        .store
        .write(move |tx| {
            sync(tx, &writing.live, FirstPolls::Spread, now)?;
            if mends_delivery {
                tx.retry_deliveries(now)?;
            }
            tx.note_load(&LoadVerdict {
                generation: writing.live.generation,
                at: now,
                refused: None,
            })
        })
        .await;
    written.map_err(Refusal::Store)?;
    reload.orders.send_replace(in_force);
    context.wake.feeds.notify_one();
    context.wake.deliveries.notify_one();
    doubts::tell(context).await;
    Ok(plan)
}

async fn note(context: &Context, generation: Generation, refused: String) {
    let at = context.clock.now();
    let noted = context
        .store
        .write(move |tx| {
            tx.note_load(&LoadVerdict { generation, at, refused: Some(refused.clone()) })
        })
        .await;
    if let Err(error) = noted {
        error!("noting that the configuration was refused: {}", observe::chain(&error));
    }
}

/// What the service manager shows of us.
pub(super) fn status_line(context: &Context) -> String {
    let live = &context.in_force().live;
    format!(
        "watching {} feeds with {} rules, configuration {}",
        live.feeds.len(),
        live.rules.len(),
        live.generation
    )
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Mistakes(report) => f.write_str(report),
            Self::Edge(why) => f.write_str(why),
            Self::Store(error) => f.write_str(&observe::chain(error)),
        }
    }
}
