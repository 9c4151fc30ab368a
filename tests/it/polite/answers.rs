//! What becomes of an answer.

use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::support::origin::Answer;

/// A server with one answer after the other; the last one stays.
async fn in_turn(answers: Vec<fn() -> Answer>) -> Origin {
    let count = AtomicU32::new(0);
    Origin::start(move |_| {
        let at = usize::try_from(count.fetch_add(1, Ordering::SeqCst)).unwrap();
        answers[at.min(answers.len() - 1)]()
    })
    .await
}

fn document(headers: &[(&str, &str)], numbers: std::ops::Range<u64>) -> Answer {
    Answer::new(200, headers, wire::atom("post", &entries(numbers)))
}

/// Articles that are stored.
async fn stored(reader: &Reader) -> u64 {
    reader.feed().await.articles
}

#[tokio::test]
async fn not_modified_is_a_success_and_its_body_is_not_read() {
    let origin = in_turn(vec![
        || document(&[("ETag", "\"1\"")], 0..3),
        || Answer::new(500, &[], ""),
        || Answer::raw("HTTP/1.1 304 No\r\ncontent-length: 9\r\n\r\n<rss></rs"),
    ])
    .await;
    let reader = Reader::of(&origin).await;
    reader.poll().await;
    assert_eq!(reader.poll().await.state.failures, 1);
    let feed = reader.poll().await;
    assert_eq!((feed.state.failures, feed.state.problem, feed.articles), (0, None, 3));
    assert_eq!(feed.state.last_success, feed.state.last_poll);
}

#[tokio::test]
async fn not_modified_may_shorten_what_the_document_promised_and_not_lengthen_it() {
    let origin = in_turn(vec![
        || document(&[("ETag", "\"1\""), ("Cache-Control", "max-age=3600")], 0..3),
        || Answer::new(304, &[("Cache-Control", "max-age=36000")], ""),
        || Answer::new(304, &[], ""),
        || Answer::new(304, &[("Cache-Control", "max-age=60")], ""),
    ])
    .await;
    let reader = Reader::of(&origin).await;
    let mut pauses = Vec::new();
    for _ in 0..4 {
        reader.poll().await;
        pauses.push(reader.pause().await);
    }
    assert!(pauses[..3].iter().all(|pause| (60..64).contains(pause)), "{pauses:?}");
    assert!(pauses[3] < 40, "{pauses:?}");
}

#[tokio::test]
async fn what_the_document_asks_for_holds_while_it_is_not_modified() {
    let origin = in_turn(vec![
        || {
            let feed = "<rss><channel><ttl>90</ttl><item><guid>1</guid></item></channel></rss>";
            Answer::new(200, &[("ETag", "\"1\"")], feed)
        },
        || Answer::new(304, &[], ""),
    ])
    .await;
    let reader = Reader::of(&origin).await;
    for _ in 0..2 {
        reader.poll().await;
        let pause = reader.pause().await;
        assert!((90..95).contains(&pause), "{pause}");
    }
}

#[tokio::test]
async fn a_document_that_cannot_be_read_or_is_cut_leaves_the_validators_of_the_one_before() {
    let origin = in_turn(vec![
        || document(&[("ETag", "\"1\"")], 0..3),
        || Answer::new(200, &[("ETag", "\"page\"")], "<html><title>Log in</title></html>"),
        || {
            let feed = wire::atom("post", &entries(0..4));
            Answer::raw(format!(
                "HTTP/1.1 200 OK\r\nETag: \"cut\"\r\ncontent-length: 99999\r\n\r\n{feed}"
            ))
        },
        || Answer::new(200, &[("ETag", "\"empty\"")], ""),
        || document(&[("ETag", "\"2\"")], 0..5),
    ])
    .await;
    let reader = Reader::of(&origin).await;
    let mut states = Vec::new();
    for _ in 0..5 {
        let feed = reader.poll().await;
        states.push(feed.state.problem.map_or("ok".to_owned(), |problem| problem.0));
    }
    assert_eq!(states, ["ok", "not_a_feed", "damaged", "status", "ok"]);
    let asked = origin.asked();
    assert!(asked[1..].iter().all(|asked| asked.header("if-none-match") == Some("\"1\"")));
    assert_eq!(stored(&reader).await, 5);
}

