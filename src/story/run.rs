//! The longest run of words that two texts have in common.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use crate::text::token::Tokens;

/// Words of each text that are compared; the work grows with their product.
const MOST_WORDS: usize = 2_000;

/// A run of words as it stands in each of two texts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SharedRun {
    /// How many words.
    pub words: usize,
    /// Its bytes in the one text.
    pub ours: Range<usize>,
    /// Its bytes in the other.
    pub theirs: Range<usize>,
}

/// The longest run of words, whatever their case, accents and punctuation, that both texts have
/// within their first 2,000 words; the earliest in `ours` of several.
pub fn shared_run(ours: &str, theirs: &str) -> Option<SharedRun> {
    let mut numbers = HashMap::new();
    let [ours, theirs] = [ours, theirs].map(|text| words(text, &mut numbers));
    // How long the run is that ends at each word of the other text, one word of ours ago.
    let mut before = vec![0_u16; theirs.len() + 1];
    let (mut longest, mut ends) = (0, (0, 0));
    for (at, (word, _)) in ours.iter().enumerate() {
        let mut diagonal = 0;
        for (other, (their_word, _)) in theirs.iter().enumerate() {
            let run = if word == their_word { diagonal + 1 } else { 0 };
            diagonal = std::mem::replace(&mut before[other + 1], run);
            if run > longest {
                (longest, ends) = (run, (at, other));
            }
        }
    }
    let words = usize::from(longest);
    let place =
        |list: &[(u32, Range<usize>)], end: usize| list[end + 1 - words].1.start..list[end].1.end;
    (words > 0).then(|| SharedRun {
        words,
        ours: place(&ours, ends.0),
        theirs: place(&theirs, ends.1),
    })
}

/// Fewer words in a row are not taken over, they happen.
const SHORTEST_RUN: usize = 5;

/// Every run of at least five words of `ours`, whatever their case, accents and punctuation, that
/// `theirs` has too, as bytes of `ours`, sorted and apart.
pub fn shared_passages(ours: &str, theirs: &str) -> Vec<Range<usize>> {
    let mut numbers = HashMap::new();
    let [ours, theirs] = [ours, theirs].map(|text| words(text, &mut numbers));
    let run =
        |words: &[(u32, Range<usize>)]| words.iter().map(|(word, _)| *word).collect::<Vec<_>>();
    let known: HashSet<_> = theirs.windows(SHORTEST_RUN).map(run).collect();
    let mut passages: Vec<Range<usize>> = Vec::new();
    for words in ours.windows(SHORTEST_RUN) {
        let (Some((_, first)), Some((_, last))) = (words.first(), words.last()) else { continue };
        if !known.contains(&run(words)) {
            continue;
        }
        match passages.last_mut().filter(|before| before.end >= first.start) {
            Some(before) => before.end = last.end,
            None => passages.push(first.start..last.end),
        }
    }
    passages
}

/// A number for each word, equal for equal words, and its bytes.
fn words(text: &str, numbers: &mut HashMap<String, u32>) -> Vec<(u32, Range<usize>)> {
    let tokens = Tokens::of(text);
    let mut words = Vec::new();
    let single = tokens.iter().filter(|token| token.first == token.last);
    for token in single.take(MOST_WORDS) {
        let Some((_, form)) = tokens.forms(token).next() else { continue };
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        let number = *numbers.entry(form.to_owned()).or_insert(next);
        words.push((number, token.range.clone()));
    }
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run<'t>(ours: &'t str, theirs: &'t str) -> (usize, &'t str, &'t str) {
        shared_run(ours, theirs)
            .map_or((0, "", ""), |run| (run.words, &ours[run.ours], &theirs[run.theirs]))
    }

    #[test]
    fn the_longest_run_is_found_whatever_stands_around_it() {
        for (ours, theirs, expected) in [
            ("a b c d", "x b c y", (2, "b c", "b c")),
            (
                "He said: “We lost a gate”.",
                "we LOST, a gate!",
                (4, "We lost a gate", "we LOST, a gate"),
            ),
            ("one two one two three", "two three one two", (2, "one two", "one two")),
            ("Café noir", "cafe noir", (2, "Café noir", "cafe noir")),
            ("a b", "c d", (0, "", "")),
            ("", "c d", (0, "", "")),
        ] {
            assert_eq!(run(ours, theirs), expected, "{ours} / {theirs}");
        }
    }

    #[test]
    fn only_the_beginning_of_a_very_long_text_is_read() {
        let long = "word ".repeat(100_000);
        assert_eq!(shared_run(&long, &long).map(|run| run.words), Some(MOST_WORDS));
    }

    proptest! {
        #[test]
        fn no_run_is_longer_than_the_one_found(
            ours in "[abc]( [abc]){0,12}",
            theirs in "[abc]( [abc]){0,12}",
        ) {
            let (words, mine, yours) = run(&ours, &theirs);
            prop_assert_eq!(mine, yours);
            let all: Vec<&str> = ours.split(' ').collect();
            let longer = all.windows(words + 1).any(|run| theirs.contains(&run.join(" ")));
            prop_assert!(!longer && mine.split_whitespace().count() == words);
        }

        #[test]
        fn any_texts_are_compared(ours in any::<String>(), theirs in any::<String>()) {
            let (words, mine, _) = run(&ours, &theirs);
            prop_assert_eq!(words == 0, mine.is_empty());
        }
    }

    #[test]
    fn every_passage_that_was_taken_over_is_found() {
        let ours = "The lock gate at Ellaby tore loose, he said. Nobody was hurt. Forty ships wait for a crane in the harbour.";
        let theirs =
            "THE LOCK GATE at Ellaby tore loose on Monday; forty ships wait for a crane in Sund.";
        let passages = shared_passages(ours, theirs);
        let words: Vec<_> = passages.iter().map(|range| &ours[range.clone()]).collect();
        assert_eq!(
            words,
            ["The lock gate at Ellaby tore loose", "Forty ships wait for a crane in"]
        );
        assert!(shared_passages(ours, "Nobody was hurt").is_empty());
        assert!(shared_passages("", theirs).is_empty());
    }
}
