//! Items that may have come and gone between two polls, and pages where they still are.

use std::time::Duration;

use wiredesk::schedule::Gap;

use super::*;

const PAPER: &str = "post.example";

/// A page of a paper, which may name the next.
fn page(
    address: &str,
    next: Option<&str>,
    numbers: std::ops::Range<u64>,
) -> (String, Result<Reply, FetchError>) {
    let mut document = wire::atom("post", &entries(numbers));
    if let Some(next) = next {
        let link = format!("<link rel='next' href='{next}'/></feed>");
        document = document.replace("</feed>", &link);
    }
    let (url, _) = shows(address, &[]);
    (url.clone(), Ok(Reply::document(url, document)))
}

/// The script of one paper: its editions, and pages at other paths.
async fn read(
    editions: Vec<(String, Result<Reply, FetchError>)>,
    pages: Vec<(&str, Option<&str>, std::ops::Range<u64>)>,
) -> Watch {
    let pages = pages.into_iter().map(|(path, next, numbers)| {
        let (_, reply) = page(PAPER, next, numbers);
        let url = format!("https://{path}");
        (url.clone(), reply.map(|reply| Reply { url, ..reply }))
    });
    let script = editions.into_iter().chain(pages).collect();
    let watch = watch(&[PAPER], script).await;
    watch.run(Duration::from_hours(6)).await;
    watch
}

async fn gaps(watch: &Watch) -> Vec<Gap> {
    let id = feed(&watch.context, PAPER).await.state.id;
    watch.context.store.read(move |tx| tx.gaps(id)).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_document_with_nothing_of_the_last_one_is_a_possible_gap() {
    let editions = vec![page(PAPER, None, 0..5), page(PAPER, None, 3..8), page(PAPER, None, 9..14)];
    let watch = read(editions, vec![]).await;
    let polls = polls(&watch.context, PAPER).await;
    let fresh: Vec<_> =
        polls.iter().rev().filter(|poll| poll.new_items > 0).map(|poll| poll.at).collect();
    assert_eq!(gaps(&watch).await, [Gap { since: fresh[1], until: fresh[2], items: 5 }]);
    let feed = feed(&watch.context, PAPER).await;
    let health = feed.health(hour(6));
    assert_eq!((health.state.as_str(), health.since), ("gap", Some(fresh[1])));
    assert!(health.reason.contains("more may have been printed than the 5 items"));
    assert_eq!(feed.articles, 13, "five, three and five");
}

#[tokio::test(start_paused = true)]
async fn after_a_gap_a_feed_is_asked_at_least_twice_as_often() {
    let script = vec![page(PAPER, None, 0..5), page(PAPER, None, 9..14)];
    let mut script = script;
    for (_, reply) in &mut script {
        // With validators, so that an hour is not the least.
        let reply = reply.as_mut().unwrap();
        reply.validators.etag = Some(format!("\"{}\"", reply.body.len()));
    }
    script[1].1.as_mut().unwrap().validators.etag = Some("\"next\"".to_owned());
    let watch = watch(&[PAPER], script).await;
    watch.run(Duration::from_mins(40)).await;
    let polls = polls(&watch.context, PAPER).await;
    let pauses: Vec<_> =
        polls.windows(2).map(|pair| pair[0].at.duration_since(pair[1].at).as_secs()).collect();
    let (after, before) = (pauses[pauses.len() - 2], pauses[pauses.len() - 1]);
    assert!(2 * after <= before + 60, "{before} s, then {after} s");
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_read_back_page_by_page_until_what_is_known() {
    let editions =
        vec![page(PAPER, None, 0..5), page(PAPER, Some("https://post.example/2"), 20..25)];
    let pages = vec![
        ("post.example/2", Some("https://post.example/3"), 15..20),
        ("post.example/3", Some("https://post.example/4"), 3..15),
        ("post.example/4", None, 100..105),
    ];
    let watch = read(editions, pages).await;
    assert_eq!(gaps(&watch).await, []);
    assert_eq!(
        feed(&watch.context, PAPER).await.articles,
        25,
        "and the last page is not asked for"
    );
}

#[tokio::test(start_paused = true)]
async fn pages_in_a_circle_or_elsewhere_or_without_end_are_not_followed() {
    let circle = vec![
        ("post.example/2", Some("https://post.example/3"), 15..20),
        ("post.example/3", Some("https://post.example/2"), 10..15),
    ];
    let elsewhere = vec![
        ("post.example/2", Some("https://other.example/3"), 15..20),
        ("other.example/3", None, 3..15),
    ];
    let endless: Vec<_> = (2..12_u64)
        .map(|n| {
            (
                PATHS[usize::try_from(n).unwrap()],
                Some(NEXT[usize::try_from(n).unwrap()]),
                200 - 5 * n..205 - 5 * n,
            )
        })
        .collect();
    for (pages, articles) in [(circle, 20), (elsewhere, 15), (endless, 5 + 5 + 25)] {
        let second = page(PAPER, Some("https://post.example/2"), 300..305);
        let watch = read(vec![page(PAPER, None, 0..5), second], pages).await;
        assert_eq!(gaps(&watch).await.len(), 1);
        assert_eq!(feed(&watch.context, PAPER).await.articles, articles);
    }
}

const PATHS: [&str; 12] = [
    "",
    "",
    "post.example/2",
    "post.example/3",
    "post.example/4",
    "post.example/5",
    "post.example/6",
    "post.example/7",
    "post.example/8",
    "post.example/9",
    "post.example/10",
    "post.example/11",
];
const NEXT: [&str; 12] = [
    "",
    "",
    "https://post.example/3",
    "https://post.example/4",
    "https://post.example/5",
    "https://post.example/6",
    "https://post.example/7",
    "https://post.example/8",
    "https://post.example/9",
    "https://post.example/10",
    "https://post.example/11",
    "https://post.example/12",
];

#[tokio::test(start_paused = true)]
async fn a_new_feed_is_read_back_as_far_as_the_window_of_copies() {
    // Entries are dated an hour apart, the 24th at the beginning; copies are looked for in four days.
    let old: Vec<_> = entries(0..3)
        .into_iter()
        .map(|entry| Entry { id: format!("old-{}", entry.id), published: hour(-200), ..entry })
        .collect();
    let mut script = vec![page(PAPER, Some("https://post.example/2"), 20..24)];
    let (_, reply) = page(PAPER, Some("https://post.example/3"), 10..20);
    script.push((
        "https://post.example/2".to_owned(),
        reply.map(|r| Reply { url: "https://post.example/2".to_owned(), ..r }),
    ));
    let third = wire::atom("post", &old)
        .replace("</feed>", "<link rel='next' href='https://post.example/4'/></feed>");
    script.push((
        "https://post.example/3".to_owned(),
        Ok(Reply::document("https://post.example/3", third)),
    ));
    let (_, reply) = page(PAPER, None, 0..5);
    script.push((
        "https://post.example/4".to_owned(),
        reply.map(|r| Reply { url: "https://post.example/4".to_owned(), ..r }),
    ));
    let watch = watch(&[PAPER], script).await;
    watch.run(Duration::from_mins(30)).await;
    assert_eq!(feed(&watch.context, PAPER).await.articles, 17, "the fourth page is not asked for");
    assert_eq!(gaps(&watch).await, []);
}
