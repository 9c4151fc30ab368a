//! Media that a text cites: told X, X reported, according to X.

use super::table::{Mention, Table};

/// How much is read for citations, in bytes; long reads cite early.
const MOST_TEXT: usize = 64 * 1024;
/// How far from a name the verb can stand, in bytes.
const NEAR: usize = 64;

/// What stands before a name that is cited, in lower case.
const BEFORE: &[&str] = &[
    "told",
    "tells",
    "telling",
    "according to",
    "reported by",
    "report by",
    "report in",
    "quoted by",
    "cited by",
    "citing",
    "as per",
    "polled by",
    "seen by",
    "obtained by",
    "reviewed by",
    "interview with",
    "interview to",
    "speaking to",
    "spoke to",
    "statement to",
    "quoting",
    "informa",
    "informó",
    "según",
    "laut",
    "selon",
    "a dit à",
    "dit à",
    "sagte der",
    "sagte",
    "gegenüber",
    "erfuhr",
    "ifølge",
    "dalla",
    "secondo",
    "podaje",
    "podała",
    "prodded by",
];
/// Of these, what is enough for a name with other meanings.
const TOLD: &[&str] = &[
    "told",
    "tells",
    "telling",
    "according to",
    "reported by",
    "quoted by",
    "citing",
    "interview with",
    "interview to",
];
/// Words that may stand between it and the name.
const FILLERS: &[&str] = &[
    "the",
    "a",
    "an",
    "news",
    "agency",
    "state",
    "state-run",
    "state-owned",
    "run",
    "owned",
    "official",
    "local",
    "private",
    "broadcaster",
    "newspaper",
    "daily",
    "channel",
    "television",
    "tv",
    "site",
    "website",
    "der",
    "dem",
    "die",
    "das",
    "agentur",
    "nachrichtenagentur",
    "sender",
    "agencja",
    "agencia",
    "agence",
    "l'agence",
    "agenzia",
    "nyhetsbyrået",
    "statskontrollerte",
    "det",
    "network",
    "outlet",
    "britische",
];
/// What stands after a name that is cited, in lower case.
const AFTER: &[&str] = &[
    "reported",
    "reports",
    "report",
    "said",
    "says",
    "quoted",
    "quotes",
    "learnt",
    "learned",
    "reached",
    "cited",
    "wrote",
    "berichtete",
    "berichtet",
    "meldete",
    "meldet",
    "rapporte",
    "podała",
    "twierdzi",
    "vermeldet",
    "revealed",
];
/// Words that may stand between the name and it.
const FILLERS_AFTER: &[&str] = &[
    "news",
    "agency",
    "newspaper",
    "has",
    "had",
    "have",
    "also",
    "first",
    "earlier",
    "on",
    "am",
    "later",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
    "in",
    "the",
    "area",
    "channel",
    "television",
    "journalist",
    "reporter",
    "reporters",
    "website",
];

/// The ids of cited houses, each once, in order.
pub(super) fn media(title: &str, text: &str, table: &Table) -> Vec<String> {
    let text = &text[..text.floor_char_boundary(MOST_TEXT.min(text.len()))];
    let mut cited: Vec<String> = Vec::new();
    for part in [title, text] {
        for mention in table.mentions(part).iter().filter(|mention| is_cited(part, mention)) {
            if !cited.contains(&mention.house.id) {
                cited.push(mention.house.id.clone());
            }
        }
    }
    cited
}

fn is_cited(text: &str, mention: &Mention<'_>) -> bool {
    let from = text.floor_char_boundary(mention.start.saturating_sub(NEAR));
    let to = text.ceil_char_boundary((mention.end + NEAR).min(text.len()));
    let before = text[from..mention.start].to_lowercase();
    let after = text[mention.end..to].to_lowercase();
    let the = before.trim_end().ends_with(" the") || before.trim_end() == "the";
    let told = if mention.certain { is_before(&before, BEFORE) } else { is_before(&before, TOLD) };
    told || ((mention.certain || the) && is_after(&after))
}

fn is_before(before: &str, verbs: &[&str]) -> bool {
    let mut before = before.trim_end();
    loop {
        if verbs.iter().any(|verb| ends_with_words(before, verb)) {
            return true;
        }
        let word = before.rsplit(char::is_whitespace).next().unwrap_or("");
        if word.is_empty() || !FILLERS.contains(&word) {
            return false;
        }
        before = before[..before.len() - word.len()].trim_end();
    }
}

fn ends_with_words(text: &str, words: &str) -> bool {
    text.strip_suffix(words).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
}

fn is_after(after: &str) -> bool {
    let words = after
        .split_whitespace()
        .take(6)
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    for word in words {
        if AFTER.contains(&word) {
            return true;
        }
        if !FILLERS_AFTER.contains(&word) {
            return false;
        }
    }
    false
}
