//! Polling that annoys nobody and loses nothing: the items of `docs/polling.md`, one by one.

mod answers;
mod asking;
mod checklist;
mod gaps;
mod health;
mod hosts;
mod jumps;
mod moves;
mod network;
mod stops;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio::sync::watch;
use wiredesk::{
    clock::Clock,
    daemon,
    fetch::{FetchError, Fetcher, Reply},
    mail::{Mailer, Memory},
    model::{FeedName, Problem, ProblemKind},
    pipeline::{
        Context, InForce,
        sync::{FirstPolls, sync},
    },
    store::{FeedRow, PollRow, Store},
};

use crate::{
    pipeline::{Watch, start},
    support::{
        origin::Origin,
        wire::{self, Entry, headline},
    },
};

/// A rule that looks at every feed and tells nobody.
const RULE: &str = "[[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\n\
                    [[rule]]\nname = 'nothing'\nquery = 'Atlantis'\nnotify = ['desk']\n";

/// One feed that is read from servers on the loopback, at times that the test sets.
struct Reader {
    folder: TempDir,
    context: Context,
    orders: watch::Sender<Arc<InForce>>,
}

impl Reader {
    /// Watches `/feed` of a server.
    async fn of(origin: &Origin) -> Self {
        Self::at(&origin.url("/feed")).await
    }

    async fn at(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Self::config(url, "");
        let live = wire::live(folder.path(), &config);
        let clock = Clock::simulated(start());
        let store = Store::open(&folder.path().join("wiredesk.db"), clock.now()).unwrap();
        let (orders, in_force) = watch::channel(Arc::new(InForce::build(live).unwrap()));
        let context = Context::new(store, in_force, clock);
        daemon::take_over(&context, FirstPolls::AtOnce).await.unwrap();
        Self { folder, context, orders }
    }

    fn config(url: &str, keys: &str) -> String {
        format!(
            "[fetch]\nallow = ['127.0.0.0/8']\n[[feed]]\nname = 'post'\nurl = '{url}'\n{keys}\n{RULE}"
        )
    }

    /// Takes over another configuration, as a reload does.
    async fn configured(&self, url: &str, keys: &str) {
        let live = wire::live(self.folder.path(), &Self::config(url, keys));
        let (writing, now) = (live.clone(), self.context.clock.now());
        let written =
            self.context.store.write(move |tx| sync(tx, &writing, FirstPolls::AtOnce, now));
        written.await.unwrap();
        self.orders.send_replace(Arc::new(InForce::build(live).unwrap()));
    }

    /// Another process on the same store.
    async fn restarted(self) -> Self {
        let Self { folder, context, orders } = self;
        let store = Store::open(&folder.path().join("wiredesk.db"), start()).unwrap();
        let context = Context::new(store, orders.subscribe(), context.clock);
        daemon::take_over(&context, FirstPolls::Spread).await.unwrap();
        Self { folder, context, orders }
    }

    /// Polls what is due; returns how many feeds were asked.
    async fn round(&self) -> u32 {
        daemon::poll_round(&self.context).await.unwrap().0
    }

    /// Polls as soon as the feed is due.
    async fn poll(&self) -> FeedRow {
        let wait = self.context.clock.until(self.feed().await.due_at);
        self.later(SignedDuration::try_from(wait).unwrap() + SignedDuration::from_millis(1));
        assert_eq!(self.round().await, 1);
        self.feed().await
    }

    fn later(&self, by: SignedDuration) {
        self.context.clock.set(by);
    }

    async fn feed(&self) -> FeedRow {
        feed(&self.context, "post").await
    }

    async fn polls(&self) -> Vec<PollRow> {
        polls(&self.context, "post").await
    }

    /// The pause before the next poll, in minutes from the start of the last one.
    async fn pause(&self) -> i64 {
        let feed = self.feed().await;
        feed.due_at.duration_since(feed.state.last_poll.unwrap()).as_mins()
    }
}

async fn feed(context: &Context, name: &str) -> FeedRow {
    let name = FeedName::new(name);
    let feeds = context.store.read(|tx| tx.feeds()).await.unwrap();
    feeds.into_iter().find(|feed| feed.state.name == name).unwrap()
}

async fn polls(context: &Context, name: &str) -> Vec<PollRow> {
    let id = feed(context, name).await.state.id;
    context.store.read(move |tx| tx.polls(id)).await.unwrap()
}

/// Papers that are read from a script under a paused clock; each is `https://NAME/feed` of a host
/// that the name is.
async fn watch(papers: &[&str], script: Vec<(String, Result<Reply, FetchError>)>) -> Watch {
    watch_with("", papers, script).await
}

async fn watch_with(
    config: &str,
    papers: &[&str],
    script: Vec<(String, Result<Reply, FetchError>)>,
) -> Watch {
    let feed = |name: &&str| format!("[[feed]]\nname = '{name}'\nurl = '{}'\n", url(name));
    let feeds: String = papers.iter().map(feed).collect();
    let mailer = Mailer::Memory(Memory::default());
    let config = format!("{config}\n{feeds}{RULE}");
    Watch::new(&config, Fetcher::recorded(script), mailer, Clock::simulated(start())).await
}

fn url(paper: &str) -> String {
    format!("https://{paper}/feed")
}

/// What a paper shows.
fn shows(paper: &str, entries: &[Entry]) -> (String, Result<Reply, FetchError>) {
    (url(paper), Ok(Reply::document(url(paper), wire::atom("post", entries))))
}

/// A problem of a paper.
fn fails(paper: &str, kind: ProblemKind) -> (String, Result<Reply, FetchError>) {
    (url(paper), Err(Problem::new(kind, "as the script says").into()))
}

/// Entries of these numbers, one an hour.
fn entries(numbers: std::ops::Range<u64>) -> Vec<Entry> {
    let entry = |number: u64| Entry {
        id: format!("n{number}"),
        title: headline(number),
        text: wire::text(number),
        published: hour(i64::try_from(number).unwrap() - 24),
    };
    numbers.map(entry).collect()
}

/// So many hours after the beginning.
fn hour(hours: i64) -> Timestamp {
    start() + SignedDuration::from_hours(hours)
}
