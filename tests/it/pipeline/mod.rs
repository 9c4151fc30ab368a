//! Whole trips without a network: recorded feeds, a real store, mails in memory.

mod again;
mod day;
mod identity;
mod notices;
mod operator;
mod outbox;
mod pages;
mod provenance;
mod spared;
mod texts;
mod told;
mod week;
mod year;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::{Notify, watch};
use wiredesk::{
    clock::Clock,
    daemon::{self, Daemon, Ending},
    fetch::{Fetcher, Reply},
    mail::Mailer,
    pipeline::{Context, InForce, sync::FirstPolls},
    store::{DeliveryRow, Store},
    systemd::Notifier,
};

use crate::support::wire::{self, Entry};

/// Where recorded papers are: an address that may be polled as often as one likes.
const PAPERS: &str = "http://127.0.0.1:8080";

/// The program that reads pages.
const WIREDESK: &str = env!("CARGO_BIN_EXE_wiredesk");

/// A daemon that is turned on when the test wants it.
pub(crate) struct Watch {
    pub(crate) folder: TempDir,
    pub(crate) context: Context,
    pub(crate) orders: watch::Sender<Arc<InForce>>,
}

impl Watch {
    /// Takes over an empty store; every feed is due at once.
    pub(crate) async fn new(config: &str, fetcher: Fetcher, mailer: Mailer, clock: Clock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let live = wire::live(folder.path(), config);
        let store = Store::open(&folder.path().join("wiredesk.db"), clock.now()).unwrap();
        let (orders, in_force) = watch::channel(Arc::new(InForce { live, fetcher, mailer }));
        let context = Context::new(store, in_force, clock).reading_with(WIREDESK);
        daemon::take_over(&context, FirstPolls::AtOnce).await.unwrap();
        Self { folder, context, orders }
    }

    /// Opens the store again, as another process would after this one ended.
    pub(crate) async fn restarted(self) -> Self {
        let Self { folder, context, orders } = self;
        let clock = context.clock;
        let store = Store::open(&folder.path().join("wiredesk.db"), clock.now()).unwrap();
        let context = Context::new(store, orders.subscribe(), clock).reading_with(WIREDESK);
        daemon::take_over(&context, FirstPolls::AtOnce).await.unwrap();
        Self { folder, context, orders }
    }

    /// Turns the loops for so long.
    pub(crate) async fn run(&self, time: Duration) {
        let daemon = Daemon {
            context: self.context.clone(),
            orders: self.orders.clone(),
            config: self.folder.path().join("wiredesk.toml"),
            reload: Arc::new(Notify::new()),
            manager: Notifier::default(),
            web: None,
        };
        assert_eq!(daemon::run(daemon, tokio::time::sleep(time)).await, Ending::Orderly);
    }

    pub(crate) async fn deliveries(&self) -> Vec<DeliveryRow> {
        let all = self.context.store.read(|tx| tx.deliveries_since(Timestamp::MIN));
        all.await.unwrap()
    }
}

/// When every test begins; in Karachi it is eleven.
pub(crate) fn start() -> Timestamp {
    "2025-05-12T06:00:00Z".parse().unwrap()
}

/// What papers show at each of their polls, in order; the last edition stays.
pub(crate) fn recorded<'a>(editions: impl IntoIterator<Item = (&'a str, Vec<Entry>)>) -> Fetcher {
    Fetcher::recorded(editions.into_iter().map(|(paper, entries)| {
        let url = format!("{PAPERS}/{paper}");
        (url.clone(), Ok(Reply::document(url, wire::atom(paper, &entries))))
    }))
}
