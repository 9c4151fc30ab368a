//! Every capture of the newspapers over HTTP, at the times at which they were made: as often as they
//! were captured, half as often, and a quarter as often.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::watch;
use wiredesk::{
    alert::Reason,
    clock::Clock,
    config::Live,
    daemon,
    mail::{Mailer, Memory},
    model::FeedName,
    pipeline::{Context, InForce, sync::FirstPolls},
    store::{AlertRow, ArticleRow, Store},
};

use super::{
    captures::{self, file_name},
    says,
    stand::Stand,
    words,
};
use crate::support::{data, wire};

/// Words that are rules.
const RULES: [&str; 4] = ["hospital", "johnson", "police", "school"];

/// Seconds after which a document must have been fetched.
const PATIENCE: usize = 60;

/// What a paper printed, by a plain reading of the documents that were served.
#[derive(Default)]
struct Printed {
    /// The versions of each item, by its id; each other than the one before.
    versions: BTreeMap<String, Vec<String>>,
    /// In the first document: what was there before the watch.
    first: BTreeSet<String>,
    /// Items that were gone from a document and came back.
    returned: BTreeSet<String>,
    /// Items that came with another date and the same words.
    redated: BTreeSet<String>,
    /// Documents that had nothing in common with the one before.
    gaps: usize,
    /// In the document before, with their dates.
    present: BTreeMap<String, String>,
}

struct Replay {
    _folder: TempDir,
    /// With every paper.
    all: Live,
    orders: watch::Sender<Arc<InForce>>,
    context: Context,
    stand: Stand,
    mails: Memory,
    printed: BTreeMap<String, Printed>,
    documents: usize,
}

/// What the watch holds at the end.
struct Kept {
    articles: Vec<ArticleRow>,
    alerts: Vec<AlertRow>,
}

#[tokio::test(start_paused = true)]
async fn captures_as_often_as_they_were_made() {
    replay(1).await;
}

#[tokio::test(start_paused = true)]
async fn captures_half_as_often() {
    replay(2).await;
}

#[tokio::test(start_paused = true)]
async fn captures_a_quarter_as_often() {
    replay(4).await;
}

/// Serves each `step`-th capture of every paper at its time, and polls.
async fn replay(step: usize) {
    let Some(folder) = data("feeds/timeline") else { return };
    let mut editions = Vec::new();
    for paper in captures::sorted(&folder) {
        let series = captures::series(&paper).into_iter().step_by(step);
        let name = file_name(&paper).to_owned();
        editions.extend(series.map(|(at, document)| (at, name.clone(), document)));
    }
    editions.sort();
    let mut replay = Replay::open(&folder, editions[0].0).await;
    for (at, paper, document) in editions {
        replay.serve(at, &paper, &document).await;
    }
    let kept = replay.kept().await;
    replay.check_items(&kept);
    replay.check_revisions(&kept).await;
    replay.check_alerts(&kept);
    let revisions: u32 = kept.articles.iter().map(|row| row.revision).sum();
    let count = |what: fn(&Printed) -> usize| replay.printed.values().map(what).sum::<usize>();
    let (returned, redated) =
        (count(|paper| paper.returned.len()), count(|paper| paper.redated.len()));
    eprintln!(
        "each {step}. capture: {} documents ({} after a gap), {} items, {revisions} revisions, {redated} re-dated, \
         {returned} returned, {} alerts",
        replay.documents,
        count(|paper| paper.gaps),
        kept.articles.len(),
        kept.alerts.len(),
    );
    assert!(revisions > 50 && redated > 50 && returned > 5, "the papers did what is tested");
}

