//! The status pages: a window on what the daemon knows, for people, programs and Prometheus.
//!
//! They are made on the server of what the store says and what is in force; a script adds only what
//! moves. They read; where `actions` of `[web]` allows it there are a few buttons more.

mod actions;
mod api;
mod article;
mod assets;
mod atom;
mod chart;
mod configuration;
mod deliveries;
mod desk;
mod failure;
mod feeds;
mod guard;
mod health;
mod layout;
mod listener;
mod live;
mod playground;
mod problems;
mod rules;
mod story;

use std::{sync::Arc, time::Duration};

use axum::{
    Router, middleware,
    routing::{get, post},
};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tracing::error;

pub use listener::{BindError, Bound};

use self::{failure::Failure, guard::Guard, listener::Listener};
use crate::{
    config::Web,
    observe::Pulse,
    pipeline::Context,
    store::{ReadTx, StoreError},
};

/// Streams of live stories at once.
const STREAMS: usize = 32;

/// Searches of the archive at once: each takes one of the few readers that polls and messages need.
const SEARCHES: usize = 2;
/// How long a search may take: who types does not wait longer.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// What the pages show; cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Site(Arc<Inside>);

/// See [`Site`].
#[derive(Debug)]
pub struct Inside {
    context: Context,
    pulses: Vec<(&'static str, Pulse)>,
    reload: Arc<Notify>,
    guard: Guard,
    requests: Semaphore,
    streams: Arc<Semaphore>,
    searches: Semaphore,
    stop: CancellationToken,
}

impl std::ops::Deref for Site {
    type Target = Inside;

    fn deref(&self) -> &Inside {
        &self.0
    }
}

impl Site {
    /// The pages of a daemon with these loops that loads its configuration again when nudged; `None` where there is no randomness to guard the
    /// token with.
    pub fn new(
        context: Context,
        web: &Web,
        pulses: Vec<(&'static str, Pulse)>,
        reload: Arc<Notify>,
        stop: CancellationToken,
    ) -> Option<Self> {
        Some(Self(Arc::new(Inside {
            context,
            pulses,
            reload,
            guard: Guard::new(web)?,
            requests: Semaphore::new(guard::AT_ONCE),
            streams: Arc::new(Semaphore::new(STREAMS)),
            searches: Semaphore::new(SEARCHES),
            stop,
        })))
    }

    /// [`Site::read`] for what looks through the archive: `job` is told whether there is time left.
    async fn search<T: Send + 'static>(
        &self,
        job: impl FnOnce(&ReadTx<'_>, &mut dyn FnMut() -> bool) -> Result<T, StoreError>
        + Send
        + 'static,
    ) -> Result<T, Failure> {
        let _permit = self.searches.acquire().await;
        let clock = self.context.clock;
        let began = clock.counted();
        let mut go_on = move || clock.counted().saturating_sub(began) < PATIENCE;
        self.read(move |tx| job(tx, &mut go_on)).await
    }

    async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&ReadTx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Failure> {
        Ok(self.context.store.read(job).await?)
    }
}

/// Every page.
pub fn router(site: Site) -> Router {
    Router::new()
        .route("/", get(desk::page))
        .route("/live", get(live::stream))
        .route("/stories/{id}", get(story::page))
        .route("/stories/{id}/silence", post(actions::silence))
        .route("/articles/{id}", get(article::page))
        .route("/rules", get(rules::list))
        .route("/rules/{name}", get(rules::page))
        .route("/rules/{name}/feed.atom", get(atom::of_rule))
        .route("/try", get(playground::page))
        .route("/try/answer", get(playground::answer))
        .route("/feeds", get(feeds::list))
        .route("/feeds/{name}", get(feeds::page))
        .route("/deliveries", get(deliveries::page))
        .route("/deliveries/{id}/retry", post(actions::retry))
        .route("/problems", get(problems::page))
        .route("/configuration", get(configuration::page))
        .route("/configuration/reload", post(actions::reload))
        .route("/feed.atom", get(atom::of_all))
        .route("/metrics", get(health::metrics))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/assets/{name}", get(assets::get))
        .nest("/api/v1", api::router())
        .fallback(|| async { Failure::nothing("such page") })
        .layer(middleware::from_fn_with_state(site.clone(), guard::guard))
        .with_state(site)
}

/// Answers until told to stop; streams end then, and what is being answered is finished.
pub async fn serve(bound: Bound, site: Site) {
    let stop = site.stop.clone();
    let stopped = async move { stop.cancelled().await };
    let served = match bound.listener {
        Listener::Tcp(listener) => {
            axum::serve(listener, router(site)).with_graceful_shutdown(stopped).await
        }
        Listener::Unix(listener) => {
            axum::serve(listener, router(site)).with_graceful_shutdown(stopped).await
        }
    };
    if let Err(error) = served {
        error!("serving the status pages: {error}");
    }
}
