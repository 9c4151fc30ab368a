//! Words of a text with the forms each can be found by, their places, and their bytes.
//!
//! Words are those of UAX 29 with the exceptions that news text needs: a full stop between letters
//! ends a word (feeds glue sentences together) except in dotted abbreviations, `&` and `_` stay
//! inside a word, and a hyphenated word is its parts *and* the joined word. Stories and queries
//! are read by the same code, so they cannot disagree.

use std::ops::Range;

use super::{
    character::{
        digit, is_alphanumeric, is_apostrophe, is_dropped, is_hyphen, is_letter, stands_alone,
    },
    fold::fold_into,
    sentence::Boundaries,
};

/// More tokens than this of one text are not read; a news story has a few hundred.
pub const MOST_TOKENS: usize = 200_000;

/// More bytes than this of one text are not read.
const MOST_BYTES: usize = 4 << 20;

/// A text is all capitals when at least so many ASCII letters, four fifths of them capitals, say
/// so; then capitals do not mark abbreviations.
const SHOUTING_LETTERS: usize = 12;

/// One word of a text, or the joined form of a hyphenated one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Token {
    /// Its bytes in the text, without marks around it.
    pub range: Range<usize>,
    /// Its place among the words of the text, from 0.
    pub first: u32,
    /// The last place it covers: `first`, except for the joined form of a hyphenated word.
    pub last: u32,
    /// The sentence it stands in, counted through the text.
    pub sentence: u32,
    /// The paragraph it stands in, counted through the text.
    pub paragraph: u32,
    forms: Range<usize>,
}

/// How a form of a word came about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FormKind {
    /// The folded word, possessive and thousands commas removed.
    Base,
    /// The word without its apostrophe: `obrien`.
    Unmarked,
    /// The word after a French elision: `ivoire`.
    Elided,
    /// An abbreviation with its dots, also of capitals that may be one: `u.s.`.
    Dotted,
    /// The word with a sign that belongs to it: `c++`, `#metoo`, `$5bn`, `10%`.
    Signed,
    /// The parts of a hyphenated word written as one: `ceasefire`.
    Joined,
}

#[derive(Clone, Debug)]
struct Form {
    kind: FormKind,
    text: Range<usize>,
}

/// The words of one text in the order of their places; a joined form follows its parts.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    list: Vec<Token>,
    forms: Vec<Form>,
    letters: String,
    places: u32,
}

impl Tokens {
    /// Reads a text.
    pub fn of(text: &str) -> Self {
        Reader::new(text).read()
    }

    /// Every token.
    pub fn iter(&self) -> std::slice::Iter<'_, Token> {
        self.list.iter()
    }

    /// The forms of a token of this text, its base form first.
    pub fn forms(&self, token: &Token) -> impl Iterator<Item = (FormKind, &str)> {
        self.forms[token.forms.clone()].iter().map(|f| (f.kind, &self.letters[f.text.clone()]))
    }

    /// How many places there are: words, joined forms not counted.
    pub fn places(&self) -> u32 {
        self.places
    }

    /// Whether the text has no word.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

