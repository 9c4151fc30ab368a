//! The sentences that made a rule true, with the words to mark.

use std::{cmp::Reverse, collections::HashSet, ops::Range};

use unicode_segmentation::UnicodeSegmentation as _;

use crate::query::{Field, Hit};

/// The longest excerpt in characters, without the ellipses.
const LONGEST: usize = 300;

/// How many characters of a long sentence are shown before the first mark.
const LEAD_IN: usize = 100;

/// Words that end with a full stop and not a sentence, in lower case.
const ABBREVIATIONS: &[&str] = &[
    "adm", "apr", "aug", "brig", "capt", "co", "col", "corp", "dec", "dept", "dr", "feb", "fig",
    "gen", "gov", "hon", "inc", "jan", "jr", "lt", "ltd", "maj", "mr", "mrs", "ms", "mt", "no",
    "nov", "oct", "prof", "rep", "rev", "sen", "sep", "sept", "sgt", "sr", "st", "vs",
];

/// A sentence with the words to mark.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Excerpt {
    /// The field it stands in.
    pub field: Field,
    /// The sentence, or a part of it between ellipses.
    pub text: String,
    /// Bytes of `text` to mark, sorted, apart.
    pub marks: Vec<Range<usize>>,
}

/// At most `most` sentences of the fields (title, summary, body) that hold the hits, in the order
/// of the article. `hits` are bytes of the fields; those that do not fit the text are left out.
///
/// The headline comes first if it holds a hit. Then sentences are taken that show the most words
/// not shown yet, so that each word that made the rule true is seen if there is room for it.
pub fn excerpts(title: &str, summary: &str, body: &str, hits: &[Hit], most: usize) -> Vec<Excerpt> {
    let fields = [(Field::Title, title), (Field::Summary, summary), (Field::Body, body)];
    let mut found = Vec::new();
    for (field, text) in fields {
        let marks = marks(field, text, hits);
        for sentence in sentences(text, &marks) {
            found.extend(windows(field, text, sentence, &marks));
        }
    }
    chosen(found, most)
}

/// The hits of one field as sorted ranges that neither touch nor overlap.
fn marks(field: Field, text: &str, hits: &[Hit]) -> Vec<Range<usize>> {
    let mut ranges: Vec<_> = hits
        .iter()
        .filter_map(|hit| match hit {
            Hit::Words { field: of, range } if *of == field => Some(range.clone()),
            Hit::Words { .. } | Hit::Value { .. } => None,
        })
        .filter(|range| text.get(range.clone()).is_some())
        .map(|range| trimmed(text, range))
        .filter(|range| !range.is_empty())
        .collect();
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut apart: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match apart.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
}

/// The sentences that hold marks, without the white space around them. A sentence does not end
/// after an abbreviation, nor within a mark.
fn sentences(text: &str, marks: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut next) = (0, 0);
    if marks.is_empty() {
        return found;
    }
    for (at, piece) in text.split_sentence_bound_indices() {
        let end = at + piece.len();
        while marks.get(next).is_some_and(|mark| mark.end <= end) {
            next += 1;
        }
        let within_mark = marks.get(next).is_some_and(|mark| mark.start < end);
        if end < text.len() && (within_mark || ends_with_abbreviation(piece)) {
            continue;
        }
        let before = marks.partition_point(|mark| mark.end <= start);
        if marks.get(before).is_some_and(|mark| mark.start < end) {
            found.push(trimmed(text, start..end));
        }
        start = end;
    }
    found
}

/// Whether a piece ends with something like `U.S.`, `J.` or `Gen.` on its last line.
fn ends_with_abbreviation(piece: &str) -> bool {
    let Some(before) = piece.trim_end_matches(' ').strip_suffix('.') else { return false };
    let from = before
        .rfind(|c: char| !c.is_alphanumeric() && c != '.')
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let word = &before[from..];
    let last = word.rsplit('.').next().unwrap_or(word);
    last.chars().count() == 1 && last.chars().all(char::is_uppercase)
        || ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let inside = &text[range.clone()];
    let start = range.start + (inside.len() - inside.trim_start().len());
    start..start + inside.trim().len()
}