#[tokio::test]
async fn the_same_entity_tag_with_another_body_is_read() {
    let origin = in_turn(vec![|| document(&[("ETag", "\"1\"")], 0..3), || {
        document(&[("ETag", "\"1\"")], 0..4)
    }])
    .await;
    let reader = Reader::of(&origin).await;
    reader.poll().await;
    assert_eq!(reader.poll().await.articles, 4);
}

#[tokio::test]
async fn a_document_that_differs_only_in_the_time_of_its_making_is_not_read_again() {
    let build = |time: &str, title: &str| {
        format!(
            "<rss><channel><lastBuildDate>{time}</lastBuildDate><item><guid>1</guid>\
             <title>{title}</title></item></channel></rss><!-- made in {time} -->"
        )
    };
    let count = AtomicU32::new(0);
    let origin = Origin::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::new(200, &[], build("now", "Crane falls")),
        1 => Answer::new(200, &[("ETag", "\"2\"")], build("then", "Crane falls")),
        _ => Answer::new(200, &[], build("later", "Crane fell")),
    })
    .await;
    let reader = Reader::of(&origin).await;
    for _ in 0..3 {
        reader.poll().await;
    }
    let outcomes: Vec<_> = reader.polls().await.into_iter().map(|poll| poll.outcome).collect();
    assert_eq!(outcomes, ["fresh", "unchanged", "fresh"]);
    assert_eq!(origin.asked()[2].header("if-none-match"), Some("\"2\""));
}

#[tokio::test]
async fn a_page_where_a_feed_was_changes_nothing() {
    let origin = in_turn(vec![
        || document(&[("ETag", "\"1\"")], 0..3),
        || Answer::new(301, &[("Location", "/login")], ""),
        || Answer::new(200, &[], "<html><head><title>Please log in</title></head></html>"),
    ])
    .await;
    let reader = Reader::of(&origin).await;
    reader.poll().await;
    let feed = reader.poll().await;
    assert_eq!(feed.state.problem.unwrap().0, "not_a_feed");
    assert_eq!((feed.articles, feed.state.habits.moved), (3, None));
    assert_eq!(feed.state.validators.etag.as_deref(), Some("\"1\""));
}

#[tokio::test]
async fn new_entries_alone_are_added_and_nothing_is_missed() {
    let origin = Origin::start(|asked| match asked.header("a-im") {
        Some("feed") => {
            let headers = [("IM", "feed"), ("ETag", "\"2\"")];
            Answer::new(226, &headers, wire::atom("post", &entries(3..4)))
        }
        _ => document(&[("ETag", "\"1\"")], 0..3),
    })
    .await;
    let reader = Reader::of(&origin).await;
    reader.poll().await;
    let feed = reader.poll().await;
    assert_eq!((feed.articles, feed.gap), (4, None));
    assert_eq!(feed.state.cadence.window_items, Some(3), "of the whole document");
    assert_eq!(feed.state.validators.etag.as_deref(), Some("\"2\""));
}

#[tokio::test]
async fn repairs_are_told_of_each_poll() {
    let origin = in_turn(vec![|| {
        let feed = "<rss><channel><item><guid>1</guid><title>Crane falls</channel></rss>";
        Answer::new(200, &[], feed)
    }])
    .await;
    let reader = Reader::of(&origin).await;
    reader.poll().await;
    let poll = reader.polls().await.remove(0);
    assert!(!poll.notes.repairs.is_empty());
    assert_eq!((poll.notes.status, poll.notes.items, poll.new_items), (Some(200), 1, 1));
}
