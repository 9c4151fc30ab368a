//! Feeds that are broken, hostile or without end, beside one that is healthy, through the daemon.

use std::{
    fs,
    io::Write as _,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::fmt::rfc2822;
use serde_json::{Value, json};
use wiredesk::clock::Clock;

use crate::support::{
    desk::{Desk, Running, until},
    origin::{Answer, Origin},
};

/// The most memory that the daemon may have used, in kB.
const MOST_MEMORY: u64 = 300_000;

/// Twenty million blanks in a hundred thousand bytes.
static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| gzip(&vec![b' '; 20_000_000]));

/// What the healthy feed prints, one after the other.
const NEWS: [&str; 3] = [
    "Crane falls into the harbour of Arden",
    "Ferry strike empties the quays and every harbour of the Selby islands",
    "Dredging put off until spring, says the harbour master of Norwick",
];

/// Feeds that give nothing, the kind of the problem, and words that help.
const REFUSED: [(&str, &str, &str); 12] = [
    ("page", "not_a_feed", "an HTML page titled \"Please log in\", not a feed"),
    ("abyss", "not_a_feed", "an XML document that begins with `<a>`"),
    ("noise", "not_a_feed", "neither XML nor JSON"),
    ("large", "too_large", "the body is larger than 15728640 bytes"),
    ("flood", "too_large", "the body is larger than 15728640 bytes"),
    ("bomb", "too_large", "grows more than 100-fold"),
    ("circle", "redirect", "the redirects lead in a circle"),
    ("inward", "refused", "`10.0.0.1` is not a public address"),
    ("trickle", "timeout", "the whole answer took longer than 3s"),
    ("silent", "timeout", "the server fell silent"),
    ("empty", "status", "the server answered 200 without a body"),
    ("gone", "gone", "the server answered 410"),
];

/// Feeds that end in the middle of the second of two items, and how `status` says so.
const DAMAGED: [(&str, &str); 3] = [
    ("cut", "the answer was cut off; items that could be read: 2"),
    ("packed", "the answer was cut off; items that could be read: 2"),
    ("short", "the document ends too early; items that could be read: 2"),
];

/// Feeds that are read in spite of what they are.
const READ: [&str; 4] = ["laughs", "deep", "latin", "utf8"];

fn item(feed: &str, number: usize, title: &str) -> String {
    let date = rfc2822::DateTimePrinter::new().timestamp_to_string(&Clock::System.now()).unwrap();
    format!(
        "<item><guid isPermaLink='false'>{feed}-{number}</guid><title>{title}</title>\
         <link>https://{feed}.example/{number}</link><pubDate>{date}</pubDate>\
         <description>{title}, as {feed} tells it in part {number}: naïve, über, café, año.</description></item>"
    )
}

fn rss(items: &str) -> String {
    format!("<rss version='2.0'><channel><title>A paper</title>{items}</channel></rss>")
}

/// What a feed gives when nothing is wrong with it.
fn good(feed: &str) -> String {
    rss(&(item(feed, 1, "Tide tables are out") + &item(feed, 2, "Spring tide expected")))
}

/// [`good`] up to the middle of its last item.
fn half(feed: &str) -> String {
    let whole = good(feed);
    whole[..whole.rfind("in part 2").unwrap()].to_owned()
}

/// Packs these bytes as the beginning of something that does not come to its end.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.flush().unwrap();
    encoder.get_ref().clone()
}

/// A thousand million "ha", for a reader that obeys.
fn laughs(feed: &str) -> String {
    let entity = |n| format!("<!ENTITY l{} '{}'>", n + 1, format!("&l{n};").repeat(10));
    let entities = "<!ENTITY l0 'ha'>".to_owned() + &(0..9).map(entity).collect::<String>();
    format!("<!DOCTYPE rss [{entities}]>{}", rss(&item(feed, 1, "Laughter &l9; at high tide")))
}

/// Three hundred thousand elements, one in the other, in the text of the first of two items.
fn deep(feed: &str) -> String {
    let (open, close) = ("<div>".repeat(300_000), "</div>".repeat(300_000));
    let nested = item(feed, 1, "Low tide").replace("Low tide,", &format!("{open}Low tide,{close}"));
    rss(&(nested + &item(feed, 2, "High tide")))
}

