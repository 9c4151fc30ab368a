//! Stories: what is known of them as a whole.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use super::{
    ReadTx, WriteTx,
    articles::{ArticleRow, relation_to},
    rows::{from_ms, to_ms},
};
use crate::{
    model::{ArticleId, FeedId, FeedName, StoryId},
    store::StoreError,
    story::{self, Candidate, Evidence, Relation, Sketch, Thresholds},
};

/// Fewest words of a text whose exact double is a copy whenever it comes.
const EXACT_WORDS: u32 = 25;

/// What the exact text or address of an article is looked up by, beyond the window.
#[derive(Clone, Copy, Debug)]
pub struct ExactCopy<'a> {
    /// Its feed: one feed may use one address for many items.
    pub feed: FeedId,
    /// Its link, made comparable.
    pub canonical_url: Option<&'a str>,
    /// Hash of its headline and text.
    pub text_hash: u64,
    /// Words of its text.
    pub words: u32,
    /// Hash of the words of its text alone.
    pub body_hash: Option<u64>,
    /// Who printed it.
    pub publisher: &'a str,
}

/// A headline that a house printed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Headline {
    /// Over which article.
    pub article: ArticleId,
    /// Of which story.
    pub story: StoryId,
    /// The headline.
    pub title: String,
    /// Who printed it.
    pub publisher: String,
}

/// A story as `export` tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoryRow {
    /// Its row.
    pub id: StoryId,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When its last article was seen.
    pub last_seen: Timestamp,
    /// Its lead.
    pub lead: ArticleId,
    /// Independent origins over it and its related stories.
    pub origins: u32,
    /// The origin of this story: an agency's id, else `publisher:` and a slug.
    pub origin: String,
    /// Stories of the same event.
    pub related: Vec<StoryId>,
    /// Its articles, the earliest first.
    pub articles: Vec<ArticleRow>,
}

/// Why a story is related to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// The other story.
    pub story: StoryId,
    /// How alike the two are, 0 to 1.
    pub similarity: f64,
    /// An article of this story and the one of the other that it is like; `None` when they are
    /// forgotten.
    pub articles: Option<(ArticleId, ArticleId)>,
}

