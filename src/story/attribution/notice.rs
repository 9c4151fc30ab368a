//! Sentences that speak of the text itself: what it draws on, whom it was taken from, whose it is.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Authorship, Credits, Sign, Zone,
    table::{Kind, Mention},
};

/// What says that the agencies behind a text are not named, in lower case.
const GENERIC: &[&str] =
    &["news agencies", "from agencies", "wire services", "wire reports", "nachrichtenagenturen"];

/// What says that a text draws on agencies that are not named, in lower case.
const GENERIC_INPUTS: &[&str] = &[
    "with agencies",
    "with news agencies",
    "and news agencies",
    "with wire services",
    "with wire reports",
    "staff and wire",
    "post wires",
    "agency inputs",
    "inputs from agencies",
    "compiled from agency feeds",
    "agencies contributed to this",
    "reporting from agencies",
    "reporting by agencies",
    "avec agences",
    "mit agenturen",
    "mit agenturmaterial",
    "con agencias",
];

/// What a line that names no agency calls them, in lower case.
const AGENCIES: &[&str] = &[
    "agencies",
    "agencias",
    "agences",
    "agenturen",
    "agenzie",
    "agências",
    "ajanslar",
    "एजेंसी",
    "एजेंसियां",
];

/// Words that join a text of one's own to an agency's, in lower case.
const WITH: &[&str] =
    &["with", "mit", "avec", "con", "com", "med", "met", "input", "inputs", "inputs:"];

/// What introduces the agencies that a text draws on, in lower case.
const INPUTS: &[&str] = &[
    "inputs from ",
    "input from ",
    "inputs by ",
    "inputs: ",
    "with files from ",
    "with reporting by ",
    "additional reporting by ",
    "additional reporting from ",
    "with material from ",
    "with information from ",
    "mit material von ",
    "mit material der ",
    "mit informationen der ",
    "mit informationen von ",
    "unter verwendung von ",
    "avec informations de ",
    "avec les informations de ",
    "con información de ",
    "con informazioni di ",
    "com informações da ",
];

/// What introduces the house that a text was taken from, at the start of a line, in lower case.
const SOURCES: &[&str] = &[
    "quelle: ",
    "source: ",
    "zdroj: ",
    "fuente: ",
    "fonte: ",
    "bron: ",
    "kaynak: ",
    "kilde: ",
    "källa: ",
    "lähde: ",
    "źródło: ",
    "forrás: ",
    "источник: ",
    "来源：",
    "来源: ",
    "provided by ",
];

/// The same where a sentence begins or speaks of "this" text; elsewhere a text cites.
const TAKEN_FROM: &[&str] = &[
    "published in ",
    "republished from ",
    "this report by ",
    "this story by ",
    "originally published by ",
    "originally published on ",
    "originally published in ",
    "originally appeared on ",
    "originally appeared in ",
    "first published by ",
    "first published on ",
    "first published in ",
    "first appeared on ",
];

/// Sentences saying that a text was taken over as it came, in lower case.
const TAKEN_OVER: &[&str] = &[
    "syndicated feed",
    "syndicated news feed",
    "auto-feed",
    "agency feed",
    "auto-generated from",
    "unedited from the",
    "redaktionell nicht bearbeitet",
    "third party syndicated",
];

/// Any of these in any case, so that a line without them is passed over at once.
static SPEAKS: LazyLock<Regex> = LazyLock::new(|| {
    let lists = [
        GENERIC,
        GENERIC_INPUTS,
        INPUTS,
        SOURCES,
        TAKEN_FROM,
        TAKEN_OVER,
        RELEASED,
        ADAPTED,
        COPYRIGHT,
        &[CONTRIBUTED, DRAWN],
    ];
    let phrases = lists.iter().flat_map(|list| list.iter().map(|words| regex::escape(words)));
    let pattern = phrases.collect::<Vec<_>>().join("|");
    #[expect(clippy::expect_used, reason = "escaped words are a sound pattern, and tests use it")]
    Regex::new(&format!("(?i){pattern}")).expect("escaped words")
});

/// What follows agencies that had a part, in lower case.
const CONTRIBUTED: &str = "contributed to this";
/// What follows an agency that a text draws on, in lower case.
const DRAWN: &str = " inputs";

