//! What the headers of an answer say about asking again: validators, freshness, `Retry-After`.
//!
//! Times are compared with the answer's own `Date`, never with the local clock, so that neither
//! clock needs to be right.

use std::time::Duration;

use jiff::{Timestamp, civil, fmt::rfc2822, tz::TimeZone};
use reqwest::header::{
    AGE, CACHE_CONTROL, DATE, ETAG, EXPIRES, HeaderMap, HeaderName, LAST_MODIFIED, RETRY_AFTER,
};

use crate::model::{Hints, Validators};

/// No server may ask for a longer pause: a wrong header must not silence a feed.
const LONGEST: Duration = Duration::from_hours(24);

/// A longer validator is not worth carrying to and fro.
const LONGEST_VALIDATOR: usize = 4096;

/// What to ask with next time, byte for byte as the server gave it.
pub(super) fn validators(headers: &HeaderMap, body_hash: Option<u64>) -> Validators {
    let exact = |name| {
        let bytes = headers.get(name)?.as_bytes();
        let short = !bytes.is_empty() && bytes.len() <= LONGEST_VALIDATOR;
        String::from_utf8(bytes.to_vec()).ok().filter(|_| short)
    };
    Validators { etag: exact(ETAG), last_modified: exact(LAST_MODIFIED), body_hash }
}

/// What a 304 leaves of the validators it confirms: those it names are replaced (RFC 9111
/// section 4.3.4).
pub(super) fn confirmed(known: &Validators, headers: &HeaderMap) -> Validators {
    let named = validators(headers, known.body_hash);
    Validators {
        etag: named.etag.or_else(|| known.etag.clone()),
        last_modified: named.last_modified.or_else(|| known.last_modified.clone()),
        body_hash: known.body_hash,
    }
}

/// When to come back, by the server's word.
pub(super) fn hints(headers: &HeaderMap) -> Hints {
    Hints { fresh_for: fresh_for(headers), retry_after: retry_after(headers), ..Hints::default() }
}

/// How long the answer stays fresh (RFC 9111 section 4.2): `max-age`, else `Expires` after `Date`,
/// less the `Age` it came with. A private cache ignores `s-maxage`.
fn fresh_for(headers: &HeaderMap) -> Option<Duration> {
    let mut max_age: Option<Option<u64>> = None;
    for (name, value) in directives(headers) {
        match name.as_str() {
            "no-cache" | "no-store" => return None,
            "max-age" => {
                let stated = seconds(&value);
                max_age = Some(max_age.flatten().map_or(stated, |other| Some(other.min(stated?))));
            }
            _ => {}
        }
    }
    let lifetime = match max_age {
        Some(stated) => stated?,
        None => after_date(headers, text(headers, &EXPIRES)?)?,
    };
    let age = text(headers, &AGE).and_then(seconds).unwrap_or(0);
    pause(lifetime.saturating_sub(age))
}

/// `Retry-After` (RFC 9110 section 10.2.3), in seconds or as a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = text(headers, &RETRY_AFTER)?;
    pause(seconds(value).or_else(|| after_date(headers, value))?)
}

/// A pause worth speaking of, not beyond the longest.
fn pause(seconds: u64) -> Option<Duration> {
    (seconds > 0).then(|| Duration::from_secs(seconds).min(LONGEST))
}

/// The directives of all `Cache-Control` fields, names in lower case, values without quotes.
fn directives(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for field in headers.get_all(CACHE_CONTROL) {
        let field = String::from_utf8_lossy(field.as_bytes());
        let mut quoted = false;
        let parts = field.split(|c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        });
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let value = value.trim().trim_matches('"');
            found.push((name.trim().to_ascii_lowercase(), value.to_owned()));
        }
    }
    found
}

/// A number of seconds; more than a computer counts is as many as it counts.
fn seconds(value: &str) -> Option<u64> {
    let value = value.trim();
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| value.parse().unwrap_or(u64::MAX))
}