impl<'t> IntoIterator for &'t Tokens {
    type Item = &'t Token;
    type IntoIter = std::slice::Iter<'t, Token>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Reads a text whose dropped characters are gone, remembering where the others stood.
struct Reader<'t> {
    text: &'t str,
    chars: Vec<char>,
    /// Where each stands; a text is no longer than [`MOST_BYTES`].
    bytes: Vec<u32>,
    shouting: bool,
    boundaries: Boundaries,
    tokens: Tokens,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let text = &text[..text.floor_char_boundary(MOST_BYTES)];
        let mut chars = Vec::with_capacity(text.len());
        let mut bytes = Vec::with_capacity(text.len());
        for (at, c) in text.char_indices().filter(|(_, c)| !is_dropped(*c)) {
            chars.push(c);
            bytes.push(u32::try_from(at).unwrap_or(u32::MAX));
        }
        let words = (text.len() / 6).min(MOST_TOKENS);
        let tokens = Tokens {
            list: Vec::with_capacity(words),
            forms: Vec::with_capacity(words),
            letters: String::with_capacity(text.len()),
            places: 0,
        };
        let shouting = is_shouting(text);
        Self { text, chars, bytes, shouting, boundaries: Boundaries::default(), tokens }
    }

    fn read(mut self) -> Tokens {
        let mut at = 0;
        while at < self.chars.len() && self.tokens.list.len() < MOST_TOKENS {
            let c = self.chars[at];
            at = if stands_alone(c) {
                self.single(at)
            } else if is_alphanumeric(c) {
                self.compound(at)
            } else {
                if c == '&' && self.is_free(at) {
                    self.ampersand(at);
                }
                at + 1
            };
        }
        self.tokens
    }

    fn get(&self, at: usize) -> Option<char> {
        self.chars.get(at).copied()
    }

    fn is(&self, at: usize, class: impl Fn(char) -> bool) -> bool {
        self.get(at).is_some_and(class)
    }

    fn is_free(&self, at: usize) -> bool {
        (at == 0 || self.chars[at - 1].is_whitespace())
            && self.get(at + 1).is_none_or(char::is_whitespace)
    }

    /// A free-standing `&` is read as the word.
    fn ampersand(&mut self, at: usize) {
        self.tokens.letters.push_str("and");
        self.form(FormKind::Base, 3);
        self.emit(at..at + 1, self.tokens.places, 1);
    }

    /// A character that is a word of its own, with the marks on it.
    fn single(&mut self, at: usize) -> usize {
        let marks = self.chars[at + 1..].iter().take_while(|c| {
            !stands_alone(**c) && unicode_normalization::char::is_combining_mark(**c)
        });
        let end = at + 1 + marks.count();
        let length = self.fold(at..end);
        self.form(FormKind::Base, length);
        self.emit(at..end, self.tokens.places, 1);
        end
    }

    /// A word, or words joined by single hyphens.
    fn compound(&mut self, start: usize) -> usize {
        let first = self.tokens.places;
        let mut joined = String::new();
        let (mut from, mut parts) = (start, 1);
        let end = loop {
            let end = self.dotted_end(from).unwrap_or_else(|| self.word_end(from));
            let more = self.is(end, is_hyphen)
                && self.is(end + 1, |c| is_alphanumeric(c) && !stands_alone(c));
            let base = self.part(from..end, PartOf { start: from == start, end: !more });
            if more || parts > 1 {
                joined.extend(self.tokens.letters[base].chars().filter(|c| *c != '.'));
            }
            if !more {
                break end;
            }
            parts += 1;
            from = end + 1;
        };
        if parts > 1 {
            self.tokens.letters.push_str(&joined);
            self.form(FormKind::Joined, joined.len());
            self.emit(start..end, first, parts);
        }
        end
    }

    /// Where a dotted abbreviation that starts here ends: two or more letters, each with its dot.
    fn dotted_end(&self, start: usize) -> Option<usize> {
        let letter = |at| self.is(at, char::is_alphabetic);
        let mut pairs = 0;
        while letter(start + 2 * pairs) && self.get(start + 2 * pairs + 1) == Some('.') {
            pairs += 1;
        }
        let after = start + 2 * pairs;
        let end = match (letter(after), letter(after + 1)) {
            // A word is glued to the last dot, which ended a sentence.
            (true, true) => (pairs > 2).then(|| after - 1),
            (true, false) => (pairs > 1).then(|| after + 1),
            (false, _) => (pairs > 1).then_some(after),
        }?;
        let possessive = self.is(end, is_apostrophe)
            && self.get(end + 1) == Some('s')
            && !self.is(end + 2, is_alphanumeric);
        Some(if possessive { end + 2 } else { end })
    }

    fn word_end(&self, start: usize) -> usize {
        let mut at = start;
        while at < self.chars.len() && self.goes_on(at, start) {
            at += 1;
        }
        let plural = at > start
            && self.is(at, is_apostrophe)
            && matches!(self.chars[at - 1], 's' | 'S')
            && !self.is(at + 1, is_letter);
        if plural { at + 1 } else { at }
    }

    fn goes_on(&self, at: usize, start: usize) -> bool {
        let c = self.chars[at];
        if c.is_ascii_alphanumeric() {
            return true;
        }
        let before = |class: fn(char) -> bool| at > start && class(self.chars[at - 1]);
        let after = |class: fn(char) -> bool| self.is(at + 1, class);
        let is_digit = |c| digit(c).is_some();
        match c {
            '_' => at > start,
            '.' | ',' => before(is_digit) && after(is_digit),
            '&' => before(is_alphanumeric) && after(is_alphanumeric),
            '\u{66b}' => before(is_digit),
            _ if is_apostrophe(c) => {
                before(is_letter) && after(|next| is_letter(next) && !stands_alone(next))
            }
            _ => is_alphanumeric(c) && !stands_alone(c),
        }
    }

    /// Emits one part of a word; gives its base form.
    fn part(&mut self, part: Range<usize>, of: PartOf) -> Range<usize> {
        let base = if self.is_dotted(&part) {
            self.dotted_forms(part.clone())
        } else {
            self.word_forms(part.clone())
        };
        self.signed_forms(&part, &base, of);
        self.emit(part, self.tokens.places, 1);
        base
    }

    fn is_dotted(&self, part: &Range<usize>) -> bool {
        self.is(part.start, char::is_alphabetic)
            && self.get(part.start + 1) == Some('.')
            && part.len() > 2
    }

    fn dotted_forms(&mut self, part: Range<usize>) -> Range<usize> {
        let length = self.fold(part);
        let start = self.tokens.letters.len() - length;
        let folded = self.tokens.letters.split_off(start);
        let letters: Vec<char> =
            folded.trim_end_matches("'s").chars().filter(|c| *c != '.').collect();
        self.tokens.letters.extend(&letters);
        let base = self.form(FormKind::Base, self.tokens.letters.len() - start);
        self.dotted(&letters);
        base
    }

    fn word_forms(&mut self, part: Range<usize>) -> Range<usize> {
        let length = self.fold(part.clone());
        let start = self.tokens.letters.len() - length;
        self.trim_possessive(start);
        if self.tokens.letters.as_bytes()[start..].first().is_some_and(u8::is_ascii_digit) {
            self.drop_commas(start);
        }
        let base = self.form(FormKind::Base, self.tokens.letters.len() - start);
        if self.tokens.letters[base.clone()].contains('\'') {
            self.apostrophe_forms(&base);
        }
        if !self.shouting && self.is_capitals(part) {
            let letters: Vec<char> = self.tokens.letters[base.clone()].chars().collect();
            self.dotted(&letters);
        }
        base
    }

    fn trim_possessive(&mut self, start: usize) {
        let word = &self.tokens.letters[start..];
        let cut = if word.ends_with("'s") { 2 } else { usize::from(word.ends_with('\'')) };
        self.tokens.letters.truncate(self.tokens.letters.len() - cut);
    }

    fn drop_commas(&mut self, start: usize) {
        if self.tokens.letters[start..].contains(',') {
            let number = self.tokens.letters.split_off(start);
            self.tokens.letters.extend(number.chars().filter(|c| *c != ','));
        }
    }

    fn apostrophe_forms(&mut self, base: &Range<usize>) {
        let word = self.tokens.letters[base.clone()].to_owned();
        let unmarked = word.replace('\'', "");
        self.tokens.letters.push_str(&unmarked);
        self.form(FormKind::Unmarked, unmarked.len());
        let Some((article, rest)) = word.split_once('\'') else { return };
        let elided = matches!(article, "l" | "d" | "j" | "c" | "n" | "s" | "m" | "t" | "qu");
        if elided && rest.chars().nth(2).is_some() {
            self.tokens.letters.push_str(rest);
            self.form(FormKind::Elided, rest.len());
        }
    }

    /// Two to six ASCII capitals, perhaps with a possessive, may be an abbreviation.
    fn is_capitals(&self, part: Range<usize>) -> bool {
        let mut word = &self.chars[part];
        if let [rest @ .., mark, 's'] = word
            && is_apostrophe(*mark)
        {
            word = rest;
        }
        (2..=6).contains(&word.len()) && word.iter().all(char::is_ascii_uppercase)
    }

    fn dotted(&mut self, letters: &[char]) {
        let start = self.tokens.letters.len();
        for letter in letters {
            self.tokens.letters.extend([*letter, '.']);
        }
        self.form(FormKind::Dotted, self.tokens.letters.len() - start);
    }

    /// Forms with the sign before the first part and after the last.
    fn signed_forms(&mut self, part: &Range<usize>, base: &Range<usize>, of: PartOf) {
        if of.start && part.start > 0 {
            let sign = self.chars[part.start - 1];
            let tag = matches!(sign, '#' | '@')
                && !(part.start > 1 && is_alphanumeric(self.chars[part.start - 2]));
            if tag || matches!(sign, '$' | '£' | '€' | '₹' | '¥') {
                self.signed(&[sign], base, &[]);
            }
        }
        if of.end {
            let signs = self.signs_after(part.end);
            if signs > 0 {
                let signs = self.chars[part.end..part.end + signs].to_vec();
                self.signed(&[], base, &signs);
            }
        }
    }

    /// How many characters of `+`, `++`, `#` or `%` belong to the word before them.
    fn signs_after(&self, at: usize) -> usize {
        let length = match self.get(at) {
            Some('%') => return 1,
            Some('+') if self.get(at + 1) == Some('+') => 2,
            Some('#' | '+') => 1,
            _ => return 0,
        };
        let glued = self.is(at + length, |c| is_alphanumeric(c) || matches!(c, '_' | '+' | '#'));
        if glued { 0 } else { length }
    }

    fn signed(&mut self, before: &[char], base: &Range<usize>, after: &[char]) {
        let start = self.tokens.letters.len();
        self.tokens.letters.extend(before);
        self.tokens.letters.extend_from_within(base.clone());
        self.tokens.letters.extend(after);
        self.form(FormKind::Signed, self.tokens.letters.len() - start);
    }

    /// Appends the folded characters; gives how many bytes they took.
    fn fold(&mut self, part: Range<usize>) -> usize {
        let start = self.tokens.letters.len();
        fold_into(&self.text[self.range(part)], &mut self.tokens.letters);
        self.tokens.letters.len() - start
    }

    /// Records the last `length` bytes as a form of the token in hand; gives them.
    fn form(&mut self, kind: FormKind, length: usize) -> Range<usize> {
        let end = self.tokens.letters.len();
        self.tokens.forms.push(Form { kind, text: end - length..end });
        end - length..end
    }

    fn emit(&mut self, part: Range<usize>, first: u32, width: u32) {
        let (sentence, paragraph) = match self.tokens.list.last() {
            // A joined form stands where its first part stands, which is behind us.
            Some(_) if first < self.tokens.places => {
                let begun = self.tokens.list.len() - width as usize;
                (self.tokens.list[begun].sentence, self.tokens.list[begun].paragraph)
            }
            _ => self.boundaries.advance(&self.chars, part.start),
        };
        let forms = self.tokens.list.last().map_or(0, |token| token.forms.end);
        self.tokens.list.push(Token {
            range: self.range(part),
            first,
            last: first + width - 1,
            sentence,
            paragraph,
            forms: forms..self.tokens.forms.len(),
        });
        self.tokens.places = self.tokens.places.max(first + width);
    }

    fn range(&self, part: Range<usize>) -> Range<usize> {
        let last = part.end - 1;
        let byte = |at: usize| self.bytes[at] as usize;
        byte(part.start)..byte(last) + self.chars[last].len_utf8()
    }
}

/// Which ends of a compound a part stands at.
#[derive(Clone, Copy)]
struct PartOf {
    start: bool,
    end: bool,
}

fn is_shouting(text: &str) -> bool {
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let capitals = text.bytes().filter(u8::is_ascii_uppercase).count();
    letters >= SHOUTING_LETTERS && capitals * 5 > letters * 4
}

#[cfg(test)]
mod tests;
