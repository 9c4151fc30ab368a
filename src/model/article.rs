//! An entry as published, and the article it becomes.

use jiff::Timestamp;

use super::{id::ItemKey, wire::Wire};

/// Urgency on one scale: 1 is a flash, 9 the least urgent (IPTC urgency).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Priority(pub u8);

/// RSS `<source>` or Atom `<source>`: the feed an item was taken from.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ItemSource {
    /// Its title.
    pub title: Option<String>,
    /// Its address.
    pub url: Option<String>,
}

/// One entry as published in a feed, in plain text, before normalising.
///
/// Texts have no markup; paragraphs are separated by a blank line.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Item {
    /// `guid`, `atom:id`, `rdf:about` or the JSON Feed id, as written.
    pub raw_id: Option<String>,
    /// How the item is recognised again, best key first; never empty after parsing.
    pub keys: Vec<ItemKey>,
    /// Further keys, by which it will be known on the day when the ids of its feed turn out to be
    /// worth nothing.
    pub aliases: Vec<ItemKey>,
    /// The published link made absolute.
    pub url: Option<String>,
    /// The link made comparable (see `text::address`).
    pub canonical_url: Option<String>,
    /// The headline.
    pub title: Option<String>,
    /// The standfirst, only when it says something else than the text.
    pub summary: Option<String>,
    /// The full content, else the description.
    pub text: Option<String>,
    /// Authors as named.
    pub authors: Vec<String>,
    /// When it was published, by its own word.
    pub published: Option<Timestamp>,
    /// When it was last changed, by its own word.
    pub updated: Option<Timestamp>,
    /// BCP 47 language, by its own word.
    pub language: Option<String>,
    /// Categories as named.
    pub categories: Vec<String>,
    /// The feed it was taken from, by its own word.
    pub source: Option<ItemSource>,
    /// The credit line, where the format has one.
    pub credit: Option<String>,
    /// The byline, where the format has one apart from authors.
    pub byline: Option<String>,
    /// The dateline, where the format has one.
    pub dateline: Option<String>,
    /// Urgency.
    pub priority: Option<Priority>,
    /// An opaque version.
    pub version: Option<String>,
    /// Publication status as written (`usable`, `canceled`, …).
    pub status: Option<String>,
    /// Not to be told before this moment.
    pub embargo: Option<Timestamp>,
    /// What an agency's document says beside that.
    pub wire: Option<Box<Wire>>,
}

/// What the web page of an item gives its article.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PageText {
    /// Plain text, in place of the feed's.
    pub text: String,
    /// The headline, where the feed has none.
    pub title: Option<String>,
    /// Authors as named, where the feed names none.
    pub authors: Vec<String>,
    /// The line of authors or the credit as it is printed, which may name an agency.
    pub byline: Option<String>,
    /// When it was published, where the feed does not say.
    pub published: Option<Timestamp>,
    /// BCP 47 language, where the feed does not say.
    pub language: Option<String>,
    /// The address that the page has for itself, made comparable.
    pub canonical_url: Option<String>,
    /// Whether the text may be wrong: extractors did not agree on it.
    pub is_doubtful: bool,
}

/// An item after normalising: what is stored, sketched and matched.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Article {
    /// How the item is recognised again within its feed, best key first.
    pub keys: Vec<ItemKey>,
    /// Further keys, which are stored and not looked for.
    pub aliases: Vec<ItemKey>,
    /// `guid` as written.
    pub raw_id: Option<String>,
    /// The published link made absolute.
    pub url: Option<String>,
    /// The link made comparable.
    pub canonical_url: Option<String>,
    /// The headline; empty when there is none.
    pub title: String,
    /// The standfirst, when it says something else than the text.
    pub summary: Option<String>,
    /// Plain text, page clutter removed, paragraphs separated by a blank line.
    pub text: String,
    /// Authors as named.
    pub authors: Vec<String>,
    /// The house that printed it.
    pub publisher: String,
    /// RSS `<source>` title, by the item's own word.
    pub source: Option<String>,
    /// The credit line, where the format has one.
    pub credit: Option<String>,
    /// Categories as named.
    pub categories: Vec<String>,
    /// BCP 47 language: the item's word, else the feed's.
    pub language: Option<String>,
    /// Urgency.
    pub priority: Option<Priority>,
    /// When it was published, by its own word; never in the future by more than an hour.
    pub published: Option<Timestamp>,
    /// When it was last changed, by its own word.
    pub updated: Option<Timestamp>,
    /// When this daemon first saw it, or this version of it.
    pub seen_at: Timestamp,
    /// What an agency's document says of it, where it comes from one.
    pub wire: Option<Box<Wire>>,
    /// An opaque version, by the document's word.
    pub version: Option<String>,
    /// Nobody is told of it before that moment; [`Timestamp::MAX`] where only another version says
    /// when.
    pub held: Option<Timestamp>,
    /// Hash of the item as published: is there anything new to look at?
    pub item_hash: u64,
    /// Hash of headline and text as normalised: did the words change?
    pub text_hash: u64,
}

impl Article {
    /// The moment that places the article in time: its own word, else when it was seen.
    pub fn when(&self) -> Timestamp {
        self.published.unwrap_or(self.seen_at)
    }
}

/// What the store knew of an article before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Seen {
    /// Nothing.
    New,
    /// Another text under the same identity.
    Revised,
    /// The same words; perhaps other dates or links.
    Unchanged,
}
