//! Addresses that are refused, because they are not public and the operator did not name them.
//!
//! A feed is chosen by the operator, but where it redirects to and what its name resolves to is
//! chosen by others, who must not reach what only this machine can reach. So the guard stands in
//! three places: at each URL, redirects included ([`check`]); and at each resolved address
//! ([`Resolver`]), which is the one connected to, so that a name cannot change in between. Where the
//! operator has a feed fetched through a proxy, the proxy resolves names, and keeps them or not.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
    sync::Arc,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::model::{Problem, ProblemKind};

/// An address named in `[fetch] allow`: a network, or one host and port.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Allowed {
    /// Any port of these addresses.
    Net(IpNet),
    /// One address and port.
    Socket(SocketAddr),
}

impl Allowed {
    /// Whether this names `ip`, contacted on `port`.
    fn covers(&self, ip: IpAddr, port: u16) -> bool {
        match self {
            Self::Net(net) => net.contains(&ip),
            Self::Socket(socket) => socket.ip().to_canonical() == ip && socket.port() == port,
        }
    }
}

impl FromStr for Allowed {
    type Err = AllowedError;

    /// Reads `10.0.0.0/8`, `127.0.0.1`, `127.0.0.1:8080`, `fd00::/8`, `::1` or `[::1]:8080`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(net) = text.parse::<IpNet>() {
            return if net.addr() == net.network() {
                Ok(Self::Net(net))
            } else {
                Err(AllowedError::HostBits { net: net.trunc() })
            };
        }
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Self::Net(ip.to_canonical().into()));
        }
        if let Ok(socket) = text.parse::<SocketAddr>() {
            return Ok(Self::Socket(socket));
        }
        if text.contains("://") { Err(AllowedError::Url) } else { Err(AllowedError::Form) }
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Net(net) if net.prefix_len() == net.max_prefix_len() => net.addr().fmt(f),
            Self::Net(net) => net.fmt(f),
            Self::Socket(socket) => socket.fmt(f),
        }
    }
}

/// Why a text is not an [`Allowed`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AllowedError {
    /// Neither a network nor an address.
    #[error(
        "expected an address like `127.0.0.1`, an address and port like `127.0.0.1:8080` or \
         `[::1]:8080`, or a network like `10.0.0.0/8`; names are not accepted, since they can lead \
         anywhere"
    )]
    Form,
    /// A whole URL.
    #[error("expected an address and port like `127.0.0.1:8080`, not a URL")]
    Url,
    /// A network with bits set beyond its prefix.
    #[error("the address has bits set beyond the prefix; the network is `{net}`")]
    HostBits {
        /// What was probably meant.
        net: IpNet,
    },
}

/// Whether the operator named the address of `url` itself; a name other than `localhost` is never
/// one that the operator named.
pub(super) fn is_named(allow: &[Allowed], url: &Url) -> bool {
    let Some(port) = url.port_or_known_default() else { return false };
    let named = |ip: IpAddr| allow.iter().any(|a| a.covers(ip.to_canonical(), port));
    match url.host() {
        Some(Host::Ipv4(ip)) => named(ip.into()),
        Some(Host::Ipv6(ip)) => named(ip.into()),
        Some(Host::Domain("localhost")) => {
            named(Ipv4Addr::LOCALHOST.into()) || named(Ipv6Addr::LOCALHOST.into())
        }
        _ => false,
    }
}

/// Refuses a URL that is not HTTP or whose host is an address (in whatever spelling: the `url`
/// crate has normalised it) that is neither public nor named. Names pass: [`Resolver`] sees to them.
pub(super) fn check(allow: &[Allowed], url: &Url) -> Result<(), Problem> {
    let port = url.port_or_known_default().filter(|_| matches!(url.scheme(), "http" | "https"));
    let Some(port) = port else {
        let detail = format!("only http and https are fetched, not `{}`", url.scheme());
        return Err(Problem::new(ProblemKind::Refused, detail));
    };
    let ip = match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::from(ip),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip),
        _ => return Ok(()),
    };
    if permits(allow, ip, Some(port)) {
        return Ok(());
    }
    let detail = format!("`{ip}` is not a public address and not named in `[fetch] allow`");
    Err(Problem::new(ProblemKind::Refused, detail))
}

