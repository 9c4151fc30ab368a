//! What changed from one version of a text to another, word by word.

use std::{collections::HashSet, ops::Range, sync::LazyLock};

use similar::{Algorithm, DiffOp, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation as _;
use xxhash_rust::xxh3::xxh3_64;

use super::unlabelled;
use crate::text::{character, fold};

/// Words of a version that are compared, signs of punctuation counted as words.
const MOST_WORDS: usize = 40_000;
/// Words around a change that are shown with it.
const CONTEXT: usize = 8;
/// Fewer unchanged words between two changes are told as changed: readers read runs, not words.
const SHORTEST_RUN: usize = 3;
/// Changed passages that are shown.
const MOST_PASSAGES: usize = 12;
/// Words of one addition or removal that are shown.
const MOST_SHOWN: usize = 60;
/// Figures that are called out.
const MOST_FIGURES: usize = 12;
/// With a smaller share of the shorter version left, the text is another one.
const LEAST_LEFT: f64 = 0.3;

/// Numbers that English writes as words.
static NUMBER_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen \
     sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety \
     hundred dozen"
        .split_whitespace()
        .collect()
});

/// The difference between two versions.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Change {
    /// The headline that was and the one that is, without labels, where they differ.
    pub headline: Option<(String, String)>,
    /// Numbers that others took the place of.
    pub figures: Vec<Figure>,
    /// Changed passages in the order of the text.
    pub passages: Vec<Vec<Piece>>,
    /// Changed passages that are not shown.
    pub more: usize,
    /// Words that came.
    pub added: usize,
    /// Words that went.
    pub removed: usize,
    /// So little is left that there are no passages: it is told anew.
    pub rewritten: bool,
}

/// A number that changed: `12` was, `14` is, `dead` follows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Figure {
    /// The number that was.
    pub was: String,
    /// The number that is.
    pub is: String,
    /// What follows it in the newer version, a word or two; may be empty.
    pub of: String,
}

/// What became of a run of words.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// It stayed.
    Kept,
    /// It went.
    Removed,
    /// It came.
    Added,
}

/// A run of words of a changed passage, with the space before it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Piece {
    /// What became of it.
    pub fate: Fate,
    /// The words as printed.
    pub text: String,
    /// Words at its end that are not shown.
    pub left_out: usize,
}

impl Change {
    /// Compares two versions, each its headline and its text; nothing where no word differs.
    ///
    /// Space, quotation marks, apostrophes and hyphens may be printed otherwise without being a
    /// change. The cost is bounded by the size of the texts, not by a clock, so that the same
    /// versions always give the same answer.
    pub fn between(was: (&str, &str), is: (&str, &str)) -> Option<Self> {
        let headline = [was.0, is.0].map(unlabelled);
        let mut change = Self {
            headline: is_retitled(was.0, is.0)
                .then(|| (headline[0].to_owned(), headline[1].to_owned())),
            ..Self::default()
        };
        change.compare(&Words::of(was.1), &Words::of(is.1));
        (change != Self::default()).then_some(change)
    }

    fn compare(&mut self, was: &Words<'_>, is: &Words<'_>) {
        let ops = capture_diff_slices(Algorithm::Myers, &was.keys, &is.keys);
        let edits = edits(&ops);
        let left = is.keys.len() - edits.iter().map(|edit| edit.is.len()).sum::<usize>();
        for edit in &edits {
            self.removed += was.words(&edit.was);
            self.added += is.words(&edit.is);
        }
        let shorter = was.keys.len().min(is.keys.len());
        if share(left, shorter) < LEAST_LEFT && !edits.is_empty() {
            self.rewritten = shorter > 0;
            return;
        }
        for edit in &edits {
            self.figures.extend(figures(was, is, edit));
        }
        self.figures.truncate(MOST_FIGURES);
        let together = |before: &Edit, after: &Edit| after.is.start - before.is.end <= 2 * CONTEXT;
        let passages: Vec<&[Edit]> = edits.chunk_by(together).collect();
        self.more = passages.len().saturating_sub(MOST_PASSAGES);
        self.passages =
            passages.into_iter().take(MOST_PASSAGES).map(|edits| passage(was, is, edits)).collect();
    }
}

/// Whether a headline says something else than another, labels and typography aside.
pub fn is_retitled(was: &str, is: &str) -> bool {
    let [was, is] = [was, is].map(|headline| Words::of(unlabelled(headline)).keys);
    was != is
}

/// A run of words that another took the place of; either may be empty.
#[derive(Clone, Debug)]
struct Edit {
    was: Range<usize>,
    is: Range<usize>,
}

/// The edits in order, those joined that only a few unchanged words keep apart.
fn edits(ops: &[DiffOp]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for op in ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        let (was, is) = (op.old_range(), op.new_range());
        match edits.last_mut() {
            Some(last) if is.start - last.is.end < SHORTEST_RUN => {
                last.was.end = was.end;
                last.is.end = is.end;
            }
            _ => edits.push(Edit { was, is }),
        }
    }
    edits
}

