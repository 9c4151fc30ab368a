//! HTML made plain text in one pass: linear in its input, whatever stands in it.

use std::borrow::Cow;

/// The longest a character reference may be, `&` and `;` included (the longest of HTML has 33).
const MAX_REFERENCE: usize = 40;

/// Elements whose content nobody reads.
const UNREAD: &[&str] = &[
    "script", "style", "noscript", "template", "iframe", "svg", "canvas", "audio", "video",
    "object", "title",
];

/// Elements that stand apart from what surrounds them.
const PARAGRAPHS: &[&str] = &[
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "dl",
    "table",
    "blockquote",
    "section",
    "article",
    "header",
    "footer",
    "figure",
    "figcaption",
    "pre",
    "hr",
    "form",
    "main",
    "aside",
    "nav",
    "address",
    "body",
    "center",
    "details",
    "summary",
];

/// Elements that begin a line of their own.
const LINES: &[&str] = &["li", "tr", "dt", "dd", "caption", "option", "legend"];

/// Elements that part words without breaking the line.
const CELLS: &[&str] = &["td", "th"];

/// Inline elements that, with the ones above, betray markup when they are closed.
const INLINE: &[&str] =
    &["a", "b", "i", "em", "strong", "span", "br", "img", "font", "u", "small", "sup", "sub"];

/// Elements whose start tag alone betrays markup in what was said to be plain.
const TELLING: &[&str] = &["p", "br", "img", "div", "table", "ul", "li"];

/// The text of an HTML fragment as a reader sees it: paragraphs parted by a blank line, lines by a
/// line feed, every other run of white space by one space. What nobody reads (scripts, styles,
/// comments, also those that were escaped and are shown) is left out.
pub fn to_text(html: &str) -> String {
    let mut flow = Flow::default();
    let mut rest = html;
    let mut unclosed: Vec<&'static str> = Vec::new();
    let mut preformatted = Spacing::Collapsed;
    while let Some(at) = rest.find('<') {
        flow.push(&unescape(&rest[..at]), preformatted);
        rest = &rest[at..];
        if let Some(after) = past_declaration(rest, &mut unclosed) {
            rest = after;
            continue;
        }
        let Some((tag, after)) = Tag::read(rest) else {
            flow.push("<", preformatted);
            rest = &rest[1..];
            continue;
        };
        rest = after;
        flow.tag(&tag);
        if tag.is("pre") {
            preformatted = if tag.closing { Spacing::Collapsed } else { Spacing::Kept };
        }
        if !tag.closing
            && let Some(name) = UNREAD.iter().find(|name| tag.is(name))
        {
            rest = past_unread(rest, name, &mut unclosed);
        }
    }
    flow.push(&unescape(rest), preformatted);
    without_comments(flow.text)
}

/// A text without the comments in it: programs leave megabytes of styles in them.
fn without_comments(text: String) -> String {
    let mut kept = String::new();
    let mut rest = text.as_str();
    while let Some((before, comment)) = rest.split_once("<!--") {
        let Some((_, after)) = comment.split_once("-->") else { break };
        kept.push_str(before);
        rest = after;
    }
    if kept.is_empty() && rest.len() == text.len() {
        return text;
    }
    kept.push_str(rest);
    tidy(&kept)
}

/// Plain text with its paragraphs and lines kept and every other run of white space made one
/// space.
pub fn tidy(plain: &str) -> String {
    let mut flow = Flow::default();
    flow.push(plain, Spacing::Kept);
    flow.text
}

/// Text on one line: a headline, a name.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a text that claims to be plain holds tags that are meant as such, not spoken of: a
/// known end tag, or a start tag that nobody writes about by itself.
pub fn looks_like_html(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        Tag::read(&text[at..]).is_some_and(|(tag, _)| {
            let closes = [PARAGRAPHS, LINES, CELLS, INLINE].iter().any(|names| tag.is_any(names));
            if tag.closing { closes } else { tag.is_any(TELLING) }
        })
    })
}

/// Whether character references are left in a text that has been through [`to_text`] or
/// [`unescape`], that is, whether it was escaped twice.
pub fn has_references(text: &str) -> bool {
    text.match_indices('&').any(|(at, _)| reference(&text[at..]).is_some())
}

