//! Messages parted by control characters (IPTC 7901 section 2, ANPA 1312 section 3).

use crate::parse::{Context, decode, facts::Format, repairs::Repairs};

/// Start of heading.
const SOH: u8 = 0x01;
/// Start of text.
const STX: u8 = 0x02;
/// End of text.
const ETX: u8 = 0x03;
/// End of transmission.
const EOT: u8 = 0x04;
/// Synchronous idle, which fills.
const SYN: u8 = 0x16;
/// Unit separator, which parts the number of an ANPA story from its selector.
const US: u8 = 0x1f;

/// Bytes before the first heading that may be filling.
const FILLING: usize = 64;
/// Bytes of a heading.
const HEADING: usize = 512;

/// What a message parted by control characters is; nothing where it is none.
pub(super) fn detect(bytes: &[u8]) -> Option<Format> {
    let start = bytes.iter().take(FILLING).position(|byte| *byte == SOH)?;
    let is_filling =
        |byte: &u8| matches!(*byte, SYN | 0x7f | 0x00 | EOT) || byte.is_ascii_whitespace();
    if !bytes[..start].iter().all(is_filling) {
        return None;
    }
    let rest = &bytes[start..];
    let heading = rest.iter().take(HEADING).position(|byte| *byte == STX);
    let heading = &rest[..heading.unwrap_or(rest.len().min(HEADING))];
    let first_line = heading.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Some(if first_line.contains(&US) { Format::Anpa1312 } else { Format::Iptc7901 })
}

/// The parts of one story.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Between SOH and STX.
    pub(super) heading: String,
    /// Between STX and ETX.
    pub(super) text: String,
    /// Behind ETX.
    pub(super) end: String,
}

/// Every story of a message, and whether the last one has no end.
pub(super) fn stories(bytes: &[u8], repairs: &mut Repairs) -> (Vec<Parts>, bool) {
    let mut stories = Vec::new();
    let mut truncated = false;
    let mut pieces = bytes.split(|byte| *byte == SOH);
    pieces.next();
    for piece in pieces {
        let piece = piece.split(|byte| *byte == EOT).next().unwrap_or_default();
        let mut parts = piece.splitn(2, |byte| *byte == STX);
        let (heading, rest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let mut rest = rest.splitn(2, |byte| *byte == ETX);
        let (text, end) = (rest.next().unwrap_or_default(), rest.next());
        truncated = end.is_none();
        let mut read = |bytes: &[u8]| {
            let bytes = bytes.iter().map(|byte| if *byte == US { b' ' } else { *byte });
            let bytes: Vec<u8> = bytes.filter(|byte| is_kept(*byte)).collect();
            decode::decode(&bytes, &Context::default(), repairs)
                .0
                .replace("\r\n", "\n")
                .replace('\r', "\n")
        };
        let story =
            Parts { heading: read(heading), text: read(text), end: read(end.unwrap_or_default()) };
        if !story.heading.trim().is_empty() || !story.text.trim().is_empty() {
            stories.push(story);
        }
    }
    (stories, truncated)
}

/// Line ends and tabs mean something; other control characters fill.
fn is_kept(byte: u8) -> bool {
    byte >= 0x20 && byte != 0x7f || matches!(byte, b'\n' | b'\r' | b'\t')
}

/// Lines made paragraphs: one begins behind an empty line, or where a line is indented.
pub(super) fn paragraphs<'t>(lines: impl Iterator<Item = &'t str>) -> String {
    let mut out = String::new();
    let mut is_new = true;
    for line in lines {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            is_new = true;
            continue;
        }
        let is_indented = line.starts_with('\t') || line.starts_with("   ");
        let is_item = trimmed.starts_with("- ") || trimmed.starts_with("* ");
        if !out.is_empty() {
            out.push_str(if is_new || is_indented {
                "\n\n"
            } else if is_item {
                "\n"
            } else {
                " "
            });
        }
        out.push_str(trimmed);
        is_new = false;
    }
    out
}
