//! From the characters of a query to its lexemes.

use std::ops::Range;

use super::{
    ast::{Order, Reach},
    field::{Field, FieldKind},
    suggest::nearest,
};
use crate::{
    diagnostic::Diagnostic,
    text::character::{is_alphanumeric, is_quote},
};

/// Longest query, in characters.
pub(crate) const MOST_CHARACTERS: usize = 20_000;

/// Farthest that two terms can be asked to stand apart, in words.
const MOST_DISTANCE: u32 = 255;

/// A piece of a query and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Lexeme {
    pub(crate) kind: LexemeKind,
    /// Characters of the query.
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum LexemeKind {
    Open,
    Close,
    Comma,
    Minus,
    And,
    Or,
    Not,
    Near(Reach),
    /// A proximity operator with a distance that cannot be.
    Far {
        message: String,
        help: String,
    },
    Field(Field),
    Compare(Order, String),
    Alias(String),
    AtLeast(u32),
    Several(u32),
    Score(i64),
    Regex {
        pattern: String,
        flags: String,
    },
    Phrase(Quoted),
    Word(String),
}

/// What stands in quotes or braces, and what stands after them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Quoted {
    pub(crate) text: String,
    pub(crate) exact: bool,
    pub(crate) slop: Option<u32>,
    pub(crate) weight: Option<i64>,
}

/// A query as characters, with the byte each starts at.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) chars: Vec<char>,
    bytes: Vec<usize>,
}

impl Script {
    pub(crate) fn new(text: &str) -> Self {
        let mut bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        bytes.push(text.len());
        Self { chars: text.chars().collect(), bytes }
    }

    /// Bytes of the query for characters of it.
    pub(crate) fn bytes(&self, span: &Range<usize>) -> Range<usize> {
        let last = self.bytes.len() - 1;
        self.bytes[span.start.min(last)]..self.bytes[span.end.min(last)]
    }

    pub(crate) fn text(&self, span: Range<usize>) -> String {
        self.chars[span].iter().collect()
    }
}

/// Reads all lexemes; where there are errors the lexemes are of no use.
pub(crate) fn read(script: &Script) -> Result<Vec<Lexeme>, Vec<Diagnostic>> {
    let mut lexer = Lexer { script, at: 0, found: Vec::new(), errors: Vec::new() };
    if script.chars.iter().all(|c| c.is_whitespace()) {
        lexer.error(
            "E100",
            0..0,
            "the query is empty",
            "write at least one term, for example: Norland AND harbour",
        );
    } else if script.chars.len() > MOST_CHARACTERS {
        lexer.error(
            "E131",
            MOST_CHARACTERS..MOST_CHARACTERS + 1,
            format!("the query is longer than {MOST_CHARACTERS} characters"),
            "move term lists into [alias] entries",
        );
    } else {
        while lexer.at < script.chars.len() {
            lexer.step();
        }
    }
    if lexer.errors.is_empty() { Ok(lexer.found) } else { Err(lexer.errors) }
}

pub(super) struct Lexer<'s> {
    pub(super) script: &'s Script,
    pub(super) at: usize,
    found: Vec<Lexeme>,
    errors: Vec<Diagnostic>,
}

