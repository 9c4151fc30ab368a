//! Mails (RFC 5322): some agencies send their text so.

use jiff::Timestamp;
use mail_parser::MessageParser;

use super::{Message, control};
use crate::{
    model::{Item, Wire},
    parse::{facts::Format, mojibake},
    text::html,
};

/// Headers of which a mail has at least two.
const HEADERS: &[&str] = &["from:", "subject:", "date:", "message-id:", "mime-version:"];

/// Lines of a head that are looked at.
const HEAD_LINES: usize = 200;

/// Reads a mail; nothing where it is none.
pub(super) fn read(text: &str) -> Option<Message> {
    let head = text.lines().take(HEAD_LINES).take_while(|line| !line.trim().is_empty());
    let is_field = |line: &str| {
        line.starts_with([' ', '\t'])
            || line.split_once(':').is_some_and(|(name, _)| {
                name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            })
    };
    let lines: Vec<String> = head.map(str::to_lowercase).collect();
    let found =
        HEADERS.iter().filter(|name| lines.iter().any(|line| line.starts_with(**name))).count();
    if found < 2 || !lines.iter().all(|line| is_field(line)) {
        return None;
    }
    let mail = MessageParser::default().parse(text.as_bytes())?;
    let body = mail
        .body_text(0)
        .map(|text| control::paragraphs(text.lines()))
        .filter(|text| !text.is_empty());
    let marked =
        || mail.body_html(0).map(|text| html::to_text(&text)).filter(|text| !text.is_empty());
    let sender = mail.from().and_then(|from| from.first());
    let name = sender.and_then(|from| from.name().or_else(|| from.address())).map(str::to_owned);
    let item = Item {
        raw_id: mail.message_id().map(str::to_owned),
        title: mail.subject().map(|subject| mojibake::undo(subject).into_owned()),
        text: body.or_else(marked),
        published: mail.date().and_then(|date| Timestamp::from_second(date.to_timestamp()).ok()),
        wire: Some(Box::new(Wire { provider: name, ..Wire::default() })),
        ..Item::default()
    };
    Some(Message { format: Some(Format::Mail), items: vec![item], truncated: false })
}
