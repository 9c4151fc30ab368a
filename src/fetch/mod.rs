//! One request over HTTP or to a file, bounded in time and size, refused where it must not go.

mod access;
mod body;
mod caching;
mod error;
mod guard;
mod http;
mod local;
mod post;
mod recorded;
mod redirect;
mod robots;
pub mod spool;

use std::{collections::BTreeMap, net::IpAddr, time::Duration};

use url::Url;

pub use self::{
    access::{Access, AccessError},
    guard::{Allowed, AllowedError},
    http::Http,
    post::{Answer, Posting},
    recorded::Recorded,
    robots::Robots,
};
use crate::model::{Hints, Problem, ProblemKind, Validators};

/// Limits and identity of the fetcher.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Settings {
    /// Private addresses that may be fetched. Through a proxy, only addresses in digits and names of
    /// one machine can be refused: the proxy resolves all others.
    pub allow: Vec<Allowed>,
    /// `User-Agent`.
    pub user_agent: String,
    /// How single feeds are asked for, by their address, where that is not as usual.
    pub access: BTreeMap<String, Access>,
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
            access: BTreeMap::new(),
            max_bytes: 15 << 20,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(15),
            total_timeout: Duration::from_secs(30),
            max_redirects: 5,
        }
    }
}

impl Settings {
    /// Whether the operator named the address of `url` (an IP address, or `localhost`) in `allow`, or
    /// it is a place on this machine (`file:///…` or an absolute path): it may be private, and may be
    /// polled each second.
    pub fn allows(&self, url: &str) -> bool {
        local::path(url).is_some()
            || Url::parse(url).is_ok_and(|url| guard::is_named(&self.allow, &url))
    }

    /// A number for how `url` is asked for; see [`Access::mark`].
    pub fn mark(&self, url: &str) -> u16 {
        self.access.get(url).map_or(0, Access::mark)
    }

    /// Why `url` would be refused without asking anybody: not HTTP, or an address that is neither
    /// public nor named in `allow`. Where a name leads is seen only when it is fetched.
    pub fn refuses(&self, url: &str) -> Option<Problem> {
        let trail = redirect::Trail::start(url, 0);
        trail.and_then(|trail| guard::check(&self.allow, trail.here())).err()
    }
}

/// What to ask for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The address, used byte for byte.
    pub url: String,
    /// The address of the feed that this is asked for, as it is configured: how that is asked for
    /// counts here, and its keys are shown at its own origin. `None` where this is the feed itself.
    pub feed: Option<String>,
    /// What the server gave last time.
    pub validators: Validators,
}

/// What came back: 304, or a document.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The final status: 200, 203, 226 (new entries only, RFC 3229) or 304.
    pub status: u16,
    /// The decoded body; empty with 304.
    pub body: Vec<u8>,
    /// What came into a folder since it was last read, in that order; then `body` is empty.
    pub files: Vec<LocalFile>,
    /// The body is shorter than the server said it would be.
    pub truncated: bool,
    /// What to ask with next time; empty when truncated, so that the next poll gets the rest. Of
    /// the body's hash only that of 304 is known here.
    pub validators: Validators,
    /// When to come back, by the server's word.
    pub hints: Hints,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// The address that answered, without credentials.
    pub url: String,
    /// Where a chain of permanent redirects led.
    pub moved_to: Option<String>,
    /// The IP address that answered.
    pub peer: Option<IpAddr>,
}

impl Reply {
    /// A whole document as a server without validators and hints gives it; for scripts.
    pub fn document(url: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            body: body.into(),
            files: Vec::new(),
            truncated: false,
            validators: Validators::default(),
            hints: Hints::default(),
            content_type: None,
            url: url.into(),
            moved_to: None,
            peer: None,
        }
    }
}

/// A file of a folder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LocalFile {
    /// Its name in the folder.
    pub name: String,
    /// What is in it, or why it cannot be read.
    pub body: Result<Vec<u8>, String>,
}

/// No document, and why.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{problem}")]
pub struct FetchError {
    /// What went wrong, in words for the operator.
    pub problem: Problem,
    /// What the server said about coming back; boxed, so that a success is not made larger.
    pub hints: Box<Hints>,
    /// The status, where the server answered.
    pub status: Option<u16>,
}

/// Why a fetcher cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The HTTP client, for instance because of the `User-Agent`.
    #[error("the HTTP client could not be set up")]
    Client(#[source] reqwest::Error),
    /// The TLS library.
    #[error("TLS could not be set up")]
    Tls(#[source] rustls::Error),
}

/// Gets documents. Clones share connections or script.
#[derive(Clone, Debug)]
pub enum Fetcher {
    /// From the network, and from this machine.
    Http(Http),
    /// From a script.
    Recorded(Recorded),
}

impl Fetcher {
    /// A fetcher over the network. Proxies named in the environment are not
    /// used.
    pub fn http(settings: Settings) -> Result<Self, SetupError> {
        Http::new(settings).map(Self::Http)
    }

    /// A fetcher that gives these answers: for each address in their order, the last one for ever,
    /// and 304 where the request knows the answer's validators. Other addresses are not found.
    pub fn recorded(
        answers: impl IntoIterator<Item = (String, Result<Reply, FetchError>)>,
    ) -> Self {
        Self::Recorded(Recorded::new(answers))
    }

    /// Gets one document, or learns that it has not changed. Takes at most the total time of the
    /// settings, and memory for two bodies of the largest size.
    pub async fn get(&self, request: &Request) -> Result<Reply, FetchError> {
        match self {
            Self::Http(http) => http.get(request).await,
            Self::Recorded(recorded) => recorded.get(request),
        }
    }

    /// [`Self::get`] for an address that the operator wrote: it may be a place on this machine,
    /// which an address that others wrote never is.
    pub async fn feed(&self, request: &Request) -> Result<Reply, FetchError> {
        match (self, local::path(&request.url)) {
            (Self::Http(http), Some(path)) => local::get(path, request, http.max_bytes()).await,
            _ => self.get(request).await,
        }
    }

    /// Hands something over. Nothing is handed to what is recorded.
    pub async fn post(&self, posting: &Posting) -> Result<Answer, FetchError> {
        match self {
            Self::Http(http) => http.post(posting).await,
            Self::Recorded(_) => {
                Err(Problem::new(ProblemKind::NotFound, "nobody takes anything here").into())
            }
        }
    }

    /// Gets one web page of at most so many bytes, or learns that it has not changed; what is no
    /// page by its `Content-Type` is not read.
    pub async fn page(&self, request: &Request, max_bytes: usize) -> Result<Reply, FetchError> {
        match self {
            Self::Http(http) => http.page(request, max_bytes).await,
            Self::Recorded(recorded) => {
                let reply = recorded.get(request)?;
                is_page(reply.content_type.as_deref())?;
                Ok(reply)
            }
        }
    }
}

/// The place on this machine that an address names, if it is one.
pub fn place(url: &str) -> Option<std::path::PathBuf> {
    local::path(url)
}

/// Whether a `Content-Type` is that of a web page, or says nothing.
fn is_page(content_type: Option<&str>) -> Result<(), Problem> {
    let stated = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let pages = ["", "text/html", "application/xhtml+xml"];
    if pages.iter().any(|page| stated.eq_ignore_ascii_case(page)) {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::NotAPage, format!("not a web page but {stated}")))
}
