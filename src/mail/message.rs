//! From subject, text and HTML to the frozen bytes of a MIME message.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::message::{
    Mailbox, MultiPart, SinglePart,
    header::{ContentTransferEncoding, ContentType},
};

pub use super::headers::{ListId, Unsubscribe};
use super::{MailError, NextStep, Outgoing, flowed::flowed, headers::headers};
use crate::model::{RuleName, StoryId};

/// The longest value of a header that quotes a feed, in characters.
pub(super) const LONGEST_HEADER: usize = 300;

/// Characters that are looked at for it.
const LONGEST_WORK: usize = 100 * LONGEST_HEADER;

/// The most `References` kept: the first mail of the thread and the latest ones.
const MOST_REFERENCES: usize = 20;

/// Between the two bodies. `=_` cannot occur in quoted-printable text (RFC 2045 section 6.7), so
/// no body can hold it, and the same message has the same bytes.
const BOUNDARY: &str = "=_wiredesk_alternative";

/// A message as its parts.
#[derive(Clone, Debug)]
pub struct Message {
    /// Without angle brackets; made and stored before the first attempt.
    pub message_id: String,
    /// The message it follows, without angle brackets.
    pub in_reply_to: Option<String>,
    /// The thread so far, first first, without angle brackets.
    pub references: Vec<String>,
    /// An address, with or without a name: `Wiredesk <wiredesk@example.org>`.
    pub from: String,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<String>,
    /// An address, with or without a name.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text, lines ended by `\n`.
    pub text: String,
    /// A whole HTML document.
    pub html: String,
    /// When the message was made.
    pub date: Timestamp,
    /// Which list it belongs to.
    pub list: Option<ListId>,
    /// Whom to write to, to get no more of it.
    pub unsubscribe: Option<Unsubscribe>,
    /// How urgent it is, from 1 (flash) to 9, where that is said.
    pub priority: Option<u8>,
    /// The rules it tells of.
    pub rules: Vec<RuleName>,
    /// The stories it tells of.
    pub stories: Vec<StoryId>,
    /// Why it tells of them: kinds of reasons (`first`, `correction`).
    pub reasons: Vec<String>,
}

/// The message with its envelope, ready to be frozen and sent.
pub fn outgoing(message: &Message) -> Result<Outgoing, MailError> {
    Ok(Outgoing {
        from: sender(message)?.email.to_string(),
        to: recipient(message)?.email.to_string(),
        message_id: message.message_id.clone(),
        bytes: format(message)?,
    })
}

/// The message's bytes: CRLF line ends, ASCII only, the same for the same message.
///
/// No text that comes from a feed can end a header or a part: control characters are taken out
/// first, and what remains is encoded.
pub fn format(message: &Message) -> Result<Vec<u8>, MailError> {
    let mut builder = lettre::Message::builder()
        .message_id(Some(bracketed(&message.message_id)?))
        .date(date(message.date))
        .from(sender(message)?)
        .to(recipient(message)?)
        .subject(one_line(&message.subject));
    if let Some(reply_to) = &message.reply_to {
        builder = builder.reply_to(mailbox(reply_to, NextStep::Operator)?);
    }
    if let Some(before) = &message.in_reply_to {
        builder = builder.in_reply_to(bracketed(before)?);
    }
    if !message.references.is_empty() {
        builder = builder.references(references(&message.references)?);
    }
    for header in headers(message) {
        builder = builder.raw_header(header);
    }
    let flowing = ContentType::parse("text/plain; charset=utf-8; format=flowed")
        .map_err(|fault| MailError::new(NextStep::Never, format!("the kind of text: {fault}")))?;
    let bodies = MultiPart::alternative()
        .boundary(BOUNDARY)
        .singlepart(part(flowing, &flowed(&plain(&message.text))))
        .singlepart(part(ContentType::TEXT_HTML, &plain(&message.html)));
    let built = builder.multipart(bodies).map_err(|fault| {
        MailError::new(NextStep::Never, format!("the message cannot be built: {fault}"))
    })?;
    Ok(built.formatted())
}

/// A `Message-ID` between angle brackets, if it is one.
fn bracketed(id: &str) -> Result<String, MailError> {
    let fits = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>');
    if id.is_empty() || id.len() > LONGEST_HEADER || !id.chars().all(fits) {
        return Err(MailError::new(NextStep::Never, format!("not a Message-ID: `{id}`")));
    }
    Ok(format!("<{id}>"))
}

fn references(ids: &[String]) -> Result<String, MailError> {
    let latest = ids.len().saturating_sub(MOST_REFERENCES - 1).max(1);
    let kept = ids.iter().take(1).chain(ids.iter().skip(latest));
    Ok(kept.map(|id| bracketed(id)).collect::<Result<Vec<_>, _>>()?.join(" "))
}

