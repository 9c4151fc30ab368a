//! Articles that wait for their page: how long, what they get of it, and what survives a crash.

use std::{collections::BTreeMap, time::Duration};

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

#[tokio::test(start_paused = true)]
async fn pages_of_one_host_are_spaced_and_others_do_not_wait_for_them() {
    let robots = |paper: &str, file: &str| {
        let url = format!("https://{paper}.example/robots.txt");
        (url.clone(), Ok(Reply::document(url, file)))
    };
    let post: Vec<_> = (0..4).map(|at| short(&format!("p{at}"))).collect();
    let courier: Vec<_> = (0..3).map(|at| short(&format!("c{at}"))).collect();
    let pages = (0..4).map(|at| page("post", &format!("p{at}"), at));
    let pages = pages.chain((0..3).map(|at| page("courier", &format!("c{at}"), 10 + at)));
    let rules = vec![robots("courier", "User-agent: *\nCrawl-delay: 600")];
    let scripts = [paper("post", [post]), paper("courier", [courier]), pages.collect(), rules];
    let (watch, _) = watch(&format!("{POST}{COURIER}"), scripts).await;
    watch.run(Duration::from_mins(5)).await;
    let mut ended = BTreeMap::<String, Vec<i64>>::new();
    for row in articles(&watch).await {
        let page = watch.context.store.read(move |tx| tx.page_of(row.id)).await.unwrap().unwrap();
        assert!(page.is_used, "{page:?}");
        let after = page.ended_at.unwrap().duration_since(page.seen_at).as_secs();
        ended.entry(row.feed.to_string()).or_default().push(after);
    }
    assert_eq!(ended["post"], [0, 5, 10, 15]);
    assert_eq!(ended["courier"], [0, 30, 60], "a site's wish has an end");
}

