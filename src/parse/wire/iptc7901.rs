//! IPTC 7901: text with a heading line, still spoken by dpa, ATS and Superdesk.

use super::{Message, control, meaning, urgency};
use crate::{
    model::{Item, Wire},
    parse::{facts::Format, repairs::Repairs},
    text::html,
};

/// Lines that begin the remarks to editors below the text.
const NOTEBOOKS: &[&str] = &["# ", "* * * *", "## "];

/// Lines of a headline.
const MAX_HEADLINE: usize = 8;

/// Reads a message.
pub(super) fn read(bytes: &[u8], repairs: &mut Repairs) -> Message {
    let (stories, truncated) = control::stories(bytes, repairs);
    Message { format: Some(Format::Iptc7901), items: stories.iter().map(item).collect(), truncated }
}

fn item(story: &control::Parts) -> Item {
    let mut lines = story.heading.lines().map(str::trim).filter(|line| !line.is_empty());
    let heading = Heading::read(lines.next().unwrap_or_default());
    let keywords = lines.map(|line| line.trim_end_matches('/')).collect::<Vec<_>>().join("/");
    let keywords = Some(keywords).filter(|line| !line.is_empty());
    let Top { take, headline, byline, rest } = top(&story.text, keywords.as_deref());
    let end = rest.iter().position(|line| NOTEBOOKS.iter().any(|mark| line.starts_with(mark)));
    let (text, note) = rest.split_at(end.unwrap_or(rest.len()));
    let text = control::paragraphs(text.iter().copied());
    let note = html::one_line(&note.join(" "));
    let sent = story.end.trim();
    let service = heading.category.eq_ignore_ascii_case("rs");
    let mut wire = Wire {
        provider: Some(heading.provider.to_owned()).filter(|provider| !provider.is_empty()),
        slugline: keywords,
        note: Some(note).filter(|note| !note.is_empty()),
        signals: take.into_iter().collect(),
        kind: if service { crate::model::Kind::Notice } else { crate::model::Kind::Text },
        ..Wire::default()
    };
    if !heading.category.is_empty() {
        wire.subjects.push(format!("iptc7901cat:{}", heading.category));
    }
    // Numbers begin again each day.
    let day = sent.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.get(..2));
    let month = sent
        .split_whitespace()
        .skip(1)
        .find(|word| word.chars().all(char::is_alphabetic) && word.len() == 3 && *word != "GMT");
    let id = [heading.provider, heading.number, day.unwrap_or_default(), month.unwrap_or_default()];
    Item {
        raw_id: (!heading.number.is_empty()).then(|| id.join(":")),
        title: headline,
        byline,
        text: Some(text).filter(|text| !text.is_empty()),
        published: meaning::day_time(sent),
        priority: urgency::number(heading.priority),
        wire: Some(Box::new(wire)),
        ..Item::default()
    }
}

/// The first line: service and number, priority, category, words, selectors, provider and its
/// number.
#[derive(Default)]
struct Heading<'a> {
    number: &'a str,
    priority: &'a str,
    category: &'a str,
    provider: &'a str,
}

impl<'a> Heading<'a> {
    fn read(line: &'a str) -> Self {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = |number: usize| words.get(number).copied().unwrap_or_default();
        let is_priority = at(1).len() == 1 && at(1).bytes().all(|byte| byte.is_ascii_digit());
        if !is_priority {
            return Self { number: at(0), ..Self::default() };
        }
        let mut behind =
            words.iter().skip(4).copied().filter(|word| !word.bytes().all(|b| b.is_ascii_digit()));
        let provider = behind.next_back().unwrap_or_default();
        Self { number: at(0), priority: at(1), category: at(2), provider }
    }
}

/// What stands above the text.
struct Top<'t> {
    take: Option<String>,
    headline: Option<String>,
    byline: Option<String>,
    rest: Vec<&'t str>,
}

/// Takes the lines up to the one that ends in `=` apart; where none does, there is no headline.
fn top<'t>(text: &'t str, keywords: Option<&str>) -> Top<'t> {
    let lines: Vec<&str> = text.lines().collect();
    let Some(end) = lines.iter().take(MAX_HEADLINE).position(|line| line.trim().ends_with('='))
    else {
        return Top { take: None, headline: None, byline: None, rest: lines };
    };
    let (above, rest) = lines.split_at(end + 1);
    let is_keyword = |line: &str| {
        keywords.is_some_and(|words| line.trim_end_matches(':') == words && line.ends_with(':'))
    };
    let mut above: Vec<&str> = above
        .iter()
        .map(|line| line.trim().trim_end_matches('=').trim())
        .filter(|line| !line.is_empty() && !is_keyword(line))
        .collect();
    let take = (above.len() > 1 && is_take(above[0])).then(|| above.remove(0).to_owned());
    let byline = above.iter().skip(1).position(|line| meaning::is_byline(line));
    let byline = byline.map(|at| above.remove(at + 1).to_owned());
    let headline = Some(above.join(" ")).filter(|line| !line.is_empty());
    let byline = byline.map(|line| line.trim_end_matches(',').to_owned());
    Top { take, headline, byline, rest: rest.to_vec() }
}

/// A remark above the headline: `(Eil)`, `EXTRA`, `Situation`.
fn is_take(line: &str) -> bool {
    line.starts_with('(')
        || !line.contains(char::is_whitespace)
        || !line.contains(char::is_lowercase)
}
