//! The real binary and the pages behind short items: what it says of them, and `kill -9` meanwhile.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};
use wiredesk::clock::Clock;

use crate::support::{
    desk::{Desk, until},
    origin::{Answer, Asked, Origin},
    wire::{self, Dice, headline},
};

const SEED: u64 = 0x9a6e5;
const KILLS: u64 = 40;
/// Items that the paper prints in each life.
const ITEMS: u64 = 3;
/// Items that its feed shows: a life may be too short for a poll.
const SHOWN: u64 = 60;

const TEASER: &str = "Read how it came.";
/// What a page has that its item has not; every second one.
const REST: &str = "The harbour was closed.";

fn text(number: u64) -> String {
    let rest = if number.is_multiple_of(2) { REST } else { "Nobody was hurt." };
    format!("{}\n\n{rest}", wire::text(number))
}

fn rss(items: impl IntoIterator<Item = (String, String)>) -> String {
    let now = Clock::System.now();
    let mut feed = "<rss version='2.0'><channel><title>Arden Post</title>".to_owned();
    for (link, title) in items {
        let (_, id) = link.rsplit_once('/').unwrap();
        write!(
            feed,
            "<item><guid isPermaLink='false'>{id}</guid><link>{link}</link><title>{title}</title>\
             <description>{TEASER}</description><pubDate>{now}</pubDate></item>"
        )
        .unwrap();
    }
    feed + "</channel></rss>"
}

fn html(title: &str, text: &str) -> String {
    let paragraphs = text.replace("\n\n", "</p><p>");
    format!(
        "<html><title>{title}</title><article><h1>{title}</h1><p>{paragraphs}</p></article></html>"
    )
}

fn config(origin: &Origin) -> String {
    format!(
        "[fetch]\nallow = ['{}']\n[[feed]]\nname = 'post'\nurl = '{}'\ninterval = '1 s'\n\
         [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\nwait = '0 s'\n\
         [[rule]]\nname = 'harbour'\nquery = 'harbour'\nnotify = ['desk']\n",
        origin.address(),
        origin.url("/feed")
    )
}

/// The page at `/p/NUMBER`, if that is what was asked for.
fn number(asked: &Asked) -> Option<u64> {
    asked.target.strip_prefix("/p/")?.parse().ok()
}

