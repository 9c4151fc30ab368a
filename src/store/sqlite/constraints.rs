//! What people said of stories: taken apart or made one, and remembered for copies that come later.

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use super::{
    ReadTx, WriteTx,
    articles::relation_to,
    rows::{from_ms, to_ms},
};
use crate::{
    model::{ArticleId, StoryId},
    store::StoreError,
    story::{Evidence, Relation},
};

/// Why stories were left as they are.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refused {
    /// There is no such story.
    #[error("there is no story {0}")]
    NoStory(StoryId),
    /// It is part of another by now.
    #[error("story {part} is part of story {story} since they were merged")]
    Merged {
        /// The story named.
        part: StoryId,
        /// The story that it is part of.
        story: StoryId,
    },
    /// There is no such article.
    #[error("there is no article {0}")]
    NoArticle(ArticleId),
    /// The article is of another story.
    #[error("article {article} is not of this story but of story {story}")]
    Elsewhere {
        /// The article named.
        article: ArticleId,
        /// Its story.
        story: StoryId,
    },
    /// Nothing would be left.
    #[error("these are all articles of story {0}: nothing would be left to split from")]
    Whole(StoryId),
    /// The stories are one already.
    #[error("story {0} cannot be merged with itself")]
    Same(StoryId),
}

/// What people said of a story, each with when they did.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Constraints {
    /// Stories that are part of it.
    pub parts: Vec<(StoryId, Timestamp)>,
    /// Stories that it was taken apart from.
    pub apart: Vec<(StoryId, Timestamp)>,
}

impl ReadTx<'_> {
    /// The story that what joins `part` belongs to: itself, unless people made it part of another.
    pub fn story_of(&self, part: StoryId) -> Result<StoryId, StoreError> {
        let mut story = self.db.prepare_cached("SELECT story FROM story_part WHERE part = ?1")?;
        let story = story.query_row([part.0], |row| row.get(0)).optional()?;
        Ok(story.map_or(part, StoryId))
    }

    /// Whether people took two stories apart.
    pub(super) fn are_apart(&self, story: StoryId, other: StoryId) -> Result<bool, StoreError> {
        let mut apart =
            self.db.prepare_cached("SELECT 1 FROM story_apart WHERE story = ?1 AND other = ?2")?;
        Ok(apart.exists((story.0, other.0))?)
    }

    /// What people said of a story.
    pub fn constraints(&self, story: StoryId) -> Result<Constraints, StoreError> {
        let list = |sql: &str| -> Result<Vec<(StoryId, Timestamp)>, StoreError> {
            let mut rows = self.db.prepare_cached(sql)?;
            let rows =
                rows.query_map([story.0], |row| Ok((StoryId(row.get(0)?), from_ms(row.get(1)?))))?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        Ok(Constraints {
            parts: list("SELECT part, since FROM story_part WHERE story = ?1 ORDER BY part")?,
            apart: list("SELECT other, since FROM story_apart WHERE story = ?1 ORDER BY other")?,
        })
    }

    /// The lead of a story that is there; else what became of it.
    pub fn find_story(&self, story: StoryId) -> Result<Result<ArticleId, Refused>, StoreError> {
        if let Some(lead) = self.lead(story)? {
            return Ok(Ok(lead));
        }
        let whole = self.story_of(story)?;
        Ok(Err(if whole == story {
            Refused::NoStory(story)
        } else {
            Refused::Merged { part: story, story: whole }
        }))
    }
}

