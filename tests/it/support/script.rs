//! What a mail server on the loopback does, and where it leaves the straight path.

use std::time::Duration;

/// How the line is encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Security {
    /// Not at all, and STARTTLS is not offered.
    Plain,
    /// STARTTLS is offered.
    StartTls,
    /// From the first byte on.
    Implicit,
}

/// A step of the conversation at which a script can interfere.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Step {
    /// The greeting.
    Greeting,
    /// EHLO.
    Ehlo,
    /// STARTTLS.
    StartTls,
    /// AUTH.
    Auth,
    /// MAIL.
    Mail,
    /// RCPT.
    Rcpt,
    /// DATA.
    Data,
    /// The verdict after the final dot.
    Message,
}

/// What a script makes of a step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Answer {
    /// This line.
    Reply(&'static str),
    /// The line is cut; at [`Step::Message`] after the message was taken.
    Cut,
    /// Nothing, until the client goes.
    Silence,
    /// The same; at [`Step::Message`] after the message was taken.
    TakenSilence,
    /// A byte now and then that never becomes a line, until the client goes.
    Drip,
}

/// A server to be started.
#[derive(Debug)]
pub(crate) struct Options {
    /// How the line is encrypted.
    pub security: Security,
    /// The only user and password that are let in; AUTH is offered where there are some.
    pub login: Option<(&'static str, &'static str)>,
    /// For the n-th session, where the server leaves the straight path, once each; later sessions
    /// are served.
    pub script: Vec<Vec<(Step, Answer)>>,
    /// Scripts hold as long as their session, not once.
    pub stubborn: bool,
    /// Where it leaves the straight path with a recipient, in every session.
    pub recipients: Vec<(&'static str, Step, Answer)>,
    /// How long it thinks before each answer.
    pub pace: Duration,
    /// The largest message that it takes, in bytes, which it announces.
    pub size: Option<usize>,
    /// Messages that it takes in one session; then it closes the line.
    pub messages: usize,
    /// Sessions at once; others are turned away.
    pub at_once: usize,
    /// Whom its certificate is for.
    pub host: &'static str,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            security: Security::StartTls,
            login: None,
            script: Vec::new(),
            stubborn: false,
            recipients: Vec::new(),
            pace: Duration::ZERO,
            size: None,
            messages: usize::MAX,
            at_once: usize::MAX,
            host: "127.0.0.1",
        }
    }
}
