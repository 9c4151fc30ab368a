//! Articles that wait for their page: how long, what they get of it, and what survives a crash.

mod crashes;
mod politeness;
mod versions;

use std::time::Duration;

use jiff::{Span, Timestamp};
use wiredesk::{
    clock::Clock,
    daemon,
    fetch::{FetchError, Fetcher, Reply},
    mail::{Mailer, Memory},
    model::{Hints, Problem, ProblemKind},
    store::{ArticleRow, PageRow, Store},
};

use super::{PAPERS, Watch, start};
use crate::support::wire::{self, Entry};

const POST: &str =
    "[[feed]]\nname = 'post'\nurl = 'http://127.0.0.1:8080/post'\ninterval = '30 s'\n";
const COURIER: &str =
    "[[feed]]\nname = 'courier'\nurl = 'http://127.0.0.1:8080/courier'\ninterval = '30 s'\n";
const WHO: &str = "
    [fetch]
    allow = ['127.0.0.1:8080']
    [[agency]]
    id = 'tna'
    name = 'Tidal News Agency'
    tokens = ['TNA']
    [[recipient]]
    name = 'desk'
    email = ['desk@desk.example']
    wait = '0 s'
    [[rule]]
    name = 'harbour'
    query = 'harbour'
    notify = ['desk']
";

/// What the feed says, and what only the page says.
const TEASER: &str = "Ferries to Norland wait.";
const REST: &str = "Nobody knows when the harbour opens again.";

fn config(feeds: &str) -> String {
    format!("{WHO}{feeds}")
}

type Script = Vec<(String, Result<Reply, FetchError>)>;

/// A paper at its polls: nothing at the first, since that is a baseline, then these editions.
fn paper(name: &str, editions: impl IntoIterator<Item = Vec<Entry>>) -> Script {
    let url = format!("{PAPERS}/{name}");
    let editions = [Vec::new()].into_iter().chain(editions);
    let answer = |entries: Vec<Entry>| {
        (url.clone(), Ok(Reply::document(url.clone(), wire::atom(name, &entries))))
    };
    editions.map(answer).collect()
}

/// An item with a text that is too short to be all.
fn short(id: &str) -> Entry {
    Entry {
        id: id.into(),
        title: format!("Pier {id} of Arden shut"),
        text: TEASER.into(),
        published: start(),
    }
}

fn link(paper: &str, id: &str) -> String {
    format!("https://{paper}.example/{id}")
}

/// The page of an item, with what a reader skips.
fn html(id: &str, number: u64) -> String {
    let paragraphs = wire::text(number).replace("\n\n", "</p>\n<p>");
    format!(
        "<html lang='en'><head><title>Pier {id} of Arden shut | Post</title></head><body>\
         <nav><a href='/'>News</a> <a href='/sport'>Sport</a></nav>\
         <article><h1>Pier {id} of Arden shut</h1><p class='byline'>By Mara Ilves, TNA</p>\
         <p>{TEASER}</p>\n<p>{paragraphs}</p>\n<p>{REST}</p></article>\
         <footer><p>All rights reserved.</p></footer></body></html>"
    )
}

fn page(paper: &str, id: &str, number: u64) -> (String, Result<Reply, FetchError>) {
    (link(paper, id), Ok(Reply::document(link(paper, id), html(id, number))))
}

fn broken(paper: &str, id: &str, kind: ProblemKind) -> (String, Result<Reply, FetchError>) {
    (link(paper, id), Err(Problem::new(kind, "out of order").into()))
}

async fn watch(feeds: &str, scripts: impl IntoIterator<Item = Script>) -> (Watch, Memory) {
    let memory = Memory::default();
    let fetcher = Fetcher::recorded(scripts.into_iter().flatten());
    let mailer = Mailer::Memory(memory.clone());
    (Watch::new(&config(feeds), fetcher, mailer, Clock::simulated(start())).await, memory)
}

async fn articles(watch: &Watch) -> Vec<ArticleRow> {
    let read = watch.context.store.read(|tx| {
        let mut rows = Vec::new();
        tx.each_article(Timestamp::MIN, |row| {
            rows.push(row);
            true
        })?;
        Ok(rows)
    });
    read.await.unwrap()
}

/// The only article, with its page.
async fn article(watch: &Watch) -> (ArticleRow, PageRow) {
    let mut rows = articles(watch).await;
    assert_eq!(rows.len(), 1);
    let row = rows.remove(0);
    let id = row.id;
    let page = watch.context.store.read(move |tx| tx.page_of(id)).await.unwrap();
    (row, page.unwrap())
}

async fn waiting(watch: &Watch) -> u64 {
    watch.context.store.read(|tx| tx.counts()).await.unwrap().waiting
}

async fn alerts(watch: &Watch) -> usize {
    let alerts = watch.context.store.read(|tx| tx.alerts_since(Timestamp::MIN));
    alerts.await.unwrap().len()
}

