//! What is too old is forgotten in slices; what was told is remembered longest.

use rusqlite::Connection;
use wiredesk::store::{Course, Ended, Room, StoreError, WriteTx};

use super::{Shelf, day, entry, minute, start};

type Prune = fn(&WriteTx<'_>, jiff::Timestamp) -> Result<usize, StoreError>;

/// Prunes until nothing is left to prune; the rows of each slice.
async fn prune(shelf: &Shelf, what: Prune, before: jiff::Timestamp) -> Vec<usize> {
    let mut slices = Vec::new();
    loop {
        let rows = shelf.store.write(move |tx| what(tx, before)).await.unwrap();
        if rows == 0 {
            return slices;
        }
        slices.push(rows);
    }
}

fn rows(shelf: &Shelf, table: &str) -> i64 {
    let file = Connection::open(shelf.file()).unwrap();
    file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn articles_go_with_all_that_hangs_on_them_and_alerts_stay() {
    let shelf = Shelf::new().await;
    shelf.poll("post", &[entry("a", 1, start()), entry("b", 2, start())], start()).await;
    shelf.poll("post", &[entry("a", 3, start())], minute(5)).await;
    let later = super::Entry { id: "d".into(), ..entry("b", 2, day(50)) };
    assert_eq!(shelf.poll("post", &[entry("c", 4, day(50)), later], day(50)).await.joined, 1);

    // Each was seen, or revised, on the first day; of story 2 one article is younger.
    assert_eq!(prune(&shelf, |tx, before| tx.prune_articles(before), start()).await, [0; 0]);
    assert_eq!(prune(&shelf, |tx, before| tx.prune_articles(before), day(1)).await, [2]);
    assert_eq!(prune(&shelf, |tx, before| tx.prune_stories(before), day(1)).await, [1]);
    for (table, left) in [
        ("article", 2),
        ("article_key", 6),
        ("revision", 0),
        ("sketch", 2),
        ("rule_match", 2),
        ("story", 2),
        ("alert", 3),
        ("delivery", 6),
    ] {
        assert_eq!(rows(&shelf, table), left, "{table}");
    }
    // The story is gone and the memory of it is not: nobody is told of it twice.
    let alerts = shelf.store.read(|tx| tx.alerts_since(start())).await.unwrap();
    assert_eq!(alerts.iter().map(|alert| alert.story.0).collect::<Vec<_>>(), [1, 2, 3]);
    let again = shelf.poll("courier", &[entry("e", 2, day(51))], day(51)).await;
    assert_eq!((again.joined, again.alerts), (1, 0));
}

#[tokio::test]
async fn the_number_of_a_story_that_was_forgotten_is_given_to_no_other() {
    let shelf = Shelf::new().await;
    shelf.poll("post", &[entry("a", 1, start()), entry("b", 2, start())], start()).await;
    shelf.poll("post", &[entry("a", 3, start())], minute(5)).await;
    assert_eq!(prune(&shelf, |tx, before| tx.prune_articles(before), day(1)).await, [1]);
    assert_eq!(prune(&shelf, |tx, before| tx.prune_stories(before), day(1)).await, [1]);
    // Else the new one would be taken for told.
    let report = shelf.poll("courier", &[entry("c", 4, day(2))], day(2)).await;
    assert_eq!((report.stories_opened, report.alerts), (1, 1));
}

#[tokio::test]
async fn pruning_is_done_in_slices() {
    let shelf = Shelf::new().await;
    let entries: Vec<_> = (0..450).map(|n| entry(&format!("e{n}"), n, start())).collect();
    shelf.poll("post", &entries, start()).await;
    shelf.poll("post", &[entry("new", 1_000, day(60))], day(60)).await;
    let articles = |shelf| prune(shelf, |tx, before| tx.prune_articles(before), day(30));
    assert_eq!(articles(&shelf).await, [200, 200, 50]);
    let stories = |shelf| prune(shelf, |tx, before| tx.prune_stories(before), day(30));
    assert_eq!(stories(&shelf).await, [200, 200, 50]);
    assert_eq!((rows(&shelf, "article"), rows(&shelf, "sketch")), (1, 1));
}

/// Were the newest change forgotten, the next one would get its number again, and a window that
/// had read as far would never see it.
#[tokio::test]
async fn the_sequence_of_changes_never_runs_backwards() {
    let shelf = Shelf::new().await;
    shelf.poll("post", &[entry("a", 1, start()), entry("b", 2, start())], start()).await;
    let other = Shelf { store: shelf.another(), ..Shelf::new().await };
    assert_eq!(other.poll("courier", &[entry("c", 1, minute(5))], minute(5)).await.joined, 1);
    prune(&shelf, |tx, before| tx.prune_sketches(before), day(90)).await;
    prune(&shelf, |tx, before| tx.prune_articles(before), day(90)).await;
    assert_eq!(rows(&shelf, "sketch"), 1);
    assert_eq!(shelf.poll("post", &[entry("d", 7, day(91))], day(91)).await.stories_opened, 1);
    let copy = entry("e", 7, day(91));
    assert_eq!(other.poll("gazette", &[copy], day(91)).await.joined, 1, "the other one saw it");
}

#[tokio::test]
async fn alerts_go_when_their_deliveries_have_ended() {
    let shelf = Shelf::new().await;
    shelf.poll("post", &[entry("a", 1, start()), entry("b", 2, start())], start()).await;
    for _ in 0..3 {
        let (lease, room) = (super::LEASE, Room { all: 1, mails: 1 });
        let claimed = shelf.store.write(move |tx| tx.claim_deliveries(minute(10), lease, room));
        let [delivery] = claimed.await.unwrap().try_into().unwrap();
        let (ended, course) = (Ended::Sent { reply: "250".into() }, Course::default());
        shelf
            .store
            .write(move |tx| tx.finish_delivery(&delivery, &ended, &course, minute(10)))
            .await
            .unwrap();
    }
    let pruned = prune(&shelf, |tx, before| tx.prune_alerts(before), day(400)).await;
    // Three messages and the alert that was told to both addresses; the fourth message is due yet.
    assert_eq!(pruned.iter().sum::<usize>(), 4);
    assert_eq!((rows(&shelf, "delivery"), rows(&shelf, "alert")), (1, 1));
    let due = shelf.store.read(|tx| tx.next_delivery_due(start())).await.unwrap();
    assert_eq!(due, Some(minute(2)));
}

#[tokio::test]
async fn what_is_young_is_kept() {
    let shelf = Shelf::new().await;
    shelf.poll("post", &[entry("a", 1, start()), entry("b", 2, start())], day(10)).await;
    for what in [
        (|tx, before| tx.prune_articles(before)) as Prune,
        |tx, before| tx.prune_stories(before),
        |tx, before| tx.prune_alerts(before),
    ] {
        assert_eq!(prune(&shelf, what, day(10)).await, [0; 0]);
    }
    assert_eq!(rows(&shelf, "article"), 2);
}
