//! What a site allows of its pages: `robots.txt` (RFC 9309), with `Crawl-delay`.

use std::{fmt::Write as _, time::Duration};

use url::Url;

/// So much of the file is read (RFC 9309 section 2.5), in bytes.
const MOST_BYTES: usize = 500 << 10;

/// The rules for one reader. Without any, everything is allowed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Robots {
    rules: Vec<Rule>,
    delay: Option<Duration>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Rule {
    allows: bool,
    /// A path, with `*` for anything and `$` for the end.
    pattern: String,
}

impl Robots {
    /// Reads the groups for `product`, the name in a `User-Agent`; where there is none, those for
    /// everybody.
    pub fn parse(file: &[u8], product: &str) -> Self {
        let file = String::from_utf8_lossy(&file[..file.len().min(MOST_BYTES)]);
        let (mut ours, mut everybodys) = (None::<Self>, Self::default());
        // Whom the group at hand is for, and whether its rules have begun.
        let (mut for_us, mut for_everybody, mut begun) = (false, false, false);
        for line in file.trim_start_matches('\u{feff}').lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            if key == "user-agent" {
                if begun {
                    (for_us, for_everybody, begun) = (false, false, false);
                }
                for_us |=
                    name(value).eq_ignore_ascii_case(name(product)) && !name(value).is_empty();
                for_everybody |= value.starts_with('*');
                if for_us {
                    ours.get_or_insert_with(Self::default);
                }
                continue;
            }
            begun |= matches!(key.as_str(), "allow" | "disallow");
            if let Some(ours) = ours.as_mut().filter(|_| for_us) {
                ours.note(&key, value);
            }
            if for_everybody {
                everybodys.note(&key, value);
            }
        }
        ours.unwrap_or(everybodys)
    }

    fn note(&mut self, key: &str, value: &str) {
        match key {
            "allow" | "disallow" if value.starts_with(['/', '*']) => {
                self.rules.push(Rule { allows: key == "allow", pattern: comparable(value) });
            }
            "crawl-delay" => {
                let seconds = value.parse().ok();
                self.delay = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            }
            _ => {}
        }
    }

    /// Whether an address may be fetched: the longest rule that is true of it says so, and of two
    /// of one length the one that allows.
    pub fn allows(&self, url: &str) -> bool {
        let Ok(url) = Url::parse(url) else { return true };
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let path = comparable(&format!("{}{query}", url.path()));
        let applying = self.rules.iter().filter(|rule| rule.is_about(&path));
        applying.max_by_key(|rule| (rule.pattern.len(), rule.allows)).is_none_or(|rule| rule.allows)
    }

    /// How long to wait between two pages.
    pub fn delay(&self) -> Option<Duration> {
        self.delay
    }

    /// Memory that it takes, in bytes.
    pub fn size(&self) -> usize {
        let rule = |rule: &Rule| size_of::<Rule>() + rule.pattern.len();
        size_of::<Self>() + self.rules.iter().map(rule).sum::<usize>()
    }
}

impl Rule {
    fn is_about(&self, path: &str) -> bool {
        let (pattern, to_the_end) = match self.pattern.strip_suffix('$') {
            Some(pattern) => (pattern, true),
            None => (self.pattern.as_str(), false),
        };
        let (first, others) = pattern.split_once('*').unwrap_or((pattern, ""));
        let Some(mut rest) = path.strip_prefix(first) else { return false };
        if first.len() == pattern.len() {
            return !to_the_end || rest.is_empty();
        }
        let (between, last) = others.rsplit_once('*').unwrap_or(("", others));
        for piece in between.split('*') {
            let Some(at) = rest.find(piece) else { return false };
            rest = &rest[at + piece.len()..];
        }
        if to_the_end { rest.ends_with(last) } else { rest.contains(last) }
    }
}

/// The name at the beginning of a `User-Agent`.
fn name(agent: &str) -> &str {
    let end = agent.find(|c: char| !c.is_ascii_alphabetic() && !matches!(c, '-' | '_'));
    &agent[..end.unwrap_or(agent.len())]
}

