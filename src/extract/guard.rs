//! What is looked at before any parser of HTML: size, nesting and attributes, in one pass.
//!
//! Parsers of HTML take time that grows with the square of the nesting and of the attributes of a
//! tag, and their users call themselves once for each level. Real pages reach a depth of 510.

use std::collections::HashMap;

use super::Refusal;

/// The deepest nesting that is read, in elements.
pub const MAX_DEPTH: usize = 1024;

/// The most attributes of one tag that are read.
pub const MAX_ATTRIBUTES: usize = 1000;

/// Elements that are never closed.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Elements whose content is no markup.
const RAW: &[&str] =
    &["script", "style", "textarea", "title", "iframe", "xmp", "noembed", "noframes"];

/// Refuses a page whose markup no parser should see. Depth is that of tags as written: an element
/// is open until a tag of its name closes it.
pub(super) fn check(html: &str) -> Result<(), Refusal> {
    let mut open: HashMap<String, usize> = HashMap::new();
    let mut depth = 0;
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = after(comment, "-->");
        } else if let Some(closing) = rest.strip_prefix('/') {
            if let Some(count) = open.get_mut(&name(closing)).filter(|count| **count > 0) {
                *count -= 1;
                depth -= 1;
            }
        } else if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let name = name(rest);
            let (attributes, behind) = tag(&rest[name.len()..]);
            if attributes > MAX_ATTRIBUTES {
                return Err(Refusal::TooManyAttributes);
            }
            rest = behind;
            if RAW.contains(&name.as_str()) {
                rest = past_raw(rest, &name);
            } else if !VOID.contains(&name.as_str()) {
                *open.entry(name).or_default() += 1;
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Refusal::TooDeep);
                }
            }
        }
    }
    Ok(())
}

/// The name of a tag, in lower case, as long as it is written.
fn name(tag: &str) -> String {
    let end = tag.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'));
    tag[..end.unwrap_or(tag.len())].to_ascii_lowercase()
}

/// Where in a tag a character stands.
#[derive(Eq, PartialEq)]
enum Place {
    Between,
    Name,
    Value,
}

/// How many attributes a tag has behind its name, and what is behind it.
fn tag(rest: &str) -> (usize, &str) {
    let mut count = 0;
    let mut place = Place::Between;
    let mut bytes = rest.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'>' => return (count, &rest[at + 1..]),
            b'=' if place != Place::Value => {
                let value = rest[at + 1..].trim_ascii_start();
                let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
                place = Place::Value;
                if let Some(quote) = quote {
                    let begun = rest.len() - value.len() + 1;
                    let Some(length) = rest[begun..].find(quote) else { return (count, "") };
                    bytes.nth(begun + length - at - 1);
                    place = Place::Between;
                }
            }
            b'/' if place != Place::Value => place = Place::Between,
            byte if byte.is_ascii_whitespace() => place = Place::Between,
            _ if place == Place::Between => {
                place = Place::Name;
                count += 1;
            }
            _ => {}
        }
    }
    (count, "")
}

/// What is behind the end of a raw element; nothing where it does not end.
fn past_raw<'a>(rest: &'a str, name: &str) -> &'a str {
    let mut ends = rest.match_indices("</");
    let end = ends.find(|(at, _)| {
        let tag = &rest.as_bytes()[at + 2..];
        tag.len() >= name.len() && tag[..name.len()].eq_ignore_ascii_case(name.as_bytes())
    });
    end.map_or("", |(at, _)| after(&rest[at..], ">"))
}

fn after<'a>(text: &'a str, mark: &str) -> &'a str {
    text.split_once(mark).map_or("", |(_, behind)| behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_counted_by_what_is_open() {
        assert_eq!(check(&"<div>".repeat(MAX_DEPTH)), Ok(()));
        assert_eq!(check(&"<div>".repeat(MAX_DEPTH + 1)), Err(Refusal::TooDeep));
        assert_eq!(check(&"<B a='>'>".repeat(MAX_DEPTH + 1)), Err(Refusal::TooDeep));
        assert_eq!(check(&"<div><p>a</p></div>".repeat(5000)), Ok(()));
        assert_eq!(check(&"<div></p>".repeat(MAX_DEPTH + 1)), Err(Refusal::TooDeep));
        assert_eq!(check(&"<div></DIV ><br><img src=a/>a < b".repeat(5000)), Ok(()));
    }

    #[test]
    fn what_is_no_markup_is_not_counted() {
        for (start, end) in [("<!--", "-->"), ("<script>", "</Script >"), ("<title>", "</title>")] {
            let quoted = format!("{start}{}{end}<p>", "<div>".repeat(5000));
            assert_eq!(check(&quoted), Ok(()), "{start}");
            let behind = format!("{start}a{end}{}", "<div>".repeat(5000));
            assert_eq!(check(&behind), Err(Refusal::TooDeep), "{start}");
        }
        assert_eq!(check("<p title='"), Ok(()));
        assert_eq!(check("</"), Ok(()));
    }

    #[test]
    fn attributes_are_counted_for_each_tag() {
        let written = ["a ", "a=b ", "a = 'b c' ", "a=\"b > c\"", "é=b\n", "a/", "a=b/c='d "];
        for attribute in written {
            let most = format!("<p {}>", attribute.repeat(MAX_ATTRIBUTES));
            assert_eq!(check(&most.repeat(2).replace('p', "br")), Ok(()), "{attribute}");
            let more = format!("<p {}>", attribute.repeat(MAX_ATTRIBUTES + 1));
            assert_eq!(check(&more), Err(Refusal::TooManyAttributes), "{attribute}");
        }
    }
}
