//! The frame of every page, and small things that many pages show.

use std::ops::Range;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};

use super::assets;
use crate::alert::Excerpt;

/// Where a page is in the navigation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Tab {
    None,
    Desk,
    Rules,
    Try,
    Feeds,
    Deliveries,
    Problems,
    Configuration,
}

const TABS: &[(Tab, &str, &str)] = &[
    (Tab::Desk, "/", "Desk"),
    (Tab::Rules, "/rules", "Rules"),
    (Tab::Try, "/try", "Try a query"),
    (Tab::Feeds, "/feeds", "Feeds"),
    (Tab::Deliveries, "/deliveries", "Deliveries"),
    (Tab::Problems, "/problems", "Problems"),
    (Tab::Configuration, "/configuration", "Configuration"),
];

/// A whole page.
pub(super) fn page(title: &str, tab: Tab, body: &Markup) -> Response {
    let whole = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – Wiredesk" }
                link rel="stylesheet" href=(assets::STYLE.link());
                link rel="icon" href=(assets::ICON.link()) type="image/svg+xml";
                link rel="alternate" href="/feed.atom" type="application/atom+xml" title="Everything that was told";
                script src=(assets::SCRIPT.link()) defer {}
            }
            body {
                a.skip href="#main" { "Skip to the page" }
                header {
                    a.brand href="/" { "Wiredesk" }
                    nav aria-label="Pages" {
                        ul {
                            @for (at, href, name) in TABS {
                                li { a href=(href) aria-current=[(*at == tab).then_some("page")] { (name) } }
                            }
                        }
                    }
                }
                main #main tabindex="-1" { (body) }
                footer {
                    p {
                        "Wiredesk " (env!("CARGO_PKG_VERSION")) ". All times are UTC. "
                        a href="/api/v1/openapi.json" { "API" } " · "
                        a href="/feed.atom" { "Atom feed" } " · "
                        a href="/metrics" { "Metrics" }
                    }
                }
            }
        }
    };
    fragment(whole)
}

/// A part of a page, for the script.
pub(super) fn fragment(markup: Markup) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], markup.into_string()).into_response()
}

/// A moment, to the minute.
pub(super) fn time(at: Timestamp) -> Markup {
    html! { time datetime=(format!("{at:.0}")) { (at.strftime("%Y-%m-%d %H:%M")) } }
}

/// A moment, to the second.
pub(super) fn exact(at: Timestamp) -> Markup {
    html! { time datetime=(format!("{at:.0}")) { (at.strftime("%Y-%m-%d %H:%M:%S")) } }
}

/// A link to a page of a newspaper: only on the web, and without telling it where from.
pub(super) fn outward(url: Option<&str>, text: &str) -> Markup {
    let url = url.filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    html! {
        @if let Some(url) = url { a href=(url) rel="noreferrer external" { (text) } }
        @else { (text) }
    }
}

/// A sentence with its words marked.
pub(super) fn sentence(excerpt: &Excerpt) -> Markup {
    marked(&excerpt.text, &excerpt.marks)
}

/// A text with bytes of it marked; marks are sorted and apart.
pub(super) fn marked(text: &str, marks: &[Range<usize>]) -> Markup {
    let mut at = 0;
    let mut pieces = Vec::new();
    for mark in marks {
        let (Some(before), Some(inside)) = (text.get(at..mark.start), text.get(mark.clone()))
        else {
            continue;
        };
        pieces.push((before, inside));
        at = mark.end;
    }
    html! {
        @for (before, inside) in pieces { (before) mark { (inside) } }
        (text.get(at..).unwrap_or_default())
    }
}

/// A text in its paragraphs, with bytes of it marked.
pub(super) fn paragraphs(text: &str, marks: &[Range<usize>]) -> Markup {
    let mut at = 0;
    let mut all = Vec::new();
    for part in text.split("\n\n") {
        let (start, end) = (at, at + part.len());
        at = end + 2;
        if part.trim().is_empty() {
            continue;
        }
        let inside = marks.iter().filter(|mark| mark.start < end && mark.end > start);
        let inside = inside.map(|mark| mark.start.max(start) - start..mark.end.min(end) - start);
        all.push(marked(part, &inside.collect::<Vec<_>>()));
    }
    html! { @for part in all { p { (part) } } }
}

/// The address of another page, with what stands in a path or a query made safe.
pub(super) fn quoted(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// An address without its query, which may hold a token.
pub(super) fn bare(url: &str) -> String {
    match url.split_once('?') {
        Some((bare, _)) => format!("{bare}?…"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_markup_of_others_stay_apart() {
        let shown = marked("<b>Eis</b> & Öl", &[3..6, 13..16]).into_string();
        assert_eq!(shown, "&lt;b&gt;<mark>Eis</mark>&lt;/b&gt; &amp; <mark>Öl</mark>");
        let shown = paragraphs("ab cd\n\nef gh", std::slice::from_ref(&(3..9))).into_string();
        assert_eq!(shown, "<p>ab <mark>cd</mark></p><p><mark>ef</mark> gh</p>");
        assert_eq!(
            marked("ö", std::slice::from_ref(&(1..2))).into_string(),
            "ö",
            "not a boundary of a character"
        );
    }

    #[test]
    fn only_pages_of_the_web_are_linked() {
        assert_eq!(outward(Some("javascript:alert(1)"), "x").into_string(), "x");
        assert_eq!(
            outward(Some("https://a.example/\"><script>"), "x").into_string(),
            "<a href=\"https://a.example/&quot;&gt;&lt;script&gt;\" rel=\"noreferrer external\">x</a>"
        );
        assert_eq!(bare("https://a.example/f?key=1"), "https://a.example/f?…");
        assert_eq!(quoted("a b/ö&"), "a%20b%2F%C3%B6%26");
    }
}
