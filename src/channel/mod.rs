//! Messages that are no mails: a request to a web address, a program that is run, a feed in a
//! folder.
//!
//! As with [`crate::mail`], what is sent are frozen bytes, and nothing here decides when to try
//! again: a [`MailError`] says what kind of failure it was.

mod exec;
mod feed;
mod signature;
#[cfg(test)]
mod tests;
mod webhook;

use std::{collections::BTreeMap, path::PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

pub use self::feed::write as write_feeds;
use crate::{
    alert::payload::Format,
    fetch::Fetcher,
    mail::{MailError, NextStep, Outgoing, Receipt},
};

/// Where the addresses lead that are no mail addresses.
pub type Settings = BTreeMap<String, Endpoint>;

/// Where an address leads.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Endpoint {
    /// To a web address.
    Webhook(Webhook),
    /// To a program.
    Exec(Command),
    /// To a folder with a feed for each rule.
    Feed(PathBuf),
}

impl Endpoint {
    /// What it understands.
    pub fn format(&self) -> Format {
        match self {
            Self::Webhook(webhook) => webhook.format,
            Self::Exec(_) | Self::Feed(_) => Format::Wiredesk,
        }
    }
}

/// A web address that takes messages.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The address; it may hold a secret.
    pub url: SecretString,
    /// What it understands.
    pub format: Format,
    /// What requests are signed with, or, for ntfy, the token that lets us in.
    pub secret: Option<SecretString>,
}

impl PartialEq for Webhook {
    fn eq(&self, other: &Self) -> bool {
        let secret = |of: &Self| of.secret.as_ref().map(|text| text.expose_secret().to_owned());
        self.url.expose_secret() == other.url.expose_secret()
            && self.format == other.format
            && secret(self) == secret(other)
    }
}

impl Eq for Webhook {}

/// A program that takes messages.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Command {
    /// Its absolute path.
    pub program: PathBuf,
    /// What it is called with, as it stands: no shell reads it.
    pub arguments: Vec<String>,
}

/// Sends one message to where its address leads, and waits for the verdict.
pub async fn send(
    endpoint: &Endpoint,
    fetcher: &Fetcher,
    message: &Outgoing,
    now: jiff::Timestamp,
) -> Result<Receipt, MailError> {
    match endpoint {
        Endpoint::Webhook(webhook) => webhook::send(webhook, fetcher, message, now).await,
        Endpoint::Exec(command) => exec::run(command, message).await,
        Endpoint::Feed(_) => {
            Err(MailError::new(NextStep::Never, "a feed is written from all its messages"))
        }
    }
}