/// The sentence as one excerpt, or as several where it is too long to show and its marks are far
/// apart.
fn windows(
    field: Field,
    text: &str,
    sentence: Range<usize>,
    marks: &[Range<usize>],
) -> Vec<Excerpt> {
    let first = marks.partition_point(|mark| mark.end <= sentence.start);
    let mut rest = &marks[first..];
    let mut found = Vec::new();
    while let Some(mark) = rest.first().filter(|mark| mark.start < sentence.end) {
        let window = window(text, &sentence, mark.start);
        let inside = rest.partition_point(|mark| mark.end <= window.end).max(1);
        found.push(excerpt(field, text, &sentence, &window, &rest[..inside]));
        rest = &rest[inside..];
    }
    found
}

/// At most [`LONGEST`] characters of the sentence around a mark, cut between words where it can be.
fn window(text: &str, sentence: &Range<usize>, mark: usize) -> Range<usize> {
    let start = match text[sentence.start..mark].char_indices().rev().nth(LEAD_IN) {
        None => sentence.start,
        Some((at, _)) => {
            let early = sentence.start + at;
            text[early..mark].find(' ').map_or(early, |space| early + space + 1)
        }
    };
    let end = match text[start..sentence.end].char_indices().nth(LONGEST) {
        None => sentence.end,
        Some((at, _)) => {
            let late = start + at;
            // A word longer than the rest of the window is cut where the window ends.
            text[mark..late].rfind(' ').map_or(late, |space| mark + space)
        }
    };
    start..end
}

fn excerpt(
    field: Field,
    text: &str,
    sentence: &Range<usize>,
    window: &Range<usize>,
    marks: &[Range<usize>],
) -> Excerpt {
    let before = if window.start > sentence.start { "… " } else { "" };
    let after = if window.end < sentence.end { " …" } else { "" };
    let shift = |at: usize| at.clamp(window.start, window.end) - window.start + before.len();
    Excerpt {
        field,
        text: format!("{before}{}{after}", &text[window.clone()]),
        marks: marks
            .iter()
            .map(|mark| shift(mark.start)..shift(mark.end))
            .filter(|mark| !mark.is_empty())
            .collect(),
    }
}

/// The headline, then what shows the most that was not shown, in the order of the article.
fn chosen(mut found: Vec<Excerpt>, most: usize) -> Vec<Excerpt> {
    let mut order: Vec<usize> = Vec::new();
    let mut shown = HashSet::new();
    while order.len() < most.min(found.len()) {
        let best = (0..found.len()).filter(|at| !order.contains(at)).max_by_key(|at| {
            let new = words(&found[*at]).difference(&shown).count();
            let headline = found[*at].field == Field::Title;
            (headline, new, Reverse(*at))
        });
        let Some(best) = best else { break };
        shown.extend(words(&found[best]));
        order.push(best);
    }
    let mut at = 0..;
    found.retain(|_| at.next().is_some_and(|at| order.contains(&at)));
    found
}

