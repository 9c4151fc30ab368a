//! What a feed is asked for, and what it answered.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::id::FeedName;

/// When the page behind an item is fetched for its full text.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum FullText {
    /// Never: the feed's text is all there is.
    Never,
    /// When the feed's text is short or marked as cut.
    #[default]
    WhenShort,
    /// For every new item.
    Always,
}

/// What a feed must be.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum FeedFormat {
    /// Anything that can be read.
    #[default]
    Any,
    /// A sitemap, of which every page is an item.
    Sitemap,
}

/// By what the items of a feed are recognised again.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Identity {
    /// Their ids, and their links beside them.
    #[default]
    Id,
    /// Their links, else headline and date: the ids are worth nothing.
    Link,
}

/// What the operator wants of a feed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FeedSpec {
    /// Its name in the configuration.
    pub name: FeedName,
    /// The address, requested byte for byte; a file or folder as `file:///…` or an absolute path.
    pub url: String,
    /// Whether the address is a folder whose files are moved away when they were read.
    pub is_spool: bool,
    /// What its documents must be.
    pub format: FeedFormat,
    /// The house that prints it, where an item does not say otherwise.
    pub publisher: Option<String>,
    /// Tags that rules may ask for.
    pub tags: Vec<String>,
    /// BCP 47 language of the feed, where items do not say.
    pub language: Option<String>,
    /// A fixed pause between polls; adaptive when absent.
    pub interval: Option<Duration>,
    /// Whether pages are fetched for full text.
    pub full_text: FullText,
}

/// What the server gave to ask again with (RFC 9110 section 8.8), byte for byte, and the hash of
/// the body it belonged to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Validators {
    /// The `ETag` field with quotes and `W/`.
    pub etag: Option<String>,
    /// The `Last-Modified` field, never re-formatted.
    pub last_modified: Option<String>,
    /// Hash of what the decoded body says, to notice an unchanged one behind a 200.
    pub body_hash: Option<u64>,
}

/// What server and document say about when to come back; each only ever lengthens a pause.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Hints {
    /// `Cache-Control: max-age` less `Age`, else `Expires` less `Date` (RFC 9111).
    pub fresh_for: Option<Duration>,
    /// `Retry-After`, clock skew removed.
    pub retry_after: Option<Duration>,
    /// RSS `ttl` or `sy:updatePeriod / updateFrequency`.
    pub ttl: Option<Duration>,
    /// RSS `skipHours`, hours of the day in GMT.
    pub skip_hours: Vec<u8>,
    /// RSS `skipDays`, Monday = 1 … Sunday = 7.
    pub skip_days: Vec<u8>,
}

/// What kind of thing went wrong; a closed list, also the label of a metric.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ProblemKind {
    /// The name did not resolve.
    Dns,
    /// No connection, or it was cut.
    Connect,
    /// TLS could not be agreed upon.
    Tls,
    /// A time limit passed.
    Timeout,
    /// A size limit was met, before or after decompression.
    TooLarge,
    /// An address that is not public and not allowed.
    Refused,
    /// Too many redirects, a loop, or a downgrade to plain HTTP.
    Redirect,
    /// A status that is not a success.
    Status,
    /// 429, or 503 with `Retry-After`.
    Throttled,
    /// 404.
    NotFound,
    /// 410.
    Gone,
    /// 401.
    Unauthorized,
    /// 403.
    Forbidden,
    /// The server wants to see a browser.
    Blocked,
    /// Something that is not a feed, for instance an HTML page.
    NotAFeed,
    /// Something that is not a web page, where one was to be read.
    NotAPage,
    /// A feed that was cut or broken; what could be read was kept.
    Damaged,
    /// Our own fault: a panic while working on this feed.
    Fault,
    /// The reply broke HTTP.
    Protocol,
}

impl ProblemKind {
    /// The stable spelling in tables, JSON and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::TooLarge => "too_large",
            Self::Refused => "refused",
            Self::Redirect => "redirect",
            Self::Status => "status",
            Self::Throttled => "throttled",
            Self::NotFound => "not_found",
            Self::Gone => "gone",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Blocked => "blocked",
            Self::NotAFeed => "not_a_feed",
            Self::NotAPage => "not_a_page",
            Self::Damaged => "damaged",
            Self::Fault => "fault",
            Self::Protocol => "protocol",
        }
    }
}

impl ProblemKind {
    /// Nobody answered: a fault of the server's network, of our own, or of what lies between.
    pub const UNREACHED: [Self; 4] = [Self::Dns, Self::Connect, Self::Tls, Self::Timeout];

    /// Whether nobody answered.
    pub fn is_unreached(self) -> bool {
        Self::UNREACHED.contains(&self)
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something that went wrong with a feed, in words for the person who must act.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// What kind.
    pub kind: ProblemKind,
    /// What exactly, without addresses that carry tokens.
    pub detail: String,
}

impl Problem {
    /// A problem of `kind` with its `detail`.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.detail)
    }
}

/// What one poll came to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum PollOutcome {
    /// A document with this many items.
    Fresh {
        /// Items read from the document.
        items: usize,
    },
    /// A document that was cut or broken: what could be read of it counts, and it is asked for again
    /// as if it had never come.
    Damaged {
        /// What is wrong with it.
        problem: Problem,
    },
    /// 304.
    #[default]
    NotModified,
    /// 200 with the body of last time.
    Unchanged,
    /// No document, or one that cannot be read.
    Failed {
        /// Why.
        problem: Problem,
    },
}

impl PollOutcome {
    /// The stable spelling in tables and JSON: how it ended, or the kind of the problem.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Fresh { .. } => "fresh",
            Self::NotModified => "not_modified",
            Self::Unchanged => "unchanged",
            Self::Damaged { problem } | Self::Failed { problem } => problem.kind.as_str(),
        }
    }

    /// What went wrong, if something did.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Damaged { problem } | Self::Failed { problem } => Some(problem),
            Self::Fresh { .. } | Self::NotModified | Self::Unchanged => None,
        }
    }
}
