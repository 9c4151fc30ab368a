//! The article that a page describes in JSON-LD, by the words of schema.org.

use dom_query::Document;
use serde_json::{Map, Value};

use crate::text::{html, normal};

/// Kinds of things that are articles, beside those whose name ends in `Article`.
const KINDS: &[&str] = &["BlogPosting", "LiveBlogPosting", "Report", "AnalysisNewsArticle"];

/// Where things stand that are about the same page.
const NESTS: &[&str] = &["@graph", "mainEntity", "mainEntityOfPage", "itemReviewed"];

/// What a page says of its article; text as it is written, without markup.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Article {
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) authors: Vec<String>,
    pub(super) published: Option<String>,
    pub(super) publisher: Option<String>,
    pub(super) language: Option<String>,
    pub(super) is_free: Option<bool>,
    /// Its text, with its paragraphs.
    pub(super) text: String,
}

/// The first article of the page that has a headline, else the first.
pub(super) fn article(document: &Document) -> Article {
    let blocks = document.select("script[type=\"application/ld+json\"]");
    let blocks: Vec<Value> = blocks.iter().filter_map(|block| parse(&block.text())).collect();
    let mut things = Vec::new();
    for block in &blocks {
        gather(block, &mut things);
    }
    let mut articles = things.iter().copied().filter(|thing| is_article(thing));
    let found = articles.clone().find(|thing| text(thing, "headline").is_some());
    let Some(found) = found.or_else(|| articles.next()) else { return Article::default() };
    let mut authors = Vec::new();
    for key in ["author", "creator"] {
        if authors.is_empty() {
            names(found.get(key), &things, &mut authors);
        }
    }
    let mut publishers = Vec::new();
    names(found.get("publisher"), &things, &mut publishers);
    Article {
        title: text(found, "headline").or_else(|| text(found, "name")),
        description: text(found, "description"),
        authors,
        published: text(found, "datePublished"),
        publisher: publishers.into_iter().next(),
        language: text(found, "inLanguage"),
        is_free: found.get("isAccessibleForFree").and_then(truth),
        text: found.get("articleBody").and_then(Value::as_str).map(paragraphs).unwrap_or_default(),
    }
}

/// Reads a block, whose strings often hold line feeds as they are.
fn parse(block: &str) -> Option<Value> {
    let block = block.trim().trim_start_matches("<!--").trim_end_matches("-->").trim();
    let block: String = block.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    serde_json::from_str(block.trim_end_matches(';')).ok()
}

/// Every thing of a block, those that hold others first.
fn gather<'a>(value: &'a Value, things: &mut Vec<&'a Map<String, Value>>) {
    match value {
        Value::Array(many) => many.iter().for_each(|one| gather(one, things)),
        Value::Object(thing) => {
            things.push(thing);
            for nested in NESTS.iter().filter_map(|key| thing.get(*key)) {
                gather(nested, things);
            }
        }
        _ => {}
    }
}

fn is_article(thing: &Map<String, Value>) -> bool {
    let is_one = |kind: &Value| {
        let kind = kind.as_str().unwrap_or_default().rsplit(['/', ':']).next().unwrap_or_default();
        kind.ends_with("Article") || KINDS.contains(&kind)
    };
    match thing.get("@type") {
        Some(Value::Array(kinds)) => kinds.iter().any(is_one),
        Some(kind) => is_one(kind),
        None => false,
    }
}

/// The names of people or houses: of texts, things, lists, and things that are told elsewhere.
fn names(value: Option<&Value>, things: &[&Map<String, Value>], found: &mut Vec<String>) {
    match value {
        Some(Value::String(name)) => found.extend(plain(name)),
        Some(Value::Array(many)) => {
            for one in many {
                names(Some(one), things, found);
            }
        }
        Some(Value::Object(thing)) if thing.contains_key("name") => {
            names(thing.get("name"), &[], found);
        }
        Some(Value::Object(thing)) => {
            let same = |other: &&&Map<String, Value>| {
                other.contains_key("name") && other.get("@id") == thing.get("@id")
            };
            if let Some(told) = things.iter().find(same) {
                names(told.get("name"), &[], found);
            }
        }
        _ => {}
    }
}

fn text(thing: &Map<String, Value>, key: &str) -> Option<String> {
    match thing.get(key)? {
        Value::String(text) => plain(text),
        Value::Array(many) => plain(many.first()?.as_str()?),
        _ => None,
    }
}

/// The text on one line; what was escaped for HTML is often so twice.
fn plain(written: &str) -> Option<String> {
    let text = normal::line(&html::to_text(&html::unescape(written)));
    (!text.is_empty()).then_some(text)
}

fn paragraphs(written: &str) -> String {
    normal::text(&if html::looks_like_html(written) {
        html::to_text(written)
    } else {
        html::unescape(written).into_owned()
    })
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(word) => word.trim().to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(blocks: &[&str]) -> Article {
        let written = |block| format!("<script type=\"application/ld+json\">{block}</script>");
        article(&Document::from(blocks.iter().map(written).collect::<String>()))
    }

    #[test]
    fn the_article_is_found_among_other_things() {
        let found = read(&[
            r#"{"@type": "BreadcrumbList", "name": "no"}"#,
            "no json",
            r##"{"@graph": [
                {"@type": "WebPage", "@id": "#page", "name": "Arden Post | Pier shut"},
                {"@type": ["Thing", "NewsArticle"], "headline": "Pier &amp;amp; port
                 shut", "description": "Ferries do not sail.", "author": [{"@id": "#mara"}, {"name": ["Tove Lind"]}, "Tessera"],
                 "publisher": {"@type": "Organization", "name": "Arden Post"},
                 "datePublished": "2026-03-02T09:15:00Z", "isAccessibleForFree": "False",
                 "inLanguage": ["en-GB"], "articleBody": "The pier is shut.\n\nThe port is not."},
                {"@type": "Person", "@id": "#mara", "name": "Mara Ilves"}]};"##,
        ]);
        let expected = Article {
            title: Some("Pier & port shut".into()),
            description: Some("Ferries do not sail.".into()),
            authors: ["Mara Ilves", "Tove Lind", "Tessera"].map(String::from).into(),
            published: Some("2026-03-02T09:15:00Z".into()),
            publisher: Some("Arden Post".into()),
            language: Some("en-GB".into()),
            is_free: Some(false),
            text: "The pier is shut.\n\nThe port is not.".into(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_page_may_say_nothing_of_an_article() {
        for block in ["", "[]", "null", "{\"@type\": 3}", "{\"@type\": \"WebPage\", \"name\": 1}"] {
            assert_eq!(read(&[block]), Article::default());
        }
    }
}
