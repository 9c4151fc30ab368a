//! People's hand on stories: takes one apart, or makes two one, and remembers it.
//!
//! No alert is made by it. Whatever comes later is decided with what is then known.

use jiff::Timestamp;

use crate::{
    model::{ArticleId, StoryId},
    store::{ArticleRow, Refused, StoreError, WriteTx},
    story::{self, Candidate, Relation, Sketch, Subject, Thresholds},
};

/// Takes articles out of a story into a new one, whose number is returned.
pub fn split(
    tx: &WriteTx<'_>,
    story: StoryId,
    articles: &[ArticleId],
    thresholds: &Thresholds,
    now: Timestamp,
) -> Result<Result<StoryId, Refused>, StoreError> {
    let split = tx.split_story(story, articles, now)?;
    if let Ok(new) = split {
        relate(tx, story, thresholds)?;
        relate(tx, new, thresholds)?;
    }
    Ok(split)
}

/// Makes two stories one; returns the number that it keeps.
pub fn merge(
    tx: &WriteTx<'_>,
    one: StoryId,
    other: StoryId,
    thresholds: &Thresholds,
    now: Timestamp,
) -> Result<Result<StoryId, Refused>, StoreError> {
    let merged = tx.merge_stories(one, other, now)?;
    if let Ok(story) = merged {
        relate(tx, story, thresholds)?;
    }
    Ok(merged)
}

/// Compares every article that was compared with nothing, or with what is of another story by now,
/// with the lead.
fn relate(tx: &WriteTx<'_>, story: StoryId, thresholds: &Thresholds) -> Result<(), StoreError> {
    tx.settle_lead(story, thresholds)?;
    let Some(row) = tx.reader().story(story)? else { return Ok(()) };
    let Some(lead) = row.articles.iter().find(|article| article.id == row.lead) else {
        return Ok(());
    };
    let lead = candidate(lead);
    let here = |id: ArticleId| row.articles.iter().any(|article| article.id == id);
    for article in &row.articles {
        let compared =
            article.relation != Relation::Lead && article.compared_with.is_some_and(here);
        if article.id == lead.article {
            tx.relate(article.id, None)?;
        } else if !compared {
            let evidence = story::relate(&candidate(article).sketch, &lead, thresholds);
            tx.relate(article.id, Some(&evidence))?;
        }
    }
    Ok(())
}

fn candidate(row: &ArticleRow) -> Candidate {
    let sketch = Sketch::of(&Subject::of(&row.article, &row.provenance));
    Candidate { article: row.id, story: row.story, sketch }
}
