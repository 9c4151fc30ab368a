//! Keeps the window in memory in step with the sketches on disk.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::{
    WriteTx,
    rows::{from_ms, to_ms},
};
use crate::{
    model::{ArticleId, StoryId},
    store::StoreError,
    story::{Account, Assignment, Candidate, Rarity, Sketch, Subject, Thresholds, Trial, Window},
};

/// Sketches that one transaction makes anew, or that the window takes beyond its bound.
const SLICE: usize = 500;

/// The sketches of the last days, and how far it has read the sequence of changes.
///
/// It only ever reads what is committed, so a transaction that is rolled back leaves it right; the
/// sketches of the transaction in hand are in the transaction's overlay.
#[derive(Debug, Default)]
pub(super) struct LiveWindow {
    window: Window,
    read_to: i64,
}

impl LiveWindow {
    /// Reads every change since the last time. One path for the start, for the next commit, and
    /// for what another process did.
    fn catch_up(
        &mut self,
        db: &Connection,
        horizon: Timestamp,
        most: usize,
    ) -> Result<(), StoreError> {
        let mut changes = db.prepare_cached(
            "SELECT seq, article, story, at, bytes FROM sketch WHERE seq > ?1 ORDER BY seq",
        )?;
        let mut rows = changes.query([self.read_to])?;
        while let Some(row) = rows.next()? {
            let (article, story) = (ArticleId(row.get(1)?), StoryId(row.get(2)?));
            let bytes: Option<&[u8]> = row.get_ref(4)?.as_bytes_or_null().unwrap_or(None);
            let live = from_ms(row.get(3)?) >= horizon;
            match bytes.filter(|_| live).and_then(Sketch::from_bytes) {
                Some(sketch) => self.window.insert(article, story, sketch),
                None => self.window.remove(article),
            }
            if self.window.len().saturating_sub(SLICE) > most {
                self.window.keep_newest(most);
            }
            self.read_to = row.get(0)?;
        }
        self.window.forget_before(horizon);
        self.window.keep_newest(most);
        Ok(())
    }
}

impl WriteTx<'_> {
    /// Brings the window up to date and forgets what is older than `horizon`, and the oldest beyond
    /// `most` articles. Comes first in a
    /// transaction that places articles, so that it reads nothing that may be rolled back.
    pub fn open_window(&mut self, horizon: Timestamp, most: usize) -> Result<(), StoreError> {
        self.window.catch_up(self.db, horizon, most)
    }

    /// Articles since `horizon` that may be copies, those of this transaction included; `except`
    /// is left out.
    pub fn candidates(
        &self,
        sketch: &Sketch,
        except: Option<ArticleId>,
        horizon: Timestamp,
        most: usize,
    ) -> Vec<Candidate> {
        let mut found = self.overlay.candidates(sketch, except, horizon, most);
        let older = self.window.window.candidates(sketch, except, horizon, most);
        found.extend(older.into_iter().filter(|older| !self.overlay.contains(older.article)));
        found
    }

    /// Judges candidates by how rare words are among live articles, those of this transaction
    /// included; and says why.
    pub fn assign(
        &self,
        sketch: &Sketch,
        candidates: &[Candidate],
        thresholds: &Thresholds,
    ) -> (Assignment, Vec<Account>) {
        let counts = [self.window.window.counts(), self.overlay.counts()];
        let trial = Trial::of(sketch, candidates, Rarity(&counts), thresholds);
        (trial.assignment(), trial.accounts())
    }

    /// The live articles of a story, those of this transaction included.
    pub fn members(&self, story: StoryId) -> Vec<Candidate> {
        let mut found = self.overlay.members(story);
        let older = self.window.window.members(story);
        found.extend(older.into_iter().filter(|older| !self.overlay.contains(older.article)));
        found
    }

    /// The story, or the part of one, among whose copies an article is looked for.
    pub(super) fn part_of(&self, article: ArticleId) -> Result<Option<StoryId>, StoreError> {
        let mut part = self.db.prepare_cached("SELECT story FROM sketch WHERE article = ?1")?;
        Ok(part.query_row([article.0], |row| row.get(0)).optional()?.map(StoryId))
    }

    /// Makes a slice of the sketches anew that another version made of articles since `horizon`, the
    /// oldest change first. Returns how many those were.
    pub fn renew_sketches(&mut self, horizon: Timestamp) -> Result<usize, StoreError> {
        let stale: Vec<(i64, i64)> = self
            .db
            .prepare_cached(
                "SELECT article, story FROM sketch WHERE at >= ?1 AND substr(bytes, 1, 4) <> ?2
                 ORDER BY seq LIMIT ?3",
            )?
            .query_map((to_ms(horizon), Sketch::VERSION.to_le_bytes(), SLICE), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect::<Result<_, _>>()?;
        let mut renewed = 0;
        for (article, story) in &stale {
            let Some(row) = self.reader().article(ArticleId(*article))? else { continue };
            let sketch = Sketch::of(&Subject::of(&row.article, &row.provenance));
            self.put_sketch(row.id, StoryId(*story), &sketch)?;
            renewed += 1;
        }
        Ok(renewed)
    }

    /// Remembers the sketch of an article, in place of the one it had.
    pub(super) fn put_sketch(
        &mut self,
        article: ArticleId,
        part: StoryId,
        sketch: &Sketch,
    ) -> Result<(), StoreError> {
        self.db
            .prepare_cached(
                "INSERT INTO sketch (article, story, at, seq, bytes)
                 VALUES (?1, ?2, ?3, (SELECT coalesce(max(seq), 0) + 1 FROM sketch), ?4)
                 ON CONFLICT (article) DO UPDATE SET story = excluded.story, at = excluded.at,
                     seq = excluded.seq, bytes = excluded.bytes",
            )?
            .execute((article.0, part.0, to_ms(sketch.at()), sketch.to_bytes()))?;
        self.overlay.insert(article, part, sketch.clone());
        Ok(())
    }
}
