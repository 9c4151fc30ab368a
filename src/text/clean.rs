//! What a page or a desk put around a text: entities, clutter lines, the dateline.

use std::{borrow::Cow, sync::LazyLock};

/// The longest line that can be clutter, in bytes; furniture is short, paragraphs are long.
const LONGEST_CLUTTER: usize = 320;
/// The longest notice before a text on one line, in bytes; a longer sentence has the text in it.
const LONGEST_NOTICE: usize = 160;
/// Words for kinds of pictures.
const PICTURES: &[&str] = &["file", "undated", "aerial", "handout", "combination", "satellite"];
/// How far into a text a dateline can reach, in bytes.
const LONGEST_DATELINE: usize = 110;

/// Notices in a row before a text; the longest in use are a copyright line of two sentences and a
/// disclaimer.
const MOST_NOTICES: usize = 4;

/// Lines that are nothing but furniture, in lower case.
const CLUTTER: &[&str] = &[
    "advertisement",
    "advertisements",
    "ad",
    "logo",
    "photo",
    "share",
    "share this",
    "share this article",
    "more-in",
    "now playing",
    "loading",
    "read more",
    "subscribe",
    "image",
    "related stories",
    "agencies",
    "close",
    "play",
    "getty images",
    "story continues below",
    "story continues below advertisement",
    "enlarge this image",
    "toggle caption",
];

/// How lines begin that are furniture or a credit as a whole, in lower case.
const CLUTTER_STARTS: &[&str] = &[
    "also read",
    "read also",
    "read more:",
    "read full story",
    "follow us",
    "subscribe to",
    "sign up for",
    "sign up to",
    "click here",
    "story continues",
    "story continued",
    "enlarge this image",
    "copyright ",
    "©",
    "(c) 20",
    "all rights reserved",
    "this material may not be published",
    "disclaimer:",
    "image:",
    "photo:",
    "file photo",
    "image source",
    "image caption",
    "media playback is",
    "published in ",
    "published on ",
    "(with inputs from",
    "(with agency inputs",
    "with inputs from",
    "with agency inputs",
    "(this story has not been",
    "this story has not been",
    "(this story was",
    "(except for the headline",
    "except for the headline",
    "our standards:",
    "last updated",
    "updated:",
    "posted:",
    "first published",
    "please verify",
    "watch:",
    "watch live",
    "reporting by ",
    "(reporting by",
    "additional reporting by",
    "editing by ",
    "get the latest",
    "download the app",
    "join the conversation",
    "view comments",
    "share on ",
    "share this ",
    "lesen sie auch",
    "mehr zum thema",
    "à lire aussi",
    "lire aussi",
    "lea también",
    "читайте также",
    "leia também",
    "یہ بھی پڑھیں",
    "यह भी पढ़ें",
    "আরও পড়ুন",
];

/// Labels of buttons and pictures that stand before a text where line breaks were lost, in lower
/// case; single words are left out, since texts begin with them, too.
const LABELS: &[&str] = &[
    "share this article",
    "share this story",
    "enlarge this image",
    "toggle caption",
    "listen to article",
    "listen to this article",
    "story continues below advertisement",
    "story continues below this ad",
];

/// UTF-8 read as Windows-1252 and written again: what is seen, and what it was.
const MOJIBAKE: &[(&str, &str)] = &[
    ("â€™", "’"),
    ("â€˜", "‘"),
    ("â€œ", "“"),
    ("â€\u{9d}", "”"),
    ("â€“", "–"),
    ("â€”", "—"),
    ("â€¦", "…"),
    ("Ã©", "é"),
    ("Ã¨", "è"),
    ("Ã¼", "ü"),
    ("Ã¶", "ö"),
    ("Ã¤", "ä"),
    ("Â\u{a0}", " "),
];

/// The start of a text that says where, and often by whom, it was filed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Dateline<'a> {
    /// Everything before the separator.
    pub text: &'a str,
    /// Where the text proper begins, in bytes.
    pub end: usize,
}

/// Entities decoded, also where a feed encoded them twice, and mojibake mended.
pub fn decode(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..2 {
        if !text.contains('&') {
            break;
        }
        text = Cow::Owned(htmlize::unescape(text.as_ref()).into_owned());
    }
    if text.contains("â€") || text.contains('Ã') || text.contains("Â\u{a0}") {
        for (seen, was) in MOJIBAKE {
            text = Cow::Owned(text.replace(seen, was));
        }
    }
    text
}

