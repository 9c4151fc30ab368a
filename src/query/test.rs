//! Questions about something else than words: keywords, numbers, dates, patterns.

use std::ops::Range;

use super::{
    ast::{Order, Pattern, Test},
    document::{Document, spellings},
    facts::Hit,
    field::{Field, Fields},
};

/// Most places of a pattern in one field that are told.
const MOST_FOUND: usize = 4096;

impl Test {
    /// Whether the article answers with yes.
    pub(super) fn holds(&self, document: &Document<'_>) -> bool {
        match self {
            Self::Number { field, order, value } => number(*field, document)
                .is_some_and(|have| compare(*order, have.partial_cmp(value))),
            Self::Date { order, value } => {
                date(document).is_some_and(|have| later(*order, &have, value))
            }
            Self::Pattern { fields, field, pattern } => {
                texts(document, *fields, *field).any(|(_, text)| pattern.regex.is_match(text))
            }
            Self::Value { field, .. } | Self::Printed { field, .. } | Self::Shape { field, .. } => {
                document.facts.values(*field).iter().any(|value| self.fits(value))
            }
        }
    }

    /// What the article has that answers with yes.
    pub(super) fn hits(&self, document: &Document<'_>, hits: &mut Vec<Hit>) {
        match self {
            Self::Number { field, .. } => hits.extend(
                number(*field, document)
                    .map(|have| Hit::Value { field: *field, value: have.to_string() }),
            ),
            Self::Date { .. } => hits
                .extend(date(document).map(|value| Hit::Value { field: Field::Published, value })),
            Self::Pattern { fields, field, pattern } => {
                for (named, text) in texts(document, *fields, *field) {
                    pattern_hits(pattern, named, text, hits);
                }
            }
            Self::Value { field, .. } | Self::Printed { field, .. } | Self::Shape { field, .. } => {
                let values = document.facts.values(*field);
                let fitting = values.into_iter().filter(|value| self.fits(value));
                hits.extend(
                    fitting.map(|value| Hit::Value { field: *field, value: value.to_owned() }),
                );
            }
        }
    }

    /// Whether the value of a keyword is what is asked for.
    fn fits(&self, have: &str) -> bool {
        match self {
            Self::Value { field, value } => spellings(*field, have).contains(value),
            Self::Printed { value, .. } => have == value,
            Self::Shape { field, glob } => {
                spellings(*field, have).iter().any(|spelling| glob.matches(spelling))
            }
            Self::Number { .. } | Self::Date { .. } | Self::Pattern { .. } => false,
        }
    }
}

fn number(field: Field, document: &Document<'_>) -> Option<f64> {
    match field {
        Field::Priority => document.facts.priority.map(f64::from),
        _ => u32::try_from(document.words()).ok().map(f64::from),
    }
}

fn date(document: &Document<'_>) -> Option<String> {
    document.facts.published.map(|moment| moment.to_string())
}

fn compare(order: Order, have: Option<std::cmp::Ordering>) -> bool {
    have.is_some_and(|have| match order {
        Order::Equal => have.is_eq(),
        Order::Less => have.is_lt(),
        Order::LessOrEqual => have.is_le(),
        Order::More => have.is_gt(),
        Order::MoreOrEqual => have.is_ge(),
    })
}

/// Compares as far as the query was written: a day is equal to each of its moments.
fn later(order: Order, have: &str, value: &str) -> bool {
    let length = value.len().min(have.len());
    compare(order, Some(have[..length].cmp(value)))
}

/// Raw texts of the fields, each with its name.
fn texts<'d>(
    document: &'d Document<'_>,
    fields: Fields,
    field: Option<Field>,
) -> impl Iterator<Item = (Field, &'d str)> {
    let facts = document.facts;
    let lead = facts.body.split("\n\n").next().unwrap_or(facts.body);
    let plain = [
        (Field::Title, Field::Title, facts.title),
        (Field::Summary, Field::Summary, facts.summary),
        (Field::Body, Field::Body, facts.body),
        (Field::Lead, Field::Body, lead),
    ];
    let plain = plain
        .into_iter()
        .filter(move |(asked, _, _)| fields.meets(Fields::of(*asked)))
        .map(|(_, named, text)| (named, text));
    let authors = facts.authors.iter().filter(move |_| fields.meets(Fields::AUTHOR));
    let authors = authors.map(|author| (Field::Author, author.as_str()));
    let values =
        field.map(|field| facts.values(field).into_iter().map(move |value| (field, value)));
    plain.chain(authors).chain(values.into_iter().flatten())
}

fn pattern_hits(pattern: &Pattern, field: Field, text: &str, hits: &mut Vec<Hit>) {
    let found: Vec<Range<usize>> =
        pattern.regex.find_iter(text).take(MOST_FOUND).map(|found| found.range()).collect();
    if matches!(field, Field::Title | Field::Summary | Field::Body) {
        // An empty place is no reason that could be shown.
        let found = found.into_iter().filter(|range| !range.is_empty());
        hits.extend(found.map(|range| Hit::Words { field, range }));
    } else if !found.is_empty() {
        hits.push(Hit::Value { field, value: text.to_owned() });
    }
}
