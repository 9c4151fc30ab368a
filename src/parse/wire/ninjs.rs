//! ninjs 1.x to 3.x (IPTC): one item, a list of them, or a page of an API.

use serde_json::Value;

use super::{json, meaning, topics, urgency};
use crate::{
    model::{Item, Link, Wire},
    text::html,
};

/// Members of which an item of ninjs has at least one beside its id.
const MEMBERS: &[&str] = &[
    "pubstatus",
    "versioncreated",
    "headline",
    "headlines",
    "body_text",
    "body_html",
    "body_xhtml",
    "bodies",
    "ednote",
    "urgency",
    "slugline",
    "byline",
    "located",
];

/// Members that name the item.
const IDS: &[&str] = &["guid", "uri"];

/// The objects that may be items; nothing where there are none.
pub(super) fn entries(value: &Value) -> Option<Vec<&Value>> {
    if let Some(list) = value.as_array() {
        return Some(list.iter().collect());
    }
    for wrapper in ["item", "items", "_items", "entries"] {
        if let Some(list) = json::get(value, wrapper).and_then(Value::as_array) {
            return Some(list.iter().collect());
        }
    }
    value.is_object().then(|| vec![value])
}

/// Whether an object is an item of ninjs.
pub(super) fn is_entry(value: &Value) -> bool {
    json::first(value, IDS).is_some() && MEMBERS.iter().any(|name| json::get(value, name).is_some())
}

/// Reads an item.
pub(super) fn item(value: &Value) -> Item {
    let id = json::first(value, IDS);
    let created = json::text(value, "versioncreated");
    let status = json::text(value, "pubstatus").unwrap_or_default();
    let (subjects, mut names) = subjects(value);
    for list in ["genre", "genres", "keywords"] {
        names.extend(json::list(value, list).iter().filter_map(name));
    }
    let wire = Wire {
        kind: meaning::kind(&json::text(value, "type").unwrap_or_default()),
        status: meaning::status(&status),
        chain: id.clone(),
        provider: json::first(value, &["source", "infosource", "copyrightholder"])
            .or_else(|| json::list(value, "infosources").iter().find_map(name)),
        slugline: json::text(value, "slugline"),
        located: json::text(value, "located"),
        note: json::text(value, "ednote"),
        signals: json::list(value, "signals").iter().filter_map(json::scalar).collect(),
        subjects,
        replaces: json::first(value, &["evolvedfrom", "rewrite_of"])
            .map(|id| Link { id, version: None })
            .into_iter()
            .collect(),
        ..Wire::default()
    };
    Item {
        url: json::first(value, &["standardurl", "canonicalurl"]).or_else(|| web_address(value)),
        title: json::first(value, &["headline", "title"])
            .or_else(|| role(value, "headlines", "main"))
            .map(|line| plain(&line)),
        summary: json::first(value, &["description_html", "description_text"])
            .or_else(|| role(value, "descriptions", "text"))
            .map(|text| plain(&text)),
        text: text(value),
        byline: json::first(value, &["byline", "by"]),
        credit: json::first(value, &["creditline", "credit"]),
        dateline: json::text(value, "dateline"),
        language: json::text(value, "language"),
        published: json::first(value, &["firstpublished", "firstcreated"])
            .or_else(|| created.clone())
            .and_then(|at| meaning::moment(&at)),
        updated: created.as_deref().and_then(meaning::moment),
        embargo: meaning::embargo(
            json::first(value, &["embargoed", "embargo"]),
            created.as_deref(),
        ),
        categories: names,
        priority: json::first(value, &["urgency", "priority"])
            .and_then(|number| urgency::number(&number)),
        version: json::text(value, "version"),
        raw_id: id,
        status: Some(status),
        wire: Some(Box::new(wire)),
        ..Item::default()
    }
}

/// An id that is the address of a page on the web; many only look like one.
fn web_address(value: &Value) -> Option<String> {
    let links = ["renditions", "links"].iter().flat_map(|list| json::list(value, list));
    let mut page = links.filter(|link| {
        json::text(link, "mimetype").is_some_and(|kind| kind.starts_with("text/html"))
    });
    page.find_map(|link| json::text(link, "href"))
}

/// The plain text of a member that may hold HTML.
pub(super) fn plain(text: &str) -> String {
    if html::looks_like_html(text) {
        html::to_text(text)
    } else {
        html::tidy(&html::unescape(text))
    }
}

/// The body: markup says more of paragraphs than plain text does.
fn text(value: &Value) -> Option<String> {
    let marked = json::first(value, &["body_xhtml", "body_html"]).or_else(|| {
        let bodies = json::list(value, "bodies");
        let is_html = |body: &&Value| {
            json::text(body, "contenttype").is_some_and(|kind| kind.contains("html"))
        };
        json::text(bodies.iter().find(is_html).or(bodies.first())?, "value")
    });
    let text = marked.map(|text| html::to_text(&text)).filter(|text| !text.is_empty());
    text.or_else(|| json::text(value, "body_text").map(|text| plain(&text)))
}

/// The value of the element of a list that has a role, else of the first (ninjs 2.x).
fn role(value: &Value, list: &str, role: &str) -> Option<String> {
    let list = json::list(value, list);
    let has_role = |entry: &&Value| json::text(entry, "role").as_deref() == Some(role);
    json::text(list.iter().find(has_role).or(list.first())?, "value")
}

/// The name of a concept, or a word.
pub(super) fn name(value: &Value) -> Option<String> {
    json::scalar(value).or_else(|| json::first(value, &["name", "literal"]))
}

/// Codes of subjects as `scheme:code`, and names of subjects.
fn subjects(value: &Value) -> (Vec<String>, Vec<String>) {
    let (mut codes, mut names) = (Vec::new(), Vec::<String>::new());
    let subjects = ["subject", "subjects"].iter().flat_map(|list| json::list(value, list));
    let services = json::list(value, "service").iter();
    for subject in subjects.chain(services) {
        names.extend(name(subject).filter(|name| !is_code(name)));
        let code = json::first(subject, &["qcode", "code", "literal", "uri"]);
        let Some(code) = code else { continue };
        names.extend(topics::name(&code).map(str::to_owned));
        let scheme = json::text(subject, "scheme");
        let scheme =
            scheme.as_deref().and_then(|scheme| scheme.trim_end_matches('/').rsplit('/').next());
        let plain = if is_code(&code) { "subj" } else { "ninjs" };
        codes.push(if code.contains(':') {
            code
        } else {
            format!("{}:{code}", scheme.unwrap_or(plain))
        });
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    (codes, names)
}

fn is_code(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())
}