/// Whether a page was claimed when the daemon was killed.
fn was_reading(desk: &Desk) -> bool {
    let file = desk.data().join("wiredesk.db");
    let Ok(file) = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY) else {
        return false;
    };
    let claimed = "SELECT EXISTS (SELECT 1 FROM page WHERE claimed = 1)";
    file.query_row(claimed, [], |row| row.get(0)).unwrap_or(false)
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_while_articles_wait_for_their_pages_lose_nothing_and_tell_once() {
    let printed = Arc::<AtomicU64>::default();
    let origin = Origin::start({
        let printed = Arc::clone(&printed);
        move |asked| {
            let root = format!("http://{}/p", asked.header("host").unwrap());
            match (asked.target.as_str(), number(asked)) {
                ("/feed", _) => {
                    let last = printed.load(Ordering::SeqCst);
                    let items = last.saturating_sub(SHOWN)..last;
                    Answer::new(200, &[], rss(items.map(|n| (format!("{root}/{n}"), headline(n)))))
                }
                (_, Some(number)) => Answer::new(200, &[], html(&headline(number), &text(number))),
                _ => Answer::new(404, &[], ""),
            }
        }
    })
    .await;
    let desk = Desk::new(&config(&origin));
    // The first poll is a baseline, and finds nothing.
    desk.once();
    let (mut dice, mut reading) = (Dice(SEED), 0);
    for life in 0..KILLS {
        printed.fetch_add(ITEMS, Ordering::SeqCst);
        let mut daemon = desk.start();
        until("the daemon watches", || daemon.watches().then_some(()));
        // Every second life ends when a page is being read, however slow the machine is.
        for _ in 0..dice.roll(0..400) {
            if life.is_multiple_of(2) && was_reading(&desk) {
                break;
            }
            thread::sleep(Duration::from_millis(2));
        }
        daemon.kill();
        reading += u32::from(was_reading(&desk));
    }
    let daemon = desk.run();
    until("everything is stored and told", || {
        let status = desk.status();
        let quiet = status["articles"] == KILLS * ITEMS
            && status["waiting"] == 0
            && status["deliveries"]["due"] == 0;
        quiet.then_some(())
    });
    assert!(daemon.terminate().success());

    let articles = desk.export("articles");
    let items: BTreeSet<_> = articles.iter().map(|article| article["raw_id"].to_string()).collect();
    assert_eq!(items.len(), articles.len(), "each item once");
    let (mut full, mut told) = (0, 0);
    for article in &articles {
        let number = article["raw_id"].as_str().unwrap().parse().unwrap();
        if article["text"] == text(number) {
            full += 1;
            told += usize::from(text(number).ends_with(REST));
        } else {
            // A machine that is slow may let two minutes pass.
            assert_eq!(article["text"], TEASER, "{article}");
        }
    }
    assert_eq!(desk.export("alerts").len(), told);
    let ids: BTreeSet<_> = desk
        .mails()
        .iter()
        .map(|mail| {
            let mail = mail_parser::MessageParser::default().parse(mail).unwrap();
            mail.message_id().unwrap().to_owned()
        })
        .collect();
    assert_eq!(ids.len(), told);
    eprintln!(
        "{KILLS} kills, seed {SEED:#x}: {reading} while a page was claimed; {full} of {} pages came",
        articles.len()
    );
    assert!(reading >= 5 && 2 * full > articles.len(), "{reading}, {full}");
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_and_status_say_what_came_of_a_page() {
    let origin = Origin::start(|asked| {
        let root = format!("http://{}/p", asked.header("host").unwrap());
        match (asked.target.as_str(), number(asked)) {
            ("/feed", _) => {
                Answer::new(200, &[], rss((1..4).map(|n| (format!("{root}/{n}"), headline(n)))))
            }
            ("/robots.txt", _) => Answer::new(200, &[], "User-agent: wiredesk\nDisallow: /p/3"),
            (_, Some(1)) => Answer::new(301, &[("location", "/q/1")], ""),
            ("/q/1", _) => Answer::new(200, &[], html(&headline(1), &text(1))),
            (_, Some(2)) => Answer::new(402, &[], "for subscribers"),
            (_, Some(number)) => Answer::new(200, &[], html(&headline(number), &text(number))),
            _ => Answer::new(404, &[], ""),
        }
    })
    .await;
    let desk = Desk::new(&config(&origin));
    desk.once();
    for (number, said) in [
        (1, "text       of its page (http://"),
        (2, "the feed's; its page is not used (http://"),
        (2, "the server answered 402"),
        (3, "its site does not allow it (robots.txt)"),
    ] {
        let answer = desk.answer(&["explain", &origin.url(&format!("/p/{number}"))]);
        let answer = String::from_utf8(answer.stdout).unwrap();
        assert!(answer.contains(said), "{answer}");
    }
    let answer = desk.answer(&["explain", "--json", &origin.url("/p/2")]);
    let answer: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(answer["page"]["note"], "the server answered 402");
    assert_eq!((&answer["page"]["used"], &answer["page"]["attempts"]), (&false.into(), &1.into()));
    let mut asked = origin.asked();
    asked.retain(|a| a.target.starts_with("/p/") || a.target.starts_with("/q/"));
    assert_eq!(asked.len(), 3, "each once, and what is not allowed never");
    assert!(asked.iter().all(|a| a.header("accept").unwrap().starts_with("text/html")));
    assert!(asked.iter().all(|a| a.header("cookie").is_none() && a.header("a-im").is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_waits_is_shown_and_is_no_article_yet() {
    let origin = Origin::start(|asked| {
        let root = format!("http://{}/p", asked.header("host").unwrap());
        match asked.target.as_str() {
            "/feed" => Answer::new(200, &[], rss([(format!("{root}/1"), headline(1))])),
            "/p/1" => Answer::raw("HTTP/1.1 200 OK\r\n\r\n<html>").then_silence(),
            _ => Answer::new(404, &[], ""),
        }
    })
    .await;
    let desk = Desk::new(&config(&origin));
    let daemon = desk.run();
    until("the page is asked for", || {
        origin.asked().iter().any(|asked| asked.target == "/p/1").then_some(())
    });
    let status = desk.status();
    assert_eq!((&status["articles"], &status["waiting"]), (&0.into(), &1.into()));
    let answer = String::from_utf8(desk.answer(&["status"]).stdout).unwrap();
    assert!(answer.contains("waiting for their page: 1 more"), "{answer}");
    let answer = desk.answer(&["explain", &origin.url("/p/1")]);
    let answer = String::from_utf8(answer.stdout).unwrap();
    assert!(answer.starts_with(&format!("no article yet: {}", headline(1))), "{answer}");
    assert!(answer.contains("tried 1 times"), "{answer}");
    let answer = desk.answer(&["explain", "--json", &origin.url("/p/1")]);
    let answer: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(answer["page"]["waits"], true);
    daemon.kill();
}
