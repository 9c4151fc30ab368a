//! The stored articles that a query is true of, the newest first.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    config::Live,
    model::RuleName,
    pipeline::prepare,
    query::{Hit, Query},
    rule::{Rule, Ruleset, Scope},
    store::{ArticleRow, ReadTx, StoreError},
    view::json::{present, span, time},
};

/// Without a word to look up, so many of the newest articles are read and no more.
const MOST_READ: u64 = 100_000;

/// What was found, and whether there may be more.
#[derive(Default)]
pub(crate) struct Found {
    /// The newest article of each story, with what makes the query true of it.
    pub(crate) articles: Vec<(ArticleRow, Vec<Hit>)>,
    /// Why there may be more.
    pub(crate) more: Option<&'static str>,
}

/// The newest article of each story that the query is true of, until `go_on` says no. The index only says which articles
/// to ask: the verdict is the matcher's.
pub(crate) fn find(
    tx: &ReadTx<'_>,
    query: Query,
    live: &Live,
    since: Timestamp,
    most: usize,
    mut go_on: impl FnMut() -> bool,
) -> Result<Found, StoreError> {
    let needed = query.necessary();
    let rule = Rule { name: RuleName::new("search"), query, scope: Scope::default() };
    let rules = Ruleset::compile(vec![rule]);
    let mut stories = HashSet::new();
    let mut found = Found::default();
    let mut read = 0;
    tx.search(needed.as_ref(), since, |row| {
        if !go_on() {
            found.more = Some("there was no time for older ones");
            return false;
        }
        read += 1;
        if needed.is_none() && read > MOST_READ {
            found.more = Some("only the newest 100000 articles were read: name a word");
            return false;
        }
        if stories.contains(&row.story) {
            return true;
        }
        let tags = live.feeds.get(&row.feed).map_or(&[][..], |spec| &spec.tags);
        let facts =
            prepare::facts(&row.article, &row.provenance, row.feed.as_str(), tags, &live.agencies);
        let Some((_, hits)) = rules.matches(&facts).pop() else { return true };
        if found.articles.len() == most {
            found.more = Some("there are more: --limit shows them");
            return false;
        }
        stories.insert(row.story);
        found.articles.push((row, hits));
        true
    })?;
    Ok(found)
}

/// A found article as JSON, with the places of what makes the query true.
pub(crate) fn json(row: &ArticleRow, hits: &[Hit]) -> Value {
    let article = &row.article;
    present(json!({
        "article": row.id.0,
        "story": row.story.0,
        "title": article.title,
        "publisher": article.publisher,
        "feed": row.feed.as_str(),
        "url": article.url,
        "published": article.published.map(time),
        "seen_at": time(article.seen_at),
        "spans": hits.iter().map(|hit| span(article, hit)).collect::<Vec<_>>(),
    }))
}
