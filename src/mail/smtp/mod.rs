//! Messages over SMTP: connections that are kept for a while, a time limit and a verdict for each
//! step.

mod line;
mod step;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use lettre::{
    Address,
    transport::smtp::{
        Error,
        client::{Certificate, TlsParameters},
        extension::ClientId,
    },
};
use secrecy::SecretString;
use tokio::{sync::Semaphore, task::JoinSet, time::Instant};

use self::{line::Line, step::CLOSING};
use super::{MailError, NextStep, Outgoing, Receipt};

/// Messages for which a connection is used: servers lose patience at a hundred or so.
const MOST_MESSAGES: u32 = 50;
/// How long a connection is kept for the next message; RFC 5321 section 4.5.3.2.7 has servers wait
/// five minutes.
const IDLE: Duration = Duration::from_secs(20);

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
    /// Connections at once.
    pub connections: usize,
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
    /// RSET on a connection that was kept, and QUIT: a courtesy, not worth waiting for.
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
    places: Arc<Semaphore>,
    kept: Arc<Mutex<Kept>>,
}

/// Connections that wait for the next message, and those that are being closed.
#[derive(Debug, Default)]
struct Kept {
    /// Each with the time it was used; the last one used comes last.
    lines: Vec<(Instant, Line)>,
    /// Somebody will close those that nobody uses.
    watched: bool,
    farewells: JoinSet<()>,
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
        let places = Arc::new(Semaphore::new(settings.connections.max(1)));
        let settings = Arc::new(settings.clone());
        Ok(Self { settings, tls, hello, places, kept: Arc::default() })
    }

    /// Messages that may be sent at once.
    pub(super) fn connections(&self) -> usize {
        self.settings.connections.max(1)
    }

    /// Sends one message, over a connection that was kept if there is one.
    pub(super) async fn send(&self, message: &Outgoing) -> Result<Receipt, MailError> {
        let envelope =
            (address(&message.from, NextStep::Operator)?, address(&message.to, NextStep::Never)?);
        if let Some(mut line) = self.resume().await {
            let verdict = line.hand_over(&self.settings, envelope.clone(), &message.bytes).await;
            let was_stale = verdict.as_ref().is_err_and(is_stale);
            self.put_back(line, &verdict);
            if !was_stale {
                return verdict;
            }
        }
        let mut line = self.open().await?;
        let verdict = line.hand_over(&self.settings, envelope, &message.bytes).await;
        self.put_back(line, &verdict);
        verdict
    }

    async fn open(&self) -> Result<Line, MailError> {
        // Nobody closes the semaphore; were it closed, waiting would be as good.
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
            return Err(MailError::new(NextStep::Down, "no connection may be opened"));
        };
        Line::open(&self.settings, self.tls.as_ref(), &self.hello, place).await
    }

    /// A connection that was kept and still stands; those that fell are forgotten.
    async fn resume(&self) -> Option<Line> {
        loop {
            let (used, mut line) = self.inside().lines.pop()?;
            if used.elapsed() > IDLE {
                self.bid_farewell(line);
            } else if line.is_ready(&self.settings).await {
                return Some(line);
            }
        }
    }

    /// Keeps a connection for the next message where it is good for one, else closes it.
    fn put_back(&self, line: Line, verdict: &Result<Receipt, MailError>) {
        let code = match verdict {
            Ok(_) => None,
            // The line is broken, or the server has not been asked at all.
            Err(MailError { code: None, step, .. })
                if !matches!(step, Some("SIZE" | "SMTPUTF8")) =>
            {
                return;
            }
            Err(fault) => fault.code,
        };
        if code == Some(CLOSING) || line.messages >= MOST_MESSAGES {
            return self.bid_farewell(line);
        }
        let mut kept = self.inside();
        kept.lines.push((Instant::now(), line));
        while kept.farewells.try_join_next().is_some() {}
        if !std::mem::replace(&mut kept.watched, true) {
            let smtp = self.clone();
            kept.farewells.spawn(async move {
                while smtp.are_kept() {
                    tokio::time::sleep(IDLE).await;
                    smtp.close_idle();
                }
            });
        }
    }

    /// Whether connections are kept; where none are, nobody watches over them any more.
    fn are_kept(&self) -> bool {
        let mut kept = self.inside();
        kept.watched = !kept.lines.is_empty();
        kept.watched
    }

    /// Closes connections that nobody used for a while.
    fn close_idle(&self) {
        let mut kept = self.inside();
        let (idle, used) = std::mem::take(&mut kept.lines)
            .into_iter()
            .partition::<Vec<_>, _>(|(used, _)| used.elapsed() >= IDLE);
        kept.lines = used;
        drop(kept);
        for (_, line) in idle {
            self.bid_farewell(line);
        }
    }

    /// Closes a connection while others go on.
    fn bid_farewell(&self, line: Line) {
        let settings = Arc::clone(&self.settings);
        self.inside().farewells.spawn(async move { line.close(&settings).await });
    }

    /// Closes every connection that waits for a message.
    pub(super) async fn close(&self) {
        let lines = std::mem::take(&mut self.inside().lines);
        let mut farewells = JoinSet::new();
        for (_, line) in lines {
            let settings = Arc::clone(&self.settings);
            farewells.spawn(async move { line.close(&settings).await });
        }
        while farewells.join_next().await.is_some() {}
    }

    fn inside(&self) -> MutexGuard<'_, Kept> {
        // Each change is one push or pop, so a holder that panicked left nothing half done.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a connection that was kept turns out to be none before the message was spoken of.
fn is_stale(fault: &MailError) -> bool {
    fault.step == Some(step::Step::Mail.as_str()) && matches!(fault.code, None | Some(CLOSING))
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
            connections: 4,
        };
        let smtp = Smtp::new(&settings).unwrap();
        let shown = format!("{settings:?} {smtp:?} {:?}", super::super::Mailer::Smtp(smtp.clone()));
        assert!(shown.contains("mail.example.org") && !shown.contains("hunter2"), "{shown}");
    }
}
