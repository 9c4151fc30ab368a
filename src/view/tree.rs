//! A query as a tree: what each part says of an article, and the words that make it true.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    json::{present, span},
    shown::{cut, one_line, words_of},
};
use crate::{
    model::Article,
    query::{Explanation, Field, Hit},
};

/// Most characters of a part that are shown.
const WIDTH: usize = 60;

/// Most different words that are shown of a part.
const WORDS: usize = 6;

/// A line for each part of the query, branches drawn to what belongs to it.
pub(crate) fn drawn(article: &Article, whole: &Explanation) -> String {
    let mut lines = Vec::new();
    branch(article, whole, "", "", &mut lines);
    let width = lines.iter().map(|(part, _)| part.chars().count()).max().unwrap_or_default();
    let line = |(part, words): &(String, String)| {
        let padding = if words.is_empty() { 0 } else { width + 2 - part.chars().count() };
        format!("  {part}{:padding$}{words}\n", "")
    };
    lines.iter().map(line).collect::<Vec<_>>().concat()
}

/// `first` stands before the part itself, `rest` before what is inside.
fn branch(
    article: &Article,
    part: &Explanation,
    first: &str,
    rest: &str,
    lines: &mut Vec<(String, String)>,
) {
    let verdict = if part.holds { "✓ true " } else { "✗ false" };
    let words = if part.parts.is_empty() { words(article, &part.hits) } else { String::new() };
    lines.push((format!("{verdict}  {first}{}", cut(&one_line(&part.text), WIDTH)), words));
    for (at, inner) in part.parts.iter().enumerate() {
        let (here, below) =
            if at + 1 == part.parts.len() { ("└ ", "  ") } else { ("├ ", "│ ") };
        branch(article, inner, &format!("{rest}{here}"), &format!("{rest}{below}"), lines);
    }
}

/// `title “Norland”, body “Norland” (3×) “Norland's”`.
pub(crate) fn words(article: &Article, hits: &[Hit]) -> String {
    let mut fields: BTreeMap<Field, Vec<(&str, usize)>> = BTreeMap::new();
    for (field, words) in hits.iter().map(|hit| words_of(article, hit)) {
        let known = fields.entry(field).or_default();
        match known.iter_mut().find(|(other, _)| *other == words) {
            Some((_, times)) => *times += 1,
            None => known.push((words, 1)),
        }
    }
    let quoted = |(words, times): &(&str, usize)| match times {
        1 => format!("“{}”", one_line(words)),
        _ => format!("“{}” ({times}×)", one_line(words)),
    };
    let fields = fields.iter().map(|(field, words)| {
        let more = if words.len() > WORDS { " …" } else { "" };
        let words: Vec<_> = words.iter().take(WORDS).map(quoted).collect();
        format!("{field} {}{more}", words.join(" "))
    });
    fields.collect::<Vec<_>>().join(", ")
}

/// The same for scripts; `part` is the part as written.
pub(crate) fn to_json(article: &Article, part: &Explanation) -> Value {
    let spans: Vec<_> = part.hits.iter().map(|hit| span(article, hit)).collect();
    let parts: Vec<_> = part.parts.iter().map(|inner| to_json(article, inner)).collect();
    present(json!({"part": part.text, "true": part.holds, "spans": spans, "parts": parts}))
}
