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

/// Words of a heading (number, priority, category, count of words), without which one that is cut
/// is not known.
const HEADING_WORDS: usize = 4;

/// What a message parted by control characters is; nothing where it is none.
pub(super) fn detect(bytes: &[u8]) -> Option<Format> {
    let start = bytes.iter().take(FILLING).position(|byte| *byte == SOH)?;
    let is_filling =
        |byte: &u8| matches!(*byte, SYN | 0x7f | 0x00 | EOT) || byte.is_ascii_whitespace();
    if !bytes[..start].iter().all(is_filling) {
        return None;
    }
    let rest = &bytes[start..];
    let text = rest.iter().take(HEADING).position(|byte| *byte == STX);
    let heading = &rest[1..text.unwrap_or(rest.len().min(HEADING))];
    let first_line = heading.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let words = first_line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).count();
    let is_whole = text.is_some_and(|text| rest[text..].contains(&ETX));
    // Anything may begin with a control character.
    if words < 1 || !is_whole && words < HEADING_WORDS {
        return None;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_a_heading_and_a_text() {
        for (bytes, format) in [
            (&b"\x01tna0007 3 ec 64  tna 0908\r\n\x02Text"[..], Some(Format::Iptc7901)),
            (b"\x01x\r\n\x02Text\x03", Some(Format::Iptc7901)),
            (b"\x16\x16\x01W2870\x1ftarn\nu a\x13\x11 BC\r\n\x02^BC\x03", Some(Format::Anpa1312)),
            (b"\x01\x02 no such thing", None),
            (b"\x01\x02\x03", None),
            (b"words \x01tna0007 3 ec 64\x02Text\x03", None),
        ] {
            assert_eq!(detect(bytes), format, "{bytes:?}");
        }
    }

    #[test]
    fn lines_become_paragraphs() {
        let lines = ["\tOne", "two", "", "Three", "- four", "   Five"];
        assert_eq!(paragraphs(lines.into_iter()), "One two\n\nThree\n- four\n\nFive");
    }
}
