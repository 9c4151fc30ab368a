//! From bytes to items.
//!
//! A document is decoded, then taken apart by one tolerant pass of our own into raw facts; feed-rs
//! reads each item as we write it back, and where it fails the facts stand in. Identity always
//! comes from the raw facts, so that it does not depend on who read the rest.

mod capture;
mod date;
mod decode;
mod discovery;
mod essence;
mod facts;
mod identity;
mod item;
mod json;
mod library;
mod mojibake;
mod names;
mod opml;
mod repairs;
mod stranger;
mod token;
mod walk;
mod wire;

use jiff::Timestamp;
use url::Url;

pub use self::{
    discovery::{Declared, declared},
    essence::essence,
    facts::Format,
    identity::{by_link, ids_repeat},
    opml::{Listed, MAX_LIST, opml},
};
use crate::model::{Hints, Item, Problem, ProblemKind};
use repairs::Repairs;

/// The largest document that is read, in bytes.
pub const MAX_BYTES: usize = 15 * 1024 * 1024;

/// What the caller knows of the bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// Where they came from, to resolve relative links.
    pub url: Option<&'a str>,
    /// The HTTP `Content-Type`.
    pub content_type: Option<&'a str>,
}

/// A document that was read.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The items in the order of the document.
    pub items: Vec<Item>,
    /// The feed's own title.
    pub title: Option<String>,
    /// The feed's own language (BCP 47), for items that do not say.
    pub language: Option<String>,
    /// What the document says about when to come back.
    pub hints: Hints,
    /// Where older items are (RFC 5005, JSON Feed `next_url`).
    pub older: Option<String>,
    /// The document ends before it should: its validators must not be kept.
    pub truncated: bool,
    /// What had to be repaired, each named once.
    pub repairs: Vec<&'static str>,
    /// What the document is; unknown where items stand in no root.
    pub format: Option<Format>,
    /// The name of its encoding (<https://encoding.spec.whatwg.org/#names-and-labels>).
    pub encoding: &'static str,
}

/// Reads a feed; the error says what it is instead. Never panics, bounded in time and memory.
///
/// Of a sitemap, the news entries are items; one without any is no feed.
pub fn parse(bytes: &[u8], context: &Context<'_>) -> Result<Parsed, Problem> {
    let mut parsed = read(bytes, context)?;
    if parsed.format == Some(Format::Sitemap) {
        let pages = parsed.items.len();
        parsed.items.retain(|item| item.title.is_some());
        if pages > 0 && parsed.items.is_empty() {
            let detail = format!(
                "a sitemap of {pages} pages without news entries; with format = \"sitemap\" each \
                 page is an item all the same"
            );
            return Err(Problem::new(ProblemKind::NotAFeed, detail));
        }
    }
    Ok(parsed)
}

/// Reads a sitemap of which every page is an item; the error says what the document is instead.
pub fn sitemap(bytes: &[u8], context: &Context<'_>) -> Result<Parsed, Problem> {
    let parsed = read(bytes, context)?;
    match parsed.format {
        Some(Format::Sitemap) => Ok(parsed),
        other => {
            let what = other.map_or("a feed", Format::as_str);
            Err(Problem::new(ProblemKind::NotAFeed, format!("{what}, where a sitemap should be")))
        }
    }
}

fn read(bytes: &[u8], context: &Context<'_>) -> Result<Parsed, Problem> {
    if bytes.len() > MAX_BYTES {
        let detail = format!("a document of {} bytes; {MAX_BYTES} are read", bytes.len());
        return Err(Problem::new(ProblemKind::TooLarge, detail));
    }
    let mut repairs = Repairs::default();
    if let Some(message) = wire::read_bytes(bytes, &mut repairs) {
        return Ok(of_agency(message, repairs, encoding_rs::UTF_8.name()));
    }
    let (text, encoding) = decode::decode(bytes, context, &mut repairs);
    if let Some(message) = wire::read_text(&text, &mut repairs) {
        return Ok(of_agency(message, repairs, encoding.name()));
    }
    let base = context.url.and_then(|url| Url::parse(url).ok());
    let document = if text.trim_start().starts_with('{') {
        json::walk(&text, &mut repairs)
    } else {
        walk::walk(&text, base.as_ref(), &mut repairs)
    };
    if !document.is_feed && document.items.is_empty() {
        let detail = stranger::describe(&text, document.stranger.as_deref());
        return Err(Problem::new(ProblemKind::NotAFeed, detail));
    }
    drop(text);
    let mut items = item::items(&document, base.as_ref(), &mut repairs);
    if document.format == Some(Format::SitemapIndex) {
        return Err(Problem::new(ProblemKind::NotAFeed, stranger::describe_index(&items)));
    }
    identity::assign(&mut items);
    Ok(Parsed {
        items,
        title: document.title.as_ref().and_then(item::headline),
        language: document.language.map(|language| language.trim().to_owned()),
        hints: document.hints,
        older: document.older,
        truncated: document.truncated,
        repairs: repairs.into_vec(),
        format: document.format,
        encoding: encoding.name(),
    })
}

/// What a message of an agency comes to.
fn of_agency(message: wire::Message, repairs: Repairs, encoding: &'static str) -> Parsed {
    let mut items = message.items;
    identity::assign(&mut items);
    Parsed {
        items,
        truncated: message.truncated,
        repairs: repairs.into_vec(),
        format: message.format,
        encoding,
        ..Parsed::default()
    }
}

/// The characters of a document that is no feed, whatever encoding it claims.
pub(crate) fn characters(bytes: &[u8], context: &Context<'_>) -> String {
    decode::decode(bytes, context, &mut Repairs::default()).0
}

/// A date in any form that feeds and pages have; without a zone it is UTC.
pub(crate) fn moment(written: &str) -> Option<Timestamp> {
    date::read(written)
}
