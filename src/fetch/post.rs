//! One request that hands something over: to the address that the operator wrote and nowhere else.

use std::time::Duration;

use reqwest::{
    Response,
    header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue},
};
use url::Url;

use super::{FetchError, caching, error, guard, http::Http};
use crate::model::{Problem, ProblemKind};

/// How much of an answer is read, in bytes: it is shown to a person, if at all.
const MOST_ANSWER: usize = 2_048;

/// What to hand over.
#[derive(Clone, Debug)]
pub struct Posting {
    /// Where to. It may hold a secret and is never repeated.
    pub url: String,
    /// Headers beside `Content-Type`, by name; values that may be secret are not shown either.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Vec<u8>,
}

/// What the server said to it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// The status, whatever it is; a redirect is not followed.
    pub status: u16,
    /// How long we are asked to wait.
    pub retry_after: Option<Duration>,
    /// The beginning of the body on one line.
    pub words: String,
}

impl Http {
    /// Hands something over within the total time, redirects not followed: what is secret in the
    /// request is for the one who was named.
    pub(super) async fn post(&self, posting: &Posting) -> Result<Answer, FetchError> {
        let limit = self.settings().total_timeout;
        tokio::time::timeout(limit, self.hand_over(posting)).await.unwrap_or_else(|_| {
            let detail = format!("the whole answer took longer than {limit:?}");
            Err(Problem::new(ProblemKind::Timeout, detail).into())
        })
    }

    async fn hand_over(&self, posting: &Posting) -> Result<Answer, FetchError> {
        let refused = |detail: &str| Problem::new(ProblemKind::Refused, detail);
        let url = Url::parse(&posting.url).map_err(|_| refused("that is not an address"))?;
        guard::check(&self.settings().allow, &url)?;
        let mut request = self
            .client(&url)
            .post(url)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(ACCEPT, HeaderValue::from_static("*/*"))
            .header(ACCEPT_ENCODING, HeaderValue::from_static("identity"))
            .body(posting.body.clone());
        for (name, value) in &posting.headers {
            let mut value = HeaderValue::from_str(value)
                .map_err(|_| refused("a secret holds what may not stand in a header"))?;
            value.set_sensitive(true);
            request = request.header(HeaderName::from_static(name), value);
        }
        let mut response = request.send().await.map_err(|e| error::transport(&e))?;
        Ok(Answer {
            status: response.status().as_u16(),
            retry_after: caching::hints(response.headers()).retry_after,
            words: beginning(&mut response).await,
        })
    }
}

/// The beginning of a body; what comes after it, or instead of it, does not matter.
async fn beginning(response: &mut Response) -> String {
    let mut bytes = Vec::new();
    while let Ok(Some(piece)) = response.chunk().await {
        bytes.extend_from_slice(&piece);
        if bytes.len() >= MOST_ANSWER {
            bytes.truncate(MOST_ANSWER);
            break;
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