/// Numbers of an edit, where there are as many before as after.
fn figures(was: &Words<'_>, is: &Words<'_>, edit: &Edit) -> Vec<Figure> {
    let numbers = |words: &Words<'_>, range: &Range<usize>| -> Vec<usize> {
        range.clone().filter(|at| words.is_number(*at)).collect()
    };
    let (old, new) = (numbers(was, &edit.was), numbers(is, &edit.is));
    if old.len() != new.len() {
        return Vec::new();
    }
    let pairs = old.into_iter().zip(new).filter(|(old, new)| was.keys[*old] != is.keys[*new]);
    pairs
        .map(|(old, new)| Figure {
            was: was.word(old).to_owned(),
            is: is.word(new).to_owned(),
            of: is.follows(new).to_owned(),
        })
        .collect()
}

/// Edits that stand close together, with the words around them.
fn passage(was: &Words<'_>, is: &Words<'_>, edits: &[Edit]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut put = |fate, words: &Words<'_>, range: Range<usize>| {
        let shown = range.start..range.end.min(range.start + MOST_SHOWN);
        let left_out = words.words(&(shown.end..range.end));
        if !range.is_empty() {
            pieces.push(Piece { fate, text: words.text(&shown).to_owned(), left_out });
        }
    };
    let first = edits.first().map_or(0, |edit| edit.is.start);
    let mut kept = first.saturating_sub(CONTEXT);
    for edit in edits {
        put(Fate::Kept, is, kept..edit.is.start);
        put(Fate::Removed, was, edit.was.clone());
        put(Fate::Added, is, edit.is.clone());
        kept = edit.is.end;
    }
    put(Fate::Kept, is, kept..(kept + CONTEXT).min(is.keys.len()));
    pieces
}

/// The words and signs of a text.
struct Words<'t> {
    text: &'t str,
    /// Where each ends; it begins, with the space before it, where the one before ends.
    ends: Vec<usize>,
    /// Equal for words that readers take for the same.
    keys: Vec<u64>,
}

impl<'t> Words<'t> {
    fn of(text: &'t str) -> Self {
        let (mut ends, mut keys) = (Vec::new(), Vec::new());
        let words = text.split_word_bound_indices();
        for (at, word) in words.filter(|(_, word)| !word.trim().is_empty()).take(MOST_WORDS) {
            ends.push(at + word.len());
            keys.push(xxh3_64(key(word).as_bytes()));
        }
        Self { text, ends, keys }
    }

    fn start(&self, at: usize) -> usize {
        at.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    fn text(&self, range: &Range<usize>) -> &'t str {
        let end = range.end.checked_sub(1).map_or(0, |last| self.ends[last]);
        self.text.get(self.start(range.start)..end).unwrap_or_default()
    }

    fn word(&self, at: usize) -> &'t str {
        self.text(&(at..at + 1)).trim_start()
    }

    /// How many of them are words, not signs.
    fn words(&self, range: &Range<usize>) -> usize {
        range.clone().filter(|at| self.word(*at).contains(char::is_alphanumeric)).count()
    }

    fn is_number(&self, at: usize) -> bool {
        let word = self.word(at);
        word.chars().next().is_some_and(|c| character::digit(c).is_some())
            || NUMBER_WORDS.contains(word.to_lowercase().as_str())
    }

    /// The word that follows a number before any sign, and the next if that one is short: `per cent`.
    fn follows(&self, at: usize) -> &'t str {
        let is_word = |at: &usize| self.word(*at).starts_with(char::is_alphabetic);
        let words = (at + 1..self.keys.len()).take_while(is_word);
        let short = words.clone().take_while(|at| self.word(*at).chars().count() <= 3);
        let many = (short.count() + 1).min(words.take(2).count());
        self.text(&(at + 1..at + 1 + many)).trim_start()
    }
}

/// What a word is compared by: as printed, but for typography.
fn key(word: &str) -> String {
    let marks = |c: char| if character::is_quote(c) { '"' } else { c };
    fold::surface(word).chars().map(marks).collect()
}

