//! What went wrong with a request, in words for the operator.

use std::{error::Error, io};

use reqwest::{StatusCode, header::HeaderMap};

use super::{FetchError, caching, guard::ResolveError};
use crate::model::{Problem, ProblemKind};

/// The longest text of another party in a message.
const LONGEST_QUOTE: usize = 200;

impl From<Problem> for FetchError {
    /// A problem before the server said anything about coming back.
    fn from(problem: Problem) -> Self {
        Self { problem, hints: Box::default(), status: None }
    }
}

/// An answer that is neither a document nor "not modified" nor a redirect.
pub(super) fn refusal(status: StatusCode, headers: &HeaderMap) -> FetchError {
    let hints = caching::hints(headers);
    let mut detail = format!("the server answered {}", status.as_u16());
    let is_challenge = headers.get("cf-mitigated").is_some_and(|value| value == "challenge");
    let kind = match status {
        _ if is_challenge => ProblemKind::Blocked,
        StatusCode::TOO_MANY_REQUESTS => ProblemKind::Throttled,
        StatusCode::SERVICE_UNAVAILABLE if hints.retry_after.is_some() => ProblemKind::Throttled,
        StatusCode::NOT_FOUND => ProblemKind::NotFound,
        StatusCode::GONE => ProblemKind::Gone,
        StatusCode::UNAUTHORIZED => ProblemKind::Unauthorized,
        StatusCode::FORBIDDEN => ProblemKind::Forbidden,
        _ => ProblemKind::Status,
    };
    if is_challenge {
        detail.push_str(" and asks for a browser (bot protection)");
    }
    FetchError {
        problem: Problem::new(kind, detail),
        hints: Box::new(hints),
        status: Some(status.as_u16()),
    }
}

/// A failure below HTTP, or of HTTP itself. Nothing of the address is repeated: it may hold tokens.
pub(super) fn transport(error: &reqwest::Error) -> Problem {
    let causes = || std::iter::successors(Some(error as &(dyn Error + 'static)), |e| inner(*e));
    if let Some(e) = causes().find_map(<dyn Error>::downcast_ref::<ResolveError>) {
        let kind = match e {
            ResolveError::Refused(_) => ProblemKind::Refused,
            ResolveError::Failed(_) => ProblemKind::Dns,
        };
        return Problem::new(kind, e.to_string());
    }
    if let Some(e) = causes().find_map(<dyn Error>::downcast_ref::<rustls::Error>) {
        return Problem::new(ProblemKind::Tls, format!("no secure connection: {}", quote(e)));
    }
    if error.is_timeout() {
        let what =
            if error.is_connect() { "no connection in time" } else { "the server fell silent" };
        return Problem::new(ProblemKind::Timeout, what);
    }
    if let Some(e) = causes().find_map(<dyn Error>::downcast_ref::<hyper::Error>)
        && e.is_parse()
    {
        return Problem::new(
            ProblemKind::Protocol,
            format!("the answer is not HTTP: {}", quote(e)),
        );
    }
    let what = if error.is_connect() { "no connection" } else { "the connection was cut" };
    let detail = match causes().filter_map(<dyn Error>::downcast_ref::<io::Error>).last() {
        Some(e) => format!("{what}: {}", e.kind()),
        None => what.to_owned(),
    };
    Problem::new(ProblemKind::Connect, detail)
}

/// The cause of an error. An `io::Error` hands out the cause of what it wraps, not what it wraps.
fn inner<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

/// Another party's words, not more of them than a message needs.
fn quote(words: &impl ToString) -> String {
    words.to_string().chars().take(LONGEST_QUOTE).collect()
}
