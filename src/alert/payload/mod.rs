//! What one message says to a program: the documented JSON, and the forms of other services.

mod chat;
mod feed;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

pub use self::feed::{empty_feed, feed, feed_of_all, rules};
use super::{Excerpt, Letter, Rendered, Telling, letter::plain::line};
use crate::{
    model::{RecipientName, StoryId},
    story::Relation,
};

/// The version of the JSON: it grows when a key goes or means something else, not when one comes.
pub const VERSION: u64 = 1;

/// Characters of a headline, a name or a sentence.
const MOST_LINE: usize = 1_000;

/// What a receiver understands.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Format {
    /// The JSON of `docs/webhook.md`.
    #[default]
    Wiredesk,
    /// `{"text": …}` with links and bold print, as Slack, Mattermost and others take it.
    Slack,
    /// What ntfy publishes.
    Ntfy,
}

/// Which message it is, and whose.
#[derive(Clone, Copy, Debug)]
pub struct Heading<'a> {
    /// Its Message-ID, the same at each attempt.
    pub id: &'a str,
    /// The messages it follows, the oldest first.
    pub follows: &'a [String],
    /// To whom.
    pub recipient: &'a RecipientName,
    /// When it is made.
    pub now: Timestamp,
}

/// A letter as a body of bytes.
pub fn of_letter(
    heading: &Heading<'_>,
    letter: &Letter,
    rendered: &Rendered,
    format: Format,
) -> Vec<u8> {
    let mut body = head(heading, "alert", rendered);
    if let Some(late) = letter.late {
        body.insert("late_seconds".to_owned(), late.as_secs().into());
    }
    body.insert("alerts".to_owned(), letter.tellings.iter().map(telling).collect());
    encode(body, format)
}

/// A word to the operator as a body of bytes.
pub fn of_word(heading: &Heading<'_>, rendered: &Rendered, format: Format) -> Vec<u8> {
    let mut body = head(heading, "operator", rendered);
    body.insert("alerts".to_owned(), Value::Array(Vec::new()));
    encode(body, format)
}

fn head(heading: &Heading<'_>, kind: &str, rendered: &Rendered) -> Map<String, Value> {
    let head = present(json!({
        "version": VERSION,
        "id": heading.id,
        "in_reply_to": heading.follows.last(),
        "kind": kind,
        "recipient": heading.recipient.as_str(),
        "made_at": heading.now.to_string(),
        "subject": rendered.subject,
        "text": rendered.text,
    }));
    match head {
        Value::Object(head) => head,
        _ => Map::new(),
    }
}

fn encode(body: Map<String, Value>, format: Format) -> Vec<u8> {
    let body = Value::Object(body);
    let body = match format {
        Format::Wiredesk => body,
        Format::Slack => chat::slack(&body),
        Format::Ntfy => chat::ntfy(&body),
    };
    body.to_string().into_bytes()
}

fn telling(telling: &Telling) -> Value {
    let credits = telling.credits.iter().map(|credit| {
        json!({
            "agency": credit.agency,
            "name": credit.name,
            "certainty": credit.evidence.certainty.as_str(),
        })
    });
    let carriers = telling.carriers.iter().map(|carrier| {
        present(json!({
            "publisher": line(&carrier.publisher, MOST_LINE),
            "title": line(&carrier.title, MOST_LINE),
            "url": link(carrier.url.as_deref()),
            "first_seen": carrier.first_seen.to_string(),
            "relation": relation(carrier.relation),
            "is_agency": carrier.is_agency,
        }))
    });
    let related = telling.related.iter().map(|story| {
        present(json!({
            "story": story.story.0,
            "origin": line(&story.origin, MOST_LINE),
            "publisher": line(&story.publisher, MOST_LINE),
            "title": line(&story.title, MOST_LINE),
            "url": link(story.url.as_deref()),
            "first_seen": story.first_seen.to_string(),
        }))
    });
    let StoryId(story) = telling.story;
    present(json!({
        "alert": telling.alert.0,
        "rule": telling.rule.as_str(),
        "rule_title": telling.rule_title,
        "query": telling.query,
        "reason": telling.reason.kind(),
        "reason_key": telling.reason.key(),
        "priority": telling.priority,
        "story": story,
        "article": telling.article.0,
        "title": line(&telling.title, MOST_LINE),
        "summary": telling.summary.as_deref().map(|summary| line(summary, MOST_LINE)),
        "url": link(telling.url.as_deref()),
        "publisher": line(&telling.publisher, MOST_LINE),
        "credits": credits.collect::<Vec<_>>(),
        "credited_in": telling.credited_in,
        "cited": telling.cited,
        "dateline": telling.dateline,
        "published": telling.published.map(|at| at.to_string()),
        "seen_at": telling.seen_at.to_string(),
        "note": telling.note.as_deref().map(|note| line(note, MOST_LINE)),
        "excerpts": telling.excerpts.iter().map(excerpt).collect::<Vec<_>>(),
        "carriers": carriers.collect::<Vec<_>>(),
        "related": related.collect::<Vec<_>>(),
        "origins": telling.origins,
    }))
}

/// A sentence with the places of the words that made the rule true, in Unicode code points.
fn excerpt(excerpt: &Excerpt) -> Value {
    let place = |bytes: usize| excerpt.text.get(..bytes).map_or(0, |text| text.chars().count());
    let marks: Vec<_> =
        excerpt.marks.iter().map(|mark| json!([place(mark.start), place(mark.end)])).collect();
    json!({"field": excerpt.field.as_str(), "text": excerpt.text, "marks": marks})
}

/// A link that a program may follow.
fn link(url: Option<&str>) -> Option<&str> {
    url.filter(|url| url.starts_with("https://") || url.starts_with("http://"))
}

fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Lead => "lead",
        Relation::Verbatim => "verbatim",
        Relation::Cut => "cut",
        Relation::Rewritten => "rewritten",
        Relation::Revision => "revision",
    }
}

/// Drops what is unknown: absent, never null.
fn present(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}
