//! What people said of stories holds for every copy that comes later, whoever stores it.

use rusqlite::Connection;
use wiredesk::{
    model::{ArticleId, Generation, RuleName, StoryId},
    pipeline::hand,
    store::{AlertRow, Refused, Store, StoryRow},
    story::{Relation, Thresholds},
};

use super::{Entry, Shelf, entry, minute, start};
use crate::support::wire::text;

async fn split(store: &Store, of: i64, articles: &[i64]) -> Result<StoryId, Refused> {
    let articles: Vec<ArticleId> = articles.iter().copied().map(ArticleId).collect();
    let thresholds = Thresholds::default();
    let split =
        store.write(move |tx| hand::split(tx, StoryId(of), &articles, &thresholds, minute(30)));
    split.await.unwrap()
}

async fn merge(store: &Store, one: i64, other: i64) -> Result<StoryId, Refused> {
    let (one, other, thresholds) = (StoryId(one), StoryId(other), Thresholds::default());
    let merged = store.write(move |tx| hand::merge(tx, one, other, &thresholds, minute(40)));
    merged.await.unwrap()
}

/// The first two of the three paragraphs.
fn cut(id: &str, number: u64) -> Entry {
    let mut cut = entry(id, number, start());
    cut.text.truncate(text(number).rfind("\n\n").unwrap());
    cut
}

/// One paragraph of a text after most of another.
fn mixed(id: &str, paragraph: &str, other: u64) -> Entry {
    let mut mixed = cut(id, other);
    mixed.text = format!("{paragraph}\n\n{}", mixed.text);
    mixed
}

async fn story(shelf: &Shelf, story: i64) -> Option<StoryRow> {
    shelf.store.read(move |tx| tx.story(StoryId(story))).await.unwrap()
}

/// The articles of a story.
async fn articles(shelf: &Shelf, number: i64) -> Vec<i64> {
    let story = story(shelf, number).await;
    story.unwrap().articles.iter().map(|row| row.id.0).collect()
}

async fn alerts(shelf: &Shelf, story: i64) -> Vec<AlertRow> {
    shelf.store.read(move |tx| tx.alerts_of(StoryId(story))).await.unwrap()
}

/// A text in the Post as article 1, and its first paragraphs in the Gazette as article 2.
async fn one_story() -> Shelf {
    let shelf = Shelf::new().await;
    shelf.poll("post", &[entry("a", 1, start())], start()).await;
    assert_eq!(shelf.poll("gazette", &[cut("b", 1)], minute(5)).await.joined, 1);
    shelf
}

/// Two texts as articles and stories 1 and 2, both in the Post.
async fn two_stories() -> Shelf {
    let shelf = Shelf::new().await;
    let entries = [entry("a", 1, start()), entry("b", 2, start())];
    assert_eq!(shelf.poll("post", &entries, start()).await.stories_opened, 2);
    shelf
}

#[tokio::test]
async fn copies_of_what_was_split_off_join_it_and_the_others_do_not() {
    let shelf = one_story().await;
    // The window knows both by now, and has to be told what another process does.
    shelf.poll("wire", &[], minute(6)).await;
    assert_eq!(split(&shelf.another(), 1, &[2]).await, Ok(StoryId(2)));
    assert_eq!(shelf.poll("courier", &[cut("c", 1)], minute(31)).await.joined, 1);
    assert_eq!(shelf.poll("wire", &[entry("d", 1, start())], minute(32)).await.joined, 1);
    assert_eq!((articles(&shelf, 1).await, articles(&shelf, 2).await), (vec![1, 4], vec![2, 3]));

    // Neither a revision nor a restart brings them together.
    let mut revised = entry("b", 1, start());
    revised.text.push_str(" Kolden ultis.");
    assert_eq!(shelf.poll("gazette", &[revised], minute(33)).await.revised, 1);
    let shelf = Shelf { store: shelf.another(), ..shelf };
    let copies = [Entry { id: "e".into(), ..cut("c", 1) }];
    assert_eq!(shelf.poll("wire", &copies, minute(34)).await.joined, 1);
    assert_eq!((articles(&shelf, 1).await, articles(&shelf, 2).await), (vec![1, 4], vec![2, 3, 5]));
    let related = story(&shelf, 1).await.unwrap().related;
    assert_eq!(related, [], "what was taken apart is not linked by copies that are like both");
}

