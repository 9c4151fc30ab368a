//! What the templates show: every word cleaned, cut and put into order.

use std::{collections::HashSet, ops::Range};

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{
    Carrier, Letter, RelatedStory, Section, Telling,
    change::Shown,
    digest,
    limits::Limits,
    plain::{self, Piece},
    subject,
};
use crate::{
    alert::{Excerpt, Reason},
    query::Field,
    story::{Certainty, Relation, Zone},
};

/// A whole letter.
#[derive(Serialize)]
pub(super) struct Page {
    subject: String,
    recipient: String,
    sent: String,
    late: Option<String>,
    stories: usize,
    counts: String,
    held: digest::HeldBack,
    watch: Option<digest::Watched>,
    /// Empty for a single story.
    contents: Vec<digest::Group>,
    sections: Vec<View>,
    /// Stories that are neither told in full nor listed.
    untold: usize,
    rules: Vec<Rule>,
    more_rules: usize,
}

/// One story.
#[derive(Serialize)]
struct View {
    number: usize,
    /// The rule whose stories begin here, in a message of several stories.
    group: Option<String>,
    headline: String,
    link: Option<String>,
    again: Option<String>,
    tell_again: Option<String>,
    note: Option<String>,
    change: Option<Shown>,
    rules: Vec<String>,
    passages: Vec<Passage>,
    summary: Option<String>,
    publisher: String,
    credits: Vec<Credit>,
    /// Where the credits stand, unless in the article itself.
    credited_in: Option<String>,
    cited: Vec<String>,
    dateline: Option<String>,
    published: Option<String>,
    seen: String,
    papers: usize,
    carriers: Vec<Row>,
    more_carriers: usize,
    related: Vec<Other>,
    more_related: usize,
    origins: u32,
    story: i64,
    articles: Vec<i64>,
}

/// A sentence that made a rule true.
#[derive(Serialize)]
struct Passage {
    field: &'static str,
    pieces: Vec<Piece>,
    /// The pieces as text, marks between pairs of asterisks.
    starred: String,
}

#[derive(Serialize)]
struct Credit {
    agency: String,
    /// Where the words stand that say so.
    place: &'static str,
    evidence: String,
    inferred: bool,
    /// Whether the agency published the text itself, which needs no words.
    own: bool,
}

/// A line of the table of carriers.
#[derive(Serialize)]
struct Row {
    publisher: String,
    headline: String,
    link: Option<String>,
    seen: String,
    /// What it is to the lead, and what else is to be known of it.
    relation: String,
}

/// A line of the stories that tell the same.
#[derive(Serialize)]
struct Other {
    seen: String,
    publisher: String,
    /// Whose story it is, where that is not its publisher.
    origin: Option<String>,
    headline: String,
    link: Option<String>,
    story: i64,
}

#[derive(Serialize)]
struct Rule {
    name: String,
    /// What people call it, where that is not its name.
    title: Option<String>,
    query: String,
}

