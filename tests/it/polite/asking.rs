//! What is asked, when, and with what.

use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::support::{desk::Desk, origin::Answer};

/// A server that answers the n-th request by what `answer` makes of n, from 0 on.
async fn numbered(answer: impl Fn(u32) -> Answer + Send + Sync + 'static) -> Origin {
    let count = AtomicU32::new(0);
    Origin::start(move |_| answer(count.fetch_add(1, Ordering::SeqCst))).await
}

fn document(headers: &[(&str, &str)], numbers: std::ops::Range<u64>) -> Answer {
    Answer::new(200, headers, wire::atom("post", &entries(numbers)))
}

#[tokio::test]
async fn the_second_poll_is_conditional() {
    let origin = Origin::start(|asked| match asked.header("if-none-match") {
        Some("W/\"1\"") => Answer::new(304, &[], ""),
        _ => document(&[("ETag", "W/\"1\"")], 0..3),
    })
    .await;
    let reader = Reader::of(&origin).await;
    for _ in 0..3 {
        reader.poll().await;
    }
    let outcomes: Vec<_> = reader.polls().await.into_iter().map(|poll| poll.outcome).collect();
    assert_eq!(outcomes, ["not_modified", "not_modified", "fresh"]);
}

#[tokio::test]
async fn a_restart_asks_nobody_earlier_and_asks_with_what_was_known() {
    let origin = numbered(|n| match n {
        0 => document(&[("ETag", "\"1\"")], 0..3),
        _ => Answer::new(304, &[], ""),
    })
    .await;
    let reader = Reader::of(&origin).await;
    let due = reader.poll().await.due_at;
    let reader = reader.restarted().await;
    assert_eq!((reader.round().await, reader.feed().await.due_at), (0, due));
    reader.poll().await;
    assert_eq!(origin.asked().last().unwrap().header("if-none-match"), Some("\"1\""));
    assert_eq!(origin.asked().len(), 2);
}

#[tokio::test]
async fn another_interval_keeps_validators_and_another_address_drops_them() {
    let origin = numbered(|_| document(&[("ETag", "\"1\"")], 0..3)).await;
    let reader = Reader::of(&origin).await;
    let due = reader.poll().await.due_at;
    reader.configured(&origin.url("/feed"), "interval = '2 h'\ntags = ['world']").await;
    assert_eq!(reader.feed().await.due_at, due);
    reader.poll().await;
    assert_eq!(origin.asked().last().unwrap().header("if-none-match"), Some("\"1\""));
    reader.configured(&origin.url("/other"), "").await;
    reader.poll().await;
    let asked = origin.asked();
    assert_eq!(asked.last().unwrap().target, "/other");
    assert_eq!(asked.last().unwrap().header("if-none-match"), None);
}

#[tokio::test]
async fn validators_are_sent_where_nothing_may_be_stored() {
    for headers in [("Expires", "0"), ("Cache-Control", "no-store"), ("Cache-Control", "no-cache")]
    {
        let origin = numbered(move |_| document(&[headers, ("Last-Modified", "then")], 0..3)).await;
        let reader = Reader::of(&origin).await;
        reader.poll().await;
        reader.poll().await;
        assert_eq!(origin.asked()[1].header("if-modified-since"), Some("then"), "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_by_hand_asks_only_what_is_due() {
    let origin = numbered(|_| document(&[("ETag", "\"1\"")], 0..3)).await;
    let desk = Desk::new(&Reader::config(&origin.url("/feed"), ""));
    desk.once();
    desk.once();
    assert_eq!(origin.asked().len(), 1);
}

#[tokio::test]
async fn a_failing_server_is_asked_once_at_a_time() {
    let origin = numbered(|n| match n {
        0 | 2 => Answer::raw(""),
        1 => Answer::new(503, &[], ""),
        _ => Answer::raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"),
    })
    .await;
    let reader = Reader::of(&origin).await;
    let mut pauses = Vec::new();
    for poll in 1..=4 {
        reader.poll().await;
        assert_eq!(origin.asked().len(), poll);
        pauses.push(reader.pause().await);
    }
    assert!(pauses.is_sorted() && pauses[0] >= 15 && pauses[3] >= 8 * pauses[0] - 8, "{pauses:?}");
}

#[tokio::test]
async fn nothing_but_the_feed_is_asked_for() {
    let page = "<html><head><link rel='alternate' type='application/rss+xml' href='/other'>\
                <link rel='icon' href='/icon.png'></head></html>";
    let origin = numbered(move |n| match n {
        0 => document(&[], 0..3),
        _ => Answer::new(200, &[("Content-Type", "text/html")], page),
    })
    .await;
    let reader = Reader::of(&origin).await;
    reader.poll().await;
    reader.poll().await;
    let asked: Vec<_> = origin
        .asked()
        .into_iter()
        .map(|asked| format!("{} {}", asked.method, asked.target))
        .collect();
    assert_eq!(asked, ["GET /feed", "GET /feed"], "no robots.txt, no icon, no page, no HEAD");
}

#[tokio::test]
async fn the_pause_is_counted_from_the_start_and_only_lengthened() {
    let origin = numbered(|_| document(&[("ETag", "\"1\"")], 0..3)).await;
    let reader = Reader::at(&origin.url("/feed")).await;
    reader.configured(&origin.url("/feed"), "interval = '1 h'").await;
    for _ in 0..5 {
        reader.poll().await;
    }
    let polls = reader.polls().await;
    for pair in polls.windows(2) {
        let pause = pair[0].at.duration_since(pair[1].at);
        assert!((3600..3790).contains(&pause.as_secs()), "{pause:#}");
    }
}
