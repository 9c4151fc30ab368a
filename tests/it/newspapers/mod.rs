//! Captured newspapers through the real binary, from edition to edition.

mod captures;
mod gaps;
mod replay;
mod stand;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use mail_parser::{Message, MessageParser};
use serde_json::Value;

use self::{
    captures::{Paper, Printed, file_name},
    stand::Stand,
};
use crate::support::{
    data,
    desk::{Desk, until},
};

/// Editions of each paper.
const EDITIONS: usize = 14;

/// Feeds of which there is only one capture.
const SINGLE: usize = 60;

/// The rules: a word, which is also their name and that of whom they tell, and the addresses.
const RULES: [(&str, &[&str]); 2] = [
    ("hospital", &["desk@desk.example"]),
    ("johnson", &["desk@desk.example", "night@desk.example", "late@desk.example"]),
];

/// Stories with an item that has a rule's word.
#[derive(Default)]
struct Expected {
    /// In the first edition, which is what was there before the watch.
    first: BTreeSet<u64>,
    /// That came later.
    new: BTreeSet<u64>,
    /// That was there and was printed otherwise later; what differs may be more than its words.
    changed: BTreeSet<u64>,
}

struct News {
    papers: Vec<Paper>,
    single: BTreeMap<PathBuf, BTreeSet<String>>,
    stand: Stand,
    desk: Desk,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_item_of_captured_newspapers_is_stored_once_and_told_once() {
    let Some(folder) = data("feeds") else { return };
    let begun = Instant::now();
    let news = News::open(&folder).await;
    let (desk, stand) = (&news.desk, &news.stand);

    // Round by round, as cron would.
    for edition in 0..6 {
        news.publish(edition);
        until("every paper was fetched", || {
            desk.once();
            (stand.handed_out() == stand.len()).then_some(())
        });
        if edition == 0 {
            assert!(
                desk.export("alerts").is_empty(),
                "what was there before the watch is not news"
            );
        }
    }
    let before = desk.export("articles");
    until("every paper was asked for again", || {
        desk.once();
        (stand.confirmed() == news.papers.len()).then_some(())
    });
    assert_eq!(stand.handed_out(), stand.len());
    assert!(before == desk.export("articles"), "the same edition again changes nothing");

    // A daemon that is stopped and started again; an edition comes out meanwhile.
    let daemon = desk.run();
    for edition in 6..8 {
        news.publish(edition);
        news.wait_for_readers();
    }
    assert!(daemon.terminate().success());
    news.publish(8);
    let daemon = desk.run();
    news.wait_for_readers();
    // One that is killed while it reads.
    news.publish(9);
    until("the daemon is at work", || (stand.handed_out() > news.single.len()).then_some(()));
    daemon.kill();
    let daemon = desk.run();
    news.wait_for_readers();
    for edition in 10..EDITIONS {
        news.publish(edition);
        news.wait_for_readers();
    }
    assert!(daemon.terminate().success());
    desk.once();

    let articles = desk.export("articles");
    news.check_articles(&articles);
    let alerts = desk.export("alerts");
    news.check_alerts(&articles, &alerts);
    let mails = news.check_mails(&alerts);
    eprintln!(
        "{} newspapers in {EDITIONS} editions and {} single feeds: {} articles, {} alerts, {mails} mails, in {:.0?}",
        news.papers.len(),
        news.single.len(),
        articles.len(),
        alerts.len(),
        begun.elapsed()
    );
}

impl News {
    async fn open(folder: &Path) -> Self {
        let papers = captures::papers(&folder.join("timeline"), EDITIONS);
        let single = captures::single_feeds(folder, SINGLE);
        let stand = Stand::open().await;
        let mut config =
            format!("[fetch]\nallow = ['{}']\n[limits]\npolls_per_host = 20\n", stand.address());
        for (word, addresses) in RULES {
            write!(
                config,
                "[[recipient]]\nname = '{word}'\nemail = {addresses:?}\nwait = '0 s'\n\
                 [[rule]]\nname = '{word}'\nquery = '{word}'\nnotify = ['{word}']\n"
            )
            .unwrap();
        }
        let mut feed = |name: &str, interval: &str| {
            let url = stand.url(&format!("/{name}"));
            write!(config, "[[feed]]\nname = '{name}'\nurl = '{url}'\ninterval = '{interval}'\nfull_text = 'never'\n")
                .unwrap();
        };
        for paper in &papers {
            feed(&paper.name, "1 s");
        }
        for file in single.keys() {
            let name = file_name(file);
            feed(name, "24 h");
            stand.lay_out(&format!("/{name}"), &fs::read(file).unwrap());
        }
        let desk = Desk::new(&config);
        Self { papers, single, stand, desk }
    }

