//! One message on its way: SMTP, a folder of `.eml` files, or memory.

use std::path::PathBuf;

/// How messages leave.
#[derive(Clone, Debug)]
pub enum Settings {
    /// Written as `.eml` files.
    Directory(PathBuf),
}

/// A message as it is on the wire, and between whom.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outgoing {
    /// Envelope sender.
    pub from: String,
    /// Envelope recipient.
    pub to: String,
    /// Its `Message-ID`, without angle brackets.
    pub message_id: String,
    /// The frozen bytes, CRLF line ends.
    pub bytes: Vec<u8>,
}

/// The server's word for having taken a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Receipt {
    /// The reply, or the path of the file.
    pub reply: String,
}

/// What to do about a message that was not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NextStep {
    /// Try again later.
    Retry,
    /// This message will never be taken.
    Never,
    /// Nothing will be taken until a person mends the settings (wrong password, certificate).
    Operator,
}

/// A message that was not taken, and why.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{detail}")]
pub struct MailError {
    /// What to do about it.
    pub next_step: NextStep,
    /// The SMTP code, where there was one.
    pub code: Option<u16>,
    /// Which step failed and what the server said.
    pub detail: String,
}

/// Sends messages.
#[derive(Clone, Debug)]
pub enum Mailer {}

impl Mailer {
    /// Sends one message and waits for the verdict.
    pub async fn send(&self, message: &Outgoing) -> Result<Receipt, MailError> {
        let _ = message;
        match *self {}
    }
}
