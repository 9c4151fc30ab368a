//! Provenance as it is stored, and what copies owe each other.

use std::collections::{HashMap, hash_map::Entry};

use serde_json::{Value, json};

use super::{ReadTx, articles::ArticleRow, rows::from_ms};
use crate::{
    model::{ArticleId, StoryId},
    store::StoreError,
    story::{
        self, Authorship, Certainty, Citation, CopyOf, Credit, Inferred, Provenance, Relation,
        Sign, Zone,
    },
};

impl ReadTx<'_> {
    /// Fills in what articles owe to copies that are credited. It is worked out each time, so that
    /// it stays right when a story gains copies or is revised. A lead owes nobody.
    pub(super) fn infer(&self, rows: &mut [ArticleRow]) -> Result<(), StoreError> {
        let mut stories: HashMap<StoryId, HashMap<ArticleId, Inferred>> = HashMap::new();
        let owes = |row: &&mut ArticleRow| {
            row.relation != Relation::Lead && row.provenance.credits.is_empty()
        };
        for row in rows.iter_mut().filter(owes) {
            let found = match stories.entry(row.story) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(self.inferred(row.story)?),
            };
            row.inferred = found.get(&row.id).cloned();
        }
        Ok(())
    }

    fn inferred(&self, story: StoryId) -> Result<HashMap<ArticleId, Inferred>, StoreError> {
        let Some(lead) = self.lead(story)? else { return Ok(HashMap::new()) };
        let mut copies = self.db.prepare_cached(
            "SELECT id, coalesce(published, seen_at), publisher, provenance, compared_with
             FROM article WHERE story = ?1",
        )?;
        let mut rows = copies.query([story.0])?;
        let mut read = Vec::new();
        while let Some(row) = rows.next()? {
            let provenance = provenance_from(&row.get::<_, String>(3)?)?;
            let (id, at, publisher): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            read.push((
                ArticleId(id),
                from_ms(at),
                publisher,
                provenance,
                row.get::<_, Option<i64>>(4)?,
            ));
        }
        let copies: Vec<_> = read
            .iter()
            .map(|(article, at, publisher, provenance, other)| CopyOf {
                article: *article,
                at: *at,
                publisher,
                provenance,
                compared_with: other.map(ArticleId),
            })
            .collect();
        Ok(story::inferred(&copies, lead).into_iter().collect())
    }
}

pub(super) fn provenance_to(provenance: &Provenance) -> String {
    let sign = |sign: &Sign| json!([sign.zone.as_str(), sign.certainty.as_str(), sign.words]);
    let credit = |credit: &Credit| json!({"agency": credit.agency, "name": credit.name, "evidence": sign(&credit.evidence)});
    let cited = |cited: &Citation| json!([cited.medium, sign(&cited.evidence)]);
    json!({
        "credits": provenance.credits.iter().map(credit).collect::<Vec<_>>(),
        "cited": provenance.cited.iter().map(cited).collect::<Vec<_>>(),
        "dateline": provenance.dateline,
        "authorship": provenance.authorship.as_str(),
        "authored": provenance.authored.as_ref().map(sign),
    })
    .to_string()
}

/// Reads what this program or an older one wrote; what an older one did not know is left as unknown.
pub(super) fn provenance_from(text: &str) -> Result<Provenance, StoreError> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| StoreError::Content(format!("a provenance: {error}")))?;
    let list = |key: &str| value[key].as_array().cloned().unwrap_or_default();
    let credit = |value: &Value| Credit {
        agency: word(&value["agency"]),
        name: word(&value["name"]),
        evidence: sign_from(&value["evidence"]),
    };
    let cited = |value: &Value| Citation {
        medium: word(if value.is_string() { value } else { &value[0] }),
        evidence: sign_from(&value[1]),
    };
    Ok(Provenance {
        credits: list("credits").iter().map(credit).collect(),
        cited: list("cited").iter().map(cited).collect(),
        dateline: value["dateline"].as_str().map(str::to_owned),
        authorship: value["authorship"]
            .as_str()
            .and_then(Authorship::from_spelling)
            .unwrap_or_default(),
        authored: value["authored"].is_array().then(|| sign_from(&value["authored"])),
    })
}

/// A sign; an older program wrote the words alone.
fn sign_from(value: &Value) -> Sign {
    let spelling = |at: usize| value[at].as_str().unwrap_or_default();
    Sign {
        zone: Zone::from_spelling(spelling(0)).unwrap_or(Zone::Text),
        certainty: Certainty::from_spelling(spelling(1)).unwrap_or(Certainty::Likely),
        words: if value.is_string() { word(value) } else { word(&value[2]) },
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::{Imprint, attribute};

    #[test]
    fn a_provenance_is_read_as_it_was_written() {
        for (publisher, text) in [
            ("Arden Post", "ARDEN, Nov 3 (IANS): The harbour shut, the Dawn reported on Friday."),
            ("Arden Post", "The harbour shut. (With inputs from PTI)"),
            ("IANS", "The harbour shut."),
            ("Arden Post", "The harbour shut."),
        ] {
            let found = attribute(&Imprint { publisher, text, ..Imprint::default() });
            assert_eq!(provenance_from(&provenance_to(&found)).unwrap(), found, "{text}");
        }
    }

    #[test]
    fn what_an_older_program_wrote_is_read() {
        let old = r#"{"credits": [{"agency": "ians", "name": "IANS", "evidence": "(IANS)"}],
            "cited": ["dawn"], "dateline": "ARDEN"}"#;
        let found = provenance_from(old).unwrap();
        let credit = &found.credits[0];
        assert_eq!((credit.agency.as_str(), credit.evidence.words.as_str()), ("ians", "(IANS)"));
        assert_eq!(found.cited[0].medium, "dawn");
        assert_eq!(found.authorship, Authorship::Own);
        assert!(provenance_from("no json").is_err());
    }
}
