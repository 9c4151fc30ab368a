//! Words from outside made fit to be shown: one line, bounded, without characters that act.

use std::{ops::Range, time::Duration};

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation as _;
use url::Url;

/// The longest link that is shown, in bytes: a cut link leads nowhere, so longer ones are left out.
const LONGEST_LINK: usize = 1_000;

/// Words that are marked or not.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub(super) struct Piece {
    pub text: String,
    pub marked: bool,
}

/// One line of at most `most` characters.
pub(in crate::alert) fn line(text: &str, most: usize) -> String {
    pieces(text, &[], most).into_iter().map(|piece| piece.text).collect()
}

/// One line of at most `most` characters, cut up where marks begin and end. `marks` are bytes of
/// `text`, sorted.
pub(super) fn pieces(text: &str, marks: &[Range<usize>], most: usize) -> Vec<Piece> {
    let (kept, ending) = cut(clean(text, marks, most.saturating_add(1)), most);
    let mut pieces: Vec<Piece> = Vec::new();
    let ending = ending.map(|c| (c, false));
    for (c, marked) in kept.into_iter().chain(ending) {
        match pieces.last_mut() {
            Some(last) if last.marked == marked => last.text.push(c),
            _ => pieces.push(Piece { text: c.to_string(), marked }),
        }
    }
    pieces
}

/// The first `most` characters, each with whether it is marked: white space collapsed, characters
/// that act on a terminal or on the direction of the text around them taken out.
fn clean(text: &str, marks: &[Range<usize>], most: usize) -> Vec<(char, bool)> {
    let mut kept: Vec<(char, bool)> = Vec::new();
    let mut marks = marks.iter().peekable();
    let mut gap = None;
    for (at, c) in text.char_indices() {
        while marks.next_if(|mark| mark.end <= at).is_some() {}
        let marked = marks.peek().is_some_and(|mark| mark.start <= at);
        if c.is_whitespace() || c.is_control() {
            gap = gap.or(Some(marked));
        } else if !acts(c) {
            if let Some(marked) = gap.take().filter(|_| !kept.is_empty()) {
                kept.push((' ', marked));
            }
            kept.push((c, marked));
        }
        if kept.len() >= most {
            kept.truncate(most);
            break;
        }
    }
    kept
}

/// Whether a character changes how others are shown: embeddings, overrides and isolates, the byte
/// order mark, and tags. (Left-to-right and right-to-left marks are part of honest texts.)
fn acts(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Cuts at the end of the last whole user-perceived character that leaves room for an ellipsis.
fn cut(mut kept: Vec<(char, bool)>, most: usize) -> (Vec<(char, bool)>, Option<char>) {
    if kept.len() <= most {
        return (kept, None);
    }
    let room = most.saturating_sub(1);
    let text: String = kept.iter().map(|(c, _)| c).collect();
    let mut whole = 0;
    for grapheme in text.graphemes(true) {
        let longer = whole + grapheme.chars().count();
        if longer > room {
            break;
        }
        whole = longer;
    }
    // One character with a tower of accents is cut anywhere.
    kept.truncate(if whole == 0 { room } else { whole });
    (kept, Some('…'))
}

/// A link that may be clicked: absolute, of the web, without credentials, not endless.
pub(super) fn link(written: &str) -> Option<String> {
    let url = Url::parse(written).ok()?;
    let web = matches!(url.scheme(), "http" | "https");
    let plain = url.username().is_empty() && url.password().is_none();
    let link = String::from(url);
    (web && plain && link.len() <= LONGEST_LINK).then_some(link)
}

/// A moment on a clock and a calendar: `Mon 12 May 2025, 07:31 PKT`.
pub(in crate::alert) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%a %-d %b %Y, %H:%M %Z").to_string()
}

/// A moment without year and zone, for tables: `12 May, 07:31`.
pub(super) fn short_moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%-d %b, %H:%M").to_string()
}

