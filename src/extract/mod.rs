//! From a web page to its article: text, headline, authors, date, publisher, address.
//!
//! What the page says of itself is read first, and captions and credits of pictures are taken out;
//! then two extractors look for the text. Where they agree the text is right nearly always.

mod chrome;
mod furniture;
mod guard;
mod linked_data;
mod meta;
mod text;

use dom_query::Document;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

pub use guard::{MAX_ATTRIBUTES, MAX_DEPTH};

use crate::parse;

/// The largest page that is read, in bytes.
pub const MAX_BYTES: usize = 3 * 1024 * 1024;

/// What a page says.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Page {
    /// The address that the page gives as its own, absolute, else the one it came from.
    pub url: Option<String>,
    /// The headline, on one line.
    pub title: Option<String>,
    /// Who wrote it, as named by the page; agencies stand here too.
    pub authors: Vec<String>,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// The name of the house that publishes it.
    pub publisher: Option<String>,
    /// Its language (BCP 47), as the page states it.
    pub language: Option<String>,
    /// The line of authors or the credit as it is printed, which may name an agency.
    pub byline: Option<String>,
    /// Whether everybody may read it, where the page says so.
    pub is_free: Option<bool>,
    /// Paragraphs separated by a blank line, without captions and furniture.
    pub text: String,
    /// Whether the two extractors found different texts, so that this one may be wrong.
    pub is_doubtful: bool,
}

/// Why a page is not read.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
pub enum Refusal {
    /// More bytes than [`MAX_BYTES`].
    #[error("a page of more than {MAX_BYTES} bytes")]
    TooLarge,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("a page whose elements are nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// A tag with more attributes than [`MAX_ATTRIBUTES`].
    #[error("a page with more than {MAX_ATTRIBUTES} attributes on a tag")]
    TooManyAttributes,
    /// No text was found.
    #[error("a page without the text of an article")]
    NoText,
}

/// Reads the page that came from `context`. What passes the guards is bounded in size, not in the
/// time and memory that the extractors take for it: who cannot trust a page reads it elsewhere.
pub fn extract(bytes: &[u8], context: &parse::Context<'_>) -> Result<Page, Refusal> {
    if bytes.len() > MAX_BYTES {
        return Err(Refusal::TooLarge);
    }
    let content_type = context.content_type.filter(|stated| stated.contains("charset"));
    let stated = if content_type.is_none() { meta::charset(bytes) } else { None };
    let html = parse::characters(
        bytes,
        &parse::Context { content_type: content_type.or(stated.as_deref()), ..*context },
    );
    guard::check(&html)?;
    let base = context.url.and_then(|url| Url::parse(url).ok());
    let document = Document::from(html);
    let linked = linked_data::article(&document);
    chrome::remove(&document);
    let standfirst = meta::standfirst(&document, &linked);
    let mut page = meta::read(&document, linked, base.as_ref());
    if let Some(found) = text::find(document, page.title.as_deref(), standfirst.as_deref()) {
        page.text = found.text;
        page.is_doubtful = found.is_doubtful;
    }
    if page.text.is_empty() {
        return Err(Refusal::NoText);
    }
    Ok(page)
}

#[cfg(test)]
mod tests;
