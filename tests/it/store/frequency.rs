//! How common words are in the newest articles, and rules that are tuned to it.

use wiredesk::pipeline;

use super::{Shelf, entry, minute};
use crate::support::wire::Entry;

#[tokio::test]
async fn words_of_the_newest_articles_are_counted_once_an_article() {
    let shelf = Shelf::new().await;
    let told =
        |n: u64, title: &str| Entry { title: title.into(), ..entry(&n.to_string(), n, minute(0)) };
    let entries =
        [told(1, "Ferry meets ferry"), told(2, "The Ferry is back"), told(3, "Quiet day")];
    shelf.poll("post", &entries, minute(1)).await;
    let counted = shelf.store.read(|tx| tx.frequencies()).await.unwrap();
    assert_eq!(counted.articles(), 3);
    assert_eq!((counted.of("ferry"), counted.of("quiet"), counted.of("absent")), (2, 1, 0));
    let live = (*shelf.live).clone();
    let tuned = pipeline::tuned(live, &shelf.store).await.unwrap();
    let facts = wiredesk::query::Facts { feed: Some("post"), ..Default::default() };
    assert_eq!(tuned.rules.matches(&facts).len(), 1);
}

#[tokio::test]
async fn only_the_newest_articles_are_counted() {
    let shelf = Shelf::new().await;
    for poll in 0..4_u64 {
        let entries: Vec<_> =
            (0..100).map(|n| entry(&format!("p{poll}n{n}"), poll * 100 + n, minute(0))).collect();
        shelf.poll("post", &entries, minute(2 + 2 * i64::try_from(poll).unwrap())).await;
    }
    let counted = shelf.store.read(|tx| tx.frequencies()).await.unwrap();
    assert_eq!(counted.articles(), 300);
}
