//! The window in memory is what the sketches on disk say, whoever wrote them, whenever it is read.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use wiredesk::{
    model::{ArticleId, StoryId},
    store::Store,
    story::{Candidate, Sketch, Subject},
};

use super::{Entry, Shelf, day, entry, minute, start};
use crate::support::wire::text;

/// Texts that [`days`] makes stories of.
const TEXTS: u64 = 20;

type Found = (ArticleId, StoryId, Vec<u8>);

/// What the window of a store finds like each text, and what it has of each story.
async fn look(store: &Store, now: Timestamp) -> Vec<(Vec<Found>, Vec<Found>)> {
    let horizon = now - SignedDuration::from_hours(4 * 24);
    let plain = |found: Vec<Candidate>| -> Vec<Found> {
        found.into_iter().map(|one| (one.article, one.story, one.sketch.to_bytes())).collect()
    };
    let looked = store.write(move |tx| {
        tx.open_window(horizon, usize::MAX)?;
        let one = |number| {
            let text = text(number);
            let subject =
                Subject { title: "", text: &text, publisher: "Nobody", at: now, credits: &[] };
            let alike = tx.candidates(&Sketch::of(&subject), None, horizon, 40);
            let opened = StoryId(i64::try_from(number).unwrap() + 1);
            (plain(alike), plain(tx.members(opened)))
        };
        Ok((0..TEXTS).map(one).collect())
    });
    looked.await.unwrap()
}

/// Five days of two papers: a text each six hours, a copy of it, and now and then a revision that
/// says something else. Text `n` is of story `n + 1`.
async fn days(shelf: &Shelf) -> Timestamp {
    let mut now = start();
    for number in 0..TEXTS {
        now = start() + SignedDuration::from_hours(6 * i64::try_from(number).unwrap());
        let later = now + SignedDuration::from_mins(20);
        let paper = entry(&format!("p{number}"), number, now);
        let copy = Entry {
            title: "Another headline".into(),
            ..entry(&format!("c{number}"), number, later)
        };
        shelf.poll("post", &[paper], now).await;
        assert_eq!(shelf.poll("gazette", &[copy], later).await.joined, 1);
        if number % 5 == 3 {
            let revised = entry(&format!("p{number}"), 1_000 + number, now);
            assert_eq!(shelf.poll("post", &[revised], later).await.revised, 1);
        }
    }
    now
}

#[tokio::test]
async fn a_window_that_is_read_again_is_the_one_that_grew() {
    let shelf = Shelf::new().await;
    let now = days(&shelf).await;
    let grown = look(&shelf.store, now).await;
    assert_eq!(look(&shelf.another(), now).await, grown);
    // Where housekeeping has been, too.
    let before = now - SignedDuration::from_hours(4 * 24);
    assert_ne!(shelf.store.write(move |tx| tx.prune_sketches(before)).await.unwrap(), 0);
    assert_eq!(look(&shelf.store, now).await, grown);
    assert_eq!(look(&shelf.another(), now).await, grown);

    let articles = |number: usize| -> Vec<i64> {
        let mut articles: Vec<_> = grown[number].0.iter().map(|found| found.0.0).collect();
        articles.sort_unstable();
        articles
    };
    assert_eq!(articles(0), [0; 0], "it is from before the horizon");
    assert_eq!(articles(19), [39, 40]);
    let mut members = grown[18].1.clone();
    members.sort();
    let [revised, copy] = &members[..] else { panic!("{members:?}") };
    assert_eq!([revised.0, copy.0], [37, 38].map(ArticleId), "a revision stays in its story");
    assert_ne!(copy.2, revised.2);
}

#[tokio::test]
async fn what_another_process_wrote_is_seen() {
    let shelf = Shelf::new().await;
    shelf.poll("post", &[entry("a", 1, start())], start()).await;
    let other = Shelf { store: shelf.another(), ..Shelf::new().await };
    assert_eq!(other.poll("gazette", &[entry("b", 1, start())], minute(5)).await.joined, 1);
    assert_eq!(other.poll("gazette", &[entry("c", 2, start())], minute(10)).await.joined, 0);
    assert_eq!(shelf.poll("courier", &[entry("d", 2, start())], minute(15)).await.joined, 1);
    assert_eq!(look(&shelf.store, minute(20)).await, look(&other.store, minute(20)).await);
}

#[tokio::test]
async fn the_window_keeps_no_more_than_it_is_told_to() {
    let shelf = Shelf::new().await;
    let found = |most| {
        let looked = shelf.store.write(move |tx| {
            tx.open_window(start(), most)?;
            Ok((1..=3).filter(|story| !tx.members(StoryId(*story)).is_empty()).count())
        });
        async { looked.await.unwrap() }
    };
    for day in 0..3 {
        let at = minute(i64::try_from(day).unwrap() * 24 * 60);
        shelf.poll("post", &[entry(&day.to_string(), day, at)], at).await;
    }
    assert_eq!(found(3).await, 3);
    assert_eq!(found(2).await, 2);
    assert_eq!(shelf.counts().await.live, 3, "they stay on disk");
}

#[tokio::test]
async fn a_copy_beyond_the_window_is_not_looked_for() {
    let shelf = Shelf::new().await;
    shelf.poll("post", &[entry("a", 1, start())], start()).await;
    let nearly = |id: &str, at| {
        let mut nearly = entry(id, 1, at);
        nearly.text.push_str(" Kolden ultis.");
        nearly
    };
    let within = day(4) - SignedDuration::from_mins(1);
    assert_eq!(shelf.poll("gazette", &[nearly("b", within)], within).await.joined, 1);
    let shelf = Shelf::new().await;
    shelf.poll("post", &[entry("a", 1, start())], start()).await;
    let beyond = day(4) + SignedDuration::from_mins(1);
    assert_eq!(shelf.poll("gazette", &[nearly("b", beyond)], beyond).await.joined, 0);
}

#[tokio::test]
async fn sketches_of_another_version_are_made_anew() {
    let shelf = Shelf::new().await;
    let now = days(&shelf).await;
    let grown = look(&shelf.store, now).await;
    let horizon = now - SignedDuration::from_hours(4 * 24);
    let renew =
        async |store: &Store| store.write(move |tx| tx.renew_sketches(horizon)).await.unwrap();
    assert_eq!(renew(&shelf.store).await, 0);

    let file = Connection::open(shelf.file()).unwrap();
    let older = "UPDATE sketch SET bytes = CAST(x'01000000' || substr(bytes, 5) AS BLOB)";
    let all = file.execute(older, ()).unwrap();
    let another = shelf.another();
    assert!(look(&another, now).await.iter().all(|(alike, _)| alike.is_empty()));
    let renewed = renew(&another).await;
    assert!(0 < renewed && renewed < all, "{renewed} of {all}, those of the window");
    assert_eq!(renew(&another).await, 0);
    assert_eq!(look(&another, now).await, grown);
    assert_eq!(look(&shelf.another(), now).await, grown);
}
