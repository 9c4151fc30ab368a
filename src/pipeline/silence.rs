//! Which silences are over an alert.

use tracing::warn;

use jiff::Timestamp;

use super::prepare;
use crate::{
    config::Live,
    model::{RuleName, StoryId},
    query,
    rule::{Rule, Ruleset, Scope},
    store::{ArticleRow, SilenceRow, StoreError, WriteTx},
};

/// The silences that are over an alert of a rule about a story, whoever they are for.
///
/// A query is asked of every article of the story, as a rule is: only one copy may say the word.
pub(super) fn over(
    tx: &WriteTx<'_>,
    rule: &RuleName,
    story: StoryId,
    live: &Live,
    now: Timestamp,
) -> Result<Vec<SilenceRow>, StoreError> {
    let reader = tx.reader();
    let mut over = Vec::new();
    let mut articles = None;
    for silence in reader.silences_of(rule, now)? {
        let is_about = match silence.asked.story {
            None => true,
            // It may have become part of another.
            Some(part) => part == story || reader.story_of(part)? == story,
        };
        let holds = is_about
            && match &silence.asked.query {
                None => true,
                Some(query) => {
                    let read = match articles.take() {
                        Some(read) => read,
                        None => reader.articles_of(story)?,
                    };
                    let read = articles.insert(read);
                    is_true(query, &silence, read, live)
                }
            };
        if holds {
            over.push(silence);
        }
    }
    Ok(over)
}

/// Whether a query is true of one of the articles at least.
fn is_true(query: &str, silence: &SilenceRow, articles: &[ArticleRow], live: &Live) -> bool {
    let (Some(query), _) = query::parse(query, &silence.asked.aliases) else {
        warn!("the query of silence {} is not understood any more; nothing is silent", silence.id);
        return false;
    };
    let rule = Rule { name: RuleName::new("silence"), query, scope: Scope::default() };
    let rules = Ruleset::compile(vec![rule]);
    articles.iter().any(|row| {
        let tags = live.feeds.get(&row.feed).map_or(&[][..], |spec| &spec.tags);
        let (article, provenance) = (&row.article, &row.provenance);
        let facts = prepare::facts(article, provenance, row.feed.as_str(), tags, &live.agencies);
        !rules.matches(&facts).is_empty()
    })
}
