//! dpa digitalwires: the names that dpa gives to what ninjs has.

use serde_json::Value;

use super::{json, meaning, ninjs, topics, urgency};
use crate::{
    model::{Item, Kind, Link, Wire},
    text::html,
};

/// Whether an object is an entry of digitalwires.
pub(super) fn is_entry(value: &Value) -> bool {
    let format = json::text(value, "format").unwrap_or_default();
    format.starts_with("digitalwires@")
        || json::text(value, "urn").is_some() && json::get(value, "article_html").is_some()
}

/// Reads an entry.
pub(super) fn item(value: &Value) -> Item {
    let id = json::text(value, "urn");
    let created = json::text(value, "version_created");
    let concepts = json::list(value, "categories");
    let genres = concepts
        .iter()
        .filter(|concept| json::text(concept, "type").is_some_and(|kind| kind.ends_with("genre")));
    let is_preview = genres.filter_map(ninjs::name).any(|genre| genre.contains("vorschau"));
    let mut names: Vec<String> = Vec::new();
    for list in
        ["dpasubject_names", "keyword_names", "geosubject_names", "rubric_names", "genre_names"]
    {
        names.extend(json::list(value, list).iter().filter_map(json::scalar));
    }
    let subjects: Vec<String> = concepts
        .iter()
        .filter_map(|concept| json::text(concept, "qcode"))
        .filter(|code| !code.starts_with("stat:"))
        .collect();
    names.extend(
        subjects
            .iter()
            .filter_map(|code| topics::name(code.rsplit(':').next()?))
            .map(str::to_owned),
    );
    let notes = json::list(value, "ednotes")
        .iter()
        .filter(|note| json::text(note, "role").is_none_or(|role| !role.ends_with("closingline")));
    let notes: Vec<String> = notes.filter_map(|note| json::text(note, "ednote")).collect();
    let status = json::text(value, "pubstatus").unwrap_or_default();
    let wire = Wire {
        kind: if is_preview { Kind::Daybook } else { Kind::Text },
        status: meaning::status(&status),
        chain: id.clone(),
        provider: Some("dpa".to_owned()),
        slugline: json::text(value, "kicker"),
        note: Some(notes.join(" ")).filter(|note| !note.is_empty()),
        signals: json::list(value, "signal")
            .iter()
            .chain(json::list(value, "signals"))
            .filter_map(json::scalar)
            .collect(),
        subjects,
        replaces: json::text(value, "replaces")
            .map(|id| Link { id, version: None })
            .into_iter()
            .collect(),
        ..Wire::default()
    };
    Item {
        title: json::text(value, "headline").map(|line| ninjs::plain(&line)),
        summary: json::first(value, &["teaser", "subhead"]).map(|text| ninjs::plain(&text)),
        text: json::text(value, "article_html")
            .map(|text| html::to_text(&text))
            .filter(|text| !text.is_empty()),
        byline: json::text(value, "byline"),
        credit: json::text(value, "creditline"),
        dateline: json::text(value, "dateline"),
        language: json::text(value, "language"),
        published: json::first(value, &["content_created", "version_created"])
            .and_then(|at| meaning::moment(&at)),
        updated: created.as_deref().and_then(meaning::moment),
        embargo: meaning::embargo(json::text(value, "embargoed"), created.as_deref()),
        categories: names,
        priority: json::text(value, "urgency").and_then(|number| urgency::number(&number)),
        version: json::text(value, "version"),
        raw_id: id,
        status: Some(status),
        wire: Some(Box::new(wire)),
        ..Item::default()
    }
}
