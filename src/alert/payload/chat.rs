//! The forms of chat services: short, and with their own marks.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::alert::letter::plain::line;

/// Characters of a message: Slack folds longer ones, and takes 40,000.
const MOST_SLACK: usize = 3_000;
/// Bytes of a message: ntfy makes a file of longer ones.
const MOST_NTFY: usize = 3_500;
/// Alerts that are told of; of more only the number is.
const MOST_ALERTS: usize = 10;
/// Characters of a headline or sentence.
const MOST_LINE: usize = 300;

/// Bold headline with its link, the first sentence that matched, and who printed it.
pub(super) fn slack(body: &Value) -> Value {
    let mut text = format!("*{}*", escaped(&field(body, "subject")));
    let alerts = body["alerts"].as_array().map_or(&[][..], Vec::as_slice);
    if alerts.is_empty() {
        push(&mut text, format_args!("\n{}", escaped(body["text"].as_str().unwrap_or_default())));
    }
    for alert in alerts.iter().take(MOST_ALERTS) {
        let title = escaped(&field(alert, "title"));
        match alert["url"].as_str() {
            // A bar or an angle would end the link.
            Some(url) if !url.contains(['|', '<', '>']) => {
                push(&mut text, format_args!("\n<{}|{title}>", escaped(url)));
            }
            _ => push(&mut text, format_args!("\n{title}")),
        }
        push(&mut text, format_args!(" ({})", escaped(&origin(alert))));
        if let Some(sentence) = sentence(alert) {
            push(&mut text, format_args!("\n> {}", escaped(&sentence)));
        }
    }
    more(&mut text, alerts.len());
    json!({"text": cut(&text, MOST_SLACK)})
}

/// A title, a message, and the link that a tap opens; the topic is part of the address.
pub(super) fn ntfy(body: &Value) -> Value {
    let alerts = body["alerts"].as_array().map_or(&[][..], Vec::as_slice);
    let mut message = String::new();
    if alerts.is_empty() {
        message.push_str(body["text"].as_str().unwrap_or_default());
    }
    for alert in alerts.iter().take(MOST_ALERTS) {
        let gap = if message.is_empty() { "" } else { "\n\n" };
        push(&mut message, format_args!("{gap}{} ({})", field(alert, "title"), origin(alert)));
        if let Some(sentence) = sentence(alert) {
            push(&mut message, format_args!("\n{sentence}"));
        }
    }
    more(&mut message, alerts.len());
    let mut note =
        json!({"title": field(body, "subject"), "message": cut_bytes(&message, MOST_NTFY)});
    // Of five: a flash rings through, a kill is high, any other is as usual.
    if alerts.iter().any(|alert| alert["priority"] == 1) {
        note["priority"] = 5.into();
    } else if alerts.iter().any(|alert| alert["reason"] == "kill") {
        note["priority"] = 4.into();
    }
    if let [Some(url)] = alerts.iter().map(|alert| alert["url"].as_str()).collect::<Vec<_>>()[..] {
        note["click"] = url.into();
    }
    note
}

fn field(value: &Value, key: &str) -> String {
    line(value[key].as_str().unwrap_or_default(), MOST_LINE)
}

/// Whose story it is, and how many printed it.
fn origin(alert: &Value) -> String {
    let agency = alert["credits"].get(0).and_then(|credit| credit["name"].as_str());
    let papers = alert["carriers"].as_array().map_or(0, Vec::len);
    let whose = line(agency.or(alert["publisher"].as_str()).unwrap_or_default(), MOST_LINE);
    if papers > 1 { format!("{whose}, {papers} papers") } else { whose }
}

/// The first sentence that is not the headline.
fn sentence(alert: &Value) -> Option<String> {
    let excerpts = alert["excerpts"].as_array()?;
    let text = excerpts.iter().find(|excerpt| excerpt["field"] != "title")?;
    Some(field(text, "text"))
}

fn more(text: &mut String, alerts: usize) {
    if let Some(more) = alerts.checked_sub(MOST_ALERTS).filter(|more| *more > 0) {
        push(text, format_args!("\n… and {more} more"));
    }
}

fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _infallible = text.write_fmt(what);
}

/// The three characters that act in Slack's text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

fn cut_bytes(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(most.saturating_sub('…'.len_utf8()));
    format!("{}…", text.get(..end).unwrap_or_default())
}