#[tokio::test(start_paused = true)]
async fn what_a_site_does_not_allow_is_not_fetched() {
    let url = "https://post.example/robots.txt";
    let down = FetchError {
        status: Some(503),
        ..Problem::new(ProblemKind::Status, "the server answered 503").into()
    };
    for (robots, note) in [
        (
            Ok(Reply::document(url, "User-agent: *\nDisallow: /a")),
            "its site does not allow it (robots.txt)",
        ),
        (Err(down), "robots.txt: the server answered 503"),
    ] {
        let rules = vec![(url.to_owned(), robots)];
        let scripts = [paper("post", [vec![short("a")]]), vec![page("post", "a", 1)], rules];
        let (watch, _) = watch(POST, scripts).await;
        watch.run(Duration::from_mins(4)).await;
        let (row, page) = article(&watch).await;
        assert_eq!((row.article.text.as_str(), page.note.as_deref()), (TEASER, Some(note)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_has_had_too_many_requests_is_left_alone() {
    let hints = Box::new(Hints { retry_after: Some(Duration::from_secs(50)), ..Hints::default() });
    let throttled = FetchError {
        hints,
        status: Some(429),
        ..Problem::new(ProblemKind::Throttled, "slowly").into()
    };
    let pages =
        vec![(link("post", "a"), Err(throttled)), page("post", "a", 1), page("post", "b", 2)];
    let (watch, _) = watch(POST, [paper("post", [vec![short("a"), short("b")]]), pages]).await;
    watch.run(Duration::from_mins(4)).await;
    let mut ended = Vec::new();
    for row in articles(&watch).await {
        let page = watch.context.store.read(move |tx| tx.page_of(row.id)).await.unwrap().unwrap();
        assert!(page.is_used);
        ended.push(page.ended_at.unwrap().duration_since(page.seen_at).as_secs());
    }
    assert_eq!(ended, [50, 55]);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_two_feeds_link_to_is_fetched_once() {
    let as_courier = |feed: String| feed.replace("https://courier.example", "https://post.example");
    let url = format!("{PAPERS}/courier");
    let empty = (url.clone(), Ok(Reply::document(url.clone(), wire::atom("courier", &[]))));
    let copy = wire::atom("courier", &[short("a")]);
    let copy = (url.clone(), Ok(Reply::document(url, as_courier(copy))));
    // A second request would find nothing.
    let pages = vec![page("post", "a", 1), broken("post", "a", ProblemKind::NotFound)];
    let scripts = [paper("post", [vec![short("a")]]), vec![empty, copy], pages];
    let (watch, _) = watch(&format!("{POST}{COURIER}"), scripts).await;
    watch.run(Duration::from_mins(4)).await;
    let rows = articles(&watch).await;
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.article.text.ends_with(REST)));
    assert_eq!(rows[0].story, rows[1].story);
}

#[tokio::test(start_paused = true)]
async fn a_later_version_of_an_item_keeps_its_page_until_its_text_changes() {
    let dated = Entry { published: after(-60), ..short("a") };
    let retitled = Entry { title: "Pier a of Arden is open".into(), ..dated.clone() };
    let reworded = Entry { text: "Ferries to Norland sail.".into(), ..retitled.clone() };
    let editions = [short("a"), dated, retitled, reworded].map(|entry| vec![entry]);
    let pages = vec![page("post", "a", 1), page("post", "a", 2)];
    let (watch, _) = watch(POST, [paper("post", editions), pages]).await;

    watch.run(Duration::from_secs(75)).await;
    let (row, _) = article(&watch).await;
    assert_eq!((row.revision, row.article.published), (0, Some(after(-60))));
    let text = row.article.text;
    assert!(text.ends_with(REST));
    watch.run(Duration::from_secs(30)).await;
    let (row, _) = article(&watch).await;
    assert_eq!((row.revision, &row.article.text), (1, &text));
    watch.run(Duration::from_secs(30)).await;
    let (row, page) = article(&watch).await;
    assert_eq!(
        (row.revision, row.article.summary.as_deref()),
        (2, Some("Ferries to Norland sail."))
    );
    assert!(row.article.text != text && row.article.text.ends_with(REST), "another page");
    assert!(page.is_used);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_has_not_changed_since_need_not_come_again() {
    // Whoever does not ask with the tag of the first gets the second.
    let tagged = [1, 2].map(|number| {
        let mut answer = page("post", "a", number).1.unwrap();
        answer.validators.etag = Some("\"1\"".into());
        (link("post", "a"), Ok(answer))
    });
    let reworded = Entry { text: "Ferries to Norland sail.".into(), ..short("a") };
    let editions = [vec![short("a")], vec![reworded]];
    let (watch, _) = watch(POST, [paper("post", editions), tagged.into()]).await;
    watch.run(Duration::from_secs(45)).await;
    let first = article(&watch).await.0.article;
    watch.run(Duration::from_mins(3)).await;
    let (row, page) = article(&watch).await;
    assert_eq!((row.revision, page.is_used, page.note), (1, true, None));
    assert_eq!(row.article.summary.as_deref(), Some("Ferries to Norland sail."));
    assert_eq!(row.article.text, first.text);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_a_redirect_led_to_is_used_where_its_own_site_allows_it() {
    let found = "https://www.courier.example/news/pier";
    let rules = "https://www.courier.example/robots.txt".to_owned();
    for (file, text) in [("User-agent: *\nDisallow: /news", TEASER), ("", REST)] {
        let pages = vec![
            (link("post", "a"), Ok(Reply::document(found, html("a", 1)))),
            (rules.clone(), Ok(Reply::document(rules.clone(), file))),
        ];
        let (watch, _) = watch(POST, [paper("post", [vec![short("a")]]), pages]).await;
        watch.run(Duration::from_mins(1)).await;
        let (row, _) = article(&watch).await;
        assert!(row.article.text.ends_with(text), "{}", row.article.text);
        let own = if text == REST {
            "https://courier.example/news/pier"
        } else {
            "https://post.example/a"
        };
        assert_eq!(row.article.canonical_url.as_deref(), Some(own));
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_the_second_time_leaves_what_it_gave_the_first() {
    let reworded = Entry { text: "Ferries to Norland sail.".into(), ..short("a") };
    let pages = vec![page("post", "a", 1), broken("post", "a", ProblemKind::Gone)];
    let editions = [vec![short("a")], vec![reworded]];
    let (watch, memory) = watch(POST, [paper("post", editions), pages]).await;
    watch.run(Duration::from_mins(5)).await;
    let (row, page) = article(&watch).await;
    assert!(row.article.text.ends_with(REST));
    assert_eq!(row.article.summary.as_deref(), Some("Ferries to Norland sail."));
    assert_eq!((row.revision, page.is_used, page.note.as_deref()), (1, true, Some("out of order")));
    assert_eq!(memory.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_comes_to_give_the_text_has_the_last_word() {
    let whole = Entry { text: wire::text(9), ..short("a") };
    let editions = [vec![short("a")], vec![whole], vec![short("a")]];
    let pages = vec![page("post", "a", 1), broken("post", "a", ProblemKind::Gone)];
    let (watch, _) = watch(POST, [paper("post", editions), pages]).await;
    watch.run(Duration::from_secs(75)).await;
    let (row, page) = article(&watch).await;
    assert_eq!((row.article.text, page.is_used), (wire::text(9), false));
    assert_eq!(page.note.as_deref(), Some("the feed has another text since"));
    watch.run(Duration::from_mins(1)).await;
    let (row, page) = article(&watch).await;
    assert_eq!(
        (row.article.text.as_str(), page.is_used),
        (TEASER, false),
        "what the page gave is gone"
    );
}

#[tokio::test(start_paused = true)]
async fn a_newer_version_takes_the_place_of_one_that_waits() {
    let down = broken("post", "a", ProblemKind::Connect);
    let whole = Entry { text: format!("{}\n\n{REST}", wire::text(3)), ..short("a") };
    let (watch, memory) =
        watch(POST, [paper("post", [vec![short("a")], vec![whole]]), vec![down]]).await;
    watch.run(Duration::from_mins(6)).await;
    let rows = articles(&watch).await;
    assert_eq!((rows.len(), waiting(&watch).await, memory.sent().len()), (1, 0, 1));
    assert_eq!(rows[0].revision, 0);
    assert!(rows[0].article.text.ends_with(REST));
}

#[tokio::test(start_paused = true)]
async fn a_text_that_is_taken_back_waits_for_nothing() {
    let kill = Entry { title: "KILL: Pier a of Arden shut".into(), ..short("a") };
    let pages = vec![page("post", "a", 1)];
    let (watch, memory) = watch(POST, [paper("post", [vec![short("a")], vec![kill]]), pages]).await;
    watch.run(Duration::from_mins(3)).await;
    assert_eq!(memory.sent().len(), 2, "the story, and that it is withdrawn");
}

/// A poll that ends with an item that waits, and no loop that fetches its page.
async fn one_waits() -> (Watch, Memory) {
    let (watch, memory) =
        watch(POST, [paper("post", [vec![short("a")]]), vec![page("post", "a", 1)]]).await;
    daemon::poll_round(&watch.context).await.unwrap();
    tokio::time::advance(Duration::from_secs(30)).await;
    daemon::poll_round(&watch.context).await.unwrap();
    assert_eq!((waiting(&watch).await, articles(&watch).await.len()), (1, 0));
    (watch, memory)
}

async fn claim(store: &Store, now: Timestamp) -> usize {
    let lease = Duration::from_mins(5);
    let claimed = store.write(move |tx| tx.claim_pages(now, lease, 9, &BTreeMap::new()));
    claimed.await.unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn a_crash_between_claim_and_commit_loses_nothing_and_tells_once() {
    let (watch, memory) = one_waits().await;
    let now = watch.context.clock.now();
    assert_eq!(claim(&watch.context.store, now).await, 1);
    assert_eq!(claim(&watch.context.store, now).await, 0, "it is claimed");
    // The process ends here.
    let watch = watch.restarted().await;
    watch.run(Duration::from_secs(20)).await;
    let (row, page) = article(&watch).await;
    assert!(row.article.text.ends_with(REST) && page.is_used);
    assert_eq!((alerts(&watch).await, memory.sent().len()), (1, 1));
    let watch = watch.restarted().await;
    watch.run(Duration::from_mins(10)).await;
    assert_eq!((articles(&watch).await.len(), memory.sent().len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_process_that_was_down_too_long_places_what_waits_as_it_is() {
    let (watch, _) = one_waits().await;
    tokio::time::advance(Duration::from_hours(1)).await;
    let watch = watch.restarted().await;
    watch.run(Duration::from_secs(1)).await;
    let (row, page) = article(&watch).await;
    assert_eq!((row.article.text.as_str(), waiting(&watch).await), (TEASER, 0));
    assert_eq!(page.note.as_deref(), Some("it did not come in time"));
}

#[tokio::test(start_paused = true)]
async fn what_waits_of_a_feed_that_left_is_placed_when_it_comes_back() {
    let (watch, _) = one_waits().await;
    let post = watch.context.in_force().live.feeds.keys().next().cloned().unwrap();
    let retire = watch.context.store.write(|tx| tx.retire_feeds_except(&[]));
    assert_eq!(retire.await.unwrap(), 1);
    daemon::page_round(&watch.context).await.unwrap();
    assert_eq!((waiting(&watch).await, articles(&watch).await.len()), (1, 0));
    let back = watch.context.store.write(move |tx| {
        tx.sync_feed(&post, &format!("{PAPERS}/post"), "127.0.0.1", Timestamp::MAX)
    });
    back.await.unwrap();
    daemon::page_round(&watch.context).await.unwrap();
    assert_eq!((waiting(&watch).await, articles(&watch).await.len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_ran_out_changes_nothing() {
    let (watch, _) = one_waits().await;
    let now = watch.context.clock.now();
    let lease = Duration::from_secs(10);
    let claimed =
        watch.context.store.write(move |tx| tx.claim_pages(now, lease, 9, &BTreeMap::new()));
    let page = claimed.await.unwrap().remove(0);
    // The lease ends while the page is fetched, and another process takes it over.
    let later = now + lease;
    assert_eq!(claim(&watch.context.store, later).await, 1);
    let visit = wiredesk::pipeline::page::run(&watch.context, &page).await.unwrap();
    assert!(visit.report.stale);
    assert_eq!((waiting(&watch).await, articles(&watch).await.len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_version_that_comes_while_the_page_is_fetched_is_the_one_that_is_placed() {
    let (watch, _) = one_waits().await;
    let now = watch.context.clock.now();
    let claimed = watch.context.store.write(move |tx| {
        let page = tx.claim_pages(now, Duration::from_mins(5), 9, &BTreeMap::new())?.remove(0);
        let mut newer = page.wanted.clone();
        newer.item.title = Some("Pier a of Arden is open".into());
        newer.item_hash = 7;
        tx.await_page(page.feed, &newer, now, now)?;
        Ok(page)
    });
    let page = claimed.await.unwrap();
    let visit = wiredesk::pipeline::page::run(&watch.context, &page).await.unwrap();
    assert_eq!((visit.report.new, waiting(&watch).await), (1, 0));
    let (row, _) = article(&watch).await;
    assert_eq!(row.article.title, "Pier a of Arden is open");
    assert!(row.article.text.ends_with(REST));
}

#[tokio::test(start_paused = true)]
async fn one_round_fetches_every_page_before_it_ends() {
    let (watch, _) = one_waits().await;
    let report = daemon::page_round(&watch.context).await.unwrap();
    assert_eq!((report.new, report.alerts), (1, 1));
    assert_eq!(waiting(&watch).await, 0);
}