/// A path or pattern in the one form in which they are compared: what may stand as it is does, and
/// everything else is percent-encoded in capitals.
fn comparable(path: &str) -> String {
    let mut written = String::with_capacity(path.len());
    let mut bytes = path.as_bytes();
    while let [byte, rest @ ..] = bytes {
        let coded = match rest {
            [high, low, ..] if *byte == b'%' => hex(*high).zip(hex(*low)).map(|(h, l)| h * 16 + l),
            _ => None,
        };
        bytes = if coded.is_some() { &rest[2..] } else { rest };
        let byte = coded.unwrap_or(*byte);
        let stands = match coded {
            Some(byte) => byte.is_ascii_alphanumeric() || b"-._~".contains(&byte),
            None => byte.is_ascii_graphic(),
        };
        if stands {
            written.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _infallible = write!(written, "%{byte:02X}");
        }
    }
    written
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allows(file: &str, path: &str) -> bool {
        Robots::parse(file.as_bytes(), "Wiredesk/1.0 (+https://desk.example)")
            .allows(&format!("https://paper.example{path}"))
    }

    #[test]
    fn the_longest_rule_decides() {
        let file = "User-agent: *\nDisallow: /news\nAllow: /news/open\nDisallow: /news/open/a$\n\
                    Allow: /same\nDisallow: /same\nDisallow: /*/print\nDisallow: *.pdf$\nDisallow:";
        for (path, wanted) in [
            ("/", true),
            ("/news", false),
            ("/newsroom", false),
            ("/news/open", true),
            ("/news/open/a", false),
            ("/news/open/ab", true),
            ("/same", true),
            ("/2026/print", false),
            ("/2026/a/print?x", false),
            ("/print", true),
            ("/a.pdf", false),
            ("/a.pdf?x", true),
            ("/a.pdf/b.pdf", false),
        ] {
            assert_eq!(allows(file, path), wanted, "{path}");
        }
    }

    #[test]
    fn the_groups_of_a_reader_are_read_together() {
        let file = "\u{feff}User-Agent: other\r\nDisallow: /a\r\n\r\nuser-agent: WIREDESK/2 # ours\r\n\
                    Sitemap: https://paper.example/map\r\nuser-agent: third\r\nDisallow: /b # not b\r\n\
                    User-agent: *\r\nDisallow: /\r\nUser-agent: wiredesk\r\nDisallow: /c\r\n";
        for (path, wanted) in [("/a", true), ("/b", false), ("/c", false), ("/d", true)] {
            assert_eq!(allows(file, path), wanted, "{path}");
        }
        assert!(allows("User-agent: wiredesk\nUser-agent: *\nDisallow: /x", "/y"));
        assert!(!allows("User-agent: wiredesk\n\nUser-agent: *\nDisallow: /", "/y"));
        assert!(!allows("User-agent: *\nDisallow: /", "/y"));
        assert!(!allows("User-agent: wiredeskbot\nAllow: /\nUser-agent: *\nDisallow: /", "/y"));
        for nothing in ["", "Disallow: /", "<html>not found</html>", "User-agent:\nDisallow: /"] {
            assert!(allows(nothing, "/y"), "{nothing}");
        }
    }

    #[test]
    fn paths_compare_however_they_are_encoded() {
        let file = "User-agent: *\nDisallow: /é\nDisallow: /%7euser\nDisallow: /a%2fb";
        for (path, wanted) in [
            ("/%c3%a9", false),
            ("/~user", false),
            ("/a%2Fb", false),
            ("/a/b", true),
            ("/100%", true),
        ] {
            assert_eq!(allows(file, path), wanted, "{path}");
        }
    }

    #[test]
    fn a_delay_is_for_those_it_is_asked_of() {
        let delay = |file: &str| Robots::parse(file.as_bytes(), "Wiredesk").delay();
        assert_eq!(delay("User-agent: *\nCrawl-delay: 2.5"), Some(Duration::from_millis(2500)));
        assert_eq!(delay("User-agent: other\nCrawl-delay: 9\nUser-agent: *\nDisallow:"), None);
        assert_eq!(delay("User-agent: *\nCrawl-delay: -1"), None);
        assert_eq!(delay("User-agent: *\nCrawl-delay: soon"), None);
    }

    proptest! {
        #[test]
        fn any_file_is_read(
            file in "((user-agent|allow|disallow|crawl-delay) ?: ?[a-z*/$%0-9.é]{0,8}\n|.{0,9}\n){0,12}",
            path in "[a-z/%*$?é.0-9]{0,12}",
        ) {
            let url = format!("https://paper.example/{path}");
            let file = format!("{file}\nuser-agent: a\ndisallow: /\n");
            let robots = Robots::parse(file.as_bytes(), "a");
            // What would be allowed by it all is so by a rule.
            prop_assert!(!robots.allows(&url) || robots.rules.iter().any(|rule| rule.allows));
        }
    }

    #[test]
    fn a_pattern_of_stars_takes_no_time() {
        let file = format!("User-agent: *\nDisallow: /{}x$", "*a".repeat(50_000));
        assert!(allows(&file, &format!("/{}", "a".repeat(2_000))));
    }
}
