//! The text of an article, by two extractors that check each other.

use std::collections::HashSet;

use dom_query::Document;
use dom_smoothie::Readability;
use trafilatura::Options;

use crate::text::{html, normal};

/// Texts that share less of their runs of words than this are doubtful: below it one of the two
/// has missed the article more often than not.
const AGREEMENT: f64 = 0.7;

/// The words of a run.
const RUN: usize = 4;

/// A text that was found.
pub(super) struct Found {
    pub(super) text: String,
    pub(super) is_doubtful: bool,
}

/// Finds the text of the article in a page without captions: the lines that both extractors have
/// where they agree, else all that the second has, which misses an article more rarely. The
/// headline is no line of the text.
pub(super) fn find(document: Document, title: Option<&str>) -> Option<Found> {
    let first = by_trafilatura(&document.html());
    let second = by_readability(document);
    let (words, second_words) = (words(&first), words(&second));
    let is_doubtful = agreement(&words, &second_words) < AGREEMENT;
    let runs = runs(&second_words);
    let title = title.map(self::words).unwrap_or_default();
    let text = if is_doubtful && !second.is_empty() { &second } else { &first };
    let lines = text.lines().filter(|line| {
        let words = self::words(line);
        words.is_empty() || (words != title && (is_doubtful || is_among(&words, &runs)))
    });
    let text = normal::text(&lines.collect::<Vec<_>>().join("\n"));
    (!text.is_empty()).then_some(Found { text, is_doubtful })
}

fn by_trafilatura(page: &str) -> String {
    let options = Options::default().with_fallback(true).with_exclude_comments(true);
    let found = trafilatura::extract(page, &options);
    found.map(|found| plain(&found.content_html)).unwrap_or_default()
}

fn by_readability(document: Document) -> String {
    let found = Readability::with_document(document, None, None);
    let found = found.and_then(|mut reader| reader.parse());
    found.map(|found| plain(&found.content)).unwrap_or_default()
}

fn plain(found: &str) -> String {
    normal::text(&html::to_text(found))
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// Every run of at most [`RUN`] words.
fn runs<'a, 't>(words: &'a [&'t str]) -> HashSet<&'a [&'t str]> {
    (1..=RUN).flat_map(|length| words.windows(length)).collect()
}

/// How much of the longest runs of two texts is the same: 0 to 1.
fn agreement(a: &[&str], b: &[&str]) -> f64 {
    let longest = |words: &[&str]| words.len().clamp(1, RUN);
    let a: HashSet<_> = a.windows(longest(a)).collect();
    let b: HashSet<_> = b.windows(longest(b)).collect();
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    2.0 * count(a.intersection(&b).count()) / count(a.len() + b.len()).max(1.0)
}

/// Whether at least half of the runs of a line are among those of a text.
fn is_among(line: &[&str], runs: &HashSet<&[&str]>) -> bool {
    let mut all = line.windows(line.len().min(RUN));
    let total = all.len();
    2 * all.by_ref().filter(|run| runs.contains(run)).count() >= total
}
