//! How a feed is asked for where that is not as usual: with its keys, by its way.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::{
    Proxy,
    header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue, USER_AGENT},
};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use url::Url;
use xxhash_rust::xxh3::Xxh3Default;

/// Headers that the fetcher makes itself, that belong to one connection, or that have a place of
/// their own in [`Access`].
const TAKEN: &[&str] = &[
    "a-im",
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// Why something cannot be part of an [`Access`]; values are never repeated.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AccessError {
    /// No such thing can be a header's name.
    #[error("that is not the name of a header")]
    Name,
    /// The fetcher sets it, or another key does.
    #[error("that header is not for the configuration to set")]
    Taken,
    /// The same name in other letters.
    #[error("that header is given twice")]
    Twice,
    /// A value that would break the request.
    #[error("it holds what may not stand in a header, such as the end of a line")]
    Value,
    /// A colon, which ends the name where both are sent as one.
    #[error("a user's name may not hold a colon")]
    Colon,
    /// Not `http://host:port` or `https://host:port`, or with a name and password.
    #[error("expected the address of a proxy, as in `http://proxy.example.org:3128`")]
    Proxy,
    /// No certificate in it, or a broken one.
    #[error("expected certificates in the PEM form")]
    Certificates,
}

impl From<InvalidHeaderValue> for AccessError {
    fn from(_: InvalidHeaderValue) -> Self {
        Self::Value
    }
}

/// How one feed is asked for. What is secret in it is not printed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Access {
    /// Shown to the feed's own origin (scheme, host, port) only.
    keys: HeaderMap,
    /// Shown instead of the usual `User-Agent`, redirects included.
    name: Option<HeaderValue>,
    /// Through whom, trusting whom, and in which version of HTTP.
    pub(super) way: Way,
}

impl Access {
    /// Asks under another `User-Agent`.
    pub fn call_yourself(&mut self, name: &str) -> Result<(), AccessError> {
        self.name = Some(HeaderValue::from_str(name)?);
        Ok(())
    }

    /// Shows a header of the publisher's wish.
    pub fn show(&mut self, name: &str, value: &str) -> Result<(), AccessError> {
        let name: HeaderName = name.parse().map_err(|_| AccessError::Name)?;
        if TAKEN.contains(&name.as_str()) {
            return Err(AccessError::Taken);
        }
        match self.keys.insert(name, secret(value)?) {
            None => Ok(()),
            Some(_) => Err(AccessError::Twice),
        }
    }

    /// Shows a name and a password (RFC 7617).
    pub fn log_in(&mut self, name: &str, password: &str) -> Result<(), AccessError> {
        if name.contains(':') {
            return Err(AccessError::Colon);
        }
        let both = BASE64_STANDARD.encode(format!("{name}:{password}"));
        self.keys.insert(AUTHORIZATION, secret(&format!("Basic {both}"))?);
        Ok(())
    }

    /// Shows a token (RFC 6750).
    pub fn bear(&mut self, token: &str) -> Result<(), AccessError> {
        self.keys.insert(AUTHORIZATION, secret(&format!("Bearer {token}"))?);
        Ok(())
    }

    /// Asks through a proxy. Names are then resolved by the proxy, so that nobody here sees
    /// whether they lead to a private address; see [`super::Settings::allow`].
    pub fn go_through(&mut self, proxy: &str) -> Result<(), AccessError> {
        let url = Url::parse(proxy).map_err(|_| AccessError::Proxy)?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        if !plain || Proxy::all(url.clone()).is_err() {
            return Err(AccessError::Proxy);
        }
        self.way.proxy = Some(url);
        Ok(())
    }

    /// Trusts the authorities whose certificates these are, beside those that the system trusts.
    pub fn trust(&mut self, pem: &str) -> Result<(), AccessError> {
        let read = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>();
        let read = read.map_err(|_| AccessError::Certificates)?;
        let mut roots = rustls::RootCertStore::empty();
        if read.is_empty() || roots.add_parsable_certificates(read.iter().cloned()).1 > 0 {
            return Err(AccessError::Certificates);
        }
        self.way.authorities = read;
        Ok(())
    }

    /// Speaks HTTP/1.1, and offers no HTTP/2: for a server whose HTTP/2 does not work.
    pub fn speak_http1(&mut self) {
        self.way.http1 = true;
    }

