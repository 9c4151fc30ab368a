//! Links that say themselves where they lead: of aggregators, search engines and caches.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use url::Url;

use super::comparable_host;

/// Hosts and beginnings of paths of links that lead on, and the parameters that say where to.
const REDIRECTORS: &[(&str, &str, &[&str])] = &[
    ("google.com", "/url", &["url", "q"]),
    ("bing.com", "/news/apiclick.aspx", &["url"]),
    ("l.facebook.com", "/l.php", &["u"]),
    ("lm.facebook.com", "/l.php", &["u"]),
    ("out.reddit.com", "/", &["url"]),
];

/// Beginnings of paths of Google News; the name of the article follows.
const GOOGLE_NEWS: &[&str] = &["/rss/articles/", "/articles/", "/__i/rss/rd/articles/"];

/// Where a link leads, when it says so itself. Names that Google News has given to articles since
/// 2024 say nothing: see [`is_sealed`].
pub fn target(address: &str) -> Option<String> {
    let url = Url::parse(address.trim()).ok()?;
    let host = comparable_host(&url)?;
    let written = if let Some(name) = google_news(&host, &url) {
        written_in(name)
    } else if let Some(rest) = cached(&host, url.path()) {
        Some(match rest.strip_prefix("s/") {
            Some(secure) => format!("https://{secure}"),
            None => format!("http://{rest}"),
        })
    } else {
        let (.., names) =
            REDIRECTORS.iter().find(|(at, path, _)| *at == host && url.path().starts_with(path))?;
        url.query_pairs().find(|(key, _)| names.contains(&&**key)).map(|(_, to)| to.into_owned())
    };
    super::absolute(&written?, None)
}

/// Whether a link leads to a text on another site and does not say which.
pub fn is_sealed(address: &str) -> bool {
    let url = Url::parse(address.trim()).ok();
    let name = url.as_ref().and_then(|url| google_news(&comparable_host(url)?, url));
    name.is_some_and(|name| written_in(name).is_none())
}

/// What Google News calls an article.
fn google_news<'u>(host: &str, url: &'u Url) -> Option<&'u str> {
    let name = GOOGLE_NEWS.iter().find_map(|path| url.path().strip_prefix(path));
    name.filter(|_| host == "news.google.com")
}

/// The address in the older names of Google News: fields of a message in base64, the address of the
/// page before that of its rendering for phones.
fn written_in(name: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(name.trim_end_matches('=')).ok()?;
    let start = bytes.windows(4).position(|bytes| bytes == b"http")?;
    let address = bytes[start..].iter().take_while(|byte| byte.is_ascii_graphic());
    Some(address.map(|byte| char::from(*byte)).collect())
}

/// The address of a page that a cache renders for phones, `s/` in front of it for `https`.
fn cached<'u>(host: &str, path: &'u str) -> Option<&'u str> {
    let beginnings: &[&str] = match host {
        "google.com" => &["/amp/"],
        _ if host.ends_with(".cdn.ampproject.org") => &["/c/", "/v/", "/wp/"],
        _ => &[],
    };
    beginnings.iter().find_map(|beginning| path.strip_prefix(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name as Google News made them: two numbers, the address, perhaps that for phones.
    fn named(address: &str, phones: &str) -> String {
        let mut message = vec![8, 19, 34, u8::try_from(address.len()).unwrap()];
        message.extend(address.bytes());
        if !phones.is_empty() {
            message.extend([0xd2, 1, u8::try_from(phones.len()).unwrap()]);
            message.extend(phones.bytes());
        }
        let name = URL_SAFE_NO_PAD.encode(message);
        format!("https://news.google.com/rss/articles/{name}?oc=5&hl=en")
    }

    #[test]
    fn a_link_may_say_where_it_leads() {
        let paper = "https://www.paper.example/news/pier-shut";
        for link in [
            &named(paper, ""),
            &named(paper, "https://amp.paper.example/news/pier-shut"),
            "https://www.google.com/url?rct=j&url=https://www.paper.example/news/pier-shut&ct=ga",
            "https://www.google.com/amp/s/www.paper.example/news/pier-shut",
            "http://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fwww.paper.example%2fnews%2fpier-shut&c=1",
            "https://www-paper-example.cdn.ampproject.org/v/s/www.paper.example/news/pier-shut",
        ] {
            assert_eq!(target(link).as_deref(), Some(paper), "{link}");
            assert!(!is_sealed(link));
        }
    }

    #[test]
    fn other_links_are_what_they_are() {
        for link in [
            "https://www.paper.example/url?url=https://other.example/a",
            "https://www.google.com/search?q=https://paper.example/a",
            "https://www.google.com/url?q=no+address",
            "https://news.google.com/topics/abc",
            "https://cdn.ampproject.org/c/s/paper.example/a",
            "no address",
        ] {
            assert_eq!(target(link), None, "{link}");
            assert!(!is_sealed(link), "{link}");
        }
    }

    #[test]
    fn a_name_that_says_nothing_is_sealed() {
        let name = URL_SAFE_NO_PAD.encode(b"\x08\x13\"\x0eAU_yqLNoaddress");
        let link = format!("https://news.google.com/rss/articles/{name}?oc=5");
        assert_eq!(target(&link), None);
        assert!(is_sealed(&link));
        assert!(is_sealed("https://news.google.com/articles/!"));
    }
}