/// How many seconds `value` lies after the answer's own `Date`; nothing when it lies before.
fn after_date(headers: &HeaderMap, value: &str) -> Option<u64> {
    let (from, to) = (http_date(text(headers, &DATE)?)?, http_date(value)?);
    u64::try_from(to.duration_since(from).as_secs()).ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A date in any of the three forms of RFC 9110 section 5.6.7; a wrong weekday does no harm.
fn http_date(value: &str) -> Option<Timestamp> {
    let preferred = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    if let Ok(moment) = preferred.parse_timestamp(value) {
        return Some(moment);
    }
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"].into_iter().find_map(|form| {
        let moment = civil::DateTime::strptime(form, value).ok()?;
        moment.to_zoned_datetime(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::HeaderValue;

    use super::*;

    const DATE_FIELD: (&str, &str) = ("date", "Tue, 03 Mar 2026 12:00:00 GMT");

    fn headers(fields: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in fields {
            let name: HeaderName = name.parse().unwrap();
            map.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        map
    }

    #[test]
    fn freshness_is_max_age_less_age() {
        for (fields, seconds) in [
            (&[("cache-control", "max-age=300")][..], Some(300)),
            (&[("cache-control", "public, Max-Age=\"300\"")], Some(300)),
            (&[("cache-control", "max-age=300"), ("age", "100")], Some(200)),
            (&[("cache-control", "max-age=300"), ("age", "many")], Some(300)),
            (&[("cache-control", "max-age=300"), ("age", "400")], None),
            (&[("cache-control", "max-age=300"), ("cache-control", "max-age=60")], Some(60)),
            (&[("cache-control", "s-maxage=900")], None),
            (&[("cache-control", "max-age=300, no-cache")], None),
            (&[("cache-control", "no-store"), ("cache-control", "max-age=300")], None),
            (&[("cache-control", "private=\"a,no-cache,b\", max-age=9")], Some(9)),
            (&[("cache-control", "max-age=-5")], None),
            (&[("cache-control", "max-age=soon")], None),
            (&[("cache-control", "max-age=")], None),
            (&[("cache-control", "max-age=99999999999999999999999")], Some(86400)),
            (&[], None),
        ] {
            let expected = seconds.map(Duration::from_secs);
            assert_eq!(hints(&headers(fields)).fresh_for, expected, "{fields:?}");
        }
    }

    #[test]
    fn expires_counts_from_the_servers_own_date() {
        let expires = |value| hints(&headers(&[DATE_FIELD, ("expires", value)])).fresh_for;
        assert_eq!(expires("Tue, 03 Mar 2026 12:20:00 GMT"), Some(Duration::from_mins(20)));
        assert_eq!(expires("Mon, 03 Mar 2026 12:20:00 GMT"), Some(Duration::from_mins(20)));
        assert_eq!(expires("Tuesday, 03-Mar-26 12:20:00 GMT"), Some(Duration::from_mins(20)));
        assert_eq!(expires("Tue Mar  3 12:20:00 2026"), Some(Duration::from_mins(20)));
        assert_eq!(expires("Tue, 03 Mar 2026 11:20:00 GMT"), None);
        assert_eq!(expires("0"), None);
        assert_eq!(expires("-1"), None);
        let alone = headers(&[("expires", "Tue, 03 Mar 2099 12:20:00 GMT")]);
        assert_eq!(hints(&alone).fresh_for, None);
        let both = headers(&[
            DATE_FIELD,
            ("expires", "Tue, 03 Mar 2026 13:00:00 GMT"),
            ("cache-control", "max-age=60"),
        ]);
        assert_eq!(hints(&both).fresh_for, Some(Duration::from_mins(1)));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let retry = |value| hints(&headers(&[DATE_FIELD, ("retry-after", value)])).retry_after;
        assert_eq!(retry("120"), Some(Duration::from_mins(2)));
        assert_eq!(retry("Tue, 03 Mar 2026 13:00:00 GMT"), Some(Duration::from_hours(1)));
        assert_eq!(retry("Fri, 03 Mar 2028 13:00:00 GMT"), Some(LONGEST));
        for nonsense in ["0", "-3", "1.5", "soon", "", "Tue, 03 Mar 2026 11:59:59 GMT"] {
            assert_eq!(retry(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn validators_are_kept_byte_for_byte() {
        let strange = headers(&[("etag", "W/\"é x\""), ("last-modified", "2026-09-21")]);
        let kept = validators(&strange, Some(1));
        assert_eq!(kept.etag.as_deref(), Some("W/\"é x\""));
        assert_eq!(kept.last_modified.as_deref(), Some("2026-09-21"));
        let long = "x".repeat(LONGEST_VALIDATOR + 1);
        assert_eq!(validators(&headers(&[("etag", &long)]), None), Validators::default());
        assert_eq!(validators(&headers(&[("etag", "")]), None), Validators::default());
    }

    #[test]
    fn a_304_replaces_what_it_names() {
        let known = Validators {
            etag: Some("\"a\"".to_owned()),
            last_modified: Some("then".to_owned()),
            body_hash: Some(7),
        };
        assert_eq!(confirmed(&known, &headers(&[])), known);
        let replaced = confirmed(&known, &headers(&[("etag", "\"b\"")]));
        assert_eq!(replaced, Validators { etag: Some("\"b\"".to_owned()), ..known });
    }

    proptest! {
        #[test]
        fn no_header_asks_for_more_than_a_day(
            fields in prop::collection::vec(
                (prop::sample::select(vec!["cache-control", "expires", "date", "age", "retry-after"]),
                 "(max-age=)?[0-9a-zA-Z,:=\" +-]{0,40}|[A-Z][a-z]{2}, [0-9]{1,2} [JMS][a-z]{2} [0-9]{4} [0-9]{2}:00:00 GMT"),
                0..6,
            ),
        ) {
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let hints = hints(&headers(&fields));
            for pause in [hints.fresh_for, hints.retry_after].into_iter().flatten() {
                prop_assert!(pause > Duration::ZERO && pause <= LONGEST);
            }
        }
    }
}
