//! feed-rs at work: it is given one repaired item at a time, and whatever it does harms that item
//! at most.
//!
//! It reads well-formed documents well and dies of others: nested groups overflow its stack, an
//! e-mail address beside a character of several bytes makes it panic, and one bad element loses
//! the whole feed. So it sees nothing but texts, dates and categories, written by us, without
//! nesting; persons, media and identity never reach it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use feed_rs::{model::Entry, parser};
use jiff::Timestamp;

use super::{
    date,
    facts::{Facts, Family, Field, Form},
    names::{CONTENT, Name, PUBLISHED, SUMMARY, TITLE, UPDATED},
};

/// What the library made of an item.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Reading {
    pub(super) title: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) content: Option<String>,
    pub(super) categories: Vec<String>,
    pub(super) published: Option<Timestamp>,
    pub(super) updated: Option<Timestamp>,
}

/// Reads an item; nothing when the library failed or panicked.
pub(super) fn read(facts: &Facts) -> Option<Reading> {
    let document = write(facts);
    let parsed = catch_unwind(AssertUnwindSafe(|| {
        parser::Builder::new()
            .sanitize_content(false)
            .timestamp_parser(|written| date::read(written)?.to_string().parse().ok())
            .id_generator(|_, _, _| String::new())
            .build()
            .parse(document.as_bytes())
    }));
    let entry = parsed.ok()?.ok()?.entries.into_iter().next()?;
    Some(reading(entry))
}

fn reading(entry: Entry) -> Reading {
    Reading {
        title: entry.title.map(|text| text.content),
        summary: entry.summary.map(|text| text.content),
        content: entry.content.and_then(|content| content.body),
        categories: entry
            .categories
            .into_iter()
            .map(|category| category.label.unwrap_or(category.term))
            .collect(),
        published: entry.published.and_then(|moment| moment.to_rfc3339().parse().ok()),
        updated: entry.updated.and_then(|moment| moment.to_rfc3339().parse().ok()),
    }
}

/// The item as a well-formed document of its own, in the shape its family prescribes.
fn write(facts: &Facts) -> String {
    let mut xml = String::new();
    match facts.family {
        Family::Rss => {
            xml.push_str(concat!(
                r#"<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">"#,
                "<channel><item>",
            ));
            write_fields(facts, RSS, &mut xml);
            for field in facts.all(Name::Category) {
                element("category", "", &field.value.text, &mut xml);
            }
            xml.push_str("</item></channel></rss>");
        }
        Family::Atom => {
            xml.push_str(r#"<entry xmlns="http://www.w3.org/2005/Atom">"#);
            write_fields(facts, ATOM, &mut xml);
            facts.all(Name::Category).for_each(|field| category(field, &mut xml));
            xml.push_str("</entry>");
        }
    }
    xml
}

/// Elements of the written document and what they are taken from.
type Shape = &'static [(&'static str, &'static [Name])];

const RSS: Shape = &[
    ("title", TITLE),
    ("description", SUMMARY),
    ("content:encoded", CONTENT),
    ("pubDate", PUBLISHED),
    ("updated", UPDATED),
];

const ATOM: Shape = &[
    ("title", TITLE),
    ("summary", SUMMARY),
    ("content", CONTENT),
    ("published", PUBLISHED),
    ("updated", UPDATED),
];

fn write_fields(facts: &Facts, shape: Shape, xml: &mut String) {
    for (name, sources) in shape {
        if let Some(field) = facts.first(sources) {
            let kind = match (facts.family, field.value.form) {
                (Family::Atom, Form::Html) if [TITLE, SUMMARY, CONTENT].contains(sources) => {
                    r#" type="html""#
                }
                _ => "",
            };
            element(name, kind, &field.value.text, xml);
        }
    }
}

fn element(name: &str, attribute: &str, text: &str, xml: &mut String) {
    // An empty element is an error to the library, and says nothing to anybody.
    if !text.trim().is_empty() {
        xml.extend(["<", name, attribute, ">"]);
        escape(text, xml);
        xml.extend(["</", name, ">"]);
    }
}

fn category(field: &Field, xml: &mut String) {
    let term = field.attributes.get("term").unwrap_or(field.value.text.trim());
    if term.is_empty() {
        return;
    }
    xml.push_str(r#"<category term=""#);
    escape(term, xml);
    if let Some(label) = field.attributes.get("label") {
        xml.push_str(r#"" label=""#);
        escape(label, xml);
    }
    xml.push_str(r#""/>"#);
}

fn escape(text: &str, xml: &mut String) {
    for c in text.chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            c => xml.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::facts::{Attributes, Value};

    fn facts(family: Family, fields: &[(Name, &str, Form)]) -> Facts {
        let mut facts = Facts { family, ..Facts::default() };
        for (name, text, form) in fields {
            let value = Value { text: (*text).to_owned(), form: *form };
            facts.push(*name, value, Attributes::default());
        }
        facts
    }

    #[test]
    fn the_library_reads_what_we_write() {
        for family in [Family::Rss, Family::Atom] {
            let reading = read(&facts(
                family,
                &[
                    (Name::Title, "a < b & \"c\"", Form::Plain),
                    (Name::Summary, "<p>one &amp; two</p>", Form::Html),
                    (Name::Encoded, "]]> <p>three</p>", Form::Html),
                    (Name::Published, "Fri, 10 Jan 2020 14:33:00 IST", Form::Plain),
                    (Name::Category, "world", Form::Plain),
                    (Name::Category, " ", Form::Plain),
                ],
            ))
            .unwrap();
            assert_eq!(reading.title.as_deref(), Some("a < b & \"c\""));
            assert_eq!(reading.summary.as_deref(), Some("<p>one &amp; two</p>"));
            assert_eq!(reading.content.as_deref(), Some("]]> <p>three</p>"));
            assert_eq!(reading.published.unwrap().to_string(), "2020-01-10T09:03:00Z");
            assert_eq!(reading.categories, ["world"]);
        }
    }

    #[test]
    fn an_item_that_says_nothing_is_read() {
        assert_eq!(read(&facts(Family::Rss, &[])), Some(Reading::default()));
        assert_eq!(read(&facts(Family::Atom, &[])), Some(Reading::default()));
    }
}
