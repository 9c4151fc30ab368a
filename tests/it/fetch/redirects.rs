//! Being sent elsewhere.

use super::*;

fn to(status: u16, location: &str) -> Answer {
    Answer::new(status, &[("Location", location)], "elsewhere")
}

/// `/n` leads to `/n-1`, `/0` is the feed.
async fn countdown(status: u16) -> Origin {
    Origin::start(move |asked| match asked.target[1..].parse::<u32>().unwrap() {
        0 => Answer::new(200, &[], FEED),
        n => to(status, &format!("/{}", n - 1)),
    })
    .await
}

#[tokio::test]
async fn five_redirects_are_followed_and_six_are_not() {
    let origin = countdown(302).await;
    let reply = get(origin.url("/5")).await.unwrap();
    assert_eq!((reply.url, reply.moved_to), (origin.url("/0"), None));
    let (kind, detail) = problem(patient(), origin.url("/6")).await;
    assert_eq!((kind, detail.as_str()), (ProblemKind::Redirect, "more than 5 redirects"));
}

#[tokio::test]
async fn a_permanent_chain_says_where_the_feed_moved() {
    for status in [301, 308] {
        let origin = countdown(status).await;
        let reply = get(origin.url("/2")).await.unwrap();
        assert_eq!(reply.moved_to, Some(origin.url("/0")));
    }
}

#[tokio::test]
async fn a_circle_is_noticed_at_once() {
    let origin = Origin::start(|asked| match asked.target.as_str() {
        "/a" => to(301, "/b"),
        _ => to(301, "/a"),
    })
    .await;
    assert_eq!(problem(patient(), origin.url("/a")).await.0, ProblemKind::Redirect);
    assert_eq!(origin.asked().len(), 2);
}

#[tokio::test]
async fn validators_and_credentials_stay_with_their_host() {
    let target = always(200, &[], FEED).await;
    // The same server under another name.
    let elsewhere = format!("http://localhost:{}/there", target.address().port());
    let origin = Origin::start(move |asked| match asked.target.as_str() {
        "/first" => to(307, "/second"),
        _ => to(307, &elsewhere),
    })
    .await;
    let url = origin.url("/first").replace("http://", "http://me:secret@");
    let reply = get_with(patient(), url, known(Some("x"), Some("y"))).await.unwrap();
    assert_eq!(reply.status, 200);
    for asked in origin.asked() {
        assert_eq!(asked.header("if-none-match"), Some("x"));
        assert_eq!(asked.header("authorization"), Some("Basic bWU6c2VjcmV0"));
    }
    for asked in target.asked() {
        for name in ["if-none-match", "if-modified-since", "authorization"] {
            assert_eq!(asked.header(name), None);
        }
    }
    assert_eq!((origin.asked().len(), target.asked().len()), (2, 1));
}

#[tokio::test]
async fn other_protocols_are_not_followed() {
    for location in ["file:///etc/passwd", "ftp://127.0.0.1/", "javascript:1"] {
        let origin = Origin::start(move |_| to(302, location)).await;
        assert_eq!(problem(patient(), origin.url("/")).await.0, ProblemKind::Refused);
    }
}
