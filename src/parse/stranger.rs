//! What a document is when it is no feed, in words that help.

use crate::{model::Item, text::html};

/// How much of a page is looked at, in bytes.
const HEAD: usize = 64 * 1024;

/// The longest title that is repeated, in characters.
const MAX_TITLE: usize = 80;

/// Says what a document is. `root` is its first element, where it has one.
pub(super) fn describe(text: &str, root: Option<&str>) -> String {
    let trimmed = text.trim_start();
    if trimmed.is_empty() {
        return "an empty document, not a feed".to_owned();
    }
    if trimmed.starts_with(['{', '[']) {
        return "a JSON document without the items of a JSON Feed".to_owned();
    }
    if trimmed.starts_with("%PDF") {
        return "a PDF, not a feed".to_owned();
    }
    match root {
        Some(root) if is_page(root, trimmed) => match title(trimmed) {
            Some(title) => format!("an HTML page titled \"{title}\", not a feed"),
            None => "an HTML page, not a feed".to_owned(),
        },
        Some(root) => format!("an XML document that begins with `<{root}>`, not a feed"),
        None if is_page("", trimmed) => "an HTML page, not a feed".to_owned(),
        None => "neither XML nor JSON, so not a feed".to_owned(),
    }
}

fn is_page(root: &str, text: &str) -> bool {
    let is_doctype = text.get(..14).is_some_and(|head| head.eq_ignore_ascii_case("<!doctype html"));
    is_doctype || ["html", "head", "body", "title"].iter().any(|n| root.eq_ignore_ascii_case(n))
}

/// Says what a sitemap of sitemaps is; `sitemaps` are those it names.
pub(super) fn describe_index(sitemaps: &[Item]) -> String {
    let newest = sitemaps.iter().max_by_key(|sitemap| sitemap.updated);
    let newest = newest.and_then(|newest| newest.url.as_deref());
    let newest = newest.map(|url| format!("; the newest is {url}")).unwrap_or_default();
    format!("a sitemap of {} sitemaps, of which each is a feed of its own{newest}", sitemaps.len())
}

fn title(text: &str) -> Option<String> {
    let mut end = text.len().min(HEAD);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = &text[..end];
    // ASCII lower case keeps every position.
    let lower = head.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let start = open + lower[open..].find('>')? + 1;
    let length = lower[start..].find("</title")?;
    let title = html::one_line(&html::unescape(&head[start..start + length]));
    let short: String = title.chars().take(MAX_TITLE).collect();
    Some(if short.len() < title.len() { format!("{short}…") } else { short })
        .filter(|title| !title.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_feed_is_called_by_its_name() {
        for (text, root, wanted) in [
            (" \n", None, "an empty document, not a feed"),
            ("{}", None, "a JSON document without the items of a JSON Feed"),
            ("%PDF-1.7", None, "a PDF, not a feed"),
            (
                "<!DOCTYPE html><html><head><TITLE lang=x>Log\n in &amp; read</TITLE>",
                Some("html"),
                "an HTML page titled \"Log in & read\", not a feed",
            ),
            ("<!doctype HTML>", None, "an HTML page, not a feed"),
            ("<opml>", Some("opml"), "an XML document that begins with `<opml>`, not a feed"),
            ("503", None, "neither XML nor JSON, so not a feed"),
        ] {
            assert_eq!(describe(text, root), wanted, "{text}");
        }
    }
}
