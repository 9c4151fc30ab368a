//! Asking again, with what the server gave last time.

use super::*;

fn conditions(asked: &Asked) -> [Option<&str>; 3] {
    ["if-none-match", "if-modified-since", "a-im"].map(|name| asked.header(name))
}

#[tokio::test]
async fn validators_are_sent_back_as_they_came_and_none_is_invented() {
    let origin = always(304, &[], "").await;
    for (validators, sent) in [
        (known(Some("W/\"x\""), Some("then")), [Some("W/\"x\""), Some("then"), Some("feed")]),
        (known(Some("bare"), None), [Some("bare"), None, Some("feed")]),
        (known(None, Some("2026-09-21")), [None, Some("2026-09-21"), None]),
    ] {
        get_with(patient(), origin.url("/"), validators).await.unwrap();
        assert_eq!(conditions(origin.asked().last().unwrap()), sent);
    }
}

#[tokio::test]
async fn not_modified_keeps_what_it_does_not_replace() {
    let headers = &[("ETag", "\"b\""), ("Cache-Control", "max-age=60")];
    let origin = always(304, headers, "").await;
    let reply = get_with(patient(), origin.url("/"), known(Some("\"a\""), Some("then"))).await;
    let reply = reply.unwrap();
    assert_eq!((reply.status, reply.body.len()), (304, 0));
    assert_eq!(reply.validators, known(Some("\"b\""), Some("then")));
    assert_eq!(reply.hints.fresh_for, Some(Duration::from_mins(1)));
}

#[tokio::test]
async fn not_modified_without_being_asked_is_no_answer() {
    let origin = always(304, &[], "").await;
    let (kind, detail) = problem(patient(), origin.url("/")).await;
    assert_eq!((kind, detail.as_str()), (ProblemKind::Status, "the server answered 304"));
}

#[tokio::test]
async fn a_document_without_validators_clears_them() {
    let origin = always(200, &[], FEED).await;
    let reply = get_with(patient(), origin.url("/"), known(Some("a"), Some("b"))).await.unwrap();
    assert_eq!(reply.validators, Validators::default());
}

#[tokio::test]
async fn new_entries_alone_are_a_document_when_granted() {
    let granted = always(226, &[("IM", "feed")], FEED).await;
    let reply = get_with(patient(), granted.url("/"), known(Some("a"), None)).await.unwrap();
    assert_eq!((reply.status, reply.body.as_slice()), (226, FEED.as_bytes()));
    let other = always(226, &[("IM", "vcdiff")], "xyz").await;
    assert_eq!(problem(patient(), other.url("/")).await.0, ProblemKind::Status);
}
