//! The rule language: from the text of a query to something that can be asked of an article.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use jiff::Timestamp;

use crate::diagnostic::Diagnostic;

/// Aliases by name, as written in `[alias]`.
pub type Aliases = BTreeMap<String, String>;

/// A parsed and checked query, ready to be asked.
#[derive(Clone, Debug)]
pub struct Query {
    /// The text it came from.
    pub source: Arc<str>,
}

/// Parses a query; it is `None` when any diagnostic is an error. Spans are bytes of `text`.
pub fn parse(text: &str, aliases: &Aliases) -> (Option<Query>, Vec<Diagnostic>) {
    let _ = aliases;
    (Some(Query { source: text.into() }), Vec::new())
}

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
    /// What `publisher:` looks at.
    pub publisher: Option<&'a str>,
    /// What `feed:` looks at.
    pub feed: Option<&'a str>,
    /// What `category:` looks at.
    pub categories: &'a [String],
    /// What `tag:` looks at.
    pub tags: &'a [String],
    /// What `country:` looks at.
    pub countries: &'a [String],
    /// BCP 47 language.
    pub language: Option<&'a str>,
    /// The link.
    pub url: Option<&'a str>,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// Urgency, 1 (flash) to 9.
    pub priority: Option<u8>,
}

/// A field of an article as the rule language names it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Field {
    /// Headline.
    Title,
    /// Standfirst.
    Summary,
    /// Text.
    Body,
    /// Authors.
    Author,
    /// Publisher, feed, RSS `<source>` or stated agency.
    Source,
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
