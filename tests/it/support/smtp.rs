//! A mail server on the loopback that answers by script and remembers what it took.
//!
//! It runs on threads of its own, so it serves a test's runtime and a child process alike. It is
//! not for tests under a paused clock, which cannot see its threads.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{ServerConfig, ServerConnection, StreamOwned, pki_types::PrivatePkcs8KeyDer};

pub(crate) use super::script::{Answer, Options, Security, Step};

/// A message that the server took.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Taken {
    /// Envelope sender.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// The message, dots unstuffed.
    pub bytes: Vec<u8>,
    /// Who had logged in.
    pub user: Option<String>,
    /// Whether the line was encrypted.
    pub encrypted: bool,
}

impl Taken {
    /// The message's `Message-ID` without angle brackets.
    pub(crate) fn message_id(&self) -> String {
        let parsed = mail_parser::MessageParser::default().parse(&self.bytes).unwrap();
        parsed.message_id().unwrap().to_owned()
    }
}

/// A running server; it ends when it is dropped.
pub(crate) struct SmtpServer {
    port: u16,
    ca_pem: String,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    options: Options,
    tls: Arc<ServerConfig>,
    taken: Mutex<Vec<Taken>>,
    changed: Condvar,
    sessions: AtomicUsize,
    /// Sessions that are open, and the most that ever were.
    open: Mutex<(usize, usize)>,
    /// The steps that were come to, in their order.
    reached: Mutex<Vec<Step>>,
    mended: AtomicBool,
    stop: AtomicBool,
}

impl SmtpServer {
    /// Starts a server on a free port of 127.0.0.1.
    #[expect(clippy::disallowed_methods, reason = "it must also serve child processes")]
    pub(crate) fn start(options: Options) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed([options.host.to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key.into())
            .unwrap();
        let shared = Arc::new(Shared {
            options,
            tls: Arc::new(tls),
            taken: Mutex::default(),
            changed: Condvar::new(),
            sessions: AtomicUsize::new(0),
            open: Mutex::default(),
            reached: Mutex::default(),
            mended: AtomicBool::new(false),
            stop: AtomicBool::new(false),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let accepting = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Self { port, ca_pem: cert.pem(), shared, accepting: Some(accepting) }
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The certificate to trust, in PEM; good for `127.0.0.1` and not for `localhost`.
    pub(crate) fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// From now on nothing is scripted.
    pub(crate) fn mend(&self) {
        self.shared.mended.store(true, Ordering::SeqCst);
    }

    /// How many clients connected.
    pub(crate) fn sessions(&self) -> usize {
        self.shared.sessions.load(Ordering::SeqCst)
    }

    /// How many were connected at once, at most.
    pub(crate) fn most_at_once(&self) -> usize {
        self.shared.open.lock().unwrap().1
    }

    /// How often a step was come to.
    pub(crate) fn reached(&self, step: Step) -> usize {
        self.shared.reached.lock().unwrap().iter().filter(|reached| **reached == step).count()
    }

    /// All messages taken so far, first first.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.shared.taken.lock().unwrap().clone()
    }

    /// Waits until `count` messages are there, and fails the test after `limit`.
    pub(crate) fn wait_for(&self, count: usize, limit: Duration) -> Vec<Taken> {
        let end = Instant::now() + limit;
        let mut taken = self.shared.taken.lock().unwrap();
        while taken.len() < count {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{} of {count} messages within {limit:?}", taken.len());
            taken = self.shared.changed.wait_timeout(taken, left).unwrap().0;
        }
        taken.clone()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        // Wakes the accepting thread; sessions end with their clients.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
        if let Some(accepting) = self.accepting.take() {
            accepting.join().unwrap();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "it must also serve child processes")]
fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stop.load(Ordering::SeqCst) {
            return;
        }
        let number = shared.sessions.fetch_add(1, Ordering::SeqCst);
        let shared = Arc::clone(shared);
        // A client that goes away in the middle is a test's business, not the server's.
        thread::spawn(move || {
            let is_welcome = {
                let mut open = shared.open.lock().unwrap();
                let is_welcome = open.0 < shared.options.at_once;
                open.0 += usize::from(is_welcome);
                open.1 = open.1.max(open.0);
                is_welcome
            };
            if !is_welcome {
                return stream?.write_all(b"421 4.7.0 too many connections\r\n");
            }
            let ended = Session::new(Arc::clone(&shared), number).run(stream?);
            shared.open.lock().unwrap().0 -= 1;
            ended
        });
    }
}

/// Plain or encrypted bytes.
trait Line: Read + Write {}
impl<T: Read + Write> Line for T {}

struct Session {
    shared: Arc<Shared>,
    script: Vec<(Step, Answer)>,
    user: Option<String>,
    encrypted: bool,
    messages: usize,
    /// The recipient that is spoken of.
    recipient: String,
}

impl Session {
    fn new(shared: Arc<Shared>, number: usize) -> Self {
        let script = shared.options.script.get(number).cloned().unwrap_or_default();
        Self { shared, script, user: None, encrypted: false, messages: 0, recipient: String::new() }
    }

