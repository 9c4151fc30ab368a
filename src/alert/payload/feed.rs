//! An Atom feed (RFC 4287) of what a rule told, made of the messages to its readers.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde_json::Value;

use crate::alert::letter::plain::line;

/// Entries of a feed: the newest; readers poll more often than a rule tells a hundred stories.
const MOST_ENTRIES: usize = 100;
/// Characters of a headline or sentence.
const MOST_LINE: usize = 1_000;

/// The feeds that messages make, by rule: `messages` are bodies in the format of Wiredesk, the
/// newest first. A message that cannot be read is left out.
///
/// An entry's id is made of message, rule and alert, and never changes; that of the feed is made of
/// `instance` and the rule.
pub fn feed(messages: &[Vec<u8>], instance: &str) -> BTreeMap<String, String> {
    let mut rules: BTreeMap<String, Feed> = BTreeMap::new();
    for message in messages.iter().filter_map(|bytes| serde_json::from_slice::<Value>(bytes).ok()) {
        let alerts = message["alerts"].as_array().map_or(&[][..], Vec::as_slice);
        for alert in alerts {
            let Some(rule) = alert["rule"].as_str() else { continue };
            let feed = rules.entry(rule.to_owned()).or_default();
            if feed.entries.len() < MOST_ENTRIES {
                if feed.entries.is_empty() {
                    feed.title = title_of(alert, rule);
                    feed.updated = text(&message, "made_at");
                }
                feed.entries.push(entry(&message, alert));
            }
        }
    }
    rules.into_iter().map(|(rule, feed)| (rule.clone(), feed.document(&rule, instance))).collect()
}

/// One feed of what all rules told: `messages` as [`feed`] takes them.
pub fn feed_of_all(messages: &[Vec<u8>], instance: &str) -> String {
    let mut all = Feed { title: "Wiredesk".to_owned(), ..Feed::default() };
    for message in messages.iter().filter_map(|bytes| serde_json::from_slice::<Value>(bytes).ok()) {
        if all.entries.is_empty() {
            all.updated = text(&message, "made_at");
        }
        let alerts = message["alerts"].as_array().into_iter().flatten();
        let room = MOST_ENTRIES.saturating_sub(all.entries.len());
        all.entries.extend(alerts.take(room).map(|alert| entry(&message, alert)));
    }
    all.document("all", instance)
}

/// The feed of a rule that told nothing yet.
pub fn empty_feed(title: &str, rule: &str, instance: &str, now: jiff::Timestamp) -> String {
    let feed = Feed { title: title.to_owned(), updated: format!("{now:.0}"), entries: Vec::new() };
    feed.document(rule, instance)
}

/// The rules that a message in the format of Wiredesk tells of.
pub fn rules(message: &[u8]) -> BTreeSet<String> {
    let message: Value = serde_json::from_slice(message).unwrap_or_default();
    let alerts = message["alerts"].as_array().into_iter().flatten();
    alerts.filter_map(|alert| alert["rule"].as_str().map(str::to_owned)).collect()
}

#[derive(Default)]
struct Feed {
    title: String,
    updated: String,
    entries: Vec<String>,
}

impl Feed {
    fn document(&self, rule: &str, instance: &str) -> String {
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n\
             <id>urn:wiredesk:{}:{}</id>\n<title>{}</title>\n<updated>{}</updated>\n\
             <generator>Wiredesk</generator>\n<author><name>Wiredesk</name></author>\n",
            escaped(instance),
            escaped(rule),
            escaped(&self.title),
            escaped(&self.updated)
        );
        for entry in &self.entries {
            xml.push_str(entry);
        }
        xml.push_str("</feed>\n");
        xml
    }
}

fn title_of(alert: &Value, rule: &str) -> String {
    line(alert["rule_title"].as_str().unwrap_or(rule), MOST_LINE)
}

fn entry(message: &Value, alert: &Value) -> String {
    let reason = text(alert, "reason");
    let mark = if reason == "first" { String::new() } else { format!("[{reason}] ") };
    let mut xml = format!(
        "<entry>\n<id>urn:wiredesk:{}:{}:{}</id>\n<title>{mark}{}</title>\n<updated>{}</updated>\n",
        escaped(&text(message, "id")),
        escaped(&text(alert, "rule")),
        alert["alert"],
        escaped(&text(alert, "title")),
        escaped(&text(message, "made_at")),
    );
    if let Some(url) = alert["url"].as_str() {
        push(&mut xml, format_args!("<link href=\"{}\"/>\n", escaped(url)));
    }
    if let Some(published) = alert["published"].as_str() {
        push(&mut xml, format_args!("<published>{}</published>\n", escaped(published)));
    }
    push(
        &mut xml,
        format_args!("<author><name>{}</name></author>\n", escaped(&text(alert, "publisher"))),
    );
    push(&mut xml, format_args!("<content type=\"html\">{}</content>\n", escaped(&content(alert))));
    xml.push_str("</entry>\n");
    xml
}

/// The sentences that matched with their words marked, and who printed the story; HTML.
fn content(alert: &Value) -> String {
    let mut html = String::new();
    for excerpt in alert["excerpts"].as_array().into_iter().flatten() {
        push(&mut html, format_args!("<p>{}</p>", marked(excerpt)));
    }
    if let Some(note) = alert["note"].as_str() {
        push(&mut html, format_args!("<p><em>{}</em></p>", escaped(note)));
    }
    html.push_str("<ul>");
    for carrier in alert["carriers"].as_array().into_iter().flatten() {
        let publisher = escaped(&text(carrier, "publisher"));
        let title = escaped(&text(carrier, "title"));
        match carrier["url"].as_str() {
            Some(url) => {
                let url = escaped(url);
                push(
                    &mut html,
                    format_args!("<li>{publisher}: <a href=\"{url}\">{title}</a></li>"),
                );
            }
            None => push(&mut html, format_args!("<li>{publisher}: {title}</li>")),
        }
    }
    html.push_str("</ul>");
    html
}

fn marked(excerpt: &Value) -> String {
    let characters: Vec<char> = excerpt["text"].as_str().unwrap_or_default().chars().collect();
    let (mut html, mut done) = (String::new(), 0);
    let piece = |from: usize, to: usize| -> String {
        escaped(&characters.get(from..to).unwrap_or_default().iter().collect::<String>())
    };
    for mark in excerpt["marks"].as_array().into_iter().flatten() {
        let place = |at: usize| mark[at].as_u64().and_then(|at| usize::try_from(at).ok());
        let (Some(start), Some(end)) = (place(0), place(1)) else { continue };
        if start < done || end > characters.len() {
            continue;
        }
        html.push_str(&piece(done, start));
        push(&mut html, format_args!("<mark>{}</mark>", piece(start, end)));
        done = end;
    }
    html.push_str(&piece(done, characters.len()));
    html
}

fn text(value: &Value, key: &str) -> String {
    line(value[key].as_str().unwrap_or_default(), MOST_LINE)
}

fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _infallible = text.write_fmt(what);
}

/// What may stand in text and in a quoted attribute; characters that XML 1.0 does not have are left
/// out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(c),
        }
    }
    out
}
