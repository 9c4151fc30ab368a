//! Bodies that are packed, cut, too large, or not what they are said to be.

use super::*;

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nETag: x\r\n\r\n";

#[tokio::test]
async fn compression_is_undone() {
    let zstd = zstd::encode_all(FEED.as_bytes(), 3).unwrap();
    for (coding, packed) in [("gzip", gzip(FEED.as_bytes())), ("zstd", zstd)] {
        let origin =
            Origin::start(move |_| Answer::new(200, &[("Content-Encoding", coding)], &packed))
                .await;
        let reply = get(origin.url("/")).await.unwrap();
        assert_eq!(reply.body, FEED.as_bytes());
        assert_eq!(reply.validators, Validators::default());
    }
}

#[tokio::test]
async fn a_coding_that_lies_is_seen_through() {
    for coding in ["gzip", "br", "zstd", "deflate", "gzip, gzip", "nonsense"] {
        let origin =
            Origin::start(move |_| Answer::new(200, &[("Content-Encoding", coding)], FEED)).await;
        let reply = get(origin.url("/")).await.unwrap();
        assert_eq!((reply.body.as_slice(), reply.truncated), (FEED.as_bytes(), false));
    }
}

#[tokio::test]
async fn a_bomb_is_refused() {
    let bomb = gzip(&vec![0; 10 << 20]);
    assert!(bomb.len() < 11_000, "{}", bomb.len());
    let origin =
        Origin::start(move |_| Answer::new(200, &[("Content-Encoding", "gzip")], &bomb)).await;
    assert_eq!(problem(patient(), origin.url("/")).await.0, ProblemKind::TooLarge);
}

#[tokio::test]
async fn a_large_body_is_refused_by_its_length_and_by_its_size() {
    for head in ["content-length: 60000000", "x: y"] {
        let head = format!("HTTP/1.1 200 OK\r\n{head}\r\nRetry-After: 60\r\n\r\n");
        let origin = Origin::start(move |_| {
            Answer::raw(head.clone()).then_repeat(vec![b' '; 60_000], Duration::ZERO)
        })
        .await;
        let error = get(origin.url("/")).await.unwrap_err();
        assert_eq!(error.problem.kind, ProblemKind::TooLarge);
        assert_eq!(error.hints.retry_after, Some(Duration::from_mins(1)));
    }
}

#[tokio::test]
async fn what_came_before_a_cut_is_kept_without_validators() {
    let short = format!("HTTP/1.1 200 OK\r\ncontent-length: 999\r\nETag: x\r\n\r\n{FEED}");
    let chunk = format!("{CHUNKED}{:x}\r\n{FEED}\r\n", FEED.len());
    let broken = format!("{chunk}garbage");
    for answer in [short, chunk, broken] {
        let origin = raw(answer).await;
        let reply = get(origin.url("/")).await.unwrap();
        assert!(reply.truncated);
        assert_eq!(reply.body, FEED.as_bytes());
        assert_eq!(reply.validators, Validators::default());
    }
}

#[tokio::test]
async fn a_cut_before_anything_came_is_a_failure() {
    let origin = raw("HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n").await;
    assert_eq!(problem(patient(), origin.url("/")).await.0, ProblemKind::Connect);
}
