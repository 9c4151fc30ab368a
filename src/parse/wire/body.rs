//! The text of an agency's document: NITF, XHTML and what vendors made of both.

use super::tree::{Child, Node};
use crate::text::html;

/// Elements whose content is no part of the text: metadata, captions, what only programs read.
const UNREAD: &[&str] = &[
    "head",
    "style",
    "script",
    "title",
    "media",
    "img",
    "figure",
    "figcaption",
    "meta",
    "bild",
    "byline",
    "dateline",
];

/// Elements that stand within a line.
const INLINE: &[&str] = &[
    "a",
    "abbr",
    "alt-code",
    "b",
    "big",
    "chron",
    "city",
    "classifier",
    "cite",
    "copyrite",
    "country",
    "dfn",
    "em",
    "event",
    "fn",
    "font",
    "frac",
    "function",
    "i",
    "ins",
    "lang",
    "location",
    "mark",
    "money",
    "name.given",
    "num",
    "object.title",
    "org",
    "person",
    "postaddr",
    "pronounce",
    "q",
    "region",
    "s",
    "small",
    "span",
    "state",
    "strike",
    "strong",
    "sub",
    "sublocation",
    "sup",
    "time",
    "tt",
    "u",
    "virtloc",
];

/// Elements that mean in HTML what they mean here.
const KEPT: &[&str] = &[
    "p",
    "br",
    "table",
    "tr",
    "td",
    "th",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "pre",
    "hr",
    "blockquote",
    "caption",
];

/// Those of them that hold nothing.
const VOID: &[&str] = &["br", "hr"];

/// Characters of markup that one text becomes at most, beyond which nothing is read.
const MAX_MARKUP: usize = 20 * 1024 * 1024;

/// The plain text of an element, paragraphs parted by a blank line; nothing where there is none.
pub(super) fn text(node: &Node<'_>) -> Option<String> {
    let mut markup = String::new();
    let is_markup = node.nodes().next().is_none() && {
        let characters = node.characters();
        html::looks_like_html(&characters) && {
            markup = characters;
            true
        }
    };
    if !is_markup {
        write(node, false, &mut markup);
    }
    let text = html::to_text(&markup);
    Some(text).filter(|text| !text.is_empty())
}

/// Writes an element as the HTML that `text::html` reads.
fn write(node: &Node<'_>, is_preformatted: bool, out: &mut String) {
    for child in &node.children {
        if out.len() > MAX_MARKUP {
            return;
        }
        match child {
            Child::Text(text) if is_preformatted => escape(text, out),
            Child::Text(text) => {
                // Line ends are those of the file, not of the text.
                let starts = text.starts_with(char::is_whitespace);
                let ends = text.ends_with(char::is_whitespace);
                if starts {
                    out.push(' ');
                }
                escape(&html::one_line(text), out);
                if ends {
                    out.push(' ');
                }
            }
            Child::Node(inner) if UNREAD.iter().any(|name| inner.is(name)) => {}
            Child::Node(inner) if INLINE.iter().any(|name| inner.is(name)) => {
                write(inner, is_preformatted, out);
            }
            Child::Node(inner) => {
                let name = KEPT.iter().find(|name| inner.is(name)).copied().unwrap_or("div");
                out.extend(["<", name, ">"]);
                write(inner, is_preformatted || name == "pre", out);
                if !VOID.contains(&name) {
                    out.extend(["</", name, ">"]);
                }
            }
        }
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
}
