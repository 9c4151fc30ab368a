//! A batch is there whole or not at all, and the next one sees exactly what is there.

use rusqlite::Connection;
use wiredesk::{
    model::{ArticleId, StoryId},
    pipeline::commit::{Batch, Report},
    store::StoreError,
};

use super::{Shelf, day, entry, minute, start};
use crate::support::wire::{Entry, text};

/// Lets `act` fail on the database file itself.
fn sabotage(shelf: &Shelf, act: &str, table: &str) -> Connection {
    let file = Connection::open(shelf.file()).unwrap();
    file.execute_batch(&format!(
        "CREATE TRIGGER sabotage BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, 'sabotage'); END"
    ))
    .unwrap();
    file
}

/// The story of each article, in the order of their rows.
async fn stories(shelf: &Shelf) -> Vec<StoryId> {
    let stories = shelf.store.read(|tx| {
        let mut stories = Vec::new();
        tx.each_article(start(), |row| {
            stories.push(row.story);
            true
        })?;
        Ok(stories)
    });
    stories.await.unwrap()
}

#[tokio::test]
async fn nothing_of_a_batch_is_there_when_its_last_part_fails() {
    for (act, table) in [
        ("INSERT", "article"),
        ("INSERT", "sketch"),
        ("INSERT", "rule_match"),
        ("INSERT", "alert"),
        ("INSERT", "delivery"),
        ("INSERT", "delivery_alert"),
        ("UPDATE OF etag", "feed"),
    ] {
        let shelf = Shelf::new().await;
        shelf.poll("post", &[entry("before", 1, start())], start()).await;
        let claimed = shelf.claim("post", minute(10)).await;
        let (feed, counts) = (shelf.feed("post").await, shelf.counts().await);
        let file = sabotage(&shelf, act, table);

        let entries = [entry("x", 2, start()), entry("y", 3, start()), entry("z", 1, start())];
        let failed = shelf.commit(&claimed, &entries, minute(10)).await;
        assert!(matches!(failed, Err(StoreError::Sql(_))), "{act} {table}: {failed:?}");
        assert_eq!(shelf.feed("post").await, feed, "{act} {table}");
        assert_eq!(shelf.counts().await, counts, "{act} {table}");
        for table in ["article", "article_key", "story", "sketch", "rule_match", "delivery_alert"] {
            let rows = |table| {
                file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
            };
            let expected = match table {
                "article_key" => 3,
                "delivery_alert" => 2,
                _ => 1,
            };
            assert_eq!(rows(table), Ok(expected), "{act} {table}");
        }

        file.execute_batch("DROP TRIGGER sabotage").unwrap();
        let report = shelf.commit(&claimed, &entries, minute(11)).await.unwrap();
        let expected =
            Report { new: 3, stories_opened: 2, joined: 1, alerts: 2, ..Report::default() };
        assert_eq!(report, expected, "{act} {table}");
        assert_eq!(shelf.feed("post").await.state.validators.etag.as_deref(), Some("\"3\""));
        assert_eq!(shelf.counts().await.due, 6, "three stories to two addresses");
    }
}

#[tokio::test]
async fn a_rolled_back_batch_leaves_no_trace_in_the_window() {
    let shelf = Shelf::new().await;
    let papers = shelf.claim_all(start()).await;
    let [courier, gazette, ..] = &papers[..] else { panic!("{papers:?}") };
    let file = sabotage(&shelf, "INSERT", "alert");
    // It would have been story 1, in a window that has nothing else.
    shelf.commit(courier, &[entry("lost", 1, start())], start()).await.unwrap_err();
    file.execute_batch("DROP TRIGGER sabotage").unwrap();

    let report = shelf.commit(gazette, &[entry("other", 2, start())], minute(1)).await.unwrap();
    assert_eq!((report.stories_opened, report.joined), (1, 0));
    // The number that the lost article had belongs to another now: its text must not lead there.
    let report = shelf.commit(courier, &[entry("lost", 1, start())], minute(2)).await.unwrap();
    assert_eq!((report.stories_opened, report.joined), (1, 0));
    assert_eq!(stories(&shelf).await, [StoryId(1), StoryId(2)]);
}

#[tokio::test]
async fn a_panic_in_the_middle_keeps_nothing_and_breaks_nothing() {
    let shelf = Shelf::new().await;
    let claimed = shelf.claim("post", start()).await;
    let entries = [entry("a", 1, start())];
    let prepared = shelf.prepared(&claimed, &entries, start());
    let (feed, claim) = (claimed.state.id, claimed.claim);
    let live = shelf.live.clone();
    let broken = shelf.store.write(move |tx| -> Result<(), StoreError> {
        let batch = Batch {
            feed,
            claim,
            prepared: prepared.clone(),
            waiting: Vec::new(),
            files: Vec::new(),
            end: None,
            now: start(),
        };
        wiredesk::pipeline::commit::commit(tx, &batch, &live)?;
        panic!("a bug");
    });
    assert!(matches!(broken.await, Err(StoreError::Panicked)));
    assert_eq!(shelf.counts().await.articles, 0);
    let report = shelf.commit(&claimed, &entries, minute(1)).await.unwrap();
    assert_eq!((report.new, report.joined), (1, 0));
}