/// Replaces the character references of HTML that end in a semicolon; anything else stays as it
/// is, since feeds are full of bare ampersands. References to characters that XML forbids vanish.
pub fn unescape(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while !rest.is_empty() {
        if let Some((meaning, length)) = reference(rest) {
            out.extend(meaning.chars().filter(|c| is_allowed(*c)));
            rest = &rest[length..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
        let next = rest.find('&').unwrap_or(rest.len());
        out.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::Owned(out)
}

/// Whether XML 1.0 section 2.2 allows a character, and it is not the mark for a lost one.
pub fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
        && c != '\u{FEFF}'
}

/// The meaning and the length of the reference at the start of `text`.
fn reference(text: &str) -> Option<(Cow<'_, str>, usize)> {
    let window = &text.as_bytes()[..text.len().min(MAX_REFERENCE)];
    let end = window.iter().skip(1).position(|b| !(b.is_ascii_alphanumeric() || *b == b'#'))? + 1;
    if window[end] != b';' || end == 1 {
        return None;
    }
    let written = &text[..=end];
    if written == "&#0;" || written == "&#x0;" {
        return Some((Cow::Borrowed(""), end + 1));
    }
    let meaning = htmlize::unescape(written);
    (meaning != written).then_some((meaning, end + 1))
}

/// What follows a comment, a declaration or an instruction at the start of `rest`.
fn past_declaration<'a>(rest: &'a str, unclosed: &mut Vec<&'static str>) -> Option<&'a str> {
    let (start, end) = match rest.as_bytes().get(1)? {
        b'!' if rest.starts_with("<![CDATA[") => return Some(&rest["<![CDATA[".len()..]),
        b'!' if rest.starts_with("<!--") => ("<!--", "-->"),
        b'!' => ("<!", ">"),
        b'?' => ("<?", ">"),
        _ => return None,
    };
    // A terminator that was missing once is missing for good; looking again would be quadratic.
    if unclosed.contains(&end) {
        return Some(&rest[start.len()..]);
    }
    if let Some(at) = rest[2..].find(end) {
        return Some(&rest[2 + at + end.len()..]);
    }
    unclosed.push(end);
    Some(&rest[start.len()..])
}

/// What follows the content of an unread element; `rest` itself when it is never closed.
fn past_unread<'a>(rest: &'a str, name: &'static str, unclosed: &mut Vec<&'static str>) -> &'a str {
    if unclosed.contains(&name) {
        return rest;
    }
    let close = rest.match_indices("</").find(|(at, _)| {
        let after = &rest.as_bytes()[at + 2..];
        after.len() > name.len()
            && after[..name.len()].eq_ignore_ascii_case(name.as_bytes())
            && !after[name.len()].is_ascii_alphanumeric()
    });
    if let Some((at, _)) = close {
        return &rest[at..];
    }
    unclosed.push(name);
    rest
}

/// A start or end tag, its attributes passed over.
struct Tag<'a> {
    name: &'a str,
    closing: bool,
}

impl<'a> Tag<'a> {
    /// Reads the tag at the start of `rest`; nothing when what stands there is text.
    ///
    /// Outside of quotes a tag ends at `<` at the latest, so that at most one search per kind of
    /// quote can run far ahead.
    fn read(rest: &'a str) -> Option<(Self, &'a str)> {
        let bytes = rest.as_bytes();
        let closing = bytes.get(1) == Some(&b'/');
        let start = if closing { 2 } else { 1 };
        if !bytes.get(start)?.is_ascii_alphabetic() {
            return None;
        }
        let length =
            bytes[start..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b':').count();
        let name = &rest[start..start + length];
        let mut quote = None;
        let mut before = b' ';
        for (at, byte) in bytes.iter().enumerate().skip(start + length) {
            match (quote, *byte) {
                (Some(open), b) if b == open => quote = None,
                (None, b @ (b'"' | b'\'')) if before == b'=' => quote = Some(b),
                (None, b'>') => return Some((Self { name, closing }, &rest[at + 1..])),
                (None, b'<') => return None,
                _ => {}
            }
            if !byte.is_ascii_whitespace() {
                before = *byte;
            }
        }
        None
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    fn is_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.is(name))
    }
}

/// Whether white space in a text says anything.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Spacing {
    Collapsed,
    Kept,
}

/// What parts the text so far from what comes next.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
enum Gap {
    #[default]
    None,
    Space,
    Line,
    Paragraph,
}

/// Text under construction.
#[derive(Default)]
struct Flow {
    text: String,
    gap: Gap,
}

