//! Searching articles by their words: an index that may lag behind, and never hides an article.

use jiff::Timestamp;

use super::{ReadTx, WriteTx, articles::ArticleRow, rows::to_ms};
use crate::{model::ArticleId, query::Necessary, store::StoreError};

/// Signs that are letters to the index (`tokenchars` in the schema).
const SIGNS: &str = ".+#@$%&_";

/// The smallest number since a moment. `min(id)` alone is looked for in the table itself, from its
/// first row on: seconds in an archive of a million for what came today.
const FIRST_SINCE: &str = "SELECT CASE WHEN (SELECT min(seen_at) FROM article) >= ?1
    THEN (SELECT min(id) FROM article) ELSE (SELECT min(+id) FROM article WHERE seen_at >= ?1) END";

/// More words than this are not looked up one by one; reading every article is as quick.
const MOST_WORDS: usize = 1000;

impl ReadTx<'_> {
    /// Articles whose words the index does not know, the newest first.
    pub fn unsearchable(&self, most: usize) -> Result<Vec<ArticleRow>, StoreError> {
        let mut ids = self.db.prepare_cached(
            "SELECT id FROM article WHERE searchable = 0 ORDER BY id DESC LIMIT ?1",
        )?;
        let ids = ids.query_map([most], |row| Ok(ArticleId(row.get(0)?)))?;
        let rows = ids.map(|id| self.article(id?));
        rows.filter_map(Result::transpose).collect()
    }

    /// Hands over the articles that may meet a condition, first seen since `since`, the newest
    /// first and one by one, until `take` has enough and says false. Without a condition that the
    /// index can answer, every article.
    pub fn search(
        &self,
        needed: Option<&Necessary>,
        since: Timestamp,
        mut take: impl FnMut(ArticleRow) -> bool,
    ) -> Result<(), StoreError> {
        let Some(first) = self.first_since(since)? else { return Ok(()) };
        let expression = needed.and_then(expression);
        let mut ids = self.db.prepare_cached(match expression {
            Some(_) => {
                "SELECT rowid AS id FROM word WHERE word MATCH ?2 AND rowid >= ?1
                 UNION ALL SELECT id FROM article WHERE searchable = 0 AND id >= ?1 ORDER BY id DESC"
            }
            None => "SELECT id FROM article WHERE id >= ?1 AND ?2 IS NULL ORDER BY id DESC",
        })?;
        let mut ids = ids.query((first, expression))?;
        let mut last = None;
        while let Some(row) = ids.next()? {
            let id = ArticleId(row.get(0)?);
            // An article that was revised is in the index and waits for it as well.
            if last.replace(id) == Some(id) {
                continue;
            }
            let Some(row) = self.article(id)? else { continue };
            if !take(row) {
                break;
            }
        }
        Ok(())
    }

    /// How many articles, first seen since `since`, may meet a condition; `None` when the index
    /// cannot say, since any may.
    pub fn count_needed(
        &self,
        needed: &Necessary,
        since: Timestamp,
    ) -> Result<Option<u64>, StoreError> {
        let Some(expression) = expression(needed) else { return Ok(None) };
        let Some(first) = self.first_since(since)? else { return Ok(Some(0)) };
        let mut count = self
            .db
            .prepare_cached("SELECT count(*) FROM word WHERE word MATCH ?2 AND rowid >= ?1")?;
        Ok(Some(count.query_row((first, expression), |row| row.get(0))?))
    }

    /// Whether any article that the index knows may meet a condition; `None` when the index cannot
    /// say.
    pub fn has_needed(&self, needed: &Necessary) -> Result<Option<bool>, StoreError> {
        let Some(expression) = expression(needed) else { return Ok(None) };
        let mut any =
            self.db.prepare_cached("SELECT EXISTS (SELECT 1 FROM word WHERE word MATCH ?1)")?;
        Ok(Some(any.query_row([expression], |row| row.get(0))?))
    }

    /// How many articles the index knows; 0 while it has many yet to learn.
    pub fn indexed(&self) -> Result<u64, StoreError> {
        let mut count = self.db.prepare_cached(
            "SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM article WHERE searchable = 0)",
        )?;
        let (all, waiting): (u64, u64) =
            count.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(if waiting * 20 > all { 0 } else { all - waiting })
    }

    /// Hands over so many of the newest articles, the newest first.
    pub fn newest(&self, most: usize, mut take: impl FnMut(ArticleRow)) -> Result<(), StoreError> {
        let mut ids = self.db.prepare_cached("SELECT id FROM article ORDER BY id DESC LIMIT ?1")?;
        let ids = ids.query_map([most], |row| Ok(ArticleId(row.get(0)?)))?;
        for id in ids {
            self.article(id?)?.into_iter().for_each(&mut take);
        }
        Ok(())
    }

    /// Numbers grow with the time of arrival, so one number stands for a moment.
    fn first_since(&self, since: Timestamp) -> Result<Option<i64>, StoreError> {
        Ok(self.db.prepare_cached(FIRST_SINCE)?.query_row([to_ms(since)], |row| row.get(0))?)
    }
}

