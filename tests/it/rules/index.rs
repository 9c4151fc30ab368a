//! The index behind `wiredesk search`: it may lag behind, and never hides or keeps what it must not.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use rusqlite::Connection;
use wiredesk::{clock::Clock, store::Store};

use super::archive::{answer, archive};
use crate::support::{
    desk::{Desk, until},
    origin::{Answer, Origin},
};

fn database(desk: &Desk) -> Connection {
    Connection::open(desk.data().join("wiredesk.db")).unwrap()
}

/// How many articles the index has under a word.
fn indexed(desk: &Desk, word: &str) -> i64 {
    let count = "SELECT count(*) FROM word WHERE word MATCH ?1";
    database(desk).query_row(count, [word], |row| row.get(0)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_index_does_not_know_yet_is_found_all_the_same() {
    let desk = archive().await;
    let known = answer(&desk, &["search", "crane AND channel"]);
    assert_eq!(indexed(&desk, "crane"), 2);
    let lag = "UPDATE article SET searchable = 0; DELETE FROM word WHERE rowid > 2";
    database(&desk).execute_batch(lag).unwrap();
    assert_eq!(answer(&desk, &["search", "crane AND channel"]), known);
    desk.once();
    assert_eq!(indexed(&desk, "crane"), 2);
    assert_eq!(answer(&desk, &["search", "crane AND channel"]), known);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forgotten_leaves_the_index() {
    let desk = archive().await;
    let now = Clock::System.now();
    let store = Store::open(&desk.data().join("wiredesk.db"), now).unwrap();
    let later = now + std::time::Duration::from_hours(1);
    let pruned = store.write(move |tx| tx.prune_articles(later)).await.unwrap();
    assert_eq!(pruned, 4, "the newest sketch stays, and its article");
    store.close().await.unwrap();
    let left: i64 = ["crane", "votes", "cricket"].iter().map(|word| indexed(&desk, word)).sum();
    assert_eq!(left, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revised_article_is_found_by_its_new_words() {
    let revised = Arc::new(AtomicBool::new(false));
    let is_revised = Arc::clone(&revised);
    let origin = Origin::start(move |_| {
        let word = if is_revised.load(Ordering::SeqCst) { "ferry" } else { "crane" };
        let item = format!(
            "<item><guid>a</guid><title>Accident at the quay</title><description>A {word} hit the \
             quay of Arden at noon, and nobody was hurt.</description></item>"
        );
        let feed = format!("<rss version='2.0'><channel><title>Post</title>{item}</channel></rss>");
        Answer::new(200, &[], feed)
    })
    .await;
    let desk = Desk::new(&format!(
        "[fetch]\nallow = ['{}']\n[[feed]]\nname = 'post'\nurl = '{}'\ninterval = '1 s'\n\
         full_text = 'never'\n[[rule]]\nname = 'r'\nquery = 'nothing'\n",
        origin.address(),
        origin.url("/post")
    ));
    desk.once();
    assert_eq!([indexed(&desk, "crane"), indexed(&desk, "ferry")], [1, 0]);
    revised.store(true, Ordering::SeqCst);
    until("the revision is indexed", || {
        desk.once();
        (indexed(&desk, "ferry") == 1).then_some(())
    });
    assert_eq!(indexed(&desk, "crane"), 0);
    assert!(answer(&desk, &["search", "ferry"]).contains("Accident at the quay"));
}
