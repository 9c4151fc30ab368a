//! AP Media API (`content/feed` and `content`): items in JSON, their text in a rendition elsewhere.

use serde_json::Value;

use super::{json, meaning, ninjs, topics, urgency};
use crate::{
    model::{Item, Wire},
    text::html,
};

/// The items of an answer of the API; nothing where it is none.
pub(super) fn entries(value: &Value) -> Option<Vec<&Value>> {
    let data = json::get(value, "data").unwrap_or(value);
    let is_item = |item: &&Value| is_entry(item);
    let of = |entry| json::get(entry, "item").filter(is_item);
    let found: Vec<&Value> = match json::get(data, "items").and_then(Value::as_array) {
        Some(items) => items.iter().filter_map(of).collect(),
        None => of(data).or_else(|| Some(data).filter(is_item)).into_iter().collect(),
    };
    let is_empty_page =
        || json::get(data, "next_page").is_some() && json::get(data, "items").is_some();
    (!found.is_empty() || is_empty_page()).then_some(found)
}

/// Whether an object is an item of the API.
pub(super) fn is_entry(value: &Value) -> bool {
    json::get(value, "altids").is_some_and(Value::is_object)
}

/// Reads an item.
pub(super) fn item(value: &Value) -> Item {
    let id = json::get(value, "altids")
        .and_then(|ids| json::text(ids, "itemid"))
        .or_else(|| json::text(value, "uri"));
    let created = json::text(value, "versioncreated");
    let words = ["editorialtypes", "signals"].iter().flat_map(|list| json::list(value, list));
    let byline = json::list(value, "bylines").iter().find_map(|by| json::text(by, "by"));
    let place = json::get(value, "datelinelocation").and_then(|place| json::text(place, "city"));
    let (mut subjects, mut names) = (Vec::new(), Vec::<String>::new());
    for subject in ["subject", "person", "organisation", "place", "company"]
        .iter()
        .flat_map(|list| json::list(value, list))
    {
        let is_named = subject.get("name") != subject.get("code");
        names.extend(json::text(subject, "name").filter(|_| is_named));
        let Some(code) = json::text(subject, "code") else { continue };
        names.extend(topics::name(&code).map(str::to_owned));
        let scheme = json::text(subject, "scheme").unwrap_or_default();
        let scheme = if scheme.contains("iptc.org") {
            "medtop"
        } else if scheme.is_empty() {
            "apcat"
        } else {
            "apid"
        };
        subjects.push(format!("{scheme}:{code}"));
    }
    names.extend(json::list(value, "keywords").iter().filter_map(json::scalar));
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    let status = json::text(value, "pubstatus").unwrap_or_default();
    let wire = Wire {
        kind: meaning::kind(&json::text(value, "type").unwrap_or_default()),
        status: meaning::status(&status),
        chain: id.clone(),
        provider: json::text(value, "provider"),
        slugline: json::text(value, "slugline"),
        located: place.or_else(|| json::text(value, "located")),
        note: json::text(value, "ednote"),
        signals: words.filter_map(json::scalar).collect(),
        subjects,
        ..Wire::default()
    };
    Item {
        url: json::list(value, "links").iter().find_map(|link| json::text(link, "canonical")),
        title: json::first(value, &["headline", "title"]).map(|line| ninjs::plain(&line)),
        summary: json::first(value, &["description_summary", "headline_extended"])
            .map(|text| ninjs::plain(&text)),
        text: json::first(value, &["body_nitf", "body_xhtml"]).map(|text| html::to_text(&text)),
        byline,
        credit: json::list(value, "infosource").iter().find_map(ninjs::name),
        language: json::text(value, "language"),
        published: json::text(value, "firstcreated")
            .or_else(|| created.clone())
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