fn share(part: usize, whole: usize) -> f64 {
    let count = |many: usize| f64::from(u32::try_from(many).unwrap_or(u32::MAX));
    if whole == 0 { 0.0 } else { count(part) / count(whole) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A passage in one line: removed words in square brackets, added ones in braces.
    fn shown(pieces: &[Piece]) -> String {
        pieces
            .iter()
            .map(|Piece { fate, text, left_out }| {
                let cut = if *left_out > 0 { format!("… {left_out}") } else { String::new() };
                match fate {
                    Fate::Kept => text.clone(),
                    Fate::Removed => format!("[{text}{cut}]"),
                    Fate::Added => format!("{{{text}{cut}}}"),
                }
            })
            .collect()
    }

    fn change(was: &str, is: &str) -> Option<Change> {
        Change::between(("Harbour shut", was), ("Harbour shut", is))
    }

    const REPORT: &str = "At least 12 people were killed in Arden on Monday when a crane fell into \
                          the harbour, the port office said. Forty ships wait outside. The mayor, \
                          who was at sea, has called it \u{201c}a black day\u{201d} for the town.";

    #[test]
    fn changed_words_are_shown_where_they_stand() {
        let is = REPORT.replace("12", "14").replace("a black day", "the blackest of days");
        let found = change(REPORT, &is).unwrap();
        assert_eq!(
            found.passages.iter().map(|pieces| shown(pieces)).collect::<Vec<_>>(),
            [
                "At least[ 12]{ 14} people were killed in Arden on Monday when",
                " was at sea, has called it \u{201c}[a black day]{the blackest of days}\u{201d} for the town.",
            ]
        );
        assert_eq!((found.added, found.removed, found.rewritten), (5, 4, false));
        assert_eq!(found.headline, None);
    }

    #[test]
    fn numbers_that_changed_are_called_out() {
        let figures = |was: &str, is: &str| -> Vec<String> {
            let found = change(was, is).unwrap().figures;
            found.iter().map(|f| format!("{} > {} {}", f.was, f.is, f.of)).collect()
        };
        let is = REPORT.replace("12", "14").replace("Forty", "Fourteen");
        assert_eq!(figures(REPORT, &is), ["12 > 14 people", "Forty > Fourteen ships"]);
        let was = "Of 1,200 tons 3.5 per cent was lost, and ३ boats, it said today in Arden.";
        let is = "Of 1,300 tons 4.5 per cent was lost, and ४ boats, it said today in Arden.";
        assert_eq!(figures(was, is), ["1,200 > 1,300 tons", "3.5 > 4.5 per cent", "३ > ४ boats"]);
        assert_eq!(figures(REPORT, &REPORT.replace("12 people", "Many people")), [""; 0]);
    }

    #[test]
    fn typography_and_labels_are_no_change() {
        let typed = REPORT.replace(['\u{201c}', '\u{201d}'], "\"").replace(". ", ".\n\n");
        assert_eq!(change(REPORT, &typed), None);
        let labelled = Change::between(("Harbour shut", "a"), ("CORRECTED: Harbour  shut", "a"));
        assert_eq!(labelled, None);
        let headline = Change::between(("Harbour shut", "a"), ("UPDATE 1-Port shut", "a"));
        assert_eq!(
            headline.unwrap().headline,
            Some(("Harbour shut".to_owned(), "Port shut".to_owned()))
        );
    }

    #[test]
    fn long_additions_are_cut_and_other_texts_are_not_compared() {
        let more = "Nobody knows why. ".repeat(50);
        let found = change(REPORT, &format!("{REPORT} {more}")).unwrap();
        let [pieces] = found.passages.as_slice() else { panic!("{found:?}") };
        assert_eq!((found.added, found.removed), (150, 0));
        assert_eq!((pieces.len(), pieces[1].fate, pieces[1].left_out), (2, Fate::Added, 105));
        let other = "Dry days are expected in the valleys, with frost until Thursday at least.";
        let found = change(REPORT, other).unwrap();
        assert!(found.rewritten && found.passages.is_empty(), "{found:?}");
    }

    #[test]
    fn words_are_told_apart_where_none_are_spaced() {
        let was = "横浜港は台風のため閉鎖された。十二隻の船が待っている。";
        let is = "横浜港は台風のため閉鎖された。二十隻の船が待っている。";
        let found = change(was, is).unwrap();
        assert_eq!(shown(&found.passages[0]), "ため閉鎖された。[十二]{二十}隻の船が待ってい");
    }

    #[test]
    fn very_long_texts_that_share_only_scattered_words_are_compared() {
        let text = |mut seed: u64| -> String {
            let mut word = || {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                format!("w{} ", (seed >> 40) % 1_000)
            };
            (0..20_000).map(|_| word()).collect()
        };
        let found = change(&text(1), &text(2)).unwrap();
        assert!(found.rewritten && found.passages.is_empty(), "{}", found.passages.len());
        assert!(found.added > 10_000, "{}", found.added);
    }

    proptest! {
        #[test]
        fn kept_and_added_words_are_those_of_the_newer_version(
            was in "[abc \u{201c}12]{0,60}", is in "[abc \u{201c}12]{0,60}"
        ) {
            let Some(found) = change(&was, &is) else { return Ok(()) };
            for pieces in &found.passages {
                let newer = pieces.iter().filter(|piece| piece.fate != Fate::Removed);
                let newer: String = newer.map(|piece| piece.text.as_str()).collect();
                prop_assert!(is.contains(&newer), "{:?}", pieces);
                let mut gone = pieces.iter().filter(|piece| piece.fate == Fate::Removed);
                prop_assert!(gone.all(|piece| was.contains(&piece.text)), "{:?}", pieces);
            }
            prop_assert!(found.added + found.removed > 0 || found.more == 0);
        }
    }
}
