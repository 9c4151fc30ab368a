//! Media that a text cites: told X, X reported, according to X.

use super::{
    Citation, Sign, Zone,
    table::{House, Kind, Mention, Table},
};

/// How much is read for citations, in bytes; long reads cite early.
const MOST_TEXT: usize = 64 * 1024;
/// How far from a name the verb can stand, in bytes.
const NEAR: usize = 64;
/// How much is shown as evidence, in bytes.
const SHOWN: usize = 48;

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
    "til",
    "till",
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
    "speaking to",
    "spoke to",
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
/// What follows a report, in lower case: of a name with other meanings, only this makes one.
const THEN: &[&str] = &[
    "that",
    "citing",
    "quoting",
    "earlier",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "today",
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

/// Cited houses, each once, in order. An agency that publishes a text itself does not cite itself.
pub(super) fn media(
    title: &str,
    text: &str,
    table: &Table,
    publisher: Option<&House>,
) -> Vec<Citation> {
    let itself = publisher.filter(|house| house.kind != Kind::Medium).map(|house| &house.id);
    let text = &text[..text.floor_char_boundary(MOST_TEXT.min(text.len()))];
    let mut cited: Vec<Citation> = Vec::new();
    for part in [title, text] {
        for mention in table.mentions(part) {
            let medium = &mention.house.id;
            let known = cited.iter().any(|citation| citation.medium == *medium);
            let counts = !known && Some(medium) != itself;
            if let Some(evidence) = citation(part, &mention).filter(|_| counts) {
                cited.push(Citation { medium: medium.clone(), evidence });
            }
        }
    }
    cited
}

/// The words that cite a house, if it is cited.
fn citation(text: &str, mention: &Mention<'_>) -> Option<Sign> {
    let from = text.floor_char_boundary(mention.start.saturating_sub(NEAR));
    let to = text.ceil_char_boundary((mention.end + NEAR).min(text.len()));
    let before = text[from..mention.start].to_lowercase();
    let after = text[mention.end..to].to_lowercase();
    let the = before.trim_end().ends_with(" the") || before.trim_end() == "the";
    let one_of_its = before.trim_end().ends_with(" a") || before.trim_end().ends_with(" an");
    let told = if mention.certain {
        is_before(&before, BEFORE)
    } else {
        !one_of_its && is_before(&before, TOLD)
    };
    let reported = is_after(&after, mention.certain || the);
    let words =
        if told { words_before(text, mention.end) } else { words_from(text, mention.start) };
    let sign = if mention.certain { Sign::certain } else { Sign::likely };
    (told || reported).then(|| sign(Zone::Text, words))
}

/// The last words of a line before `end`.
fn words_before(text: &str, end: usize) -> &str {
    let start = text.floor_char_boundary(end.saturating_sub(SHOWN));
    let words = &text[start..end];
    let words = words.rsplit('\n').next().unwrap_or(words);
    if words.len() < end - start || start == 0 {
        return words;
    }
    words.split_once(' ').map_or(words, |(_, whole)| whole)
}

/// The first words of a line from `start`.
fn words_from(text: &str, start: usize) -> &str {
    let end = text.ceil_char_boundary((start + SHOWN).min(text.len()));
    let words = &text[start..end];
    let words = words.split('\n').next().unwrap_or(words);
    if words.len() < end - start || end == text.len() {
        return words;
    }
    words.rsplit_once(' ').map_or(words, |(whole, _)| whole)
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

/// Whether a verb of citing follows; where a name is not `certain`, what is reported must follow.
fn is_after(after: &str, certain: bool) -> bool {
    let words =
        || after.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    for (at, word) in words().take(6).enumerate() {
        if AFTER.contains(&word) {
            return certain || words().skip(at + 1).take(2).any(|word| THEN.contains(&word));
        }
        if !FILLERS_AFTER.contains(&word) {
            return false;
        }
    }
    false
}
