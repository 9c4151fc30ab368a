//! The literal text that must be there for a regular expression to match.

use regex_syntax::{
    ParserBuilder,
    hir::{
        Hir, HirKind,
        literal::{Extractor, Seq},
    },
};

use crate::text::character::is_alphanumeric;

/// Letters or digits in a row that a literal has at least: fewer are in every story.
const LEAST: usize = 3;
/// Literals of one pattern at most; more are found too often to save anything.
const MOST: usize = 64;
/// Bytes of a literal that are looked for; what follows is for the pattern to see.
const MOST_BYTES: usize = 24;
/// Characters of a class that are told apart: the cases of a letter, not all digits.
const MOST_OF_CLASS: usize = 3;
/// Places in a pattern from which literals are tried.
const MOST_PLACES: usize = 64;

/// Pieces of text, lower case where they are ASCII, one of which is part of every match of the
/// pattern, whatever the case of its ASCII letters; `None` where nothing has to be there.
pub(super) fn required(pattern: &str, flags: &str) -> Option<Vec<Box<[u8]>>> {
    let mut parser = ParserBuilder::new()
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .build();
    best(&parser.parse(pattern).ok()?)
}

/// The most telling literals of an expression: its beginning, or that of one of its parts.
fn best(hir: &Hir) -> Option<Vec<Box<[u8]>>> {
    let inner = match hir.kind() {
        HirKind::Capture(capture) => return best(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => best(&repetition.sub),
        HirKind::Concat(parts) => {
            let tails = (1..parts.len().min(MOST_PLACES))
                .filter_map(|from| beginning(&Hir::concat(parts[from..].to_vec())));
            better(tails.chain(parts.iter().take(MOST_PLACES).filter_map(best)))
        }
        HirKind::Alternation(ways) => {
            let all: Option<Vec<_>> = ways.iter().map(best).collect();
            all.and_then(|all| tidy(all.into_iter().flatten().collect()))
        }
        _ => None,
    };
    better(beginning(hir).into_iter().chain(inner))
}

/// The literals that a match of the expression begins with.
fn beginning(hir: &Hir) -> Option<Vec<Box<[u8]>>> {
    let mut extractor = Extractor::new();
    extractor.limit_class(MOST_OF_CLASS).limit_literal_len(MOST_BYTES);
    let found: Seq = extractor.extract(hir);
    tidy(found.literals()?.iter().map(|literal| literal.as_bytes().into()).collect())
}

/// Folds the case of ASCII and leaves each literal once; `None` where one of them says too little.
fn tidy(mut literals: Vec<Box<[u8]>>) -> Option<Vec<Box<[u8]>>> {
    for literal in &mut literals {
        literal.make_ascii_lowercase();
    }
    literals.sort_unstable();
    literals.dedup();
    let are_telling = literals.iter().all(|literal| longest_run(literal) >= LEAST);
    (are_telling && (1..=MOST).contains(&literals.len())).then_some(literals)
}

/// The longest run of letters and digits.
fn longest_run(literal: &[u8]) -> usize {
    let text = String::from_utf8_lossy(literal);
    let runs = text.split(|c| c == char::REPLACEMENT_CHARACTER || !is_alphanumeric(c));
    runs.map(|run| run.chars().count()).max().unwrap_or(0)
}

/// The candidate whose shortest literal says most; of these the one with the fewest.
fn better(candidates: impl Iterator<Item = Vec<Box<[u8]>>>) -> Option<Vec<Box<[u8]>>> {
    candidates.max_by_key(|literals| {
        let shortest = literals.iter().map(|literal| longest_run(literal)).min();
        (shortest, std::cmp::Reverse(literals.len()))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_must_be_there_is_found_anywhere_in_a_pattern() {
        for (pattern, flags, expected) in [
            ("Pentagon", "", "pentagon"),
            (r"\bvot(e|ing)\b", "", "vote voting"),
            (r"\d+ dead or \w+", "", " dead or "),
            (r".*(harbour|harbor)\d", "", "harbor harbour"),
            ("colou?r", "", "color colour"),
            ("(flight )+[A-Z]{2}", "", "flight "),
            ("pier", "i", "pier"),
            ("É?cole", "", "cole"),
            (r"a{3}\d", "", "aaa"),
            (r"[A-Z]{2}\d{3}", "", ""),
            (r"UN\d", "", ""),
            ("(harbour|.)", "", ""),
            ("(harbour)?", "", ""),
            ("a.b", "", ""),
            ("", "", ""),
        ] {
            let found = required(pattern, flags).unwrap_or_default();
            let found: Vec<_> =
                found.iter().map(|literal| String::from_utf8_lossy(literal)).collect();
            assert_eq!(found.join(" "), expected, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn whatever_matches_has_one_of_the_literals(
            pattern in r"(\(\?i\))?([a-c]{1,4}|[A-Ck]\+|\(abc\|k?cab\)|\[a-c]|a\?|\(b[ab]+\)\*|\\b|.|ß|\(É\|ca\)){1,6}",
            text in "[abcABC kKK\u{212a}ßÉ]{0,40}",
        ) {
            let matches = regex::Regex::new(&pattern).is_ok_and(|regex| regex.is_match(&text));
            if let Some(literals) = required(&pattern, "").filter(|_| matches) {
                let found = aho_corasick::AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .build(literals)
                    .unwrap();
                prop_assert!(found.is_match(&text));
            }
        }
    }
}
