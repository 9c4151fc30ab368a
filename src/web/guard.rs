//! Who is answered at all, how many at once, and what every answer says to the browser.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{hmac, rand::SystemRandom};
use secrecy::ExposeSecret as _;

use super::{Site, failure::Failure};
use crate::config::{Listen, Web};

/// Requests that are worked on at once.
pub(super) const AT_ONCE: usize = 32;

/// Nothing but what the pages bring themselves; no script and no style within a page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What every answer says.
const HEADERS: &[(&str, &str)] = &[
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Whom the pages answer.
#[derive(Debug)]
pub(super) struct Guard {
    /// Names that browsers may ask for beside those of this machine.
    hosts: Vec<String>,
    /// Whether any name will do: whoever opens a socket is no page that a browser was lured to.
    any_host: bool,
    token: Option<Token>,
    /// Whether something may be changed.
    pub(super) actions: bool,
}

/// A token, compared in a time that does not tell how much of a guess is right.
#[derive(Debug)]
struct Token {
    key: hmac::Key,
    tag: hmac::Tag,
}

impl Token {
    fn new(secret: &str) -> Option<Self> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).ok()?;
        let tag = hmac::sign(&key, secret.as_bytes());
        Some(Self { key, tag })
    }

    fn is(&self, guess: &[u8]) -> bool {
        hmac::verify(&self.key, guess, self.tag.as_ref()).is_ok()
    }
}

impl Guard {
    /// As the configuration says; `None` where there is no randomness to guard a token with.
    pub(super) fn new(web: &Web) -> Option<Self> {
        let token = web.token.as_ref().map(|token| Token::new(token.expose_secret()));
        let on_socket = matches!(web.listen, Listen::Socket(_));
        Some(Self {
            hosts: web.hosts.clone(),
            any_host: on_socket && web.hosts.is_empty(),
            token: match token {
                Some(token) => Some(token?),
                None => None,
            },
            actions: web.actions,
        })
    }

    /// Whether the name that was asked for is one of ours: a page elsewhere may point a name of its
    /// own at this machine, and its script would then read what we answer (DNS rebinding).
    fn knows(&self, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return self.any_host };
        let Ok(host) = host.to_str() else { return false };
        let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, _)) => address,
            None => host.split_once(':').map_or(host, |(name, _)| name),
        };
        self.any_host
            || name.eq_ignore_ascii_case("localhost")
            || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
            || self.hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Whether the token is there, as `Bearer`, or as the password that a browser asks for.
    fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some((scheme, given)) = given.and_then(|given| given.split_once(' ')) else {
            return false;
        };
        if scheme.eq_ignore_ascii_case("bearer") {
            return token.is(given.trim().as_bytes());
        }
        let password =
            STANDARD.decode(given.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"));
        password.is_some_and(|pair| {
            let colon = pair.iter().position(|byte| *byte == b':');
            colon.is_some_and(|colon| token.is(&pair[colon + 1..]))
        })
    }
}

/// Whether somebody else's page sent a request that would change something.
fn is_foreign(request: &Request) -> bool {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return false;
    }
    let site = request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok());
    let origin = request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok());
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    match (site, origin) {
        (Some(site), _) => site != "same-origin",
        (None, Some(origin)) => origin.split_once("://").map(|(_, rest)| rest) != host,
        // Not a browser.
        (None, None) => false,
    }
}

/// Stands before every page.
pub(super) async fn guard(State(site): State<Site>, request: Request, next: Next) -> Response {
    let mut response = answer(&site, request, next).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

async fn answer(site: &Site, request: Request, next: Next) -> Response {
    let is_probe = matches!(request.uri().path(), "/healthz" | "/readyz");
    if !site.guard.knows(request.headers()) {
        let why =
            "the name that was asked for is not ours; `hosts` in [web] names others than localhost";
        return Failure::new(StatusCode::MISDIRECTED_REQUEST, why).into_response();
    }
    if !is_probe && !site.guard.admits(request.headers()) {
        let why = "the token is missing or another: send it as a bearer token, or as the password";
        let mut response = Failure::new(StatusCode::UNAUTHORIZED, why).into_response();
        for way in ["Bearer", "Basic realm=\"Wiredesk\", charset=\"UTF-8\""] {
            response.headers_mut().append(header::WWW_AUTHENTICATE, HeaderValue::from_static(way));
        }
        return response;
    }
    if is_foreign(&request) {
        let why = "another site asked for a change";
        return Failure::new(StatusCode::FORBIDDEN, why).into_response();
    }
    if site.stop.is_cancelled() {
        let why = "the daemon is stopping";
        return Failure::new(StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    }
    let Ok(_permit) = site.requests.try_acquire() else {
        let why = "too many ask at once; try again in a second";
        let mut response = Failure::new(StatusCode::SERVICE_UNAVAILABLE, why).into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        return response;
    };
    next.run(request).await
}
