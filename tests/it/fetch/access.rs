//! Feeds that are asked for with keys, under another name, or through a proxy.

use super::*;

/// Settings under which `url` is asked for like this.
fn asked(url: &str, access: Access) -> Settings {
    Settings { access: [(url.to_owned(), access)].into(), ..patient() }
}

/// With a password, a key and a cookie.
fn keys() -> Access {
    let mut access = Access::default();
    access.log_in("desk", "open-sesame").unwrap();
    access.show("X-Key", "k7").unwrap();
    access.show("Cookie", "member=7").unwrap();
    access.call_yourself("Arden/1 (+desk@arden.example)").unwrap();
    access
}

fn shown(asked: &Asked) -> [Option<&str>; 4] {
    ["authorization", "x-key", "cookie", "user-agent"].map(|name| asked.header(name))
}

const KEYS: [Option<&str>; 4] = [
    Some("Basic ZGVzazpvcGVuLXNlc2FtZQ=="),
    Some("k7"),
    Some("member=7"),
    Some("Arden/1 (+desk@arden.example)"),
];

async fn fetch(settings: Settings, url: String) -> Result<Reply, FetchError> {
    get_with(settings, url, Validators::default()).await
}

#[tokio::test]
async fn keys_are_shown_for_the_feed_that_they_are_of() {
    let origin = always(200, &[], FEED).await;
    let settings = asked(&origin.url("/members"), keys());
    fetch(settings.clone(), origin.url("/members")).await.unwrap();
    fetch(settings.clone(), origin.url("/others")).await.unwrap();
    let asked = origin.asked();
    assert_eq!(shown(&asked[0]), KEYS);
    assert_eq!(shown(&asked[1]), [None, None, None, Some(settings.user_agent.as_str())]);
}

#[tokio::test]
async fn what_is_asked_for_a_feed_is_asked_as_the_feed_is() {
    let (home, abroad) = (always(200, &[], FEED).await, always(200, &[], FEED).await);
    let feed = home.url("/members");
    let fetcher = Fetcher::http(asked(&feed, keys())).unwrap();
    for origin in [&home, &abroad] {
        let (url, feed) = (origin.url("/page"), Some(feed.clone()));
        fetcher.page(&Request { url, feed, ..Request::default() }, 1 << 20).await.unwrap();
    }
    assert_eq!(shown(&home.asked()[0]), KEYS);
    assert_eq!(shown(&abroad.asked()[0]), [None, None, None, KEYS[3]]);
}

#[tokio::test]
async fn a_token_is_shown_as_one() {
    let origin = always(200, &[], FEED).await;
    let mut access = Access::default();
    access.bear("t0k3n").unwrap();
    fetch(asked(&origin.url("/"), access), origin.url("/")).await.unwrap();
    assert_eq!(origin.asked()[0].header("authorization"), Some("Bearer t0k3n"));
}

#[tokio::test]
async fn keys_follow_a_redirect_at_home_and_none_abroad_or_back_from_there() {
    let abroad = Origin::start(|asked| {
        let home = format!("http://127.0.0.1:{}/back", asked.target.trim_start_matches('/'));
        Answer::new(302, &[("Location", home.as_str())], "")
    })
    .await;
    let away = abroad.url("");
    let home = Origin::start(move |asked| {
        let port = asked.header("host").unwrap().rsplit_once(':').unwrap().1;
        let to = match asked.target.as_str() {
            "/feed" => "/moved".to_owned(),
            "/moved" => format!("{away}/{port}"),
            _ => return Answer::new(200, &[], FEED),
        };
        Answer::new(302, &[("Location", to.as_str())], "")
    })
    .await;
    let reply = fetch(asked(&home.url("/feed"), keys()), home.url("/feed")).await.unwrap();
    assert_eq!(reply.url, home.url("/back"));
    let without = [None, None, None, KEYS[3]];
    let at_home: Vec<_> =
        home.asked().iter().map(|a| (a.target.clone(), shown(a) == KEYS)).collect();
    assert_eq!(at_home, [("/feed".into(), true), ("/moved".into(), true), ("/back".into(), false)]);
    assert_eq!(shown(&home.asked()[2]), without);
    assert_eq!(shown(&abroad.asked()[0]), without);
}

#[tokio::test]
async fn a_proxy_is_asked_for_the_feeds_that_name_it() {
    let proxy = always(200, &[], FEED).await;
    let mut access = keys();
    access.go_through(&proxy.url("")).unwrap();
    let url = "http://paper.example/feed?x=1";
    // No allowance is needed for the proxy: the operator names it.
    let settings = Settings { allow: Vec::new(), ..asked(url, access) };
    let reply = fetch(settings, url.to_owned()).await.unwrap();
    assert_eq!((reply.status, reply.url.as_str()), (200, url));
    let asked = proxy.asked();
    assert_eq!((asked[0].method.as_str(), asked[0].target.as_str()), ("GET", url));
    assert_eq!(shown(&asked[0]), KEYS);
}

#[tokio::test]
async fn a_proxy_of_a_local_name_may_be_named() {
    let proxy = always(200, &[], FEED).await;
    let mut access = Access::default();
    access.go_through(&format!("http://localhost:{}", proxy.address().port())).unwrap();
    let url = "http://paper.example/feed";
    let settings = Settings { allow: Vec::new(), ..asked(url, access) };
    assert_eq!(fetch(settings, url.to_owned()).await.unwrap().status, 200);
}

#[tokio::test]
async fn secure_lines_go_through_a_tunnel_that_sees_no_keys() {
    let proxy = Origin::start(|_| Answer::new(502, &[], "")).await;
    let mut access = keys();
    access.go_through(&proxy.url("")).unwrap();
    let url = "https://paper.example/feed";
    let (kind, detail) = problem(asked(url, access), url.to_owned()).await;
    assert_eq!(kind, ProblemKind::Connect, "{detail}");
    let asked = proxy.asked();
    assert_eq!(
        (asked[0].method.as_str(), asked[0].target.as_str()),
        ("CONNECT", "paper.example:443")
    );
    assert_eq!(shown(&asked[0])[..3], [None; 3]);
}

#[tokio::test]
async fn no_proxy_is_asked_for_a_private_address() {
    let target = "http://10.0.0.1/inside";
    let proxy = Origin::start(move |_| Answer::new(302, &[("Location", target)], "")).await;
    for url in [
        "http://10.0.0.1/feed",
        "http://169.254.169.254/latest/",
        "http://[::ffff:127.0.0.1]/feed",
        "http://localhost/feed",
        "http://localhost./feed",
        "http://inside.localhost/feed",
    ] {
        let mut access = Access::default();
        access.go_through(&proxy.url("")).unwrap();
        let settings = Settings { allow: Vec::new(), ..asked(url, access) };
        assert_eq!(problem(settings, url.to_owned()).await.0, ProblemKind::Refused, "{url}");
    }
    assert!(proxy.asked().is_empty());

    let url = "http://paper.example/feed";
    let mut access = Access::default();
    access.go_through(&proxy.url("")).unwrap();
    let settings = Settings { allow: Vec::new(), ..asked(url, access) };
    assert_eq!(problem(settings, url.to_owned()).await.0, ProblemKind::Refused);
    assert_eq!(proxy.asked().len(), 1, "a redirect to one is refused too");
}