#[tokio::test]
async fn a_slice_keeps_the_validators_for_the_last_one() {
    let shelf = Shelf::new().await;
    let claimed = shelf.claim("post", start()).await;
    let slice = Batch {
        feed: claimed.state.id,
        claim: claimed.claim,
        prepared: shelf.prepared(&claimed, &[entry("a", 1, start())], start()),
        waiting: Vec::new(),
        files: Vec::new(),
        end: None,
        now: start(),
    };
    assert_eq!(shelf.write(slice).await.unwrap().new, 1);
    let feed = shelf.feed("post").await;
    assert_eq!(
        (feed.articles, &feed.state.validators.etag, feed.state.last_success),
        (1, &None, None)
    );
    // The process ends here; the poll is done again, and finds one of two.
    let again = shelf.claim("post", minute(6)).await;
    let both = [entry("a", 1, start()), entry("b", 2, start())];
    let report = shelf.commit(&again, &both, minute(6)).await.unwrap();
    assert_eq!((report.new, report.unchanged), (1, 1));
    assert_eq!(shelf.feed("post").await.state.validators.etag.as_deref(), Some("\"2\""));
}

#[tokio::test]
async fn copies_that_come_in_one_transaction_are_one_story() {
    let shelf = Shelf::new().await;
    let shorter = |id: &str| {
        let mut copy = entry(id, 1, start());
        copy.text.truncate(text(1).rfind("\n\n").unwrap());
        copy
    };
    let entries = [entry("a", 1, start()), entry("b", 2, start()), shorter("c"), shorter("d")];
    let report = shelf.poll("post", &entries, start()).await;
    assert_eq!((report.new, report.stories_opened, report.joined, report.alerts), (4, 2, 2, 2));
    assert_eq!(stories(&shelf).await, [1, 2, 1, 1].map(StoryId));
}

#[tokio::test]
async fn an_exact_copy_joins_when_the_window_has_forgotten_its_story() {
    let shelf = Shelf::new().await;
    let first = entry("first", 1, start());
    shelf.poll("post", std::slice::from_ref(&first), start()).await;
    let exact = |id: &str| Entry { id: id.into(), published: day(5), ..first.clone() };
    let mut nearly = exact("nearly");
    nearly.text.push_str(" Kolden ultis.");
    let report = shelf.poll("gazette", &[exact("exact"), nearly.clone()], day(5)).await;
    assert_eq!((report.joined, report.stories_opened), (2, 0), "the second by way of the first");
    // Without it, nothing in the window is like it.
    let shelf = Shelf::new().await;
    shelf.poll("post", &[first], start()).await;
    let report = shelf.poll("gazette", &[nearly], day(5)).await;
    assert_eq!((report.joined, report.stories_opened), (0, 1));
}

#[tokio::test]
async fn a_late_copy_under_another_headline_joins_if_it_is_of_one_story_of_another_house() {
    let shelf = Shelf::new().await;
    shelf.poll("post", &[entry("first", 1, start())], start()).await;
    shelf.poll("post", &[entry("notice-of-june", 2, start())], minute(9)).await;
    shelf.poll("post", &[entry("notice", 2, day(5))], day(5)).await;
    assert_eq!(shelf.counts().await.stories, 3, "the house itself has said it twice");
    let mut credited = entry("elsewhere", 1, day(6));
    credited.text = format!("ARDEN, May 12 (TNA): {}", credited.text);
    let report = shelf.poll("gazette", &[credited], day(6)).await;
    assert_eq!((report.joined, report.stories_opened), (1, 0));
    // The window has the younger of the two notices, too: long after both, neither is meant.
    let report = shelf.poll("courier", &[entry("other", 2, day(12))], day(12)).await;
    assert_eq!((report.joined, report.stories_opened), (0, 1));
}

#[tokio::test]
async fn a_revision_keeps_its_story_and_what_it_said() {
    let shelf = Shelf::new().await;
    shelf.poll("post", &[entry("a", 1, start())], start()).await;
    let report = shelf.poll("post", &[entry("a", 2, start())], minute(10)).await;
    assert_eq!((report.new, report.revised, report.stories_opened), (0, 1, 0));
    let row = shelf.store.read(|tx| tx.article(ArticleId(1))).await.unwrap().unwrap();
    assert_eq!((row.revision, row.story, row.article.text), (1, StoryId(1), text(2)));
    let file = Connection::open(shelf.file()).unwrap();
    let kept: String = file
        .query_row("SELECT text FROM revision WHERE article = 1", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, text(1));
    // Copies are recognised by what it says now.
    let report = shelf.poll("gazette", &[entry("b", 2, start())], minute(11)).await;
    assert_eq!(report.joined, 1);
    let report = shelf.poll("courier", &[entry("c", 1, start())], minute(12)).await;
    assert_eq!(report.stories_opened, 1);
}

#[tokio::test]
async fn a_revision_and_a_copy_of_what_it_said_before_may_come_in_one_transaction() {
    let shelf = Shelf::new().await;
    shelf.poll("post", &[entry("a", 1, start())], start()).await;
    let mut copy = entry("b", 1, start());
    copy.text.push_str(" Kolden ultis.");
    let report = shelf.poll("post", &[entry("a", 2, start()), copy], minute(10)).await;
    assert_eq!((report.revised, report.joined, report.stories_opened), (1, 0, 1));
}

#[tokio::test]
async fn every_version_of_an_article_is_kept() {
    let shelf = Shelf::new().await;
    let texts = ["It is shut.", "It is open.", "It is shut again."];
    for (at, words) in (0..).zip(texts) {
        let entry = Entry {
            id: "x".into(),
            title: format!("Harbour {at}"),
            text: words.into(),
            published: start(),
        };
        shelf.poll("post", &[entry], minute(at)).await;
    }
    let versions = shelf.store.read(|tx| tx.versions(ArticleId(1))).await.unwrap();
    let kept: Vec<_> = versions
        .iter()
        .map(|version| (version.revision, version.text.as_str(), version.seen_at))
        .collect();
    assert_eq!(
        kept,
        [0, 1, 2].map(|at| (at, texts[usize::try_from(at).unwrap()], minute(at.into())))
    );
    assert_eq!(versions[1].title, "Harbour 1");
}