/// The lines of the text proper: without clutter, a leading byline and the dateline.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut begun = false;
    let kept =
        text.lines().map(|line| without_notices(line.trim())).filter(|line| !is_clutter(line));
    kept.filter_map(move |line| {
        if begun {
            return Some(line);
        }
        if is_byline(line) {
            return None;
        }
        begun = true;
        Some(dateline(line).map_or(line, |found| &line[found.end..]))
    })
}

/// A line without the labels and notices before its text, as in summaries whose line breaks were
/// lost.
fn without_notices(mut line: &str) -> &str {
    for _ in 0..MOST_NOTICES {
        let label = LABELS.iter().find(|label| begins_with(line, label)).map(|label| label.len());
        let end = sentence_end(line);
        let is_notice = |end: &usize| *end <= LONGEST_NOTICE && is_furniture(&line[..*end]);
        // Where a caption ends is not known; a short line that begins with one may be nothing else.
        let is_caption = |end: &usize| line.len() > LONGEST_CLUTTER && is_caption(&line[..*end]);
        let notice = || end.filter(|end| is_notice(end) || is_caption(end));
        let label = label.filter(|end| line[*end..].starts_with(' '));
        match label.or_else(|| signed_start(line)).or_else(notice) {
            Some(end) => line = line[end..].trim_start(),
            None => break,
        }
    }
    line
}

/// Where the agency's dateline begins behind a notice that does not end: "Click here for more
/// ARDEN, May 3 (MNS) - The harbour shut."
fn signed_start(line: &str) -> Option<usize> {
    if !is_furniture(line) {
        return None;
    }
    let head = &line[..line.floor_char_boundary(LONGEST_NOTICE.min(line.len()))];
    let mut starts = head.match_indices(' ').map(|(space, _)| space + 1);
    starts.find(|at| {
        let rest = &line[*at..];
        is_shouted(word_at(rest))
            && dateline(rest).is_some_and(|found| found.text.ends_with([')', '/']))
    })
}

/// Where the first sentence ends, if another follows; a stop after a capital, or before a number or
/// a small letter, is an abbreviation's.
fn sentence_end(line: &str) -> Option<usize> {
    let mut stops = line.match_indices('.').take_while(|(at, _)| *at < LONGEST_CLUTTER);
    let (at, _) = stops.find(|(at, _)| {
        let after = line[at + 1..].trim_start_matches([')', ']']).strip_prefix(' ');
        let next = after.and_then(|after| after.chars().next());
        next.is_some_and(|c| !c.is_lowercase() && !c.is_numeric())
            && !line[..*at].ends_with(char::is_uppercase)
    })?;
    line[at..].find(' ').map(|space| at + space)
}

/// Whether a trimmed line is furniture as a whole.
pub fn is_clutter(line: &str) -> bool {
    line.len() <= LONGEST_CLUTTER && (is_furniture(line) || is_caption(line))
}

fn is_furniture(line: &str) -> bool {
    let bare = line.trim_matches(|c: char| !c.is_alphanumeric());
    bare.is_empty()
        || CLUTTER.iter().any(|known| bare.eq_ignore_ascii_case(known))
        || STARTS_BY_BYTE[usize::from(first_byte(line))]
            .iter()
            .any(|start| begins_with(line, start))
}

/// [`CLUTTER_STARTS`] by their first byte: most lines begin with none of them.
static STARTS_BY_BYTE: LazyLock<Vec<Vec<&str>>> = LazyLock::new(|| {
    let with = |byte: u8| CLUTTER_STARTS.iter().copied().filter(move |s| first_byte(s) == byte);
    (0..=u8::MAX).map(|byte| with(byte).collect()).collect()
});

fn first_byte(line: &str) -> u8 {
    line.bytes().next().unwrap_or_default().to_ascii_lowercase()
}

/// Whether a line begins like the caption of an agency's picture, which many texts of an event
/// share: "FILE - In this Dec. 3, 2025 photo, the pier stands" or "This photo made available by".
pub fn is_caption(line: &str) -> bool {
    if let Some(rest) = line.strip_prefix("FILE").or_else(|| line.strip_prefix("File")) {
        return rest.trim_start().starts_with(['-', '–', '—']);
    }
    let start = ["In this ", "In a ", "This "].iter().find_map(|start| line.strip_prefix(start));
    let mut words = start.into_iter().flat_map(str::split_whitespace);
    // A date may stand between, and what kind of picture it is.
    words
        .find(|word| !is_of_a_date(word) && !PICTURES.contains(word))
        .is_some_and(|word| matches!(word.trim_end_matches(','), "photo" | "image"))
}