/// A length of time in its two largest units: `2 d 3 h`, `3 h 20 min`, `12 min`.
pub(super) fn duration(long: Duration) -> String {
    let minutes = long.as_secs().div_ceil(60).max(1);
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes} min"),
        (0, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

/// A number and what it counts: `1 story`, `1,412 stories`.
pub(super) fn several<N: TryInto<u64>>(count: N, one: &str, many: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// A number with a comma at each thousand.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// What follows words that end from right to left, so that brackets and figures behind them stay
/// where they belong: a left-to-right mark, which nobody sees, else nothing.
pub(super) fn closing(text: &str) -> &'static str {
    let last = text.chars().rev().find(|c| c.is_alphabetic());
    if last.is_some_and(is_right_to_left) { "\u{200e}" } else { "" }
}

/// Letters of the scripts that are written from right to left, by their blocks.
fn is_right_to_left(c: char) -> bool {
    matches!(
        c,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
            | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(line(" a\r\n\tb\u{2028}c\0\u{1b}[31md ", 99), "a b c [31md");
        assert_eq!(line("gpj.\u{202e}exe\u{202c} \u{feff}x", 99), "gpj.exe x");
        assert_eq!(line("abcdef", 6), "abcdef");
        assert_eq!(line("abcdefg", 6), "abcde…");
        assert_eq!(line("ab👩‍👩‍👧", 4), "ab…");
        assert_eq!(line(&"\u{301}".repeat(50), 4).chars().count(), 4);
    }

    #[test]
    fn marks_stay_on_their_words() {
        let text = "The  \u{202e}crane\nfell";
        let (crane, fell) = (text.find("crane").unwrap(), text.find("fell").unwrap());
        let pieces = pieces(text, &[crane..crane + 5, fell..fell + 4], 99);
        let shown: Vec<_> = pieces.iter().map(|p| (p.text.as_str(), p.marked)).collect();
        assert_eq!(shown, [("The ", false), ("crane", true), (" ", false), ("fell", true)]);
    }

    #[test]
    fn only_links_of_the_web_are_links() {
        assert_eq!(
            link("https://a.example/x?a=1&b=\"<>"),
            Some("https://a.example/x?a=1&b=%22%3C%3E".into())
        );
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "/x",
            "",
            "https://bank.example@evil.example/",
        ] {
            assert_eq!(link(bad), None, "{bad}");
        }
        assert_eq!(link(&format!("https://a.example/{}", "x".repeat(1_000))), None);
    }

    #[test]
    fn numbers_are_grouped() {
        let numbers = [0, 12, 999, 1_000, 12_345, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "12", "999", "1,000", "12,345", "1,234,567"]);
        assert_eq!(several(1_usize, "story", "stories"), "1 story");
        assert_eq!(several(0_u64, "story", "stories"), "0 stories");
    }

    #[test]
    fn only_words_from_right_to_left_are_closed() {
        for (text, closed) in [
            ("Kran fällt", ""),
            ("", ""),
            ("12", ""),
            ("سقوط رافعة", "\u{200e}"),
            ("سقوط رافعة 12.", "\u{200e}"),
            ("סער (IANS)", ""),
        ] {
            assert_eq!(closing(text), closed, "{text}");
        }
    }

    #[test]
    fn lengths_of_time_have_two_units() {
        for (seconds, said) in [
            (0, "1 min"),
            (61, "2 min"),
            (3_600, "1 h 0 min"),
            (12_000, "3 h 20 min"),
            (183_600, "2 d 3 h"),
        ] {
            assert_eq!(duration(Duration::from_secs(seconds)), said);
        }
    }

    proptest! {
        #[test]
        fn a_line_is_bounded_and_plain(text in any::<String>(), most in 1..40_usize) {
            let line = line(&text, most);
            prop_assert!(line.chars().count() <= most);
            prop_assert!(!line.chars().any(|c| c.is_control() || acts(c)));
            prop_assert_eq!(line.trim(), line.as_str());
        }
    }
}
