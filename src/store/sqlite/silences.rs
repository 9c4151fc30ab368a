//! Silences: what people asked to hear nothing of for a while, and what that kept from them.

use std::fmt;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::{
    ReadTx, WriteTx,
    attempts::ClaimedDelivery,
    rows::{from_ms, to_ms},
};
use crate::{
    model::{AlertId, RecipientName, RuleName, SilenceId, StoryId},
    query::Aliases,
    store::StoreError,
};

/// A silence to be asked for: all that it names must hold, and it names one thing at least.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NewSilence {
    /// Alerts of this rule.
    pub rule: Option<RuleName>,
    /// Alerts about this story.
    pub story: Option<StoryId>,
    /// Alerts about stories with an article that this query is true of.
    pub query: Option<String>,
    /// What `$name` stands for in the query.
    pub aliases: Aliases,
    /// For whom; everybody where it is left out.
    pub recipient: Option<RecipientName>,
    /// Why, in the words of who asked for it.
    pub note: Option<String>,
}

/// A silence as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SilenceRow {
    /// Its number.
    pub id: SilenceId,
    /// What was asked for.
    pub asked: NewSilence,
    /// When.
    pub made_at: Timestamp,
    /// When it is over.
    pub until: Timestamp,
}

/// An alert that an address was not told.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SilencedRow {
    /// Which silence kept it back.
    pub silence: SilenceRow,
    /// From whom, by name.
    pub recipient: RecipientName,
    /// From which address.
    pub address: String,
}

/// The columns that [`silence`] reads.
const COLUMNS: &str = "silence.id, silence.rule, silence.story, silence.query, silence.aliases,
    silence.recipient, silence.note, silence.made_at, silence.until_at";

impl WriteTx<'_> {
    /// Begins a silence.
    pub fn add_silence(
        &self,
        new: &NewSilence,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<SilenceId, StoreError> {
        let aliases = serde_json::to_string(&new.aliases)
            .map_err(|error| StoreError::Content(format!("aliases of a silence: {error}")))?;
        self.db.execute(
            "INSERT INTO silence (rule, story, query, aliases, recipient, note, made_at, until_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (
                new.rule.as_ref().map(RuleName::as_str),
                new.story.map(|story| story.0),
                &new.query,
                new.query.as_ref().map(|_| aliases),
                new.recipient.as_ref().map(RecipientName::as_str),
                &new.note,
                to_ms(now),
                to_ms(until),
            ),
        )?;
        Ok(SilenceId(self.db.last_insert_rowid()))
    }

    /// Ends a silence that is not over; false when there is none of this number.
    pub fn end_silence(&self, id: SilenceId, now: Timestamp) -> Result<bool, StoreError> {
        let ended = self.db.execute(
            "UPDATE silence SET until_at = ?2 WHERE id = ?1 AND until_at > ?2",
            (id.0, to_ms(now)),
        )?;
        Ok(ended == 1)
    }

    /// Notes that an address is not told an alert because of a silence.
    pub fn note_silenced(
        &self,
        alert: AlertId,
        recipient: &RecipientName,
        address: &str,
        silence: SilenceId,
    ) -> Result<(), StoreError> {
        self.db
            .prepare_cached(
                "INSERT OR IGNORE INTO silenced (alert, recipient, address, silence)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((alert.0, recipient.as_str(), address, silence.0))?;
        Ok(())
    }

    /// Notes that a message counts what was silenced for its address up to an alert.
    pub(super) fn count_silenced(
        &self,
        delivery: &ClaimedDelivery,
        newest: AlertId,
    ) -> Result<(), StoreError> {
        self.db
            .prepare_cached(
                "UPDATE silenced SET delivery = ?1
                 WHERE address = ?2 AND delivery IS NULL AND alert <= ?3",
            )?
            .execute((delivery.id.0, &delivery.address, newest.0))?;
        Ok(())
    }

    /// Deletes the silences that were over before `before`. Returns how many were deleted.
    pub fn prune_silences(&self, before: Timestamp) -> Result<usize, StoreError> {
        Ok(self.db.execute("DELETE FROM silence WHERE until_at < ?1", [to_ms(before)])?)
    }
}

