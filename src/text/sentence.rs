//! Where sentences and paragraphs end.

use super::character::{is_apostrophe, is_quote};

/// Words before a full stop that do not end a sentence.
const ABBREVIATIONS: [&str; 59] = [
    "mr", "mrs", "ms", "dr", "prof", "gen", "lt", "col", "maj", "sgt", "capt", "cmdr", "adm",
    "gov", "sen", "rep", "rev", "hon", "st", "no", "vs", "etc", "inc", "ltd", "co", "corp", "jr",
    "sr", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
    "fig", "vol", "al", "approx", "dept", "est", "min", "max", "u.s", "u.k", "u.n", "e.g", "i.e",
    "a.m", "p.m", "hrs", "mt", "pvt", "gp",
];

/// How far back the word before a full stop is looked at; the longest abbreviation is shorter.
const LONGEST: usize = 16;

/// Walks a text once and counts the sentences and paragraphs that have begun.
#[derive(Debug, Default)]
pub(crate) struct Boundaries {
    at: usize,
    sentence: u32,
    paragraph: u32,
}

impl Boundaries {
    /// The number of the sentence and of the paragraph at character `to`, which never goes back.
    pub(crate) fn advance(&mut self, text: &[char], to: usize) -> (u32, u32) {
        while self.at < to {
            self.pass(text);
            self.at += 1;
        }
        (self.sentence, self.paragraph)
    }

    fn pass(&mut self, text: &[char]) {
        match text[self.at] {
            '\n' if is_blank_line(&text[self.at + 1..]) => {
                self.paragraph += 1;
                self.sentence += 1;
            }
            '。' | '！' | '？' | '؟' | '۔' | '।' | '॥' => self.sentence += 1,
            '.' | '!' | '?' | '…' if ends_sentence(text, self.at) => self.sentence += 1,
            _ => {}
        }
    }
}

fn is_blank_line(rest: &[char]) -> bool {
    rest.iter().find(|c| !matches!(c, ' ' | '\t')) == Some(&'\n')
}

fn ends_sentence(text: &[char], at: usize) -> bool {
    let after = &text[at + 1..];
    if !after.first().is_none_or(|c| is_closing(*c) || matches!(c, ' ' | '\n' | '\t')) {
        return false;
    }
    if text[at] == '.' && is_abbreviated(&text[..at]) {
        return false;
    }
    let next = after.iter().find(|c| !(c.is_whitespace() || is_closing(**c) || **c == '('));
    !next.is_some_and(|c| c.is_lowercase())
}

fn is_closing(c: char) -> bool {
    is_quote(c) || is_apostrophe(c) || matches!(c, ')' | ']')
}

/// Whether the word that ends here is an abbreviation, an initial or a dotted form.
fn is_abbreviated(before: &[char]) -> bool {
    let near = before.iter().rev().take(LONGEST + 1);
    let length = near.take_while(|c| !(c.is_whitespace() || **c == '(')).count();
    if length == 0 || length > LONGEST {
        return false;
    }
    let word: String =
        before[before.len() - length..].iter().flat_map(|c| c.to_lowercase()).collect();
    let mut parts = word.split('.');
    let dotted = parts.all(|part| {
        let mut letters = part.chars();
        letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
    });
    dotted || ABBREVIATIONS.contains(&word.trim_matches(|c| matches!(c, '.' | '"' | '\'')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(text: &str) -> u32 {
        let chars: Vec<char> = text.chars().collect();
        Boundaries::default().advance(&chars, chars.len()).0
    }

    #[test]
    fn full_stops_that_end_a_sentence_are_counted() {
        for (text, ended) in [
            ("He left. She stayed.", 2),
            ("Mr. Khan met Gen. Li at noon.", 1),
            ("The U.S. Navy said so.", 1),
            ("It rose to 3.5m. Then it fell.", 2),
            ("“Go!” he said.", 1),
            ("فوج۔ حکومت۔", 2),
            ("J. K. Rowling", 0),
            ("It fell to zero. (see page 4) It rose.", 1),
            ("One\n\nTwo", 1),
        ] {
            assert_eq!(sentences(text), ended, "{text}");
        }
    }
}
