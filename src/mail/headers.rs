//! The headers that filters, mail readers and responders go by.

use std::fmt;

use email_encoding::headers::{rfc2047, writer::EmailWriter};
use lettre::message::header::{HeaderName, HeaderValue};

use super::message::{LONGEST_HEADER, Message, one_line};

/// Characters of the title of a list, and of its id (RFC 2919 section 2 allows 255 of it).
const LONGEST_TITLE: usize = 100;
const LONGEST_ID: usize = 200;

/// Which list a message belongs to, for filters (RFC 2919).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListId {
    /// What people call it.
    pub title: String,
    /// `rule.instance`; characters that a list id cannot have become hyphens.
    pub id: String,
}

/// Whom to write to, to get no more of it (RFC 2369 section 3.2).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unsubscribe {
    /// The address of a person.
    pub address: String,
    /// The subject that says what is not wanted any more.
    pub subject: String,
}

/// The headers of a message that are not those of every mail.
pub(super) fn headers(message: &Message) -> Vec<HeaderValue> {
    // RFC 3834: no holiday notes to us.
    let mut plain = vec![
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("Precedence", "list".to_owned()),
        ("X-Auto-Response-Suppress", "All".to_owned()),
    ];
    let lists = [
        ("X-Wiredesk-Rule", joined(&message.rules)),
        ("X-Wiredesk-Story", joined(&message.stories)),
        ("X-Wiredesk-Reason", joined(&message.reasons)),
    ];
    plain.extend(lists.into_iter().filter(|(_, value)| !value.is_empty()));
    if message.priority == Some(1) {
        plain.push(("X-Priority", "1 (Highest)".to_owned()));
    }
    let mut headers: Vec<_> = plain
        .into_iter()
        .map(|(name, value)| HeaderValue::new(HeaderName::new_from_ascii_str(name), value))
        .collect();
    headers.extend(message.list.as_ref().and_then(list_id));
    headers.extend(message.unsubscribe.as_ref().map(list_unsubscribe));
    headers
}

/// The entries in one line; those for which there is no room are counted.
fn joined(entries: &[impl fmt::Display]) -> String {
    let mut line = String::new();
    for (at, entry) in entries.iter().enumerate() {
        let entry = one_line(&entry.to_string());
        // Room for the count that may follow.
        if at > 0 && line.chars().count() + entry.chars().count() > LONGEST_HEADER - 20 {
            return format!("{line}, and {} more", entries.len() - at);
        }
        if at > 0 {
            line.push_str(", ");
        }
        line.push_str(&entry);
    }
    line
}

/// `title <id>`, the title as a phrase of RFC 5322; `None` where nothing is left of the id.
fn list_id(list: &ListId) -> Option<HeaderValue> {
    const NAME: HeaderName = HeaderName::new_from_ascii_str("List-Id");
    let title: String = one_line(&list.title).chars().take(LONGEST_TITLE).collect();
    let fits = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let id: String = list.id.chars().map(fits).take(LONGEST_ID).collect();
    let id: Vec<_> = id.split('.').filter(|label| !label.is_empty()).collect();
    let id = format!("<{}>", id.join("."));
    if id == "<>" {
        return None;
    }
    let mut written = String::new();
    let mut writer = EmailWriter::new(&mut written, "List-Id: ".len(), 0, false);
    if title.is_ascii() {
        let quoted = format!("\"{}\"", title.trim_end().replace('\\', "\\\\").replace('"', "\\\""));
        fmt::Write::write_str(&mut writer, &quoted).ok()?;
    } else {
        rfc2047::encode(title.trim_end(), &mut writer).ok()?;
    }
    writer.space();
    fmt::Write::write_str(&mut writer.folding(), &id).ok()?;
    drop(writer);
    Some(HeaderValue::dangerous_new_pre_encoded(NAME, format!("{title} {id}"), written))
}

fn list_unsubscribe(unsubscribe: &Unsubscribe) -> HeaderValue {
    const NAME: HeaderName = HeaderName::new_from_ascii_str("List-Unsubscribe");
    let subject: String = one_line(&unsubscribe.subject).chars().take(LONGEST_TITLE).collect();
    let address = one_line(&unsubscribe.address);
    let link = format!("<mailto:{}?subject={}>", escaped(&address), escaped(subject.trim_end()));
    HeaderValue::dangerous_new_pre_encoded(NAME, link.clone(), link)
}

/// For an address of RFC 6068: whatever is not a plain character of URLs as `%XX`.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
