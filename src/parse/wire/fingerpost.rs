//! Fingerpost's JSON, by which PA and others leave its router: the names that it gives to what ninjs
//! has.

use serde_json::Value;

use super::{json, meaning, ninjs, topics, urgency};
use crate::{
    model::{Item, Wire},
    text::html,
};

/// Whether an object is an item of Fingerpost.
pub(super) fn is_entry(value: &Value) -> bool {
    json::text(value, "source-feed").is_some()
        || json::text(value, "format").is_some_and(|format| format.contains("WIRES-NINJS"))
}

/// Reads an item.
pub(super) fn item(value: &Value) -> Item {
    let created = json::first(value, &["versionCreated", "dateTimeSent"]);
    let subjects = json::get(value, "subjects")
        .map(|subjects| json::list(subjects, "code"))
        .unwrap_or_default();
    let subjects: Vec<String> = subjects.iter().filter_map(json::scalar).collect();
    let names = subjects
        .iter()
        .filter_map(|code| topics::name(code.rsplit(':').next()?))
        .map(str::to_owned);
    let keywords = json::text(value, "keywords").unwrap_or_default();
    let keywords = keywords
        .split(['+', ',', ';'])
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty());
    let status = json::first(value, &["status", "pubstatus"]).unwrap_or_default();
    let wire = Wire {
        kind: meaning::kind(&json::text(value, "type").unwrap_or_default()),
        status: meaning::status(&status),
        chain: json::text(value, "usn"),
        provider: json::first(value, &["source-feed", "copyrightHolder"]),
        slugline: json::first(value, &["slug", "slugline"]),
        located: json::text(value, "location"),
        note: json::text(value, "ednote"),
        subjects: subjects.iter().filter(|code| code.contains(':')).cloned().collect(),
        ..Wire::default()
    };
    let text = json::first(value, &["body_xhtml", "body_html"]).map(|text| html::to_text(&text));
    Item {
        title: json::text(value, "headline").map(|line| ninjs::plain(&line)),
        summary: json::first(value, &["subhead", "abstract"]).map(|text| ninjs::plain(&text)),
        text: text.or_else(|| json::text(value, "body_text").map(|text| ninjs::plain(&text))),
        byline: json::text(value, "byline"),
        credit: json::text(value, "credit"),
        language: json::text(value, "language"),
        published: json::text(value, "firstVersion")
            .or_else(|| created.clone())
            .and_then(|at| meaning::moment(&at)),
        updated: created.as_deref().and_then(meaning::moment),
        embargo: meaning::embargo(
            json::first(value, &["embargoed", "embargo"]),
            created.as_deref(),
        ),
        categories: names.chain(keywords).collect(),
        priority: json::text(value, "priority").and_then(|number| urgency::number(&number)),
        version: json::text(value, "version"),
        raw_id: json::first(value, &["uri", "usn"]),
        status: Some(status),
        wire: Some(Box::new(wire)),
        ..Item::default()
    }
}
