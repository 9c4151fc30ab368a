//! Stories as they come, as a browser hears of them.

use std::time::Duration;

use axum::{body::Body, http::header};
use futures_util::StreamExt as _;
use tower::ServiceExt as _;
use wiredesk::web::router;

use super::{Pages, get};

/// All that a stream sends until the daemon stops: kind, id and headline of each event.
async fn heard(pages: &Pages, path: &str, last: Option<&str>) -> Vec<(String, String, String)> {
    let mut request = get(path);
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let request = request.body(Body::empty()).unwrap();
    let answer = router(pages.site.clone()).oneshot(request).await.unwrap();
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut body = answer.into_body().into_data_stream();
    let mut text = String::new();
    while let Some(part) = body.next().await {
        text += std::str::from_utf8(&part.unwrap()).unwrap();
    }
    let field = |event: &str, name: &str| {
        let line = event.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_default().to_owned()
    };
    let headline = |data: &str| {
        let (_, rest) = data.split_once("<h2>").unwrap();
        let (link, _) = rest.split_once("</a>").unwrap();
        link.rsplit_once('>').unwrap().1.to_owned()
    };
    let events = text.split("\n\n").filter(|event| event.contains("data: "));
    events
        .map(|event| (field(event, "event"), field(event, "id"), headline(&field(event, "data"))))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_page_hears_of_each_story_once_and_of_what_is_told() {
    let pages = Pages::empty("").await;
    let run = async {
        pages.watch.run(Duration::from_mins(90)).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        pages.stop.cancel();
    };
    let (events, of_rule, ()) = tokio::join!(
        heard(&pages, "/live?after=0", None),
        heard(&pages, "/live?after=0&rule=harbour&feed=courier", None),
        run
    );
    let new: Vec<_> = events.iter().filter(|(kind, ..)| kind == "story").collect();
    let titles: Vec<_> = new.iter().map(|(_, _, title)| title.as_str()).collect();
    assert_eq!(
        titles.iter().filter(|title| title.contains("Quay closed")).count(),
        1,
        "{events:?}"
    );
    assert!(titles.contains(&"Crane falls"), "{events:?}");
    assert!(new.iter().all(|(_, id, _)| id.parse::<i64>().is_ok()), "{events:?}");
    let told = ("told".to_owned(), String::new(), "CORRECTED: Crane falls".to_owned());
    assert!(events.contains(&told), "a correction is no new story: {events:?}");
    let of_rule: Vec<_> = of_rule.iter().filter(|(kind, ..)| kind == "story").collect();
    assert_eq!(of_rule.len(), 1, "{of_rule:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_broke_goes_on_where_it_was() {
    let pages = Pages::new("").await;
    let stop = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        pages.stop.cancel();
    };
    let (all, rest, nothing, ()) = tokio::join!(
        heard(&pages, "/live?after=0", None),
        heard(&pages, "/live?after=0", Some("3")),
        heard(&pages, "/live", None),
        stop
    );
    assert_eq!(all.len(), 3, "three stories: {all:?}");
    assert_eq!(rest.len(), 1, "{rest:?}");
    assert_eq!(nothing, []);
}
