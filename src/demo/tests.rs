//! The newsroom keeps its plot: which texts are copies, which match, and what is served when.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;

use super::{
    AGENCY, DemoFeed, Newsroom, QUERY, WAIT,
    edition::{Edition, Printed},
    expected, format, last_revealed,
    newsroom::{Appears, Entry, FEEDS, Format, Role},
};
use crate::clock::Clock;

/// A Wednesday.
fn opening() -> Timestamp {
    "2025-11-05T09:30:00.25Z".parse().unwrap()
}

fn after(duration: Duration) -> Timestamp {
    opening() + SignedDuration::try_from(duration).unwrap()
}

fn entries() -> impl Iterator<Item = &'static Entry> {
    FEEDS.iter().flat_map(|feed| feed.entries)
}

fn texts(role: Role) -> Vec<&'static str> {
    entries().filter(|entry| entry.role == role).map(|entry| entry.text).collect()
}

fn headline(text: &str) -> &str {
    text.split("\n\n").next().unwrap()
}

/// The text below the headline, without lines that are nothing but a credit.
fn body(text: &str) -> String {
    let credit = |line: &&str| {
        line.starts_with("--QPS") || *line == "By QPS" || *line == "(With inputs from QPS)"
    };
    text.trim().split("\n\n").skip(1).filter(|line| !credit(line)).collect::<Vec<_>>().join("\n\n")
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn shingles(text: &str) -> BTreeSet<Vec<String>> {
    words(text).windows(4).map(<[String]>::to_vec).collect()
}

/// The share of the shorter text's 4-word shingles that the longer one has too.
fn containment(a: &str, b: &str) -> f64 {
    let (a, b) = (shingles(a), shingles(b));
    let shared = u32::try_from(a.intersection(&b).count()).unwrap();
    f64::from(shared) / f64::from(u32::try_from(a.len().min(b.len())).unwrap())
}

/// What stands outside quotation marks.
fn unquoted(text: &str) -> String {
    text.split('"').step_by(2).collect::<Vec<_>>().join(" ")
}

fn matches(text: &str) -> bool {
    let words = words(text);
    QUERY.split(" AND ").all(|term| words.contains(&term.to_lowercase()))
}

#[test]
fn copies_hold_the_dispatch_and_the_independent_report_does_not() {
    let dispatch = body(texts(Role::Dispatch)[0]);
    for copy in texts(Role::Copy).into_iter().chain(texts(Role::Correction)) {
        let share = containment(&body(copy), &dispatch);
        assert!(share >= 0.75, "`{}` holds {share:.2} of it", headline(copy));
    }
    for own in texts(Role::Independent) {
        let share = containment(&body(own), &dispatch);
        assert!((0.05..=0.30).contains(&share), "`{}` holds {share:.2} of it", headline(own));
        let outside = containment(&unquoted(&body(own)), &unquoted(&dispatch));
        assert!(outside <= 0.02, "`{}` holds {outside:.2} outside quotations", headline(own));
    }
}

#[test]
fn unrelated_texts_share_nothing_with_any_other() {
    let all: Vec<_> = entries().collect();
    for (at, entry) in all.iter().enumerate() {
        for other in &all[at + 1..] {
            if [entry.role, other.role].iter().any(|r| matches!(r, Role::Unrelated | Role::Stale)) {
                let share = containment(&body(entry.text), &body(other.text));
                assert!(share < 0.03, "`{}` and `{}`: {share:.2}", entry.slug, other.slug);
            }
        }
    }
}

#[test]
fn the_plot_has_texts_of_the_sizes_it_needs() {
    let dispatch = words(&body(texts(Role::Dispatch)[0])).len();
    assert!((350..=450).contains(&dispatch), "the dispatch has {dispatch} words");
    let shortest = texts(Role::Copy).into_iter().min_by_key(|text| text.len()).unwrap();
    assert_eq!(body(shortest).split("\n\n").count(), 2);
    assert!(words(&body(shortest)).len() >= 60, "too short to be compared");
}

#[test]
fn only_texts_can_match_and_only_one_copy_cannot() {
    for entry in entries() {
        let (head, whole) = (headline(entry.text), matches(entry.text));
        match entry.role {
            Role::Dispatch | Role::Copy | Role::Independent | Role::Correction => {
                assert!(!words(head).contains(&"dorvistan".to_owned()), "`{head}`");
            }
            Role::Stale => assert!(whole && matches!(entry.appears, Appears::DaysBefore(2..))),
            Role::Unrelated => assert!(!whole, "`{head}` matches"),
        }
    }
    let copies = texts(Role::Copy);
    let silent: Vec<_> = copies.iter().filter(|text| !matches(text)).collect();
    assert_eq!(silent.len(), 1, "the story, not each copy, is what matches");
    assert_eq!(silent[0].len(), copies.iter().map(|text| text.len()).min().unwrap());
    for role in [Role::Dispatch, Role::Independent, Role::Correction] {
        assert!(texts(role).into_iter().all(matches), "{role:?}");
    }
    for term in QUERY.split(" AND ") {
        let lonely = texts(Role::Unrelated)
            .into_iter()
            .any(|text| words(text).contains(&term.to_lowercase()));
        assert!(lonely, "no unrelated text tempts with `{term}`");
    }
}

#[test]
fn the_headlines_of_the_copies_differ() {
    let copies = texts(Role::Copy).into_iter().chain(texts(Role::Dispatch));
    let headlines: BTreeSet<_> = copies.map(headline).collect();
    assert_eq!(headlines.len(), 6);
}

#[test]
fn each_copy_is_credited_in_a_shape_of_its_own() {
    let shape = |entry: &&Entry| {
        let text = entry.text;
        let shapes = [
            text.contains("{date} (QPS):"),
            text.contains("\nBy QPS\n"),
            text.contains("\n--QPS "),
            text.contains("(With inputs from QPS)"),
            entry.author == AGENCY.token,
        ];
        assert_eq!(shapes.iter().filter(|found| **found).count(), 1, "`{}`", entry.slug);
        shapes.iter().position(|found| *found)
    };
    let copies: Vec<_> = entries().filter(|entry| entry.role == Role::Copy).collect();
    assert_eq!(copies.iter().map(shape).collect::<BTreeSet<_>>().len(), 5);
}

#[test]
fn what_must_come_is_read_off_the_table() {
    let expected = expected();
    let told: Vec<_> =
        expected.mails.iter().map(|mail| (mail.reason, mail.carriers.len())).collect();
    assert_eq!(told, [("first", 6), ("first", 1), ("correction", 6)]);
    assert_eq!(expected.mails[0].carriers[0], AGENCY.name);
}

#[test]
fn a_mail_waits_for_the_copies_and_not_for_the_correction() {
    let second = Duration::from_secs(1);
    let when = |role| entries().filter(move |e| e.role == role).map(|e| e.appears.after());
    let dispatch = when(Role::Dispatch).min().unwrap();
    assert!(when(Role::Copy).all(|copy| dispatch < copy));
    assert!(when(Role::Copy).max().unwrap() + second < dispatch + WAIT);
    assert!(dispatch + second + WAIT < when(Role::Correction).min().unwrap());
}

#[test]
fn an_edition_changes_only_when_something_appears() {
    for feed in Newsroom::feeds() {
        let mut moments: Vec<_> = feed.entries.iter().map(|entry| entry.appears.after()).collect();
        moments.sort();
        moments.dedup();
        let ends = moments.iter().skip(1).copied().chain([Duration::from_mins(1)]);
        let (mut bodies, mut seconds) = (BTreeSet::new(), BTreeSet::new());
        for (from, to) in moments.iter().copied().zip(ends) {
            let edition = |moment| Edition::at(feed, opening(), after(moment));
            let body = format::write(&edition(from), "");
            assert_eq!(
                body,
                format::write(&edition(to.saturating_sub(Duration::from_millis(1))), "")
            );
            assert!(bodies.insert(body), "{}: the same body twice", feed.name);
            let second = edition(from).changed.as_second();
            assert!(seconds.insert(second), "{}: `Last-Modified` is not enough", feed.name);
        }
    }
}

#[test]
fn a_revision_takes_the_place_of_what_it_corrects() {
    let wire = &FEEDS[0];
    let first = Edition::at(wire, opening(), after(Duration::from_secs(1)));
    let last = Edition::at(wire, opening(), after(last_revealed()));
    let told = |edition: &Edition| {
        let find = |a: &&Printed| a.slug == "halvern-dorvistan-call";
        let article = edition.articles.iter().find(find).unwrap();
        (article.headline.clone(), article.published, article.paragraphs.join("\n"))
    };
    let ((before, at, wrong), (headline, still_at, right)) = (told(&first), told(&last));
    assert_eq!(first.articles.len(), last.articles.len());
    assert_eq!((headline, still_at), (format!("CORRECTED: {before}"), at));
    assert!(wrong.contains("Some 410 Halvernian") && !wrong.contains("140"));
    assert!(right.contains("Some 140 Halvernian") && right.contains("(Corrects the number"));
    let changed: Vec<_> = words(&wrong)
        .into_iter()
        .zip(words(right.split_once(")\n").unwrap().1))
        .filter(|(a, b)| a != b)
        .collect();
    assert_eq!(changed, [("410".to_owned(), "140".to_owned())]);
}

#[test]
fn days_are_filled_in() {
    let wire = Edition::at(&FEEDS[0], opening(), after(last_revealed()));
    let text = wire.articles[0].paragraphs.join("\n");
    assert!(text.contains("QARSEN, Nov 5 (QPS): "), "{text}");
    assert!(text.contains("on Tuesday evening") && text.contains("reported on Wednesday that"));
    for feed in &FEEDS {
        for article in Edition::at(feed, opening(), after(last_revealed())).articles {
            assert!(!article.paragraphs.concat().contains(['{', '}']), "{}", article.slug);
        }
    }
}

#[test]
fn every_feed_is_well_formed_and_says_what_the_edition_says() {
    for feed in &FEEDS {
        let edition = Edition::at(feed, opening(), after(last_revealed()));
        let document = format::write(&edition, "http://127.0.0.1:9");
        let read = feed_rs::parser::parse(document.as_bytes()).unwrap();
        assert_eq!(read.title.unwrap().content, feed.publisher);
        assert_eq!(read.entries.len(), edition.articles.len());
        for (entry, article) in read.entries.iter().zip(&edition.articles) {
            assert_eq!(entry.title.as_ref().unwrap().content, article.headline);
            assert_eq!(entry.published.unwrap().timestamp(), article.published.as_second());
            assert_eq!(entry.authors.len(), 1, "{}", feed.name);
            let html = entry
                .content
                .as_ref()
                .and_then(|content| content.body.clone())
                .or_else(|| entry.summary.as_ref().map(|summary| summary.content.clone()))
                .unwrap();
            let plain = quick_xml::escape::unescape(&html).unwrap();
            let part = |text: &String| plain.contains(text);
            let (first, last) = (&article.paragraphs[0], article.paragraphs.last().unwrap());
            let whole = feed.format != Format::Rdf;
            assert_eq!((part(first), part(last)), (true, whole), "{}", article.slug);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_feed_is_served_anew_only_when_it_changed() {
    serve(async |reader: Reader| {
        for feed in &FEEDS {
            let first = reader.get(feed.path, &[]).await;
            assert_eq!((first.status, first.header("content-type").is_some()), (200, true));
            let (tag, date) =
                (first.header("etag").unwrap(), first.header("last-modified").unwrap());
            let again = reader.get(feed.path, &[("If-None-Match", tag)]).await;
            assert_eq!((again.status, again.body.as_str()), (304, ""), "{}", feed.name);
            assert_eq!(again.header("etag"), Some(tag));
            let dated = reader.get(feed.path, &[("If-Modified-Since", date)]).await;
            assert_eq!(dated.status, 304, "{}", feed.name);
            let other = [("If-None-Match", "\"other\""), ("If-Modified-Since", date)];
            assert_eq!(reader.get(feed.path, &other).await.status, 200, "the tag decides");
        }
        let validators = validators(&reader).await;
        tokio::time::advance(last_revealed()).await;
        for feed in &FEEDS {
            let (tag, date) = &validators[feed.name];
            let by_tag = reader.get(feed.path, &[("If-None-Match", tag)]).await;
            let by_date = reader.get(feed.path, &[("If-Modified-Since", date)]).await;
            assert_eq!((by_tag.status, by_date.status), (200, 200), "{}", feed.name);
            assert_eq!(by_tag.body, by_date.body);
        }
        assert_eq!((reader.counters.full(), reader.counters.unchanged()), (35, 14));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn pages_are_there_when_the_feed_links_to_them() {
    serve(async |reader: Reader| {
        let page = "/quillon/halvern-dorvistan-call";
        assert!(!reader.get("/quillon/wire.xml", &[]).await.body.contains(page));
        assert_eq!(reader.get(page, &[]).await.status, 404);
        tokio::time::advance(last_revealed()).await;
        assert!(reader.get("/quillon/wire.xml", &[]).await.body.contains(page));
        let page = reader.get(page, &[]).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("<h1>CORRECTED: Halvern wants"), "{}", page.body);
        for nothing in ["/", "/quillon", "/quillon/", "/quillon/nothing", "/../wire.xml"] {
            assert_eq!(reader.get(nothing, &[]).await.status, 404, "{nothing}");
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_newsroom_opens_with_the_first_request() {
    serve(async |reader: Reader| {
        tokio::time::advance(last_revealed() * 2).await;
        let wire = reader.get("/quillon/wire.xml", &[]).await;
        assert!(!wire.body.contains("Marrenholt"), "{}", wire.body);
    })
    .await;
}

/// `ETag` and `Last-Modified` of every feed as it is now, by name.
async fn validators(reader: &Reader) -> BTreeMap<&'static str, (String, String)> {
    let mut found = BTreeMap::new();
    for DemoFeed { name, path, .. } in &FEEDS {
        let reply = reader.get(path, &[]).await;
        let header = |name| reply.header(name).unwrap().to_owned();
        found.insert(*name, (header("etag"), header("last-modified")));
    }
    found
}

/// Serves a newsroom for as long as `client` runs.
async fn serve(client: impl AsyncFnOnce(Reader)) {
    let newsroom = Newsroom::bind(Clock::simulated(opening())).await.unwrap();
    let reader = Reader { address: newsroom.address(), counters: newsroom.counters() };
    let stop = CancellationToken::new();
    let served = newsroom.serve(stop.clone());
    let asked = async {
        client(reader).await;
        stop.cancel();
    };
    tokio::join!(served, asked).0.unwrap();
}

struct Reader {
    address: SocketAddr,
    counters: std::sync::Arc<super::Counters>,
}

struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Reader {
    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let headers: String =
            headers.iter().flat_map(|(name, value)| [name, ": ", value, "\r\n"]).collect();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: news\r\nConnection: close\r\n{headers}\r\n");
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        Reply { status, headers, body: body.to_owned() }
    }
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
