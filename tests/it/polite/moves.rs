//! Feeds that move.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::support::origin::{Answer, Asked};

/// A server whose `/feed` sends on to `/new`, with this status.
async fn moved(status: u16, closed: Arc<AtomicBool>) -> Origin {
    Origin::start(move |asked: &Asked| match asked.target.as_str() {
        "/feed" if !closed.load(Ordering::SeqCst) => {
            Answer::new(status, &[("Location", "/new")], "")
        }
        "/new" if closed.load(Ordering::SeqCst) => Answer::new(404, &[], ""),
        _ => Answer::new(200, &[("ETag", "\"1\"")], wire::atom("post", &entries(0..3))),
    })
    .await
}

/// A reader that has watched for two days and a half.
async fn watched(url: &str) -> Reader {
    let reader = Reader::at(url).await;
    while reader.context.clock.now() < hour(60) {
        reader.poll().await;
    }
    reader
}

#[tokio::test]
async fn a_permanent_move_is_believed_after_two_days_and_taken_back_when_it_fails() {
    let closed = Arc::new(AtomicBool::new(false));
    let origin = moved(308, Arc::clone(&closed)).await;
    let reader = watched(&origin.url("/feed")).await;
    let feed = reader.feed().await;
    let moved = feed.state.habits.moved.unwrap();
    assert_eq!((moved.to, moved.settled), (origin.url("/new"), true));
    assert_eq!(feed.url, origin.url("/feed"), "the configuration is the operator's");
    assert_eq!(feed.articles, 3);
    let last = origin.asked().pop().unwrap();
    assert_eq!((last.target.as_str(), last.header("if-none-match")), ("/new", Some("\"1\"")));
    let old = origin.asked().into_iter().filter(|asked| asked.target == "/feed").count();
    reader.poll().await;
    let again = origin.asked().into_iter().filter(|asked| asked.target == "/feed").count();
    assert_eq!(old, again, "the old address is not asked any more");

    closed.store(true, Ordering::SeqCst);
    assert_eq!(reader.poll().await.state.problem.unwrap().0, "not_found");
    reader.poll().await;
    assert_eq!(origin.asked().pop().unwrap().target, "/feed");
    assert_eq!(reader.feed().await.state.problem, None);
}

#[tokio::test]
async fn a_temporary_redirect_is_followed_each_time() {
    for status in [302, 303, 307] {
        let origin = moved(status, Arc::default()).await;
        let reader = watched(&origin.url("/feed")).await;
        assert_eq!(reader.feed().await.state.habits.moved, None, "{status}");
        let asked = origin.asked();
        assert_eq!(asked[asked.len() - 2].target, "/feed", "{status}");
    }
}

#[tokio::test]
async fn credentials_in_an_address_are_not_left_behind() {
    let origin = moved(301, Arc::default()).await;
    let url = origin.url("/feed").replace("http://", "http://me:secret@");
    let reader = watched(&url).await;
    assert_eq!(reader.feed().await.state.habits.moved, None);
    assert!(origin.asked().iter().all(|asked| asked.header("authorization").is_some()));
}
