//! What a page says of itself: its JSON-LD first, then `meta` elements, then marks in its text.

use dom_query::{Document, Selection};
use jiff::Timestamp;
use url::Url;

use super::{Page, linked_data::Article};
use crate::{
    parse,
    text::{address, html, normal},
};

/// How far into a page its encoding is looked for, in bytes.
const HEAD: usize = 4096;

/// A line of authors is no longer, in characters.
const LONGEST_BYLINE: usize = 160;

/// The paragraph below a headline is no shorter, in characters.
const SHORTEST_STANDFIRST: usize = 40;

/// Names of `meta` elements, the best first.
const TITLES: &[&str] = &["og:title", "twitter:title", "title", "dc.title"];
const DESCRIPTIONS: &[&str] = &["og:description", "description", "twitter:description"];
const AUTHORS: &[&str] =
    &["author", "article:author", "parsely-author", "dc.creator", "byl", "sailthru.author"];
const DATES: &[&str] = &[
    "article:published_time",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "publish-date",
    "pubdate",
    "cxenseparse:recs:publishtime",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "date",
];
const PUBLISHERS: &[&str] = &["og:site_name", "application-name", "dc.publisher"];

/// Where the line of authors stands in a page, the surest first.
const BYLINES: &[&str] = &[
    "[itemprop=author]",
    "[class*=byline]",
    "[class*=Byline]",
    "[rel=author]",
    "[class*=author-name]",
    "[class*=authors]",
    "[class*=author]",
    "[class*=Author]",
];

/// What stands in front of names.
const BEFORE_NAMES: &[&str] = &["by ", "von ", "par ", "por ", "di ", "door ", "av ", "author: "];

/// What stands between the last two.
const BETWEEN_NAMES: &[&str] = &[" and ", " und ", " et ", " og ", " och ", " & "];

/// Reads all but the text, for which stands what the page's JSON-LD has of it.
pub(super) fn read(document: &Document, linked: Article, base: Option<&Url>) -> Page {
    let stated = Stated::read(document);
    let byline = byline(document);
    let credits = [linked.authors, stated.all(AUTHORS), byline.iter().cloned().collect()];
    let credits = credits.iter().map(|lines| authors(lines)).find(|names| !names.is_empty());
    let published = linked.published.as_deref().and_then(parse::moment);
    Page {
        url: url(document, &stated, base),
        title: title(document, linked.title, &stated),
        authors: credits.unwrap_or_default(),
        published: published.or_else(|| stated.moment(DATES)).or_else(|| time(document)),
        publisher: linked.publisher.or_else(|| stated.first(PUBLISHERS)),
        language: language(document, linked.language.as_deref(), &stated),
        byline,
        is_free: linked.is_free,
        text: linked.text,
        is_doubtful: true,
    }
}

/// The paragraph below the headline: a description of the page that the page prints as well.
pub(super) fn standfirst(document: &Document, linked: &Article) -> Option<String> {
    let stated = Stated::read(document);
    let stated = DESCRIPTIONS.iter().filter_map(|name| stated.first(&[name]));
    let printed = words(&html::to_text(&document.select("body").inner_html())).join(" ");
    linked.description.clone().into_iter().chain(stated).find(|said| {
        let words = words(said).join(" ");
        words.chars().count() >= SHORTEST_STANDFIRST
            && !said.ends_with('…')
            && !said.ends_with("...")
            && printed.contains(&words)
    })
}

/// The `Content-Type` that a page gives itself, where it names an encoding.
pub(super) fn charset(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let mut tags = head.split("<meta").skip(1).map(|tag| tag.split('>').next().unwrap_or_default());
    let value = tags.find_map(|tag| tag.split_once("charset")?.1.trim_start().strip_prefix('='))?;
    let value = value.trim_start().trim_start_matches(['"', '\'']);
    let end = value.find(|c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\'' | ';' | '/'));
    Some(format!("text/html; charset={}", &value[..end.unwrap_or(value.len())]))
}

/// The `meta` elements: names in lower case, and what they state.
struct Stated(Vec<(String, String)>);

impl Stated {
    fn read(document: &Document) -> Self {
        let mut stated = Vec::new();
        for element in &document.select("meta[content]") {
            for key in ["property", "name", "itemprop", "http-equiv"] {
                let content = line(&element.attr_or("content", ""));
                if let Some(name) = element.attr(key).filter(|_| !content.is_empty()) {
                    stated.push((name.to_ascii_lowercase(), content));
                }
            }
        }
        Self(stated)
    }

