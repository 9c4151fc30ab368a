//! Matches and alerts: which rules are true of an article, and what was told of a story.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    ReadTx, WriteTx,
    rows::{from_ms, to_ms},
};
use crate::{
    alert::{Quiet, Reason, Told},
    model::{AlertId, ArticleId, Generation, Priority, RuleName, StoryId},
    query::{Field, Hit},
    rule::RuleMatch,
    store::StoreError,
};

/// A match as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchRow {
    /// The article.
    pub article: ArticleId,
    /// The rule.
    pub rule: RuleName,
    /// The configuration that said so.
    pub generation: Generation,
    /// Whether the article is part of a baseline.
    pub baseline: bool,
    /// What made it true.
    pub hits: Vec<Hit>,
    /// What was decided when the article was placed.
    pub decision: Option<String>,
}

/// An alert as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRow {
    /// Its row.
    pub id: AlertId,
    /// The rule.
    pub rule: RuleName,
    /// The story.
    pub story: StoryId,
    /// Why.
    pub reason: Reason,
    /// The article that gave rise to it.
    pub article: ArticleId,
    /// When it was made.
    pub made_at: Timestamp,
    /// How urgent its rule was then.
    pub priority: Option<Priority>,
}

/// An alert to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewAlert<'a> {
    /// The rule.
    pub rule: &'a RuleName,
    /// The story.
    pub story: StoryId,
    /// Why.
    pub reason: &'a Reason,
    /// The article that gives rise to it.
    pub article: ArticleId,
    /// Words of the longest version now.
    pub words: u32,
    /// Independent origins now.
    pub origins: u32,
    /// How urgent the rule is.
    pub priority: Option<Priority>,
    /// The configuration that decides.
    pub generation: Generation,
    /// Now.
    pub now: Timestamp,
}

impl WriteTx<'_> {
    /// Replaces what rules are true of an article.
    pub fn put_matches(
        &self,
        article: ArticleId,
        matches: &[RuleMatch],
        generation: Generation,
        baseline: bool,
    ) -> Result<(), StoreError> {
        self.db
            .prepare_cached("DELETE FROM rule_match WHERE article = ?1")?
            .execute([article.0])?;
        let mut put = self.db.prepare_cached(
            "INSERT INTO rule_match (article, rule, generation, baseline, hits) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for found in matches {
            let hits = hits_to(&found.hits);
            put.execute((
                article.0,
                found.rule.as_str(),
                generation.0.cast_signed(),
                baseline,
                hits,
            ))?;
        }
        Ok(())
    }

    /// Notes what was decided for a rule when an article was placed, for `explain`. Only a decision
    /// to wait is ever replaced: what comes to the story later is not about this article.
    pub fn note_decision(
        &self,
        article: ArticleId,
        rule: &RuleName,
        decision: &str,
    ) -> Result<(), StoreError> {
        self.db
            .prepare_cached(
                "UPDATE rule_match SET decision = ?3 WHERE article = ?1 AND rule = ?2
                     AND (decision IS NULL OR decision = ?4)",
            )?
            .execute((article.0, rule.as_str(), decision, Quiet::Waiting.as_str()))?;
        Ok(())
    }

    /// Promises to tell; `None` when that was promised before.
    pub fn make_alert(&self, new: &NewAlert<'_>) -> Result<Option<AlertId>, StoreError> {
        let made = self
            .db
            .prepare_cached(
                "INSERT OR IGNORE INTO alert
                     (rule, story, reason_key, article, words, origins, generation, made_at, priority)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute((
                new.rule.as_str(),
                new.story.0,
                new.reason.key(),
                new.article.0,
                new.words,
                new.origins,
                new.generation.0.cast_signed(),
                to_ms(new.now),
                new.priority.map(|priority| priority.0),
            ))?;
        Ok((made == 1).then(|| AlertId(self.db.last_insert_rowid())))
    }

    /// Gives what was told under an old name of a rule to its new one.
    pub fn rename_rule(&self, was: &RuleName, name: &RuleName) -> Result<(), StoreError> {
        let both = (was.as_str(), name.as_str());
        self.db.execute("UPDATE OR IGNORE alert SET rule = ?2 WHERE rule = ?1", both)?;
        self.db.execute("UPDATE OR IGNORE rule_match SET rule = ?2 WHERE rule = ?1", both)?;
        self.db.execute("UPDATE silence SET rule = ?2 WHERE rule = ?1", both)?;
        Ok(())
    }
}

