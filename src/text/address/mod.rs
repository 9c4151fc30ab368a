//! Addresses made absolute, and made comparable.

mod wrapped;

use url::{Host, Url};

pub use wrapped::{is_sealed, target};

/// Query parameters that say how a reader came, not what is read.
const TRACKERS: &[&str] = &[
    "_ga",
    "amp_gsa",
    "amp_js_v",
    "campaign_id",
    "cmp",
    "cmpid",
    "dclid",
    "fbclid",
    "ftag",
    "ftcamp",
    "gclid",
    "gclsrc",
    "guccounter",
    "icid",
    "igshid",
    "ito",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "msclkid",
    "ncid",
    "ocid",
    "s_cid",
    "smid",
    "spm",
    "taid",
    "traffic_source",
    "trk",
    "usqp",
    "wt_mc",
    "xtor",
    "yclid",
];

/// Beginnings of names of such parameters.
const TRACKER_PREFIXES: &[&str] = &["utm_", "at_", "ns_", "pk_", "mtm_", "wt."];

/// Parameters that track only when they name the feed (`?ref=rss`).
const REFERRERS: &[&str] = &["ref", "src", "source", "from", "partner", "feed", "emc", "rss"];

/// Labels in front of a host that choose a rendering, not a text.
const RENDERINGS: &[&str] = &["www", "m", "mobile", "amp", "touch", "wap"];

/// Ends of paths that choose a rendering for phones.
const RENDERED: &[&str] = &["/amp", ".amp", "/amp.html"];

/// The address of a document or link that may be followed: absolute, `http` or `https`.
///
/// An absolute reference is kept as written; a relative one is resolved against `base`. Line ends
/// and tabs inside are dropped (WHATWG URL section 4.4). Nothing for anything else, such as
/// `javascript:` or a relative reference without a base.
pub fn absolute(reference: &str, base: Option<&Url>) -> Option<String> {
    let written: String = reference.trim().chars().filter(|c| !c.is_ascii_control()).collect();
    if written.is_empty() {
        return None;
    }
    match Url::parse(&written) {
        Ok(url) => is_web(&url).then_some(written),
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            base?.join(&written).ok().filter(is_web).map(String::from)
        }
        Err(_) => None,
    }
}

/// The address made comparable: two addresses of one text are equal after this far more often than
/// two of different texts.
///
/// The scheme is `https`, the host lower case and without `www.`, `m.`, `amp.` and the like;
/// default port, user, fragment, tracking parameters, a last `/` and what asks for a rendering for
/// phones (`/amp` at either end of the path, `.amp`, `?amp=1`) are dropped. A link that says itself
/// where it leads is the address that it leads to (see [`target`]).
pub fn canonical(address: &str) -> Option<String> {
    let url = Url::parse(address.trim()).ok().filter(is_web)?;
    if let Some(target) = target(address) {
        return canonical(&target);
    }
    let host = comparable_host(&url)?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let path = comparable_path(url.path());
    let query = comparable_query(&url);
    let route = url.fragment().filter(|f| f.starts_with(['!', '/']));
    let route = route.map(|f| format!("#{f}")).unwrap_or_default();
    Some(format!("https://{host}{port}{path}{query}{route}"))
}

/// Whether an address is only that of a site: it says nothing about which text is meant.
pub fn is_site(canonical: &str) -> bool {
    let host = canonical.strip_prefix("https://").unwrap_or(canonical);
    host.find('/').is_some_and(|at| at + 1 == host.len())
}

/// Labels in front of the one of a country under which names are registered, as in `co.uk`.
const SECOND_LEVEL: &[&str] =
    &["ac", "co", "com", "edu", "go", "gob", "gov", "gr", "mil", "ne", "net", "nom", "or", "org"];