impl WriteTx<'_> {
    /// Makes an article findable by these words, unless it was written anew meanwhile.
    pub fn put_words<'w>(
        &self,
        row: &ArticleRow,
        words: impl Iterator<Item = &'w str>,
    ) -> Result<(), StoreError> {
        let unchanged = self
            .db
            .prepare_cached("UPDATE article SET searchable = 1 WHERE id = ?1 AND item_hash = ?2")?
            .execute((row.id.0, row.article.item_hash.cast_signed()))?;
        if unchanged == 0 {
            return Ok(());
        }
        let words = words.map(indexed).collect::<Vec<_>>().join(" ");
        self.db.prepare_cached("DELETE FROM word WHERE rowid = ?1")?.execute([row.id.0])?;
        self.db
            .prepare_cached("INSERT INTO word (rowid, words) VALUES (?1, ?2)")?
            .execute((row.id.0, words))?;
        Ok(())
    }
}

/// The word as the index has it: apostrophes would cut it.
fn indexed(word: &str) -> String {
    word.replace('\'', "")
}

/// The condition in the language of the index; `None` where it says nothing of words.
fn expression(needed: &Necessary) -> Option<String> {
    (words(needed) <= MOST_WORDS).then(|| matching(needed)).flatten()
}

fn words(needed: &Necessary) -> usize {
    match needed {
        Necessary::Word(_) | Necessary::Prefix(_) | Necessary::Value(..) => 1,
        Necessary::All(parts) | Necessary::Any(parts) => parts.iter().map(words).sum(),
    }
}

fn matching(needed: &Necessary) -> Option<String> {
    match needed {
        Necessary::Word(word) => one_word(word),
        Necessary::Prefix(start) => one_word(start).map(|start| format!("{start} *")),
        Necessary::Value(..) => None,
        Necessary::All(parts) => {
            let parts: Vec<_> = parts.iter().filter_map(matching).collect();
            (!parts.is_empty()).then(|| format!("({})", parts.join(" AND ")))
        }
        Necessary::Any(parts) => {
            let parts: Option<Vec<_>> = parts.iter().map(matching).collect();
            parts.map(|parts| format!("({})", parts.join(" OR ")))
        }
    }
}

/// A word that the index does not cut in two.
fn one_word(word: &str) -> Option<String> {
    let word = indexed(word);
    let whole = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || SIGNS.contains(c);
    (!word.is_empty() && word.chars().all(whole)).then(|| format!("\"{word}\""))
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::{
        query::{Aliases, parse},
        store::sqlite::schema,
    };

    #[test]
    fn the_first_article_of_a_time_is_found_by_an_index() {
        let mut db = Connection::open_in_memory().unwrap();
        schema::migrate(&mut db, Timestamp::UNIX_EPOCH).unwrap();
        let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {FIRST_SINCE}")).unwrap();
        let plan = plan.query_map([0], |row| row.get(3)).unwrap();
        let plan: Vec<String> = plan.collect::<Result<_, _>>().unwrap();
        let since = "SEARCH article USING COVERING INDEX article_seen (seen_at>?)".to_owned();
        assert!(plan.contains(&since), "{plan:?}");
    }

    #[test]
    fn a_condition_in_the_language_of_the_index() {
        for (query, expected) in [
            (
                "Norland AND (harbour OR terror*)",
                Some("(\"norland\" AND (\"harbour\" OR \"terror\" *))"),
            ),
            ("Norland AND source:ians", Some("(\"norland\")")),
            ("U.S. OR C++ OR #metoo", Some("(\"u.s.\" OR \"c++\" OR \"#metoo\")")),
            ("'Ndrangheta", Some("\"ndrangheta\"")),
            ("Norland OR source:ians", None),
            ("source:ians", None),
        ] {
            let needed = parse(query, &Aliases::new()).0.unwrap().necessary();
            let found = needed.and_then(|needed| expression(&needed));
            assert_eq!(found.as_deref(), expected, "{query}");
        }
    }
}