    fn publish(&self, edition: usize) {
        for paper in &self.papers {
            self.stand.lay_out(&format!("/{}", paper.name), paper.editions[edition].as_bytes());
        }
    }

    /// Waits until the daemon shows for every paper that it remembers the present edition, and so
    /// all of its items.
    fn wait_for_readers(&self) {
        until("every paper was read", || {
            (self.stand.confirmed() == self.papers.len()).then_some(())
        });
    }

    /// Every guid, or link where a paper has no guids, is one article of its feed, also where it is
    /// printed twice in one document, or comes again with another headline or link; and nothing
    /// else is one.
    fn check_articles(&self, articles: &[Value]) {
        let mut stored = BTreeMap::<&str, Vec<&str>>::new();
        for article in articles {
            stored.entry(article["feed"].as_str().unwrap()).or_default().push(id(article));
        }
        let mut expected: BTreeMap<&str, BTreeSet<String>> =
            self.single.iter().map(|(file, ids)| (file_name(file), ids.clone())).collect();
        for paper in &self.papers {
            let items = paper.editions.iter().flat_map(|edition| captures::read(edition));
            expected.insert(&paper.name, items.map(|item| item.id).collect());
        }
        for (feed, ids) in expected {
            let stored = stored.remove(feed).unwrap_or_default();
            let once: BTreeSet<_> = stored.iter().map(|&id| id.to_owned()).collect();
            assert_eq!(once.len(), stored.len(), "{feed}: an item is stored twice");
            assert_eq!(
                (&once - &ids, &ids - &once),
                Default::default(),
                "{feed}: too many, missing"
            );
        }
        assert!(stored.is_empty(), "{stored:?}");
        self.check_words(articles);
        let mut placed: Vec<_> = self
            .desk
            .export("stories")
            .iter()
            .flat_map(|story| story["articles"].as_array().unwrap().clone())
            .map(|id| id.as_u64().unwrap())
            .collect();
        placed.sort_unstable();
        let ids = articles.iter().map(|article| article["id"].as_u64().unwrap());
        assert!(ids.eq(placed), "each article is in one story");
    }

    /// Of what an item said when it was last printed, every word is stored.
    fn check_words(&self, articles: &[Value]) {
        let mut printed = BTreeMap::new();
        for paper in &self.papers {
            for item in paper.editions.iter().flat_map(|edition| captures::read(edition)) {
                printed.insert((paper.name.as_str(), item.id), item.words);
            }
        }
        for article in articles {
            let name = article["feed"].as_str().unwrap();
            let Some(said) = printed.get(&(name, id(article).to_owned())) else { continue };
            let fields =
                ["title", "summary", "text"].map(|f| article[f].as_str().unwrap_or_default());
            let stored = fields.join(" ").to_lowercase();
            let lost: Vec<_> = words(said).filter(|word| !stored.contains(word.as_str())).collect();
            assert!(lost.is_empty(), "{name}: {lost:?} of {said}");
        }
    }