/// The part of a host that somebody registered, by its shape: `herald.co.nz` of `news.herald.co.nz`.
/// An address in digits is its own.
pub fn registered(host: &str) -> &str {
    if matches!(Host::parse(host), Ok(Host::Ipv4(_) | Host::Ipv6(_))) {
        return host;
    }
    let host = host.trim_end_matches('.');
    let mut labels = host.rsplit('.');
    let (country, second) = (labels.next().unwrap_or_default(), labels.next().unwrap_or_default());
    let is_deep = country.len() == 2 && SECOND_LEVEL.contains(&second);
    let kept = if is_deep { 3 } else { 2 };
    let start = host.rmatch_indices('.').nth(kept - 1).map_or(0, |(at, _)| at + 1);
    &host[start..]
}

/// Whether two addresses are of one house's site: their hosts have one registered part, as nearly
/// as that is to be told without a list of all registries.
pub fn is_same_site(a: &str, b: &str) -> bool {
    let host = |address: &str| Url::parse(address).ok().and_then(|url| comparable_host(&url));
    let (Some(a), Some(b)) = (host(a), host(b)) else { return false };
    registered(&a) == registered(&b)
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

fn comparable_host(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    if !matches!(url.host(), Some(Host::Domain(_))) {
        return Some(host.to_owned());
    }
    let host = host.trim_end_matches('.');
    let mut bare = host;
    while let Some((label, rest)) = bare.split_once('.')
        && RENDERINGS.contains(&label)
        && rest.contains('.')
    {
        bare = rest;
    }
    Some(bare.to_owned())
}

fn comparable_path(path: &str) -> &str {
    let mut path = path.trim_end_matches('/');
    while let Some(shorter) = RENDERED.iter().find_map(|end| path.strip_suffix(end)) {
        path = shorter.trim_end_matches('/');
    }
    while let Some(shorter) = path.strip_prefix("/amp/") {
        path = &path[path.len() - shorter.len() - 1..];
    }
    if path.is_empty() { "/" } else { path }
}

fn comparable_query(url: &Url) -> String {
    let kept: Vec<_> = url
        .query()
        .unwrap_or_default()
        .split('&')
        // Escaped once too often.
        .map(|pair| pair.trim_start_matches("amp;"))
        .filter(|pair| !pair.is_empty() && !is_tracker(pair))
        .collect();
    if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) }
}

