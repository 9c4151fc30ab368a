//! How fast a full outbox is handed over to a mail server that allows few connections, and in what
//! memory.
//!
//! `cargo bench --bench delivery` hands over 10,000 messages once and prints what it took. Measured on
//! two shared cores: 55 s, 38 s of processor with the server; 39 to 54 MB, level from the sixth
//! thousand on, when the pages that SQLite keeps are all taken.
#![expect(clippy::unwrap_used, reason = "nothing is in the way of a bench")]
#![expect(clippy::print_stdout, reason = "the answer of the bench")]

#[path = "polling/process.rs"]
mod process;
#[expect(dead_code, reason = "others read the papers otherwise")]
#[path = "../tests/it/support/wire.rs"]
mod wire;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use jiff::{SignedDuration, Timestamp};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::Instant,
};
use wiredesk::{
    clock::Clock,
    daemon,
    fetch::{Fetcher, Reply},
    mail::{Mailer, Settings, SmtpSettings, Timeouts, Tls},
    pipeline::{Context, InForce, sync::FirstPolls},
    store::Store,
};

/// Stories, each told to every recipient.
const STORIES: u64 = 200;
const RECIPIENTS: usize = 50;
/// Messages between two looks at the memory.
const PART: usize = 1_000;
/// What the server allows.
const CONNECTIONS: usize = 4;
const MESSAGES: usize = 50;

/// What a mail server saw: who got which message, in the order they were taken.
#[derive(Default)]
struct Seen {
    taken: Mutex<Vec<(String, u64)>>,
    /// Memory after each [`PART`] of them, in megabytes.
    memory: Mutex<Vec<u64>>,
    sessions: AtomicUsize,
    open: AtomicUsize,
    turned_away: AtomicUsize,
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .max_blocking_threads(32)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::<Seen>::default();
    let mut server = JoinSet::new();
    server.spawn(serve(listener, Arc::clone(&seen)));

    let folder = tempfile::tempdir().unwrap();
    let addresses: Vec<_> = (0..RECIPIENTS).map(|n| format!("desk{n}@desk.example")).collect();
    let live = wire::live(
        folder.path(),
        &format!(
            "[fetch]\nallow = ['127.0.0.1:8080']\n\
             [[feed]]\nname = 'post'\nurl = 'http://127.0.0.1:8080/post'\n\
             [[recipient]]\nname = 'desk'\nemail = {addresses:?}\nwait = '0 s'\n\
             [[rule]]\nname = 'all'\nquery = 'feed:post'\nnotify = ['desk']\n"
        ),
    );
    let start: Timestamp = "2025-05-12T06:00:00Z".parse().unwrap();
    let entry = |number: u64| wire::Entry {
        id: number.to_string(),
        title: wire::headline(number),
        text: wire::text(number),
        published: start - SignedDuration::from_mins(1),
    };
    let entries: Vec<_> = (0..STORIES).map(entry).collect();
    let url = "http://127.0.0.1:8080/post";
    let fetcher = Fetcher::recorded([(
        url.to_owned(),
        Ok(Reply::document(url, wire::atom("post", &entries))),
    )]);
    let mailer = Mailer::new(&Settings::Smtp(SmtpSettings {
        host: "127.0.0.1".into(),
        port,
        tls: Tls::None,
        credentials: None,
        timeouts: Timeouts::default(),
        extra_ca: None,
        hello_name: None,
        connections: CONNECTIONS,
    }))
    .unwrap();
    let clock = Clock::simulated(start);
    let store = Store::open(&folder.path().join("wiredesk.db"), start).unwrap();
    let (_orders, in_force) = watch::channel(Arc::new(InForce { live, fetcher, mailer }));
    let context = Context::new(store, in_force, clock);
    daemon::take_over(&context, FirstPolls::AtOnce).await.unwrap();
    daemon::poll_round(&context).await.unwrap();
    let due = context.store.read(|tx| tx.counts()).await.unwrap().due;

