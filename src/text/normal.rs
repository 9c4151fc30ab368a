//! The one normalisation of headlines and texts for storing, matching, spans and display.
//!
//! Only whole lines that are furniture of a page are taken out; what a sketch cleans further
//! (datelines, credits, numbers) is its own affair. A change of it changes what is stored, so it
//! is made with care.

use super::{html, sentence::Boundaries};

/// The longest line that can be furniture, in bytes: furniture is short, paragraphs are long.
const LONGEST: usize = 200;

/// Lines that are nothing but furniture, in lower case.
const WHOLE: &[&str] = &[
    "advertisement",
    "advertisements",
    "advertisement - scroll to continue",
    "ad",
    "logo",
    "share",
    "share this",
    "share this article",
    "share this story",
    "print",
    "more-in",
    "now playing",
    "loading",
    "loading...",
    "read more",
    "subscribe",
    "subscribe now",
    "related stories",
    "close",
    "play",
    "story continues below",
    "story continues below advertisement",
    "story continues below this ad",
    "continue reading",
    "enlarge this image",
    "toggle caption",
];

/// How lines begin that are furniture as a whole, in lower case.
const BEGINNINGS: &[&str] = &[
    "also read:",
    "also read |",
    "also read -",
    "read also:",
    "read more:",
    "see also:",
    "follow us on",
    "subscribe to our",
    "sign up for our",
    "sign up to our",
    "click here to",
    "download the app",
    "join the conversation",
    "view comments",
    "lesen sie auch:",
    "à lire aussi",
    "lire aussi :",
    "lea también:",
    "читайте также",
    "leia também",
    "یہ بھی پڑھیں",
    "यह भी पढ़ें",
    "আরও পড়ুন",
];

/// A headline or a name: one line, single spaces, no control characters.
pub fn line(text: &str) -> String {
    let printable: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    html::one_line(&printable)
}

/// A text: paragraphs separated by a blank line, single spaces within them, furniture taken out.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = "";
    for part in text.lines().map(line) {
        if part.is_empty() {
            gap = "\n\n";
        } else if !is_furniture(&part) {
            if !out.is_empty() {
                out.push_str(if gap.is_empty() { "\n" } else { gap });
            }
            out.push_str(&part);
            gap = "";
        }
    }
    out
}

/// Whether a line is furniture of a page as a whole; one with a second sentence, as where a text
/// has lost its line breaks, is not.
pub fn is_furniture(line: &str) -> bool {
    if line.len() > LONGEST {
        return false;
    }
    let lower = line.trim().to_lowercase();
    WHOLE.contains(&lower.trim_end_matches([':', '.']))
        || WHOLE.contains(&lower.as_str())
        || (BEGINNINGS.iter().any(|start| lower.starts_with(start)) && is_one_sentence(line))
}

fn is_one_sentence(line: &str) -> bool {
    let words: Vec<char> = line.trim_end_matches(|c: char| !c.is_alphanumeric()).chars().collect();
    Boundaries::default().advance(&words, words.len()).0 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn furniture_goes_and_text_stays() {
        let page = "Logo\n\nAdvertisement\n\nThe minister  said\u{a0}so.\nAnd left.\n\nALSO READ: Ten walks\n\nAdvertisement revenue fell.";
        assert_eq!(text(page), "The minister said so.\nAnd left.\n\nAdvertisement revenue fell.");
    }

    #[test]
    fn a_text_on_one_line_with_furniture_stays() {
        for line in ["Sign up to our letter. The port is shut.", "यह भी पढ़ें। बंदरगाह बंद है।"]
        {
            assert_eq!(text(line), line);
        }
        for line in ["Sign up to our letter.", "Also read: Gen. Mbeki visits St. Ives!"] {
            assert_eq!(text(line), "", "{line}");
        }
    }

    #[test]
    fn normalising_twice_changes_nothing() {
        let once = text("a \t b\r\n\r\n\r\nc\u{0}d\n\n \n\nShare this:\n\ne");
        assert_eq!(once, "a b\n\nc d\n\ne");
        assert_eq!(text(&once), once);
    }

    #[test]
    fn a_headline_is_one_line() {
        assert_eq!(line("  A\n head\tline\u{7} "), "A head line");
    }
}
