//! The store by its verbs alone: what any back end has to hold.

mod access;
mod batches;
mod claims;
mod constraints;
mod deliveries;
mod doubts;
mod frequency;
mod hands;
mod leads;
mod upkeep;
mod window;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use wiredesk::{
    config::Live,
    model::{FeedName, PollOutcome, Validators},
    pipeline::{
        commit::{self, Batch, Report},
        prepare::{self, Circumstances, Prepared},
        sync::{FirstPolls, sync},
    },
    schedule::{Cadence, Habits},
    store::{ClaimedFeed, Counts, FeedRow, PollEnd, PollNotes, Store, StoreError},
};

use crate::support::wire::{self, Entry, headline};

const LEASE: Duration = Duration::from_mins(5);

/// Three papers on one host and a wire on another; the rule is true of every article.
const CONFIG: &str = "
    [[agency]]
    id = 'arden-wire'
    name = 'Arden Wire'
    [[feed]]
    name = 'courier'
    url = 'https://papers.example/courier'
    publisher = 'The Courier'
    [[feed]]
    name = 'gazette'
    url = 'https://papers.example/gazette'
    publisher = 'The Gazette'
    [[feed]]
    name = 'post'
    url = 'https://papers.example/post'
    publisher = 'Arden Post'
    [[feed]]
    name = 'wire'
    url = 'https://wire.example/feed'
    publisher = 'Arden Wire'
    [[recipient]]
    name = 'desk'
    email = ['one@desk.example', 'two@desk.example']
    [[rule]]
    name = 'all'
    query = 'feed:*'
    notify = ['desk']
";

/// A database of its own, with the configuration that its feeds come from.
struct Shelf {
    folder: TempDir,
    live: Arc<Live>,
    store: Store,
}

impl Shelf {
    /// With every feed due at [`start`].
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let live = Arc::new(wire::live(folder.path(), CONFIG));
        let store = Store::open(&folder.path().join("wiredesk.db"), start()).unwrap();
        let shelf = Self { folder, live, store };
        let live = Arc::clone(&shelf.live);
        shelf.store.write(move |tx| sync(tx, &live, FirstPolls::AtOnce, start())).await.unwrap();
        shelf
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("wiredesk.db")
    }

    /// Another handle on the same file, as another process has it.
    fn another(&self) -> Store {
        Store::open(&self.file(), start()).unwrap()
    }

    /// Claims whatever is due.
    async fn claim_all(&self, now: Timestamp) -> Vec<ClaimedFeed> {
        claim(&self.store, now, 100, 100).await
    }

    /// Claims what is due and gives back the feed of that name; the others are claimed too.
    async fn claim(&self, name: &str, now: Timestamp) -> ClaimedFeed {
        let claimed = self.claim_all(now).await;
        claimed.into_iter().find(|feed| feed.state.name.as_str() == name).unwrap()
    }

    /// The articles that a feed's entries become.
    fn prepared(&self, claimed: &ClaimedFeed, entries: &[Entry], now: Timestamp) -> Vec<Prepared> {
        let name = &claimed.state.name;
        let items = wire::items(name.as_str(), entries);
        let around = Circumstances {
            spec: &self.live.feeds[name],
            live: &self.live,
            first_poll: false,
            now,
        };
        prepare::prepare(&items, &around)
    }

    /// Commits a poll that brought these entries; it is due again in a minute.
    async fn commit(
        &self,
        claimed: &ClaimedFeed,
        entries: &[Entry],
        now: Timestamp,
    ) -> Result<Report, StoreError> {
        let batch = Batch {
            feed: claimed.state.id,
            claim: claimed.claim,
            prepared: self.prepared(claimed, entries, now),
            waiting: Vec::new(),
            files: Vec::new(),
            end: Some(end(entries.len(), now)),
            now,
        };
        self.write(batch).await
    }

    async fn write(&self, batch: Batch) -> Result<Report, StoreError> {
        let live = Arc::clone(&self.live);
        self.store.write(move |tx| commit::commit(tx, &batch, &live)).await
    }

    /// One poll of a feed by a process that starts now and takes back what others had claimed.
    async fn poll(&self, name: &str, entries: &[Entry], now: Timestamp) -> Report {
        self.store.write(move |tx| tx.release_claims(now)).await.unwrap();
        let claimed = self.claim(name, now).await;
        self.commit(&claimed, entries, now).await.unwrap()
    }

    async fn feed(&self, name: &str) -> FeedRow {
        let name = FeedName::new(name);
        let feeds = self.store.read(|tx| tx.feeds()).await.unwrap();
        feeds.into_iter().find(|feed| feed.state.name == name).unwrap()
    }

    async fn counts(&self) -> Counts {
        self.store.read(|tx| tx.counts()).await.unwrap()
    }
}

/// When every test begins.
fn start() -> Timestamp {
    "2025-05-12T06:00:00Z".parse().unwrap()
}

/// So many minutes after the beginning.
fn minute(minutes: i64) -> Timestamp {
    start() + SignedDuration::from_mins(minutes)
}

fn day(days: i64) -> Timestamp {
    minute(days * 24 * 60)
}

async fn claim(store: &Store, now: Timestamp, most: usize, per_host: usize) -> Vec<ClaimedFeed> {
    let none = BTreeMap::new();
    let claimed = store.write(move |tx| tx.claim_feeds(now, LEASE, most, per_host, &none));
    claimed.await.unwrap()
}

/// The text of that number under a headline of its own.
fn entry(id: &str, text: u64, published: Timestamp) -> Entry {
    let letters = id.bytes().map(u64::from).sum::<u64>();
    Entry { id: id.into(), title: headline(letters), text: wire::text(text), published }
}

/// A good poll, with validators that say how much was there.
fn end(items: usize, now: Timestamp) -> PollEnd {
    PollEnd {
        outcome: PollOutcome::Fresh { items },
        validators: Validators { etag: Some(format!("\"{items}\"")), ..Validators::default() },
        cadence: Cadence::default(),
        failures: 0,
        next_due: now + SignedDuration::from_mins(1),
        started: now,
        new_items: u32::try_from(items).unwrap(),
        habits: Habits::default(),
        stops: false,
        outage: false,
        address: None,
        gap: None,
        patience: None,
        notes: PollNotes::default(),
    }
}