#[tokio::test]
async fn of_the_same_text_taken_apart_later_copies_join_what_was_split_off() {
    let shelf = Shelf::new().await;
    for paper in ["post", "gazette"] {
        shelf.poll(paper, &[entry("a", 1, start())], start()).await;
    }
    split(&shelf.store, 1, &[2]).await.unwrap();
    shelf.poll("courier", &[entry("a", 1, start())], minute(31)).await;
    assert_eq!((articles(&shelf, 1).await, articles(&shelf, 2).await), (vec![1], vec![2, 3]));
    // Also when no window remembers it.
    let late = super::day(6);
    shelf.poll("wire", &[entry("a", 1, late)], late).await;
    assert_eq!(articles(&shelf, 2).await, [2, 3, 4]);
}

#[tokio::test]
async fn lead_and_relations_are_right_on_both_sides_of_a_split() {
    let shelf = one_story().await;
    shelf.poll("courier", &[cut("c", 1)], minute(6)).await;
    split(&shelf.store, 1, &[1]).await.unwrap();
    let [left, taken] = [story(&shelf, 1).await.unwrap(), story(&shelf, 2).await.unwrap()];
    assert_eq!((left.lead, taken.lead), (ArticleId(2), ArticleId(1)));
    assert_eq!((left.opened_at, left.last_seen), (minute(5), minute(6)));
    assert_eq!((taken.opened_at, taken.last_seen), (start(), start()));
    assert_eq!((left.origin.as_str(), left.origins), ("publisher:gazette", 1));
    let told = |row: &StoryRow| -> Vec<_> {
        row.articles.iter().map(|row| (row.id.0, row.relation, row.compared_with)).collect()
    };
    assert_eq!(told(&taken), [(1, Relation::Lead, None)]);
    let expected = [(2, Relation::Lead, None), (3, Relation::Verbatim, Some(ArticleId(2)))];
    assert_eq!(told(&left), expected);
}