/// Sentences that say that a text is a release, in lower case.
const RELEASED: &[&str] = &[
    "this is a press release",
    "above press release",
    "this press release was",
    "this press release has",
    "press release provided by",
    "press release distributed by",
];

/// Sentences that say that a text was made of somebody else's, in lower case.
const ADAPTED: &[&str] = &["adapted from its original source", "adapted from the original source"];

/// How a line begins that says whose a text is, in lower case.
const COPYRIGHT: &[&str] = &["copyright", "©", "(c)"];

/// The longest list of agencies that a text draws on, in bytes.
const LONGEST_LIST: usize = 200;

/// The longest sentence that says no more than that there were agencies, in bytes.
const SHORT: usize = 80;

/// Whether a line, in lower case, has one of the phrases.
pub(super) fn has(lower: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| lower.contains(phrase))
}

/// Whether a word joins a text of one's own to an agency's.
pub(super) fn is_with(word: &str) -> bool {
    WITH.contains(&word.to_lowercase().as_str())
}

/// Whether a line says "agencies" and nothing else.
pub(super) fn is_unnamed(line: &str) -> bool {
    let word = line.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    AGENCIES.contains(&word.as_str())
}

/// Reads a line whose purpose is to name the author for agencies that are not named.
pub(super) fn unnamed(line: &str, zone: Zone, credits: &mut Credits<'_>) {
    let lower = line.to_lowercase();
    let mut words = lower.split(|c: char| c.is_whitespace() || matches!(c, '/' | ',' | '|' | '&'));
    let among = words.clone().any(|word| AGENCIES.contains(&word)) && !has(&lower, GENERIC);
    let first = words.next().is_some_and(|word| AGENCIES.contains(&word));
    if has(&lower, GENERIC_INPUTS) || (among && !first) {
        credits.add_unnamed(Sign::certain(Zone::Inputs, line));
    } else if first || has(&lower, GENERIC) {
        credits.add_unnamed(Sign::certain(zone, line));
    }
}

/// Reads a line, or the end of one, that speaks of the text itself.
pub(super) fn read(line: &str, credits: &mut Credits<'_>) {
    if !SPEAKS.is_match(line) {
        return;
    }
    let lower = line.to_lowercase();
    if lower.len() != line.len() {
        // Places in the one are not places in the other; rare letters only.
        return;
    }
    for (phrases, authorship) in
        [(RELEASED, Authorship::PressRelease), (ADAPTED, Authorship::Mixed)]
    {
        if has(&lower, phrases) {
            credits.said.get_or_insert((authorship, Sign::certain(Zone::Notice, line)));
        }
    }
    copyright(line, &lower, credits);
    drawn_on(line, &lower, credits);
    taken_from(line, &lower, credits);
    contributed(line, &lower, credits);
    with_inputs(line, &lower, credits);
    let taken_over = sentence_with(line, &lower, TAKEN_OVER);
    if let Some(sentence) = taken_over.filter(|_| !has(&lower, GENERIC_INPUTS)) {
        for mention in agencies(sentence, credits) {
            let after = sentence[mention.end..].trim_start();
            if mention.certain || after.starts_with("feed") || after.starts_with("news") {
                credits.add(mention.house, Sign::certain(Zone::Notice, sentence));
            }
        }
        credits.add_unnamed(Sign::certain(Zone::Notice, sentence));
        return;
    }
    for (phrases, zone) in [(GENERIC_INPUTS, Zone::Inputs), (GENERIC, Zone::Notice)] {
        let sentence = sentence_with(line, &lower, phrases);
        if let Some(sentence) = sentence.filter(|sentence| sentence.len() < SHORT) {
            credits.add_unnamed(Sign::certain(zone, sentence));
        }
    }
}

/// The agencies that a sentence names.
fn agencies<'t>(sentence: &'t str, credits: &Credits<'t>) -> Vec<Mention<'t>> {
    let mut mentions = credits.table.mentions(sentence);
    mentions.retain(|mention| mention.house.kind != Kind::Medium);
    mentions
}

