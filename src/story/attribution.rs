//! Whose text it is: credited agencies, cited media and the dateline, each with its evidence.

/// An agency that a text is credited to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credit {
    /// The agency's id in the table (`ians`, `ap`), else a slug of its name.
    pub agency: String,
    /// The agency's name as people write it.
    pub name: String,
    /// The words that say so.
    pub evidence: String,
}

/// What a text says of its own origin.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Provenance {
    /// Credited agencies.
    pub credits: Vec<Credit>,
    /// Media that the text cites.
    pub cited: Vec<String>,
    /// The place of the dateline.
    pub dateline: Option<String>,
}

/// What a text is read for its origin with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Imprint<'a> {
    /// Byline or authors.
    pub byline: &'a str,
    /// The credit line, where the format has one.
    pub credit: &'a str,
    /// RSS `<source>`.
    pub source: &'a str,
    /// The publisher.
    pub publisher: &'a str,
    /// Headline.
    pub title: &'a str,
    /// Plain text.
    pub text: &'a str,
}

/// Reads credits, citations and dateline.
pub fn attribute(imprint: &Imprint<'_>) -> Provenance {
    let _ = imprint;
    Provenance::default()
}