/// The same where a proxy asks for us: it resolves names itself, so that a private address behind
/// one is not seen here. A name that says of itself that it is of one machine (RFC 6761 section
/// 6.3) is refused, since the proxy would take it for its own.
pub(super) fn check_proxied(allow: &[Allowed], url: &Url) -> Result<(), Problem> {
    check(allow, url)?;
    let Some(Host::Domain(name)) = url.host() else { return Ok(()) };
    let local = name.strip_suffix('.').unwrap_or(name);
    if (local != "localhost" && !local.ends_with(".localhost")) || is_named(allow, url) {
        return Ok(());
    }
    let detail = format!("`{name}` is not a public address and not named in `[fetch] allow`");
    Err(Problem::new(ProblemKind::Refused, detail))
}

/// Whether `ip` may be connected to; without a port only whole networks count as named.
fn permits(allow: &[Allowed], ip: IpAddr, port: Option<u16>) -> bool {
    let ip = ip.to_canonical();
    let named = |allowed: &Allowed| match (allowed, port) {
        (Allowed::Socket(_), None) => false,
        (allowed, port) => allowed.covers(ip, port.unwrap_or_default()),
    };
    is_public(ip) || allow.iter().any(named)
}

/// Resolves names by the system's means, and forgets the addresses that are refused.
///
/// A resolver is not told the port, so there is one for each port that [`Allowed::Socket`] names
/// and one for all others; see [`super::http`].
pub(super) struct Resolver {
    /// What the operator allows.
    pub(super) allow: Arc<[Allowed]>,
    /// The port of all addresses asked for here; none where no single port is named.
    pub(super) port: Option<u16>,
}

impl Resolver {
    /// For the name of a proxy, which the operator chose.
    pub(super) fn of_a_proxy() -> Self {
        let everything = [Ipv4Net::default().into(), Ipv6Net::default().into()];
        Self { allow: everything.map(Allowed::Net).into(), port: None }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (allow, port) = (Arc::clone(&self.allow), self.port);
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0))
                .await
                .map_err(ResolveError::Failed)?
                .collect();
            let (open, closed): (Vec<_>, Vec<_>) =
                found.into_iter().partition(|socket| permits(&allow, socket.ip(), port));
            match closed.first() {
                Some(socket) if open.is_empty() => Err(ResolveError::Refused(socket.ip()).into()),
                _ => Ok(Box::new(open.into_iter()) as Addrs),
            }
        })
    }
}

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResolveError {
    #[error("the name could not be resolved")]
    Failed(#[source] std::io::Error),
    #[error("the name leads to `{0}`, which is not public and not named in `[fetch] allow`")]
    Refused(IpAddr),
}

/// IPv4 addresses that are not one host on the public internet (IANA special-purpose registry,
/// multicast, and the reserved class E with the broadcast address).
const CLOSED_V4: &[Ipv4Net] = &[
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
];

/// The only part of IPv6 that is handed out to hosts on the public internet.
const OPEN_V6: Ipv6Net = v6(0x2000, 0, 0, 3);

/// Parts of [`OPEN_V6`] that are not: protocol assignments and two networks for documentation.
const CLOSED_V6: &[Ipv6Net] =
    &[v6(0x2001, 0, 0, 23), v6(0x2001, 0xdb8, 0, 32), v6(0x3fff, 0, 0, 20)];

/// Translation to IPv4 by a gateway nearby (RFC 6052): the address behind it is what counts.
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 0, 96);

/// Tunnels to the IPv4 address in the second and third group (RFC 3056).
const SIX_TO_FOUR: Ipv6Net = v6(0x2002, 0, 0, 16);

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

/// Whether an address is one host on the public internet.
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) if NAT64.contains(&ip) => is_public_v4(embedded(ip, 6)),
        IpAddr::V6(ip) if SIX_TO_FOUR.contains(&ip) => is_public_v4(embedded(ip, 1)),
        IpAddr::V6(ip) => OPEN_V6.contains(&ip) && !CLOSED_V6.iter().any(|net| net.contains(&ip)),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    !CLOSED_V4.iter().any(|net| net.contains(&ip))
}

