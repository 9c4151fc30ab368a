//! What it takes to poll many feeds over HTTP: time, processor and memory, in a process of its own.
//!
//! `cargo bench --bench polling` measures everything once and prints a line for each measurement;
//! with names behind `--`, only those.
#![expect(clippy::unwrap_used, reason = "nothing is in the way of a bench")]
#![expect(clippy::print_stdout, reason = "the answer of the bench")]

mod origin;
mod process;
#[expect(dead_code, reason = "others read the papers without a server")]
#[path = "../../tests/it/support/wire.rs"]
mod wire;

use std::{fmt::Write as _, path::Path, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use origin::Origin;
use tempfile::TempDir;
use tokio::{
    sync::{Notify, watch},
    time::Instant,
};
use wiredesk::{
    clock::Clock,
    daemon::{self, Daemon, Pulse},
    mail::{Mailer, Memory},
    pipeline::{Context, InForce, commit::Report, sync::FirstPolls, tuned},
    store::Store,
    systemd::Notifier,
};

fn main() {
    let asked: Vec<_> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .max_blocking_threads(32)
        .enable_all()
        .build()
        .unwrap();
    if asked.iter().any(|argument| argument == origin::SERVE) {
        return runtime.block_on(origin::serve());
    }
    let names: Vec<_> = asked.iter().filter(|argument| !argument.starts_with('-')).collect();
    for name in ["papers", "copies", "many", "hour"] {
        if !names.is_empty() && !names.iter().any(|asked| *asked == name) {
            continue;
        }
        // Each in a process of its own, so that memory is its own too.
        if names.len() == 1 {
            match name {
                "papers" => runtime.block_on(papers()),
                "copies" => runtime.block_on(copies()),
                "many" => runtime.block_on(many()),
                _ => runtime.block_on(hour()),
            }
        } else {
            let itself = std::env::current_exe().unwrap();
            assert!(std::process::Command::new(itself).arg(name).status().unwrap().success());
        }
    }
}

/// 500 feeds: the first poll of all, and the next, at which nothing is new.
async fn papers() {
    let (feeds, kind) = match origin::captured().len() {
        0 => (500, "invented"),
        count => (count, "captured"),
    };
    let origin = Origin::start();
    let desk = Desk::new(&origin, kind, feeds, 1).await;
    desk.round(&format!("{feeds} {kind} feeds, first poll"), 0).await;
    desk.round(&format!("{feeds} {kind} feeds, nothing new"), 2).await;
}

/// The whole trip where each text is printed by five papers and there are 1,000 rules.
async fn copies() {
    let origin = Origin::start();
    let desk = Desk::new(&origin, "copies", 500, 1_000).await;
    desk.round("500 feeds of copies, 1,000 rules, first poll", 0).await;
}

/// 10,000 feeds: the first poll of all, then a minute of the steady load of polls each 5 minutes.
async fn many() {
    const FEEDS: usize = 10_000;
    let origin = Origin::start();
    let desk = Desk::new(&origin, "hourly", FEEDS, 10).await;
    desk.round("10,000 feeds, first poll", 0).await;
    daemon::index_round(&desk.context(0), &Pulse::default()).await.unwrap();
    // As they would be due after a while: evenly over five minutes.
    desk.spread_due(Duration::from_mins(5));
    desk.watch("10,000 feeds each 5 minutes", Duration::from_mins(1)).await;
}

/// 24,000 polls in a minute and a half, as many as 400 feeds asked each minute have in an hour: after
/// warming up, memory grows by the articles that came in and by what SQLite keeps of the file.
async fn hour() {
    let origin = Origin::start();
    let desk = Desk::new(&origin, "lively", 400, 10).await;
    desk.round("400 lively feeds, first poll", 0).await;
    desk.watch("400 lively feeds each second, warming up", Duration::from_secs(30)).await;
    for part in 1..=4 {
        let name = format!("400 lively feeds each second, part {part}");
        desk.watch(&name, Duration::from_secs(15)).await;
    }
}

struct Desk {
    folder: TempDir,
    store: Store,
    orders: watch::Sender<Arc<InForce>>,
    clock: Clock,
}

impl Desk {
    async fn new(origin: &Origin, kind: &str, feeds: usize, rules: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let live = wire::live(folder.path(), &config(origin, kind, feeds, rules));
        let store = Store::open(&file(folder.path()), start()).unwrap();
        let live = tuned(live, &store).await.unwrap();
        let in_force = InForce::build(live).unwrap();
        let mailer = Mailer::Memory(Memory::default());
        let (orders, _) = watch::channel(Arc::new(InForce { mailer, ..in_force }));
        let desk = Self { folder, store, orders, clock: Clock::simulated(start()) };
        daemon::take_over(&desk.context(0), FirstPolls::AtOnce).await.unwrap();
        desk
    }

    /// What the trips need, so many hours from now.
    fn context(&self, hours: i64) -> Context {
        let clock = Clock::simulated(self.clock.now() + SignedDuration::from_hours(hours));
        Context::new(self.store.clone(), self.orders.subscribe(), clock)
    }

    /// Polls every feed once, so many hours from now.
    async fn round(&self, name: &str, hours: i64) {
        let context = self.context(hours);
        process::forget_peak();
        let (begun, processor) = (Instant::now(), process::processor_seconds());
        let (polls, report) = daemon::poll_round(&context).await.unwrap();
        let Report { new, joined, alerts, .. } = report;
        let took = begun.elapsed().as_secs_f64();
        println!(
            "{name}: {polls} polls, {new} new, {joined} joined, {alerts} alerts in {took:.2} s ({:.0} articles/s), \
             {:.2} s of processor, at most {} MB",
            f64::from(new) / took,
            process::processor_seconds() - processor,
            process::peak() / 1_000_000,
        );
    }

    /// Turns the daemon's loops for so long, and looks how far polls are behind their time.
    async fn watch(&self, name: &str, time: Duration) {
        let context = self.context(0);
        let polls = |context: Context| async move {
            let feeds = context.store.read(|tx| tx.feeds()).await.unwrap();
            (
                feeds.iter().map(|feed| feed.polls).sum::<u64>(),
                feeds.iter().map(|feed| feed.articles).sum::<u64>(),
            )
        };
        let before = polls(context.clone()).await;
        process::forget_peak();
        let processor = process::processor_seconds();
        let daemon = Daemon {
            context: context.clone(),
            orders: self.orders.clone(),
            config: self.folder.path().join("wiredesk.toml"),
            reload: Arc::new(Notify::new()),
            manager: Notifier::default(),
            web: None,
        };
        let lag = async {
            let (end, mut longest) = (Instant::now() + time, SignedDuration::ZERO);
            while Instant::now() < end {
                let due = context.store.read(|tx| tx.next_feed_due(None)).await.unwrap();
                longest = longest.max(context.clock.now().duration_since(due.unwrap()));
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            longest
        };
        let (_, longest) = tokio::join!(daemon::run(daemon, tokio::time::sleep(time)), lag);
        let (peak, resident) = (process::peak(), process::resident());
        let processor = process::processor_seconds() - processor;
        let after = polls(self.context(0)).await;
        println!(
            "{name}: {} polls, {} new in {time:?}, at most {longest:#} late, {processor:.2} s of processor, \
             {} MB at the end, at most {} MB",
            after.0 - before.0,
            after.1 - before.1,
            resident / 1_000_000,
            peak / 1_000_000,
        );
    }

    /// Makes the feeds due evenly over so long.
    fn spread_due(&self, time: Duration) {
        let database = rusqlite::Connection::open(file(self.folder.path())).unwrap();
        let now = self.clock.now().as_millisecond();
        let over = i64::try_from(time.as_millis()).unwrap();
        let spread = "UPDATE feed SET due_at = ?1 + id * ?2 / (SELECT max(id) FROM feed)";
        database.execute(spread, (now, over)).unwrap();
    }
}

fn start() -> Timestamp {
    "2025-05-12T12:00:00Z".parse().unwrap()
}

fn file(folder: &Path) -> std::path::PathBuf {
    folder.join("wiredesk.db")
}

fn config(origin: &Origin, kind: &str, feeds: usize, rules: usize) -> String {
    let address = &origin.address;
    let interval = if kind == "lively" { "1 s" } else { "5 min" };
    let mut config = format!(
        "[fetch]\nallow = ['{address}']\n[limits]\npolls_per_host = 20\n\
         [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\n"
    );
    for feed in 0..feeds {
        let url = format!("http://{address}/{kind}/{feed}");
        writeln!(config, "[[feed]]\nname = '{feed}'\nurl = '{url}'\ninterval = '{interval}'")
            .unwrap();
    }
    for rule in 0..rules {
        let words: Vec<_> = wire::headline(rule as u64).split(' ').map(str::to_owned).collect();
        let query = format!("({} OR {}) AND {}", words[0], words[1], words[2]);
        writeln!(config, "[[rule]]\nname = 'r{rule}'\nquery = '{query}'\nnotify = ['desk']")
            .unwrap();
    }
    config
}