#[tokio::test]
async fn copies_of_either_text_join_what_was_merged() {
    let shelf = two_stories().await;
    assert_eq!(merge(&shelf.another(), 2, 1).await, Ok(StoryId(1)));
    // Half of it is its own: near enough to the second text, and nothing like the first.
    let mut partly = entry("c", 2, start());
    partly.text = format!("{}\n\n{}", cut("c", 2).text, &cut("c", 7).text[..300]);
    assert_eq!(shelf.poll("gazette", &[partly], minute(41)).await.joined, 1);
    assert_eq!(shelf.poll("courier", &[entry("d", 1, start())], minute(42)).await.joined, 1);
    let shelf = Shelf { store: shelf.another(), ..shelf };
    let mut revised = entry("b", 2, start());
    revised.text.push_str(" Kolden ultis.");
    assert_eq!(shelf.poll("post", &[revised, entry("a", 1, start())], minute(43)).await.revised, 1);
    assert_eq!(shelf.poll("courier", &[entry("e", 2, start())], minute(44)).await.joined, 1);
    let row = story(&shelf, 1).await.unwrap();
    assert_eq!(articles(&shelf, 1).await, [1, 2, 3, 4, 5]);
    assert_eq!((row.lead, story(&shelf, 2).await), (ArticleId(1), None));
    let lead = row.articles.iter().filter(|row| row.relation == Relation::Lead);
    assert_eq!(lead.map(|row| row.id.0).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn merging_what_was_split_lifts_the_constraint_and_the_other_way_round() {
    let shelf = one_story().await;
    let said = |story| shelf.store.read(move |tx| tx.constraints(StoryId(story)));
    split(&shelf.store, 1, &[2]).await.unwrap();
    let apart = said(1).await.unwrap();
    assert_eq!((apart.parts, apart.apart), (vec![], vec![(StoryId(2), minute(30))]));
    merge(&shelf.store, 1, 2).await.unwrap();
    let merged = said(1).await.unwrap();
    assert_eq!((merged.parts, merged.apart), (vec![(StoryId(2), minute(40))], vec![]));
    split(&shelf.store, 1, &[2]).await.unwrap();
    let again = said(1).await.unwrap();
    assert_eq!((again.parts.len(), again.apart.len()), (0, 1));
    assert_eq!(shelf.poll("courier", &[cut("c", 1)], minute(45)).await.joined, 1);
    let last = again.apart[0].0;
    assert_eq!(articles(&shelf, last.0).await, [2, 3]);
}

#[tokio::test]
async fn what_is_taken_out_stays_apart_from_what_was_taken_out_before() {
    let shelf = Shelf::new().await;
    for paper in ["post", "gazette", "courier"] {
        shelf.poll(paper, &[entry("a", 1, start())], start()).await;
    }
    let second = split(&shelf.store, 1, &[2]).await.unwrap();
    let third = split(&shelf.store, 1, &[3]).await.unwrap();
    let apart = shelf.store.read(move |tx| tx.constraints(third)).await.unwrap().apart;
    let apart: Vec<_> = apart.into_iter().map(|(story, _)| story).collect();
    assert_eq!(apart, [StoryId(1), second]);
    // And from what they are merged with.
    merge(&shelf.store, 1, second.0).await.unwrap();
    let apart = shelf.store.read(move |tx| tx.constraints(third)).await.unwrap().apart;
    assert_eq!(apart.len(), 1);
}

#[tokio::test]
async fn links_go_with_the_articles_that_they_rest_on() {
    let shelf = one_story().await;
    // Story 2 is like what only the whole text of article 1 has, story 3 most like its cut.
    let text = text(1);
    let paragraphs: Vec<_> = text.split("\n\n").collect();
    let some: Vec<_> = paragraphs[0].split(' ').take(24).collect();
    let entries = [mixed("t", paragraphs[2], 9), mixed("m", &some.join(" "), 8)];
    assert_eq!(shelf.poll("courier", &entries, minute(6)).await.stories_opened, 2);
    let related = |row: Option<StoryRow>| -> Vec<i64> {
        row.unwrap().related.into_iter().map(|story| story.0).collect()
    };
    assert_eq!(related(story(&shelf, 1).await), [2, 3]);
    let new = split(&shelf.store, 1, &[2]).await.unwrap();
    let [left, taken] = [story(&shelf, 1).await, story(&shelf, new.0).await].map(related);
    assert_eq!((left, taken), (vec![2], vec![3]));
    // Merged, they have the links of both, and none to themselves.
    merge(&shelf.store, 1, new.0).await.unwrap();
    assert_eq!(related(story(&shelf, 1).await), [2, 3]);
    merge(&shelf.store, 1, 2).await.unwrap();
    assert_eq!(related(story(&shelf, 1).await), [3]);
    assert_eq!(related(story(&shelf, 3).await), [1]);
}

#[tokio::test]
async fn what_was_told_of_two_stories_was_told_of_the_one() {
    let shelf = two_stories().await;
    assert_eq!(shelf.counts().await.due, 4, "two stories to two addresses");
    merge(&shelf.store, 1, 2).await.unwrap();
    assert_eq!(shelf.counts().await.due, 2, "each address is told once");
    let [alert] = alerts(&shelf, 1).await.try_into().unwrap();
    assert_eq!(alert.reason.key(), "first");
    for (paper, number, at) in [("gazette", 1, 41), ("courier", 2, 42)] {
        let report = shelf.poll(paper, &[entry("c", number, start())], minute(at)).await;
        assert_eq!((report.joined, report.alerts), (1, 0));
    }
}

#[tokio::test]
async fn a_message_that_was_made_is_not_told_again_in_one_that_was_not() {
    let shelf = two_stories().await;
    let all = shelf.store.read(|tx| tx.deliveries_since(start())).await.unwrap();
    let second = alerts(&shelf, 2).await[0].id;
    let told = all.iter().find(|row| row.alerts == [second]).unwrap();
    let (made, address) = (told.id, told.address.clone());
    Connection::open(shelf.file())
        .unwrap()
        .execute(
            "UPDATE delivery SET bytes = x'00', sender = 's', state = 'sent' WHERE id = ?1",
            [made.0],
        )
        .unwrap();
    merge(&shelf.store, 1, 2).await.unwrap();
    let left = shelf.store.read(|tx| tx.deliveries_since(start())).await.unwrap();
    let to_address: Vec<_> = left.iter().filter(|row| row.address == address).collect();
    assert_eq!((left.len(), to_address.len()), (2, 1));
    assert_eq!((to_address[0].id, to_address[0].alerts.len()), (made, 1));
}

#[tokio::test]
async fn a_story_that_was_split_off_untold_is_told_when_more_of_it_comes() {
    let shelf = one_story().await;
    assert_eq!(shelf.counts().await.alerts, 1);
    split(&shelf.store, 1, &[2]).await.unwrap();
    assert_eq!((alerts(&shelf, 1).await.len(), alerts(&shelf, 2).await.len()), (1, 0));
    let report = shelf.poll("wire", &[entry("d", 1, start())], minute(31)).await;
    assert_eq!(report.alerts, 0, "story 1 was told");
    let report = shelf.poll("courier", &[cut("c", 1)], minute(32)).await;
    assert_eq!(report.alerts, 1, "story 2 was not");
    let report = shelf.poll("wire", &[cut("e", 1)], minute(33)).await;
    assert_eq!((report.joined, report.alerts), (1, 0));
}

#[tokio::test]
async fn an_alert_goes_with_the_articles_that_its_rule_is_true_of() {
    let shelf = one_story().await;
    let untrue = shelf.store.write(|tx| tx.put_matches(ArticleId(1), &[], Generation(1), false));
    untrue.await.unwrap();
    split(&shelf.store, 1, &[2]).await.unwrap();
    assert_eq!(alerts(&shelf, 1).await, []);
    let [moved] = alerts(&shelf, 2).await.try_into().unwrap();
    assert_eq!(moved.rule, RuleName::new("all"));
    let report = shelf.poll("courier", &[cut("c", 1)], minute(32)).await;
    assert_eq!((report.joined, report.alerts), (1, 0), "it was told of that text");
    let report = shelf.poll("wire", &[entry("d", 1, start())], minute(33)).await;
    assert_eq!((report.joined, report.alerts), (1, 1), "and not of the other");
}

#[tokio::test]
async fn stories_whose_leads_were_forgotten_can_be_split_and_merged() {
    let shelf = Shelf::new().await;
    for paper in ["post", "gazette", "courier"] {
        shelf.poll(paper, &[entry("a", 1, start()), entry("b", 2, start())], start()).await;
    }
    let file = Connection::open(shelf.file()).unwrap();
    file.execute_batch("DELETE FROM article WHERE id IN (1, 2)").unwrap();
    assert_eq!(merge(&shelf.store, 1, 2).await, Ok(StoryId(1)));
    assert_eq!(story(&shelf, 1).await.unwrap().lead, ArticleId(3));
    let new = split(&shelf.store, 1, &[3, 4]).await.unwrap();
    let [left, taken] = [story(&shelf, 1).await.unwrap(), story(&shelf, new.0).await.unwrap()];
    assert_eq!((left.lead, taken.lead), (ArticleId(5), ArticleId(3)));
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_and_changes_nothing() {
    let shelf = one_story().await;
    shelf.poll("courier", &[entry("c", 5, start())], minute(6)).await;
    let before = (articles(&shelf, 1).await, articles(&shelf, 2).await, shelf.counts().await);
    let (one, two) = (StoryId(1), StoryId(2));
    for (articles, expected) in [
        (vec![1, 2], Refused::Whole(one)),
        (vec![1, 3], Refused::Elsewhere { article: ArticleId(3), story: two }),
        (vec![1, 99], Refused::NoArticle(ArticleId(99))),
    ] {
        assert_eq!(split(&shelf.store, 1, &articles).await, Err(expected));
    }
    assert_eq!(split(&shelf.store, 77, &[1]).await, Err(Refused::NoStory(StoryId(77))));
    assert_eq!(merge(&shelf.store, 1, 77).await, Err(Refused::NoStory(StoryId(77))));
    assert_eq!(merge(&shelf.store, 1, 1).await, Err(Refused::Same(one)));
    let after = (articles(&shelf, 1).await, articles(&shelf, 2).await, shelf.counts().await);
    assert_eq!(before, after);
    merge(&shelf.store, 1, 2).await.unwrap();
    let gone = Refused::Merged { part: two, story: one };
    assert_eq!(split(&shelf.store, 2, &[3]).await, Err(gone.clone()));
    assert_eq!(merge(&shelf.store, 2, 1).await, Err(gone));
}
