//! The parser's smallest parts: terms, groups, fields, counts and regular expressions.

use std::ops::Range;

use super::{
    ast::{Kind, Node, Pattern, Test},
    field::{Field, FieldKind, Fields},
    lexer::{Lexeme, LexemeKind, Quoted},
    literal,
    parser::{Parser, Stop, UNOPENED, wordless},
    term::{self, BadTerm, Case},
};
use crate::text::character::is_alphanumeric;

/// Words in capitals that are also everyday words once case is folded.
const PRONOUNS: [&str; 10] = ["US", "IT", "WHO", "WE", "ME", "HE", "OR", "AM", "AS", "ALL"];

/// Largest compiled regular expression, in bytes.
const PATTERN_BYTES: usize = 1 << 20;

/// What to do where a term is missing.
const ADD: &str = "add a term, or leave out what asks for it";

type Parsed<T = Node> = Result<T, Stop>;

impl Parser<'_, '_> {
    pub(super) fn primary(&mut self, field: Option<Field>) -> Parsed {
        let Some(next) = self.peek() else { return Err(self.missing_at_end()) };
        let span = next.span.clone();
        self.count_term(&span)?;
        let kind = self.peek().map(|next| next.kind.clone()).ok_or(Stop)?;
        match kind {
            LexemeKind::Open => self.group(field),
            LexemeKind::Close => Err(self.missing_before_close(span)),
            LexemeKind::And
            | LexemeKind::Or
            | LexemeKind::Not
            | LexemeKind::Near(_)
            | LexemeKind::Far { .. }
            | LexemeKind::Compare(..) => Err(self.missing_before(span)),
            LexemeKind::Comma => {
                Err(self.comma(span, "leave it out; commas are for 2 OF (a, b, c)"))
            }
            LexemeKind::Minus => Err(self.stop("E109", span, "a term is missing before -", ADD)),
            LexemeKind::Field(named) => self.field(named, field, &span),
            LexemeKind::Alias(name) => {
                self.take()?;
                self.alias(&name, &span, field)
            }
            LexemeKind::AtLeast(count) => self.at_least(count, &span, field),
            LexemeKind::Several(count) => self.several(count, &span, field),
            LexemeKind::Score(least) => self.score(least, &span, field),
            LexemeKind::Regex { pattern, flags } => {
                self.take()?;
                Ok(self.regex(&pattern, &flags, &span, field))
            }
            LexemeKind::Phrase(quoted) => {
                self.take()?;
                Ok(self.quoted(&quoted, &span, field))
            }
            LexemeKind::Word(word) => {
                self.take()?;
                Ok(self.bare(&word, &span, field))
            }
        }
    }

    fn missing_at_end(&mut self) -> Stop {
        match self.last().map(|last| last.span.clone()) {
            Some(span) => {
                let message = format!("the query ends after {}", self.written(&span));
                self.stop("E109", span, message, "add a term, or remove the operator")
            }
            None => self.stop("E109", 0..0, "a term is missing", ADD),
        }
    }

    fn missing_before_close(&mut self, span: Range<usize>) -> Stop {
        match self.last().map(|last| &last.kind) {
            None => {
                self.stop("E102", span, "this closing parenthesis has no opening one", UNOPENED)
            }
            Some(
                LexemeKind::And
                | LexemeKind::Or
                | LexemeKind::Not
                | LexemeKind::Near(_)
                | LexemeKind::Far { .. }
                | LexemeKind::Minus,
            ) => self.stop("E109", span, "a term is missing before this parenthesis", ADD),
            Some(_) => self.stop("E102", span, "a term is missing before this parenthesis", ADD),
        }
    }

    fn missing_before(&mut self, span: Range<usize>) -> Stop {
        let word = self.written(&span);
        let help =
            format!("put a term on both sides, or write \"{word}\" in quotes for the word itself");
        self.stop("E109", span, format!("a term is missing before {word}"), &help)
    }