/// The marked words in lower case.
fn words(excerpt: &Excerpt) -> HashSet<String> {
    excerpt.marks.iter().map(|mark| excerpt.text[mark.clone()].to_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The hits of these words in a field.
    fn hits(field: Field, text: &str, words: &[&str]) -> Vec<Hit> {
        let all = words.iter().flat_map(|word| text.match_indices(word));
        all.map(|(at, word)| Hit::Words { field, range: at..at + word.len() }).collect()
    }

    /// Excerpts with their marks between asterisks.
    fn shown(title: &str, body: &str, words: &[&str], most: usize) -> Vec<String> {
        let mut all = hits(Field::Title, title, words);
        all.extend(hits(Field::Body, body, words));
        excerpts(title, "", body, &all, most).iter().map(starred).collect()
    }

    fn starred(excerpt: &Excerpt) -> String {
        let mut text = excerpt.text.clone();
        for mark in excerpt.marks.iter().rev() {
            text.insert(mark.end, '*');
            text.insert(mark.start, '*');
        }
        text
    }

    #[test]
    fn sentences_are_whole() {
        let body =
            "The harbour slept. A crane fell at noon! Nobody was hurt.\n\nThe crane was old.";
        assert_eq!(
            shown("", body, &["crane"], 5),
            ["A *crane* fell at noon!", "The *crane* was old."]
        );
        assert_eq!(shown("Calm", body, &["slept"], 5), ["The harbour *slept*."]);
    }

    #[test]
    fn a_headline_alone_is_enough() {
        assert_eq!(shown("Crane falls", "Nothing here.", &["Crane"], 3), ["*Crane* falls"]);
        assert_eq!(shown("Crane falls", "", &["nowhere"], 3), [""; 0]);
    }

    #[test]
    fn an_abbreviation_ends_no_sentence() {
        for sentence in [
            "The U.S. Department met Gen. Ahrens on Sept. 4.",
            "J. Doe of Acme Corp. Holdings left.",
        ] {
            let body = format!("Rain fell. {sentence} Then it rained.");
            let starred = sentence.replace("of", "*of*").replace("met", "*met*");
            assert_eq!(shown("", &body, &["met", " of "], 3).len(), 1);
            assert_eq!(shown("", &body, &["met", "of"], 3), [starred]);
        }
        assert_eq!(shown("", "It fell on us. They met.", &["met"], 3), ["They *met*."]);
    }

    #[test]
    fn each_word_is_shown_before_any_is_shown_again() {
        let body =
            "Port one. Port two. Port three. Port four. The crane is at the port. Port five.";
        assert_eq!(
            shown("", body, &["Port", "crane", "port"], 2),
            ["*Port* one.", "The *crane* is at the *port*."]
        );
    }

    #[test]
    fn a_long_sentence_is_cut_around_its_marks() {
        let far = "and on it went ".repeat(60);
        let body = format!("{far}past the crane {far}until the harbour {far}ended.");
        let found = shown("", &body, &["crane", "harbour"], 5);
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with("… ") && found[0].ends_with(" …"));
        assert!(found[0].contains("the *crane* and") && found[1].contains("*harbour*"));
    }

    #[test]
    fn hits_that_do_not_fit_are_left_out() {
        let wrong =
            [3..900, 1..2, 4..4, 900..901].map(|range| Hit::Words { field: Field::Body, range });
        assert_eq!(excerpts("", "", "é fell", &wrong, 3), []);
        let value = Hit::Value { field: Field::Author, value: "A. Reporter".into() };
        assert_eq!(excerpts("Title", "Summary", "Body", &[value], 3), []);
    }

    fn text() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            "[a-zäöüß]{1,9}",
            "[\u{600}-\u{6ff}]{1,9}",
            Just(".".to_owned()),
            Just(".\n\n".to_owned()),
            Just("U.S.".to_owned()),
            Just("👩‍👩‍👧".to_owned()),
            "x{290,400}",
            any::<String>(),
        ];
        proptest::collection::vec(word, 0..120).prop_map(|words| words.join(" "))
    }

    proptest! {
        #[test]
        fn excerpts_are_bounded_parts_of_the_text(
            title in text(), summary in text(), body in text(),
            ranges in proptest::collection::vec((0..3_u8, 0..2_000_usize, 0..400_usize), 0..20),
            most in 0..6_usize,
        ) {
            let fields = [Field::Title, Field::Summary, Field::Body];
            let hits: Vec<_> = ranges
                .into_iter()
                .map(|(field, at, length)| Hit::Words {
                    field: fields[usize::from(field)],
                    range: at..at + length,
                })
                .collect();
            let found = excerpts(&title, &summary, &body, &hits, most);
            prop_assert!(found.len() <= most);
            for excerpt in &found {
                let whole = match excerpt.field {
                    Field::Title => &title,
                    Field::Summary => &summary,
                    _ => &body,
                };
                let text = excerpt.text.strip_prefix("… ").unwrap_or(&excerpt.text);
                let text = text.strip_suffix(" …").unwrap_or(text);
                prop_assert!(whole.contains(text), "{text:?} is not in {whole:?}");
                prop_assert!(text.chars().count() <= LONGEST + 2);
                prop_assert!(!excerpt.marks.is_empty());
                let mut end = 0;
                for mark in &excerpt.marks {
                    prop_assert!(mark.start >= end && excerpt.text.get(mark.clone()).is_some());
                    end = mark.end;
                }
            }
        }
    }
}
