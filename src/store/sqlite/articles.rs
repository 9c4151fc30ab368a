//! Articles: recognising them again, storing them with their revisions, and placing them in a story.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::{
    ReadTx, WriteTx,
    provenance::{provenance_from, provenance_to},
    rows::{from_json, from_ms, to_json, to_ms},
    wires::{wire_from, wire_to},
};
use crate::{
    model::{Article, ArticleId, FeedId, FeedName, ItemKey, Priority, StoryId},
    store::StoreError,
    story::{Evidence, Inferred, Provenance, Relation, Sketch, is_retitled},
};

/// What is stored of an article beside itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// The article.
    pub article: Article,
    /// What it says of its own origin.
    pub provenance: Provenance,
    /// What it counts as among independent origins.
    pub origin: String,
    /// Words of its text.
    pub words: u32,
    /// Hash of the words of its text alone; nothing where they are few.
    pub body_hash: Option<u64>,
    /// What its copies are recognised by.
    pub sketch: Sketch,
}

/// What the store knows of an article that was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Recognised {
    /// Nothing.
    New,
    /// It, with other words.
    Revised(ArticleId),
    /// It, with the same words but for instance another date or link.
    Touched(ArticleId),
    /// It, exactly.
    Same,
}

/// A revised article.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Revision {
    /// Its story, which it keeps.
    pub story: StoryId,
    /// The number of the revision, from 1.
    pub revision: u32,
    /// Whether the headline says something else than before.
    pub retitled: bool,
}

/// Where an article goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// Its story; `None` opens one of its own.
    pub story: Option<StoryId>,
    /// Why it joins; `None` when the address or the exact text said so.
    pub evidence: Option<Evidence>,
    /// Stories of the same event, with why.
    pub related: Vec<(StoryId, Evidence)>,
}

/// An article as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct ArticleRow {
    /// Its row.
    pub id: ArticleId,
    /// The feed it came in.
    pub feed: FeedName,
    /// The article.
    pub article: Article,
    /// Its revision.
    pub revision: u32,
    /// When this revision was seen.
    pub revised_at: Timestamp,
    /// What it says of its own origin.
    pub provenance: Provenance,
    /// What it owes to a copy of its story that is credited, where it states nothing itself.
    pub inferred: Option<Inferred>,
    /// What it counts as among independent origins.
    pub origin: String,
    /// Its story.
    pub story: StoryId,
    /// What it is to the article it was compared with.
    pub relation: Relation,
    /// How alike the two are, 0 to 1.
    pub similarity: Option<f64>,
    /// The article it was compared with.
    pub compared_with: Option<ArticleId>,
}

pub(super) const ARTICLE: &str = "article.id, feed.name, raw_id, article.url, canonical_url, title, summary, text, authors, categories,
    publisher, source, credit, language, priority, published, updated, seen_at, revised_at, revision,
    item_hash, text_hash, origin, provenance, article.story, relation, similarity, compared_with,
    wire, version, held_until";

pub(super) fn article(row: &Row<'_>) -> Result<ArticleRow, StoreError> {
    let list =
        |at: usize| -> Result<Vec<String>, StoreError> { from_json(&row.get::<_, String>(at)?) };
    let time = |at: usize| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row.get::<_, Option<i64>>(at)?.map(from_ms))
    };
    Ok(ArticleRow {
        id: ArticleId(row.get(0)?),
        feed: FeedName::new(row.get::<_, String>(1)?),
        article: Article {
            keys: Vec::new(),
            aliases: Vec::new(),
            raw_id: row.get(2)?,
            url: row.get(3)?,
            canonical_url: row.get(4)?,
            title: row.get(5)?,
            summary: row.get(6)?,
            text: row.get(7)?,
            authors: list(8)?,
            categories: list(9)?,
            publisher: row.get(10)?,
            source: row.get(11)?,
            credit: row.get(12)?,
            language: row.get(13)?,
            priority: row.get::<_, Option<u8>>(14)?.map(Priority),
            published: time(15)?,
            updated: time(16)?,
            seen_at: from_ms(row.get(17)?),
            wire: row.get::<_, Option<String>>(28)?.map(|json| wire_from(&json)).transpose()?,
            version: row.get(29)?,
            held: time(30)?,
            item_hash: row.get::<_, i64>(20)?.cast_unsigned(),
            text_hash: row.get::<_, i64>(21)?.cast_unsigned(),
        },
        revised_at: from_ms(row.get(18)?),
        revision: row.get(19)?,
        origin: row.get(22)?,
        provenance: provenance_from(&row.get::<_, String>(23)?)?,
        inferred: None,
        story: StoryId(row.get(24)?),
        relation: relation_from(&row.get::<_, String>(25)?)?,
        similarity: row.get(26)?,
        compared_with: row.get::<_, Option<i64>>(27)?.map(ArticleId),
    })
}

