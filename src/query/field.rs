//! The fields of an article that a query can name.

use std::{fmt, ops::BitOr};

/// A field of an article as the rule language names it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Field {
    /// Headline.
    Title,
    /// Standfirst.
    Summary,
    /// Text.
    Body,
    /// First paragraph of the text, at most 60 words.
    Lead,
    /// Authors.
    Author,
    /// Publisher, feed, RSS `<source>` or stated agency.
    Source,
    /// Stated agency.
    Agency,
    /// The house that printed it.
    Publisher,
    /// Name of the feed.
    Feed,
    /// Category.
    Category,
    /// Tag of the feed.
    Tag,
    /// Country.
    Country,
    /// Media that the text cites.
    Cited,
    /// BCP 47 language; asked by prefix.
    Language,
    /// Host of the link or a parent of it.
    Site,
    /// The link; asked by part.
    Url,
    /// How many words title, summary and body have.
    Words,
    /// Urgency.
    Priority,
    /// When it was published.
    Published,
    /// What sort of thing an agency's item is: `text`, `advisory`, `package` …
    Type,
}

/// How a field is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum FieldKind {
    /// By words and phrases.
    Text,
    /// By its whole value.
    Keyword,
    /// By comparison with a number.
    Number,
    /// By comparison with a date.
    Date,
}

/// What a query may write before a colon, and what it means.
const NAMES: [(&str, Field); 34] = [
    ("agency", Field::Agency),
    ("author", Field::Author),
    ("body", Field::Body),
    ("by", Field::Author),
    ("byline", Field::Author),
    ("category", Field::Category),
    ("cited", Field::Cited),
    ("country", Field::Country),
    ("credit", Field::Agency),
    ("date", Field::Published),
    ("deck", Field::Summary),
    ("feed", Field::Feed),
    ("hd", Field::Title),
    ("headline", Field::Title),
    ("ingress", Field::Summary),
    ("intitle", Field::Title),
    ("inurl", Field::Url),
    ("la", Field::Language),
    ("lang", Field::Language),
    ("language", Field::Language),
    ("lead", Field::Lead),
    ("priority", Field::Priority),
    ("published", Field::Published),
    ("publisher", Field::Publisher),
    ("section", Field::Category),
    ("site", Field::Site),
    ("source", Field::Source),
    ("summary", Field::Summary),
    ("tag", Field::Tag),
    ("title", Field::Title),
    ("type", Field::Type),
    ("url", Field::Url),
    ("wc", Field::Words),
    ("words", Field::Words),
];

impl Field {
    /// The field a query means by `name`, in any case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, field)| *field)
    }

    /// Everything that a query may write before a colon.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// The name in the rule language and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Summary => "summary",
            Self::Body => "body",
            Self::Lead => "lead",
            Self::Author => "author",
            Self::Source => "source",
            Self::Agency => "agency",
            Self::Publisher => "publisher",
            Self::Feed => "feed",
            Self::Category => "category",
            Self::Tag => "tag",
            Self::Country => "country",
            Self::Cited => "cited",
            Self::Language => "lang",
            Self::Site => "site",
            Self::Url => "url",
            Self::Words => "words",
            Self::Priority => "priority",
            Self::Published => "published",
            Self::Type => "type",
        }
    }

    pub(crate) const fn kind(self) -> FieldKind {
        match self {
            Self::Title | Self::Summary | Self::Body | Self::Lead | Self::Author => FieldKind::Text,
            Self::Words | Self::Priority => FieldKind::Number,
            Self::Published => FieldKind::Date,
            _ => FieldKind::Keyword,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of text fields, or the mark of a keyword's value.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Fields(u8);

impl Fields {
    pub(crate) const TITLE: Self = Self(1);
    pub(crate) const SUMMARY: Self = Self(1 << 1);
    pub(crate) const BODY: Self = Self(1 << 2);
    pub(crate) const AUTHOR: Self = Self(1 << 3);
    pub(crate) const LEAD: Self = Self(1 << 4);
    /// Not a text field: a keyword has this value.
    pub(crate) const VALUE: Self = Self(1 << 5);
    /// What a query without a field looks at.
    pub(crate) const DEFAULT: Self = Self(Self::TITLE.0 | Self::SUMMARY.0 | Self::BODY.0);

    /// The set of one text field; keyword and number fields give [`Fields::VALUE`].
    pub(crate) const fn of(field: Field) -> Self {
        match field {
            Field::Title => Self::TITLE,
            Field::Summary => Self::SUMMARY,
            Field::Body => Self::BODY,
            Field::Lead => Self::LEAD,
            Field::Author => Self::AUTHOR,
            _ => Self::VALUE,
        }
    }

    /// Whether the two have a field in common.
    pub(crate) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for Fields {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