/// How a feed misbehaves.
fn bad(feed: &str) -> Answer {
    let plain = |body: &str| Answer::new(200, &[("ETag", "\"bad\"")], body);
    let endless = "HTTP/1.1 200 OK\r\nETag: \"bad\"\r\n\r\n<rss><channel>";
    match feed {
        "page" => plain("<!doctype html><html><head><title>Please log in</title></head></html>"),
        "abyss" => plain(&"<a>".repeat(300_000)),
        "noise" => plain("\u{1}\u{2} no such thing"),
        "large" => Answer::raw("HTTP/1.1 200 OK\r\ncontent-length: 60000000\r\n\r\n")
            .then_repeat(vec![b' '; 60_000], Duration::ZERO),
        "flood" => Answer::raw(endless).then_repeat(vec![b' '; 60_000], Duration::ZERO),
        "bomb" => Answer::new(200, &[("Content-Encoding", "gzip")], &*BOMB),
        "circle" => Answer::new(302, &[("Location", "/circle?again")], ""),
        "circle?again" => Answer::new(302, &[("Location", "/circle")], ""),
        "inward" => Answer::new(302, &[("Location", "http://10.0.0.1/feed")], ""),
        "trickle" => Answer::raw(endless).then_repeat(" ", Duration::from_millis(50)),
        "silent" => Answer::raw(endless).then_silence(),
        "empty" => plain(""),
        "gone" => Answer::new(410, &[], "it was here"),
        "cut" => Answer::raw(format!(
            "HTTP/1.1 200 OK\r\nETag: \"bad\"\r\ncontent-length: 9999\r\n\r\n{}",
            half(feed)
        )),
        "short" => plain(&half(feed)),
        "packed" => {
            let headers = [("ETag", "\"bad\""), ("Content-Encoding", "gzip")];
            Answer::new(200, &headers, gzip(half(feed).as_bytes()))
        }
        "laughs" => plain(&laughs(feed)),
        "deep" => plain(&deep(feed)),
        "latin" => {
            let latin = encoding_rs::WINDOWS_1252.encode(&good(feed)).0.into_owned();
            Answer::new(200, &[("Content-Type", "application/rss+xml; charset=utf-8")], latin)
        }
        "utf8" => plain(&format!("<?xml version='1.0' encoding='windows-1251'?>{}", good(feed))),
        _ => Answer::new(404, &[], ""),
    }
}

/// The feed of that name in `status --json`.
fn feed<'a>(status: &'a Value, name: &str) -> &'a Value {
    status["feeds"].as_array().unwrap().iter().find(|feed| feed["name"] == name).unwrap()
}

/// Whether `status` shows this problem of a feed.
fn fails(status: &Value, name: &str, kind: &str, words: &str) -> bool {
    let problem = &feed(status, name)["problem"];
    problem["kind"] == kind && problem["detail"].as_str().unwrap().contains(words)
}

/// The texts of a feed's articles by their guid.
fn texts(desk: &Desk, feed: &str) -> Vec<(String, String)> {
    let word = |article: &Value, key: &str| article[key].as_str().unwrap_or_default().to_owned();
    desk.export("articles")
        .iter()
        .filter(|article| article["feed"] == feed)
        .map(|article| (word(article, "raw_id"), word(article, "text")))
        .collect()
}

/// Waits until a message tells of a headline.
fn until_told(desk: &Desk, headline: &str) {
    until(headline, || {
        let parser = mail_parser::MessageParser::default();
        let subjects = desk.mails().into_iter().filter_map(|mail| {
            parser.parse(&mail).and_then(|mail| mail.subject().map(str::to_owned))
        });
        subjects.into_iter().any(|subject| subject.contains(headline)).then_some(())
    });
}