impl ReadTx<'_> {
    /// Every rule with a match in the story, or that told of it; true where an article matches that
    /// is not part of a baseline.
    pub fn rules_of_story(&self, story: StoryId) -> Result<BTreeMap<RuleName, bool>, StoreError> {
        let mut rules = self.db.prepare_cached(
            "SELECT rule, max(eligible) FROM (
                 SELECT rule, baseline = 0 AND held_until IS NULL AS eligible FROM rule_match JOIN article ON article.id = rule_match.article
                 WHERE article.story = ?1
                 UNION ALL SELECT rule, 0 FROM alert WHERE story = ?1)
             GROUP BY rule",
        )?;
        let rules = rules.query_map([story.0], |row| {
            Ok((RuleName::new(row.get::<_, String>(0)?), row.get(1)?))
        })?;
        Ok(rules.collect::<Result<_, _>>()?)
    }

    /// What a rule was told of a story, the oldest first.
    pub fn told(&self, rule: &RuleName, story: StoryId) -> Result<Vec<Told>, StoreError> {
        let mut told = self.db.prepare_cached(
            "SELECT reason_key, words, origins FROM alert WHERE rule = ?1 AND story = ?2 ORDER BY id",
        )?;
        let told = told.query_map((rule.as_str(), story.0), |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))
        })?;
        told.map(|row| {
            let (key, words, origins) = row?;
            Ok(Told { reason: reason_from(&key)?, words, origins })
        })
        .collect()
    }

    /// Whether a rule told somebody of any of these stories: what was silenced throughout was not.
    pub fn told_any(&self, rule: &RuleName, stories: &[StoryId]) -> Result<bool, StoreError> {
        let mut told = self.db.prepare_cached(
            "SELECT 1 FROM alert WHERE rule = ?1 AND story = ?2
                 AND (EXISTS (SELECT 1 FROM delivery_alert WHERE alert = alert.id)
                     OR NOT EXISTS (SELECT 1 FROM silenced WHERE alert = alert.id))",
        )?;
        for story in stories {
            if told.exists((rule.as_str(), story.0))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The rules that are true of an article.
    pub fn matches_of(&self, article: ArticleId) -> Result<Vec<MatchRow>, StoreError> {
        let mut rows = self.db.prepare_cached(
            "SELECT rule, generation, baseline, hits, decision FROM rule_match WHERE article = ?1 ORDER BY rule",
        )?;
        let mut rows = rows.query([article.0])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(MatchRow {
                article,
                rule: RuleName::new(row.get::<_, String>(0)?),
                generation: Generation(row.get::<_, i64>(1)?.cast_unsigned()),
                baseline: row.get(2)?,
                hits: hits_from(&row.get::<_, String>(3)?)?,
                decision: row.get(4)?,
            });
        }
        Ok(found)
    }

    /// The alert of that number.
    pub fn alert(&self, id: AlertId) -> Result<Option<AlertRow>, StoreError> {
        Ok(self.alerts_where("id = ?1", id.0)?.pop())
    }

    /// The alerts of a story, the oldest first.
    pub fn alerts_of(&self, story: StoryId) -> Result<Vec<AlertRow>, StoreError> {
        self.alerts_where("story = ?1", story.0)
    }

    /// Every alert made since `since`, the oldest first.
    pub fn alerts_since(&self, since: Timestamp) -> Result<Vec<AlertRow>, StoreError> {
        self.alerts_where("made_at >= ?1", to_ms(since))
    }

    pub(super) fn alerts_where(
        &self,
        condition: &str,
        value: i64,
    ) -> Result<Vec<AlertRow>, StoreError> {
        let mut rows = self.db.prepare_cached(&format!(
            "SELECT id, rule, story, reason_key, article, made_at, priority FROM alert WHERE {condition} ORDER BY id"
        ))?;
        let mut rows = rows.query([value])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(AlertRow {
                id: AlertId(row.get(0)?),
                rule: RuleName::new(row.get::<_, String>(1)?),
                story: StoryId(row.get(2)?),
                reason: reason_from(&row.get::<_, String>(3)?)?,
                article: ArticleId(row.get(4)?),
                made_at: from_ms(row.get(5)?),
                priority: row.get::<_, Option<u8>>(6)?.map(Priority),
            });
        }
        Ok(found)
    }
}

fn reason_from(key: &str) -> Result<Reason, StoreError> {
    Reason::from_key(key).ok_or_else(|| StoreError::Content(format!("the reason `{key}`")))
}

fn hits_to(hits: &[Hit]) -> String {
    let one = |hit: &Hit| match hit {
        Hit::Words { field, range } => json!([field.as_str(), range.start, range.end]),
        Hit::Value { field, value } => json!([field.as_str(), value]),
    };
    Value::Array(hits.iter().map(one).collect()).to_string()
}

fn hits_from(text: &str) -> Result<Vec<Hit>, StoreError> {
    let bad = || StoreError::Content("the hits of a match".to_owned());
    let list: Vec<Value> = serde_json::from_str(text).map_err(|_| bad())?;
    list.iter()
        .map(|value| {
            let field = value[0].as_str().and_then(Field::named).ok_or_else(bad)?;
            if let Some(value) = value[1].as_str() {
                return Ok(Hit::Value { field, value: value.to_owned() });
            }
            let at = |index: usize| {
                value[index].as_u64().and_then(|n| usize::try_from(n).ok()).ok_or_else(bad)
            };
            Ok(Hit::Words { field, range: at(1)?..at(2)? })
        })
        .collect()
}