impl WriteTx<'_> {
    /// Takes articles out of a story and makes a new one of them; returns its number.
    ///
    /// Copies that come later join whichever they are most like. An alert goes with the articles
    /// if its rule is true of none that is left: what was told was their text. The new story is
    /// linked to what its articles are like, but not to the story that it was taken out of.
    pub fn split_story(
        &self,
        story: StoryId,
        articles: &[ArticleId],
        now: Timestamp,
    ) -> Result<Result<StoryId, Refused>, StoreError> {
        let lead = match self.reader().find_story(story)? {
            Ok(lead) => lead,
            Err(refused) => return Ok(Err(refused)),
        };
        if let Some(refused) = self.against_split(story, articles)? {
            return Ok(Err(refused));
        }
        let new = self.open_story(now)?;
        let mut parts = Vec::new();
        for article in articles {
            parts.extend(self.part_of(*article)?);
            self.db
                .prepare_cached("UPDATE article SET story = ?2 WHERE id = ?1")?
                .execute((article.0, new.0))?;
            self.db
                .prepare_cached(
                    "UPDATE sketch SET story = ?2, seq = (SELECT max(seq) + 1 FROM sketch) WHERE article = ?1",
                )?
                .execute((article.0, new.0))?;
        }
        for part in [story, new] {
            self.refresh_story(part, Some(lead))?;
        }
        self.db.execute(
            "UPDATE alert SET story = ?2 WHERE story = ?1
                 AND rule IN (SELECT rule FROM rule_match JOIN article ON article.id = article WHERE article.story = ?2)
                 AND rule NOT IN (SELECT rule FROM rule_match JOIN article ON article.id = article WHERE article.story = ?1)",
            (story.0, new.0),
        )?;
        // What was merged before and is wholly taken out again is part of it no more.
        for part in parts {
            self.db.execute(
                "DELETE FROM story_part WHERE part = ?1 AND NOT EXISTS (
                     SELECT 1 FROM article JOIN sketch ON sketch.article = article.id
                     WHERE article.story = ?2 AND sketch.story = ?1)",
                (part.0, story.0),
            )?;
        }
        self.db.execute(
            "INSERT INTO story_apart (story, other, since)
                 SELECT ?2, other, since FROM story_apart WHERE story = ?1 UNION ALL
                 SELECT other, ?2, since FROM story_apart WHERE story = ?1 UNION ALL
                 SELECT ?1, ?2, ?3 UNION ALL SELECT ?2, ?1, ?3",
            (story.0, new.0, to_ms(now)),
        )?;
        self.relink(story)?;
        self.relink(new)?;
        Ok(Ok(new))
    }

    fn against_split(
        &self,
        story: StoryId,
        articles: &[ArticleId],
    ) -> Result<Option<Refused>, StoreError> {
        let mut of = self.db.prepare_cached("SELECT story FROM article WHERE id = ?1")?;
        for article in articles {
            let found: Option<i64> = of.query_row([article.0], |row| row.get(0)).optional()?;
            match found.map(StoryId) {
                None => return Ok(Some(Refused::NoArticle(*article))),
                Some(other) if other != story => {
                    return Ok(Some(Refused::Elsewhere { article: *article, story: other }));
                }
                Some(_) => {}
            }
        }
        let mut all = self.db.prepare_cached("SELECT id FROM article WHERE story = ?1")?;
        let all = all.query_map([story.0], |row| Ok(ArticleId(row.get(0)?)))?;
        let all: Vec<ArticleId> = all.collect::<Result<_, _>>()?;
        let whole = all.iter().all(|article| articles.contains(article));
        Ok(whole.then_some(Refused::Whole(story)))
    }

    /// Makes two stories one; the older keeps its number, which is returned.
    ///
    /// What was told of either was told of the one: where both were to be told to an address, it is
    /// told once. If they had been taken apart, that is over.
    pub fn merge_stories(
        &self,
        one: StoryId,
        other: StoryId,
        now: Timestamp,
    ) -> Result<Result<StoryId, Refused>, StoreError> {
        for story in [one, other] {
            if let Err(refused) = self.reader().find_story(story)? {
                return Ok(Err(refused));
            }
        }
        if one == other {
            return Ok(Err(Refused::Same(one)));
        }
        let (story, part) = (one.min(other), one.max(other));
        let lead = self.earlier_lead(story, part)?;
        let both = (story.0, part.0);
        self.db.execute("UPDATE article SET story = ?1 WHERE story = ?2", both)?;
        self.refresh_story(story, lead)?;
        self.unite_alerts(story, part)?;
        self.db.execute("UPDATE story_part SET story = ?1 WHERE story = ?2", both)?;
        self.db.execute(
            "INSERT INTO story_part (story, part, since) VALUES (?1, ?2, ?3)",
            (story.0, part.0, to_ms(now)),
        )?;
        self.db.execute(
            "INSERT OR IGNORE INTO story_apart (story, other, since)
                 SELECT ?1, other, since FROM story_apart WHERE story = ?2 AND other <> ?1 UNION ALL
                 SELECT other, ?1, since FROM story_apart WHERE story = ?2 AND other <> ?1",
            both,
        )?;
        self.relink(story)?;
        // What still names it goes with it.
        self.db.execute("DELETE FROM story WHERE id = ?1", [part.0])?;
        Ok(Ok(story))
    }

    /// Of the leads of two stories the earlier; `None` when both are forgotten.
    fn earlier_lead(&self, a: StoryId, b: StoryId) -> Result<Option<ArticleId>, StoreError> {
        let mut lead = self.db.prepare_cached(
            "SELECT article.id FROM story JOIN article ON article.id = lead WHERE story.id IN (?1, ?2)
             ORDER BY coalesce(published, seen_at), article.id LIMIT 1",
        )?;
        Ok(lead.query_row((a.0, b.0), |row| row.get(0)).optional()?.map(ArticleId))
    }

    /// Makes a story's times those of its articles, and its lead `lead` if that is among them, else
    /// the earliest.
    fn refresh_story(&self, story: StoryId, lead: Option<ArticleId>) -> Result<(), StoreError> {
        self.db
            .prepare_cached(
                "UPDATE story SET (opened_at, last_seen) =
                     (SELECT min(seen_at), max(revised_at) FROM article WHERE article.story = ?1),
                     lead = (SELECT id FROM article WHERE article.story = ?1
                             ORDER BY id IS NOT ?2, coalesce(published, seen_at), id LIMIT 1)
                 WHERE id = ?1",
            )?
            .execute((story.0, lead.map(|lead| lead.0)))?;
        Ok(())
    }

    /// Links a story to the stories that its articles say it is like, and to no other.
    fn relink(&self, story: StoryId) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM story_link WHERE story = ?1 OR other = ?1", [story.0])?;
        let mut alike = self.db.prepare_cached(
            "SELECT story, max(similarity) FROM (
                 SELECT known.story, article_link.similarity FROM article JOIN article_link ON article = article.id
                 JOIN article AS known ON known.id = other WHERE article.story = ?1 UNION ALL
                 SELECT known.story, article_link.similarity FROM article JOIN article_link ON other = article.id
                 JOIN article AS known ON known.id = article WHERE article.story = ?1)
             GROUP BY story",
        )?;
        let alike =
            alike.query_map([story.0], |row| Ok((StoryId(row.get(0)?), row.get::<_, f64>(1)?)))?;
        for (other, similarity) in alike.collect::<Result<Vec<_>, _>>()? {
            self.link(story, other, similarity)?;
        }
        Ok(())
    }

    /// Gives what was told of `part` to `story`.
    fn unite_alerts(&self, story: StoryId, part: StoryId) -> Result<(), StoreError> {
        let mut twice = self.db.prepare_cached(
            "SELECT kept.id, gone.id FROM alert AS gone JOIN alert AS kept
                 ON kept.rule = gone.rule AND kept.reason_key = gone.reason_key AND kept.story = ?1
             WHERE gone.story = ?2",
        )?;
        let twice = twice.query_map((story.0, part.0), |row| Ok((row.get(0)?, row.get(1)?)))?;
        for (kept, gone) in twice.collect::<Result<Vec<(i64, i64)>, _>>()? {
            let both = (kept, gone);
            self.db.execute(
                "UPDATE alert SET words = max(words, (SELECT words FROM alert WHERE id = ?2)) WHERE id = ?1",
                both,
            )?;
            self.db
                .execute("UPDATE OR IGNORE delivery_alert SET alert = ?1 WHERE alert = ?2", both)?;
            self.db.execute("DELETE FROM alert WHERE id = ?1", [gone])?;
            self.tell_once(kept)?;
        }
        self.db.execute("UPDATE alert SET story = ?1 WHERE story = ?2", (story.0, part.0))?;
        Ok(())
    }

    /// Takes an alert out of messages that are not made yet where the address is told by another
    /// one, and forgets messages with nothing left to tell.
    fn tell_once(&self, alert: i64) -> Result<(), StoreError> {
        self.db.execute(
            "DELETE FROM delivery_alert WHERE alert = ?1 AND delivery IN (
                 SELECT id FROM delivery WHERE state = 'due' AND bytes IS NULL AND EXISTS (
                     SELECT 1 FROM delivery_alert AS told JOIN delivery AS other ON other.id = told.delivery
                     WHERE told.alert = ?1 AND other.address = delivery.address AND other.id <> delivery.id
                         AND other.state <> 'dropped' AND (other.bytes IS NOT NULL OR other.id < delivery.id)))",
            [alert],
        )?;
        self.db.execute(
            "DELETE FROM delivery WHERE state = 'due' AND bytes IS NULL AND claimed = 0
                 AND NOT EXISTS (SELECT 1 FROM delivery_alert WHERE delivery = delivery.id)",
            [],
        )?;
        Ok(())
    }

    /// Puts down what an article is to another of its story; the lead is compared with nothing.
    pub fn relate(
        &self,
        article: ArticleId,
        evidence: Option<&Evidence>,
    ) -> Result<(), StoreError> {
        let relation = evidence.map_or(Relation::Lead, |evidence| evidence.relation);
        self.db
            .prepare_cached(
                "UPDATE article SET relation = ?2, similarity = ?3, compared_with = ?4 WHERE id = ?1",
            )?
            .execute((
                article.0,
                relation_to(relation),
                evidence.map(|evidence| evidence.similarity),
                evidence.map(|evidence| evidence.other.0),
            ))?;
        Ok(())
    }
}
