//! What one message says: from alerts to subject, text and HTML.

use jiff::{Timestamp, tz::TimeZone};

use super::{Excerpt, Reason};
use crate::{
    model::{AlertId, ArticleId, RuleName, StoryId},
    story::{Credit, Relation},
};

/// A publisher that printed a copy.
#[derive(Clone, Debug, PartialEq)]
pub struct Carrier {
    /// Who.
    pub publisher: String,
    /// The headline as printed.
    pub title: String,
    /// The link.
    pub url: Option<String>,
    /// When it was first seen there.
    pub first_seen: Timestamp,
    /// What its copy is to the lead.
    pub relation: Relation,
}

/// One alert as it is told.
#[derive(Clone, Debug)]
pub struct Telling {
    /// Which alert.
    pub alert: AlertId,
    /// Of which rule.
    pub rule: RuleName,
    /// What people call the rule.
    pub rule_title: Option<String>,
    /// The rule's query.
    pub query: String,
    /// Why it is told.
    pub reason: Reason,
    /// Of which story.
    pub story: StoryId,
    /// The article that is told: one that matched, else the lead.
    pub article: ArticleId,
    /// Its headline.
    pub title: String,
    /// Its standfirst.
    pub summary: Option<String>,
    /// Its link.
    pub url: Option<String>,
    /// Its publisher.
    pub publisher: String,
    /// The agencies the story is credited to.
    pub credits: Vec<Credit>,
    /// Media it cites.
    pub cited: Vec<String>,
    /// Its dateline.
    pub dateline: Option<String>,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// When it was first seen.
    pub seen_at: Timestamp,
    /// Why the rule matched.
    pub excerpts: Vec<Excerpt>,
    /// Everybody who printed the text, first first.
    pub carriers: Vec<Carrier>,
}

/// All that one message says.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The alerts, in the order they are told; never empty.
    pub tellings: Vec<Telling>,
    /// The zone that times are told in.
    pub timezone: TimeZone,
    /// When the message is made.
    pub now: Timestamp,
}

/// A message before it becomes MIME.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// A whole HTML document.
    pub html: String,
}

/// Writes a letter.
pub fn render(letter: &Letter) -> Rendered {
    let _ = letter;
    Rendered { subject: String::new(), text: String::new(), html: String::new() }
}