impl WriteTx<'_> {
    /// Opens a story under a number that none had: what was told of stories outlives them.
    pub(super) fn open_story(&self, now: Timestamp) -> Result<StoryId, StoreError> {
        self.db
            .prepare_cached(
                "INSERT INTO story (id, opened_at, last_seen, lead) SELECT 1 + max(
                     (SELECT coalesce(max(id), 0) FROM story), (SELECT coalesce(max(part), 0) FROM story_part),
                     (SELECT coalesce(max(story), 0) FROM alert)), ?1, ?1, 0",
            )?
            .execute([to_ms(now)])?;
        Ok(StoryId(self.db.last_insert_rowid()))
    }

    pub(super) fn touch_story(&self, story: StoryId, now: Timestamp) -> Result<(), StoreError> {
        let mut touch = self.db.prepare_cached("UPDATE story SET last_seen = ?2 WHERE id = ?1")?;
        touch.execute((story.0, to_ms(now)))?;
        Ok(())
    }

    /// Notes whether the house of its lead took a story back.
    pub fn mark_withdrawn(&self, story: StoryId, withdrawn: bool) -> Result<(), StoreError> {
        let mut mark = self.db.prepare_cached("UPDATE story SET withdrawn = ?2 WHERE id = ?1")?;
        mark.execute((story.0, withdrawn))?;
        Ok(())
    }

    /// Makes the earliest copy of a story its lead, or the agency's own item where there is one.
    pub fn settle_lead(&self, story: StoryId, thresholds: &Thresholds) -> Result<(), StoreError> {
        let mut lead = self.db.prepare_cached(
            "SELECT id FROM article WHERE story = ?1
             ORDER BY json_extract(provenance, '$.authorship') IS NOT 'agency_site',
                 coalesce(published, seen_at), id LIMIT 1",
        )?;
        let lead = ArticleId(lead.query_row([story.0], |row| row.get(0))?);
        let Some(was) = self.reader().lead(story)?.filter(|was| *was != lead) else {
            return Ok(());
        };
        self.db
            .prepare_cached("UPDATE story SET lead = ?2 WHERE id = ?1")?
            .execute((story.0, lead.0))?;
        self.db
            .prepare_cached("UPDATE article SET relation = 'lead' WHERE id = ?1")?
            .execute([lead.0])?;
        let evidence = match (self.sketch(was)?, self.sketch(lead)?) {
            (Some(was), Some(sketch)) => {
                let lead = Candidate { article: lead, story, sketch };
                Some(story::relate(&was, &lead, thresholds))
            }
            _ => None,
        };
        let relation = evidence.as_ref().map_or(Relation::Rewritten, |found| found.relation);
        self.db
            .prepare_cached(
                "UPDATE article SET relation = ?3, similarity = ?4, compared_with = ?5
                 WHERE id = ?1 AND story = ?2",
            )?
            .execute((
                was.0,
                story.0,
                relation_to(relation),
                evidence.map(|found| found.similarity),
                lead.0,
            ))?;
        Ok(())
    }

    fn sketch(&self, article: ArticleId) -> Result<Option<Sketch>, StoreError> {
        let mut bytes = self.db.prepare_cached("SELECT bytes FROM sketch WHERE article = ?1")?;
        let bytes: Option<Option<Vec<u8>>> =
            bytes.query_row([article.0], |row| row.get(0)).optional()?;
        Ok(bytes.flatten().and_then(|bytes| Sketch::from_bytes(&bytes)))
    }

    /// Links stories of the same event, both ways; those that people took apart are not linked.
    pub(super) fn link(
        &self,
        story: StoryId,
        other: StoryId,
        similarity: f64,
    ) -> Result<(), StoreError> {
        if story == other || self.reader().are_apart(story, other)? {
            return Ok(());
        }
        let mut link = self.db.prepare_cached(
            "INSERT OR IGNORE INTO story_link (story, other, similarity) VALUES (?1, ?2, ?3)",
        )?;
        link.execute((story.0, other.0, similarity))?;
        link.execute((other.0, story.0, similarity))?;
        Ok(())
    }

    /// Remembers that an article is like one of another story.
    pub(super) fn link_article(
        &self,
        article: ArticleId,
        story: StoryId,
        evidence: &Evidence,
        other: StoryId,
    ) -> Result<(), StoreError> {
        let mut link = self.db.prepare_cached(
            "INSERT OR IGNORE INTO article_link (article, other, similarity)
             SELECT ?1, id, ?3 FROM article WHERE id = ?2",
        )?;
        link.execute((article.0, evidence.other.0, evidence.similarity))?;
        self.link(story, self.reader().story_of(other)?, evidence.similarity)
    }

    /// The story of an article with exactly the same headline and text, with the same address in
    /// another feed, or with the same words in another house, however long ago; the newest, where
    /// there are several.
    pub fn exact_copy(&self, of: &ExactCopy<'_>) -> Result<Option<StoryId>, StoreError> {
        let mut same_text = self.db.prepare_cached(
            "SELECT story FROM article WHERE text_hash = ?1 AND words >= ?2 ORDER BY story DESC LIMIT 1",
        )?;
        let hash = of.text_hash.cast_signed();
        let found = same_text.query_row((hash, EXACT_WORDS), |row| row.get(0)).optional()?;
        if found.is_some() && of.words >= EXACT_WORDS {
            return Ok(found.map(StoryId));
        }
        let mut same_address = self.db.prepare_cached(
            "SELECT story FROM article WHERE canonical_url = ?1 AND feed <> ?2 ORDER BY story DESC LIMIT 1",
        )?;
        if let Some(url) = of.canonical_url.filter(|url| names_a_page(url))
            && let Some(found) =
                same_address.query_row((url, of.feed.0), |row| row.get(0)).optional()?
        {
            return Ok(Some(StoryId(found)));
        }
        self.same_body(of)
    }

    /// The story of another house's article with the same words under whatever headline. Words that
    /// stand in two stories are a notice of many pages.
    fn same_body(&self, of: &ExactCopy<'_>) -> Result<Option<StoryId>, StoreError> {
        let Some(hash) = of.body_hash else { return Ok(None) };
        let mut same_body = self.db.prepare_cached(
            "SELECT story, max(publisher <> ?2) FROM article WHERE body_hash = ?1
             GROUP BY story LIMIT 2",
        )?;
        let found = same_body.query_map((hash.cast_signed(), of.publisher), |row| {
            Ok((StoryId(row.get(0)?), row.get(1)?))
        })?;
        let found: Vec<(StoryId, bool)> = found.collect::<Result<_, _>>()?;
        Ok(match found.as_slice() {
            [(story, true)] => Some(*story),
            _ => None,
        })
    }
}