fn is_tracker(pair: &str) -> bool {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let (name, value) = (name.to_ascii_lowercase(), value.to_ascii_lowercase());
    TRACKERS.contains(&name.as_str())
        || TRACKER_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || (REFERRERS.contains(&name.as_str()) && value.starts_with("rss"))
        || (name == "amp" && matches!(value.as_str(), "" | "1" | "true"))
        || (name == "outputtype" && value == "amp")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_registered_part_of_a_host_is_known_by_its_shape() {
        for (host, registered_part) in [
            ("feeds.ardenpost.example", "ardenpost.example"),
            ("ardenpost.example", "ardenpost.example"),
            ("news.herald.co.nz", "herald.co.nz"),
            ("a.b.com.pk", "b.com.pk"),
            ("com.pk", "com.pk"),
            ("news.herald.co", "herald.co"),
            ("localhost", "localhost"),
            ("feeds.post.example.", "post.example"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]", "[::1]"),
        ] {
            assert_eq!(registered(host), registered_part, "{host}");
        }
    }

    #[test]
    fn links_are_made_absolute() {
        let base = Url::parse("https://paper.example/feeds/home.xml").unwrap();
        for (reference, wanted) in [
            ("https://a.example/x?y=1&z", Some("https://a.example/x?y=1&z")),
            ("  http://a.example \n", Some("http://a.example")),
            ("http://a.exa\nmple/x", Some("http://a.example/x")),
            ("/news/1", Some("https://paper.example/news/1")),
            ("news/1", Some("https://paper.example/feeds/news/1")),
            ("//cdn.example/x", Some("https://cdn.example/x")),
            ("?id=1", Some("https://paper.example/feeds/home.xml?id=1")),
            ("", None),
            ("javascript:alert(1)", None),
            ("mailto:a@b.example", None),
            ("tag:a.example,2026:1", None),
            ("http://", None),
        ] {
            assert_eq!(absolute(reference, Some(&base)).as_deref(), wanted, "{reference}");
        }
        assert_eq!(absolute("/news/1", None), None);
    }

    #[test]
    fn addresses_of_one_text_compare_equal() {
        for (address, wanted) in [
            ("http://WWW.Paper.example:80/a/", "https://paper.example/a"),
            ("https://m.paper.example/a#top", "https://paper.example/a"),
            ("https://amp.paper.example/a", "https://paper.example/a"),
            ("https://paper.example/a/amp/", "https://paper.example/a"),
            ("https://paper.example/a?amp=1", "https://paper.example/a"),
            ("https://paper.example/amp/news/a", "https://paper.example/news/a"),
            ("https://paper.example/news/a.amp", "https://paper.example/news/a"),
            ("https://touch.paper.example/a?amp_js_v=0.1&usqp=mq331", "https://paper.example/a"),
            (
                "https://www-paper-example.cdn.ampproject.org/c/s/www.paper.example/a/amp",
                "https://paper.example/a",
            ),
            ("https://paper.example/a?utm_source=x&id=3&fbclid=y", "https://paper.example/a?id=3"),
            ("https://paper.example/a?ref=rss", "https://paper.example/a"),
            ("https://paper.example/a?ref=42", "https://paper.example/a?ref=42"),
            (
                "https://paper.example/a?id=3&amp;ref=rss&amp;p=2",
                "https://paper.example/a?id=3&p=2",
            ),
            ("https://paper.example/#!/a/1", "https://paper.example/#!/a/1"),
            ("https://paper.example:8443/a", "https://paper.example:8443/a"),
            ("https://paper.example", "https://paper.example/"),
            ("https://u:p@paper.example/a", "https://paper.example/a"),
            ("http://127.0.0.1:8080/a", "https://127.0.0.1:8080/a"),
            ("https://m.example/a", "https://m.example/a"),
            ("https://Paper.example/News/A.html", "https://paper.example/News/A.html"),
        ] {
            assert_eq!(canonical(address).as_deref(), Some(wanted), "{address}");
        }
        assert_eq!(canonical("tag:a.example,2026:1"), None);
        assert_eq!(canonical("not an address"), None);
    }

    #[test]
    fn addresses_of_one_house_are_of_one_site() {
        let news = "https://news.paper.example/a";
        for (other, wanted) in [
            ("https://m.paper.example/b", true),
            ("http://paper.example", true),
            ("https://other.example/a", false),
            ("https://example/a", false),
            ("no address", false),
        ] {
            assert_eq!(is_same_site(news, other), wanted, "{other}");
        }
        assert!(is_same_site("https://news.paper.co.uk/a", "https://sport.paper.co.uk/b"));
        assert!(!is_same_site("https://paper.co.uk/a", "https://other.co.uk/b"));
        assert!(is_same_site("https://www.ap.de/a", "https://news.ap.de/b"));
        assert!(!is_same_site("http://10.1.0.1/a", "http://10.2.0.1/a"));
    }

    #[test]
    fn the_address_of_a_site_is_known() {
        assert!(is_site("https://paper.example/"));
        assert!(!is_site("https://paper.example/a"));
        assert!(!is_site("https://paper.example/?p=1"));
    }

    proptest! {
        #[test]
        fn comparing_twice_changes_nothing(tail in "([a-z/.?&=#!A-Z0-9%_-]|&amp;){0,40}") {
            if let Some(once) = canonical(&format!("http://www.paper.example/{tail}")) {
                let twice = canonical(&once);
                prop_assert_eq!(twice.as_deref(), Some(once.as_str()));
            }
        }
    }
}
