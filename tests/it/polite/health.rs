//! How feeds are, as `status`, `feeds list` and `feeds show` tell it.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use super::*;
use crate::support::{desk::Desk, origin::Answer};

#[tokio::test]
async fn a_feed_that_has_lost_its_items_is_told_of() {
    let is_empty = Arc::new(AtomicBool::new(false));
    let shown = Arc::clone(&is_empty);
    let origin = Origin::start(move |_| {
        let numbers = if shown.load(Ordering::SeqCst) { 0..0 } else { 0..3 };
        Answer::new(200, &[], wire::atom("post", &entries(numbers)))
    })
    .await;
    let reader = Reader::of(&origin).await;
    let mut states = Vec::new();
    for poll in 0..6 {
        is_empty.store((1..5).contains(&poll), Ordering::SeqCst);
        let feed = reader.poll().await;
        states.push(feed.health(reader.context.clock.now()).state.as_str());
        assert_eq!(feed.articles, 3);
    }
    assert_eq!(states, ["ok", "ok", "ok", "quiet", "quiet", "ok"]);
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_falls_silent_is_told_of_and_a_weekly_one_is_not() {
    let daily: Vec<_> = entries(0..24);
    let weekly: Vec<_> = entries(0..8)
        .into_iter()
        .zip(1..)
        .map(|(entry, weeks)| Entry { published: hour(-7 * 24 * weeks), ..entry })
        .collect();
    let script = vec![shows("daily.example", &daily), shows("weekly.example", &weekly)];
    let watch = watch(&["daily.example", "weekly.example"], script).await;
    let mut states = Vec::new();
    for day in 1..=17 {
        watch.run(std::time::Duration::from_hours(24)).await;
        let state =
            async |name| feed(&watch.context, name).await.health(hour(24 * day)).state.as_str();
        states.push((state("daily.example").await, state("weekly.example").await));
    }
    let quiet_since = |of: fn(&(&'static str, &'static str)) -> &'static str| {
        states.iter().position(|state| of(state) == "quiet").map(|day| day + 1)
    };
    let daily = quiet_since(|state| state.0).unwrap();
    assert!((3..=5).contains(&daily), "{daily}: {states:?}");
    let weekly = quiet_since(|state| state.1).unwrap();
    assert!((14..=16).contains(&weekly), "{weekly}: {states:?}");
}

/// A desk with a feed that is well, one that is gone, one that is a page, and one that needs repair.
async fn desk() -> (Origin, Desk) {
    let origin = Origin::start(|asked| match asked.target.as_str() {
        "/well" => Answer::new(200, &[("ETag", "\"1\"")], wire::atom("post", &entries(0..3))),
        "/gone" => Answer::new(410, &[], ""),
        "/page" => Answer::new(200, &[], "<html><head><title>Log in</title></head></html>"),
        _ => Answer::new(
            200,
            &[],
            "<rss><channel><item><guid>1</guid><title>Low tide</channel></rss>",
        ),
    })
    .await;
    let feeds: String = ["well", "gone", "page", "torn"]
        .map(|name| {
            format!("[[feed]]\nname = '{name}'\nurl = '{}'\n", origin.url(&format!("/{name}")))
        })
        .concat();
    let desk = Desk::new(&format!("[fetch]\nallow = ['{}']\n{feeds}{RULE}", origin.address()));
    desk.once();
    (origin, desk)
}

fn answer(desk: &Desk, arguments: &[&str]) -> String {
    let answer = desk.answer(arguments);
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    String::from_utf8(answer.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn status_counts_the_feeds_by_how_they_are_and_says_what_happens_next() {
    let (_origin, desk) = desk().await;
    let text = answer(&desk, &["status"]);
    assert!(text.contains("feeds (4): 1 failing, 1 gone, 2 ok\n"), "{text}");
    for line in [
        "feed `gone` is gone since ",
        ": gone: the server answered 410; not asked again until its address in the configuration changes",
        "feed `page` is failing since ",
        ": not_a_feed: an HTML page titled \"Log in\", not a feed; asked again at ",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    let status = desk.status();
    assert_eq!(status["health"], serde_json::json!({"failing": 1, "gone": 1, "ok": 2}));
    let gone = &status["feeds"][0];
    assert_eq!((&gone["name"], &gone["state"]), (&"gone".into(), &"gone".into()));
    assert!(gone["due_at"].is_null() && gone["action"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_are_listed_with_how_they_are() {
    let (_origin, desk) = desk().await;
    let text = answer(&desk, &["feeds", "list"]);
    let states: Vec<_> = text
        .lines()
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(states, ["gone gone", "page failing", "torn ok", "well ok"]);
    assert!(text.contains("well                     ok             3 articles, read "), "{text}");
    let unwell = answer(&desk, &["feeds", "list", "--unwell", "--json"]);
    let names: Vec<_> = unwell
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["name"].clone())
        .collect();
    assert_eq!(names, ["gone", "page"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_shown_with_its_last_polls_and_repairs() {
    let (origin, desk) = desk().await;
    let shown: Value =
        serde_json::from_str(&answer(&desk, &["feeds", "show", "torn", "--json"])).unwrap();
    let poll = &shown["last_polls"][0];
    assert_eq!(
        (&poll["status"], &poll["items"], &poll["new_items"]),
        (&200.into(), &1.into(), &1.into())
    );
    assert_eq!(shown["due_because"], "cadence");
    let text = answer(&desk, &["feeds", "show", "torn"]);
    let repair = poll["repairs"][0].as_str().unwrap();
    assert!(text.contains(&format!("repaired in its last document: {repair}")), "{text}");
    assert!(text.contains(&origin.url("/torn")) && text.contains("  200  fresh "), "{text}");
    assert!(text.contains("(by how often it publishes)"), "{text}");

    let wrong = desk.answer(&["feeds", "show", "tron"]);
    assert_eq!(wrong.status.code(), Some(65));
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert_eq!(said, "error: there is no feed `tron`: did you mean `torn`?\n");
}