    /// What stands under the first of the names under which more than an address stands.
    fn all(&self, names: &[&str]) -> Vec<String> {
        let under = |name: &&str| -> Vec<String> {
            let stated = self.0.iter().filter(|(key, content)| key == name && !is_address(content));
            stated.map(|(_, content)| content.clone()).collect()
        };
        names.iter().map(under).find(|stated| !stated.is_empty()).unwrap_or_default()
    }

    fn first(&self, names: &[&str]) -> Option<String> {
        self.all(names).into_iter().next()
    }

    fn moment(&self, names: &[&str]) -> Option<Timestamp> {
        names.iter().flat_map(|name| self.all(&[name])).find_map(|date| parse::moment(&date))
    }
}

fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://") || text.starts_with("//")
}

fn line(text: &str) -> String {
    normal::line(&html::unescape(text))
}

/// The text of the first of what was selected that has any, with its parts set apart.
fn first_text(selection: &Selection<'_>) -> Option<String> {
    let texts = selection.iter().map(|one| normal::line(&html::to_text(&one.inner_html())));
    texts.into_iter().find(|text| !text.is_empty())
}

/// The headline: of what the page calls so, the first that another begins with, else the first.
fn title(document: &Document, linked: Option<String>, stated: &Stated) -> Option<String> {
    let heading = first_text(&document.select("h1"));
    let said: Vec<String> = linked.into_iter().chain(stated.first(TITLES)).chain(heading).collect();
    let words: Vec<_> = said.iter().map(|title| words(title)).collect();
    let confirmed = (0..said.len()).find(|&at| {
        !words[at].is_empty()
            && (0..said.len()).any(|by| by != at && words[by].starts_with(&words[at]))
    });
    let chosen = said.into_iter().nth(confirmed.unwrap_or(0));
    chosen.or_else(|| first_text(&document.select("title")))
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn byline(document: &Document) -> Option<String> {
    let lines = BYLINES.iter().filter_map(|place| first_text(&document.select(place)));
    lines.into_iter().find(|line| line.chars().count() <= LONGEST_BYLINE)
}

/// The names in lines of authors, each once.
fn authors(lines: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in lines.iter().flat_map(|line| names(line)) {
        if !found.iter().any(|known| known.to_lowercase() == name.to_lowercase()) {
            found.push(name);
        }
    }
    found
}

/// The names in a line of authors.
fn names(line: &str) -> Vec<String> {
    let lower = line.to_lowercase();
    let start = BEFORE_NAMES.iter().find(|start| lower.starts_with(**start));
    let line = line.get(start.map_or(0, |start| start.len())..).unwrap_or(line);
    let mut parts: Vec<&str> = line.split([',', ';', '|', '•', '·']).collect();
    for word in BETWEEN_NAMES {
        parts = parts.into_iter().flat_map(|part| part.split(word)).collect();
    }
    let is_name = |name: &String| name.contains(char::is_alphabetic) && !is_address(name);
    parts.into_iter().map(normal::line).filter(is_name).collect()
}

fn time(document: &Document) -> Option<Timestamp> {
    let marks = document.select("[itemprop=datePublished], time[datetime]");
    marks.iter().find_map(|mark| {
        let written = mark.attr("datetime").or_else(|| mark.attr("content"));
        parse::moment(&written.unwrap_or_else(|| mark.text()))
    })
}

/// The page's own address, unless that is only the address of its site.
fn url(document: &Document, stated: &Stated, base: Option<&Url>) -> Option<String> {
    let link = document.select("link[rel~=canonical][href]").iter().next();
    let link = link.map(|link| line(&link.attr_or("href", "")));
    let shared = stated.0.iter().find(|(name, _)| name == "og:url").map(|(_, url)| url.clone());
    let mut own =
        [link, shared].into_iter().flatten().filter_map(|url| address::absolute(&url, base));
    let is_of_page =
        |url: &String| address::canonical(url).is_some_and(|url| !address::is_site(&url));
    own.find(is_of_page).or_else(|| base.map(|url| url.to_string()))
}

fn language(document: &Document, linked: Option<&str>, stated: &Stated) -> Option<String> {
    let root = document.select("html").attr("lang").map(|lang| lang.to_string());
    let meta = stated.first(&["content-language", "og:locale", "language", "dc.language"]);
    let said = [root.as_deref(), linked, meta.as_deref()];
    said.into_iter().flatten().map(|tag| tag.trim().replace('_', "-")).find(|tag| {
        let first = tag.split('-').next().unwrap_or_default();
        matches!(first.len(), 2 | 3)
            && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && first.bytes().all(|b| b.is_ascii_alphabetic())
    })
}
