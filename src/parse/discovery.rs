//! The feeds that a page says it has.

use url::Url;

use super::{
    Context, decode,
    repairs::Repairs,
    token::{Tag, Token, Tokens},
};
use crate::text::address;

/// So many feeds of a page are listed.
const MAX_FEEDS: usize = 50;

/// What a feed is said to be in a `type`.
const TYPES: &[&str] = &[
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/json",
    "application/xml",
    "text/xml",
];

/// Elements whose content is no markup.
const RAW: &[&str] = &["script", "style", "textarea", "title", "noscript"];

/// A feed that a page points to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Declared {
    /// Its address, made absolute by the page's `<base>`.
    pub url: String,
    /// What the page calls it.
    pub title: Option<String>,
}

/// The feeds that an HTML page declares (`<link rel="alternate" type="application/rss+xml" …>`), each
/// once, in the order of the page.
pub fn declared(bytes: &[u8], context: &Context<'_>) -> Vec<Declared> {
    let mut repairs = Repairs::default();
    let (text, _) = decode::decode(bytes, context, &mut repairs);
    let mut base = context.url.and_then(|url| Url::parse(url).ok());
    let mut tokens = Tokens::new(&text);
    let mut links = Vec::new();
    let mut raw: Option<&str> = None;
    while let Some(token) = tokens.next(&mut repairs) {
        match (token, raw) {
            (Token::End(name), Some(open)) if name.eq_ignore_ascii_case(open) => raw = None,
            (Token::Start(tag), None) if is(&tag, "base") => {
                if let Some(href) =
                    tag.value("href").and_then(|h| address::absolute(&h, base.as_ref()))
                {
                    base = Url::parse(&href).ok();
                }
            }
            (Token::Start(tag), None) if is(&tag, "link") => links.extend(link(&tag)),
            (Token::Start(tag), None) if RAW.iter().any(|name| is(&tag, name)) && !tag.is_empty => {
                raw = Some(tag.name);
            }
            _ => {}
        }
    }
    let mut found: Vec<Declared> = Vec::new();
    for (href, title) in links {
        let Some(url) = address::absolute(&href, base.as_ref()) else { continue };
        if found.len() < MAX_FEEDS && found.iter().all(|known| known.url != url) {
            found.push(Declared { url, title });
        }
    }
    found
}

fn link(tag: &Tag<'_>) -> Option<(String, Option<String>)> {
    let rel = tag.value("rel")?.to_ascii_lowercase();
    let kind = tag.value("type")?.to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let is_feed = rel.split_whitespace().any(|rel| rel == "alternate" || rel == "feed");
    if !is_feed || !TYPES.contains(&kind) {
        return None;
    }
    Some((tag.value("href")?, tag.value("title")))
}

fn is(tag: &Tag<'_>, name: &str) -> bool {
    tag.name.eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(page: &str) -> Vec<String> {
        let context = Context { url: Some("https://post.example/world/"), content_type: None };
        declared(page.as_bytes(), &context).into_iter().map(|feed| feed.url).collect()
    }

    #[test]
    fn feeds_are_found_where_a_page_declares_them() {
        let page = "<!doctype html><html><head><title>a <link rel=alternate \
             type='application/rss+xml' href=/in-title></title>\
             <script>'<link rel=alternate type=\"application/rss+xml\" href=\"/in-script\">'</script>\
             <!-- <link rel=alternate type='application/rss+xml' href=/in-comment> -->\
             <LINK REL='Alternate nofollow' TYPE='Application/RSS+xml; charset=utf-8' HREF='rss?a=1&amp;b' title='All &amp; one'>\
             <link rel=alternate type=application/atom+xml href=/atom.xml>\
             <link rel=alternate type=application/feed+json href=//cdn.example/feed.json>\
             <link rel=alternate type=application/atom+xml href=/atom.xml>\
             <link rel=stylesheet type=text/css href=/style.css>\
             <link rel=alternate hreflang=ur href=/ur>\
             <link rel=alternate type=application/rss+xml href=javascript:x>";
        assert_eq!(
            urls(page),
            [
                "https://post.example/world/rss?a=1&b",
                "https://post.example/atom.xml",
                "https://cdn.example/feed.json",
            ]
        );
        let context = Context { url: Some("https://post.example/"), content_type: None };
        assert_eq!(declared(page.as_bytes(), &context)[0].title.as_deref(), Some("All & one"));
    }

    #[test]
    fn the_base_of_a_page_counts_wherever_it_stands() {
        let page = "<link rel=alternate type=text/xml href=feed><base href='/en/'>";
        assert_eq!(urls(page), ["https://post.example/en/feed"]);
        assert_eq!(
            urls("<base href='javascript:x'><link rel=feed type=text/xml href=f>"),
            ["https://post.example/world/f"]
        );
        assert_eq!(urls("<p>No feed here"), [""; 0]);
    }
}