    fn run(mut self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let socket = stream.try_clone()?;
        let ended = self.talk(stream);
        socket.shutdown(Shutdown::Both).and(ended)
    }

    fn talk(&mut self, stream: TcpStream) -> io::Result<()> {
        if self.shared.options.security == Security::Implicit {
            return self.talk_encrypted(stream, Step::Greeting);
        }
        let mut line = BufReader::new(stream);
        if !self.answer(&mut line, Step::Greeting, "220 desk.example ESMTP")? {
            return Ok(());
        }
        if self.serve(&mut line)? == Next::Encrypt {
            return self.talk_encrypted(line.into_inner(), Step::Ehlo);
        }
        Ok(())
    }

    /// From the handshake on; `from` is the greeting where the client has not had it yet.
    fn talk_encrypted(&mut self, stream: TcpStream, from: Step) -> io::Result<()> {
        let tls = ServerConnection::new(Arc::clone(&self.shared.tls)).map_err(io::Error::other)?;
        self.encrypted = true;
        let mut line = BufReader::new(StreamOwned::new(tls, stream));
        if from != Step::Greeting || self.answer(&mut line, from, "220 desk.example ESMTP")? {
            self.serve(&mut line)?;
        }
        line.get_mut().conn.send_close_notify();
        line.get_mut().flush()
    }

    fn serve<L: Line>(&mut self, line: &mut BufReader<L>) -> io::Result<Next> {
        let (mut from, mut to) = (String::new(), Vec::new());
        loop {
            let Some(command) = read_line(line)? else { return Ok(Next::End) };
            let verb = command.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            let goes_on = match verb.as_str() {
                "EHLO" => {
                    let capabilities = self.capabilities();
                    self.answer(line, Step::Ehlo, &capabilities)?
                }
                "STARTTLS" => {
                    if self.answer(line, Step::StartTls, "220 go ahead")? {
                        return Ok(Next::Encrypt);
                    }
                    false
                }
                "AUTH" => self.login(line, &command)?,
                "MAIL" => {
                    from = address(&command);
                    to.clear();
                    self.recipient.clear();
                    self.answer(line, Step::Mail, "250 2.1.0 sender ok")?
                }
                "RCPT" => {
                    to.push(address(&command));
                    self.recipient = address(&command);
                    self.answer(line, Step::Rcpt, "250 2.1.5 recipient ok")?
                }
                "DATA" => self.data(line, &mut from, &mut to)?,
                "RSET" | "NOOP" => reply(line, "250 2.0.0 ok").map(|()| true)?,
                "QUIT" => {
                    reply(line, "221 bye")?;
                    return Ok(Next::End);
                }
                _ => reply(line, "502 not here").map(|()| true)?,
            };
            if !goes_on {
                return Ok(Next::End);
            }
        }
    }

    fn capabilities(&self) -> String {
        let mut lines = vec!["desk.example"];
        if self.shared.options.security == Security::StartTls && !self.encrypted {
            lines.push("STARTTLS");
        }
        if self.shared.options.login.is_some() {
            lines.push("AUTH PLAIN");
        }
        lines.push("8BITMIME");
        let size = self.shared.options.size.map(|size| format!("SIZE {size}"));
        lines.extend(size.as_deref());
        let last = lines.len() - 1;
        let line =
            |(at, text): (usize, &&str)| format!("250{}{text}", if at == last { ' ' } else { '-' });
        lines.iter().enumerate().map(line).collect::<Vec<_>>().join("\r\n")
    }