/// "© 2026 The Associated Press": the owner follows at once.
fn copyright(line: &str, lower: &str, credits: &mut Credits<'_>) {
    let owned = COPYRIGHT.iter().any(|start| lower.starts_with(start));
    if !owned || lower.contains("include") {
        return;
    }
    let mentions = credits.table.mentions(line);
    let Some(mention) = mentions.first() else { return };
    let mut between = lower[..mention.start].split(|c: char| !c.is_alphabetic());
    let at_once = between.all(|word| matches!(word, "" | "copyright" | "c" | "the" | "by"));
    let person = line[mention.end..]
        .strip_prefix('/')
        .is_some_and(|rest| rest.trim_start().starts_with(char::is_uppercase));
    if at_once && !person {
        credits.add(mention.house, Sign::certain(Zone::Copyright, line));
    }
}

/// "With inputs from PTI and ANI": the houses that follow, to the end of the sentence.
fn drawn_on(line: &str, lower: &str, credits: &mut Credits<'_>) {
    for at in INPUTS.iter().filter_map(|phrase| lower.rfind(phrase)) {
        let sentence = &line[at..];
        let end = sentence.find(')').or_else(|| sentence.find(". ")).unwrap_or(sentence.len());
        let sentence = &sentence[..sentence.floor_char_boundary(end.min(LONGEST_LIST))];
        for mention in credits.table.mentions(sentence) {
            credits.add(mention.house, Sign::certain(Zone::Inputs, sentence));
        }
    }
}

/// "Quelle: dpa", "Published in Dawn, May 9th": the house that follows at once.
fn taken_from(line: &str, lower: &str, credits: &mut Credits<'_>) {
    let source = SOURCES.iter().find(|phrase| lower.starts_with(**phrase));
    let printed = TAKEN_FROM.iter().find_map(|phrase| Some((lower.find(phrase)?, phrase.len())));
    let printed = printed.filter(|(at, _)| speaks_of_itself(&lower[..*at]));
    let source = source.map(|phrase| (0, phrase.len()));
    for (at, long) in source.into_iter().chain(printed) {
        let house = &line[at + long..];
        let mentions = credits.table.mentions(house);
        let Some(mention) = mentions.first() else { continue };
        if matches!(house[..mention.start].trim_end(), "" | "the" | "The") {
            credits.add(mention.house, Sign::certain(Zone::Notice, &line[at..]));
        }
    }
}

/// Whether what comes next, in lower case, speaks of the text: a sentence begins, or began with
/// "this".
fn speaks_of_itself(before: &str) -> bool {
    let sentence = before.rsplit(['.', '!', '?', '(']).next().unwrap_or("").trim();
    sentence.is_empty() || sentence.starts_with("this ") || sentence.starts_with("it ")
}

/// "Reuters contributed to this report": the text draws on it. "Associated Press writer Mara Ilves
/// contributed to this report": the text is the agency's.
fn contributed(line: &str, lower: &str, credits: &mut Credits<'_>) {
    let Some(sentence) = sentence_with(line, lower, &[CONTRIBUTED]) else { return };
    for mention in agencies(sentence, credits) {
        let after = sentence[mention.end..].to_lowercase();
        let word = after.split_whitespace().next().unwrap_or("");
        let staff = ["writer", "journalist", "reporter", "correspondent", "editor"];
        let zone = if staff.iter().any(|job| word.starts_with(job)) {
            Zone::SignOff
        } else {
            Zone::Inputs
        };
        credits.add(mention.house, Sign::certain(zone, sentence));
    }
}

/// The sentence of a line in which one of the phrases stands; `lower` is the line in lower case.
fn sentence_with<'t>(line: &'t str, lower: &str, phrases: &[&str]) -> Option<&'t str> {
    let at = phrases.iter().find_map(|phrase| lower.find(phrase))?;
    let start = line[..at].rfind(['.', '(', '!', '?']).map_or(0, |stop| stop + 1);
    let end = line[at..].find(['.', ')']).map_or(line.len(), |stop| at + stop);
    Some(line[start..end].trim())
}

/// "(With ANI inputs)".
fn with_inputs(line: &str, lower: &str, credits: &mut Credits<'_>) {
    if let Some(at) = lower.rfind(DRAWN) {
        let from = line.floor_char_boundary(at.saturating_sub(40));
        let words = &line[from..at];
        if let Some(mention) = credits.table.mentions(words).last() {
            let with = words[..mention.start].trim_end().to_lowercase().ends_with("with");
            if with && words[mention.end..].trim().is_empty() {
                let words = &line[from + mention.start..at + DRAWN.len()];
                credits.add(mention.house, Sign::certain(Zone::Inputs, words));
            }
        }
    }
}
