//! Addresses that must not be reached, and those that may.

use super::*;

/// Settings that allow one port of the loopback.
fn only(origin: &Origin) -> Settings {
    let allow = vec![origin.address().to_string().parse().unwrap()];
    Settings { allow, ..patient() }
}

#[tokio::test]
async fn an_address_that_is_not_public_is_not_contacted() {
    let origin = always(200, &[], FEED).await;
    let port = origin.address().port();
    for host in
        ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "0"]
    {
        let url = format!("http://{host}:{port}/feed?token=hush");
        let (kind, detail) = problem(Settings::default(), url).await;
        assert_eq!(kind, ProblemKind::Refused, "{host}: {detail}");
        assert!(detail.contains("not public") || detail.contains("not a public"), "{detail}");
        assert!(!detail.contains("hush"));
    }
    assert!(origin.asked().is_empty());
}

#[tokio::test]
async fn an_allowed_port_is_reached_by_address_and_by_name() {
    let origin = always(200, &[], FEED).await;
    for host in ["127.0.0.1", "localhost", "2130706433"] {
        let url = format!("http://{host}:{}/", origin.address().port());
        let reply = get_with(only(&origin), url, Validators::default()).await;
        assert_eq!(reply.unwrap().status, 200, "{host}");
    }
}

#[tokio::test]
async fn an_allowed_port_opens_no_other() {
    let (origin, other) = (always(200, &[], FEED).await, always(200, &[], FEED).await);
    for host in ["127.0.0.1", "localhost"] {
        let url = format!("http://{host}:{}/", other.address().port());
        assert_eq!(problem(only(&origin), url).await.0, ProblemKind::Refused, "{host}");
    }
    assert!(other.asked().is_empty());
}

#[tokio::test]
async fn a_redirect_opens_no_address_and_no_name() {
    let inside = always(200, &[], "secret").await;
    for host in ["127.0.0.1", "localhost"] {
        let target = format!("http://{host}:{}/", inside.address().port());
        let origin = Origin::start(move |_| Answer::new(302, &[("Location", &target)], "")).await;
        let (kind, _) = problem(only(&origin), origin.url("/")).await;
        assert_eq!(kind, ProblemKind::Refused, "{host}");
        assert_eq!(origin.asked().len(), 1);
    }
    assert!(inside.asked().is_empty());
}

#[test]
fn settings_know_what_they_allow_and_refuse() {
    let settings = patient();
    assert!(settings.allows("http://127.0.0.1:9/x") && settings.allows("http://localhost/"));
    assert!(!settings.allows("http://paper.example/") && !settings.allows("nonsense"));
    assert_eq!(settings.refuses("https://paper.example/feed"), None);
    assert_eq!(settings.refuses("http://127.0.0.1:9/x"), None);
    for refused in ["http://10.0.0.1/", "file:///feed", "nonsense", "http://0x7f000002/"] {
        assert_eq!(settings.refuses(refused).unwrap().kind, ProblemKind::Refused, "{refused}");
    }
}
