//! What a message of many stories says before the first of them: counts, contents, what was held.

use std::collections::{BTreeSet, HashMap};

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{Held, Section, Silenced, Watch, limits::Limits, plain, subject};
use crate::{alert::Reason, model::RuleName};

/// The stories of one rule, as lines of the table of contents.
#[derive(Serialize)]
pub(super) struct Group {
    rule: String,
    /// How many stories it has, those that are not listed among them.
    stories: usize,
    lines: Vec<Line>,
}

/// A line of the table of contents.
#[derive(Serialize)]
struct Line {
    number: usize,
    /// Whether a section of this number follows.
    told: bool,
    /// `Corrected: ` or the like.
    news: String,
    headline: String,
    origin: String,
    /// The other rules that are true of it.
    also: String,
}

/// What was kept back, in words.
#[derive(Serialize)]
pub(super) struct HeldBack {
    folded: u32,
    at_most: Option<String>,
    quiet: u32,
    silenced: Vec<Silence>,
    /// Alerts of silences that are not listed.
    more_silenced: u32,
}

#[derive(Serialize)]
struct Silence {
    what: String,
    note: Option<String>,
    until: String,
    alerts: u32,
}

/// What was watched up to a message without alerts.
#[derive(Serialize)]
pub(super) struct Watched {
    nothing: String,
    since: String,
    rules: Vec<String>,
    more_rules: usize,
    feeds: String,
    healthy: String,
    articles: String,
}

/// Puts the stories of one rule together: rules as they come in the letter, within a rule what was
/// withdrawn or corrected first. A story of several rules stands with the first of them.
pub(super) fn in_order(mut sections: Vec<Section<'_>>) -> Vec<Section<'_>> {
    let mut places = HashMap::new();
    for first in sections.iter().filter_map(|section| section.first()) {
        let next = places.len();
        places.entry(first.rule.clone()).or_insert(next);
    }
    sections.sort_by_key(|section| {
        let first = section.first();
        let place = first.and_then(|first| places.get(&first.rule)).copied();
        let urgency = first.map_or(2, |first| match first.reason {
            Reason::Kill { .. } => 0,
            Reason::Correction { .. } => 1,
            _ => 2,
        });
        (place, urgency)
    });
    sections
}

/// `5 stories of 2 rules: 3 new, 1 withdrawn, 1 corrected`; what is not new is left out where all are.
pub(super) fn counts(sections: &[Section<'_>]) -> String {
    let rules: BTreeSet<_> = sections.iter().flatten().map(|telling| &telling.rule).collect();
    let reasons = sections.iter().filter_map(|section| section.first());
    let mut kinds = [("new", 0), ("withdrawn", 0), ("corrected", 0), ("told again", 0)];
    for telling in reasons {
        let kind = match telling.reason {
            Reason::First => 0,
            Reason::Kill { .. } => 1,
            Reason::Correction { .. } => 2,
            Reason::Origins(_) | Reason::Longer { .. } | Reason::Headline { .. } => 3,
        };
        kinds[kind].1 += 1;
    }
    let all = format!(
        "{} of {}",
        plain::several(sections.len(), "story", "stories"),
        plain::several(rules.len(), "rule", "rules")
    );
    if kinds[0].1 == sections.len() {
        return all;
    }
    let kinds = kinds.iter().filter(|(_, count)| *count > 0);
    let kinds: Vec<_> = kinds.map(|(kind, count)| format!("{count} {kind}")).collect();
    format!("{all}: {}", kinds.join(", "))
}

/// The table of contents: `listed` lines, of which the first `told` have a section.
pub(super) fn contents(
    sections: &[Section<'_>],
    told: usize,
    listed: usize,
    limits: Limits,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut rule = None;
    for (number, section) in (1..).zip(sections) {
        let Some(first) = section.first() else { continue };
        if rule != Some(&first.rule) {
            if number > listed {
                break;
            }
            rule = Some(&first.rule);
            let rule = subject::rule_title(first, limits.short());
            groups.push(Group { rule, stories: 0, lines: Vec::new() });
        }
        let Some(group) = groups.last_mut() else { continue };
        group.stories += 1;
        if number <= listed {
            let others = section.iter().copied().filter(|telling| telling.rule != first.rule);
            group.lines.push(Line {
                number,
                told: number <= told,
                news: subject::news(first),
                headline: subject::headline(first, limits.short()),
                origin: subject::origin(first),
                also: subject::rules(others),
            });
        }
    }
    groups
}

impl HeldBack {
    pub(super) fn new(held: &Held, zone: &TimeZone, limits: Limits) -> Self {
        let listed = limits.names().min(held.silenced.len());
        let (listed, more) = held.silenced.split_at(listed);
        let silence = |silenced: &Silenced| Silence {
            what: plain::line(&silenced.what, limits.short()),
            note: silenced.note.as_deref().map(|note| plain::line(note, limits.short())),
            until: plain::moment(silenced.until, zone),
            alerts: silenced.alerts,
        };
        Self {
            folded: held.folded,
            at_most: held.at_most.as_deref().map(|cap| plain::line(cap, limits.short())),
            quiet: held.quiet,
            silenced: listed.iter().map(silence).collect(),
            more_silenced: more.iter().map(|silenced| silenced.alerts).sum(),
        }
    }
}

impl Watched {
    pub(super) fn new(watch: &Watch, zone: &TimeZone, limits: Limits) -> Self {
        let listed = limits.names().min(watch.rules.len());
        let title = |(name, title): &(RuleName, Option<String>)| {
            plain::line(title.as_deref().unwrap_or(name.as_str()), limits.short())
        };
        Self {
            nothing: watch.nothing.to_string(),
            since: plain::moment(watch.since, zone),
            rules: watch.rules[..listed].iter().map(title).collect(),
            more_rules: watch.rules.len() - listed,
            feeds: plain::several(watch.feeds, "feed", "feeds"),
            healthy: plain::grouped(watch.healthy as u64),
            articles: plain::several(watch.articles, "article", "articles"),
        }
    }
}
