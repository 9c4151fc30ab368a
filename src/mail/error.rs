//! A message that was not taken: which step failed, what was said, and what to do about it.

use std::time::Duration;

/// What to do about a message that was not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NextStep {
    /// Try again later.
    Retry,
    /// Try again later, and nothing else by the same way before: nobody can be spoken to.
    Down,
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
    /// The step of the conversation that failed, where there was one.
    pub step: Option<&'static str>,
    /// The code of the reply, where there was one.
    pub code: Option<u16>,
    /// How long we are asked to wait, where we are.
    pub after: Option<Duration>,
    /// Which step failed and what the server said.
    pub detail: String,
}

impl MailError {
    /// A failure without a reply.
    pub fn new(next_step: NextStep, detail: impl Into<String>) -> Self {
        Self { next_step, step: None, code: None, after: None, detail: detail.into() }
    }

    /// The same, at this step.
    #[must_use]
    pub fn at(self, step: &'static str) -> Self {
        Self { step: Some(step), ..self }
    }

    /// The same, by this reply.
    #[must_use]
    pub fn with_code(self, code: Option<u16>) -> Self {
        Self { code, ..self }
    }
}
