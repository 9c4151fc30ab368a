//! A step of the conversation: its time, and what its failure means.

use std::{error::Error as StdError, fmt, time::Duration};

use lettre::transport::smtp::{Error, response::Response};

use crate::mail::{MailError, NextStep};

/// The most of a server's words that goes into an error, in characters.
const MOST_WORDS: usize = 400;

/// "Service not available, closing transmission channel" (RFC 5321 section 4.2.3): it may be the
/// answer to any command, and is about no message.
pub(super) const CLOSING: u16 = 421;

/// A step of the conversation that can fail by itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Step {
    Connect,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Message,
}

impl Step {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connecting",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::Message => "after the message",
        }
    }

    /// Whether no message has been spoken of yet.
    fn is_before_the_message(self) -> bool {
        matches!(self, Self::Connect | Self::StartTls | Self::Auth)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Runs one step within its time; lettre's own limit ends once the connection stands.
pub(super) async fn step<T>(
    step: Step,
    limit: Duration,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, MailError> {
    match tokio::time::timeout(limit, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(fault)) => Err(verdict(step, &fault)),
        Err(_) => {
            let detail = format!("{step}: no answer within {limit:?}");
            Err(MailError::new(next_step_of(step, None), detail).at(step.as_str()))
        }
    }
}

/// What a failure means for the message.
fn verdict(step: Step, fault: &Error) -> MailError {
    let code = fault.status().map(u16::from);
    let next_step =
        if code.is_none() && is_tls(fault) { NextStep::Operator } else { next_step_of(step, code) };
    let detail = format!("{step}: {}", bounded(&fault.to_string()));
    MailError::new(next_step, detail).at(step.as_str()).with_code(code)
}

/// What a negative reply means, or none: up to AUTH it is about us, from MAIL on about the message.
///
/// Without a code the line broke, nothing came, or the reply made no sense. After the message this
/// is ambiguous: the server may have taken it, and then the next attempt brings the same Message-ID.
pub(super) fn next_step_of(step: Step, code: Option<u16>) -> NextStep {
    let about_us = step.is_before_the_message();
    match code {
        // RFC 4954 section 6: authentication required, too weak, failed, needs encryption.
        Some(530 | 534 | 535 | 538) => NextStep::Operator,
        Some(500..) if about_us => NextStep::Operator,
        Some(500..) => NextStep::Never,
        Some(CLOSING) if step != Step::Message => NextStep::Down,
        _ if about_us => NextStep::Down,
        _ => NextStep::Retry,
    }
}

/// Whether TLS itself refused: a certificate, or no common language.
fn is_tls(fault: &Error) -> bool {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(fault);
    while let Some(error) = cause {
        let io = error.downcast_ref::<std::io::Error>();
        // An I/O error does not name the error within it as its source.
        let within = io.and_then(std::io::Error::get_ref);
        if within.and_then(|inner| inner.downcast_ref::<rustls::Error>()).is_some() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// A reply on one line.
pub(super) fn words(response: &Response) -> String {
    let lines: Vec<_> = response.message().collect();
    bounded(&format!("{} {}", response.code(), lines.join(" ")))
}

/// A server's words on one line, without control characters, at most [`MOST_WORDS`] characters.
pub(super) fn bounded(words: &str) -> String {
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MOST_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_means_what_its_step_says() {
        use NextStep::{Down, Never, Operator, Retry};
        for (step, code, meant) in [
            (Step::Connect, 421, Down),
            (Step::Connect, 554, Operator),
            (Step::StartTls, 454, Down),
            (Step::StartTls, 502, Operator),
            (Step::Auth, 454, Down),
            (Step::Auth, 535, Operator),
            (Step::Mail, 421, Down),
            (Step::Mail, 450, Retry),
            (Step::Mail, 530, Operator),
            (Step::Mail, 552, Never),
            (Step::Rcpt, 451, Retry),
            (Step::Rcpt, 550, Never),
            (Step::Data, 451, Retry),
            (Step::Data, 554, Never),
            (Step::Message, 421, Retry),
            (Step::Message, 452, Retry),
            (Step::Message, 554, Never),
        ] {
            assert_eq!(next_step_of(step, Some(code)), meant, "{step} {code}");
        }
    }

    #[test]
    fn silence_before_the_message_closes_the_way_and_after_it_concerns_the_message() {
        for step in [Step::Connect, Step::StartTls, Step::Auth] {
            assert_eq!(next_step_of(step, None), NextStep::Down, "{step}");
        }
        for step in [Step::Mail, Step::Rcpt, Step::Data, Step::Message] {
            assert_eq!(next_step_of(step, None), NextStep::Retry, "{step}");
        }
    }
}
