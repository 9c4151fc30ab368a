//! Lines that stand between the paragraphs of a page and are none of its text.
//!
//! What pages and feeds have in common is known to [`crate::text::normal`]; these are of pages
//! alone, where a line is an element of its own.

/// The longest line that can be furniture, in characters.
const LONGEST: usize = 160;

/// Lines that are nothing else, in lower case.
const WHOLE: &[&str] = &[
    "article content",
    "continue reading below",
    "don't miss",
    "print article",
    "read next",
    "related",
    "related articles",
    "comments",
];

/// How lines begin that lead to other articles, or say whose a picture is, in lower case.
const BEGINNINGS: &[&str] = &[
    "les også:",
    "læs også:",
    "läs också:",
    "leggi anche",
    "(leggi anche",
    "lees ook:",
    "lue myös:",
    "read next:",
    "related post:",
    "related:",
    "watch |",
    "photo:",
    "photo by ",
    "photo credit",
    "photograph:",
    "image:",
    "image credit",
    "picture:",
    "foto:",
    "bild:",
    "crédit photo",
    "©photo",
];

/// Whether a line of a page is none of its text.
pub(super) fn is_furniture(line: &str) -> bool {
    if line.chars().count() > LONGEST {
        return false;
    }
    let lower = line.trim().to_lowercase();
    WHOLE.contains(&lower.trim_end_matches(['.', ':', '!']))
        || BEGINNINGS.iter().any(|start| lower.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn furniture_is_known_by_its_whole_line() {
        for line in ["Article content", "READ NEXT:", "Les også: Ti turer", "Photo: Norland Press"]
        {
            assert!(is_furniture(line), "{line}");
        }
        for line in
            ["Article content is king.", "Photos: ten of them were lost.", "It was related."]
        {
            assert!(!is_furniture(line), "{line}");
        }
        assert!(!is_furniture(&format!("Photo: {}", "the pier and the port ".repeat(8))));
    }
}
