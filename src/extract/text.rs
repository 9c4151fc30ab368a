//! The text of an article, by two extractors that check each other.

use std::{borrow::Cow, collections::HashSet};

use dom_query::Document;
use dom_smoothie::Readability;
use trafilatura::Options;

use super::furniture::is_furniture;
use crate::text::{html, normal};

/// Texts that share less of their runs of words than this are doubtful: below it one of the two
/// has missed the article more often than not.
const AGREEMENT: f64 = 0.7;

/// The words of a run.
const RUN: usize = 4;

/// The words of a line that is prose.
const SENTENCE: usize = 20;

/// A text that was found.
pub(super) struct Found {
    pub(super) text: String,
    pub(super) is_doubtful: bool,
}

/// Finds the text of the article in a page without captions: the lines that both extractors have
/// where they agree, else all lines of the one that has more prose. The headline is no line of the
/// text, and the paragraph below it is its first.
pub(super) fn find(
    document: Document,
    title: Option<&str>,
    standfirst: Option<&str>,
) -> Option<Found> {
    let first = by_trafilatura(&document.html());
    let second = by_readability(document);
    let (first_words, second_words) = (words(&first), words(&second));
    let is_doubtful = agreement(&first_words, &second_words) < AGREEMENT;
    let runs = runs(&second_words);
    let title = title.map(words).unwrap_or_default();
    let text = if is_doubtful && prose(&second) >= prose(&first) { &second } else { &first };
    let lines = text.lines().filter(|line| {
        let words = words(line);
        words.is_empty()
            || (words != title && !is_furniture(line) && (is_doubtful || is_among(&words, &runs)))
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    let text = normal::text(&with_standfirst(&text, standfirst));
    (!text.is_empty()).then_some(Found { text, is_doubtful })
}

/// The text with the paragraph below the headline in front, where it is not there.
fn with_standfirst<'t>(text: &'t str, standfirst: Option<&str>) -> Cow<'t, str> {
    let words_of_text = words(text);
    let runs = runs(&words_of_text);
    match standfirst.filter(|standfirst| !text.is_empty() && !is_among(&words(standfirst), &runs)) {
        Some(standfirst) => format!("{standfirst}\n\n{text}").into(),
        None => text.into(),
    }
}

/// How many lines are long enough to be sentences.
fn prose(text: &str) -> usize {
    text.lines().filter(|line| words(line).len() >= SENTENCE).count()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_agree_by_the_runs_that_they_share() {
        let text = words("The pier of Arden is shut, and ferries wait.");
        assert!((agreement(&text, &text) - 1.0).abs() < f64::EPSILON);
        let half = agreement(&text, &text[..5]);
        assert!(0.4 < half && half < 0.6, "{half}");
        assert!(agreement(&text, &words("Ten walks by the sea for you.")).abs() < f64::EPSILON);
        assert!(agreement(&text, &[]).abs() < f64::EPSILON);
    }

    #[test]
    fn a_line_is_among_the_runs_of_a_text_or_not() {
        let text = words("The pier of Arden is shut, and ferries wait.");
        let runs = runs(&text);
        for (line, wanted) in [
            ("Arden", true),
            ("of Arden is shut", true),
            ("pier of Arden is open", true),
            ("Norland", false),
            ("shut is Arden", false),
            ("and ferries wait for the pier of Norland", false),
        ] {
            assert_eq!(is_among(&words(line), &runs), wanted, "{line}");
        }
    }

    #[test]
    fn where_the_extractors_differ_prose_is_believed() {
        let sentence = "The pier of Arden is shut and the ferries to Norland wait while divers look \
                        at each of its forty piles today.";
        assert_eq!(prose(&format!("{sentence}\n\nShort.\n\n{sentence}")), 2);
        assert_eq!(prose("Ten walks\n\nBy the sea\n\nFor you"), 0);
    }
}