impl ReadTx<'_> {
    /// Which of these items are stored exactly so, or wait so for their page: nothing about them
    /// needs looking at.
    pub fn known(
        &self,
        feed: FeedId,
        items: &[(Vec<ItemKey>, u64)],
    ) -> Result<Vec<bool>, StoreError> {
        let waits = self.waits(feed, items)?;
        items
            .iter()
            .zip(waits)
            .map(|((keys, hash), waits)| {
                if let Some(same) = waits {
                    return Ok(same);
                }
                let Some(found) = find(self, feed, keys)? else { return Ok(false) };
                let mut same = self
                    .db
                    .prepare_cached("SELECT 1 FROM article WHERE id = ?1 AND item_hash = ?2")?;
                Ok(same.exists((found.0, hash.cast_signed()))?)
            })
            .collect()
    }

    /// The article of that number.
    pub fn article(&self, id: ArticleId) -> Result<Option<ArticleRow>, StoreError> {
        let mut found = self.articles_where("article.id = ?1", id.0)?;
        Ok(found.pop())
    }

    /// The newest article with that link, as published or made comparable, or with that page.
    pub fn article_by_url(
        &self,
        url: &str,
        canonical: &str,
    ) -> Result<Option<ArticleId>, StoreError> {
        let id: Option<i64> = self
            .db
            .query_row(
                "SELECT max(id) FROM article WHERE canonical_url IN (?1, ?2) OR (url = ?1 AND canonical_url IS NULL)
                     OR id IN (SELECT article FROM page WHERE url = ?1)",
                (url, canonical),
                |row| row.get(0),
            )?;
        Ok(id.map(ArticleId))
    }

    /// Every article first seen since `since`, the oldest first, handed over one by one until `take`
    /// has enough and says false.
    pub fn each_article(
        &self,
        since: Timestamp,
        mut take: impl FnMut(ArticleRow) -> bool,
    ) -> Result<(), StoreError> {
        let mut rows = self.db.prepare_cached(&format!(
            "SELECT {ARTICLE} FROM article JOIN feed ON feed.id = article.feed WHERE seen_at >= ?1 ORDER BY article.id"
        ))?;
        let mut rows = rows.query([to_ms(since)])?;
        while let Some(row) = rows.next()? {
            let mut row = article(row)?;
            self.infer(std::slice::from_mut(&mut row))?;
            if !take(row) {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn articles_where(
        &self,
        condition: &str,
        value: i64,
    ) -> Result<Vec<ArticleRow>, StoreError> {
        let mut rows = self.db.prepare_cached(&format!(
            "SELECT {ARTICLE} FROM article JOIN feed ON feed.id = article.feed WHERE {condition}
             ORDER BY coalesce(published, seen_at), article.id"
        ))?;
        let mut rows = rows.query([value])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(article(row)?);
        }
        self.infer(&mut found)?;
        Ok(found)
    }
}

/// The article that an item is, by its keys.
pub(super) fn find(
    db: &ReadTx<'_>,
    feed: FeedId,
    keys: &[ItemKey],
) -> Result<Option<ArticleId>, StoreError> {
    let mut lookup =
        db.db.prepare_cached("SELECT article FROM article_key WHERE feed = ?1 AND key = ?2")?;
    identify(keys, |key| {
        Ok(lookup.query_row((feed.0, &key.0[..]), |row| row.get(0)).optional()?.map(ArticleId))
    })
}

/// What an item is among those that `find` knows by their keys. Where guid and link lead to
/// different ones, the document has used one guid for several items, and the link is the better
/// witness.
pub(super) fn identify<T>(
    keys: &[ItemKey],
    mut find: impl FnMut(&ItemKey) -> Result<Option<T>, StoreError>,
) -> Result<Option<T>, StoreError> {
    let [first, others @ ..] = keys else { return Ok(None) };
    let Some(leading) = find(first)? else { return Ok(None) };
    for other in others {
        if let Some(found) = find(other)? {
            return Ok(Some(found));
        }
    }
    Ok(Some(leading))
}

impl WriteTx<'_> {
    /// What is known of an article that was read in a feed.
    pub fn recognise(&self, feed: FeedId, article: &Article) -> Result<Recognised, StoreError> {
        let Some(id) = self.find_article(feed, article)? else { return Ok(Recognised::New) };
        let mut known =
            self.db.prepare_cached("SELECT item_hash, text_hash FROM article WHERE id = ?1")?;
        let (item, text): (i64, i64) =
            known.query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(if item == article.item_hash.cast_signed() {
            Recognised::Same
        } else if text == article.text_hash.cast_signed() {
            Recognised::Touched(id)
        } else {
            Recognised::Revised(id)
        })
    }

    /// The article that this one is a version of; an agency's may name it by another id than its own.
    fn find_article(
        &self,
        feed: FeedId,
        article: &Article,
    ) -> Result<Option<ArticleId>, StoreError> {
        let reader = self.reader();
        let found = find(&reader, feed, &article.keys)?;
        if found.is_some() || article.wire.is_none() {
            return Ok(found);
        }
        for key in article.keys.iter().skip(1) {
            if let Some(found) = find(&reader, feed, std::slice::from_ref(key))? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Stores a new article in its story, with its sketch.
    pub fn add_article(
        &mut self,
        feed: FeedId,
        new: &Described,
        place: &Place,
    ) -> Result<(ArticleId, StoryId), StoreError> {
        let now = new.article.seen_at;
        let part = match place.story {
            Some(part) => part,
            None => self.open_story(now)?,
        };
        let story = self.reader().story_of(part)?;
        let relation = match (&place.evidence, place.story) {
            (Some(evidence), _) => evidence.relation,
            (None, Some(_)) => Relation::Verbatim,
            (None, None) => Relation::Lead,
        };
        let evidence = place.evidence.as_ref();
        self.db
            .prepare_cached(
                "INSERT INTO article (id, feed, story, relation, similarity, compared_with, revised_at, seen_at,
                     title, text, publisher, authors, categories, words, item_hash, text_hash, origin, provenance)
                 VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?6, '', '', '', '[]', '[]', 0, 0, 0, '', '{}')",
            )?
            .execute((
                feed.0,
                story.0,
                relation_to(relation),
                evidence.map(|evidence| evidence.similarity),
                evidence.map(|evidence| evidence.other.0),
                to_ms(now),
            ))?;
        let id = ArticleId(self.db.last_insert_rowid());
        self.write_article(id, feed, new)?;
        if place.story.is_some() {
            self.touch_story(story, now)?;
        } else {
            self.db
                .prepare_cached("UPDATE story SET lead = ?2 WHERE id = ?1")?
                .execute((story.0, id.0))?;
        }
        for (other, evidence) in &place.related {
            self.link_article(id, story, evidence, *other)?;
        }
        self.put_sketch(id, part, &new.sketch)?;
        Ok((id, story))
    }

    /// Stores other words of a known article, keeps the old ones, and replaces its sketch.
    pub fn revise_article(
        &mut self,
        id: ArticleId,
        feed: FeedId,
        new: &Described,
    ) -> Result<Revision, StoreError> {
        let mut known =
            self.db.prepare_cached("SELECT story, revision, title FROM article WHERE id = ?1")?;
        let (story, revision, title): (i64, u32, String) =
            known.query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let (story, now) = (StoryId(story), new.article.seen_at);
        self.db
            .prepare_cached(
                "INSERT INTO revision (article, revision, title, summary, text, seen_at)
                 SELECT id, revision, title, summary, text, revised_at FROM article WHERE id = ?1",
            )?
            .execute([id.0])?;
        self.db
            .prepare_cached(
                "UPDATE article SET revision = revision + 1, revised_at = ?2 WHERE id = ?1",
            )?
            .execute((id.0, to_ms(now)))?;
        self.write_article(id, feed, new)?;
        self.touch_story(story, now)?;
        let part = self.part_of(id)?.unwrap_or(story);
        // What is recalled is known by the words that it had: copies of them are recalled too.
        if !new.article.is_recalled() {
            self.put_sketch(id, part, &new.sketch)?;
        }
        let retitled = is_retitled(&title, &new.article.title);
        Ok(Revision { story, revision: revision + 1, retitled })
    }

    /// Stores what changed about a known article whose words are the same; its story.
    pub fn touch_article(
        &self,
        id: ArticleId,
        feed: FeedId,
        new: &Described,
    ) -> Result<StoryId, StoreError> {
        self.write_article(id, feed, new)?;
        let mut story = self.db.prepare_cached("SELECT story FROM article WHERE id = ?1")?;
        Ok(StoryId(story.query_row([id.0], |row| row.get(0))?))
    }

    /// Writes every column that the article itself gives.
    fn write_article(
        &self,
        id: ArticleId,
        feed: FeedId,
        new: &Described,
    ) -> Result<(), StoreError> {
        let article = &new.article;
        self.db
            .prepare_cached(
                "UPDATE article SET raw_id = ?2, url = ?3, canonical_url = ?4, title = ?5, summary = ?6, text = ?7,
                     authors = ?8, categories = ?9, publisher = ?10, source = ?11, credit = ?12, language = ?13,
                     priority = ?14, published = ?15, updated = ?16, words = ?17, item_hash = ?18, text_hash = ?19,
                     origin = ?20, provenance = ?21, searchable = 0
                 WHERE id = ?1",
            )?
            .execute(rusqlite::params![
                id.0,
                article.raw_id,
                article.url,
                article.canonical_url,
                article.title,
                article.summary,
                article.text,
                to_json(&article.authors),
                to_json(&article.categories),
                article.publisher,
                article.source,
                article.credit,
                article.language,
                article.priority.map(|priority| priority.0),
                article.published.map(to_ms),
                article.updated.map(to_ms),
                new.words,
                article.item_hash.cast_signed(),
                article.text_hash.cast_signed(),
                new.origin,
                provenance_to(&new.provenance),
            ])?;
        self.db
            .prepare_cached(
                "UPDATE article SET body_hash = iif(?6, coalesce(body_hash, ?2), ?2), wire = ?3, version = ?4, held_until = ?5 WHERE id = ?1",
            )?
            .execute((
                id.0,
                new.body_hash.map(u64::cast_signed),
                article.wire.as_deref().map(wire_to).transpose()?,
                &article.version,
                article.held.map(to_ms),
                article.is_recalled(),
            ))?;
        let mut put = self.db.prepare_cached(
            "INSERT OR IGNORE INTO article_key (feed, key, article) VALUES (?1, ?2, ?3)",
        )?;
        for key in article.keys.iter().chain(&article.aliases) {
            put.execute((feed.0, &key.0[..], id.0))?;
        }
        Ok(())
    }
}

/// The stable spelling of a relation.
pub(super) fn relation_to(relation: Relation) -> &'static str {
    match relation {
        Relation::Lead => "lead",
        Relation::Verbatim => "verbatim",
        Relation::Cut => "cut",
        Relation::Rewritten => "rewritten",
        Relation::Revision => "revision",
    }
}

fn relation_from(text: &str) -> Result<Relation, StoreError> {
    [Relation::Lead, Relation::Verbatim, Relation::Cut, Relation::Rewritten, Relation::Revision]
        .into_iter()
        .find(|relation| relation_to(*relation) == text)
        .ok_or_else(|| StoreError::Content(format!("the relation `{text}`")))
}
