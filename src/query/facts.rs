//! What an article offers to a query, and what a query answers.

use std::{cmp::Ordering, ops::Range};

use jiff::Timestamp;

use super::field::Field;

/// What is known of one article alone; borrowed from whoever has it.
#[derive(Clone, Debug, Default)]
pub struct Facts<'a> {
    /// Headline.
    pub title: &'a str,
    /// Standfirst.
    pub summary: &'a str,
    /// Plain text.
    pub body: &'a str,
    /// Authors.
    pub authors: &'a [String],
    /// What `source:` looks at: publisher, feed name, RSS `<source>`, stated agencies (id and name).
    pub sources: Vec<&'a str>,
    /// What `agency:` and `credit:` look at: stated agencies (id and name).
    pub agencies: Vec<&'a str>,
    /// What `publisher:` looks at: every name of the paper.
    pub publishers: Vec<&'a str>,
    /// What `feed:` looks at.
    pub feed: Option<&'a str>,
    /// What `category:` looks at.
    pub categories: &'a [String],
    /// What `tag:` looks at.
    pub tags: &'a [String],
    /// What `country:` looks at.
    pub countries: &'a [String],
    /// What `cited:` looks at: media that the text cites.
    pub cited: Vec<&'a str>,
    /// BCP 47 language.
    pub language: Option<&'a str>,
    /// The link.
    pub url: Option<&'a str>,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// Urgency, 1 (flash) to 9.
    pub priority: Option<u8>,
    /// What `type:` looks at: what sort of thing an agency's item is.
    pub kind: Option<&'a str>,
}

/// Words of a text field, or the value of another, that made a query true.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Hit {
    /// Bytes of the field's text.
    Words {
        /// Which field.
        field: Field,
        /// Which bytes of it.
        range: Range<usize>,
    },
    /// A keyword or number.
    Value {
        /// Which field.
        field: Field,
        /// What it holds.
        value: String,
    },
}

impl Hit {
    /// By field, then by place or value.
    fn key(&self) -> (Field, usize, usize, &str) {
        match self {
            Self::Words { field, range } => (*field, range.start, range.end, ""),
            Self::Value { field, value } => (*field, 0, 0, value),
        }
    }
}

impl Ord for Hit {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Hit {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Facts<'_> {
    /// Whether a query that is true by these hits is true of it: what an agency sends beside news
    /// is for those that ask for its type.
    pub fn admits(&self, hits: &[Hit]) -> bool {
        let asks = |hit: &Hit| matches!(hit, Hit::Value { field: Field::Type, .. });
        self.kind.is_none_or(|kind| kind == "text") || hits.iter().any(asks)
    }

    /// The values of a keyword field, as given; a text or number field has none.
    pub(crate) fn values(&self, field: Field) -> Vec<&str> {
        match field {
            Field::Source => self.sources.clone(),
            Field::Agency => self.agencies.clone(),
            Field::Publisher => self.publishers.clone(),
            Field::Feed => self.feed.into_iter().collect(),
            Field::Category => all(self.categories),
            Field::Tag => all(self.tags),
            Field::Country => all(self.countries),
            Field::Cited => self.cited.clone(),
            Field::Language => self.language.into_iter().collect(),
            Field::Type => self.kind.into_iter().collect(),
            Field::Url => self.url.into_iter().collect(),
            Field::Site => self.url.and_then(host).into_iter().collect(),
            _ => Vec::new(),
        }
    }
}

fn all(values: &[String]) -> Vec<&str> {
    values.iter().map(String::as_str).collect()
}

/// The host of a link, without user and port.
fn host(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    (!host.is_empty()).then_some(host)
}