impl Lexer<'_> {
    fn step(&mut self) {
        let start = self.at;
        let c = self.script.chars[start];
        if is_space(c) {
            self.at += 1;
        } else if self.starts_with("/*") {
            self.comment();
        } else if let Some(kind) = punctuation(c) {
            self.push(kind, 1);
        } else if is_quote(c) || (c == '=' && self.get(start + 1).is_some_and(is_quote)) {
            self.quoted();
        } else if c == '{' {
            self.braced();
        } else if c == '/' && self.may_start_regex() {
            self.regex();
        } else if c == '$' && self.get(start + 1).is_some_and(is_name_start) {
            self.alias();
        } else if matches!(c, '-' | '−') && self.is_minus() {
            self.push(LexemeKind::Minus, 1);
        } else if !self.field() {
            self.word();
        }
    }

    fn comment(&mut self) {
        let start = self.at;
        let end = (start + 2..self.script.chars.len())
            .find(|at| self.script.chars[*at] == '*' && self.get(at + 1) == Some('/'));
        if let Some(end) = end {
            self.at = end + 2;
        } else {
            self.at = self.script.chars.len();
            self.error("E102", start..self.at, "comment is not closed", "end it with */");
        }
    }

    fn quoted(&mut self) {
        let start = self.at;
        let exact = self.script.chars[start] == '=';
        let open = start + usize::from(exact);
        let Some(end) = self.closing(open + 1, is_quote) else {
            return self.unclosed(
                open,
                "this quotation mark is never closed",
                "add a closing \" after the last word of the phrase",
            );
        };
        let text = self.script.text(open + 1..end);
        self.at = end + 1;
        let slop = self.number_after('~').map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        let weight = self.weight();
        let quoted = Quoted { text: unescape(&text), exact, slop, weight };
        self.push_from(start, LexemeKind::Phrase(quoted));
    }

    fn braced(&mut self) {
        let start = self.at;
        let Some(end) = self.closing(start, |c| c == '}') else {
            return self.unclosed(start, "this brace is never closed", "write {BT}, or =BT");
        };
        let text = self.script.text(start + 1..end);
        self.at = end + 1;
        let quoted = Quoted { text, exact: true, slop: None, weight: None };
        self.push_from(start, LexemeKind::Phrase(quoted));
    }

    fn regex(&mut self) {
        let start = self.at;
        let Some(end) = self.closing(start + 1, |c| c == '/') else {
            return self.unclosed(
                start,
                "this regular expression is never closed",
                "end it with /",
            );
        };
        let pattern = self.script.text(start + 1..end);
        self.at = end + 1;
        let from = self.at;
        while self.get(self.at).is_some_and(|c| c.is_ascii_lowercase()) {
            self.at += 1;
        }
        let flags = self.script.text(from..self.at);
        self.push_from(start, LexemeKind::Regex { pattern, flags });
    }

    fn alias(&mut self) {
        let start = self.at;
        self.at += 1;
        while self.get(self.at).is_some_and(|c| is_alphanumeric(c) || matches!(c, '_' | '-')) {
            self.at += 1;
        }
        let name = self.script.text(start + 1..self.at);
        self.push_from(start, LexemeKind::Alias(name));
    }

    /// Reads `name:`; says whether it was one, right or wrong.
    fn field(&mut self) -> bool {
        let start = self.at;
        let mut colon = start;
        while self.get(colon).is_some_and(|c| c.is_ascii_alphabetic() || c == '_') {
            colon += 1;
        }
        if colon == start || self.get(colon) != Some(':') {
            return false;
        }
        let name = self.script.text(start..colon);
        let field = Field::named(&name);
        let end = colon + 1;
        let glued = self.get(end).is_some_and(|c| !(c.is_whitespace() || c == ')'));
        if !glued {
            if field.is_some() {
                self.at = end;
                let help = format!("write {name}:word with no space, or {name}:(several OR words)");
                self.error("E122", start..end, "there is a space after the field name", help);
            }
            return field.is_some();
        }
        if self.get(end) == Some('/') && self.get(end + 1) == Some('/') {
            return false;
        }
        self.at = end;
        match field {
            None => self.unknown_field(&name, start..end),
            Some(field) => {
                self.push_from(start, LexemeKind::Field(field));
                if matches!(field.kind(), FieldKind::Number | FieldKind::Date) {
                    self.comparison(field, start);
                }
            }
        }
        true
    }

    fn unknown_field(&mut self, name: &str, span: Range<usize>) {
        let guess = nearest(&name.to_ascii_lowercase(), Field::names())
            .map_or_else(String::new, |guess| format!("did you mean {guess}: ? "));
        let rest = &self.script.chars[span.start..];
        let word: String = rest.iter().take_while(|c| !c.is_whitespace()).collect();
        let help = format!("{guess}to search for the text itself, quote it: \"{word}\"");
        self.error("E120", span, format!("unknown field \"{name}\""), help);
    }

    fn comparison(&mut self, field: Field, start: usize) {
        let from = self.at;
        let (order, length) = match (self.get(from), self.get(from + 1)) {
            (Some('>'), Some('=')) => (Order::MoreOrEqual, 2),
            (Some('<'), Some('=')) => (Order::LessOrEqual, 2),
            (Some('>'), _) => (Order::More, 1),
            (Some('<'), _) => (Order::Less, 1),
            (Some('='), _) => (Order::Equal, 1),
            _ => (Order::Equal, 0),
        };
        let mut end = from + length;
        while self.get(end).is_some_and(|c| {
            c.is_ascii_digit()
                || (end > from + length && matches!(c, 'T' | ':' | '.' | '+' | 'Z' | '-'))
        }) {
            end += 1;
        }
        let value = self.script.text(from + length..end);
        let is_date = field.kind() == FieldKind::Date;
        let fits = if is_date { is_date_start(&value) } else { value.parse::<f64>().is_ok() };
        if fits {
            self.at = end;
            self.push_from(from, LexemeKind::Compare(order, value));
        } else {
            let example = if is_date { "=2024-05-01" } else { "300" };
            let relation = if is_date { "" } else { ">" };
            let message =
                format!("{field}: needs a number or a date, such as {field}:{relation}{example}");
            let span = start..(from + 1).min(self.script.chars.len());
            self.at = end.max(from + 1);
            self.error("E121", span, message, "compare with >, >=, <, <= or =");
        }
    }

    /// Where the next character of the class stands that no backslash escapes.
    fn closing(&self, from: usize, class: impl Fn(char) -> bool) -> Option<usize> {
        let mut at = from;
        while let Some(c) = self.get(at) {
            if class(c) {
                return Some(at);
            }
            at += if c == '\\' { 2 } else { 1 };
        }
        None
    }

    fn unclosed(&mut self, start: usize, message: &str, help: &str) {
        self.at = self.script.chars.len();
        self.error("E101", start..self.at, message, help);
    }

    /// Reads `~5` or the like after a phrase.
    fn number_after(&mut self, sign: char) -> Option<u64> {
        if self.get(self.at) != Some(sign) {
            return None;
        }
        let from = self.at + 1;
        let mut end = from;
        while self.get(end).is_some_and(|c| c.is_ascii_digit()) {
            end += 1;
        }
        if end == from {
            return None;
        }
        self.at = end;
        Some(self.script.text(from..end).parse().unwrap_or(u64::MAX))
    }

    fn weight(&mut self) -> Option<i64> {
        let minus = self.get(self.at) == Some('^') && self.get(self.at + 1) == Some('-');
        if !minus {
            return self.number_after('^').map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        }
        let start = self.at;
        self.at += 1;
        let weight = self.number_after('-').map(|n| -i64::try_from(n).unwrap_or(i64::MAX));
        if weight.is_none() {
            self.at = start;
        }
        weight
    }

    fn may_start_regex(&self) -> bool {
        self.found.last().is_none_or(|last| {
            matches!(
                last.kind,
                LexemeKind::Open
                    | LexemeKind::And
                    | LexemeKind::Or
                    | LexemeKind::Not
                    | LexemeKind::Field(_)
                    | LexemeKind::Near(_)
                    | LexemeKind::Far { .. }
                    | LexemeKind::Comma
            )
        })
    }

    fn is_minus(&self) -> bool {
        self.get(self.at + 1).is_some_and(|c| !is_space(c))
            && (self.found.is_empty()
                || matches!(self.script.chars[self.at - 1], ' ' | '\t' | '\n' | '(' | '['))
    }

    fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(offset, c)| self.get(self.at + offset) == Some(c))
    }

    pub(super) fn get(&self, at: usize) -> Option<char> {
        self.script.chars.get(at).copied()
    }

    fn push(&mut self, kind: LexemeKind, length: usize) {
        let start = self.at;
        self.at += length;
        self.push_from(start, kind);
    }

    pub(super) fn push_from(&mut self, start: usize, kind: LexemeKind) {
        self.found.push(Lexeme { kind, span: start..self.at });
    }

    pub(super) fn error(
        &mut self,
        code: &'static str,
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let span = self.script.bytes(&span);
        self.errors.push(Diagnostic::error(Some(code), span, message).with_help(help));
    }
}

