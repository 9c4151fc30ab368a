//! Whom the pages turn away, and what they do not do.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use tower::ServiceExt as _;
use wiredesk::{store::Ended, web::router};

use super::{Pages, get, post};

#[tokio::test(start_paused = true)]
async fn only_names_of_this_machine_are_answered() {
    let pages = Pages::empty("hosts = ['Desk.example.org']").await;
    for (host, expected) in [
        ("127.0.0.1:8787", StatusCode::OK),
        ("localhost", StatusCode::OK),
        ("LOCALHOST:1", StatusCode::OK),
        ("[::1]:8787", StatusCode::OK),
        ("desk.example.org", StatusCode::OK),
        ("desk.example.org:443", StatusCode::OK),
        ("evil.example", StatusCode::MISDIRECTED_REQUEST),
        ("localhost.evil.example", StatusCode::MISDIRECTED_REQUEST),
        ("127.0.0.1.evil.example", StatusCode::MISDIRECTED_REQUEST),
        ("192.0.2.1", StatusCode::MISDIRECTED_REQUEST),
        ("", StatusCode::MISDIRECTED_REQUEST),
    ] {
        let request = Request::get("/api/v1/status").header(header::HOST, host);
        let answer = pages.ask(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, expected, "{host}");
        assert_eq!(answer.text.contains("articles"), expected == StatusCode::OK, "{host}");
    }
    let nameless = Request::get("/").body(Body::empty()).unwrap();
    assert_eq!(pages.ask(nameless).await.status, StatusCode::MISDIRECTED_REQUEST);
    let two = get("/").header(header::HOST, "evil.example").body(Body::empty()).unwrap();
    assert_eq!(pages.ask(two).await.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test(start_paused = true)]
async fn a_token_opens_everything_but_the_probes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "open-sesame\n").unwrap();
    let pages = Pages::empty(&format!("token_file = '{}'", file.display())).await;
    for path in ["/", "/api/v1/status", "/metrics", "/live", "/feed.atom", "/assets/style.css"] {
        let answer = pages.get(path).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        let ways: Vec<_> = answer.headers.get_all(header::WWW_AUTHENTICATE).iter().collect();
        assert_eq!(ways.len(), 2, "{ways:?}");
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!(pages.get(path).await.status, StatusCode::OK, "{path}");
    }
    // `desk:open-sesame`, `desk:open-sesam` and `open-sesame` as a browser sends them.
    for (given, expected) in [
        ("Bearer open-sesame", StatusCode::OK),
        ("bearer open-sesame", StatusCode::OK),
        ("Basic ZGVzazpvcGVuLXNlc2FtZQ==", StatusCode::OK),
        ("Basic ZGVzazpvcGVuLXNlc2Ft", StatusCode::UNAUTHORIZED),
        ("Basic b3Blbi1zZXNhbWU=", StatusCode::UNAUTHORIZED),
        ("Basic %%%", StatusCode::UNAUTHORIZED),
        ("Bearer open-sesame2", StatusCode::UNAUTHORIZED),
        ("Bearer ", StatusCode::UNAUTHORIZED),
        ("open-sesame", StatusCode::UNAUTHORIZED),
    ] {
        let request = get("/").header(header::AUTHORIZATION, given).body(Body::empty()).unwrap();
        assert_eq!(pages.ask(request).await.status, expected, "{given}");
    }
    assert!(!format!("{:?}", pages.site).contains("open-sesame"));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_changed_unless_that_is_allowed() {
    let pages = Pages::new("").await;
    for path in ["/deliveries/1/retry", "/stories/1/silence", "/configuration/reload"] {
        let answer = pages.ask(post(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    for path in ["/", "/rules", "/try", "/api/v1/stories", "/metrics"] {
        let answer = pages.ask(post(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
    let silences = pages.watch.context.store.read(|tx| tx.silences(jiff::Timestamp::MIN));
    assert!(silences.await.unwrap().is_empty());
    assert!(!pages.get("/stories/1").await.text.contains("<button>Tell"));
}

#[tokio::test(start_paused = true)]
async fn buttons_do_what_commands_do_and_only_for_our_own_pages() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "open-sesame").unwrap();
    let web = format!("actions = true\ntoken_file = '{}'", file.display());
    let pages = Pages::new(&web).await;
    let press = |path: &str, name: &'static str, value: &'static str| {
        post(path)
            .header(header::AUTHORIZATION, "Bearer open-sesame")
            .header(name, value)
            .body(Body::empty())
            .unwrap()
    };
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "http://evil.example"),
        ("origin", "null"),
    ] {
        let answer = pages.ask(press("/stories/1/silence", name, value)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    let answer = pages.ask(press("/stories/1/silence", "origin", "http://127.0.0.1:8787")).await;
    assert_eq!(
        (answer.status, answer.headers[header::LOCATION].to_str().unwrap()),
        (StatusCode::SEE_OTHER, "/stories/1")
    );
    let silences =
        pages.watch.context.store.read(|tx| tx.silences(jiff::Timestamp::MIN)).await.unwrap();
    assert_eq!(silences.len(), 1);
    assert_eq!(silences[0].0.until.duration_since(silences[0].0.made_at).as_hours(), 24);

    let retry = pages.ask(press("/deliveries/1/retry", "sec-fetch-site", "same-origin")).await;
    assert_eq!(retry.status, StatusCode::CONFLICT, "it was sent: {}", retry.text);
    let retry = pages.ask(press("/deliveries/99/retry", "sec-fetch-site", "same-origin")).await;
    assert_eq!(retry.status, StatusCode::NOT_FOUND);

    let reload = pages.ask(press("/configuration/reload", "sec-fetch-site", "same-origin")).await;
    assert_eq!(reload.status, StatusCode::SEE_OTHER);
    tokio::time::timeout(std::time::Duration::from_secs(1), pages.reload.notified()).await.unwrap();
    assert_eq!(Ended::Sent { reply: String::new() }.as_str(), "sent");
}

#[tokio::test(start_paused = true)]
async fn more_streams_than_there_is_room_for_are_told_so() {
    let pages = Pages::empty("").await;
    let mut open = Vec::new();
    for _ in 0..32 {
        let request = get("/live").body(Body::empty()).unwrap();
        let answer = router(pages.site.clone()).oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        open.push(answer);
    }
    assert_eq!(pages.get("/live").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(pages.get("/").await.status, StatusCode::OK, "streams take no room from pages");
    open.pop();
    let request = get("/live").body(Body::empty()).unwrap();
    let answer = router(pages.site.clone()).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_stops_says_so() {
    let pages = Pages::empty("").await;
    pages.stop.cancel();
    let answer = pages.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text.contains("the daemon is stopping"), "{}", answer.text);
}
