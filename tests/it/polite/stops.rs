//! Feeds that are not asked again, or not soon.

use super::*;
use crate::support::{
    desk::{Desk, until},
    origin::Answer,
};

const DAY: std::time::Duration = std::time::Duration::from_hours(24);

/// The pauses after one answer of that status, again and again, in hours.
async fn pauses(status: u16, headers: &'static [(&str, &str)]) -> Vec<i64> {
    let origin = Origin::start(move |_| Answer::new(status, headers, "")).await;
    let reader = Reader::of(&origin).await;
    let mut pauses = Vec::new();
    for _ in 0..4 {
        reader.poll().await;
        pauses.push(reader.pause().await / 60);
    }
    pauses
}

#[tokio::test]
async fn what_is_missing_or_forbidden_is_asked_for_with_patience() {
    assert_eq!(pauses(404, &[]).await, [1, 1, 1, 2]);
    assert_eq!(pauses(403, &[]).await, [6, 6, 6, 6]);
    let blocked = pauses(403, &[("cf-mitigated", "challenge")]).await;
    assert!(blocked.iter().all(|hours| (24..=25).contains(hours)), "{blocked:?}");
}

#[tokio::test]
async fn a_bot_protection_is_told_and_not_deceived() {
    let origin =
        Origin::start(|_| Answer::new(403, &[("cf-mitigated", "challenge")], "<html>")).await;
    let reader = Reader::of(&origin).await;
    reader.poll().await;
    let health = reader.poll().await.health(reader.context.clock.now());
    assert_eq!(health.state.as_str(), "blocked");
    assert!(health.reason.contains("bot protection"), "{}", health.reason);
    for asked in origin.asked() {
        assert!(asked.header("user-agent").unwrap().starts_with("Wiredesk/"));
    }
}

#[tokio::test]
async fn what_is_gone_or_wants_credentials_is_asked_again_when_it_is_asked_otherwise() {
    for (status, state) in [(410, "gone"), (401, "blocked")] {
        let origin = Origin::start(move |asked| match asked.target.as_str() {
            "/feed" => Answer::new(status, &[], ""),
            _ => Answer::new(200, &[], wire::atom("post", &entries(0..3))),
        })
        .await;
        let reader = Reader::of(&origin).await;
        let feed = reader.poll().await;
        assert!(feed.stopped);
        assert_eq!(feed.health(hour(1)).state.as_str(), state);
        reader.later(SignedDuration::from_hours(1000));
        assert_eq!(reader.round().await, 0);
        let reader = reader.restarted().await;
        reader.later(SignedDuration::from_hours(1));
        assert_eq!(reader.round().await, 0, "a restart changes nothing");
        reader.configured(&origin.url("/new"), "").await;
        assert_eq!(reader.round().await, 1);
        assert_eq!(reader.feed().await.health(hour(1002)).state.as_str(), "ok");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_asks_a_stopped_feed_again_that_has_other_credentials() {
    let origin = Origin::start(|_| Answer::new(401, &[], "")).await;
    let desk = Desk::new(&Reader::config(&origin.url("/feed"), "interval = '1 s'"));
    let daemon = desk.run();
    let is_blocked = || (desk.status()["feeds"][0]["state"] == "blocked").then_some(());
    until("the server has refused", is_blocked);
    assert!(desk.answer(&["reload"]).status.success());
    assert_eq!(desk.status()["feeds"][0]["polls"], 1, "nothing was changed");
    let headers = "interval = '1 s'\nheaders = { x-key = 'arden' }";
    desk.configure(&Reader::config(&origin.url("/feed"), headers));
    assert!(desk.answer(&["reload"]).status.success());
    until("it is asked again", || (origin.asked().len() == 2).then_some(()));
    assert!(daemon.terminate().success());
}

#[tokio::test]
async fn a_stopped_feed_is_asked_again_when_it_is_enabled_again() {
    let origin = Origin::start(|_| Answer::new(410, &[], "")).await;
    let reader = Reader::of(&origin).await;
    reader.poll().await;
    reader
        .configured(
            &origin.url("/feed"),
            "enabled = false\n[[feed]]\nname = 'other'\nurl = 'https://other.example/'",
        )
        .await;
    reader.configured(&origin.url("/feed"), "").await;
    assert_eq!(reader.round().await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_answers_no_more_is_never_given_up() {
    for kind in [ProblemKind::Dns, ProblemKind::Status] {
        let watch = watch(&["post.example"], vec![fails("post.example", kind)]).await;
        watch.run(9 * DAY).await;
        let feed = feed(&watch.context, "post.example").await;
        // After 1, 2, 4, 8 and 16 hours, then daily: a server without validators is asked hourly.
        assert!((12..=14).contains(&feed.polls), "{kind}: {}", feed.polls);
        assert!(!feed.stopped && feed.due_at > hour(9 * 24) && feed.due_at < hour(11 * 24));
    }
}