    fn field(&mut self, named: Field, outer: Option<Field>, span: &Range<usize>) -> Parsed {
        if outer.is_some() {
            self.error(
                "E114",
                span.clone(),
                "a field inside a field",
                "close the first field group before starting another",
            );
        }
        self.take()?;
        if matches!(named.kind(), FieldKind::Number | FieldKind::Date) {
            let Lexeme { kind: LexemeKind::Compare(order, value), span: end } = self.take()? else {
                return Err(Stop);
            };
            let test = if named.kind() == FieldKind::Date {
                Test::Date { order, value }
            } else {
                Test::Number { field: named, order, value: value.parse().unwrap_or(f64::NAN) }
            };
            return Ok(self.node(span.start..end.end, Kind::Test(Box::new(test))));
        }
        if self.peek().is_none() {
            let message = "the query ends after the field name";
            let help = format!("write {named}:word with no space");
            return Err(self.stop("E109", span.clone(), message, &help));
        }
        let inner = self.primary(Some(named))?;
        let span = span.start..self.end_of_last();
        Ok(self.node(span, Kind::Scoped(Box::new(inner))))
    }

    fn at_least(&mut self, count: u32, span: &Range<usize>, field: Option<Field>) -> Parsed {
        self.take()?;
        let (mut members, list) = self.list(field)?;
        let only = members.pop().ok_or(Stop)?;
        if !members.is_empty() {
            self.error(
                "E115",
                list.clone(),
                "ATLEAST takes one term or one OR group",
                "for several different terms write 2 OF (a, b, c)",
            );
        }
        if wordless(&only).is_some() {
            let message = "ATLEAST counts words and phrases only";
            self.error("E112", list.clone(), message, "write ATLEAST/2(a OR b)");
        }
        if count < 1 {
            let message = "ATLEAST needs a number of 1 or more";
            self.error("E115", span.clone(), message, "write ATLEAST/2(a OR b)");
        }
        let fields = field.map_or(Fields::DEFAULT, Fields::of);
        let kind = Kind::AtLeast { count, of: Box::new(only), fields };
        Ok(self.node(span.start..list.end, kind))
    }

    fn several(&mut self, count: u32, span: &Range<usize>, field: Option<Field>) -> Parsed {
        self.take()?;
        let (members, list) = self.list(field)?;
        let whole = span.start..list.end;
        if count < 1 || usize::try_from(count).is_ok_and(|count| count > members.len()) {
            let message = format!("{count} OF a list of {}", members.len());
            let help = format!("the number must lie between 1 and {}", members.len());
            self.error("E115", whole.clone(), message, &help);
        }
        Ok(self.node(whole, Kind::Several { count, of: members.into() }))
    }

    fn score(&mut self, least: i64, span: &Range<usize>, field: Option<Field>) -> Parsed {
        self.take()?;
        let (members, list) = self.list(field)?;
        Ok(self.node(span.start..list.end, Kind::Score { least, of: members.into() }))
    }

    fn regex(
        &mut self,
        pattern: &str,
        flags: &str,
        span: &Range<usize>,
        field: Option<Field>,
    ) -> Node {
        let built = regex::RegexBuilder::new(pattern)
            .case_insensitive(flags.contains('i'))
            .multi_line(flags.contains('m'))
            .dot_matches_new_line(flags.contains('s'))
            .size_limit(PATTERN_BYTES)
            .build();
        let regex = match built {
            Ok(regex) => regex,
            Err(error) => {
                let message = format!("bad regular expression: {}", last_line(&error.to_string()));
                self.error(
                    "E116",
                    span.clone(),
                    message,
                    "mend the pattern, or put the text in quotes",
                );
                return self.node(span.clone(), Kind::All);
            }
        };
        if !flags.chars().all(|flag| matches!(flag, 'i' | 'm' | 's')) {
            self.error(
                "E116",
                span.clone(),
                "unknown flag after the regular expression",
                "flags are i, m and s",
            );
        }
        let literals = literal::required(pattern, flags);
        if literals.is_none() {
            self.warn(
                "W231",
                span.clone(),
                "this regular expression has no literal of three letters: it is tried on every story",
                "add a word that must be there, by AND",
            );
        }
        let fields = field.map_or(Fields::DEFAULT, Fields::of);
        let flags = flags.to_owned();
        let pattern = Pattern { regex, flags, literals: literals.unwrap_or_default() };
        self.node(span.clone(), Kind::Test(Box::new(Test::Pattern { fields, field, pattern })))
    }

