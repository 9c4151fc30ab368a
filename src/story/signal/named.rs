//! Which headline a notice is about: "KILL: Harbour shut", "Please disregard the item \"Harbour shut\"".

use std::collections::BTreeSet;

use super::unlabelled;
use crate::text::words::Reader;

/// Lines of a notice that may name a headline between quotation marks.
const LINES: usize = 4;
/// Words of a headline that are looked at.
const MOST_WORDS: usize = 40;
/// A name of fewer telling words, or fewer characters in them, fits too many headlines.
const FEWEST_WORDS: usize = 3;
/// See `FEWEST_WORDS`.
const FEWEST_CHARACTERS: usize = 8;
/// The likeness of a headline that is named and one that is printed: a word may have changed.
const SAME: f64 = 0.8;
/// Words of so few characters are articles and prepositions.
const SHORTEST_WORD: u8 = 4;

/// The headlines that a notice names, each as the words that tell it from others.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Named(Vec<BTreeSet<u64>>);

impl Named {
    /// Reads a notice: its own headline without labels, and what its first lines quote.
    pub fn of(title: &str, text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES);
        let quoted = lines.flat_map(quotations);
        Self(std::iter::once(unlabelled(title)).chain(quoted).filter_map(words).collect())
    }

    /// How much of the longer of this headline and a named one is in both, 0 to 1; nothing where
    /// that is too little to be the same.
    pub fn likeness(&self, headline: &str) -> Option<f64> {
        let headline = words(unlabelled(headline))?;
        let share = |name: &BTreeSet<u64>| {
            let both = name.intersection(&headline).count();
            count(both) / count(name.len().max(headline.len()))
        };
        self.0.iter().map(share).max_by(f64::total_cmp).filter(|share| *share >= SAME)
    }
}

/// What stands between quotation marks in a line.
fn quotations(line: &str) -> impl Iterator<Item = &str> {
    line.split(['"', '“', '”', '„', '«', '»']).skip(1).step_by(2)
}

/// The telling words of a headline; nothing where there are too few.
fn words(headline: &str) -> Option<BTreeSet<u64>> {
    let mut reader = Reader::new(MOST_WORDS);
    reader.read(headline);
    let (words, _) = reader.finish();
    let telling =
        || words.iter().filter(|word| word.number || word.unspaced || word.length >= SHORTEST_WORD);
    let characters: usize = telling().map(|word| usize::from(word.length)).sum();
    let kept: BTreeSet<u64> = telling().map(|word| word.hash).collect();
    (kept.len() >= FEWEST_WORDS && characters >= FEWEST_CHARACTERS).then_some(kept)
}

fn count(many: usize) -> f64 {
    f64::from(u32::try_from(many).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_names_a_headline_in_its_own_or_between_quotation_marks() {
        let headline = "Lock gate adrift closes Ellaby harbour";
        for (title, text) in [
            ("KILL: Lock gate adrift closes Ellaby harbour", ""),
            ("CORRECTED-Lock gate adrift closes harbour of Ellaby", ""),
            ("KILL KILL KILL", "Please kill item 12 \"Lock gate adrift closes Ellaby harbour\"."),
            (
                "Notice to editors",
                "TNA withdraws “Lock gate adrift closes Ellaby harbour” of May 12.",
            ),
        ] {
            assert!(Named::of(title, text).likeness(headline).is_some(), "{title} / {text}");
        }
        for (title, text) in [
            ("KILL: Lock gate adrift closes Norrby harbour for a week", ""),
            ("Correction: Harbour story", ""),
            ("KILL KILL KILL", "Please kill item 12 \"Gate adrift\"."),
            ("KILL: Crane expected at Ellaby", "\"We lost a gate, not a harbour,\" Brandt said."),
        ] {
            assert_eq!(Named::of(title, text).likeness(headline), None, "{title} / {text}");
        }
        let same = Named::of("【訂正】横浜港が台風で閉鎖", "").likeness("横浜港が台風で閉鎖");
        assert_eq!(same, Some(1.0));
        assert_eq!(Named::of("KILL: Lock gate adrift", "").likeness(""), None);
    }
}