impl Page {
    /// Puts a letter into words, no more of them than the limits allow.
    pub(super) fn new(
        letter: &Letter,
        sections: &[Section<'_>],
        subject: &str,
        limits: Limits,
    ) -> Self {
        let zone = &letter.timezone;
        let told = limits.sections().min(sections.len());
        let listed = if sections.len() > 1 { limits.contents().max(told) } else { 0 };
        let mut before = None;
        let mut views = Vec::new();
        for (number, section) in (1..).zip(sections).take(told) {
            let group = section.first().map(|telling| telling.rule.as_str());
            let begins = sections.len() > 1 && group != before;
            views.extend(view(number, section, zone, limits).map(|view| {
                View {
                    group: section
                        .first()
                        .filter(|_| begins)
                        .map(|telling| subject::rule_title(telling, limits.short())),
                    ..view
                }
            }));
            before = group;
        }
        let (rules, more_rules) = rules(letter, limits);
        Self {
            subject: subject.to_owned(),
            recipient: plain::line(letter.recipient.as_str(), limits.short()),
            sent: plain::moment(letter.now, zone),
            late: letter.late.map(plain::duration),
            stories: sections.len(),
            counts: digest::counts(sections),
            held: digest::HeldBack::new(&letter.held, zone, limits),
            watch: letter.watch.as_ref().map(|watch| digest::Watched::new(watch, zone, limits)),
            contents: digest::contents(sections, told, listed, limits),
            sections: views,
            untold: sections.len().saturating_sub(told.max(listed)),
            rules,
            more_rules,
        }
    }
}

fn view(number: usize, section: &Section<'_>, zone: &TimeZone, limits: Limits) -> Option<View> {
    let first = *section.first()?;
    let passages = passages(section, limits);
    let summary = first
        .summary
        .as_deref()
        .map(|summary| plain::line(summary, limits.long()))
        .filter(|summary| !summary.is_empty() && !passages.iter().any(|p| p.says(summary)));
    let mut articles: Vec<_> = section.iter().map(|telling| telling.article.0).collect();
    articles.dedup();
    articles.truncate(limits.names());
    Some(View {
        number,
        group: None,
        headline: subject::headline(first, limits.short()),
        link: first.url.as_deref().and_then(plain::link),
        again: again(first, limits),
        tell_again: tell_again(&first.reason),
        note: first.note.as_deref().map(|note| plain::line(note, limits.long())),
        change: first.change.as_ref().map(|change| Shown::new(change, limits)),
        rules: names(section.iter().map(|t| subject::rule_title(t, limits.short())), limits),
        passages,
        summary,
        publisher: plain::line(&first.publisher, limits.short()),
        credits: credits(first, limits),
        credited_in: first.credited_in.as_deref().map(|name| plain::line(name, limits.short())),
        cited: names(first.cited.iter().map(|name| plain::line(name, limits.short())), limits),
        dateline: first.dateline.as_deref().map(|place| plain::line(place, limits.short())),
        published: first.published.map(|at| plain::moment(at, zone)),
        seen: plain::moment(first.seen_at, zone),
        papers: subject::papers(first),
        carriers: first
            .carriers
            .iter()
            .take(limits.carriers())
            .map(|carrier| row(carrier, zone, limits))
            .collect(),
        more_carriers: first.carriers.len().saturating_sub(limits.carriers()),
        related: first
            .related
            .iter()
            .take(limits.related())
            .map(|story| other(story, zone, limits))
            .collect(),
        more_related: first.related.len().saturating_sub(limits.related()),
        origins: first.origins,
        story: first.story.0,
        articles,
    })
}

/// Names without repetition, no more than the limits allow.
fn names(all: impl Iterator<Item = String>, limits: Limits) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in all {
        if kept.len() < limits.names() && !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

/// Why a story is told again.
fn again(telling: &Telling, limits: Limits) -> Option<String> {
    let house = || plain::line(&telling.publisher, limits.short());
    Some(match &telling.reason {
        Reason::First => return None,
        Reason::Kill { .. } => format!("{} withdrew the text", house()),
        Reason::Correction { .. } => format!("{} corrected the text", house()),
        Reason::Origins(n) => format!("it now has {n} independent origins"),
        Reason::Longer { words } => format!("a longer version came, of {words} words"),
        Reason::Headline { .. } => "it has another headline".to_owned(),
    })
}

/// What a rule says under `tell_again` to be told so.
fn tell_again(reason: &Reason) -> Option<String> {
    match reason {
        Reason::First => None,
        Reason::Origins(n) => Some(format!("origins >= {n}")),
        other => Some(other.kind().to_owned()),
    }
}

/// The excerpts of all rules, a sentence that several quote once, with the marks of all.
fn passages(section: &Section<'_>, limits: Limits) -> Vec<Passage> {
    let mut merged: Vec<Excerpt> = Vec::new();
    for excerpt in section.iter().flat_map(|telling| &telling.excerpts) {
        let same = |e: &&mut Excerpt| e.field == excerpt.field && e.text == excerpt.text;
        match merged.iter_mut().find(same) {
            Some(known) => known.marks.extend(excerpt.marks.iter().cloned()),
            None => merged.push(excerpt.clone()),
        }
    }
    merged.truncate(limits.excerpts());
    merged.into_iter().map(|excerpt| passage(excerpt, limits)).collect()
}

fn passage(excerpt: Excerpt, limits: Limits) -> Passage {
    let pieces = plain::pieces(&excerpt.text, &apart(excerpt.marks), limits.long());
    let star = |piece: &Piece| {
        let stars = if piece.marked { "**" } else { "" };
        format!("{stars}{}{stars}", piece.text)
    };
    Passage { field: field(excerpt.field), starred: pieces.iter().map(star).collect(), pieces }
}

/// Sorted ranges that do not overlap.
fn apart(mut marks: Vec<Range<usize>>) -> Vec<Range<usize>> {
    marks.sort_by_key(|mark| (mark.start, mark.end));
    let mut apart: Vec<Range<usize>> = Vec::new();
    for mark in marks {
        match apart.last_mut() {
            Some(last) if mark.start <= last.end => last.end = last.end.max(mark.end),
            _ => apart.push(mark),
        }
    }
    apart
}

impl Passage {
    fn says(&self, text: &str) -> bool {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect::<String>() == text
    }
}

fn field(field: Field) -> &'static str {
    match field {
        Field::Title => "Headline",
        Field::Summary => "Standfirst",
        Field::Body => "Text",
        _ => "Article",
    }
}

fn credits(telling: &Telling, limits: Limits) -> Vec<Credit> {
    telling
        .credits
        .iter()
        .take(limits.names())
        .map(|credit| Credit {
            agency: plain::line(&credit.name, limits.short()),
            place: place(credit.evidence.zone),
            evidence: plain::line(&credit.evidence.words, limits.short()),
            inferred: credit.evidence.certainty == Certainty::Inferred,
            own: credit.evidence.zone == Zone::Site,
        })
        .collect()
}

/// Where words stand, as a person says it.
fn place(zone: Zone) -> &'static str {
    match zone {
        Zone::Site => "its own site",
        Zone::Credit => "credit line",
        Zone::Byline => "byline",
        Zone::Source => "source of the item",
        Zone::Head => "line above the text",
        Zone::Dateline => "dateline",
        Zone::SignOff => "end of the text",
        Zone::Inputs => "inputs",
        Zone::Notice => "note",
        Zone::Copyright => "copyright line",
        Zone::Address => "address of the page",
        Zone::Text => "text",
        Zone::Copy => "a copy of the text",
    }
}