/// Whether an address is that of a page, not of a whole site.
fn names_a_page(url: &str) -> bool {
    let path = url
        .split_once("://")
        .map_or(url, |(_, rest)| rest)
        .split_once('/')
        .map_or("", |(_, path)| path);
    !path.is_empty()
}

impl ReadTx<'_> {
    /// The origin of a story: the agency that its earliest credited article names, else agencies
    /// without a name, else the family of the publisher of its lead.
    pub fn origin(&self, story: StoryId) -> Result<Option<String>, StoreError> {
        let mut origin = self.db.prepare_cached(
            "SELECT origin FROM article WHERE story = ?1
             ORDER BY origin LIKE 'publisher:%', origin = 'agencies', coalesce(published, seen_at), id
             LIMIT 1",
        )?;
        Ok(origin.query_row([story.0], |row| row.get(0)).optional()?)
    }

    /// How many distinct origins a story and its related stories have.
    pub fn origins(&self, story: StoryId) -> Result<u32, StoreError> {
        let mut distinct = BTreeSet::new();
        for one in std::iter::once(story).chain(self.related(story)?) {
            distinct.extend(self.origin(one)?);
        }
        Ok(u32::try_from(distinct.len()).unwrap_or(u32::MAX))
    }

    /// Stories of the same event.
    pub fn related(&self, story: StoryId) -> Result<Vec<StoryId>, StoreError> {
        let mut related = self
            .db
            .prepare_cached("SELECT other FROM story_link WHERE story = ?1 ORDER BY other")?;
        let related = related.query_map([story.0], |row| Ok(StoryId(row.get(0)?)))?;
        Ok(related.collect::<Result<_, _>>()?)
    }

    /// The headlines, earlier ones too, of the articles that came since `since` in a feed and in
    /// those of these names.
    pub fn headlines(
        &self,
        feed: FeedId,
        others: &[&FeedName],
        since: Timestamp,
    ) -> Result<Vec<Headline>, StoreError> {
        let others: Vec<_> = others.iter().map(|name| name.as_str()).collect();
        let mut headlines = self.db.prepare_cached(
            "WITH recent AS (SELECT id, story, title, publisher FROM article
                 WHERE feed IN (SELECT ?1 UNION SELECT id FROM feed WHERE name IN (SELECT value FROM json_each(?2)))
                     AND seen_at >= ?3)
             SELECT id, story, title, publisher FROM recent
             UNION SELECT id, story, revision.title, publisher FROM recent JOIN revision ON revision.article = id
             ORDER BY id",
        )?;
        let others = serde_json::Value::from(others).to_string();
        let headlines = headlines.query_map((feed.0, others, to_ms(since)), |row| {
            Ok(Headline {
                article: ArticleId(row.get(0)?),
                story: StoryId(row.get(1)?),
                title: row.get(2)?,
                publisher: row.get(3)?,
            })
        })?;
        Ok(headlines.collect::<Result<_, _>>()?)
    }

    /// Stories of the same event, with why.
    pub fn links(&self, story: StoryId) -> Result<Vec<Link>, StoreError> {
        let mut links = self.db.prepare_cached(
            "SELECT other, similarity FROM story_link WHERE story = ?1 ORDER BY other",
        )?;
        let mut alike = self.db.prepare_cached(
            "SELECT article.id, known.id, article_link.similarity FROM article
                 JOIN article_link ON article = article.id JOIN article AS known ON known.id = other
                 WHERE article.story = ?1 AND known.story = ?2 UNION ALL
             SELECT article.id, known.id, article_link.similarity FROM article
                 JOIN article_link ON other = article.id JOIN article AS known ON known.id = article
                 WHERE article.story = ?1 AND known.story = ?2
             ORDER BY 3 DESC, 1, 2 LIMIT 1",
        )?;
        let links = links.query_map([story.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        links
            .map(|row| {
                let (other, similarity): (i64, f64) = row?;
                let articles = alike
                    .query_row((story.0, other), |row| {
                        Ok((ArticleId(row.get(0)?), ArticleId(row.get(1)?)))
                    })
                    .optional()?;
                Ok(Link { story: StoryId(other), similarity, articles })
            })
            .collect()
    }

    /// The lead of a story.
    pub fn lead(&self, story: StoryId) -> Result<Option<ArticleId>, StoreError> {
        let mut lead = self.db.prepare_cached("SELECT lead FROM story WHERE id = ?1")?;
        Ok(lead.query_row([story.0], |row| row.get(0)).optional()?.map(ArticleId))
    }

    /// Whether the house of its lead took a story back.
    pub fn is_withdrawn(&self, story: StoryId) -> Result<bool, StoreError> {
        let mut found = self.db.prepare_cached("SELECT withdrawn FROM story WHERE id = ?1")?;
        Ok(found.query_row([story.0], |row| row.get(0)).optional()?.unwrap_or(false))
    }

    /// The words of the longest article of a story.
    pub fn longest(&self, story: StoryId) -> Result<u32, StoreError> {
        let mut longest = self
            .db
            .prepare_cached("SELECT coalesce(max(words), 0) FROM article WHERE story = ?1")?;
        Ok(longest.query_row([story.0], |row| row.get(0))?)
    }

    /// The articles of a story, the earliest first.
    pub fn articles_of(&self, story: StoryId) -> Result<Vec<ArticleRow>, StoreError> {
        self.articles_where("article.story = ?1", story.0)
    }

    /// A whole story.
    pub fn story(&self, id: StoryId) -> Result<Option<StoryRow>, StoreError> {
        let mut found =
            self.db.prepare_cached("SELECT opened_at, last_seen, lead FROM story WHERE id = ?1")?;
        let found: Option<(i64, i64, i64)> = found
            .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((opened_at, last_seen, lead)) = found else { return Ok(None) };
        Ok(Some(StoryRow {
            id,
            opened_at: from_ms(opened_at),
            last_seen: from_ms(last_seen),
            lead: ArticleId(lead),
            origins: self.origins(id)?,
            origin: self.origin(id)?.unwrap_or_default(),
            related: self.related(id)?,
            articles: self.articles_of(id)?,
        }))
    }

    /// Every story that had an article since `since`, the oldest first.
    pub fn stories_since(&self, since: Timestamp) -> Result<Vec<StoryId>, StoreError> {
        let mut ids =
            self.db.prepare_cached("SELECT id FROM story WHERE last_seen >= ?1 ORDER BY id")?;
        let ids = ids.query_map([to_ms(since)], |row| Ok(StoryId(row.get(0)?)))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}
