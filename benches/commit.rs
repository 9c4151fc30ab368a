//! How long it takes to write down what a poll brought, as the archive grows.
#![expect(clippy::unwrap_used, reason = "nothing is in the way of a bench")]

use std::{cell::Cell, collections::BTreeMap, ops::Range, sync::Arc, time::Duration};

use divan::{Bencher, counter::ItemsCount};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use wire::Entry;
use wiredesk::{
    config::Live,
    model::FeedName,
    pipeline::{
        commit::{self, Batch},
        prepare::{self, Circumstances},
        sync::{FirstPolls, sync},
    },
    store::{ClaimedFeed, Store},
};

#[path = "../tests/it/support/wire.rs"]
mod wire;

fn main() {
    divan::main();
}

const CONFIG: &str = "
    [[feed]]
    name = 'post'
    url = 'https://post.example/feed'
    publisher = 'Arden Post'
    [[recipient]]
    name = 'desk'
    email = ['desk@desk.example']
    [[rule]]
    name = 'all'
    query = 'arden'
    notify = ['desk']
";

/// Articles of a poll.
const BATCH: u64 = 50;

struct Desk {
    _folder: TempDir,
    runtime: Runtime,
    live: Arc<Live>,
    store: Store,
    feed: ClaimedFeed,
}

impl Desk {
    /// With an archive of so many articles, twenty an hour.
    fn with(articles: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let live = Arc::new(wire::live(folder.path(), CONFIG));
        let store = Store::open(&folder.path().join("wiredesk.db"), hour(0)).unwrap();
        let runtime = Runtime::new().unwrap();
        let known = Arc::clone(&live);
        let feed = runtime.block_on(async {
            let now = hour(0);
            let synced = store.write(move |tx| sync(tx, &known, FirstPolls::AtOnce, now));
            synced.await.unwrap();
            let lease = Duration::from_mins(1);
            let claimed =
                store.write(move |tx| tx.claim_feeds(now, lease, 1, 1, &BTreeMap::new())).await;
            claimed.unwrap().remove(0)
        });
        let desk = Self { _folder: folder, runtime, live, store, feed };
        for from in (0..articles).step_by(1_000) {
            desk.commit(desk.batch(from..articles.min(from + 1_000)));
        }
        desk
    }

    /// What a poll brings that finds the articles of these numbers.
    fn batch(&self, numbers: Range<u64>) -> Batch {
        let now = hour(numbers.end / 20);
        let entry = |number: u64| Entry {
            id: number.to_string(),
            title: wire::headline(number),
            text: wire::text(number),
            published: hour(number / 20),
        };
        let items = wire::items("post", &numbers.map(entry).collect::<Vec<_>>());
        let spec = &self.live.feeds[&FeedName::new("post")];
        let around = Circumstances { spec, live: &self.live, first_poll: false, now };
        let prepared = prepare::prepare(&items, &around);
        Batch {
            feed: self.feed.state.id,
            claim: self.feed.claim,
            prepared,
            waiting: Vec::new(),
            files: Vec::new(),
            end: None,
            now,
        }
    }

    fn commit(&self, batch: Batch) {
        let live = Arc::clone(&self.live);
        let written = self.store.write(move |tx| commit::commit(tx, &batch, &live));
        let report = self.runtime.block_on(written).unwrap();
        assert!(report.new > 0 && !report.stale, "{report:?}");
    }
}

fn hour(hours: u64) -> Timestamp {
    let start: Timestamp = "2025-05-12T06:00:00Z".parse().unwrap();
    start + SignedDuration::from_hours(i64::try_from(hours).unwrap())
}

#[divan::bench(args = [1_000, 20_000], sample_count = 50, sample_size = 1)]
fn commit_fifty(bencher: Bencher<'_, '_>, archive: u64) {
    let desk = Desk::with(archive);
    let next = Cell::new(archive);
    bencher
        .counter(ItemsCount::new(BATCH))
        .with_inputs(|| desk.batch(next.get()..next.replace(next.get() + BATCH) + BATCH))
        .bench_local_values(|batch| desk.commit(batch));
}
