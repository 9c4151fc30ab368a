//! The papers: a server in a process of its own, so that only the watch is measured.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Instant,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use crate::wire::{self, Entry};

/// The argument that makes the bench a server.
pub(crate) const SERVE: &str = "--serve";

/// The server as a child.
pub(crate) struct Origin {
    child: Child,
    pub(crate) address: String,
}

impl Origin {
    pub(crate) fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(SERVE).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { child, address: address.trim().to_owned() }
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        // The end of its input ends it.
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

/// The captured feeds that there are test data of; with none of them, papers are invented.
pub(crate) fn captured() -> Vec<PathBuf> {
    let root = std::env::var_os("WIREDESK_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let folder = root.join("feeds");
    let Ok(list) = fs::read_to_string(folder.join("index.json")) else { return Vec::new() };
    let list: Vec<Value> = serde_json::from_str(&list).unwrap();
    list.iter().map(|feed| folder.join("feeds").join(feed["file"].as_str().unwrap())).collect()
}

struct Papers {
    begun: Instant,
    captured: Vec<Vec<u8>>,
}

/// Serves until the input ends.
#[expect(clippy::print_stdout, reason = "tells the parent where it listens")]
pub(crate) async fn serve() {
    let captured = captured().iter().map(|file| fs::read(file).unwrap()).collect();
    let papers = Arc::new(Papers { begun: Instant::now(), captured });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(answer).with_state(papers);
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0]));
    tokio::select! {
        served = async { axum::serve(listener, app).await } => served.unwrap(),
        _ = ended => (),
    }
}

async fn answer(State(papers): State<Arc<Papers>>, headers: HeaderMap, uri: Uri) -> Response {
    let mut path = uri.path().split('/').skip(1);
    let (kind, number) = (path.next().unwrap(), path.next().unwrap().parse::<u64>().unwrap());
    let seconds = papers.begun.elapsed().as_secs();
    let edition = match kind {
        "hourly" => (seconds + xxh3_64(&number.to_le_bytes()) % 3_600) / 3_600,
        "lively" => (seconds + number) / 20,
        _ => 0,
    };
    let tag = format!("\"{kind}-{number}-{edition}\"");
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag.as_str()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let body = match kind {
        "captured" => papers.captured[usize::try_from(number).unwrap()].clone(),
        "invented" => paper(number, 25, |item| number * 25 + item).into_bytes(),
        // Each text is carried by five papers.
        "copies" => paper(number, 25, |item| number / 5 * 25 + item).into_bytes(),
        // Ten items; each edition prints another and drops the oldest.
        _ => paper(number, 10, |item| number * 1_000_000 + edition + item).into_bytes(),
    };
    ([(header::ETAG, tag)], body).into_response()
}

/// A paper's feed of so many items, each with the text of that number.
fn paper(number: u64, items: u64, text: impl Fn(u64) -> u64) -> String {
    let published: Timestamp = "2025-05-12T06:00:00Z".parse().unwrap();
    let entry = |item: u64| {
        let text = text(item);
        // The headline is the paper's own.
        let headline = wire::headline(xxh3_64(&[number, text].map(u64::to_le_bytes).concat()));
        let published = published + SignedDuration::from_secs(i64::try_from(item).unwrap());
        Entry { id: text.to_string(), title: headline, text: wire::text(text), published }
    };
    wire::atom(&format!("paper-{number}"), &(0..items).map(entry).collect::<Vec<_>>())
}
