//! One HTTP request, bounded in time and size, refused where it must not go.

use std::time::Duration;

use ipnet::IpNet;

use crate::model::{Hints, Problem, Validators};

/// An address named in `[fetch] allow`: a network, or one host and port.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Allowed {
    /// Any port of these addresses.
    Net(IpNet),
    /// One address and port.
    Socket(std::net::SocketAddr),
}

/// Limits and identity of the fetcher.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Settings {
    /// Private addresses that may be fetched.
    pub allow: Vec<Allowed>,
    /// `User-Agent`.
    pub user_agent: String,
    /// Limit on the body, before and after decompression, bytes.
    pub max_bytes: usize,
    /// Limit on connecting.
    pub connect_timeout: Duration,
    /// Limit on silence while reading.
    pub read_timeout: Duration,
    /// Limit on the whole.
    pub total_timeout: Duration,
    /// Redirects followed.
    pub max_redirects: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            user_agent: concat!(
                "Wiredesk/",
                env!("CARGO_PKG_VERSION"),
                " (+https://wiredesk.example)"
            )
            .to_owned(),
            max_bytes: 15 << 20,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(15),
            total_timeout: Duration::from_secs(30),
            max_redirects: 5,
        }
    }
}

/// What to ask for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The address, used byte for byte.
    pub url: String,
    /// What the server gave last time.
    pub validators: Validators,
}

/// What came back: 304, or a document.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The final status: 200, 226 or 304.
    pub status: u16,
    /// The decoded body; empty with 304.
    pub body: Vec<u8>,
    /// The body is shorter than the server said it would be.
    pub truncated: bool,
    /// What to ask with next time, `body_hash` included.
    pub validators: Validators,
    /// When to come back, by the server's word.
    pub hints: Hints,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// The address that answered.
    pub url: String,
    /// Where a chain of permanent redirects led.
    pub moved_to: Option<String>,
}

/// No document, and why.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{problem}")]
pub struct FetchError {
    /// What went wrong, in words for the operator.
    pub problem: Problem,
    /// What the server said about coming back.
    pub hints: Hints,
}

/// Gets documents.
#[derive(Clone, Debug)]
pub enum Fetcher {}

impl Fetcher {
    /// Gets one document.
    pub async fn get(&self, request: &Request) -> Result<Reply, FetchError> {
        let _ = request;
        match *self {}
    }
}
