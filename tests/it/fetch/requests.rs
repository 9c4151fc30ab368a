//! What a request says, and what a whole answer brings.

use super::*;

#[tokio::test]
async fn a_document_comes_with_all_that_was_said_about_it() {
    let headers = &[
        ("ETag", "W/\"odd \u{e9}\""),
        ("Last-Modified", "yesterday"),
        ("Content-Type", "application/rss+xml; charset=utf-8"),
        ("Cache-Control", "max-age=1200"),
        ("Age", "200"),
    ];
    let origin = always(200, headers, FEED).await;
    let reply = get(origin.url("/feed")).await.unwrap();
    assert_eq!((reply.status, reply.truncated), (200, false));
    assert_eq!(reply.body, FEED.as_bytes());
    assert_eq!(reply.content_type.as_deref(), Some("application/rss+xml; charset=utf-8"));
    assert_eq!(reply.validators.etag.as_deref(), Some("W/\"odd \u{e9}\""));
    assert_eq!(reply.validators.last_modified.as_deref(), Some("yesterday"));
    assert_eq!(reply.peer, Some(origin.address().ip()));
    let fresh_for = Some(Duration::from_secs(1000));
    assert_eq!(reply.hints, Hints { fresh_for, ..Hints::default() });
    assert_eq!((reply.url, reply.moved_to), (origin.url("/feed"), None));
}

#[tokio::test]
async fn the_address_is_requested_byte_for_byte() {
    let origin = always(200, &[], FEED).await;
    let target = "/a//B/%7euser;v=1/?x=&y=%2f&utm_source=z&q=a+b&x=2";
    get(origin.url(&format!("{target}#top"))).await.unwrap();
    assert_eq!(origin.asked()[0].target, target);
}

#[tokio::test]
async fn a_request_says_who_asks_and_nothing_else() {
    let origin = Origin::start(|asked| match asked.target.as_str() {
        "/feed" => Answer::new(302, &[("Location", "/there"), ("Set-Cookie", "id=1")], ""),
        _ => Answer::new(200, &[("Set-Cookie", "id=2")], FEED),
    })
    .await;
    let fetcher = Fetcher::http(Settings { user_agent: "Desk/1".to_owned(), ..patient() });
    let request = Request { url: origin.url("/feed"), ..Request::default() };
    let fetcher = fetcher.unwrap();
    fetcher.get(&request).await.unwrap();
    fetcher.get(&request).await.unwrap();
    assert_eq!(origin.asked().len(), 4);
    for asked in origin.asked() {
        assert_eq!(asked.method, "GET");
        assert_eq!(asked.header("user-agent"), Some("Desk/1"));
        assert_eq!(asked.header("accept-encoding"), Some("gzip, br, zstd"));
        for absent in
            ["cookie", "referer", "from", "cache-control", "pragma", "if-none-match", "a-im"]
        {
            assert_eq!(asked.header(absent), None, "{absent}");
        }
    }
}

#[tokio::test]
async fn one_connection_serves_several_requests() {
    let origin = always(200, &[], FEED).await;
    let fetcher = Fetcher::http(patient()).unwrap();
    for path in ["/a", "/b", "/c"] {
        let request = Request { url: origin.url(path), ..Request::default() };
        assert_eq!(fetcher.clone().get(&request).await.unwrap().status, 200);
    }
    assert_eq!(origin.asked().len(), 3);
}
