//! The desk: the newest stories by rule, origin and feed, page by page, and what happens a day.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params_from_iter, types::Value};

use super::{
    ReadTx,
    rows::{from_ms, to_ms},
};
use crate::{
    model::{AlertId, ArticleId, DeliveryId, FeedName, RuleName, StoryId},
    store::{AlertRow, DeliveryRow, StoreError},
};

/// Which stories are looked for; what is not named does not matter.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Filter {
    /// With an article that this rule was true of.
    pub rule: Option<RuleName>,
    /// With an article that states this origin: an agency's id, or `publisher:` and a slug.
    pub origin: Option<String>,
    /// With an article of this feed.
    pub feed: Option<FeedName>,
}

/// A story in a list, with the article that brings it there: the newest that the filter admits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Listed {
    /// The story.
    pub story: StoryId,
    /// The article, which is also the place in the list.
    pub article: ArticleId,
}

/// A copy as a list shows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Copied {
    /// Which article.
    pub article: ArticleId,
    /// Who printed it.
    pub publisher: String,
    /// Whether that is the agency itself.
    pub is_agency: bool,
    /// When it was first seen.
    pub seen_at: Timestamp,
}

/// A story as a list shows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Brief {
    /// The story.
    pub id: StoryId,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When its last article was seen.
    pub last_seen: Timestamp,
    /// The headline of its lead.
    pub title: String,
    /// The link of its lead.
    pub url: Option<String>,
    /// Who printed its lead.
    pub publisher: String,
    /// Whose story it is: an agency's id, or `publisher:` and a slug.
    pub origin: String,
    /// Independent origins over it and its related stories.
    pub origins: u32,
    /// Whether the house of its lead took it back.
    pub withdrawn: bool,
    /// Its copies, the earliest seen first.
    pub copies: Vec<Copied>,
    /// Rules that were true of one of them, and whether they were told.
    pub rules: BTreeMap<RuleName, bool>,
}

