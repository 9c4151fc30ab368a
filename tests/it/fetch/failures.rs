//! No answer, or nothing that deserves the name.

use super::*;

#[tokio::test]
async fn silence_before_and_in_the_answer_has_an_end() {
    for begun in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n<rss"] {
        let origin = Origin::start(move |_| Answer::raw(begun).then_silence()).await;
        let (kind, detail) = problem(hasty(), origin.url("/")).await;
        assert_eq!((kind, detail.as_str()), (ProblemKind::Timeout, "the server fell silent"));
    }
}

#[tokio::test]
async fn a_trickle_has_an_end() {
    for begun in ["HTTP/1.1 200 OK\r\nx: ", "HTTP/1.1 200 OK\r\n\r\n"] {
        let origin =
            Origin::start(move |_| Answer::raw(begun).then_repeat("y", Duration::from_millis(10)))
                .await;
        let settings = Settings { total_timeout: Duration::from_millis(400), ..patient() };
        let (kind, detail) = problem(settings, origin.url("/")).await;
        assert_eq!(kind, ProblemKind::Timeout);
        assert_eq!(detail, "the whole answer took longer than 400ms");
    }
}

#[tokio::test]
async fn headers_without_end_are_not_collected() {
    let origin = Origin::start(|_| {
        let line = format!("x: {}\r\n", "y".repeat(1000));
        Answer::raw("HTTP/1.1 200 OK\r\n").then_repeat(line.repeat(20), Duration::ZERO)
    })
    .await;
    assert_eq!(problem(patient(), origin.url("/")).await.0, ProblemKind::Protocol);
}

#[tokio::test]
async fn what_is_not_http_is_called_so() {
    let origin = raw("220 mail.example ESMTP\r\n").await;
    assert_eq!(problem(patient(), origin.url("/")).await.0, ProblemKind::Protocol);
}

#[tokio::test]
async fn a_connection_that_is_closed_unanswered_is_a_failure() {
    let origin = raw("").await;
    let (kind, detail) = problem(patient(), origin.url("/")).await;
    assert_eq!(kind, ProblemKind::Connect);
    assert!(detail.starts_with("the connection was cut"), "{detail}");
}

#[tokio::test]
async fn nobody_at_home_is_a_failure() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/feed?token=hush", listener.local_addr().unwrap());
    drop(listener);
    let (kind, detail) = problem(patient(), url).await;
    assert_eq!(kind, ProblemKind::Connect);
    assert_eq!(detail, "no connection: connection refused");
}

#[tokio::test]
async fn a_name_that_cannot_be_is_not_resolved() {
    // Too long for a label, so that no name server is asked.
    let url = format!("http://{}.example/", "a".repeat(64));
    let (kind, detail) = problem(patient(), url).await;
    assert_eq!(kind, ProblemKind::Dns);
    assert_eq!(detail, "the name could not be resolved");
}

#[tokio::test]
async fn what_is_not_an_address_is_refused() {
    for url in ["", "paper.example/feed", "http://", "http://exa mple/", "file:///etc/passwd"] {
        assert_eq!(problem(patient(), url.to_owned()).await.0, ProblemKind::Refused, "{url}");
    }
}
