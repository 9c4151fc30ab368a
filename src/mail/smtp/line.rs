//! A connection to a mail server: opened, used for one message after another, closed.

use std::fmt;

use lettre::{
    Address,
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Ehlo, Mail, Rcpt, Rset},
        extension::{ClientId, Extension, MailParameter},
    },
};
use secrecy::ExposeSecret as _;
use tokio::{net::TcpStream, sync::OwnedSemaphorePermit, time::timeout};

use super::{
    SmtpSettings, Tls,
    step::{Step, bounded, step, words},
};
use crate::mail::{MailError, NextStep, Receipt};

/// A connection on which messages may be handed over.
pub(super) struct Line {
    connection: AsyncSmtpConnection,
    /// The largest message that the server takes, in bytes, where it says so (RFC 1870).
    largest: Option<usize>,
    takes_size: bool,
    /// Messages that were handed over.
    pub(super) messages: u32,
    /// One of so many connections at once.
    _place: OwnedSemaphorePermit,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("messages", &self.messages).finish_non_exhaustive()
    }
}

impl Line {
    /// Connects, encrypts and says who we are, so far as the settings ask for it.
    pub(super) async fn open(
        settings: &SmtpSettings,
        tls: Option<&TlsParameters>,
        hello: &ClientId,
        place: OwnedSemaphorePermit,
    ) -> Result<Self, MailError> {
        let SmtpSettings { host, port, .. } = settings;
        let named =
            |fault: MailError| MailError { detail: format!("`{host}:{port}`: {fault}"), ..fault };
        let connection = connect(settings, tls, hello).await.map_err(named)?;
        let mut line =
            Self { connection, largest: None, takes_size: false, messages: 0, _place: place };
        match line.begin(settings, tls, hello).await {
            Ok(()) => Ok(line),
            Err(fault) => {
                // A server that answered gets a farewell; a broken line or a failed handshake does
                // not.
                if fault.code.is_some() {
                    line.close(settings).await;
                }
                Err(fault)
            }
        }
    }

    async fn begin(
        &mut self,
        settings: &SmtpSettings,
        tls: Option<&TlsParameters>,
        hello: &ClientId,
    ) -> Result<(), MailError> {
        let SmtpSettings { timeouts, credentials, .. } = settings;
        let line = &mut self.connection;
        if let (Tls::StartTls, Some(tls)) = (settings.tls, tls) {
            if !line.can_starttls() {
                return Err(MailError::new(
                    NextStep::Operator,
                    "the server does not offer STARTTLS, and nothing is sent in the clear",
                )
                .at(Step::StartTls.as_str()));
            }
            let upgrade = line.starttls(tls.clone(), hello);
            step(Step::StartTls, timeouts.starttls, upgrade).await?;
        }
        if let Some((user, password)) = credentials {
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            if line.server_info().get_auth_mechanism(&mechanisms).is_none() {
                return Err(MailError::new(
                    NextStep::Operator,
                    "the server offers neither AUTH PLAIN nor AUTH LOGIN",
                )
                .at(Step::Auth.as_str()));
            }
            step(Step::Auth, timeouts.auth, line.auth(&mechanisms, &credentials)).await?;
        }
        // lettre does not read SIZE, so that the server is asked for its extensions once more.
        let asked = line.command(Ehlo::new(hello.clone()));
        let extensions = step(Step::Connect, timeouts.greeting, asked).await?;
        let size = extensions.message().find_map(size);
        self.takes_size = size.is_some();
        self.largest = size.flatten();
        Ok(())
    }

