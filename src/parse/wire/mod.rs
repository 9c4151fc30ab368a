//! Documents of news agencies: detected by what they say, each format read in a file of its own.
//!
//! All give the same item. What their metadata comes to (status, urgency, corrections, language) is
//! decided in one place, [`meaning`], whatever the format.

mod anpa;
mod ap;
mod body;
mod control;
mod digitalwires;
mod fingerpost;
mod g2;
mod iptc7901;
mod json;
mod language;
mod mail;
mod meaning;
mod newsml;
mod ninjs;
mod nitf;
mod ritzau;
mod topics;
mod tree;
mod urgency;

use serde_json::Value;

use super::{facts::Format, repairs::Repairs};
use crate::model::Item;

/// So many items of a message are read.
const MAX_ITEMS: usize = 10_000;

/// A message that was read.
#[derive(Debug, Default)]
pub(super) struct Message {
    /// What it is.
    pub(super) format: Option<Format>,
    /// Its items in the order of the message.
    pub(super) items: Vec<Item>,
    /// It ends before it should.
    pub(super) truncated: bool,
}

/// Reads a message whose control characters part it; nothing where there are none.
pub(super) fn read_bytes(bytes: &[u8], repairs: &mut Repairs) -> Option<Message> {
    let read = match control::detect(bytes)? {
        Format::Anpa1312 => anpa::read,
        _ => iptc7901::read,
    };
    let message = read(bytes, repairs);
    Some(finished(message, repairs))
}

/// Reads a message in characters; nothing where it is none of an agency.
pub(super) fn read_text(text: &str, repairs: &mut Repairs) -> Option<Message> {
    let start = text.trim_start();
    let message = if start.starts_with('<') {
        read_markup(start, repairs)?
    } else if start.starts_with(['{', '[']) {
        read_json(start, repairs)?
    } else {
        mail::read(start)?
    };
    Some(finished(message, repairs))
}

fn read_markup(text: &str, repairs: &mut Repairs) -> Option<Message> {
    let (format, read): (_, fn(&tree::Node<'_>) -> Vec<Item>) = match root(text)? {
        "newsmessage" | "newsitem" | "packageitem" | "conceptitem" | "planningitem" => {
            (Format::NewsmlG2, g2::items)
        }
        "newsml" => (Format::Newsml, newsml::items),
        "nitf" => (Format::Nitf, nitf::items),
        "rbnews" | "arrayofrbnews" => (Format::Ritzau, ritzau::items),
        _ => return None,
    };
    let tree = tree::read(text, repairs);
    Some(Message { format: Some(format), items: read(&tree.top), truncated: tree.truncated })
}

/// The local name of the first element in lower case, one of those that begin a message; what
/// stands before it may be broken.
fn root(text: &str) -> Option<&'static str> {
    const ROOTS: &[&str] = &[
        "newsmessage",
        "newsitem",
        "packageitem",
        "conceptitem",
        "planningitem",
        "newsml",
        "nitf",
        "rbnews",
        "arrayofrbnews",
    ];
    /// Declarations, comments and document types before the root have this many bytes at most.
    const HEAD: usize = 16 * 1024;
    let mut end = text.len().min(HEAD);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut rest = &text[..end];
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or(rest, |(_, after)| after);
            continue;
        }
        let name = rest.split(|c: char| c.is_whitespace() || "/><".contains(c)).next()?;
        let local = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
        if !local.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        return ROOTS.iter().find(|root| **root == local).copied();
    }
    None
}

fn read_json(text: &str, repairs: &mut Repairs) -> Option<Message> {
    if text.contains("jsonfeed.org/version") {
        return None;
    }
    let read = json::read(text);
    let mut found = formats(&read.value);
    if read.is_broken {
        found = with_whole(text, found);
        repairs.note(if read.truncated { "a document that does not end" } else { "broken JSON" });
    }
    let (format, items) = found?;
    Some(Message { format: Some(format), items, truncated: read.truncated })
}

/// What was read of a broken document, with the whole items that stand where they were not found.
fn with_whole(text: &str, found: Option<(Format, Vec<Item>)>) -> Option<(Format, Vec<Item>)> {
    let is_wanted = |value: &Value| {
        ap::is_entry(value)
            || digitalwires::is_entry(value)
            || fingerpost::is_entry(value)
            || ninjs::is_entry(value)
    };
    let mut found = found;
    for value in json::whole(text, is_wanted) {
        let Some((format, items)) = formats(&value) else { continue };
        let (_, known) = found.get_or_insert((format, Vec::new()));
        for item in items {
            if known.len() < MAX_ITEMS
                && known
                    .iter()
                    .all(|other| other.raw_id != item.raw_id || other.version != item.version)
            {
                known.push(item);
            }
        }
    }
    found.filter(|(_, items)| !items.is_empty())
}

/// Reads a JSON value by the first format whose document it is.
fn formats(value: &Value) -> Option<(Format, Vec<Item>)> {
    if let Some(entries) = ap::entries(value) {
        return Some((
            Format::ApMedia,
            entries.into_iter().take(MAX_ITEMS).map(ap::item).collect(),
        ));
    }
    let entries = ninjs::entries(value)?;
    let first = entries.iter().find(|entry| entry.is_object())?;
    let (format, read): (_, fn(&Value) -> Item) = if digitalwires::is_entry(first) {
        (Format::Digitalwires, digitalwires::item)
    } else if fingerpost::is_entry(first) {
        (Format::Fingerpost, fingerpost::item)
    } else if ninjs::is_entry(first) {
        (Format::Ninjs, ninjs::item)
    } else {
        return None;
    };
    let items = entries.into_iter().filter(|entry| entry.is_object()).take(MAX_ITEMS);
    Some((format, items.map(read).collect()))
}

fn finished(message: Message, repairs: &mut Repairs) -> Message {
    let mut items = Vec::with_capacity(message.items.len());
    for item in message.items.into_iter().take(MAX_ITEMS) {
        if item.status.as_deref().is_some_and(meaning::is_unknown) {
            repairs.note("a status that nobody knows, taken for withheld");
        }
        items.push(meaning::settle(item));
    }
    Message { items, ..message }
}
