//! Feeds are claimed by one worker at a time, within limits, until the lease ends.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use jiff::SignedDuration;
use wiredesk::{
    model::FeedName,
    pipeline::{commit::Report, sync::FirstPolls},
    store::{ClaimedFeed, PollEnd},
};

use super::{CONFIG, LEASE, Shelf, claim, end, entry, minute, start, sync};
use crate::support::wire;

fn names(claimed: &[ClaimedFeed]) -> Vec<&str> {
    claimed.iter().map(|feed| feed.state.name.as_str()).collect()
}

#[tokio::test]
async fn claims_of_several_workers_do_not_overlap() {
    let shelf = Shelf::new().await;
    let mut config = CONFIG.to_owned();
    for n in 0..200 {
        writeln!(config, "[[feed]]\nname = 'paper-{n}'\nurl = 'https://p{n}.example/feed'")
            .unwrap();
    }
    let live = wire::live(shelf.folder.path(), &config);
    let fill = shelf.store.write(move |tx| sync(tx, &live, FirstPolls::AtOnce, start()));
    fill.await.unwrap();
    // Workers of this process share a connection, the last three have one each as other processes do.
    let mut stores = vec![shelf.store.clone(); 5];
    stores.extend((0..3).map(|_| shelf.another()));
    let workers = stores.iter().map(|store| async move {
        let mut taken = Vec::new();
        loop {
            let claimed = claim(store, start(), 7, 1).await;
            assert!(claimed.len() <= 7);
            if claimed.is_empty() {
                return taken;
            }
            taken.extend(claimed);
        }
    });
    let taken = futures_util::future::join_all(workers).await.concat();
    let different: BTreeSet<_> = taken.iter().map(|feed| feed.state.id).collect();
    assert_eq!((taken.len(), different.len()), (204, 204));
}

#[tokio::test]
async fn a_host_gets_no_more_than_its_share() {
    let shelf = Shelf::new().await;
    let first = claim(&shelf.store, start(), 100, 1).await;
    assert_eq!(names(&first), ["courier", "wire"]);
    // The papers' host has one place more; the wire's is taken.
    let places = BTreeMap::from([("papers.example".to_owned(), 1), ("wire.example".to_owned(), 0)]);
    let second = shelf.store.write(move |tx| tx.claim_feeds(start(), LEASE, 100, 2, &places));
    assert_eq!(names(&second.await.unwrap()), ["gazette"]);
}

#[tokio::test]
async fn hosts_on_one_address_share_its_places() {
    let shelf = Shelf::new().await;
    for claimed in shelf.claim_all(start()).await {
        let poll = PollEnd { address: Some("203.0.113.7".to_owned()), ..end(0, start()) };
        let (feed, claim) = (claimed.state.id, claimed.claim);
        let ended = shelf.store.write(move |tx| tx.finish_poll(feed, &claim, &poll));
        assert!(ended.await.unwrap());
    }
    // All are due a minute later; of the papers' host and the wire's only one is asked.
    assert_eq!(names(&claim(&shelf.store, minute(1), 9, 1).await), ["courier"]);
    let more = |places: [(&str, usize); 2]| {
        let places = places.map(|(name, places)| (name.to_owned(), places)).into();
        shelf.store.write(move |tx| tx.claim_feeds(minute(1), LEASE, 9, 1, &places))
    };
    let none = more([("papers.example", 9), ("203.0.113.7", 0)]).await.unwrap();
    assert_eq!(names(&none), [""; 0], "the address has no room");
    let some = more([("papers.example", 9), ("wire.example", 0)]).await.unwrap();
    assert_eq!(names(&some), ["gazette", "post"], "a host with a pace of its own has it anywhere");
}

#[tokio::test]
async fn the_longest_due_comes_first() {
    let shelf = Shelf::new().await;
    for claimed in shelf.claim_all(start()).await {
        let late = match claimed.state.name.as_str() {
            "wire" => 1,
            "post" => 2,
            _ => 9,
        };
        let poll = end(0, minute(late));
        let ended =
            shelf.store.write(move |tx| tx.finish_poll(claimed.state.id, &claimed.claim, &poll));
        assert!(ended.await.unwrap());
    }
    assert_eq!(names(&claim(&shelf.store, minute(1), 9, 9).await), [""; 0]);
    let next = shelf.store.read(|tx| tx.next_feed_due(None)).await.unwrap();
    assert_eq!(next, Some(minute(2)));
    assert_eq!(names(&claim(&shelf.store, minute(30), 2, 9).await), ["wire", "post"]);
}