    fn login<L: Line>(&mut self, line: &mut BufReader<L>, command: &str) -> io::Result<bool> {
        let (user, password) = self.shared.options.login.unwrap_or_default();
        let offered = BASE64_STANDARD.decode(command.rsplit(' ').next().unwrap_or_default());
        if offered.ok() != Some(format!("\0{user}\0{password}").into_bytes()) {
            return reply(line, "535 5.7.8 who are you?").map(|()| true);
        }
        self.user = Some(user.to_owned());
        self.answer(line, Step::Auth, "235 2.7.0 welcome")
    }

    fn data<L: Line>(
        &mut self,
        line: &mut BufReader<L>,
        from: &mut String,
        to: &mut Vec<String>,
    ) -> io::Result<bool> {
        if self.scripted(Step::Data).is_some() {
            return self.answer(line, Step::Data, "");
        }
        self.shared.reached.lock().unwrap().push(Step::Data);
        reply(line, "354 go on")?;
        let mut bytes = Vec::new();
        loop {
            let mut one = Vec::new();
            if line.read_until(b'\n', &mut one)? == 0 {
                return Ok(false);
            }
            match one.as_slice() {
                b".\r\n" => break,
                [b'.', rest @ ..] => bytes.extend_from_slice(rest),
                whole => bytes.extend_from_slice(whole),
            }
        }
        if !matches!(
            self.scripted(Step::Message),
            Some(Answer::Reply(_) | Answer::Silence | Answer::Drip)
        ) {
            self.take(std::mem::take(from), std::mem::take(to), bytes);
        }
        self.messages += 1;
        Ok(self.answer(line, Step::Message, "250 2.0.0 taken as 4711")?
            && self.messages < self.shared.options.messages)
    }

    fn take(&self, from: String, to: Vec<String>, bytes: Vec<u8>) {
        let (user, encrypted) = (self.user.clone(), self.encrypted);
        self.shared.taken.lock().unwrap().push(Taken { from, to, bytes, user, encrypted });
        self.shared.changed.notify_all();
    }

    /// Says what the script says at this step, else `usual`; whether the conversation goes on.
    fn answer<L: Line>(
        &mut self,
        line: &mut BufReader<L>,
        step: Step,
        usual: &str,
    ) -> io::Result<bool> {
        thread::sleep(self.shared.options.pace);
        self.shared.reached.lock().unwrap().push(step);
        let scripted = self.scripted(step);
        if !self.shared.options.stubborn {
            self.script.retain(|(at, _)| *at != step);
        }
        match scripted {
            None => reply(line, usual).map(|()| true),
            Some(Answer::Reply(text)) => {
                reply(line, text)?;
                Ok(!(step == Step::StartTls || text.starts_with("421")))
            }
            Some(Answer::Cut) => Ok(false),
            Some(Answer::Silence | Answer::TakenSilence) => {
                io::copy(line, &mut io::sink()).map(|_| false)
            }
            Some(Answer::Drip) => loop {
                line.get_mut().write_all(b"2")?;
                line.get_mut().flush()?;
                thread::sleep(Duration::from_millis(20));
            },
        }
    }

    fn scripted(&self, step: Step) -> Option<Answer> {
        if self.shared.mended.load(Ordering::SeqCst) {
            return None;
        }
        let of_recipient = self.shared.options.recipients.iter();
        let of_recipient = of_recipient
            .filter(|(recipient, ..)| *recipient == self.recipient)
            .map(|(_, at, answer)| (*at, *answer));
        let script = self.script.iter().copied().chain(of_recipient);
        script.into_iter().find(|(at, _)| *at == step).map(|(_, answer)| answer)
    }
}

#[derive(Eq, PartialEq)]
enum Next {
    Encrypt,
    End,
}

fn read_line(line: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut text = String::new();
    let read = line.read_line(&mut text)?;
    Ok((read > 0).then(|| text.trim_end().to_owned()))
}

fn reply<L: Line>(line: &mut BufReader<L>, text: &str) -> io::Result<()> {
    line.get_mut().write_all(format!("{text}\r\n").as_bytes())?;
    line.get_mut().flush()
}

/// What stands between the angle brackets.
fn address(command: &str) -> String {
    let inside = command.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(address, _)| address.to_owned()).unwrap_or_default()
}
