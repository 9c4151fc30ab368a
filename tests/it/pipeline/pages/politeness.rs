//! Sites are asked for their pages as they wish, and not more often than is needed.

use std::collections::BTreeMap;

use super::*;

#[tokio::test(start_paused = true)]
async fn pages_of_one_host_are_spaced_and_others_do_not_wait_for_them() {
    let robots = |paper: &str, file: &str| {
        let url = format!("https://{paper}.example/robots.txt");
        (url.clone(), Ok(Reply::document(url, file)))
    };
    let post: Vec<_> = (0..4).map(|at| short(&format!("p{at}"))).collect();
    let courier: Vec<_> = (0..3).map(|at| short(&format!("c{at}"))).collect();
    let pages = (0..4).map(|at| page("post", &format!("p{at}"), at));
    let pages = pages.chain((0..3).map(|at| page("courier", &format!("c{at}"), 10 + at)));
    let rules = vec![robots("courier", "User-agent: *\nCrawl-delay: 600")];
    let scripts = [paper("post", [post]), paper("courier", [courier]), pages.collect(), rules];
    let (watch, _) = watch(&format!("{POST}{COURIER}"), scripts).await;
    watch.run(Duration::from_mins(5)).await;
    let mut ended = BTreeMap::<String, Vec<i64>>::new();
    for row in articles(&watch).await {
        let page = watch.context.store.read(move |tx| tx.page_of(row.id)).await.unwrap().unwrap();
        assert!(page.is_used, "{page:?}");
        let after = page.ended_at.unwrap().duration_since(page.seen_at).as_secs();
        ended.entry(row.feed.to_string()).or_default().push(after);
    }
    assert_eq!(ended["post"], [0, 5, 10, 15]);
    assert_eq!(ended["courier"], [0, 30, 60], "a site's wish has an end");
}

#[tokio::test(start_paused = true)]
async fn what_a_site_does_not_allow_is_not_fetched() {
    let url = "https://post.example/robots.txt";
    let down = FetchError {
        status: Some(503),
        ..Problem::new(ProblemKind::Status, "the server answered 503").into()
    };
    for (robots, note, attempts) in [
        (
            Ok(Reply::document(url, "User-agent: *\nDisallow: /a")),
            "its site does not allow it (robots.txt)",
            1,
        ),
        (
            Err(Problem::new(ProblemKind::Refused, "a private address").into()),
            "robots.txt: a private address",
            1,
        ),
        (Err(down), "robots.txt: the server answered 503", 3),
    ] {
        let rules = vec![(url.to_owned(), robots)];
        let scripts = [paper("post", [vec![short("a")]]), vec![page("post", "a", 1)], rules];
        let (watch, _) = watch(POST, scripts).await;
        watch.run(Duration::from_mins(4)).await;
        let (row, page) = article(&watch).await;
        assert_eq!((row.article.text.as_str(), page.note.as_deref()), (TEASER, Some(note)));
        assert_eq!(page.attempts, attempts);
    }
}

#[tokio::test(start_paused = true)]
async fn a_site_that_is_well_again_is_asked_again() {
    let url = "https://post.example/robots.txt".to_owned();
    let down = FetchError {
        status: Some(502),
        ..Problem::new(ProblemKind::Status, "the server answered 502").into()
    };
    let rules = vec![(url.clone(), Err(down)), (url.clone(), Ok(Reply::document(url, "# all")))];
    let scripts = [paper("post", [vec![short("a")]]), vec![page("post", "a", 1)], rules];
    let (watch, _) = watch(POST, scripts).await;
    watch.run(Duration::from_mins(4)).await;
    let (_, page) = article(&watch).await;
    assert_eq!((page.is_used, page.attempts), (true, 3));
}

#[tokio::test(start_paused = true)]
async fn a_host_that_has_had_too_many_requests_is_left_alone() {
    let hints = Box::new(Hints { retry_after: Some(Duration::from_secs(50)), ..Hints::default() });
    let throttled = FetchError {
        hints,
        status: Some(429),
        ..Problem::new(ProblemKind::Throttled, "slowly").into()
    };
    let pages =
        vec![(link("post", "a"), Err(throttled)), page("post", "a", 1), page("post", "b", 2)];
    let (watch, _) = watch(POST, [paper("post", [vec![short("a"), short("b")]]), pages]).await;
    watch.run(Duration::from_mins(4)).await;
    let mut ended = Vec::new();
    for row in articles(&watch).await {
        let page = watch.context.store.read(move |tx| tx.page_of(row.id)).await.unwrap().unwrap();
        assert!(page.is_used);
        ended.push(page.ended_at.unwrap().duration_since(page.seen_at).as_secs());
    }
    assert_eq!(ended, [50, 55]);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_two_feeds_link_to_is_fetched_once() {
    let as_courier = |feed: String| feed.replace("https://courier.example", "https://post.example");
    let url = format!("{PAPERS}/courier");
    let empty = (url.clone(), Ok(Reply::document(url.clone(), wire::atom("courier", &[]))));
    let copy = wire::atom("courier", &[short("a")]);
    let copy = (url.clone(), Ok(Reply::document(url, as_courier(copy))));
    // A second request would find nothing.
    let pages = vec![page("post", "a", 1), broken("post", "a", ProblemKind::NotFound)];
    let scripts = [paper("post", [vec![short("a")]]), vec![empty, copy], pages];
    let (watch, _) = watch(&format!("{POST}{COURIER}"), scripts).await;
    watch.run(Duration::from_mins(4)).await;
    let rows = articles(&watch).await;
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.article.text.ends_with(REST)));
    assert_eq!(rows[0].story, rows[1].story);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_a_redirect_led_to_is_used_where_its_own_site_allows_it() {
    let found = "https://www.courier.example/news/pier";
    let rules = "https://www.courier.example/robots.txt".to_owned();
    for (file, text) in [("User-agent: *\nDisallow: /news", TEASER), ("", REST)] {
        let pages = vec![
            (link("post", "a"), Ok(Reply::document(found, html("a", 1)))),
            (rules.clone(), Ok(Reply::document(rules.clone(), file))),
        ];
        let (watch, _) = watch(POST, [paper("post", [vec![short("a")]]), pages]).await;
        watch.run(Duration::from_mins(1)).await;
        let (row, _) = article(&watch).await;
        assert!(row.article.text.ends_with(text), "{}", row.article.text);
        let own = if text == REST {
            "https://courier.example/news/pier"
        } else {
            "https://post.example/a"
        };
        assert_eq!(row.article.canonical_url.as_deref(), Some(own));
    }
}
