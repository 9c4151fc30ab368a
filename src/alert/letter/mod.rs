//! What one message says: from alerts to subject, text and HTML.

mod change;
mod held;
mod page;
mod plain;
mod subject;
#[cfg(test)]
mod tests;
mod word;

use std::{collections::HashMap, sync::LazyLock, time::Duration};

use jiff::{Timestamp, tz::TimeZone};
use minijinja::{Environment, Value, syntax::SyntaxConfig};

use self::page::{Limits, Page};
pub use self::{
    held::{Held, Silenced, Watch},
    word::{Report, report},
};

use super::{Excerpt, Reason};
use crate::{
    model::{AlertId, ArticleId, RecipientName, RuleName, StoryId},
    story::{Change, Credit, Relation},
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
    /// Whether it is the agency itself, and so no paper.
    pub is_agency: bool,
    /// The agency that its copy is not credited to but owed to.
    pub inferred: Option<String>,
}

/// A story of the same event in other words.
#[derive(Clone, Debug, PartialEq)]
pub struct RelatedStory {
    /// Which story.
    pub story: StoryId,
    /// Whose it is: the agency that it is credited to, else the publisher of its lead.
    pub origin: String,
    /// The publisher of its lead.
    pub publisher: String,
    /// The headline of its lead.
    pub title: String,
    /// The link of its lead.
    pub url: Option<String>,
    /// When it was first seen.
    pub first_seen: Timestamp,
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
    /// How urgent its rule is, from 1 (flash) to 9; `None` where the rule does not say.
    pub priority: Option<u8>,
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
    /// The publisher of the copy that states them, where that is not the article.
    pub credited_in: Option<String>,
    /// Media it cites.
    pub cited: Vec<String>,
    /// Its dateline.
    pub dateline: Option<String>,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// When it was first seen.
    pub seen_at: Timestamp,
    /// What its house says of a kill or a correction.
    pub note: Option<String>,
    /// What changed since it was told before.
    pub change: Option<Change>,
    /// Why the rule matched.
    pub excerpts: Vec<Excerpt>,
    /// Everybody who printed the text, first first.
    pub carriers: Vec<Carrier>,
    /// Stories of the same event in other words, first first.
    pub related: Vec<RelatedStory>,
    /// Independent origins over the story and its related stories.
    pub origins: u32,
}

/// All that one message says.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The recipient's name.
    pub recipient: RecipientName,
    /// The alerts, the oldest first; empty only where `watch` or `held` has something to say.
    pub tellings: Vec<Telling>,
    /// The zone that times are told in.
    pub timezone: TimeZone,
    /// When the message is made.
    pub now: Timestamp,
    /// How long after it was due it goes out, where that is worth a word.
    pub late: Option<Duration>,
    /// What was not told when it came.
    pub held: Held,
    /// What was watched, in a message that goes out although nothing matched.
    pub watch: Option<Watch>,
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

/// The most that text and HTML may take as quoted-printable, in bytes. With its headers a message
/// stays under 90 kB; Gmail hides what comes after 102 kB.
const MOST_BYTES: usize = 84_000;

/// Writes a letter: the same content as text and as HTML, in English, times in the letter's zone.
///
/// Tellings of one story for one reason become one section that names all their rules. What comes
/// from feeds is cleaned of control characters, cut to a length, and escaped. Where the letter
/// would be too long for a mail, less is told of each story until it fits.
pub fn render(letter: &Letter) -> Rendered {
    let sections = sections(letter);
    let subject = subject::subject(&sections);
    let mut limits = Limits::default();
    loop {
        let page = Page::new(letter, &sections, &subject, limits);
        let (text, html) = (fill("letter.txt", &page), fill("letter.html", &page));
        match limits.tighter() {
            Some(tighter) if wire_size(&text) + wire_size(&html) > MOST_BYTES => limits = tighter,
            _ => return Rendered { subject, text, html },
        }
    }
}

/// The tellings of one story for one reason, by as many rules; never empty.
type Section<'a> = Vec<&'a Telling>;

fn sections(letter: &Letter) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut known = HashMap::new();
    for telling in &letter.tellings {
        let at = *known.entry((telling.story, telling.reason.key())).or_insert(sections.len());
        match sections.get_mut(at) {
            Some(section) => section.push(telling),
            None => sections.push(vec![telling]),
        }
    }
    sections
}

#[expect(
    clippy::expect_used,
    reason = "both templates are part of the program, and tests fill them"
)]
fn fill(template: &str, page: &Page) -> String {
    static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
        let mut templates = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        templates.set_syntax(syntax.expect("the delimiters are the default ones"));
        templates.add_filter("href", href);
        for (name, source) in [
            ("letter.txt", include_str!("../templates/letter.txt")),
            ("letter.html", include_str!("../templates/letter.html")),
        ] {
            templates.add_template(name, source).expect("the template is well formed");
        }
        templates
    });
    let template = TEMPLATES.get_template(template).expect("the template was added above");
    template
        .render(minijinja::value::Serde(page))
        .expect("the template names only fields of the page")
}

/// A link for a double-quoted attribute. Auto-escaping is as safe, but writes slashes as numbers,
/// which makes links six times as long.
fn href(link: &str) -> Value {
    let escaped = link.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    Value::from_safe_string(escaped)
}

/// How many bytes a text takes as quoted-printable, counted a little high.
fn wire_size(text: &str) -> usize {
    let bytes: usize =
        text.bytes()
            .map(|byte| {
                if byte == b'=' || byte == b'\n' || !(b' '..=b'~').contains(&byte) { 3 } else { 1 }
            })
            .sum();
    // Each line of 76 ends with a soft break of three.
    bytes + bytes / 24
}
