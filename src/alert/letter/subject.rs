//! The one line that is read first: whose rule, what happened, whose story, how wide.

use std::collections::BTreeSet;

use super::{Letter, Section, Telling, plain};
use crate::{alert::Reason, story};

/// The longest headline in a subject, in characters.
const LONGEST_HEADLINE: usize = 120;

/// The longest name of a rule, an agency or a paper in a subject, in characters.
const LONGEST_NAME: usize = 50;

/// `[rule] headline (agency, 4 papers)`, or `[rule] 3 stories: headline`.
pub(super) fn subject(letter: &Letter, sections: &[Section<'_>]) -> String {
    let rules = closed(rules(sections.iter().flatten().copied()));
    let Some(first) = sections.first().and_then(|section| section.first()) else {
        return nothing(letter);
    };
    let headline = headline(first, LONGEST_HEADLINE);
    if sections.len() > 1 {
        return format!("[{rules}] {} stories: {headline}", sections.len());
    }
    format!("[{rules}] {}{} ({})", news(first), closed(headline), origin(first))
}

/// Words with a mark behind them where they run from right to left.
fn closed(words: String) -> String {
    let closing = plain::closing(&words);
    words + closing
}

/// The subject of a message without alerts.
fn nothing(letter: &Letter) -> String {
    let watched = letter.watch.as_ref();
    let told = watched.map_or_else(
        || "nothing to tell".to_owned(),
        |watch| {
            let since = plain::short_moment(watch.since, &letter.timezone);
            format!("{} since {since}", watch.nothing)
        },
    );
    let silenced: u32 = letter.held.silenced.iter().map(|silence| silence.alerts).sum();
    let silenced = if silenced > 0 { format!(", {silenced} silenced") } else { String::new() };
    format!("[wiredesk] {told}{silenced}")
}

/// The headline, or a word in its place.
pub(super) fn headline(telling: &Telling, most: usize) -> String {
    let headline = plain::line(&telling.title, most);
    if headline.is_empty() { "(no headline)".to_owned() } else { headline }
}

/// What people call the rule.
pub(super) fn rule_title(telling: &Telling, most: usize) -> String {
    plain::line(telling.rule_title.as_deref().unwrap_or(telling.rule.as_str()), most)
}

/// The rules by name: two of them, else the first and how many more.
pub(super) fn rules<'a>(tellings: impl Iterator<Item = &'a Telling>) -> String {
    let mut seen = BTreeSet::new();
    let titles: Vec<_> = tellings
        .filter(|telling| seen.insert(telling.rule.as_str()))
        .map(|telling| rule_title(telling, LONGEST_NAME))
        .collect();
    match titles.as_slice() {
        [first, _, rest @ ..] if !rest.is_empty() => format!("{first} + {}", rest.len() + 1),
        titles => titles.join(", "),
    }
}

/// Whose story it is, and how many papers carry it.
pub(super) fn origin(telling: &Telling) -> String {
    let credit = telling.credits.first().map(|credit| plain::line(&credit.name, LONGEST_NAME));
    let publisher = plain::line(&telling.publisher, LONGEST_NAME);
    let papers = names_of_papers(telling);
    match (credit, papers.len()) {
        (Some(agency), 2..) => format!("{}, {} papers", closed(agency), papers.len()),
        (Some(agency), 1) => {
            let paper =
                papers.first().map_or_else(String::new, |name| plain::line(name, LONGEST_NAME));
            format!("{} in {paper}", closed(agency))
        }
        (Some(agency), _) => agency,
        (None, 2..) => format!("{}, {} papers", closed(publisher), papers.len()),
        (None, _) => publisher,
    }
}

/// How many papers carry the text.
pub(super) fn papers(telling: &Telling) -> usize {
    names_of_papers(telling).len()
}

/// The papers that carry the text, the told one among them; the agency's own feed is none.
fn names_of_papers(telling: &Telling) -> BTreeSet<&str> {
    let carriers = &telling.carriers;
    let papers = carriers.iter().filter(|carrier| !carrier.is_agency);
    let told = Some(telling.publisher.as_str());
    let told = told.filter(|name| carriers.iter().all(|carrier| carrier.publisher != *name));
    papers.map(|carrier| carrier.publisher.as_str()).chain(told).collect()
}

/// What is new about a story that was told before, unless its headline says so itself.
pub(super) fn news(telling: &Telling) -> String {
    let said = story::signal(&telling.title, "");
    match &telling.reason {
        Reason::Kill { .. } if !said.kill => "Withdrawn: ".to_owned(),
        Reason::Correction { .. } if !said.correction => "Corrected: ".to_owned(),
        Reason::First | Reason::Kill { .. } | Reason::Correction { .. } => String::new(),
        Reason::Origins(n) => format!("{n} origins: "),
        Reason::Longer { .. } => "Longer: ".to_owned(),
        Reason::Headline { .. } => "New headline: ".to_owned(),
    }
}
