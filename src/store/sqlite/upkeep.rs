//! Upkeep: forgetting what is too old, in slices, and what `status` wants to count.

use jiff::Timestamp;

use rusqlite::OptionalExtension;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    ReadTx, WriteTx,
    rows::{from_ms, to_ms},
};
use crate::{
    alert::{operator::Memory, undelivered},
    model::Generation,
    store::StoreError,
};

/// How the last loading of a configuration ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LoadVerdict {
    /// The configuration in force after it.
    pub generation: Generation,
    /// When it was loaded or refused.
    pub at: Timestamp,
    /// Every problem as printed, when it was refused.
    pub refused: Option<String>,
}

/// A template of a person's own that failed while a message was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TemplateFailure {
    /// Which one: `letter.html`.
    pub file: String,
    /// Why.
    pub why: String,
    /// When it failed last.
    pub at: Timestamp,
}

/// Rows that one slice may delete, so that nobody waits long for the writer.
const SLICE: usize = 200;

/// How much there is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Articles.
    pub articles: u64,
    /// Stories.
    pub stories: u64,
    /// Alerts.
    pub alerts: u64,
    /// Articles that may still gain copies: those with a sketch.
    pub live: u64,
    /// Articles that wait for their page.
    pub waiting: u64,
    /// Deliveries that are due.
    pub due: u64,
    /// Deliveries that were sent.
    pub sent: u64,
    /// Deliveries that were dropped.
    pub dropped: u64,
}

impl WriteTx<'_> {
    /// Remembers how the last loading of the configuration ended, for `status` and `reload`.
    pub fn note_load(&self, verdict: &LoadVerdict) -> Result<(), StoreError> {
        let value = serde_json::json!({
            "generation": verdict.generation.0,
            "at": to_ms(verdict.at),
            "refused": verdict.refused,
            "number": self.reader().loads()? + 1,
        });
        self.put_meta("load", &value.to_string())
    }

    /// Remembers what the operator was told of the watch.
    pub fn note_told(&self, memory: &Memory) -> Result<(), StoreError> {
        self.put_memory("operator", memory)
    }

    /// Remembers what the operator was told of messages that nobody takes.
    pub fn note_undelivered(&self, memory: &undelivered::Memory) -> Result<(), StoreError> {
        self.put_memory("undelivered", memory)
    }

    fn put_memory(&self, key: &str, memory: &impl Serialize) -> Result<(), StoreError> {
        let value = serde_json::to_string(memory)
            .map_err(|error| StoreError::Content(format!("what the operator was told: {error}")))?;
        self.put_meta(key, &value)
    }

    /// Remembers that a template of a person's own failed, until a configuration is loaded again.
    pub fn note_template(&self, failure: &TemplateFailure) -> Result<(), StoreError> {
        let mut failures = self.reader().failed_templates()?;
        failures.retain(|other| other.file != failure.file);
        failures.push(failure.clone());
        let failures: Vec<_> = failures
            .iter()
            .map(|failure| (&failure.file, &failure.why, to_ms(failure.at)))
            .collect();
        let load = self.reader().loads()?;
        self.put_meta("templates", &serde_json::json!([load, failures]).to_string())
    }

    fn put_meta(&self, key: &str, value: &str) -> Result<(), StoreError> {
        self.db
            .prepare_cached("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")?
            .execute([key, value])?;
        Ok(())
    }

    /// Deletes a slice of the articles last seen before `before`, with all that hangs on them;
    /// alerts stay, since they are the memory of what was told. Returns how many were deleted.
    pub fn prune_articles(&self, before: Timestamp) -> Result<usize, StoreError> {
        let slice = "SELECT id FROM article WHERE seen_at < ?1 AND revised_at < ?1 ORDER BY seen_at LIMIT ?2";
        // The newest sketch stays, so that the sequence of changes never runs backwards.
        self.db.execute(
            &format!(
                "DELETE FROM sketch WHERE article IN ({slice}) AND seq < (SELECT max(seq) FROM sketch)"
            ),
            (to_ms(before), SLICE),
        )?;
        let deleted = self.db.execute(
            &format!(
                "DELETE FROM article WHERE id IN ({slice})
                     AND id NOT IN (SELECT article FROM sketch WHERE seq = (SELECT max(seq) FROM sketch))"
            ),
            (to_ms(before), SLICE),
        )?;
        Ok(deleted)
    }

    /// Deletes a slice of the stories that have no article left. Returns how many were deleted.
    pub fn prune_stories(&self, before: Timestamp) -> Result<usize, StoreError> {
        Ok(self.db.execute(
            "DELETE FROM story WHERE id IN (
                 SELECT id FROM story WHERE last_seen < ?1
                     AND NOT EXISTS (SELECT 1 FROM article WHERE article.story = story.id)
                 ORDER BY last_seen LIMIT ?2)",
            (to_ms(before), SLICE),
        )?)
    }

    /// Deletes a slice of the items that wait since before `before`: their feed left the
    /// configuration. Returns how many were deleted.
    pub fn prune_pages(&self, before: Timestamp) -> Result<usize, StoreError> {
        Ok(self.db.execute(
            "DELETE FROM page WHERE id IN (
                 SELECT id FROM page
                 WHERE item IS NOT NULL AND due_at < ?1 AND seen_at < ?1 AND article IS NULL LIMIT ?2)",
            (to_ms(before), SLICE),
        )?)
    }

    /// Forgets the sketches that no window holds any more. Returns how many were forgotten.
    pub fn prune_sketches(&self, before: Timestamp) -> Result<usize, StoreError> {
        Ok(self.db.execute(
            "DELETE FROM sketch WHERE article IN (
                 SELECT article FROM sketch WHERE at < ?1 AND seq < (SELECT max(seq) FROM sketch)
                 ORDER BY at LIMIT ?2)",
            (to_ms(before), SLICE),
        )?)
    }

    /// Deletes a slice of the alerts made before `before` with deliveries that ended. Returns how
    /// many were deleted.
    pub fn prune_alerts(&self, before: Timestamp) -> Result<usize, StoreError> {
        let slice = (to_ms(before), SLICE);
        let deliveries = self.db.execute(
            "DELETE FROM delivery WHERE id IN (
                 SELECT id FROM delivery WHERE state <> 'due' AND ended_at < ?1 ORDER BY ended_at LIMIT ?2)
             AND id < (SELECT max(id) FROM delivery)",
            slice,
        )?;
        let alerts = self.db.execute(
            "DELETE FROM alert WHERE id IN (
                 SELECT id FROM alert WHERE made_at < ?1
                     AND NOT EXISTS (SELECT 1 FROM delivery_alert WHERE alert = alert.id)
                 ORDER BY made_at LIMIT ?2)",
            slice,
        )?;
        Ok(deliveries + alerts)
    }
}

