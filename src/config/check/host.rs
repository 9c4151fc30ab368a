//! `[[host]]`: the pace of hosts that are not like the others.

use std::{collections::BTreeMap, ops::RangeInclusive, sync::Arc};

use url::{Host, Url};

use super::{
    edges::{number, span},
    unique,
};
use crate::{
    config::{
        Limits, Pace,
        raw::Raw,
        value::{Fault, HOUR},
    },
    diagnostic::Report,
    fetch,
    model::{FeedName, FeedSpec},
    text::address::registered,
};

/// Polls at once of one host.
const CONNECTIONS: RangeInclusive<u64> = 1..=1_000;

/// The pace of each host that is named, and of the addresses that the operator allows: those need
/// no gap.
pub(super) fn paces(
    raw: &Raw,
    feeds: &BTreeMap<FeedName, Arc<FeedSpec>>,
    fetch: &fetch::Settings,
    limits: &Limits,
    report: &mut Report,
) -> BTreeMap<String, Pace> {
    let usual = Pace::usual(limits);
    let mut paces = BTreeMap::new();
    let allowed = feeds.values().filter(|feed| fetch.allows(&feed.url));
    for url in allowed.filter_map(|feed| Url::parse(&feed.url).ok()) {
        let host = url.host_str().unwrap_or_default().to_owned();
        paces.insert(host, Pace { gap: std::time::Duration::ZERO, ..usual });
    }
    unique("host", &raw.hosts, |host| &host.name, report);
    for host in &raw.hosts {
        let written = &host.value;
        let name = host.read(&written.name, report, |name| key(name));
        let connections = number(host, written.connections.as_ref(), CONNECTIONS, report);
        let gap = span(Some(host), written.gap.as_ref(), 0..=HOUR, report);
        let Some(name) = name else { continue };
        let pace = paces.entry(name).or_insert(usual);
        pace.connections = connections.unwrap_or(pace.connections);
        pace.gap = gap.unwrap_or(pace.gap);
    }
    paces
}

/// What pacing counts by: the registered part of a name, or an IP address.
fn key(written: &str) -> Result<String, Fault> {
    let bracketed = if written.contains(':') && !written.starts_with('[') {
        format!("[{written}]")
    } else {
        written.to_owned()
    };
    match Host::parse(&bracketed) {
        Ok(Host::Domain(name)) if registered(&name) == name => Ok(name),
        Ok(Host::Domain(name)) => {
            let house = registered(&name);
            let message = format!("`{name}` is paced together with all of `{house}`");
            Err(Fault::new(message).with_help(format!("write name = \"{house}\"")))
        }
        Ok(address) => Ok(address.to_string()),
        Err(_) => Err(Fault::new(format!("`{}` is not a host", written.escape_debug()))
            .with_help("write the name alone, as in \"ardenpost.example\", or an IP address")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_named_by_what_pacing_counts() {
        for (written, counted) in [
            ("ardenpost.example", "ardenpost.example"),
            ("ArdenPost.Example", "ardenpost.example"),
            ("localhost", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("::1", "[::1]"),
            ("[::1]", "[::1]"),
        ] {
            assert_eq!(key(written).map_err(|fault| fault.message), Ok(counted.to_owned()));
        }
        for (wrong, help) in [
            ("www.ardenpost.example", "write name = \"ardenpost.example\""),
            ("https://ardenpost.example/", "write the name alone"),
            ("", "write the name alone"),
        ] {
            let fault = key(wrong).unwrap_err();
            assert!(fault.help.unwrap().contains(help), "{wrong}");
        }
    }
}