#[tokio::test]
async fn a_lease_that_runs_out_is_claimed_again() {
    let shelf = Shelf::new().await;
    let first = shelf.claim("wire", start()).await;
    assert_eq!(first.claim.until, start() + LEASE);
    let before = first.claim.until - SignedDuration::from_millis(1);
    assert_eq!(names(&shelf.claim_all(before).await), [""; 0]);
    let second = shelf.claim("wire", first.claim.until).await;
    assert!(second.claim.number > first.claim.number);
}

#[tokio::test]
async fn a_stale_claim_changes_nothing() {
    let shelf = Shelf::new().await;
    let stale = shelf.claim("wire", start()).await;
    let newer = shelf.claim("wire", minute(6)).await;
    let before = shelf.feed("wire").await;

    let entries = [entry("a", 1, start())];
    let late = shelf.commit(&stale, &entries, minute(7)).await.unwrap();
    assert_eq!(late, Report { stale: true, ..Report::default() });
    let (feed, old, poll) = (stale.state.id, stale.claim, end(1, minute(7)));
    let finished = shelf.store.write(move |tx| tx.finish_poll(feed, &old, &poll)).await.unwrap();
    assert!(!finished);
    assert_eq!((shelf.feed("wire").await, shelf.counts().await.articles), (before, 0));

    let report = shelf.commit(&newer, &entries, minute(8)).await.unwrap();
    assert_eq!((report.new, report.alerts, report.stale), (1, 1, false));
    // What is finished cannot be finished again.
    let again = shelf.commit(&newer, &[entry("b", 2, start())], minute(9)).await.unwrap();
    assert!(again.stale);
    assert_eq!(shelf.feed("wire").await.due_at, minute(9));
}

#[tokio::test]
async fn a_start_takes_back_what_an_earlier_life_had_claimed() {
    let shelf = Shelf::new().await;
    let lost = shelf.claim("wire", start()).await;
    let released = shelf.store.write(|tx| tx.release_claims(minute(1))).await.unwrap();
    assert_eq!(released, 4);
    let again = shelf.claim("wire", minute(1)).await;
    assert_eq!(again.was_due, minute(1));
    assert!(shelf.commit(&lost, &[entry("a", 1, start())], minute(1)).await.unwrap().stale);
}

#[tokio::test]
async fn a_due_time_of_a_clock_set_wrongly_is_brought_back_at_the_start() {
    let shelf = Shelf::new().await;
    let claimed = shelf.claim("wire", start()).await;
    shelf.commit(&claimed, &[], super::day(400)).await.unwrap();
    shelf.store.write(|tx| tx.release_claims(start())).await.unwrap();
    assert_eq!(shelf.feed("wire").await.due_at, super::day(1));
}

#[tokio::test]
async fn a_feed_that_leaves_the_configuration_and_comes_back_keeps_its_history() {
    let shelf = Shelf::new().await;
    shelf.poll("wire", &[entry("a", 1, start())], start()).await;
    let kept: Vec<_> = ["courier", "gazette", "post"].map(FeedName::new).into();
    shelf.store.write(move |tx| tx.retire_feeds_except(&kept)).await.unwrap();
    let claimed = shelf.claim_all(minute(60)).await;
    assert_eq!(names(&claimed), ["courier", "gazette", "post"]);

    let live = wire::live(shelf.folder.path(), CONFIG);
    let sync = shelf.store.write(move |tx| sync(tx, &live, FirstPolls::AtOnce, minute(61)));
    sync.await.unwrap();
    let back = shelf.claim("wire", minute(61)).await;
    assert_eq!(back.state.validators.etag.as_deref(), Some("\"1\""));
    assert_eq!(back.state.last_success, Some(start()));
    assert_eq!(shelf.feed("wire").await.articles, 1);
}

#[tokio::test]
async fn another_address_drops_validators_and_an_open_claim() {
    let shelf = Shelf::new().await;
    shelf.poll("wire", &[entry("a", 1, start())], start()).await;
    let open = shelf.claim("wire", minute(1)).await;
    let moved = CONFIG.replace("https://wire.example/feed", "https://wire.example/new");
    let live = wire::live(shelf.folder.path(), &moved);
    let sync = shelf.store.write(move |tx| sync(tx, &live, FirstPolls::AtOnce, minute(2)));
    sync.await.unwrap();
    assert!(shelf.commit(&open, &[entry("b", 2, start())], minute(2)).await.unwrap().stale);
    let again = shelf.claim("wire", minute(2)).await;
    assert_eq!(again.state.validators.etag, None);
    assert_eq!(shelf.feed("wire").await.articles, 1);
}