impl ReadTx<'_> {
    /// How the last loading of the configuration ended; `None` before the first.
    pub fn last_load(&self) -> Result<Option<LoadVerdict>, StoreError> {
        let Some(value) = self.load()? else { return Ok(None) };
        Ok(Some(LoadVerdict {
            generation: Generation(value["generation"].as_u64().unwrap_or_default()),
            at: from_ms(value["at"].as_i64().unwrap_or_default()),
            refused: value["refused"].as_str().map(str::to_owned),
        }))
    }

    /// How often a configuration was loaded or refused: grows by one each time.
    pub fn loads(&self) -> Result<u64, StoreError> {
        Ok(self.load()?.and_then(|value| value["number"].as_u64()).unwrap_or_default())
    }

    fn load(&self) -> Result<Option<serde_json::Value>, StoreError> {
        self.meta("load")
    }

    /// What this database is called among others; made once, at random.
    pub fn instance(&self) -> Result<String, StoreError> {
        let mut name = self.db.prepare_cached("SELECT value FROM meta WHERE key = 'instance'")?;
        Ok(name.query_row([], |row| row.get(0))?)
    }

    /// What the operator was told of the watch; `None` before anybody looked.
    pub fn told_operator(&self) -> Result<Option<Memory>, StoreError> {
        self.meta("operator")
    }

    /// The templates that failed since the configuration was loaded last.
    pub fn failed_templates(&self) -> Result<Vec<TemplateFailure>, StoreError> {
        type Noted = (u64, Vec<(String, String, i64)>);
        let noted: Option<Noted> = self.meta("templates")?;
        let (load, failures) = noted.unwrap_or_default();
        if load != self.loads()? {
            return Ok(Vec::new());
        }
        let failure = |(file, why, at)| TemplateFailure { file, why, at: from_ms(at) };
        Ok(failures.into_iter().map(failure).collect())
    }

    /// What the operator was told of messages that nobody takes; `None` before anybody looked.
    pub fn told_undelivered(&self) -> Result<Option<undelivered::Memory>, StoreError> {
        self.meta("undelivered")
    }

    fn meta<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StoreError> {
        let mut value = self.db.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
        let value: Option<String> = value.query_row([key], |row| row.get(0)).optional()?;
        let read = |text: String| {
            serde_json::from_str(&text)
                .map_err(|error| StoreError::Content(format!("what is noted of `{key}`: {error}")))
        };
        value.map(read).transpose()
    }

    /// How much there is.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        let counts = "SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM story), (SELECT count(*) FROM alert),
             (SELECT count(*) FROM sketch WHERE bytes IS NOT NULL), (SELECT count(*) FROM page WHERE item IS NOT NULL),
             (SELECT count(*) FROM delivery WHERE state = 'due'), (SELECT count(*) FROM delivery WHERE state = 'sent'),
             (SELECT count(*) FROM delivery WHERE state = 'dropped')";
        Ok(self.db.query_row(counts, [], |row| {
            Ok(Counts {
                articles: row.get(0)?,
                stories: row.get(1)?,
                alerts: row.get(2)?,
                live: row.get(3)?,
                waiting: row.get(4)?,
                due: row.get(5)?,
                sent: row.get(6)?,
                dropped: row.get(7)?,
            })
        })?)
    }
}
