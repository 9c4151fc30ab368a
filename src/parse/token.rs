//! Markup taken apart without ever failing: text, CDATA sections, start and end tags.

use super::repairs::Repairs;
use crate::text::html;

/// So many attributes of a tag are read.
const MAX_ATTRIBUTES: usize = 200;

/// A piece of markup. Comments, instructions and declarations are passed over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Token<'a> {
    /// Character data with its references.
    Text(&'a str),
    /// The inside of a CDATA section.
    Cdata(&'a str),
    /// A start tag.
    Start(Tag<'a>),
    /// An end tag with its name as written.
    End(&'a str),
}

/// A start tag.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Tag<'a> {
    /// The name as written, with its prefix.
    pub(super) name: &'a str,
    attributes: &'a str,
    /// Whether it ends in `/>`.
    pub(super) is_empty: bool,
}

impl<'a> Tag<'a> {
    /// Names and values as written, quotes taken off, references left in.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        Attributes(self.attributes).take(MAX_ATTRIBUTES)
    }

    /// The value of an attribute, however its name is written, on one line and with its references
    /// decoded; nothing where it says nothing.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        let (_, value) = self.attributes().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(html::one_line(&html::unescape(value))).filter(|value| !value.is_empty())
    }
}

/// The tokens of a document, in one pass.
///
/// Nothing is searched for twice: a terminator that was not found once is not in the rest either.
pub(super) struct Tokens<'a> {
    source: &'a str,
    at: usize,
    missing: Vec<&'static str>,
    /// Where the next `]]>` is, when that was looked for before.
    section_end: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, at: 0, missing: Vec::new(), section_end: 0 }
    }

    /// Where the next token begins, in bytes.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Goes back to where a token began.
    pub(super) fn rewind(&mut self, position: usize) {
        self.at = position;
    }

    /// The document as it stands between two positions.
    pub(super) fn written(&self, from: usize, to: usize) -> &'a str {
        &self.source[from..to]
    }

    /// The next token; nothing at the end of the document.
    pub(super) fn next(&mut self, repairs: &mut Repairs) -> Option<Token<'a>> {
        loop {
            let rest = &self.source[self.at..];
            if rest.is_empty() {
                return None;
            }
            let text = &rest[..text_end(rest)];
            if !text.is_empty() {
                if text.contains('<') {
                    repairs.note("a bare `<`");
                }
                self.at += text.len();
                return Some(Token::Text(text));
            }
            if let Some(token) = self.markup(rest, repairs) {
                return Some(token);
            }
        }
    }

    /// Reads what begins with `<`; nothing when it was passed over.
    fn markup(&mut self, rest: &'a str, repairs: &mut Repairs) -> Option<Token<'a>> {
        if let Some(inside) = rest.strip_prefix("<![CDATA[") {
            return Some(self.cdata(inside, repairs));
        }
        match rest.as_bytes().get(1) {
            Some(b'!') if rest.starts_with("<!--") => self.pass_over(rest, "-->"),
            Some(b'!') => self.pass_over_declaration(rest),
            Some(b'?') => {
                if self.at > 0 && rest.starts_with("<?xml ") {
                    repairs.note("a declaration that is not at the start");
                }
                self.pass_over(rest, "?>");
            }
            Some(b'/') => {
                let end = rest[2..].find(['<', '>']).map_or(rest.len(), |end| end + 2);
                self.at += end + usize::from(rest.as_bytes().get(end) == Some(&b'>'));
                let name = rest[2..end].split_whitespace().next().unwrap_or_default();
                // What the end of the document cut may have been another name.
                return (end < rest.len()).then_some(Token::End(name));
            }
            _ => return Some(self.start_tag(rest, repairs)),
        }
        None
    }

    /// A section without an end, or with that of a later one, stops at the next end tag or item.
    fn cdata(&mut self, inside: &'a str, repairs: &mut Repairs) -> Token<'a> {
        let start = self.at + "<![CDATA[".len();
        if let Some(end) = self.section_end(inside, start)
            && !holds_other_elements(&inside[..end])
        {
            self.at = start + end + "]]>".len();
            return Token::Cdata(&inside[..end]);
        }
        repairs.note("an unclosed CDATA section");
        let end = inside.find("</").unwrap_or(inside.len());
        let items = ["<item", "<entry"].iter().filter_map(|item| inside[..end].find(item));
        let end = items.min().unwrap_or(end);
        self.at = start + end;
        Token::Cdata(&inside[..end])
    }

    fn section_end(&mut self, inside: &str, start: usize) -> Option<usize> {
        if self.section_end < start {
            self.section_end = start + self.find(inside, "]]>")?;
        }
        Some(self.section_end - start)
    }

    fn pass_over(&mut self, rest: &str, terminator: &'static str) {
        match self.find(rest, terminator) {
            Some(end) => self.at += end + terminator.len(),
            None => self.pass_over_tag(rest),
        }
    }

    /// Passes over what ends at `>`, or before the next `<`.
    fn pass_over_tag(&mut self, rest: &str) {
        let end = rest[1..].find(['<', '>']).map_or(rest.len(), |end| end + 1);
        self.at += end + usize::from(rest.as_bytes().get(end) == Some(&b'>'));
    }

    /// A document type with its inner declarations, none of which is obeyed.
    fn pass_over_declaration(&mut self, rest: &str) {
        let plain = rest.find(['[', '>']).unwrap_or(rest.len());
        let is_subset = rest.as_bytes().get(plain) == Some(&b'[')
            && rest.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"));
        if is_subset
            && let Some(end) =
                self.find(&rest[plain..], "]>").or_else(|| self.find(&rest[plain..], "] >"))
        {
            self.at += plain + end;
        }
        self.pass_over_tag(&self.source[self.at..]);
    }

    /// A start tag ends at `>`, at the next `<`, or with the document.
    fn start_tag(&mut self, rest: &'a str, repairs: &mut Repairs) -> Token<'a> {
        let name_end = rest[1..]
            .find(|c: char| c.is_whitespace() || matches!(c, '>' | '/' | '<'))
            .map_or(rest.len(), |end| end + 1);
        let end = tag_end(rest.as_bytes(), name_end);
        let closed = rest.as_bytes().get(end) == Some(&b'>');
        if !closed {
            repairs.note("a tag that does not end");
        }
        self.at += end + usize::from(closed);
        let inside = &rest[name_end..end];
        let is_empty = closed && inside.ends_with('/');
        let attributes = inside.strip_suffix('/').unwrap_or(inside);
        Token::Start(Tag { name: &rest[1..name_end], attributes, is_empty })
    }

    fn find(&mut self, rest: &str, terminator: &'static str) -> Option<usize> {
        if self.missing.contains(&terminator) {
            return None;
        }
        let found = rest.find(terminator);
        if found.is_none() {
            self.missing.push(terminator);
        }
        found
    }
}

/// Whether a section has swallowed the elements up to the next one, which no text in HTML holds.
fn holds_other_elements(section: &str) -> bool {
    let Some((before, _)) = section.split_once("<![CDATA[") else { return false };
    ["</item>", "</entry>", "</title>", "</link>", "</guid>", "</description>"]
        .iter()
        .any(|end| before.contains(end))
}

/// Where a start tag ends: `>` outside of quotes, or `<` anywhere, which no value may hold.
fn tag_end(bytes: &[u8], from: usize) -> usize {
    let mut quote = None;
    let mut before = b' ';
    for (at, byte) in bytes.iter().enumerate().skip(from) {
        match (quote, *byte) {
            (_, b'<') | (None, b'>') => return at,
            (Some(open), b) if b == open => quote = None,
            (None, b @ (b'"' | b'\'')) if before == b'=' => quote = Some(b),
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = *byte;
        }
    }
    bytes.len()
}

/// Where text gives way to markup: at a `<` that can begin some.
fn text_end(rest: &str) -> usize {
    let begins_markup = |at: &usize| {
        let next = rest.as_bytes().get(at + 1);
        next.is_some_and(|next| matches!(next, b'/' | b'!' | b'?') || is_name_start(*next))
    };
    rest.match_indices('<').map(|(at, _)| at).find(begins_markup).unwrap_or(rest.len())
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b':' || byte >= 0x80
}

/// Name and value pairs, quoted or not.
struct Attributes<'a>(&'a str);

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0.trim_start_matches(|c: char| c.is_whitespace() || "\"',/=".contains(c));
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let Some(value) = after.trim_start().strip_prefix('=').map(str::trim_start) else {
            self.0 = after;
            return Some((name, ""));
        };
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, after) = match quote {
            Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        self.0 = after;
        Some((name, value))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens(source: &str) -> Vec<Token<'_>> {
        let mut tokens = Tokens::new(source);
        let mut repairs = Repairs::default();
        std::iter::from_fn(|| tokens.next(&mut repairs)).collect()
    }

    fn shown(source: &str) -> String {
        tokens(source)
            .iter()
            .map(|token| match token {
                Token::Text(text) => format!("[{text}]"),
                Token::Cdata(text) => format!("{{{text}}}"),
                Token::End(name) => format!("</{name}>"),
                Token::Start(tag) => {
                    let attributes = tag
                        .attributes()
                        .flat_map(|(name, value)| [" ", name, "=", value])
                        .collect::<String>();
                    let slash = if tag.is_empty { "/" } else { "" };
                    format!("<{}{attributes}{slash}>", tag.name)
                }
            })
            .collect()
    }

    #[test]
    fn markup_comes_apart() {
        for (source, wanted) in [
            ("<a>b</a>", "<a>[b]</a>"),
            ("<a b=\"c > d\" e='f' g=h i/>", "<a b=c > d e=f g=h i=/>"),
            ("<a href=http://x/y/>z", "<a href=http://x/y/>[z]"),
            ("<?xml version='1.0'?><!-- <x> --><a>", "<a>"),
            ("<!DOCTYPE a [<!ENTITY b \"<c>\">]><a>&b;", "<a>[&b;]"),
            ("<!DOCTYPE a SYSTEM \"x\"><a>", "<a>"),
            ("<![CDATA[<b>&]]>c", "{<b>&}[c]"),
            ("<![CDATA[never</a>b", "{never}</a>[b]"),
            ("<![CDATA[never</link><a><![CDATA[b]]></a>", "{never}</link><a>{b}</a>"),
            ("<![CDATA[never<item><a></a>", "{never}<item><a></a>"),
            ("<![CDATA[</b><![CDATA[a</link>]]>", "{</b><![CDATA[a</link>}"),
            ("1 < 2<3", "[1 < 2<3]"),
            ("<a b=\"c<d>", "<a b=c><d>"),
            ("</a b></c></d", "</a></c>"),
            ("<a", "<a>"),
            ("<!-- never", ""),
            ("<!-- a > b", "[ b]"),
            ("<!-- a <b>", "<b>"),
            ("<?a <b>", "<b>"),
            ("<!a [<b>]>", "<b>[]>]"),
            ("<", "[<]"),
            ("</><b", "</><b>"),
        ] {
            assert_eq!(shown(source), wanted, "{source}");
        }
    }

    #[test]
    fn attributes_are_bounded() {
        let many = format!("<a{}>", " b='c'".repeat(10_000));
        assert_eq!(shown(&many).matches("b=c").count(), MAX_ATTRIBUTES);
    }

    proptest! {
        #[test]
        fn every_byte_is_read_once(source in "(<|>|/|!|\\?|-|\\[CDATA\\[|\\]\\]>|\"|'|=|a|:|é| ){0,60}") {
            let read: usize = tokens(&source)
                .iter()
                .map(|token| match token {
                    Token::Text(text) | Token::Cdata(text) | Token::End(text) => text.len(),
                    Token::Start(tag) => tag.name.len() + tag.attributes.len(),
                })
                .sum();
            prop_assert!(read <= source.len());
        }
    }
}