impl Replay {
    async fn open(timeline: &Path, first: Timestamp) -> Self {
        let stand = Stand::open().await;
        let mut config = format!(
            "[fetch]\nallow = ['{}']\n[limits]\npolls_per_host = 20\n\
             [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\n",
            stand.address()
        );
        for paper in captures::sorted(timeline) {
            let name = file_name(&paper);
            let url = stand.url(&format!("/{name}"));
            write!(
                config,
                "[[feed]]\nname = '{name}'\nurl = '{url}'\ninterval = '1 s'\nfull_text = 'never'\n"
            )
            .unwrap();
        }
        for rule in RULES {
            write!(config, "[[rule]]\nname = '{rule}'\nquery = '{rule}'\nnotify = ['desk']\n")
                .unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let all = wire::live(folder.path(), &config);
        let live = Live { feeds: BTreeMap::new(), ..all.clone() };
        let mails = Memory::default();
        let in_force =
            InForce { mailer: Mailer::Memory(mails.clone()), ..InForce::build(live).unwrap() };
        let clock = Clock::simulated(first - Duration::from_mins(1));
        let store = Store::open(&folder.path().join("wiredesk.db"), clock.now()).unwrap();
        let (orders, in_force) = watch::channel(Arc::new(in_force));
        let context = Context::new(store, in_force, clock);
        Self {
            _folder: folder,
            all,
            orders,
            context,
            stand,
            mails,
            printed: BTreeMap::new(),
            documents: 0,
        }
    }

    /// Watches one more paper, as after a reload.
    async fn add(&self, paper: &str) {
        let InForce { live, fetcher, mailer } = &*self.context.in_force();
        let (mut live, fetcher, mailer) = (live.clone(), fetcher.clone(), mailer.clone());
        let name = FeedName::new(paper);
        live.feeds.insert(name.clone(), Arc::clone(&self.all.feeds[&name]));
        self.orders.send_replace(Arc::new(InForce { live, fetcher, mailer }));
        daemon::take_over(&self.context, FirstPolls::AtOnce).await.unwrap();
    }

    /// Lays out a document at its time, and has everything that is due fetched and delivered until
    /// somebody has it.
    async fn serve(&mut self, at: Timestamp, paper: &str, document: &str) {
        tokio::time::sleep(self.context.clock.until(at)).await;
        self.stand.lay_out(&format!("/{paper}"), document.as_bytes());
        if !self.printed.contains_key(paper) {
            self.add(paper).await;
        }
        self.printed.entry(paper.to_owned()).or_default().read(document);
        for second in 0.. {
            assert!(second < PATIENCE, "{paper} at {at} was not fetched");
            daemon::poll_round(&self.context).await.unwrap();
            daemon::deliver_round(&self.context).await.unwrap();
            if self.stand.handed_out() == self.printed.len() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        self.documents += 1;
    }

    async fn kept(&self) -> Kept {
        let read = self.context.store.read(|tx| {
            let mut articles = Vec::new();
            tx.each_article(Timestamp::MIN, |row| {
                articles.push(row);
                true
            })?;
            Ok(Kept { articles, alerts: tx.alerts_since(Timestamp::MIN)? })
        });
        read.await.unwrap()
    }

    /// Every item that was offered is stored once, and nothing else is.
    fn check_items(&self, kept: &Kept) {
        for (paper, printed) in &self.printed {
            let stored = kept.articles.iter().filter(|row| row.feed.as_str() == paper);
            let stored: Vec<_> = stored.map(id).collect();
            let once: BTreeSet<_> = stored.iter().copied().collect();
            assert_eq!(stored.len(), once.len(), "{paper}: an item is stored twice");
            let offered: BTreeSet<_> = printed.versions.keys().map(String::as_str).collect();
            let (more, lost) = (&once - &offered, &offered - &once);
            assert!(more.is_empty() && lost.is_empty(), "{paper}: {more:?}, {lost:?}");
        }
    }

    /// Every version that was offered is kept, in order, and no other is.
    async fn check_revisions(&self, kept: &Kept) {
        for row in &kept.articles {
            let id = row.id;
            let versions = self.context.store.read(move |tx| tx.versions(id)).await.unwrap();
            let kept: Vec<_> = versions
                .iter()
                .map(|v| {
                    [v.title.as_str(), v.summary.as_deref().unwrap_or_default(), &v.text].join(" ")
                })
                .collect();
            let printed = &self.printed[row.feed.as_str()].versions[self::id(row)];
            let same = kept.len() == printed.len()
                && kept.iter().zip(printed).all(|(kept, printed)| {
                    let kept: BTreeSet<_> = words(kept).collect();
                    words(printed).all(|word| kept.contains(&word))
                });
            assert!(same, "{} {}: {kept:#?} of {printed:#?}", row.feed, self::id(row));
        }
    }

    /// No story is told twice, whatever is re-dated, re-titled or comes back, and nothing is told
    /// of which no document since the first had a word.
    fn check_alerts(&self, kept: &Kept) {
        for rule in RULES {
            let told: Vec<_> =
                kept.alerts.iter().filter(|alert| alert.rule.as_str() == rule).collect();
            let stories: BTreeSet<_> = told.iter().map(|alert| alert.story).collect();
            assert_eq!(stories.len(), told.len(), "{rule}");
            assert!(told.iter().all(|alert| alert.reason == Reason::First), "{rule}");
            let mut expected = BTreeSet::new();
            let mut possible = BTreeSet::new();
            for row in &kept.articles {
                let printed = &self.printed[row.feed.as_str()];
                let versions = &printed.versions[id(row)];
                if versions.iter().any(|version| says(version, rule)) {
                    possible.insert(row.story);
                    if !printed.first.contains(id(row)) {
                        expected.insert(row.story);
                    }
                }
            }
            assert!(expected.is_subset(&stories), "{rule}: {:?}", &expected - &stories);
            assert!(stories.is_subset(&possible), "{rule}: {:?}", &stories - &possible);
        }
        let mails: BTreeSet<_> =
            self.mails.sent().into_iter().map(|mail| mail.message_id).collect();
        assert_eq!(mails.len(), self.mails.sent().len(), "each message once");
    }
}

impl Printed {
    fn read(&mut self, document: &str) {
        // Of an item that a document has twice, the last counts.
        let spaced = |words: &str| words.split_whitespace().collect::<Vec<_>>().join(" ");
        let items = captures::read(document).into_iter();
        let items: BTreeMap<_, _> =
            items.map(|item| (item.id, (spaced(&item.words), item.date))).collect();
        if self.versions.is_empty() {
            self.first = items.keys().cloned().collect();
        } else if items.keys().all(|id| !self.present.contains_key(id)) {
            self.gaps += 1;
        }
        let mut present = BTreeMap::new();
        for (id, (words, date)) in items {
            let before = self.present.get(&id);
            if before.is_none() && self.versions.contains_key(&id) {
                self.returned.insert(id.clone());
            }
            let versions = self.versions.entry(id.clone()).or_default();
            if versions.last() != Some(&words) {
                versions.push(words);
            } else if before.is_some_and(|before| *before != date) {
                self.redated.insert(id.clone());
            }
            present.insert(id, date);
        }
        self.present = present;
    }
}

/// What an article is recognised by: its guid, else its link.
fn id(row: &ArticleRow) -> &str {
    row.article.raw_id.as_deref().or(row.article.url.as_deref()).unwrap()
}