impl ReadTx<'_> {
    /// The silences that are not over at `now`, the oldest first, each with how many alerts it kept
    /// from somebody.
    pub fn silences(&self, now: Timestamp) -> Result<Vec<(SilenceRow, u32)>, StoreError> {
        let mut rows = self.db.prepare_cached(&format!(
            "SELECT {COLUMNS}, (SELECT count(DISTINCT alert) FROM silenced WHERE silence = silence.id)
             FROM silence WHERE until_at > ?1 ORDER BY +silence.id"
        ))?;
        let rows = rows.query_map([to_ms(now)], |row| Ok((silence(row)?, row.get(9)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The silences that may be over an alert of a rule, the oldest first.
    pub fn silences_of(
        &self,
        rule: &RuleName,
        now: Timestamp,
    ) -> Result<Vec<SilenceRow>, StoreError> {
        let mut rows = self.db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM silence WHERE until_at > ?1 AND (rule IS NULL OR rule = ?2)
             ORDER BY +silence.id"
        ))?;
        let rows = rows.query_map((to_ms(now), rule.as_str()), silence)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A silence, also one that is over.
    pub fn silence(&self, id: SilenceId) -> Result<Option<SilenceRow>, StoreError> {
        let mut row = self
            .db
            .prepare_cached(&format!("SELECT {COLUMNS} FROM silence WHERE silence.id = ?1"))?;
        Ok(row.query_row([id.0], silence).optional()?)
    }

    /// The addresses that were not told of a story for a rule because of a silence.
    pub fn hushed(
        &self,
        rule: &RuleName,
        story: StoryId,
    ) -> Result<Vec<(RecipientName, String)>, StoreError> {
        let mut hushed = self.db.prepare_cached(
            "SELECT DISTINCT recipient, address FROM alert JOIN silenced ON silenced.alert = alert.id
             WHERE rule = ?1 AND story = ?2",
        )?;
        let hushed = hushed.query_map((rule.as_str(), story.0), |row| {
            Ok((RecipientName::new(row.get::<_, String>(0)?), row.get(1)?))
        })?;
        Ok(hushed.collect::<Result<_, _>>()?)
    }

    /// Who was not told an alert, and why.
    pub fn silenced_of(&self, alert: AlertId) -> Result<Vec<SilencedRow>, StoreError> {
        let mut rows = self.db.prepare_cached(&format!(
            "SELECT {COLUMNS}, silenced.recipient, address FROM silenced
             JOIN silence ON silence.id = silenced.silence
             WHERE alert = ?1 ORDER BY silenced.recipient, address"
        ))?;
        let rows = rows.query_map([alert.0], |row| {
            Ok(SilencedRow {
                silence: silence(row)?,
                recipient: RecipientName::new(row.get::<_, String>(9)?),
                address: row.get(10)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What was silenced for an address and no message counts yet, up to an alert: each silence with
    /// how many alerts it kept back.
    pub fn uncounted(
        &self,
        address: &str,
        newest: AlertId,
    ) -> Result<Vec<(SilenceRow, u32)>, StoreError> {
        let mut rows = self.db.prepare_cached(&format!(
            "SELECT {COLUMNS}, count(DISTINCT alert) FROM silenced
             JOIN silence ON silence.id = silenced.silence
             WHERE address = ?1 AND delivery IS NULL AND alert <= ?2
             GROUP BY silence.id ORDER BY silence.id"
        ))?;
        let rows = rows.query_map((address, newest.0), |row| Ok((silence(row)?, row.get(9)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn silence(row: &Row<'_>) -> rusqlite::Result<SilenceRow> {
    let aliases: Option<String> = row.get(4)?;
    let aliases = aliases.and_then(|text| serde_json::from_str(&text).ok());
    Ok(SilenceRow {
        id: SilenceId(row.get(0)?),
        asked: NewSilence {
            rule: row.get::<_, Option<String>>(1)?.map(RuleName::new),
            story: row.get::<_, Option<i64>>(2)?.map(StoryId),
            query: row.get(3)?,
            aliases: aliases.unwrap_or_default(),
            recipient: row.get::<_, Option<String>>(5)?.map(RecipientName::new),
            note: row.get(6)?,
        },
        made_at: from_ms(row.get(7)?),
        until: from_ms(row.get(8)?),
    })
}

/// What is silent, as a person writes it: `rule harbour`, `story 12`, `query "crane"`.
impl fmt::Display for NewSilence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = self.rule.as_ref().map(|rule| format!("rule {rule}"));
        let story = self.story.map(|story| format!("story {story}"));
        let query = self.query.as_ref().map(|query| format!("query “{query}”"));
        let parts: Vec<_> = [rule, story, query].into_iter().flatten().collect();
        f.write_str(&parts.join(", "))
    }
}