    fn quoted(&mut self, quoted: &Quoted, span: &Range<usize>, field: Option<Field>) -> Node {
        let case = if quoted.exact { Case::Exact } else { Case::Folded };
        let node = self.term(&quoted.text, case, quoted.slop, span, field);
        self.weighted(node, quoted.weight, span)
    }

    fn bare(&mut self, word: &str, span: &Range<usize>, field: Option<Field>) -> Node {
        if word == "*" && field.is_none() {
            self.warn("W230", span.clone(), "`*` is every story", "name a word that must be there");
            return self.node(span.clone(), Kind::All);
        }
        let text_field = field.filter(|field| field.kind() == FieldKind::Text);
        if let (Some(field), "*") = (text_field, word) {
            return self.node(span.clone(), term::anything(Fields::of(field)));
        }
        let (word, weight) = split_weight(word);
        let node = if let Some((stem, edits)) = split_edits(word) {
            self.fuzzy(stem, edits, span, field)
        } else if word == "=" {
            let message = "\"=\" needs a term directly after it";
            self.error("E103", span.clone(), message, "write =NASA, without a space");
            self.node(span.clone(), Kind::All)
        } else if let Some(exact) = word.strip_prefix('=') {
            self.term(exact, Case::Exact, None, span, field)
        } else {
            self.pronoun(word, span, field);
            self.term(word, Case::Folded, None, span, field)
        };
        self.weighted(node, weight, span)
    }

    fn pronoun(&mut self, word: &str, span: &Range<usize>, field: Option<Field>) {
        if PRONOUNS.contains(&word) && field.is_none() {
            let message = format!("\"{word}\" also matches \"{}\"", word.to_lowercase());
            let help = format!("write ={word} for capitals only, or a dotted form such as U.S.");
            self.warn("W210", span.clone(), message, &help);
        }
    }

    fn fuzzy(&mut self, stem: &str, edits: u8, span: &Range<usize>, field: Option<Field>) -> Node {
        if field.is_some_and(|field| field.kind() != FieldKind::Text) {
            let message = "a value cannot be fuzzy";
            self.error("E117", span.clone(), message, "use * and ? in values");
            return self.node(span.clone(), Kind::All);
        }
        let fields = field.map_or(Fields::DEFAULT, Fields::of);
        self.kind_or_error(term::fuzzy(stem, edits, fields), span)
    }

    fn term(
        &mut self,
        text: &str,
        case: Case,
        slop: Option<u32>,
        span: &Range<usize>,
        field: Option<Field>,
    ) -> Node {
        match field {
            Some(field) if field.kind() != FieldKind::Text => {
                self.node(span.clone(), term::value(text, case, field))
            }
            _ => {
                let fields = field.map_or(Fields::DEFAULT, Fields::of);
                self.kind_or_error(term::words(text, case, slop, fields), span)
            }
        }
    }

    fn kind_or_error(&mut self, kind: Result<Kind, BadTerm>, span: &Range<usize>) -> Node {
        let kind = kind.unwrap_or_else(|bad| {
            self.error(bad.code, span.clone(), bad.message, bad.help);
            Kind::All
        });
        self.node(span.clone(), kind)
    }

    fn weighted(&self, node: Node, weight: Option<i64>, span: &Range<usize>) -> Node {
        match weight {
            None => node,
            Some(weight) => self.node(span.clone(), Kind::Weighted { weight, of: Box::new(node) }),
        }
    }
}

/// Splits `^5` off a word.
fn split_weight(word: &str) -> (&str, Option<i64>) {
    word.rsplit_once('^')
        .filter(|(stem, number)| !stem.is_empty() && !number.starts_with('+'))
        .and_then(|(stem, number)| number.parse().ok().map(|weight| (stem, Some(weight))))
        .unwrap_or((word, None))
}

/// Splits `~`, `~1` or `~2` off a word.
fn split_edits(word: &str) -> Option<(&str, u8)> {
    let (stem, edits) = match word.rsplit_once('~')? {
        (stem, "" | "1") => (stem, 1),
        (stem, "2") => (stem, 2),
        _ => return None,
    };
    let plain = !stem.is_empty() && stem.chars().all(|c| is_alphanumeric(c) || c == '_');
    plain.then_some((stem, edits))
}

fn last_line(text: &str) -> &str {
    let line = text.lines().last().unwrap_or(text);
    line.strip_prefix("error: ").unwrap_or(line)
}