    process::forget_peak();
    let before = process::peak();
    let (begun, processor) = (Instant::now(), process::processor_seconds());
    let delivered = daemon::deliver_round(&context).await.unwrap();
    let took = begun.elapsed().as_secs_f64();
    println!(
        "{due} messages to {RECIPIENTS} addresses: {} sent, {} not, in {took:.1} s ({:.0} messages/s), \
         {:.1} s of processor, memory from {} to at most {} MB, after each {PART} messages {:?}; {} sessions, \
         {} turned away",
        delivered.sent,
        delivered.failed,
        f64::from(delivered.sent) / took,
        process::processor_seconds() - processor,
        before / 1_000_000,
        process::peak() / 1_000_000,
        seen.memory.lock().unwrap(),
        seen.sessions.load(Ordering::Relaxed),
        seen.turned_away.load(Ordering::Relaxed),
    );
    check(&seen, due);
}

/// Everybody got everything, once and in order.
fn check(seen: &Seen, due: u64) {
    let taken = seen.taken.lock().unwrap();
    assert_eq!(
        (taken.len() as u64, due),
        (STORIES * RECIPIENTS as u64, STORIES * RECIPIENTS as u64)
    );
    let mut by_address: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (address, number) in taken.iter() {
        by_address.entry(address).or_default().push(*number);
    }
    assert_eq!(by_address.len(), RECIPIENTS);
    for (address, numbers) in by_address {
        assert!(numbers.is_sorted_by(|one, next| one < next), "{address}: {numbers:?}");
    }
    assert_eq!(seen.turned_away.load(Ordering::Relaxed), 0);
}

async fn serve(listener: TcpListener, seen: Arc<Seen>) {
    let mut sessions = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while sessions.try_join_next().is_some() {}
        stream.set_nodelay(true).unwrap();
        let seen = Arc::clone(&seen);
        sessions.spawn(async move {
            seen.sessions.fetch_add(1, Ordering::Relaxed);
            if seen.open.fetch_add(1, Ordering::SeqCst) < CONNECTIONS {
                // A client that goes away in the middle is seen by what is missing.
                drop(talk(stream, &seen).await);
            } else {
                seen.turned_away.fetch_add(1, Ordering::Relaxed);
            }
            seen.open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

/// One session, which ends after so many messages.
async fn talk(stream: TcpStream, seen: &Seen) -> std::io::Result<()> {
    let mut line = BufReader::new(stream);
    line.write_all(b"220 desk.example ESMTP\r\n").await?;
    let (mut to, mut messages) = (String::new(), 0);
    loop {
        let mut command = String::new();
        if line.read_line(&mut command).await? == 0 {
            return Ok(());
        }
        let verb = command.get(..4).unwrap_or_default().to_ascii_uppercase();
        let reply = match verb.as_str() {
            "EHLO" => "250-desk.example\r\n250-SIZE 10240000\r\n250 8BITMIME",
            "RCPT" => {
                let within = command.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
                to = within.map(|(address, _)| address.to_owned()).unwrap_or_default();
                "250 ok"
            }
            "DATA" => {
                line.write_all(b"354 go on\r\n").await?;
                let number = read_message(&mut line).await?;
                let taken = {
                    let mut taken = seen.taken.lock().unwrap();
                    taken.push((to.clone(), number));
                    taken.len()
                };
                if taken.is_multiple_of(PART) {
                    seen.memory.lock().unwrap().push(process::resident() / 1_000_000);
                }
                messages += 1;
                "250 taken"
            }
            "QUIT" => return line.write_all(b"221 bye\r\n").await,
            _ => "250 ok",
        };
        line.write_all(format!("{reply}\r\n").as_bytes()).await?;
        if messages >= MESSAGES && verb == "DATA" {
            return Ok(());
        }
    }
}

/// The number at the beginning of the Message-ID.
async fn read_message(line: &mut BufReader<TcpStream>) -> std::io::Result<u64> {
    let mut number = 0;
    loop {
        let mut text = Vec::new();
        if line.read_until(b'\n', &mut text).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if text == b".\r\n" {
            return Ok(number);
        }
        if let Some(id) = text.strip_prefix(b"Message-ID: <") {
            let digits = id.split(|byte| *byte == b'.').next().unwrap_or_default();
            number = String::from_utf8_lossy(digits).parse().unwrap_or_default();
        }
    }
}