    /// The envelope and the message.
    pub(super) async fn hand_over(
        &mut self,
        settings: &SmtpSettings,
        (from, to): (Address, Address),
        bytes: &[u8],
    ) -> Result<Receipt, MailError> {
        let (limits, line) = (&settings.timeouts, &mut self.connection);
        if let Some(largest) = self.largest.filter(|largest| bytes.len() > *largest) {
            let detail = format!(
                "the message has {} bytes, and the server takes no more than {largest}",
                bytes.len()
            );
            return Err(MailError::new(NextStep::Never, detail).at("SIZE"));
        }
        let mut parameters = Vec::new();
        if self.takes_size {
            parameters.push(MailParameter::Size(bytes.len()));
        }
        if !AsRef::<str>::as_ref(&from).is_ascii() || !AsRef::<str>::as_ref(&to).is_ascii() {
            if !line.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(MailError::new(
                    NextStep::Never,
                    format!("the server takes only ASCII addresses, not `{from}` to `{to}`"),
                )
                .at("SMTPUTF8"));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        self.messages += 1;
        step(Step::Mail, limits.envelope, line.command(Mail::new(Some(from), parameters))).await?;
        step(Step::Rcpt, limits.envelope, line.command(Rcpt::new(to, Vec::new()))).await?;
        step(Step::Data, limits.data, line.command(Data)).await?;
        // The client ends the message with CRLF and the dot by itself.
        let body = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
        let response = step(Step::Message, limits.message, line.message(body)).await?;
        Ok(Receipt { reply: words(&response) })
    }

    /// Whether the server is still there, with nothing left of the message before.
    pub(super) async fn is_ready(&mut self, settings: &SmtpSettings) -> bool {
        let reset = timeout(settings.timeouts.quit, self.connection.command(Rset));
        matches!(reset.await, Ok(Ok(_)))
    }

    /// Says goodbye, without waiting long for an answer.
    pub(super) async fn close(mut self, settings: &SmtpSettings) {
        drop(timeout(settings.timeouts.quit, self.connection.quit()).await);
    }
}

/// Connects and reads the greeting. Where the first bytes are in the clear, the end of a message
/// does not wait for the server's acknowledgment of the rest: that takes 40 ms for each message.
async fn connect(
    settings: &SmtpSettings,
    tls: Option<&TlsParameters>,
    hello: &ClientId,
) -> Result<AsyncSmtpConnection, MailError> {
    let SmtpSettings { host, port, timeouts, tls: how, .. } = settings;
    let server = (host.as_str(), *port);
    if *how == Tls::Implicit {
        let (limit, tls) = (timeouts.connect, tls.cloned());
        let connecting = AsyncSmtpConnection::connect_tokio1(server, Some(limit), hello, tls, None);
        return step(Step::Connect, limit.saturating_add(timeouts.greeting), connecting).await;
    }
    let failed = |why: String| {
        let detail = format!("{}: {}", Step::Connect, bounded(&why));
        MailError::new(NextStep::Down, detail).at(Step::Connect.as_str())
    };
    let stream = timeout(timeouts.connect, TcpStream::connect(server)).await;
    let stream = stream
        .map_err(|_| failed(format!("no answer within {:?}", timeouts.connect)))?
        .map_err(|fault| failed(fault.to_string()))?;
    stream.set_nodelay(true).map_err(|fault| failed(fault.to_string()))?;
    let greeting = AsyncSmtpConnection::connect_with_transport(Box::new(stream), hello);
    step(Step::Connect, timeouts.greeting, greeting).await
}

/// The size in a line of extensions: `None` in another line, nothing within where no limit is
/// fixed (RFC 1870 section 4).
#[expect(clippy::option_option, reason = "a limit, no limit, or another line")]
fn size(line: &str) -> Option<Option<usize>> {
    let mut words = line.split_whitespace();
    let keyword = words.next()?;
    if !keyword.eq_ignore_ascii_case("SIZE") {
        return None;
    }
    Some(words.next().and_then(|size| size.parse().ok()).filter(|size| *size > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        assert_eq!(size("SIZE 10240000"), Some(Some(10_240_000)));
        assert_eq!(size("size 0"), Some(None));
        assert_eq!(size("SIZE"), Some(None));
        assert_eq!(size("SIZEABLE 5"), None);
        assert_eq!(size("8BITMIME"), None);
    }
}
