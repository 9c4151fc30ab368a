//! A message as a request to a web address.

use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use url::Url;

use super::{Webhook, signature};
use crate::{
    alert::payload::Format,
    fetch::{Answer, FetchError, Fetcher, Posting},
    mail::{MailError, NextStep, Outgoing, Receipt},
    model::ProblemKind,
};

/// Characters of an answer that are shown.
const MOST_WORDS: usize = 300;

/// The step of a failure before there was an answer, and that of an answer.
const CONNECTING: &str = "connecting";
const POST: &str = "POST";

pub(super) async fn send(
    webhook: &Webhook,
    fetcher: &Fetcher,
    message: &Outgoing,
    now: Timestamp,
) -> Result<Receipt, MailError> {
    let posting = posting(webhook, message, now)?;
    let answer = fetcher.post(&posting).await.map_err(|fault| unanswered(&fault))?;
    match next_step(answer.status) {
        None => Ok(Receipt { reply: words(&answer) }),
        Some(next_step) => Err(MailError {
            next_step,
            step: Some(POST),
            code: Some(answer.status),
            after: answer.retry_after,
            detail: explained(&answer),
        }),
    }
}

/// The request, signed anew at each attempt; its body is the frozen one, to which ntfy's topic is
/// added.
fn posting(webhook: &Webhook, message: &Outgoing, now: Timestamp) -> Result<Posting, MailError> {
    let url = webhook.url.expose_secret().to_owned();
    let body = message.bytes.clone();
    match (webhook.format, &webhook.secret) {
        (Format::Ntfy, token) => {
            let headers = token
                .iter()
                .map(|token| ("authorization", format!("Bearer {}", token.expose_secret())));
            let (url, body) = to_topic(&url, &body)
                .ok_or_else(|| MailError::new(NextStep::Never, "it is not in the form of ntfy"))?;
            Ok(Posting { url, headers: headers.collect(), body })
        }
        (Format::Wiredesk | Format::Slack, secret) => {
            let sign = |secret| signature::headers(secret, &message.message_id, &body, now);
            let headers = secret.as_ref().map(sign).unwrap_or_default();
            Ok(Posting { url, headers, body })
        }
    }
}

/// JSON is published at the root of an ntfy server and names the topic, which the address ends
/// with.
fn to_topic(url: &str, body: &[u8]) -> Option<(String, Vec<u8>)> {
    let mut url = Url::parse(url).ok()?;
    let topic = url.path_segments()?.rfind(|part| !part.is_empty())?.to_owned();
    let root = url.path().trim_end_matches('/').strip_suffix(&topic)?.to_owned();
    url.set_path(&root);
    let mut note: Value = serde_json::from_slice(body).ok()?;
    note.as_object_mut()?.insert("topic".to_owned(), topic.into());
    Some((url.into(), note.to_string().into_bytes()))
}

/// What an answer means for the message; nothing where it was taken.
fn next_step(status: u16) -> Option<NextStep> {
    Some(match status {
        200..=299 => return None,
        // Nobody is there any more, or this body is not wanted.
        400 | 410 | 413 | 415 | 422 => NextStep::Never,
        // The address or the secret is wrong.
        300..=399 | 401..=407 => NextStep::Operator,
        429 | 502..=504 => NextStep::Down,
        _ => NextStep::Retry,
    })
}

fn unanswered(fault: &FetchError) -> MailError {
    let next_step = match fault.problem.kind {
        ProblemKind::Dns | ProblemKind::Connect => NextStep::Down,
        ProblemKind::Tls | ProblemKind::Refused => NextStep::Operator,
        _ => NextStep::Retry,
    };
    MailError::new(next_step, fault.problem.to_string()).at(CONNECTING)
}

fn words(answer: &Answer) -> String {
    let words: String = answer.words.chars().take(MOST_WORDS).collect();
    format!("{} {words}", answer.status).trim_end().to_owned()
}

fn explained(answer: &Answer) -> String {
    let why = match answer.status {
        300..=399 => "a redirect, which is not followed: write the address that it leads to; ",
        401 | 403 => "the address or the secret is wrong; ",
        404 | 405 => "nobody takes messages there; ",
        410 => "the address is gone for good; ",
        429 => "too many messages; ",
        _ => "",
    };
    format!("{POST}: {why}answered {}", words(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_means_what_its_status_says() {
        use NextStep::{Down, Never, Operator, Retry};
        for (statuses, meant) in [
            (&[200, 201, 202, 204][..], None),
            (&[400, 410, 413, 422], Some(Never)),
            (&[301, 302, 308, 401, 403, 404, 405], Some(Operator)),
            (&[429, 502, 503, 504], Some(Down)),
            (&[408, 409, 425, 500, 501, 599], Some(Retry)),
        ] {
            for status in statuses {
                assert_eq!(next_step(*status), meant, "{status}");
            }
        }
    }

    #[test]
    fn the_topic_of_ntfy_moves_from_the_address_into_the_body() {
        for (address, root) in [
            ("https://ntfy.example/arden-desk", "https://ntfy.example/"),
            ("https://desk.example/push/arden-desk/", "https://desk.example/push/"),
        ] {
            let (url, body) = to_topic(address, br#"{"title":"x"}"#).unwrap();
            assert_eq!(url, root);
            let body: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body, serde_json::json!({"title": "x", "topic": "arden-desk"}));
        }
        assert_eq!(to_topic("https://ntfy.example/", b"{}"), None);
        assert_eq!(to_topic("https://ntfy.example/x", b"text"), None);
    }
}
