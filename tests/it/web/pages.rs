//! Every page: there, whole, and without the markup of others.

use axum::http::{StatusCode, header};
use wiredesk::{model::StoryId, parse};

use super::Pages;
use crate::pipeline::start;

/// Every page that is HTML.
const PAGES: [&str; 17] = [
    "/",
    "/?rule=harbour",
    "/?feed=courier&rule=harbour",
    "/?agency=nobody",
    "/stories/1",
    "/stories/2",
    "/articles/1",
    "/articles/1?rule=harbour",
    "/rules",
    "/rules/harbour",
    "/try",
    "/try?query=crane+AND+harbour&days=1",
    "/feeds",
    "/feeds/post",
    "/deliveries?state=sent",
    "/problems",
    "/configuration",
];

#[tokio::test(start_paused = true)]
async fn every_page_is_there_whole_and_says_what_a_browser_must_know() {
    let pages = Pages::new("").await;
    for path in PAGES {
        let answer = pages.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        let said = |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!(said("content-type"), Some("text/html; charset=utf-8"), "{path}");
        assert_eq!(said("cache-control"), Some("no-store"), "{path}");
        assert_eq!(said("x-content-type-options"), Some("nosniff"), "{path}");
        let policy = said("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{path}");
        let text = &answer.text;
        for (part, times) in [("<h1", 1), ("<main", 1), ("<nav", 1), ("lang=\"en\"", 1)] {
            assert_eq!(text.matches(part).count(), times, "{part} in {path}");
        }
        for never in [
            "<script>",
            " style=",
            " onclick=",
            "onerror=alert(1)>",
            "<b>harbour",
            "secret-address",
        ] {
            assert!(!text.contains(never), "{never} in {path}: {text}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn pages_show_what_happened() {
    let pages = Pages::new("").await;
    let mut faults = Vec::new();
    for (path, parts) in [
        (
            "/",
            &[
                "CORRECTED: Crane falls",
                "courier, post",
                "harbour ✓ told",
                "2 carriers",
                "Quay closed",
                "data-live=\"/live?after=",
            ][..],
        ),
        ("/?rule=harbour", &["Crane falls"]),
        ("/articles/1", &["told, the first of its story", "Decided: "]),
        ("/?rule=idle", &["There is no such story."]),
        (
            "/stories/1",
            &[
                "Big crane down",
                "<mark>",
                "fell <ins>",
                "verbatim, 100 %",
                "first match",
                "corrected",
                "sent</span>",
            ],
        ),
        (
            "/articles/2?rule=harbour",
            &["<mark>crane</mark>", "✓ true", "$port AND crane", "Versions"],
        ),
        ("/rules", &["href=\"/rules/idle\"", "never", "2 in 30 days"]),
        (
            "/rules/harbour",
            &[
                "The &lt;b&gt;harbour&lt;/b&gt;",
                "$port AND crane",
                "– corrected",
                "/try?query=%24port%20AND%20crane",
            ],
        ),
        ("/feeds", &["2 feeds, 0 of them to look at.", "href=\"/feeds/courier\""]),
        ("/feeds/post", &["the interval of the configuration", "fresh"]),
        ("/deliveries", &["story 1", "desk"]),
        ("/problems", &["No problems", "2 ok"]),
        ("/configuration", &["Configuration 1", "$port", "harbour OR quay", "is told by"]),
    ] {
        let answer = pages.get(path).await;
        let missing = parts.iter().filter(|part| !answer.text.contains(**part));
        let missing: Vec<_> = missing.collect();
        if !missing.is_empty() {
            faults.push(format!("{missing:?} in {path}: {}", answer.text));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    let filtered = pages.get("/?rule=harbour").await.text;
    assert!(!filtered.contains("Quay closed"), "{filtered}");
}

#[tokio::test(start_paused = true)]
async fn a_query_is_tried_while_it_is_typed() {
    let pages = Pages::new("").await;
    let wrong = pages.get("/try/answer?part=mistakes&query=crane%20harbour").await.text;
    for part in ["This is not a query yet.", "E104", "^^^^^", "exact phrase"] {
        assert!(wrong.contains(part), "{part} in {wrong}");
    }
    assert!(!wrong.contains("<html"), "a part of a page: {wrong}");
    let right = pages.get("/try/answer?part=all&query=crane%20AND%20%27Twas&days=7").await.text;
    assert!(right.contains("0 stories"), "{right}");
    assert!(right.contains("query = &quot;crane AND 'Twas&quot;"), "{right}");
    let right = pages.get("/try/answer?part=all&query=$port%20AND%20crane&days=7").await.text;
    for part in [
        "1 story</strong> in 2 articles",
        "0.1</strong> mails a day",
        "<mark>crane</mark>",
        "query = '$port AND crane'",
    ] {
        assert!(right.contains(part), "{part} in {right}");
    }
    let long = format!("/try/answer?query={}", "a".repeat(9_000));
    assert_eq!(pages.get(&long).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_said_to_be_not_there() {
    let pages = Pages::new("").await;
    for path in [
        "/nowhere",
        "/stories/99",
        "/articles/99",
        "/articles/1?rule=none",
        "/rules/none",
        "/feeds/none",
        "/assets/passwd",
        "/rules/none/feed.atom",
    ] {
        let answer = pages.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.text.contains("there is no") && answer.text.contains("<nav"), "{path}");
    }
    let answer = pages.get("/api/v1/stories/99").await;
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (StatusCode::NOT_FOUND, "{\"error\":\"there is no story 99\"}")
    );
}

#[tokio::test(start_paused = true)]
async fn a_story_that_became_part_of_another_leads_there() {
    let pages = Pages::new("").await;
    let merged =
        pages.watch.context.store.write(|tx| tx.merge_stories(StoryId(1), StoryId(2), start()));
    let kept = merged.await.unwrap();
    assert!(kept.is_ok(), "{kept:?}");
    let answer = pages.get("/stories/2").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.headers[header::LOCATION], "/stories/1");
}

#[tokio::test(start_paused = true)]
async fn what_a_rule_told_is_an_atom_feed() {
    let pages = Pages::new("").await;
    let items = |text: &str| {
        let context = parse::Context { url: None, content_type: Some("application/atom+xml") };
        parse::parse(text.as_bytes(), &context).unwrap().items
    };
    let all = pages.get("/feed.atom").await;
    assert_eq!(all.headers[header::CONTENT_TYPE], "application/atom+xml; charset=utf-8");
    let of_rule = pages.get("/rules/harbour/feed.atom").await;
    let titles: Vec<_> =
        items(&of_rule.text).iter().filter_map(|item| item.title.clone()).collect();
    assert_eq!(
        titles,
        ["[correction] CORRECTED: Crane falls", "CORRECTED: Crane falls"],
        "{}",
        of_rule.text
    );
    assert_eq!(items(&all.text).len(), 2);
    assert_eq!(pages.get("/feed.atom").await.text, all.text, "ids and dates stay");
    let idle = pages.get("/rules/idle/feed.atom").await;
    assert!(idle.status.is_success() && items(&idle.text).is_empty(), "{}", idle.text);
}

#[tokio::test(start_paused = true)]
async fn machines_are_told_how_it_is() {
    let pages = Pages::new("").await;
    for (path, said) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = pages.get(path).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, said));
    }
    let metrics = pages.get("/metrics").await.text;
    for line in [
        "wiredesk_polls_total{outcome=\"fresh\"} 3",
        "wiredesk_articles_total{seen=\"new\"} 4",
        "wiredesk_articles_total{seen=\"revised\"} 1",
        "wiredesk_stories_total{assignment=\"joined\"} 1",
        "wiredesk_matches_total{rule=\"harbour\"} 3",
        "wiredesk_deliveries_total{result=\"sent\"} 2",
        "wiredesk_delivery_age_seconds_count 2",
        "wiredesk_feeds{state=\"ok\"} 2.0",
        "wiredesk_config_generation 1.0",
        "wiredesk_config_reload_ok 1.0",
        "wiredesk_problems 0.0",
        "# EOF",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} in\n{metrics}");
    }
    tokio::time::advance(std::time::Duration::from_mins(20)).await;
    let answer = pages.get("/healthz").await;
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "the poller hangs\n")
    );
}
