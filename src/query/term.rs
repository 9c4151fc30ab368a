//! From the words of a term to what its tokens must be.

use super::{
    ast::{Element, Kind, Test, Words},
    field::{Field, Fields},
    glob::Glob,
};
use crate::text::{
    character::{is_alphanumeric, is_apostrophe, is_hyphen},
    fold::{fold, surface},
    token::{FormKind, Token, Tokens},
};

/// Most words of a window; more cannot be placed in bounded time.
const WINDOW_WORDS: usize = 32;

/// Whether case, accents and hyphens count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Case {
    Folded,
    Exact,
}

/// What is wrong with a term.
#[derive(Debug)]
pub(crate) struct BadTerm {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) help: &'static str,
}

impl BadTerm {
    fn new(code: &'static str, message: impl Into<String>, help: &'static str) -> Self {
        Self { code, message: message.into(), help }
    }
}

/// A term without a field, or in a text field.
pub(crate) fn words(
    text: &str,
    case: Case,
    slop: Option<u32>,
    fields: Fields,
) -> Result<Kind, BadTerm> {
    let written: Vec<&str> = text.split_whitespace().collect();
    let mut items = Vec::with_capacity(written.len());
    for word in &written {
        match (*word, case) {
            ("*", _) if written.len() > 1 => items.push(Words::One(Element::Any)),
            ("*", _) => {
                return Err(BadTerm::new(
                    "E109",
                    "the phrase has no searchable word",
                    "add a word to it",
                ));
            }
            ("&", _) => items.push(Words::One(Element::Form("and".into()))),
            (_, Case::Folded) if word.contains(['*', '?']) => items.push(wildcards(word)?),
            _ => items.extend(plain(word, case)),
        }
    }
    if items.is_empty() {
        return Err(BadTerm::new(
            "E109",
            "there is no searchable word here",
            "punctuation alone cannot be matched; use a regular expression",
        ));
    }
    match slop {
        None => Ok(Kind::Phrase { words: Words::row(items), fields }),
        Some(_) if items.len() > WINDOW_WORDS => Err(BadTerm::new(
            "E131",
            format!("more than {WINDOW_WORDS} words in any order"),
            "leave out words, or join them by AND",
        )),
        Some(slop) => Ok(Kind::Window { words: items.into(), slop, fields }),
    }
}

/// The value of a keyword field.
pub(crate) fn value(text: &str, case: Case, field: Field) -> Kind {
    let address = matches!(field, Field::Site | Field::Url);
    Kind::Test(Box::new(match case {
        Case::Exact => Test::Printed { field, value: text.to_owned() },
        Case::Folded if text == "*" => Test::Shape { field, glob: Glob::new("*") },
        Case::Folded if field == Field::Url => {
            Test::Shape { field, glob: Glob::new(&format!("*{}*", text.to_lowercase())) }
        }
        Case::Folded => {
            let value = if address { text.to_lowercase() } else { tidy(&fold(text)) };
            if value.contains(['*', '?']) {
                Test::Shape { field, glob: Glob::new(&value) }
            } else {
                Test::Value { field, value }
            }
        }
    }))
}

/// Every word that is at most so many edits away.
pub(crate) fn fuzzy(word: &str, edits: u8, fields: Fields) -> Result<Kind, BadTerm> {
    let form = fold(word);
    if form.chars().count() < if edits == 1 { 4 } else { 8 } {
        return Err(BadTerm::new(
            "E117",
            format!("{word} is too short for ~{edits}"),
            "fuzzy terms need 4 letters for ~1 and 8 for ~2",
        ));
    }
    let words = Words::One(Element::Fuzzy { form: form.into(), edits });
    Ok(Kind::Phrase { words, fields })
}

/// Every word: the field is present.
pub(crate) fn anything(fields: Fields) -> Kind {
    Kind::Phrase { words: Words::One(Element::Any), fields }
}

