//! One message on its way: SMTP, a folder of `.eml` files, or memory.
//!
//! What is sent are the *frozen bytes* of an [`Outgoing`]: [`message::format`] makes them once,
//! the store keeps them, and every attempt sends the same ones under the same Message-ID. A
//! message may therefore arrive twice (when the line is cut after the server took it), and then it
//! is recognisably the same. Nothing here decides when to try again: a [`MailError`] says what
//! kind of failure it was.

mod directory;
mod error;
mod flowed;
mod headers;
mod memory;
pub mod message;
mod smtp;

use std::path::PathBuf;

pub use directory::Directory;
pub use error::{MailError, NextStep};
pub use memory::Memory;
pub use message::Message;
pub use smtp::{Smtp, SmtpSettings, Timeouts, Tls};

/// How messages leave.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a process has one")]
pub enum Settings {
    /// Written as `.eml` files into this folder.
    Directory(PathBuf),
    /// Handed to a mail server.
    Smtp(SmtpSettings),
}

/// A message as it is on the wire, and between whom.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outgoing {
    /// Envelope sender, a bare address.
    pub from: String,
    /// Envelope recipient, a bare address.
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

/// Sends messages; clones share what they need.
#[derive(Clone, Debug)]
pub enum Mailer {
    /// To a mail server.
    Smtp(Smtp),
    /// Into a folder.
    Directory(Directory),
    /// Into memory.
    Memory(Memory),
}

impl Mailer {
    /// Makes ready what the settings ask for; nothing is connected or written yet. Fails where
    /// the settings cannot work (a certificate that is none, a server name that is none).
    pub fn new(settings: &Settings) -> Result<Self, MailError> {
        Ok(match settings {
            Settings::Directory(path) => Self::Directory(Directory::new(path)),
            Settings::Smtp(settings) => Self::Smtp(Smtp::new(settings)?),
        })
    }

    /// A mailer that keeps what it is given; make a [`Memory`] of your own to look into it.
    pub fn memory() -> Self {
        Self::Memory(Memory::default())
    }

    /// Sends one message and waits for the verdict.
    pub async fn send(&self, message: &Outgoing) -> Result<Receipt, MailError> {
        match self {
            Self::Smtp(smtp) => smtp.send(message).await,
            Self::Directory(directory) => directory.send(message).await,
            Self::Memory(memory) => memory.send(message),
        }
    }

    /// How many messages may be sent at once.
    pub fn at_once(&self) -> usize {
        match self {
            Self::Smtp(smtp) => smtp.connections(),
            Self::Directory(_) | Self::Memory(_) => usize::MAX,
        }
    }

    /// Lets go of connections that wait for a message.
    pub async fn close(&self) {
        if let Self::Smtp(smtp) = self {
            smtp.close().await;
        }
    }
}
