//! Which copy leads a story.

use wiredesk::{model::StoryId, store::StoryRow, story::Relation};

use super::{Shelf, entry, minute};

/// The only story.
async fn story(shelf: &Shelf) -> StoryRow {
    shelf.store.read(|tx| tx.story(StoryId(1))).await.unwrap().unwrap()
}

/// The feed whose article leads the story, and what each feed's copy is to the one it was
/// compared with.
async fn told(shelf: &Shelf) -> (String, Vec<(String, Relation)>) {
    let story = story(shelf).await;
    let lead = story.articles.iter().find(|row| row.id == story.lead).unwrap();
    let relations = story.articles.iter().map(|row| (row.feed.to_string(), row.relation));
    (lead.feed.to_string(), relations.collect())
}

fn relations(expected: &[(&str, Relation)]) -> Vec<(String, Relation)> {
    expected.iter().map(|(feed, relation)| ((*feed).to_owned(), *relation)).collect()
}

#[tokio::test]
async fn the_earliest_copy_leads_in_whatever_order_copies_come() {
    let shelf = Shelf::new().await;
    shelf.poll("post", &[entry("a", 1, minute(-10))], minute(1)).await;
    shelf.poll("gazette", &[entry("b", 1, minute(-5))], minute(2)).await;
    let both = [("post", Relation::Lead), ("gazette", Relation::Verbatim)];
    assert_eq!(told(&shelf).await, ("post".to_owned(), relations(&both)));
    shelf.poll("courier", &[entry("c", 1, minute(-20))], minute(3)).await;
    let all = [
        ("courier", Relation::Lead),
        ("post", Relation::Verbatim),
        ("gazette", Relation::Verbatim),
    ];
    assert_eq!(told(&shelf).await, ("courier".to_owned(), relations(&all)));
    let story = story(&shelf).await;
    assert_eq!(story.articles[1].compared_with, Some(story.lead));
    assert!(story.articles[1].similarity.unwrap() > 0.9);
}

#[tokio::test]
async fn a_date_that_is_put_right_moves_the_lead() {
    let shelf = Shelf::new().await;
    shelf.poll("post", &[entry("a", 1, minute(-10))], minute(1)).await;
    shelf.poll("gazette", &[entry("b", 1, minute(-5))], minute(2)).await;
    shelf.poll("gazette", &[entry("b", 1, minute(-30))], minute(4)).await;
    let both = [("gazette", Relation::Lead), ("post", Relation::Verbatim)];
    assert_eq!(told(&shelf).await, ("gazette".to_owned(), relations(&both)));
}

#[tokio::test]
async fn the_agencys_own_item_leads_although_it_came_last() {
    let shelf = Shelf::new().await;
    shelf.poll("post", &[entry("a", 1, minute(-10))], minute(1)).await;
    shelf.poll("wire", &[entry("b", 1, minute(-5))], minute(2)).await;
    let both = [("post", Relation::Verbatim), ("wire", Relation::Lead)];
    assert_eq!(told(&shelf).await, ("wire".to_owned(), relations(&both)));
    shelf.poll("courier", &[entry("c", 1, minute(-20))], minute(3)).await;
    assert_eq!(told(&shelf).await.0, "wire", "nor does an older copy take its place");
}
