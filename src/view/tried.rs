//! A query tried on the articles of the last days: how many stories it would tell, and which.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use crate::{
    config::Live,
    model::{RuleName, StoryId},
    pipeline::prepare,
    query::{Hit, Query},
    rule::{Rule, Ruleset, Scope},
    store::{ArticleRow, ReadTx, StoreError},
    story,
};

/// What came of it.
#[derive(Default)]
pub(crate) struct Tried {
    /// Articles that the query was asked of: those that have the words it cannot be true without.
    pub(crate) asked: u64,
    /// Those that it is true of.
    pub(crate) matched: u64,
    /// Stories of these, with the moment the first of them was seen.
    pub(crate) stories: BTreeMap<StoryId, Timestamp>,
    /// The newest stories, each by its newest article, with what makes the query true of it.
    pub(crate) samples: Vec<(ArticleRow, Vec<Hit>)>,
    /// Where it stopped before the beginning: the moment of the oldest article that was asked.
    pub(crate) back_to: Option<Timestamp>,
}

/// Asks a query of the articles first seen since `since`, the newest first, as polls ask rules;
/// until `go_on` says no.
pub(crate) fn trial(
    tx: &ReadTx<'_>,
    query: Query,
    live: &Live,
    since: Timestamp,
    samples: usize,
    mut go_on: impl FnMut() -> bool,
) -> Result<Tried, StoreError> {
    let needed = query.necessary();
    let rule = Rule { name: RuleName::new("tried"), query, scope: Scope::default() };
    let rules = Ruleset::compile(vec![rule]);
    let mut tried = Tried::default();
    let mut shown = HashSet::new();
    tx.search(needed.as_ref(), since, |row| {
        if !go_on() {
            tried.back_to = Some(row.article.seen_at);
            return false;
        }
        tried.asked += 1;
        if story::signal(&row.article.title, &row.article.text).kill {
            return true;
        }
        let tags = live.feeds.get(&row.feed).map_or(&[][..], |spec| &spec.tags);
        let facts =
            prepare::facts(&row.article, &row.provenance, row.feed.as_str(), tags, &live.agencies);
        let Some((_, hits)) = rules.matches(&facts).pop() else { return true };
        tried.matched += 1;
        let seen = row.article.seen_at;
        let first = tried.stories.entry(row.story).or_insert(seen);
        *first = seen.min(*first);
        if shown.len() < samples && shown.insert(row.story) {
            tried.samples.push((row, hits));
        }
        true
    })?;
    Ok(tried)
}
