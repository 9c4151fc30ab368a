//! A message that was not taken: which step failed, what was said, and what to do about it.

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
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{detail}")]
pub struct MailError {
    /// What to do about it.
    pub next_step: NextStep,
    /// The SMTP code, where there was one.
    pub code: Option<u16>,
    /// Which step failed and what the server said.
    pub detail: String,
}

impl MailError {
    /// A failure of our own side, without a reply of a server.
    pub(super) fn new(next_step: NextStep, detail: impl Into<String>) -> Self {
        Self { next_step, code: None, detail: detail.into() }
    }
}