impl ReadTx<'_> {
    /// At most so many stories, the newest first, that come after the place `before` in the list.
    pub fn desk(
        &self,
        filter: &Filter,
        before: Option<ArticleId>,
        most: usize,
    ) -> Result<Vec<Listed>, StoreError> {
        let Filter { rule, origin, feed } = filter;
        let mut values = vec![Value::from(before.map_or(i64::MAX, |article| article.0))];
        let mut admitted = Vec::new();
        let mut value = |text: &str| {
            values.push(text.to_owned().into());
            values.len()
        };
        if let Some(rule) = rule {
            let at = value(rule.as_str());
            admitted.push(format!(
                "EXISTS (SELECT 1 FROM rule_match WHERE rule = ?{at} AND article = {{}}.id)"
            ));
        }
        if let Some(origin) = origin {
            admitted.push(format!("{{}}.origin = ?{}", value(origin)));
        }
        if let Some(feed) = feed {
            let at = value(feed.as_str());
            admitted.push(format!("{{}}.feed = (SELECT id FROM feed WHERE name = ?{at})"));
        }
        let of = |article: &str| -> String {
            let parts =
                admitted.iter().map(|part| [" AND ", &part.replace("{}", article)].concat());
            parts.collect()
        };
        // By the table that names the fewest rows: matches, else articles of an origin or a feed.
        let from = match (rule, origin, feed) {
            (Some(_), ..) => {
                "rule_match JOIN article AS a ON a.id = rule_match.article WHERE rule_match.rule = ?2 AND rule_match.article < ?1"
            }
            _ => "article AS a WHERE a.id < ?1",
        };
        let order = match (rule, origin, feed) {
            (Some(_), ..) => "rule_match.article DESC",
            (None, None, Some(_)) => "a.seen_at DESC, a.id DESC",
            _ => "a.id DESC",
        };
        let mut rows = self.db.prepare_cached(&format!(
            "SELECT a.story, a.id FROM {from}{} AND NOT EXISTS (
                 SELECT 1 FROM article AS b WHERE b.story = a.story AND b.id > a.id{})
             ORDER BY {order} LIMIT {most}",
            of("a"),
            of("b")
        ))?;
        let rows = rows.query_map(params_from_iter(values), |row| {
            Ok(Listed { story: StoryId(row.get(0)?), article: ArticleId(row.get(1)?) })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A story as a list shows it, without its texts.
    pub fn brief(&self, id: StoryId) -> Result<Option<Brief>, StoreError> {
        let mut lead = self.db.prepare_cached(
            "SELECT opened_at, last_seen, withdrawn, title, url, publisher
             FROM story JOIN article ON article.id = story.lead WHERE story.id = ?1",
        )?;
        let lead = lead.query_row([id.0], |row| {
            Ok(Brief {
                id,
                opened_at: from_ms(row.get(0)?),
                last_seen: from_ms(row.get(1)?),
                withdrawn: row.get(2)?,
                title: row.get(3)?,
                url: row.get(4)?,
                publisher: row.get(5)?,
                origin: String::new(),
                origins: 0,
                copies: Vec::new(),
                rules: BTreeMap::new(),
            })
        });
        let Some(brief) = lead.optional()? else { return Ok(None) };
        Ok(Some(Brief {
            origin: self.origin(id)?.unwrap_or_default(),
            origins: self.origins(id)?,
            copies: self.copies(id)?,
            rules: self.rules_of_story(id)?,
            ..brief
        }))
    }

    fn copies(&self, story: StoryId) -> Result<Vec<Copied>, StoreError> {
        let mut copies = self.db.prepare_cached(
            "SELECT id, publisher, json_extract(provenance, '$.authorship') = 'agency_site', seen_at
             FROM article WHERE story = ?1 ORDER BY seen_at, id",
        )?;
        let copies = copies.query_map([story.0], |row| {
            Ok(Copied {
                article: ArticleId(row.get(0)?),
                publisher: row.get(1)?,
                is_agency: row.get::<_, Option<bool>>(2)?.unwrap_or(false),
                seen_at: from_ms(row.get(3)?),
            })
        })?;
        Ok(copies.collect::<Result<_, _>>()?)
    }

    /// The newest article there is; 0 before the first.
    pub fn newest_article(&self) -> Result<ArticleId, StoreError> {
        let mut newest = self.db.prepare_cached("SELECT coalesce(max(id), 0) FROM article")?;
        Ok(ArticleId(newest.query_row([], |row| row.get(0))?))
    }

    /// At most so many articles, the newest first, that come before `before`.
    pub fn articles_before(
        &self,
        before: Option<ArticleId>,
        most: usize,
    ) -> Result<Vec<ArticleId>, StoreError> {
        let mut ids = self
            .db
            .prepare_cached("SELECT id FROM article WHERE id < ?1 ORDER BY id DESC LIMIT ?2")?;
        let before = before.map_or(i64::MAX, |article| article.0);
        let ids = ids.query_map((before, most), |row| Ok(ArticleId(row.get(0)?)))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// At most so many alerts, the newest first, of a rule or of all.
    pub fn newest_alerts(
        &self,
        rule: Option<&RuleName>,
        most: usize,
    ) -> Result<Vec<AlertRow>, StoreError> {
        let mut ids = self.db.prepare_cached(match rule {
            Some(_) => "SELECT id FROM alert WHERE rule = ?1 ORDER BY id DESC LIMIT ?2",
            None => "SELECT id FROM alert WHERE ?1 IS NULL ORDER BY id DESC LIMIT ?2",
        })?;
        let ids = ids.query_map((rule.map(RuleName::as_str), most), |row| row.get(0))?;
        let rows = ids.map(|id| self.alert(AlertId(id?)));
        rows.filter_map(Result::transpose).collect()
    }

    /// At most so many deliveries, the newest first, that come before `before`: of one state, or all.
    pub fn deliveries_before(
        &self,
        state: Option<&str>,
        before: Option<DeliveryId>,
        most: usize,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let mut ids = self.db.prepare_cached(
            "SELECT id FROM delivery WHERE id < ?1 AND (?2 IS NULL OR state = ?2)
             ORDER BY id DESC LIMIT ?3",
        )?;
        let before = before.map_or(i64::MAX, |delivery| delivery.0);
        let ids = ids.query_map((before, state, most), |row| row.get(0))?;
        let rows = ids.map(|id| self.delivery(DeliveryId(id?)));
        rows.filter_map(Result::transpose).collect()
    }

    /// On how many articles each rule was true, in each of the times that begin at `starts` and end
    /// where the next begins.
    pub fn matches_in(
        &self,
        rules: &[&RuleName],
        starts: &[Timestamp],
    ) -> Result<Vec<Vec<u64>>, StoreError> {
        // Numbers grow with the time of arrival, so one number stands for a moment.
        let mut first = self.db.prepare_cached(
            "SELECT id FROM article WHERE seen_at >= ?1 ORDER BY seen_at, id LIMIT 1",
        )?;
        let mut bounds = Vec::new();
        for start in starts {
            let id = first.query_row([to_ms(*start)], |row| row.get::<_, i64>(0)).optional()?;
            bounds.push(id.unwrap_or(i64::MAX));
        }
        bounds.push(i64::MAX);
        let mut count = self.db.prepare_cached(
            "SELECT count(*) FROM rule_match WHERE rule = ?1 AND article >= ?2 AND article < ?3",
        )?;
        let mut all = Vec::new();
        for rule in rules {
            let mut counts = Vec::new();
            for pair in bounds.windows(2) {
                counts.push(count.query_row((rule.as_str(), pair[0], pair[1]), |row| row.get(0))?);
            }
            all.push(counts);
        }
        Ok(all)
    }

    /// How many articles of a feed were first seen in each of the times that begin at `starts`.
    pub fn articles_in(
        &self,
        feed: &FeedName,
        starts: &[Timestamp],
    ) -> Result<Vec<u64>, StoreError> {
        let mut count = self.db.prepare_cached(
            "SELECT count(*) FROM article WHERE feed = (SELECT id FROM feed WHERE name = ?1)
                 AND seen_at >= ?2 AND seen_at < ?3",
        )?;
        let ends = starts.iter().skip(1).map(|end| to_ms(*end)).chain([i64::MAX]);
        starts
            .iter()
            .zip(ends)
            .map(|(start, end)| {
                Ok(count.query_row((feed.as_str(), to_ms(*start), end), |row| row.get(0))?)
            })
            .collect()
    }

    /// Every origin that an article states, the most frequent of the newest so many articles first.
    pub fn frequent_origins(&self, of: usize, most: usize) -> Result<Vec<String>, StoreError> {
        let mut origins = self.db.prepare_cached(
            "SELECT origin FROM (SELECT origin FROM article ORDER BY id DESC LIMIT ?1)
             WHERE origin NOT LIKE 'publisher:%' GROUP BY origin ORDER BY count(*) DESC, origin LIMIT ?2",
        )?;
        let origins = origins.query_map((of, most), |row| row.get(0))?;
        Ok(origins.collect::<Result<_, _>>()?)
    }
}