fn is_of_a_date(word: &str) -> bool {
    word.starts_with(|c: char| c.is_uppercase() || c.is_numeric())
}

/// The dateline at the start of a line, when there is one.
///
/// Before its end stand only capitalised words, dates and brackets. It ends with an agency in
/// brackets, or, after a place in capitals, with a dash or a colon.
pub fn dateline(line: &str) -> Option<Dateline<'_>> {
    let mut shouted = false;
    let mut rest = line.char_indices().peekable();
    while let Some(&(start, c)) = rest.peek() {
        let after = &line[start..];
        if start > LONGEST_DATELINE {
            return None;
        } else if c.is_alphanumeric() {
            let word = word_at(after);
            if !fits_dateline(word) {
                return None;
            }
            shouted |= is_shouted(word);
            skip(&mut rest, start + word.len());
        } else if let Some((inside, length)) = bracket(after) {
            let end = start + length;
            if is_signature(inside, &line[end..]) {
                let end = end + separator_length(&line[end..]);
                return Some(Dateline { text: line[..start + length].trim_end(), end });
            }
            skip(&mut rest, end);
        } else if is_separator(after, line[..start].chars().next_back()) {
            let end = start + separator_length(after);
            return shouted.then(|| Dateline { text: line[..start].trim_end(), end });
        } else {
            rest.next();
        }
    }
    None
}

fn skip(words: &mut std::iter::Peekable<std::str::CharIndices<'_>>, to: usize) {
    while words.peek().is_some_and(|(at, _)| *at < to) {
        words.next();
    }
}

fn word_at(rest: &str) -> &str {
    let end = rest
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '.')))
        .unwrap_or(rest.len());
    &rest[..end]
}

/// What stands in the bracket that opens here, and where that ends; some agencies sign in slashes.
fn bracket(rest: &str) -> Option<(&str, usize)> {
    let closing = match rest.chars().next()? {
        '(' => ')',
        '/' => '/',
        _ => return None,
    };
    let end = rest.char_indices().skip(1).take(48).find(|(_, c)| *c == closing)?.0;
    Some((&rest[1..end], end + closing.len_utf8()))
}

/// Whether a word can stand in a dateline: a name, a number, or one of the words within names.
fn fits_dateline(word: &str) -> bool {
    const WITHIN_NAMES: &[&str] =
        &["de", "del", "la", "le", "les", "di", "da", "do", "al", "el", "and", "of", "the", "am"];
    word.chars().next().is_some_and(|c| !c.is_lowercase()) || WITHIN_NAMES.contains(&word)
}

/// A word in capitals, as places are set; two letters are a country or a state.
fn is_shouted(word: &str) -> bool {
    word.chars().filter(|c| c.is_uppercase()).count() >= 3 && !word.chars().any(char::is_lowercase)
}

/// An agency in brackets: anything short before a separator, else an abbreviation.
fn is_signature(inside: &str, after: &str) -> bool {
    let short = (2..=24).contains(&inside.chars().count());
    let capitals = inside.chars().filter(|c| c.is_uppercase()).count();
    let uncased = !inside.chars().any(|c| c.is_lowercase() || c.is_uppercase());
    let named = inside.chars().next().is_some_and(char::is_alphabetic) && (capitals > 0 || uncased);
    let separated = after.trim_start().starts_with(['-', '–', '—', ':', '.']);
    short && named && (separated || uncased || (capitals >= 2 && !inside.contains(' ')))
}

fn is_separator(rest: &str, before: Option<char>) -> bool {
    let spaced = before.is_none_or(|c| !c.is_alphanumeric());
    rest.starts_with(['—', '–', '―'])
        || rest.starts_with("--")
        || rest.starts_with(": ")
        || (rest.starts_with("- ") && spaced)
        || (rest.starts_with('-') && spaced && before == Some(')'))
}

fn separator_length(rest: &str) -> usize {
    rest.find(|c: char| !(c.is_whitespace() || matches!(c, '—' | '–' | '―' | '-' | ':' | '.')))
        .unwrap_or(rest.len())
}

/// A first line such as "By Mara Ilves" or "Staff Reporter".
fn is_byline(line: &str) -> bool {
    let few = line.split_whitespace().take(9).count() <= 8;
    few && !line.ends_with(['.', '!', '?', '"', '”'])
        && (begins_with(line, "by ")
            || begins_with(line, "staff report")
            || begins_with(line, "our correspondent"))
}

