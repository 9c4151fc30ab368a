//! What one message says: from alerts to subject, text and HTML.

mod change;
mod digest;
mod held;
mod limits;
mod markup;
mod page;
pub(super) mod plain;
mod sample;
mod subject;
mod template;
#[cfg(test)]
mod tests;
mod word;

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use jiff::{Timestamp, tz::TimeZone};

pub use self::{
    held::{Held, Nothing, Silenced, Watch},
    sample::samples,
    template::{FILES, TemplateFault, Templates},
    word::{Report, report},
};
use self::{limits::Limits, page::Page};
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
    /// What was watched, in a message that goes out although there is nothing to tell.
    pub watch: Option<Watch>,
}

/// A message before it becomes MIME.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// A whole HTML document.
    pub html: String,
    /// Templates of a person's own that failed, each with why; the program's took their place.
    pub failed: BTreeMap<&'static str, String>,
}

/// The most that text and HTML may take as quoted-printable, in bytes. With its headers a message
/// stays under 90 kB; Gmail hides what comes after 102 kB.
const MOST_BYTES: usize = 84_000;

/// The longest subject, in characters.
const LONGEST_SUBJECT: usize = 300;

/// Writes a letter: the same content as text and as HTML, in English, times in the letter's zone.
///
/// Tellings of one story for one reason become one section that names all their rules, and stories
/// of one rule stand together. What comes from feeds is cleaned of control characters, cut to a
/// length, and escaped. Where the letter would be too long for a mail, less is told of each story
/// until it fits.
pub fn render(letter: &Letter, templates: &Templates) -> Rendered {
    let sections = digest::in_order(sections(letter));
    let mut rendered =
        Rendered { subject: subject::subject(letter, &sections), ..Rendered::default() };
    let mut limits = Limits::default();
    let page = Page::new(letter, &sections, &rendered.subject, limits);
    match templates.fill_own("subject.txt", &page) {
        Some(Ok(subject)) => rendered.subject = plain::line(&subject, LONGEST_SUBJECT),
        Some(Err(why)) => {
            rendered.failed.insert("subject.txt", why);
        }
        None => (),
    }
    loop {
        let page = Page::new(letter, &sections, &rendered.subject, limits);
        rendered.text = fill("letter.txt", &page, templates, &mut rendered.failed);
        rendered.html = fill("letter.html", &page, templates, &mut rendered.failed);
        match limits.tighter() {
            Some(tighter) if text_size(&rendered.text) + wire_size(&rendered.html) > MOST_BYTES => {
                limits = tighter;
            }
            _ => return rendered,
        }
    }
}

/// The person's own template where there is one and it works, else the program's.
fn fill(
    file: &'static str,
    page: &Page,
    templates: &Templates,
    failed: &mut BTreeMap<&'static str, String>,
) -> String {
    match templates.fill_own(file, page) {
        Some(Ok(filled)) => {
            failed.remove(file);
            return filled;
        }
        Some(Err(why)) => {
            failed.insert(file, why);
        }
        None => (),
    }
    template::fill_built_in(file, page)
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

/// The same for plain text, whose long lines are broken once more for readers: twice in two lines of
/// 72 characters at most, each time with four bytes more.
fn text_size(text: &str) -> usize {
    wire_size(text) + text.chars().count() / 9
}
