//! What the elements of all formats are called, by namespace or, failing that, by habit.

use std::collections::HashMap;

/// So many namespace declarations of a document are remembered.
const MAX_PREFIXES: usize = 200;

/// A vocabulary.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Space {
    /// RSS and Atom in all versions, and whatever a feed uses as its own default.
    Core,
    Content,
    Dublin,
    DublinTerms,
    Feedburner,
    Itunes,
    Media,
    News,
    Rdf,
    Sitemap,
    Syndication,
    Xhtml,
    Other,
}

/// What is kept of an item or a channel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Name {
    AltTitle,
    Author,
    Body,
    Category,
    Content,
    Created,
    Creator,
    Day,
    Description,
    DublinDate,
    Email,
    Encoded,
    Guid,
    Hour,
    Id,
    Identifier,
    ItunesAuthor,
    ItunesSummary,
    Keywords,
    Language,
    Link,
    MediaDescription,
    OriginalLink,
    Person,
    Published,
    Source,
    Subject,
    Summary,
    Title,
    Ttl,
    Updated,
    UpdateFrequency,
    UpdatePeriod,
}

/// Where a headline stands, best first; likewise below.
pub(super) const TITLE: &[Name] = &[Name::Title, Name::AltTitle];
pub(super) const SUMMARY: &[Name] =
    &[Name::Description, Name::Summary, Name::ItunesSummary, Name::MediaDescription];
pub(super) const CONTENT: &[Name] = &[Name::Encoded, Name::Content, Name::Body];
pub(super) const PUBLISHED: &[Name] = &[Name::Published, Name::DublinDate, Name::Created];
pub(super) const UPDATED: &[Name] = &[Name::Updated];

/// What an element does to the shape of a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Element {
    Rss,
    Rdf,
    Feed,
    Channel,
    /// The root of a sitemap.
    Urlset,
    /// The root of a sitemap of sitemaps.
    SitemapIndex,
    /// RSS `item`, `url` and `sitemap` of a sitemap.
    Item,
    /// Atom `entry`.
    Entry,
    /// Holds text.
    Leaf(Name),
    /// Holds text or leaves of its own.
    Author,
    Source,
    /// Holds leaves that belong to the item.
    Group,
    Other,
}

impl Element {
    /// Whether it holds all items of a document.
    pub(super) fn is_root(self) -> bool {
        matches!(
            self,
            Self::Rss | Self::Rdf | Self::Feed | Self::Channel | Self::Urlset | Self::SitemapIndex
        )
    }
}

/// Prefixes declared so far; one table for the document, since feeds do not shadow them.
#[derive(Default)]
pub(super) struct Prefixes(HashMap<String, Space>);

impl Prefixes {
    /// Remembers a declaration if it names a vocabulary that is known.
    pub(super) fn declare(&mut self, prefix: &str, uri: &str) {
        if let Some(space) = by_uri(uri)
            && self.0.len() < MAX_PREFIXES
        {
            self.0.insert(prefix.to_owned(), space);
        }
    }

    /// What an element with this name means where `default` is the default vocabulary.
    pub(super) fn element(&self, name: &str, default: Space) -> Element {
        let (space, local) = match name.rsplit_once(':') {
            None if is_item(name) => (Space::Core, name),
            None | Some(("", _)) => (default, name.trim_start_matches(':')),
            Some((prefix, local)) => {
                let declared = self.0.get(prefix).copied();
                (declared.unwrap_or_else(|| by_habit(prefix)), local)
            }
        };
        if local.len() > LONGEST {
            return Element::Other;
        }
        element(space, &local.to_ascii_lowercase())
    }
}

/// Whether a name is that of an item in whatever vocabulary it stands: an element that was left open
/// may have changed the default, and no other vocabulary has these.
pub(super) fn is_item(name: &str) -> bool {
    ["item", "entry"].iter().any(|item| name.eq_ignore_ascii_case(item))
}

/// No local name of [`element`] is longer, in bytes.
const LONGEST: usize = 16;

/// The vocabulary of a namespace, its spelling variants included.
pub(super) fn by_uri(uri: &str) -> Option<Space> {
    let uri = uri.trim().trim_end_matches('/').to_ascii_lowercase();
    let uri = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://")).unwrap_or(&uri);
    let space = match uri {
        "purl.org/rss/1.0"
        | "purl.org/net/rss1.1#"
        | "my.netscape.com/rdf/simple/0.9"
        | "channel.netscape.com/rdf/simple/0.9"
        | "backend.userland.com/rss"
        | "backend.userland.com/rss2"
        | "backend.userland.com/rss091"
        | "backend.userland.com/rss092"
        | "blogs.law.harvard.edu/tech/rss"
        | "cyber.law.harvard.edu/rss"
        | "www.w3.org/2005/atom"
        | "purl.org/atom/ns#" => Space::Core,
        "purl.org/rss/1.0/modules/content" => Space::Content,
        "purl.org/dc/elements/1.0" | "purl.org/dc/elements/1.1" => Space::Dublin,
        "purl.org/dc/terms" => Space::DublinTerms,
        "rssnamespace.org/feedburner/ext/1.0" => Space::Feedburner,
        "www.itunes.com/dtds/podcast-1.0.dtd" => Space::Itunes,
        "www.google.com/schemas/sitemap-news/0.9" => Space::News,
        "www.sitemaps.org/schemas/sitemap/0.9" | "www.google.com/schemas/sitemap/0.84" => {
            Space::Sitemap
        }
        "search.yahoo.com/mrss" | "video.search.yahoo.com/mrss" | "www.rssboard.org/media-rss" => {
            Space::Media
        }
        "www.w3.org/1999/02/22-rdf-syntax-ns#" => Space::Rdf,
        "purl.org/rss/1.0/modules/syndication" => Space::Syndication,
        "www.w3.org/1999/xhtml" => Space::Xhtml,
        _ => return None,
    };
    Some(space)
}