/// One space between words, none around.
pub(crate) fn tidy(value: &str) -> String {
    let words: Vec<&str> = value.split_whitespace().collect();
    words.join(" ")
}

/// What a written word stands for: usually one thing; nothing for mere punctuation.
fn plain(word: &str, case: Case) -> Vec<Words> {
    let tokens = Tokens::of(word);
    let parts: Vec<&Token> = tokens.iter().filter(|token| token.first == token.last).collect();
    let joined: Vec<&Token> = tokens.iter().filter(|token| token.first < token.last).collect();
    let element = |token: &Token| element(word, &tokens, token, case);
    if case == Case::Exact {
        // A joined word is exact as a whole; the parts of it are not asked.
        let covered = |part: &Token| {
            joined.iter().any(|whole| (whole.first..=whole.last).contains(&part.first))
        };
        let whole = tokens.iter().filter(|token| token.first < token.last || !covered(token));
        return whole.map(element).collect();
    }
    if parts.is_empty() {
        return Vec::new();
    }
    let mut alternatives = vec![Words::row(parts.iter().map(|part| element(part)).collect())];
    if let [whole] = joined[..]
        && whole.last - whole.first + 1 == tokens.places()
    {
        alternatives.push(element(whole));
    }
    vec![Words::ways(alternatives)]
}

fn element(word: &str, tokens: &Tokens, token: &Token, case: Case) -> Words {
    let form = |wanted| {
        let found = tokens.forms(token).find(|(kind, _)| *kind == wanted);
        found.map(|(_, form)| Box::from(form))
    };
    let base: Box<str> =
        tokens.forms(token).next().map(|(_, base)| base.into()).unwrap_or_default();
    let signed = form(FormKind::Signed);
    if case == Case::Exact {
        let surface = surface(&word[token.range.clone()]).into();
        return Words::One(Element::Exact { form: signed.unwrap_or(base), surface });
    }
    if let Some(signed) = signed {
        return Words::One(Element::Form(signed));
    }
    if let Some(dotted) = form(FormKind::Dotted).filter(|_| word.contains('.')) {
        return Words::One(Element::Form(dotted));
    }
    let forms = [base].into_iter().chain(form(FormKind::Unmarked));
    Words::ways(forms.map(|form| Words::One(Element::Form(form))).collect())
}

fn wildcards(word: &str) -> Result<Words, BadTerm> {
    let literal: String = word.chars().filter(|c| !matches!(c, '*' | '?')).collect();
    let least = if literal.is_ascii() { 3 } else { 2 };
    if literal.chars().filter(|c| is_alphanumeric(*c)).count() < least {
        return Err(BadTerm::new(
            "E110",
            format!("{word} has fewer than 3 letters besides the wildcard"),
            "write more letters before *",
        ));
    }
    let shapes: Vec<String> =
        word.split(is_hyphen).filter(|part| !part.is_empty()).enumerate().map(shape).collect();
    let glob = |shape: &str| Words::One(Element::Glob(Glob::new(shape)));
    let mut alternatives = vec![Words::row(shapes.iter().map(|shape| glob(shape)).collect())];
    if shapes.len() > 1 {
        alternatives.push(glob(&shapes.concat()));
    }
    Ok(Words::ways(alternatives))
}

/// One part of a word with wildcards, folded between them; a sign may stand before the first.
fn shape((at, part): (usize, &str)) -> String {
    let mut shape = String::new();
    let mut plain = String::new();
    for (offset, c) in part.char_indices() {
        let sign = at == 0 && offset == 0 && matches!(c, '#' | '@');
        if matches!(c, '*' | '?') {
            shape.push_str(&fold(&plain));
            plain.clear();
            shape.push(c);
        } else if sign || is_alphanumeric(c) || is_apostrophe(c) || matches!(c, '_' | '&' | '.') {
            plain.push(c);
        }
    }
    shape + &fold(&plain)
}