/// Whether `line` begins with `start`, which is in lower case; ASCII letters of any case.
fn begins_with(line: &str, start: &str) -> bool {
    line.as_bytes()
        .get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn datelines_end_where_the_text_begins() {
        for (line, text) in [
            ("NEW ARDEN, Nov 3 (MNS): The harbour", "The harbour"),
            ("New Arden, Nov 3 (MNS) The harbour", "The harbour"),
            ("PORT ELSE (Norva) - The harbour", "The harbour"),
            ("PORT ELSE — The harbour", "The harbour"),
            ("ARDEN: The harbour", "The harbour"),
            ("St. Ives, Corn. (AP) — The harbour", "The harbour"),
            ("ARDEN, March 3. /NORV/. The harbour", "The harbour"),
            ("ঢাকা, ৩ ফেব্রুয়ারি (পিএসএস): শীত", "শীত"),
            ("The harbour of Arden: closed", "The harbour of Arden: closed"),
            ("Arden - a town", "Arden - a town"),
            ("He (a man) said: no", "He (a man) said: no"),
            ("", ""),
        ] {
            let rest = dateline(line).map_or(line, |found| &line[found.end..]);
            assert_eq!(rest, text, "{line}");
        }
    }

    #[test]
    fn clutter_is_whole_lines() {
        for line in ["Advertisement", "ALSO READ: Harbour shut", "© 2026 The Arden Post", "***"] {
            assert!(is_clutter(line), "{line}");
        }
        for line in ["Advertisement spending fell by a tenth.", "The port said on Monday"] {
            assert!(!is_clutter(line), "{line}");
        }
    }

    #[test]
    fn the_text_proper_is_left() {
        let text = "Logo\nBy Mara Ilves\n\nARDEN (MNS) - The harbour shut.\n\nAdvertisement\n\nIt opens soon.";
        assert_eq!(lines(text).collect::<Vec<_>>(), ["The harbour shut.", "It opens soon."]);
    }

    #[test]
    fn notices_before_the_text_are_left_out() {
        let text = "Copyright 2026 The Arden Post. All rights reserved. (This story has not been \
                    edited by our staff.) The harbour shut. Click here is what it says.";
        assert_eq!(
            lines(text).collect::<Vec<_>>(),
            ["The harbour shut. Click here is what it says."]
        );
    }

    #[test]
    fn labels_before_the_text_are_left_out() {
        for line in [
            "Share this article ARDEN, May 3 (MNS): The harbour shut. It opens soon.",
            "Story continues below this ad Enlarge this image The harbour shut. It opens soon.",
            "Click here to join our channel ARDEN, May 3 (MNS) - The harbour shut. It opens soon.",
            "ALSO READ | What we know so far ARDEN (MNS) The harbour shut. It opens soon.",
        ] {
            assert_eq!(
                lines(line).collect::<Vec<_>>(),
                ["The harbour shut. It opens soon."],
                "{line}"
            );
        }
        let caption =
            "FILE - In this Dec. 3, 2025 photo, the pier stands. Nobody has used it since.";
        assert_eq!(lines(caption).count(), 0);
        let whole = format!("{caption} {}", "The harbour shut. ".repeat(20));
        assert!(lines(&whole).next().is_some_and(|line| line.starts_with("Nobody has used")));
        let read = "Also read: Ten walks The harbour of Arden shut, and with it everything that \
                    lives by it, from the fish market to the ferries and the two old shipyards of the north. It opens.";
        assert_eq!(without_notices(read), read, "a notice does not go on for so long");
    }

    #[test]
    fn captions_say_that_they_are() {
        for line in [
            "FILE - In this Dec. 3 photo, the pier stands",
            "File — Ann Ray speaks",
            "In this photo provided by the port, a crane falls",
            "This Sept. 18, 2025, image shows the pier",
        ] {
            assert!(is_caption(line), "{line}");
        }
        for line in
            ["Filed in Arden", "This is the pier", "In this town, nobody takes a photo of it"]
        {
            assert!(!is_caption(line), "{line}");
        }
    }

    #[test]
    fn entities_and_mojibake_are_mended() {
        assert_eq!(decode("Fish &amp;amp; chips"), "Fish & chips");
        assert_eq!(decode("the portâ€™s"), "the port’s");
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in any::<String>()) {
            let decoded = decode(&text);
            for line in lines(&decoded) {
                prop_assert!(decoded.contains(line));
            }
        }
    }
}