impl Flow {
    fn push(&mut self, run: &str, spacing: Spacing) {
        for c in run.chars() {
            match c {
                '\n' if spacing == Spacing::Kept => self.end_line(),
                c if c.is_whitespace() => self.gap = self.gap.max(Gap::Space),
                c => {
                    self.close_gap();
                    self.text.push(c);
                }
            }
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        if tag.is("br") {
            self.end_line();
        } else if tag.is_any(PARAGRAPHS) {
            self.gap = Gap::Paragraph;
        } else if tag.is_any(LINES) {
            self.gap = self.gap.max(Gap::Line);
        } else if tag.is_any(CELLS) {
            self.gap = self.gap.max(Gap::Space);
        }
    }

    /// Two line ends in a row part paragraphs.
    fn end_line(&mut self) {
        self.gap = if self.gap < Gap::Line { Gap::Line } else { Gap::Paragraph };
    }

    fn close_gap(&mut self) {
        let gap = std::mem::take(&mut self.gap);
        if !self.text.is_empty() {
            self.text.push_str(match gap {
                Gap::None => "",
                Gap::Space => " ",
                Gap::Line => "\n",
                Gap::Paragraph => "\n\n",
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn html_becomes_what_a_reader_sees() {
        for (html, text) in [
            ("", ""),
            ("plain", "plain"),
            ("  a \n b\t c ", "a b c"),
            ("<p>One.</p>\n<p>Two.</p>", "One.\n\nTwo."),
            ("One.<br>Two.<br/><br />Three.", "One.\nTwo.\n\nThree."),
            ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
            ("<tr><td>a</td><td>b</td></tr>", "a b"),
            ("<b>bo</b>ld <i>x</i>", "bold x"),
            ("a<script>if (a < b) alert('</p>')</script>b", "ab"),
            ("a<STYLE>p{}</Style>b", "ab"),
            ("a<script>never closed", "anever closed"),
            ("a &lt;!--.b{c:d}--&gt;&lt;!--e--&gt; f &lt;!-- g", "a f <!-- g"),
            ("&lt;!--a--&gt;", ""),
            ("a<!-- <p>no</p> -->b", "ab"),
            ("a<!-- never closed", "a never closed"),
            ("<img alt=\"a > b\" src='x'>after", "after"),
            ("<a title=it's>link</a> 'quoted'", "link 'quoted'"),
            ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
            ("I <3 you", "I <3 you"),
            ("a <b", "a <b"),
            ("a <b <i>c</i>", "a <b c"),
            ("caf&eacute; &#8217;x&#x2019; &amp;amp;", "café ’x’ &amp;"),
            ("AT&T & Sons &c; a&b;", "AT&T & Sons &c; a&b;"),
            ("a&nbsp;b&#160;c", "a b c"),
            ("&#0;&#x1;a&#128;", "a€"),
            ("<pre>one\ntwo\n\nthree</pre>four\nfive", "one\ntwo\n\nthree\n\nfour five"),
            ("<![CDATA[<p>x</p>", "x"),
            ("<?php echo 1 ?>x", "x"),
            ("<div><div>x</div></div><o:p></o:p>y", "x\n\ny"),
        ] {
            assert_eq!(to_text(html), text, "{html}");
        }
    }

    #[test]
    fn markup_is_known_from_text() {
        for html in ["a<br>b", "<P CLASS=x>", "</p>", "x <a href='#'>y</a>"] {
            assert!(looks_like_html(html), "{html}");
        }
        for plain in ["", "<i> and <b>", "a < b > c", "<vendor> wins", "<3", "<p", "x <brother> y"]
        {
            assert!(!looks_like_html(plain), "{plain}");
        }
    }

    #[test]
    fn references_left_over_are_seen() {
        assert!(has_references("it&#8217;s"));
        assert!(has_references("a &amp; b"));
        assert!(!has_references("a & b; AT&T; &unknown;"));
    }

    #[test]
    fn plain_text_keeps_its_paragraphs() {
        assert_eq!(tidy(" a\r\n b \n\n\n c  d\n"), "a\nb\n\nc d");
        assert_eq!(one_line(" a\n\n b\u{a0}c "), "a b c");
    }

    proptest! {
        #[test]
        fn any_input_gives_tidy_text(html in "(<|>|&|;|p|br|/|!|-|\"|'|=|script|#1|amp| |\n|é){0,60}") {
            let text = to_text(&html);
            prop_assert!(text.len() <= 2 * html.len());
            prop_assert_eq!(text.trim(), &text);
            prop_assert!(!text.contains("\n\n\n") && !text.contains("  "));
        }

        #[test]
        fn text_without_markup_is_kept(text in "[a-z.,é]{1,8}( [a-z.,é]{1,8}){0,8}") {
            prop_assert_eq!(to_text(&text), text);
        }
    }
}