/// The vocabulary that a prefix usually stands for.
fn by_habit(prefix: &str) -> Space {
    match prefix.to_ascii_lowercase().as_str() {
        "rss" | "atom" | "atom10" | "atom03" | "a10" => Space::Core,
        "content" => Space::Content,
        "dc" => Space::Dublin,
        "dcterms" => Space::DublinTerms,
        "feedburner" => Space::Feedburner,
        "itunes" => Space::Itunes,
        "media" => Space::Media,
        "news" => Space::News,
        "rdf" => Space::Rdf,
        "sy" => Space::Syndication,
        "xhtml" => Space::Xhtml,
        _ => Space::Other,
    }
}

fn element(space: Space, local: &str) -> Element {
    let name = match (space, local) {
        (Space::Core, "rss") => return Element::Rss,
        (Space::Core | Space::Rdf, "rdf") => return Element::Rdf,
        (Space::Core, "feed") => return Element::Feed,
        (Space::Core, "channel") => return Element::Channel,
        (Space::Core | Space::Sitemap, "urlset") => return Element::Urlset,
        (Space::Core | Space::Sitemap, "sitemapindex") => return Element::SitemapIndex,
        (Space::Core, "item") | (Space::Sitemap, "url" | "sitemap") => return Element::Item,
        (Space::Core, "entry") => return Element::Entry,
        (Space::Core, "author") => return Element::Author,
        (Space::Core, "source") => return Element::Source,
        (Space::Media, "group" | "content") | (Space::News, "news" | "publication") => {
            return Element::Group;
        }
        (Space::Core, "guid") => Name::Guid,
        (Space::Core, "id") => Name::Id,
        (Space::Dublin, "identifier") => Name::Identifier,
        (Space::Core, "link") | (Space::Sitemap, "loc") => Name::Link,
        (Space::Feedburner, "origlink") => Name::OriginalLink,
        (Space::Core | Space::News, "title") => Name::Title,
        (Space::Dublin | Space::DublinTerms | Space::Media, "title") => Name::AltTitle,
        (Space::Core, "pubdate" | "published" | "issued") | (Space::News, "publication_date") => {
            Name::Published
        }
        (Space::Dublin, "date") | (Space::DublinTerms, "created" | "issued" | "date") => {
            Name::DublinDate
        }
        (Space::Core, "created") => Name::Created,
        (Space::Core, "updated" | "modified" | "lastbuilddate")
        | (Space::DublinTerms, "modified")
        | (Space::Sitemap, "lastmod") => Name::Updated,
        (Space::Core | Space::Dublin, "description") => Name::Description,
        (Space::Core, "summary") => Name::Summary,
        (Space::Media, "description") => Name::MediaDescription,
        (Space::Itunes, "summary") => Name::ItunesSummary,
        (_, "encoded") => Name::Encoded,
        (Space::Core, "content") => Name::Content,
        (Space::Core | Space::Xhtml, "body") => Name::Body,
        (Space::Dublin, "creator") => Name::Creator,
        (Space::Itunes, "author") => Name::ItunesAuthor,
        (Space::Core, "name") => Name::Person,
        (Space::Core, "email") => Name::Email,
        (Space::Core, "category") => Name::Category,
        (Space::Dublin, "subject") => Name::Subject,
        (Space::Core | Space::Dublin | Space::News, "language") => Name::Language,
        (Space::News, "name") => Name::Source,
        (Space::News, "keywords") => Name::Keywords,
        (Space::Core, "ttl") => Name::Ttl,
        (Space::Core, "hour") => Name::Hour,
        (Space::Core, "day") => Name::Day,
        (Space::Syndication, "updateperiod") => Name::UpdatePeriod,
        (Space::Syndication, "updatefrequency") => Name::UpdateFrequency,
        _ => return Element::Other,
    };
    Element::Leaf(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_by_namespace_and_by_habit() {
        let mut prefixes = Prefixes::default();
        prefixes.declare("x", "http://purl.org/dc/elements/1.1/");
        prefixes.declare("dc", "urn:something-else");
        for (name, element) in [
            ("item", Element::Item),
            ("ITEM", Element::Item),
            ("x:creator", Element::Leaf(Name::Creator)),
            ("dc:creator", Element::Leaf(Name::Creator)),
            ("media:title", Element::Leaf(Name::AltTitle)),
            ("media:content", Element::Group),
            ("content:encoded", Element::Leaf(Name::Encoded)),
            ("pubDate", Element::Leaf(Name::Published)),
            ("atom:link", Element::Leaf(Name::Link)),
            ("foo:title", Element::Other),
            ("news:publication_date", Element::Leaf(Name::Published)),
            ("url", Element::Other),
            ("updateFrequency", Element::Other),
            ("a-name-that-nobody-knows", Element::Other),
        ] {
            assert_eq!(prefixes.element(name, Space::Core), element, "{name}");
        }
        assert_eq!(prefixes.element("title", Space::Xhtml), Element::Other);
        assert_eq!(prefixes.element("url", Space::Sitemap), Element::Item);
        assert_eq!(prefixes.element("item", Space::Xhtml), Element::Item);
    }
}
