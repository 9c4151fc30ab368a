//! Serves the newsroom over HTTP on the loopback.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::{Timestamp, fmt::rfc2822};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use xxhash_rust::xxh3::xxh3_64;

use super::{
    edition::Edition,
    format,
    newsroom::{DemoFeed, FEEDS},
    page,
};
use crate::clock::Clock;

/// The invented newsroom, ready to be served.
#[derive(Debug)]
pub struct Newsroom {
    listener: TcpListener,
    address: SocketAddr,
    clock: Clock,
    counters: Arc<Counters>,
}

/// How many requests were answered.
#[derive(Debug, Default)]
pub struct Counters {
    full: AtomicU64,
    unchanged: AtomicU64,
}

impl Newsroom {
    /// Takes a free port of the loopback; `clock` dates what is printed.
    pub async fn bind(clock: Clock) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, clock, counters: Arc::default() })
    }

    /// Where it is served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All feeds, the agency's own first.
    pub fn feeds() -> &'static [DemoFeed] {
        &FEEDS
    }

    /// What was answered; goes on counting while the newsroom is served.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    /// Serves until `stop`. The newsroom opens with the first request, so that whoever starts
    /// slowly misses nothing.
    pub async fn serve(self, stop: CancellationToken) -> io::Result<()> {
        let desk = Desk {
            root: format!("http://{}", self.address),
            clock: self.clock,
            opened: OnceLock::new(),
            counters: self.counters,
        };
        let app = Router::new().route("/{*path}", get(answer)).with_state(Arc::new(desk));
        axum::serve(self.listener, app).with_graceful_shutdown(stop.cancelled_owned()).await
    }
}

impl Counters {
    /// Answers with a body.
    pub fn full(&self) -> u64 {
        self.full.load(Ordering::Relaxed)
    }

    /// Answers that nothing changed (304).
    pub fn unchanged(&self) -> u64 {
        self.unchanged.load(Ordering::Relaxed)
    }

    fn count(&self, status: StatusCode) {
        match status {
            StatusCode::OK => self.full.fetch_add(1, Ordering::Relaxed),
            StatusCode::NOT_MODIFIED => self.unchanged.fetch_add(1, Ordering::Relaxed),
            _ => 0,
        };
    }
}

/// What every request needs.
struct Desk {
    root: String,
    clock: Clock,
    opened: OnceLock<Timestamp>,
    counters: Arc<Counters>,
}

async fn answer(State(desk): State<Arc<Desk>>, uri: Uri, asked: HeaderMap) -> Response {
    let now = desk.clock.now();
    let opened = *desk.opened.get_or_init(|| now);
    let found = FEEDS.iter().find_map(|feed| {
        let rest = uri.path().strip_prefix(feed.folder())?;
        document(&Edition::at(feed, opened, now), rest, &desk.root)
    });
    let response = match found {
        Some(document) => document.reply(&asked),
        None => StatusCode::NOT_FOUND.into_response(),
    };
    desk.counters.count(response.status());
    response
}

/// The feed, or a page of one of its articles, at `rest` within the folder of its feed.
fn document(edition: &Edition, rest: &str, root: &str) -> Option<Document> {
    let feed = edition.feed;
    if feed.path.strip_prefix(feed.folder()) == Some(rest) {
        let (media_type, body) = (feed.format.content_type(), format::write(edition, root));
        return Some(Document { media_type, changed: edition.changed, body });
    }
    let slug = rest.strip_prefix('/')?;
    let article = edition.articles.iter().find(|article| article.slug == slug)?;
    let (media_type, body) = ("text/html; charset=utf-8", page::write(feed, article));
    Some(Document { media_type, changed: article.updated, body })
}

struct Document {
    media_type: &'static str,
    changed: Timestamp,
    body: String,
}

impl Document {
    /// The body, or 304 to somebody who has it (RFC 9110, section 13.2.2).
    fn reply(self, asked: &HeaderMap) -> Response {
        let tag = format!("\"{:016x}\"", xxh3_64(self.body.as_bytes()));
        let modified = rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&self.changed)
            .unwrap_or_default();
        let has_it = self.is_known(&tag, asked);
        let validators = [(header::ETAG, tag), (header::LAST_MODIFIED, modified)];
        if has_it {
            return (StatusCode::NOT_MODIFIED, validators).into_response();
        }
        (validators, [(header::CONTENT_TYPE, self.media_type)], self.body).into_response()
    }

    /// `If-None-Match` decides where it is sent, else `If-Modified-Since`.
    fn is_known(&self, tag: &str, asked: &HeaderMap) -> bool {
        let value = |name| asked.get(name).and_then(|value| value.to_str().ok());
        if let Some(tags) = value(header::IF_NONE_MATCH) {
            let mut tags = tags.split(',').map(str::trim);
            return tags.any(|known| known == "*" || known.trim_start_matches("W/") == tag);
        }
        value(header::IF_MODIFIED_SINCE)
            .and_then(|since| rfc2822::DateTimeParser::new().parse_timestamp(since).ok())
            .is_some_and(|since| self.changed.as_second() <= since.as_second())
    }
}