fn after(seconds: i64) -> Timestamp {
    start() + Span::new().seconds(seconds)
}

#[tokio::test(start_paused = true)]
async fn the_text_of_the_page_is_matched_credited_and_told() {
    let scripts = [paper("post", [vec![short("a")]]), vec![page("post", "a", 1)]];
    let (watch, memory) = watch(POST, scripts).await;
    watch.run(Duration::from_mins(10)).await;
    let (row, page) = article(&watch).await;
    assert!(
        row.article.text.starts_with(TEASER) && row.article.text.ends_with(REST),
        "{row:?}, {page:?}"
    );
    assert!(!row.article.text.contains("Sport") && !row.article.text.contains("rights"));
    assert_eq!(row.article.summary, None, "the page says it too");
    assert_eq!(row.article.canonical_url.as_deref(), Some("https://post.example/a"));
    assert_eq!(row.article.language.as_deref(), Some("en"));
    let credits: Vec<_> = row.provenance.credits.iter().map(|c| c.agency.as_str()).collect();
    assert_eq!(credits, ["tna"]);
    assert_eq!((page.is_used, page.note, page.attempts), (true, None, 1));
    assert_eq!(memory.sent().len(), 1);
    assert_eq!((row.revision, waiting(&watch).await), (0, 0), "later polls change nothing");
}

#[tokio::test(start_paused = true)]
async fn an_article_waits_two_minutes_for_its_page_and_no_longer() {
    for kind in [ProblemKind::Timeout, ProblemKind::Connect] {
        let scripts = [paper("post", [vec![short("a")]]), vec![broken("post", "a", kind)]];
        let (watch, _) = watch(POST, scripts).await;
        watch.run(Duration::from_mins(1)).await;
        assert_eq!((articles(&watch).await.len(), waiting(&watch).await), (0, 1));
        watch.run(Duration::from_secs(100)).await;
        let (row, page) = article(&watch).await;
        assert_eq!(row.article.text, TEASER);
        assert_eq!(page.attempts, 3);
        assert_eq!(page.note, Some("out of order".to_owned()));
        let placed = page.ended_at.unwrap();
        assert!(placed > page.seen_at && placed <= page.until, "{page:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_refused_leaves_the_text_of_the_feed_at_once() {
    for (answer, note) in [
        (broken("post", "a", ProblemKind::Forbidden).1, "out of order"),
        (broken("post", "a", ProblemKind::NotFound).1, "out of order"),
        (
            Ok(Reply {
                content_type: Some("application/pdf".into()),
                ..Reply::document(link("post", "a"), "%PDF")
            }),
            "not a web page but application/pdf",
        ),
        (
            Ok(Reply::document("https://post.example/", html("a", 1))),
            "the link leads to the front page of a site",
        ),
        (
            Ok(Reply::document(link("post", "a"), "<p>We value what you think.</p>".repeat(99))),
            "the page does not speak of what the headline says",
        ),
        (
            Ok(Reply::document(link("post", "a"), "<title>x</title>")),
            "a page without the text of an article",
        ),
    ] {
        let scripts = [paper("post", [vec![short("a")]]), vec![(link("post", "a"), answer)]];
        let (watch, memory) = watch(POST, scripts).await;
        watch.run(Duration::from_secs(45)).await;
        let (row, page) = article(&watch).await;
        assert_eq!((row.article.text.as_str(), page.note.as_deref()), (TEASER, Some(note)));
        assert_eq!((page.is_used, page.attempts, memory.sent().len()), (false, 1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn long_texts_and_the_rest_of_a_first_poll_wait_for_nothing() {
    let long = Entry { text: wire::text(7), ..short("long") };
    let items: Vec<_> = (0..10)
        .map(|at| Entry { published: after(at), ..short(&format!("p{at}")) })
        .chain([long])
        .collect();
    let url = format!("{PAPERS}/post");
    let feed = (url.clone(), Ok(Reply::document(url, wire::atom("post", &items))));
    let pages = (0..10).map(|at| page("post", &format!("p{at}"), 100 + at));
    let (watch, _) = watch(POST, [vec![feed], pages.collect()]).await;
    watch.run(Duration::from_millis(900)).await;
    assert_eq!((articles(&watch).await.len(), waiting(&watch).await), (7, 4), "one page came");
    watch.run(Duration::from_mins(5)).await;
    let rows = articles(&watch).await;
    let mut full: Vec<_> = rows
        .iter()
        .filter(|row| row.article.text.ends_with(REST))
        .map(|row| row.article.raw_id.as_deref().unwrap().rsplit(':').next().unwrap())
        .collect();
    full.sort_unstable();
    assert_eq!((rows.len(), full), (11, vec!["p5", "p6", "p7", "p8", "p9"]));
}
