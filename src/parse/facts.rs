//! What a document says of itself and its items, as written: the raw facts.

use url::Url;

use super::names::Name;
use crate::model::Hints;

/// So many fields of an item are kept.
const MAX_FIELDS: usize = 500;

/// A document taken apart.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) title: Option<Value>,
    /// The address of the site, to resolve links where nothing better is known.
    pub(super) link: Option<String>,
    pub(super) language: Option<String>,
    pub(super) hints: Hints,
    /// The address of the page with older items.
    pub(super) older: Option<String>,
    pub(super) items: Vec<Facts>,
    /// It ends before its root does.
    pub(super) truncated: bool,
    /// The first element, where it is not that of a feed.
    pub(super) stranger: Option<String>,
    /// Something was found that only feeds have.
    pub(super) is_feed: bool,
    /// What it is by its root.
    pub(super) format: Option<Format>,
}

/// What a document is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// RSS 0.91 to 2.0.
    Rss,
    /// RSS 0.90 and 1.0.
    Rdf,
    /// Atom 0.3 and 1.0.
    Atom,
    /// JSON Feed 1.x.
    Json,
    /// A sitemap, whose news entries are items (Google's extension for news).
    Sitemap,
    /// A sitemap of sitemaps, which has no items.
    SitemapIndex,
    /// ninjs 1.x to 3.x.
    Ninjs,
    /// dpa digitalwires.
    Digitalwires,
    /// Fingerpost's JSON.
    Fingerpost,
    /// AP Media API.
    ApMedia,
    /// NewsML-G2.
    NewsmlG2,
    /// NewsML 1.x.
    Newsml,
    /// NITF 3.x.
    Nitf,
    /// Ritzau's XML.
    Ritzau,
    /// IPTC 7901.
    Iptc7901,
    /// ANPA 1312.
    Anpa1312,
    /// A mail.
    Mail,
}

impl Format {
    /// Its name as people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rss => "RSS",
            Self::Rdf => "RSS (RDF)",
            Self::Atom => "Atom",
            Self::Json => "JSON Feed",
            Self::Sitemap => "sitemap",
            Self::SitemapIndex => "sitemap index",
            Self::Ninjs => "ninjs",
            Self::Digitalwires => "dpa digitalwires",
            Self::Fingerpost => "Fingerpost JSON",
            Self::ApMedia => "AP Media API",
            Self::NewsmlG2 => "NewsML-G2",
            Self::Newsml => "NewsML 1.x",
            Self::Nitf => "NITF",
            Self::Ritzau => "Ritzau XML",
            Self::Iptc7901 => "IPTC 7901",
            Self::Anpa1312 => "ANPA 1312",
            Self::Mail => "mail",
        }
    }
}

/// Which reading of texts and dates applies.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Family {
    /// Texts are HTML unless said otherwise.
    #[default]
    Rss,
    /// Texts say what they are.
    Atom,
}

/// One item as written.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) family: Family,
    /// `rdf:about`.
    pub(super) about: Option<String>,
    pub(super) language: Option<String>,
    /// What `xml:base` makes of the address of the document.
    pub(super) base: Option<Url>,
    pub(super) fields: Vec<Field>,
}

/// One element of an item.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: Name,
    pub(super) value: Value,
    pub(super) attributes: Attributes,
}

/// A text and how it is to be read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) form: Form,
}

/// How a text is to be read.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Form {
    #[default]
    Plain,
    Html,
}

/// The attributes that mean something somewhere, references decoded.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes(Vec<(&'static str, String)>);

/// The local names of those attributes.
const KNOWN: &[&str] = &[
    "about",
    "href",
    "ispermalink",
    "label",
    "mode",
    "rel",
    "resource",
    "src",
    "term",
    "type",
    "url",
];

impl Attributes {
    /// Keeps an attribute if its local name is known.
    pub(super) fn keep(&mut self, name: &str, value: &str) {
        let local = name.rsplit(':').next().unwrap_or(name);
        if let Some(known) = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(local))
            && self.get(known).is_none()
        {
            self.0.push((known, value.to_owned()));
        }
    }

    /// Whether a link with these leads to the thing itself (RFC 4287 section 4.2.7.2).
    pub(super) fn is_alternate(&self) -> bool {
        matches!(self.get("rel"), None | Some("" | "alternate"))
    }

    /// Whether a link with these leads to the page with older items (RFC 5005 sections 3 and 4).
    pub(super) fn leads_to_older(&self) -> bool {
        let rel = self.get("rel").unwrap_or_default();
        ["next", "prev-archive"].iter().any(|known| rel.eq_ignore_ascii_case(known))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.trim())
    }
}

impl Facts {
    /// Adds a field, up to the bound.
    pub(super) fn push(&mut self, name: Name, value: Value, attributes: Attributes) {
        if self.fields.len() < MAX_FIELDS {
            self.fields.push(Field { name, value, attributes });
        }
    }

    /// All fields of one name in the order of the document.
    pub(super) fn all(&self, name: Name) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.name == name)
    }

    /// The first field that says something, names before later names.
    pub(super) fn first(&self, names: &[Name]) -> Option<&Field> {
        names
            .iter()
            .find_map(|name| self.all(*name).find(|field| !field.value.text.trim().is_empty()))
    }

    /// The trimmed text of [`Self::first`].
    pub(super) fn text(&self, names: &[Name]) -> Option<&str> {
        self.first(names).map(|field| field.value.text.trim())
    }
}
