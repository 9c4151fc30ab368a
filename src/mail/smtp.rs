//! One message over SMTP: a connection, a time limit and a verdict for each step.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailParameter},
        response::Response,
    },
};
use secrecy::{ExposeSecret as _, SecretString};

use super::{MailError, NextStep, Outgoing, Receipt};

/// The most of a server's words that goes into an error, in characters.
const MOST_WORDS: usize = 400;

/// Which server, and how to speak with it.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// Host name or IP address; the certificate must be for it.
    pub host: String,
    /// Usually 587 for STARTTLS and 465 for implicit TLS.
    pub port: u16,
    /// How the line is encrypted.
    pub tls: Tls,
    /// User name and password, where the server wants them.
    pub credentials: Option<(String, SecretString)>,
    /// How long each step may take.
    pub timeouts: Timeouts,
    /// Certificates in PEM to trust beside the system's.
    pub extra_ca: Option<Vec<u8>>,
    /// What we call ourselves in EHLO, a domain; `[127.0.0.1]` where absent.
    pub hello_name: Option<String>,
}

/// How the line is encrypted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Tls {
    /// From the first byte on (`smtps://`).
    Implicit,
    /// By STARTTLS; a server that does not offer it is refused, never spoken to in the clear.
    #[default]
    StartTls,
    /// Not at all: for a server on this machine.
    None,
}

/// How long each step may take before it counts as failed.
///
/// The defaults follow RFC 5321 section 4.5.3.2, but for MAIL and RCPT, where a submission server
/// that has not answered in a minute will not answer in five.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timeouts {
    /// Until the TCP connection to one address stands.
    pub connect: Duration,
    /// Greeting and EHLO, and the TLS handshake before them where TLS is implicit.
    pub greeting: Duration,
    /// STARTTLS, the handshake and the second EHLO.
    pub starttls: Duration,
    /// AUTH.
    pub auth: Duration,
    /// MAIL and RCPT, each.
    pub envelope: Duration,
    /// DATA until the server asks for the message.
    pub data: Duration,
    /// From the first byte of the message to the verdict on it.
    pub message: Duration,
    /// QUIT: a courtesy, not worth waiting for.
    pub quit: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            greeting: Duration::from_mins(1),
            starttls: Duration::from_secs(30),
            auth: Duration::from_mins(1),
            envelope: Duration::from_mins(1),
            data: Duration::from_mins(2),
            // Three minutes for the data block and ten after the final dot.
            message: Duration::from_mins(13),
            quit: Duration::from_secs(5),
        }
    }
}

/// A mail server, ready to be connected to.
#[derive(Clone)]
pub struct Smtp {
    settings: Arc<SmtpSettings>,
    /// Made once: it reads the system's certificates.
    tls: Option<TlsParameters>,
    hello: ClientId,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Smtp {
    /// Reads the certificates; connects to nobody.
    pub(super) fn new(settings: &SmtpSettings) -> Result<Self, MailError> {
        let tls = match settings.tls {
            Tls::None => None,
            Tls::Implicit | Tls::StartTls => Some(tls_parameters(settings)?),
        };
        let hello = settings.hello_name.clone().map_or_else(ClientId::default, ClientId::Domain);
        Ok(Self { settings: Arc::new(settings.clone()), tls, hello })
    }

    /// Sends one message over a connection of its own.
    pub(super) async fn send(&self, message: &Outgoing) -> Result<Receipt, MailError> {
        let limits = &self.settings.timeouts;
        let from = address(&message.from, NextStep::Operator)?;
        let to = address(&message.to, NextStep::Never)?;
        let mut line = self.connect().await?;
        let verdict = match self.open(&mut line).await {
            Ok(()) => self.hand_over(&mut line, from, to, &message.bytes).await,
            Err(refused) => Err(refused),
        };
        // A server that answered gets a farewell; a broken line or a failed handshake does not.
        if !matches!(&verdict, Err(MailError { code: None, .. })) {
            drop(tokio::time::timeout(limits.quit, line.quit()).await);
        }
        verdict
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, MailError> {
        let SmtpSettings { host, port, timeouts, tls, .. } = &*self.settings;
        let implicit = self.tls.clone().filter(|_| *tls == Tls::Implicit);
        let connecting = AsyncSmtpConnection::connect_tokio1(
            (host.as_str(), *port),
            Some(timeouts.connect),
            &self.hello,
            implicit,
            None,
        );
        let limit = timeouts.connect.saturating_add(timeouts.greeting);
        step(Step::Connect, limit, connecting)
            .await
            .map_err(|fault| MailError { detail: format!("`{host}:{port}`: {fault}"), ..fault })
    }

    /// Encrypts the line and says who we are, so far as the settings ask for it.
    async fn open(&self, line: &mut AsyncSmtpConnection) -> Result<(), MailError> {
        let SmtpSettings { timeouts, credentials, .. } = &*self.settings;
        if let (Tls::StartTls, Some(tls)) = (self.settings.tls, &self.tls) {
            if !line.can_starttls() {
                return Err(MailError::new(
                    NextStep::Operator,
                    "the server does not offer STARTTLS, and nothing is sent in the clear",
                ));
            }
            let upgrade = line.starttls(tls.clone(), &self.hello);
            step(Step::StartTls, timeouts.starttls, upgrade).await?;
        }
        if let Some((user, password)) = credentials {
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            if line.server_info().get_auth_mechanism(&mechanisms).is_none() {
                return Err(MailError::new(
                    NextStep::Operator,
                    "the server offers neither AUTH PLAIN nor AUTH LOGIN",
                ));
            }
            step(Step::Auth, timeouts.auth, line.auth(&mechanisms, &credentials)).await?;
        }
        Ok(())
    }

    /// The envelope and the message.
    async fn hand_over(
        &self,
        line: &mut AsyncSmtpConnection,
        from: Address,
        to: Address,
        bytes: &[u8],
    ) -> Result<Receipt, MailError> {
        let limits = &self.settings.timeouts;
        let mut parameters = Vec::new();
        if !AsRef::<str>::as_ref(&from).is_ascii() || !AsRef::<str>::as_ref(&to).is_ascii() {
            if !line.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(MailError::new(
                    NextStep::Never,
                    format!("the server takes only ASCII addresses, not `{from}` to `{to}`"),
                ));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        step(Step::Mail, limits.envelope, line.command(Mail::new(Some(from), parameters))).await?;
        step(Step::Rcpt, limits.envelope, line.command(Rcpt::new(to, Vec::new()))).await?;
        step(Step::Data, limits.data, line.command(Data)).await?;
        // The client ends the message with CRLF and the dot by itself.
        let body = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
        let response = step(Step::Message, limits.message, line.message(body)).await?;
        Ok(Receipt { reply: words(&response) })
    }
}

fn tls_parameters(settings: &SmtpSettings) -> Result<TlsParameters, MailError> {
    let unusable = |fault: Error| {
        MailError::new(NextStep::Operator, format!("certificates for `{}`: {fault}", settings.host))
    };
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.extra_ca {
        builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(unusable)?);
    }
    builder.build().map_err(unusable)
}

fn address(written: &str, next_step: NextStep) -> Result<Address, MailError> {
    written
        .parse()
        .map_err(|fault| MailError::new(next_step, format!("address `{written}`: {fault}")))
}

/// A step of the conversation that can fail by itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Step {
    Connect,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Message,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::Message => "after the message",
        })
    }
}