fn config(origin: &Origin) -> String {
    let head = format!(
        "[fetch]\nallow = ['{}']\ntimeout = '3 s'\n[limits]\npolls = 32\npolls_per_host = 20\n\
         [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\nwait = '0 s'\n\
         [[rule]]\nname = 'harbour'\nquery = 'harbour OR tide'\nnotify = ['desk']\n",
        origin.address()
    );
    let refused = REFUSED.iter().map(|(name, ..)| *name);
    let names = refused.chain(DAMAGED.iter().map(|(name, _)| *name)).chain(READ).chain(["healthy"]);
    let feed = |name: &str| {
        let url = origin.url(&format!("/{name}"));
        format!("[[feed]]\nname = '{name}'\nurl = '{url}'\ninterval = '1 s'\nfull_text = 'never'\n")
    };
    head + &names.map(feed).collect::<String>()
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_feeds_are_named_and_harm_no_other() {
    let begun = Instant::now();
    let (mended, printed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(1)));
    let origin = Origin::start({
        let (mended, printed) = (Arc::clone(&mended), Arc::clone(&printed));
        move |asked| match &asked.target[1..] {
            "healthy" => {
                let numbered = (1..).zip(NEWS).take(printed.load(Ordering::SeqCst));
                let items: String = numbered.map(|(n, title)| item("healthy", n, title)).collect();
                Answer::new(200, &[], rss(&items))
            }
            name if mended.load(Ordering::SeqCst) => Answer::new(200, &[], good(name)),
            name => bad(name),
        }
    })
    .await;
    let desk = Desk::new(&config(&origin));
    let daemon = desk.run();

    until_told(&desk, NEWS[0]);
    for (name, kind, words) in REFUSED {
        until(name, || fails(&desk.status(), name, kind, words).then_some(()));
    }
    for (name, words) in DAMAGED {
        until(name, || fails(&desk.status(), name, "damaged", words).then_some(()));
        let texts = texts(&desk, name);
        assert_eq!(texts[0].0, format!("{name}-1"));
        assert!(texts[0].1.ends_with("año.") && !texts[1].1.ends_with("año."), "{texts:?}");
    }
    printed.store(2, Ordering::SeqCst);
    until_told(&desk, NEWS[1]);
    check_read(&desk);
    check_told(&desk, &daemon);
    let asked = origin.asked();
    let bad: Vec<_> = REFUSED.iter().map(|r| r.0).chain(DAMAGED.map(|d| d.0)).collect();
    let conditional = asked
        .iter()
        .find(|asked| bad.contains(&&asked.target[1..]) && asked.header("if-none-match").is_some());
    assert!(conditional.is_none(), "nothing of them counts as seen: {conditional:?}");

    mended.store(true, Ordering::SeqCst);
    for name in bad.into_iter().filter(|name| *name != "gone") {
        until(name, || {
            let texts = texts(&desk, name);
            let is_whole = texts.len() == 2 && texts.iter().all(|(_, text)| text.ends_with("año."));
            (is_whole && feed(&desk.status(), name)["state"] == "ok").then_some(())
        });
        let articles = desk.export("articles");
        let matched = |a: &&Value| a["feed"] == name && a["matches"] == json!(["harbour"]);
        assert_eq!(articles.iter().filter(matched).count(), 2, "{name}");
    }
    printed.store(3, Ordering::SeqCst);
    until_told(&desk, NEWS[2]);
    let gone = origin.asked().iter().filter(|asked| asked.target == "/gone").count();
    assert_eq!((gone, &feed(&desk.status(), "gone")["state"]), (1, &json!("gone")));
    let memory = memory(&desk);
    assert!(memory < MOST_MEMORY, "{memory} kB");
    assert!(daemon.terminate().success());
    eprintln!(
        "{} bad feeds: {memory} kB at most, in {:.0?}",
        REFUSED.len() + DAMAGED.len() + READ.len(),
        begun.elapsed()
    );
}

/// What is only odd is read: entities stay as they are written, depth is flattened, and a label that
/// cannot be right is not believed.
fn check_read(desk: &Desk) {
    for name in READ.into_iter().chain(["healthy"]) {
        until(name, || {
            let is_ok = feed(&desk.status(), name)["state"] == "ok";
            (is_ok && !texts(desk, name).is_empty()).then_some(())
        });
    }
    let text = |name: &str, at: usize| texts(desk, name)[at].1.clone();
    assert!(text("laughs", 0).len() < 1000 && text("deep", 0).contains("Low tide"));
    assert!(text("deep", 1).starts_with("High tide"));
    for name in ["latin", "utf8"] {
        assert!(text(name, 1).contains("naïve, über, café, año"), "{name}: {}", text(name, 1));
    }
}

/// A person sees the problems in `status` and in the log.
fn check_told(desk: &Desk, daemon: &Running) {
    let shown = String::from_utf8(desk.answer(&["status"]).stdout).unwrap();
    assert!(shown.contains("feed `page` is failing since "), "{shown}");
    assert!(shown.contains(": not_a_feed: an HTML page titled"), "{shown}");
    assert!(daemon.log().contains("feed `page`: not_a_feed: an HTML page titled"));
    let polls = until("the short feed is polled often", || {
        feed(&desk.status(), "short")["polls"].as_u64().filter(|polls| *polls > 3)
    });
    let said = daemon.log().matches("feed `short`: damaged: the document ends too early").count();
    assert!(said > 0 && (said as u64) < polls, "not at each poll: {said} of {polls}");
}

/// The most memory that the running daemon ever had, in kB.
fn memory(desk: &Desk) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", desk.status()["pid"])).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_does_not_wait_for_a_server_that_does_not_end() {
    let origin = Origin::start(|_| {
        Answer::raw("HTTP/1.1 200 OK\r\n\r\n<rss>").then_repeat(" ", Duration::from_millis(50))
    })
    .await;
    let desk = Desk::new(&format!(
        "[fetch]\nallow = ['{}']\n[[feed]]\nname = 'endless'\nurl = '{}'\n",
        origin.address(),
        origin.url("/endless")
    ));
    let daemon = desk.run();
    until("the feed is asked for", || (!origin.asked().is_empty()).then_some(()));
    let asked = Instant::now();
    assert!(daemon.terminate().success());
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    let daemon = desk.run();
    until("it is asked for again", || (origin.asked().len() > 1).then_some(()));
    assert!(daemon.log().contains("1 polls were dropped and are done again at the next start"));
    daemon.kill();
}