    /// A rule tells once of every story that it is true of, unless all of it was there in the first
    /// edition and stayed as it was.
    fn check_alerts(&self, articles: &[Value], alerts: &[Value]) {
        for (rule, _) in RULES {
            for article in articles {
                let is_true = ["title", "summary", "text"]
                    .iter()
                    .any(|field| says(article[field].as_str().unwrap_or_default(), rule));
                let rules = article["matches"].as_array();
                let matched = rules.is_some_and(|rules| rules.contains(&rule.into()));
                assert_eq!(matched, is_true, "{rule}: {article}");
            }
            let told: Vec<_> = alerts
                .iter()
                .filter(|alert| alert["rule"] == rule && alert["reason"] == "first")
                .map(|alert| alert["story"].as_u64().unwrap())
                .collect();
            let once: BTreeSet<_> = told.iter().copied().collect();
            assert_eq!(told.len(), once.len(), "{rule}: a story is told once");
            let expected = self.expected(articles, rule);
            assert!(expected.new.is_subset(&once), "{rule}: {:?}", &expected.new - &once);
            let reasons = &expected.new | &expected.changed;
            assert!(once.is_subset(&reasons), "{rule}: {:?}", &once - &reasons);
            let still = &expected.first - &once;
            assert!(expected.new.len() > 10 && still.len() > 2, "{rule}: {still:?}");
        }
    }

    /// The stories that a rule should know of, by a plain reading of all editions.
    fn expected(&self, articles: &[Value], rule: &str) -> Expected {
        let story_of: BTreeMap<_, _> =
            articles.iter().map(|a| ((a["feed"].as_str().unwrap(), id(a)), &a["story"])).collect();
        let mut expected = Expected::default();
        for paper in &self.papers {
            let mut known = BTreeMap::<String, Printed>::new();
            for (number, edition) in paper.editions.iter().enumerate() {
                for item in captures::read(edition) {
                    let story =
                        story_of[&(paper.name.as_str(), item.id.as_str())].as_u64().unwrap();
                    let before = known.insert(item.id.clone(), item.clone());
                    let is_other = before.as_ref().is_none_or(|before| before.words != item.words);
                    if !is_other || !says(&item.words, rule) {
                        continue;
                    }
                    match (number, before) {
                        (0, _) => expected.first.insert(story),
                        (_, None) => expected.new.insert(story),
                        (_, Some(_)) => expected.changed.insert(story),
                    };
                }
            }
        }
        expected
    }

    /// Every alert is told once to every address, and every delivery is one message in the folder.
    fn check_mails(&self, alerts: &[Value]) -> usize {
        let deliveries = self.desk.export("deliveries");
        let mails = self.desk.mails();
        let mails: BTreeMap<String, Message<'_>> = mails
            .iter()
            .map(|bytes| MessageParser::default().parse(bytes).unwrap())
            .map(|mail| (mail.message_id().unwrap().to_owned(), mail))
            .collect();
        assert_eq!(mails.len(), deliveries.len());
        let mut told = BTreeMap::<(u64, &str), u32>::new();
        for delivery in &deliveries {
            assert_eq!(delivery["state"], "sent", "{delivery}");
            let address = delivery["address"].as_str().unwrap();
            let mail = &mails[delivery["message_id"].as_str().unwrap()];
            assert_eq!(mail.to().unwrap().first().unwrap().address(), Some(address));
            let mut rules = BTreeSet::new();
            for id in delivery["alerts"].as_array().unwrap() {
                *told.entry((id.as_u64().unwrap(), address)).or_default() += 1;
                let alert = alerts.iter().find(|alert| alert["id"] == *id).unwrap();
                rules.insert(alert["rule"].as_str().unwrap());
            }
            let said = mail.header_raw("X-Wiredesk-Rule").unwrap();
            assert_eq!(said.split(',').map(str::trim).collect::<BTreeSet<_>>(), rules);
        }
        let promised = alerts.iter().flat_map(|alert| {
            let (_, addresses) = RULES.iter().find(|(rule, _)| alert["rule"] == *rule).unwrap();
            addresses.iter().map(|address| ((alert["id"].as_u64().unwrap(), *address), 1))
        });
        assert_eq!(told, promised.collect());
        deliveries.len()
    }
}

/// What an article is recognised by: its guid, else its link.
fn id(article: &Value) -> &str {
    article["raw_id"].as_str().or(article["url"].as_str()).unwrap()
}

/// Whether a text has the word, as a person would look for it.
fn says(text: &str, word: &str) -> bool {
    words(text).any(|other| other == word)
}

/// The words of a text, in lower case.
fn words(text: &str) -> impl Iterator<Item = String> {
    let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase)
}
