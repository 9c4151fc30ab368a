//! What survives when a process ends while articles wait, and who may place them.

use std::collections::BTreeMap;

use wiredesk::{pipeline::page, store::Resting};

use super::*;

/// A poll that ends with an item that waits, and no loop that fetches its page.
async fn one_waits() -> (Watch, Memory) {
    let (watch, memory) =
        watch(POST, [paper("post", [vec![short("a")]]), vec![page("post", "a", 1)]]).await;
    daemon::poll_round(&watch.context).await.unwrap();
    tokio::time::advance(Duration::from_secs(30)).await;
    daemon::poll_round(&watch.context).await.unwrap();
    assert_eq!((waiting(&watch).await, articles(&watch).await.len()), (1, 0));
    (watch, memory)
}

/// No host is left alone.
fn nobody() -> Resting {
    Resting { hosts: BTreeMap::new(), others: Timestamp::MIN }
}

async fn claim(store: &Store, now: Timestamp) -> usize {
    let lease = Duration::from_mins(5);
    let claimed = store.write(move |tx| tx.claim_pages(now, lease, 9, &nobody()));
    claimed.await.unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn what_has_waited_long_enough_needs_no_host() {
    let (watch, _) = one_waits().await;
    let seen = watch.context.clock.now();
    let none_free = || Resting { others: Timestamp::MAX, ..nobody() };
    for (at, claimed) in [(seen, 0), (seen + Duration::from_mins(2), 1)] {
        let lease = Duration::from_mins(5);
        let pages = watch.context.store.write(move |tx| tx.claim_pages(at, lease, 0, &none_free()));
        assert_eq!(pages.await.unwrap().len(), claimed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_between_claim_and_commit_loses_nothing_and_tells_once() {
    let (watch, memory) = one_waits().await;
    let now = watch.context.clock.now();
    assert_eq!(claim(&watch.context.store, now).await, 1);
    assert_eq!(claim(&watch.context.store, now).await, 0, "it is claimed");
    // The process ends here.
    let watch = watch.restarted().await;
    watch.run(Duration::from_secs(20)).await;
    let (row, page) = article(&watch).await;
    assert!(row.article.text.ends_with(REST) && page.is_used);
    assert_eq!((alerts(&watch).await, memory.sent().len()), (1, 1));
    let watch = watch.restarted().await;
    watch.run(Duration::from_mins(10)).await;
    assert_eq!((articles(&watch).await.len(), memory.sent().len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_process_that_was_down_too_long_places_what_waits_as_it_is() {
    let (watch, _) = one_waits().await;
    tokio::time::advance(Duration::from_hours(1)).await;
    let watch = watch.restarted().await;
    watch.run(Duration::from_secs(1)).await;
    let (row, page) = article(&watch).await;
    assert_eq!((row.article.text.as_str(), waiting(&watch).await), (TEASER, 0));
    assert_eq!(page.note.as_deref(), Some("it did not come in time"));
}

#[tokio::test(start_paused = true)]
async fn what_waits_of_a_feed_that_left_is_placed_when_it_comes_back() {
    let (watch, _) = one_waits().await;
    let post = watch.context.in_force().live.feeds.keys().next().cloned().unwrap();
    let retire = watch.context.store.write(|tx| tx.retire_feeds_except(&[]));
    assert_eq!(retire.await.unwrap(), 1);
    daemon::page_round(&watch.context).await.unwrap();
    assert_eq!((waiting(&watch).await, articles(&watch).await.len()), (1, 0));
    let back = watch.context.store.write(move |tx| {
        tx.sync_feed(&post, &format!("{PAPERS}/post"), "127.0.0.1", Timestamp::MAX)
    });
    back.await.unwrap();
    daemon::page_round(&watch.context).await.unwrap();
    assert_eq!((waiting(&watch).await, articles(&watch).await.len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_ran_out_changes_nothing() {
    let (watch, _) = one_waits().await;
    let now = watch.context.clock.now();
    let lease = Duration::from_secs(10);
    let claimed = watch.context.store.write(move |tx| tx.claim_pages(now, lease, 9, &nobody()));
    let page = claimed.await.unwrap().remove(0);
    // The lease ends while the page is fetched, and another process takes it over.
    let later = now + lease;
    assert_eq!(claim(&watch.context.store, later).await, 1);
    let visit = page::run(&watch.context, &page).await.unwrap();
    assert!(visit.report.stale);
    assert_eq!((waiting(&watch).await, articles(&watch).await.len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_version_that_comes_while_the_page_is_fetched_is_the_one_that_is_placed() {
    let (watch, _) = one_waits().await;
    let now = watch.context.clock.now();
    let claimed = watch.context.store.write(move |tx| {
        let page = tx.claim_pages(now, Duration::from_mins(5), 9, &nobody())?.remove(0);
        let mut newer = page.wanted.clone();
        newer.item.title = Some("Pier a of Arden is open".into());
        newer.item_hash = 7;
        tx.await_page(page.feed, &newer, now, now)?;
        Ok(page)
    });
    let page = claimed.await.unwrap();
    let visit = page::run(&watch.context, &page).await.unwrap();
    assert_eq!((visit.report.new, waiting(&watch).await), (1, 0));
    let (row, _) = article(&watch).await;
    assert_eq!(row.article.title, "Pier a of Arden is open");
    assert!(row.article.text.ends_with(REST));
}

#[tokio::test(start_paused = true)]
async fn one_round_fetches_every_page_before_it_ends() {
    let (watch, _) = one_waits().await;
    let report = daemon::page_round(&watch.context).await.unwrap();
    assert_eq!((report.new, report.alerts), (1, 1));
    assert_eq!(waiting(&watch).await, 0);
}
