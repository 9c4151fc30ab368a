//! Addresses of feeds: which are private, and which of those the operator allows.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;
use url::{Host, Url};

use crate::{config::value::Fault, fetch::Allowed};

/// One entry of `[fetch] allow`.
pub(super) fn allowed(text: &str) -> Result<Allowed, Fault> {
    let text = text.trim();
    let socket = text.parse::<SocketAddr>().map(Allowed::Socket).ok();
    let net = || text.parse::<IpNet>().map(Allowed::Net).ok();
    let address = || text.parse::<IpAddr>().map(|ip| Allowed::Net(ip.into())).ok();
    socket.or_else(net).or_else(address).ok_or_else(|| {
        Fault::new(format!("`{text}` is not an address or a network"))
            .with_help("write it in digits, as in \"127.0.0.1:8080\" or \"10.0.0.0/8\"")
    })
}

/// The address of a feed: `http` or `https` with a host, or a file or folder of this machine.
pub(in crate::config) fn feed_url(text: &str) -> Result<Url, Fault> {
    if let Ok(url) = Url::from_file_path(text) {
        return Ok(url);
    }
    let url = Url::parse(text).map_err(|error| {
        Fault::new(format!("`{}` is not an address: {error}", text.escape_debug())).with_help(
            "write it whole, as in \"https://www.example.org/feed.xml\" or \"/srv/feeds/wire.xml\"",
        )
    })?;
    if url.scheme() == "file" && url.to_file_path().is_err() {
        return Err(Fault::new("the file is not on this machine")
            .with_help("write three slashes, as in \"file:///srv/feeds/wire.xml\""));
    }
    if !matches!(url.scheme(), "http" | "https" | "file") {
        return Err(Fault::new(format!("`{}` addresses are not fetched", url.scheme()))
            .with_help("only `http`, `https` and `file` are"));
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Fault::new("the address holds a space or a control character")
            .with_help("write a space as %20"));
    }
    Ok(url)
}

/// Whether the fetcher will refuse it unless it is allowed, as far as the spelling shows: a name
/// may still turn out to be private when it is resolved.
pub(super) fn is_private(url: &Url) -> bool {
    match address(url) {
        Some(IpAddr::V4(ip)) => is_private_v4(ip),
        Some(IpAddr::V6(ip)) => is_private_v6(ip),
        None => false,
    }
}

/// The address where it is written in digits; `localhost` is one too (RFC 6761 section 6.3).
fn address(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(ip) => Some(IpAddr::V4(ip)),
        Host::Ipv6(ip) => Some(ip.to_canonical()),
        Host::Domain("localhost") => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        Host::Domain(_) => None,
    }
}

/// The ranges of RFC 6890 in which no newspaper lives; 100.64.0.0/10 is shared address space.
fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || a == 0
        || (a == 100 && (64..128).contains(&b))
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_multicast()
        || ip.is_unique_local()
        || ip.is_unicast_link_local()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Settings;

    #[test]
    fn private_addresses_are_known_by_their_digits() {
        let private = |text| is_private(&Url::parse(text).unwrap());
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://[::ffff:10.0.0.1]/",
            "http://localhost:8080/",
            "http://169.254.169.254/",
            "http://[fd00::1]/",
            "http://100.64.0.1/",
            "http://0.0.0.0/",
        ] {
            assert!(private(url), "{url}");
        }
        for url in ["http://93.184.216.34/", "https://www.example.org/", "http://[2001:db8::1]/"] {
            assert!(!private(url), "{url}");
        }
    }

    #[test]
    fn what_is_allowed_is_a_network_or_one_port() {
        let allow = ["127.0.0.1:8080", "10.0.0.0/8", "::1"].map(|text| allowed(text).unwrap());
        let settings = Settings { allow: allow.into(), ..Settings::default() };
        assert!(settings.allows("http://127.0.0.1:8080/feed"));
        assert!(settings.allows("http://localhost:8080/feed"));
        assert!(!settings.allows("http://127.0.0.1:8081/feed"));
        assert!(settings.allows("https://10.9.8.7/feed"));
        assert!(settings.allows("http://[::1]:3/feed"));
        assert!(!settings.allows("https://www.example.org/feed"));
        assert!(settings.allows("/srv/wire") && settings.allows("file:///srv/wire"));
        assert!(allowed("intranet:8080").is_err());
    }

    #[test]
    fn only_the_web_and_this_machine_are_read() {
        for right in ["https://www.example.org/feed.xml", "file:///srv/wire", "/srv/wire 1"] {
            assert!(feed_url(right).is_ok(), "{right}");
        }
        let wrong =
            ["www.example.org/feed", "file://a/b", "ftp://a/b", "https://", "http://a b/", ""];
        for wrong in wrong {
            assert!(feed_url(wrong).is_err(), "{wrong}");
        }
    }
}