fn row(carrier: &Carrier, zone: &TimeZone, limits: Limits) -> Row {
    Row {
        publisher: plain::line(&carrier.publisher, limits.short()),
        headline: plain::line(&carrier.title, limits.short()),
        link: carrier.url.as_deref().and_then(plain::link),
        seen: plain::short_moment(carrier.first_seen, zone),
        relation: relation(carrier, limits),
    }
}

fn relation(carrier: &Carrier, limits: Limits) -> String {
    let relation = match carrier.relation {
        Relation::Lead => "lead",
        Relation::Verbatim => "verbatim",
        Relation::Cut => "cut",
        Relation::Rewritten => "rewritten",
        Relation::Revision => "revision",
    };
    let agency = carrier.is_agency.then(|| "the agency itself".to_owned());
    let inferred = carrier.inferred.as_ref();
    let inferred = inferred.map(|name| format!("{}, inferred", plain::line(name, limits.short())));
    let parts = [Some(relation.to_owned()), agency, inferred];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn other(related: &RelatedStory, zone: &TimeZone, limits: Limits) -> Other {
    let publisher = plain::line(&related.publisher, limits.short());
    let origin = plain::line(&related.origin, limits.short());
    Other {
        seen: plain::short_moment(related.first_seen, zone),
        origin: (origin != publisher).then_some(origin),
        publisher,
        headline: plain::line(&related.title, limits.short()),
        link: related.url.as_deref().and_then(plain::link),
        story: related.story.0,
    }
}

/// Each rule of the letter once, and how many are left out.
fn rules(letter: &Letter, limits: Limits) -> (Vec<Rule>, usize) {
    let mut kept: Vec<Rule> = Vec::new();
    let mut known = HashSet::new();
    for telling in letter.tellings.iter().filter(|telling| known.insert(&telling.rule)) {
        if kept.len() < limits.names() {
            let name = plain::line(telling.rule.as_str(), limits.short());
            let title = telling.rule_title.as_deref().map(|t| plain::line(t, limits.short()));
            let query = plain::line(&telling.query, limits.long());
            kept.push(Rule { title: title.filter(|title| *title != name), name, query });
        }
    }
    let more = known.len() - kept.len();
    (kept, more)
}
