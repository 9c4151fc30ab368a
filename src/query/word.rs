//! Bare words of a query: operators, and what other tools write for them.

use super::ast::Reach;
use super::lexer::{LexemeKind, Lexer, is_space, reach};
use crate::text::character::{is_alphanumeric, is_quote};

/// Words that other languages put before a parenthesis, and what to write here.
const FOREIGN: [(&str, &str); 7] = [
    ("allcaps", "write =RICO for a case-sensitive term"),
    ("caps", "write =RICO for a case-sensitive term"),
    ("nocaps", "write =RICO for a case-sensitive term"),
    ("cs", "write =RICO for a case-sensitive term"),
    ("atleast", "write ATLEAST/3(term)"),
    ("headline", "write title:(...)"),
    ("hlead", "write title:(...) OR lead:(...)"),
];

impl Lexer<'_> {
    /// Reads a word up to a space, a parenthesis, a comma or a quotation mark.
    pub(super) fn word(&mut self) {
        let start = self.at;
        while self.get(self.at).is_some_and(|c| !is_space(c) && !self.ends_word(self.at, c)) {
            self.at += 1;
        }
        if self.at == start {
            // A character that ends words and starts nothing, such as a lone closing brace.
            self.at += 1;
        }
        let word = self.script.text(start..self.at);
        if let Some(kind) = self.operator(&word) {
            self.push_from(start, kind);
        } else if !self.refused(start, &word) {
            self.push_from(start, LexemeKind::Word(word));
        }
    }

    fn ends_word(&self, at: usize, c: char) -> bool {
        if c == ',' {
            let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let before = at.checked_sub(1).and_then(|before| self.get(before));
            return !(digit(before) && digit(self.get(at + 1)));
        }
        is_quote(c) || matches!(c, '(' | ')' | '[' | ']' | '（' | '）' | '，' | '،' | '{' | '}')
    }

    fn operator(&mut self, word: &str) -> Option<LexemeKind> {
        let plain = match word {
            "AND" => Some(LexemeKind::And),
            "OR" => Some(LexemeKind::Or),
            "NOT" => Some(LexemeKind::Not),
            "NEAR" => Some(LexemeKind::Near(Reach::Words(4))),
            "ONEAR" => Some(LexemeKind::Near(Reach::WordsInOrder(4))),
            "SENTENCE" => Some(LexemeKind::Near(Reach::Sentence)),
            "PARAGRAPH" | "SAME" => Some(LexemeKind::Near(Reach::Paragraph)),
            _ => None,
        };
        plain.or_else(|| proximity(word)).or_else(|| self.count(word))
    }

    fn count(&mut self, word: &str) -> Option<LexemeKind> {
        let opens = self.get(self.at) == Some('(');
        if let Some(count) = word.strip_prefix("ATLEAST")
            && opens
        {
            return count.strip_prefix('/').unwrap_or(count).parse().ok().map(LexemeKind::AtLeast);
        }
        if let Some(least) = word.strip_prefix("SCORE/")
            && opens
        {
            return least.parse().ok().map(LexemeKind::Score);
        }
        if !word.bytes().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let of = self.skip_spaces(self.at);
        let open = self.skip_spaces(of + 2);
        let listed = of > self.at
            && self.get(of) == Some('O')
            && self.get(of + 1) == Some('F')
            && self.get(open) == Some('(');
        listed.then(|| {
            self.at = open;
            LexemeKind::Several(word.parse().unwrap_or(u32::MAX))
        })
    }

    fn skip_spaces(&self, mut at: usize) -> usize {
        while self.get(at).is_some_and(char::is_whitespace) {
            at += 1;
        }
        at
    }

    /// Refuses what looks like an operator of another language; says whether it did.
    fn refused(&mut self, start: usize, word: &str) -> bool {
        let span = start..self.at;
        let lower = word.to_lowercase();
        if matches!(lower.as_str(), "and" | "or" | "not" | "near" | "onear") {
            let upper = lower.to_uppercase();
            self.error(
                "E105",
                span,
                format!("\"{word}\" is not an operator in lower case"),
                format!("write {upper} for the operator, or \"{word}\" in quotes for the word"),
            );
        } else if word == "|"
            || word.starts_with(['!'])
            || word.starts_with("&&")
            || word.starts_with("||")
        {
            self.error(
                "E103",
                span,
                format!("\"{word}\" is not an operator here"),
                "use AND, OR, NOT; for a case-sensitive term write =NASA",
            );
        } else if word.starts_with('+') && word.len() > 1 {
            self.error(
                "E103",
                start..start + 1,
                "\"+\" before a term is not an operator here",
                "terms joined by AND are all required",
            );
        } else if is_unslashed(&lower) {
            self.error(
                "E105",
                span,
                format!("\"{word}\" needs a slash to be a proximity operator"),
                "write NEAR/5 (any order), ONEAR/5 (in order), W/5 or PRE/5",
            );
        } else if let Some(help) = self.foreign_function(&lower) {
            let message = format!("\"{word}(...)\" is not part of this language");
            self.error("E103", span, message, help);
        } else if let Some(stem) = word.strip_suffix('!').filter(|stem| is_plain(stem)) {
            let bang = self.at - 1..self.at;
            let help = format!("write {stem}*");
            self.error("E103", bang, "\"!\" does not truncate here", help);
        } else if word
            .chars()
            .all(|c| matches!(c, '-' | '–' | '—' | '−' | '&' | '.' | ';' | ':' | '!' | '?'))
        {
            self.error(
                "E103",
                span,
                format!("a lone \"{word}\" means nothing here"),
                "put it inside quotes with its words, or write NOT",
            );
        } else {
            return false;
        }
        true
    }

    fn foreign_function(&self, lower: &str) -> Option<&'static str> {
        if self.get(self.at) != Some('(') {
            return None;
        }
        let name = if lower.starts_with("atleast") {
            lower.trim_end_matches(|c: char| c.is_ascii_digit())
        } else {
            lower
        };
        FOREIGN.iter().find(|(foreign, _)| *foreign == name).map(|(_, help)| *help)
    }
}

fn proximity(word: &str) -> Option<LexemeKind> {
    let (kind, value) = word.split_once('/')?;
    let kind = kind.to_ascii_uppercase();
    if !matches!(kind.as_str(), "NEAR" | "ONEAR" | "W" | "PRE") {
        return None;
    }
    match value.to_ascii_lowercase().as_str() {
        "s" | "sent" => return Some(LexemeKind::Near(Reach::Sentence)),
        "p" | "para" => return Some(LexemeKind::Near(Reach::Paragraph)),
        digits if digits.is_empty() || !digits.bytes().all(|c| c.is_ascii_digit()) => {
            return None;
        }
        _ => {}
    }
    // The parser speaks of the distance, after what stands before it.
    Some(match reach(&kind, value.parse().unwrap_or(u32::MAX)) {
        Ok(reach) => LexemeKind::Near(reach),
        Err((message, help)) => LexemeKind::Far { message, help },
    })
}

fn is_unslashed(lower: &str) -> bool {
    let word = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    word.len() < lower.len() && matches!(word, "near" | "adj" | "onear" | "w" | "pre")
}

fn is_plain(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| is_alphanumeric(c) || c == '_')
}