pub(super) fn is_space(c: char) -> bool {
    // Editors leave marks of direction and byte order between words.
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{200e}' | '\u{200f}')
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn punctuation(c: char) -> Option<LexemeKind> {
    match c {
        '(' | '[' | '（' | '［' => Some(LexemeKind::Open),
        ')' | ']' | '）' | '］' => Some(LexemeKind::Close),
        ',' | '，' | '،' => Some(LexemeKind::Comma),
        _ => None,
    }
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    plain
}

/// Whether a value is RFC 3339 as far as it goes: at least a year, ended between two parts.
fn is_date_start(value: &str) -> bool {
    const SHAPE: &str = "0000-00-00T00:00:00Z";
    let fits = value
        .chars()
        .zip(SHAPE.chars())
        .all(|(c, shape)| if shape == '0' { c.is_ascii_digit() } else { c == shape });
    fits && matches!(value.len(), 4 | 7 | 10 | 13 | 16 | 19 | 20)
}

/// The reach of a proximity operator, or what is wrong with it.
pub(super) fn reach(kind: &str, distance: u32) -> Result<Reach, (String, String)> {
    if distance > MOST_DISTANCE {
        return Err((
            format!("the distance is larger than {MOST_DISTANCE} words"),
            "use AND, or W/P for the same paragraph".to_owned(),
        ));
    }
    match kind {
        "NEAR" => Ok(Reach::Words(distance)),
        "ONEAR" => Ok(Reach::WordsInOrder(distance)),
        _ if distance == 0 => Err((
            format!("{kind}/0 is impossible: the next word is at distance 1"),
            format!("write {kind}/1, or NEAR/0"),
        )),
        "W" => Ok(Reach::Words(distance - 1)),
        _ => Ok(Reach::WordsInOrder(distance - 1)),
    }
}
