//! What rules found, counted.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    ReadTx,
    rows::{from_ms, to_ms},
};
use crate::{
    model::{RuleName, StoryId},
    store::StoreError,
};

/// What a rule found since some moment.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Activity {
    /// Articles it is true of.
    pub articles: u64,
    /// Stories that these are copies of.
    pub stories: u64,
    /// Alerts made for it.
    pub alerts: u64,
    /// When the last of the articles was first seen.
    pub last: Option<Timestamp>,
}

impl ReadTx<'_> {
    /// How many articles were first seen since `since`.
    pub fn articles_since(&self, since: Timestamp) -> Result<u64, StoreError> {
        let mut count =
            self.db.prepare_cached("SELECT count(*) FROM article WHERE seen_at >= ?1")?;
        Ok(count.query_row([to_ms(since)], |row| row.get(0))?)
    }

    /// What each rule found in the articles first seen since `since`; a rule that found and told
    /// nothing is not there.
    pub fn activity(&self, since: Timestamp) -> Result<BTreeMap<RuleName, Activity>, StoreError> {
        let mut found = BTreeMap::new();
        // In the order of the articles: by the matches of each rule all articles would be looked up.
        let mut matches = self.db.prepare_cached(
            "SELECT rule, count(*), count(DISTINCT story), max(seen_at)
             FROM article CROSS JOIN rule_match ON rule_match.article = article.id
             WHERE seen_at >= ?1 GROUP BY rule",
        )?;
        let mut rows = matches.query([to_ms(since)])?;
        while let Some(row) = rows.next()? {
            let last = row.get::<_, Option<i64>>(3)?.map(from_ms);
            let activity =
                Activity { articles: row.get(1)?, stories: row.get(2)?, alerts: 0, last };
            found.insert(RuleName::new(row.get::<_, String>(0)?), activity);
        }
        let mut alerts = self
            .db
            .prepare_cached("SELECT rule, count(*) FROM alert WHERE made_at >= ?1 GROUP BY rule")?;
        let mut rows = alerts.query([to_ms(since)])?;
        while let Some(row) = rows.next()? {
            let rule = RuleName::new(row.get::<_, String>(0)?);
            found.entry(rule).or_default().alerts = row.get(1)?;
        }
        Ok(found)
    }

    /// The stories with an article, first seen since `since`, that a rule was true of.
    pub fn stories_of_rule(
        &self,
        rule: &RuleName,
        since: Timestamp,
    ) -> Result<BTreeSet<StoryId>, StoreError> {
        let mut stories = self.db.prepare_cached(
            "SELECT DISTINCT story FROM article JOIN rule_match ON rule_match.article = article.id
             WHERE rule = ?1 AND seen_at >= ?2",
        )?;
        let stories =
            stories.query_map((rule.as_str(), to_ms(since)), |row| Ok(StoryId(row.get(0)?)))?;
        Ok(stories.collect::<Result<_, _>>()?)
    }
}