/// Runs one step within its time; lettre's own limit ends once the connection stands.
async fn step<T>(
    step: Step,
    limit: Duration,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, MailError> {
    match tokio::time::timeout(limit, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(fault)) => Err(verdict(step, &fault)),
        Err(_) => {
            Err(MailError::new(NextStep::Retry, format!("{step}: no answer within {limit:?}")))
        }
    }
}

/// What a failure means for the message.
fn verdict(step: Step, fault: &Error) -> MailError {
    let code = fault.status().map(u16::from);
    let next_step = match code {
        Some(code) => next_step_of(step, code),
        None if is_tls(fault) => NextStep::Operator,
        // The line broke or the reply made no sense. After the message this is ambiguous: the
        // server may have taken it, and then the next attempt brings the same Message-ID.
        None => NextStep::Retry,
    };
    let detail = format!("{step}: {}", bounded(&fault.to_string()));
    MailError { next_step, code, detail }
}

/// What a negative reply means: up to AUTH it is about us, from MAIL on about the message.
fn next_step_of(step: Step, code: u16) -> NextStep {
    let about_us = matches!(step, Step::Connect | Step::StartTls | Step::Auth)
        // RFC 4954 section 6: authentication required, too weak, failed, needs encryption.
        || matches!(code, 530 | 534 | 535 | 538);
    match code {
        ..500 => NextStep::Retry,
        _ if about_us => NextStep::Operator,
        _ => NextStep::Never,
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

fn words(response: &Response) -> String {
    let lines: Vec<_> = response.message().collect();
    bounded(&format!("{} {}", response.code(), lines.join(" ")))
}

/// A server's words on one line, without control characters, at most [`MOST_WORDS`] characters.
fn bounded(words: &str) -> String {
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MOST_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let settings = SmtpSettings {
            host: "mail.example.org".into(),
            port: 587,
            tls: Tls::None,
            credentials: Some(("desk".into(), "hunter2".into())),
            timeouts: Timeouts::default(),
            extra_ca: None,
            hello_name: None,
        };
        let smtp = Smtp::new(&settings).unwrap();
        let shown = format!("{settings:?} {smtp:?} {:?}", super::super::Mailer::Smtp(smtp.clone()));
        assert!(shown.contains("mail.example.org") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_reply_means_what_its_step_says() {
        use NextStep::{Never, Operator, Retry};
        for (step, code, meant) in [
            (Step::Connect, 421, Retry),
            (Step::Connect, 554, Operator),
            (Step::StartTls, 454, Retry),
            (Step::StartTls, 502, Operator),
            (Step::Auth, 454, Retry),
            (Step::Auth, 535, Operator),
            (Step::Mail, 450, Retry),
            (Step::Mail, 530, Operator),
            (Step::Mail, 552, Never),
            (Step::Rcpt, 451, Retry),
            (Step::Rcpt, 550, Never),
            (Step::Data, 451, Retry),
            (Step::Data, 554, Never),
            (Step::Message, 452, Retry),
            (Step::Message, 554, Never),
        ] {
            assert_eq!(next_step_of(step, code), meant, "{step} {code}");
        }
    }
}