/// The IPv4 address in the two groups from `group` (0 to 6) on.
fn embedded(ip: Ipv6Addr, group: u8) -> Ipv4Addr {
    let below = 96 - 16 * u32::from(group);
    Ipv4Addr::from(u32::try_from((ip.to_bits() >> below) & u128::from(u32::MAX)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn allow(named: &[&str]) -> Vec<Allowed> {
        named.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn addresses_that_are_not_public_are_known() {
        for ip in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.1.2.3",
            "::127.0.0.1",
            "::8.8.8.8",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
            "2001:db8::1",
            "3fff::1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b:1::8.8.8.8",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2001:0:7f00:1::1",
            "2001:0:0808:0808::1",
            "5f00::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn addresses_that_are_public_are_known() {
        for ip in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "2606:4700::1111",
            "2a00:1450::1",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
        ] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn odd_spellings_of_an_address_are_seen_through() {
        for text in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://127.0.0.1./",
            "http://[::ffff:127.0.0.1]/",
            "http://[::1]/",
            "http://１２７.０.０.１/",
            "http://user@10.0.0.1:99/",
            "http://0/",
            "https://[fe80::1]/",
        ] {
            let problem = check(&[], &url(text)).unwrap_err();
            assert_eq!(problem.kind, ProblemKind::Refused, "{text}");
        }
    }

    #[test]
    fn only_http_is_spoken() {
        for text in ["file:///etc/passwd", "ftp://example.org/", "data:text/xml,x", "gopher://a/"] {
            assert_eq!(check(&[], &url(text)).unwrap_err().kind, ProblemKind::Refused, "{text}");
        }
    }

    #[test]
    fn what_the_operator_names_is_allowed_and_nothing_beside_it() {
        let named = allow(&["127.0.0.1:8080", "10.0.0.0/8", "192.168.0.7", "[::1]:80"]);
        for text in [
            "http://127.0.0.1:8080/",
            "http://10.9.8.7:1234/",
            "http://192.168.0.7/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]:8080/",
            "http://[::ffff:10.1.1.1]/",
        ] {
            assert_eq!(check(&named, &url(text)), Ok(()), "{text}");
            assert!(is_named(&named, &url(text)), "{text}");
        }
        for text in
            ["http://127.0.0.1/", "http://127.0.0.2:8080/", "http://192.168.0.8/", "https://[::1]/"]
        {
            assert!(check(&named, &url(text)).is_err(), "{text}");
            assert!(!is_named(&named, &url(text)), "{text}");
        }
        assert!(is_named(&named, &url("http://localhost:8080/")));
        assert!(!is_named(&named, &url("http://localhost:8081/")));
        assert!(!is_named(&named, &url("http://paper.example/")));
    }

    #[test]
    fn a_named_port_is_not_all_ports() {
        let named = allow(&["127.0.0.1:8080"]);
        let ip = "127.0.0.1".parse().unwrap();
        assert!(permits(&named, ip, Some(8080)));
        assert!(!permits(&named, ip, Some(8081)));
        assert!(!permits(&named, ip, None));
    }

    #[test]
    fn allowed_addresses_read_as_they_are_written() {
        for text in [
            "127.0.0.1:8080",
            "10.0.0.0/8",
            "127.0.0.1",
            "[::1]:80",
            "::1",
            "fd00::/8",
            "0.0.0.0/0",
        ] {
            assert_eq!(text.parse::<Allowed>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_not_an_address_is_explained() {
        for (text, says) in [
            ("localhost:8080", "names are not accepted"),
            ("http://127.0.0.1:8080/", "not a URL"),
            ("10.1.2.3/8", "the network is `10.0.0.0/8`"),
            ("127.0.0.1:99999", "expected an address"),
            ("10.0.0.0/33", "expected an address"),
            ("", "expected an address"),
        ] {
            let error = text.parse::<Allowed>().unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