    /// Whether a request is as any other.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// A number that is another, most likely, when anything of this is; 0 for the usual. It has so
    /// few bits that whoever reads it cannot tell a right guess of a password from a wrong one.
    pub fn mark(&self) -> u16 {
        if self.is_usual() {
            return 0;
        }
        let mut hash = Xxh3Default::new();
        let mut add = |part: &[u8]| {
            hash.update(&part.len().to_le_bytes());
            hash.update(part);
        };
        let mut keys: Vec<_> = self.keys.iter().collect();
        keys.sort_by_key(|(name, _)| name.as_str());
        for (name, value) in keys {
            add(name.as_str().as_bytes());
            add(value.as_bytes());
        }
        add(self.name.as_ref().map_or(&[], HeaderValue::as_bytes));
        add(self.way.proxy.as_ref().map_or("", Url::as_str).as_bytes());
        for authority in &self.way.authorities {
            add(authority);
        }
        if self.way.http1 {
            add(b"http/1.1");
        }
        let [low, high, ..] = hash.digest().to_le_bytes();
        u16::from_le_bytes([low, high]).max(1)
    }

    /// Dresses a request; `home` is whether it goes to the feed's own origin.
    pub(super) fn dress(&self, headers: &mut HeaderMap, home: bool) {
        if let Some(name) = &self.name {
            headers.insert(USER_AGENT, name.clone());
        }
        if home {
            headers.extend(self.keys.clone());
        }
    }
}

/// A value that no log repeats.
fn secret(value: &str) -> Result<HeaderValue, AccessError> {
    let mut value = HeaderValue::from_str(value)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Through whom, trusting whom, and in which version of HTTP.
#[derive(Clone, Default, Eq, PartialEq)]
pub(super) struct Way {
    /// Who passes requests on.
    pub(super) proxy: Option<Url>,
    /// Trusted beside the system's.
    pub(super) authorities: Vec<CertificateDer<'static>>,
    /// Whether HTTP/2 is not offered.
    pub(super) http1: bool,
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let proxy = self.proxy.as_ref().map(Url::as_str);
        f.debug_struct("Way")
            .field("proxy", &proxy)
            .field("authorities", &self.authorities.len())
            .field("http1", &self.http1)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut Access) -> Result<(), AccessError>) -> Access {
        let mut access = Access::default();
        change(&mut access).unwrap();
        access
    }

    #[test]
    fn headers_that_are_not_the_operators_are_refused() {
        let mut access = Access::default();
        for name in ["Host", "connection", "If-None-Match", "Authorization", "Proxy-Authorization"]
        {
            assert_eq!(access.show(name, "x"), Err(AccessError::Taken), "{name}");
        }
        for name in ["", "two words", "X:", "é"] {
            assert_eq!(access.show(name, "x"), Err(AccessError::Name), "{name}");
        }
        assert_eq!(access.show("X-Key", "a\r\nHost: b"), Err(AccessError::Value));
        assert_eq!(access.show("X-Key", "open-sesame"), Ok(()));
        assert_eq!(access.show("x-key", "other"), Err(AccessError::Twice));
        assert_eq!(access.show("Cookie", "member=7"), Ok(()));
    }

    #[test]
    fn a_proxy_is_an_address_without_a_password() {
        let proxy = |text: &str| Access::default().go_through(text);
        for good in ["http://proxy.example:3128", "https://10.0.0.1:443/", "http://[fd00::1]:80"] {
            assert_eq!(proxy(good), Ok(()), "{good}");
        }
        for wrong in
            ["", "proxy.example:3128", "socks5://p.example", "http://me:s@p.example", "http://p/x"]
        {
            assert_eq!(proxy(wrong), Err(AccessError::Proxy), "{wrong}");
        }
    }

    #[test]
    fn an_authority_is_a_certificate() {
        let made = rcgen::generate_simple_self_signed(["paper.example".to_owned()]).unwrap();
        assert_ne!(with(|access| access.trust(&made.cert.pem())).mark(), 0);
        for wrong in
            ["", "open sesame", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
        {
            assert_eq!(Access::default().trust(wrong), Err(AccessError::Certificates), "{wrong}");
        }
    }

    #[test]
    fn no_key_is_printed() {
        let mut access = with(|access| access.log_in("desk", "open-sesame"));
        access.show("X-Key", "open-sesame").unwrap();
        let printed = format!("{access:?}");
        assert!(printed.contains("x-key") && !printed.contains("sesame"), "{printed}");
        assert!(!printed.contains(&BASE64_STANDARD.encode("desk:open-sesame")), "{printed}");
        let token = format!("{:?}", with(|access| access.bear("open-sesame")));
        assert!(!token.contains("sesame"), "{token}");
    }

    #[test]
    fn the_mark_changes_with_every_part() {
        let marks = [
            Access::default(),
            with(|access| access.log_in("desk", "a")),
            with(|access| access.log_in("desk", "b")),
            with(|access| access.bear("b")),
            with(|access| access.show("X-Key", "b")),
            with(|access| access.call_yourself("Desk/1 (+desk@example.org)")),
            with(|access| access.go_through("http://proxy.example:3128")),
        ]
        .map(|access| access.mark());
        assert_eq!(marks[0], 0);
        for (at, mark) in marks.iter().enumerate() {
            assert!(!marks[..at].contains(mark), "{marks:?}");
        }
    }
}