fn sender(message: &Message) -> Result<Mailbox, MailError> {
    mailbox(&message.from, NextStep::Operator)
}

fn recipient(message: &Message) -> Result<Mailbox, MailError> {
    mailbox(&message.to, NextStep::Never)
}

/// An address, with any name before it; the name may stand between quotation marks.
fn mailbox(written: &str, next_step: NextStep) -> Result<Mailbox, MailError> {
    let line = one_line(written);
    let named = line.strip_suffix('>').and_then(|line| line.rsplit_once('<'));
    let (name, address) = named.unwrap_or(("", &line));
    let name = name.trim();
    let inside = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
    let name = inside.map_or_else(|| name.to_owned(), |name| name.replace('\\', ""));
    let address = address.trim().parse();
    let address = address
        .map_err(|fault| MailError::new(next_step, format!("address `{written}`: {fault}")))?;
    Ok(Mailbox::new((!name.is_empty()).then_some(name), address))
}

fn date(made: Timestamp) -> SystemTime {
    // The header's format has no years before 1970.
    let seconds = u64::try_from(made.as_second()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn part(kind: ContentType, body: &str) -> SinglePart {
    SinglePart::builder()
        .header(kind)
        .header(ContentTransferEncoding::QuotedPrintable)
        .body(body.to_owned())
}

/// A body without characters that act: controls, and what turns the direction of the text around.
fn plain(body: &str) -> String {
    body.chars().filter(|c| !acts(*c) || matches!(c, '\n' | '\t')).collect()
}

/// Whether a character is a control, or an embedding, override or isolate of text direction.
fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A header's value: one line without characters that act, bounded, and never an encoded word by
/// accident (a headline may hold `=?` and must not be decoded).
pub(super) fn one_line(value: &str) -> String {
    let plain: String = value
        .chars()
        .filter(|c| c.is_control() || !acts(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST_WORK)
        .collect();
    let words: Vec<_> = plain.split_whitespace().collect();
    let line = words.join(" ").replace("=?", "= ?");
    let cut: String = line.chars().take(LONGEST_HEADER).collect();
    cut.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders as _};
    use proptest::prelude::*;

    use super::*;

    fn message() -> Message {
        Message {
            message_id: "d7.r1@desk.example".into(),
            in_reply_to: Some("d3.r1@desk.example".into()),
            references: vec!["d1.r1@desk.example".into(), "d3.r1@desk.example".into()],
            from: "Wiredesk — Außenstelle <wiredesk@desk.example>".into(),
            reply_to: None,
            to: "ops@desk.example".into(),
            subject: "[harbour] Crane falls".into(),
            text: "Crane falls\n\n-- \nRule harbour\n".into(),
            html: "<p>Crane falls</p>\n".into(),
            date: "2025-05-12T06:30:00Z".parse().unwrap(),
            list: Some(ListId { title: "Harbour watch".into(), id: "harbour.desk.example".into() }),
            unsubscribe: Some(Unsubscribe {
                address: "desk+a/b@desk.example".into(),
                subject: "unsubscribe harbour & ports".into(),
            }),
            priority: Some(1),
            rules: vec![RuleName::new("harbour")],
            stories: vec![StoryId(991)],
            reasons: vec!["correction".into()],
        }
    }

    #[test]
    fn every_header_is_there() {
        let bytes = format(&message()).unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        for header in [
            "Message-ID: <d7.r1@desk.example>\r\n",
            "In-Reply-To: <d3.r1@desk.example>\r\n",
            "References: <d1.r1@desk.example> <d3.r1@desk.example>\r\n",
            "Date: Mon, 12 May 2025 06:30:00 +0000\r\n",
            "List-Id: \"Harbour watch\" <harbour.desk.example>\r\n",
            "List-Unsubscribe: <mailto:desk%2Ba%2Fb@desk.example?subject=unsubscribe%20harbour%20%26%20ports>\r\n",
            "X-Priority: 1 (Highest)\r\n",
            "Content-Type: text/plain; charset=utf-8; format=flowed\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Precedence: list\r\n",
            "X-Auto-Response-Suppress: All\r\n",
            "X-Wiredesk-Rule: harbour\r\n",
            "X-Wiredesk-Story: 991\r\n",
            "X-Wiredesk-Reason: correction\r\n",
            "Content-Transfer-Encoding: quoted-printable\r\n",
        ] {
            assert!(text.contains(header), "{header:?} is not in\n{text}");
        }
        let parsed = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some("Wiredesk — Außenstelle"));
        assert_eq!(parsed.text_body_count(), 1);
        assert_eq!(parsed.html_body_count(), 1);
    }

    #[test]
    fn the_same_message_has_the_same_bytes() {
        assert_eq!(format(&message()).unwrap(), format(&message()).unwrap());
    }

    #[test]
    fn the_envelope_has_bare_addresses() {
        let outgoing = outgoing(&message()).unwrap();
        assert_eq!(outgoing.from, "wiredesk@desk.example");
        assert_eq!(outgoing.to, "ops@desk.example");
    }

    #[test]
    fn a_long_thread_keeps_its_first_and_its_latest() {
        let ids: Vec<_> = (0..50).map(|n| format!("d{n}@desk.example")).collect();
        let kept = references(&ids).unwrap();
        assert_eq!(kept.split(' ').count(), MOST_REFERENCES);
        assert!(
            kept.starts_with("<d0@desk.example> <d31@") && kept.ends_with("<d49@desk.example>")
        );
        assert_eq!(references(&ids[..1]).unwrap(), "<d0@desk.example>");
    }

    #[test]
    fn any_name_may_stand_before_an_address() {
        for (written, name) in [
            ("Desk, night: <wire@desk.example>", Some("Desk, night:")),
            ("\"Desk, \\\"night\\\"\" <wire@desk.example>", Some("Desk, \"night\"")),
            ("Übersee (Desk) <wire@desk.example>", Some("Übersee (Desk)")),
            ("<wire@desk.example>", None),
            (" wire@desk.example ", None),
        ] {
            let bytes = format(&Message { from: written.into(), ..message() }).unwrap();
            let parsed = MessageParser::default().parse(&bytes).unwrap();
            let from = parsed.from().unwrap().first().unwrap();
            assert_eq!(
                (from.name(), from.address()),
                (name, Some("wire@desk.example")),
                "{written}"
            );
        }
    }

    #[test]
    fn what_cannot_be_sent_is_said() {
        let bad_to = Message { to: "nobody".into(), ..message() };
        assert_eq!(format(&bad_to).unwrap_err().next_step, NextStep::Never);
        let bad_from = Message { from: "wiredesk".into(), ..message() };
        assert_eq!(format(&bad_from).unwrap_err().next_step, NextStep::Operator);
        let bad_id = Message { message_id: "a> <b@c".into(), ..message() };
        assert_eq!(format(&bad_id).unwrap_err().next_step, NextStep::Never);
    }

    /// Names of all headers of the whole and its parts, in order.
    fn header_names(bytes: &[u8]) -> Vec<Vec<String>> {
        let parsed = MessageParser::default().parse(bytes).unwrap();
        parsed
            .parts
            .iter()
            .map(|part| part.headers.iter().map(|h| h.name.as_str().to_owned()).collect())
            .collect()
    }

    /// Texts as a hostile feed would write them.
    fn hostile() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<String>(),
            Just("\r\nBcc: all@desk.example\r\n".to_owned()),
            Just("\n\n<html>".to_owned()),
            Just("=?utf-8?B?DQpCY2M6IHg=?=".to_owned()),
            Just(format!("\r\n--{BOUNDARY}--\r\n.\r\nMAIL FROM:<x>\r\n")),
            Just("\0\u{b}\u{c}\u{85}\u{2028}\u{202e}".to_owned()),
            "[ -~]{0,400}",
        ];
        proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn nothing_in_a_feed_can_inject_a_header_or_a_part(
            subject in hostile(), text in hostile(), html in hostile(), rule in hostile(),
        ) {
            let filled = Message {
                subject: format!("x{subject}"),
                text: format!("x{text}"),
                html: format!("x{html}"),
                rules: vec![RuleName::new(format!("x{rule}"))],
                list: Some(ListId { title: format!("x{rule}"), id: format!("x{rule}") }),
                ..message()
            };
            let bytes = format(&filled).unwrap();
            prop_assert!(bytes.is_ascii());
            prop_assert_eq!(header_names(&bytes), header_names(&format(&message()).unwrap()));
            let parsed = MessageParser::default().parse(&bytes).unwrap();
            prop_assert_eq!(parsed.subject().unwrap_or_default(), one_line(&filled.subject));
            let body = parsed.part(1).unwrap();
            prop_assert_eq!(body.content_type().unwrap().subtype(), Some("plain"));
        }

        #[test]
        fn text_arrives_as_it_was_written(text in "[^\\p{Cc}]{1,300}(\n[^\\p{Cc}]{1,90}){0,5}") {
            let bytes = format(&Message { text: text.clone(), ..message() }).unwrap();
            let parsed = MessageParser::default().parse(&bytes).unwrap();
            let arrived = parsed.body_text(0).unwrap().replace("\r\n", "\n");
            let written = flowed(&plain(&text));
            prop_assert_eq!(arrived.trim_end_matches('\n'), written.trim_end_matches('\n'));
        }
    }
}
