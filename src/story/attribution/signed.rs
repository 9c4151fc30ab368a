//! Where houses sign: credit lines, datelines, sign-offs and notices.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

use super::{
    Credits, Sign, Zone,
    table::{Kind, Mention, Table},
};
use crate::text::clean;

/// How far into a text it is signed at the head, in bytes of its first lines.
const HEAD: usize = 260;
/// How far from its end it is signed at the tail.
const TAIL: usize = 320;
/// Longer lines are text, where a name is no signature.
pub(super) const LONGEST_NOTICE: usize = 700;

/// Words that come between the start of a credit line, or a person, and an agency.
const CARRIERS: &[&str] = &[
    "by", "from", "and", "with", "von", "vom", "und", "mit", "der", "par", "et", "avec", "por",
    "de", "y", "con", "di", "e", "af", "av", "från", "in", "the", "source", "quelle", "zdroj",
    "fuente",
];

/// What says that the agencies behind a text are not named, in lower case.
const GENERIC: &[&str] =
    &["news agencies", "from agencies", "wire services", "wire reports", "nachrichtenagenturen"];

/// What says that a text draws on agencies that are not named, in lower case.
const GENERIC_INPUTS: &[&str] = &[
    "with agencies",
    "with news agencies",
    "with wire services",
    "with wire reports",
    "post wires",
    "agency inputs",
    "inputs from agencies",
    "compiled from agency feeds",
    "avec agences",
    "mit agenturen",
    "mit agenturmaterial",
    "con agencias",
];

/// What introduces the agencies that a text draws on, in lower case.
const INPUTS: &[&str] = &[
    "inputs from ",
    "input from ",
    "inputs by ",
    "with files from ",
    "with reporting by ",
    "with material from ",
    "with information from ",
    "mit material von ",
    "mit material der ",
    "mit informationen der ",
    "mit informationen von ",
    "unter verwendung von ",
    "avec informations de ",
    "con información de ",
    "con informazioni di ",
];

/// What introduces the house that a text was taken from, in lower case.
const TAKEN_FROM: &[&str] = &["quelle: ", "source: ", "zdroj: ", "provided by ", "published in "];

/// Sentences saying that a text was taken over as it came, in lower case.
const TAKEN_OVER: &[&str] = &[
    "syndicated feed",
    "auto-feed",
    "agency feed",
    "unedited from the",
    "redaktionell nicht bearbeitet",
    "third party syndicated",
];

/// What an agency's folder on a paper's site is called beside its name.
const FOLDERS: &[&str] = &["stories", "story", "news", "feed", "wire", "wires", "article"];

/// Words that make a name the owner of a picture, in lower case.
const PICTURE: &[&str] =
    &["photo", "foto", "image", "picture", "getty", "bild", "pic:", "file", "video"];

/// Any beginning or phrase of a notice, looked for at once: few lines have one, and to look for each
/// in every line took longer than everything else.
static ANY_NOTICE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let beginnings = ["copyright", "©", "(c) ", " inputs"];
    let phrases = beginnings.iter().chain(GENERIC).chain(INPUTS).chain(TAKEN_OVER);
    let phrases: Vec<_> = phrases.map(|phrase| regex::escape(phrase)).collect();
    RegexBuilder::new(&phrases.join("|")).case_insensitive(true).build().ok()
});

/// Reads a byline, credit line or `<source>`: a line whose purpose is to name the author.
pub(super) fn credit_line(line: &str, zone: Zone, credits: &mut Credits<'_>) {
    let line = line.trim();
    if line.is_empty() || line.len() > LONGEST_NOTICE {
        return;
    }
    for mention in authors(line, credits.table) {
        credits.add(mention.house, Sign::certain(zone, line));
    }
    let lower = line.to_lowercase();
    if has(&lower, GENERIC_INPUTS) || lower.ends_with(" and agencies") {
        credits.add_unnamed(Sign::certain(Zone::Inputs, line));
    } else if lower == "agencies" || has(&lower, GENERIC) {
        credits.add_unnamed(Sign::certain(zone, line));
    }
}

/// The agencies that a line names as authors.
pub(super) fn authors<'t>(line: &'t str, table: &'t Table) -> Vec<Mention<'t>> {
    let mut authors = table.mentions(line);
    authors.retain(|mention| {
        let sells = mention.house.kind != Kind::Medium;
        let named = mention.certain || stands_alone(line, mention);
        sells && named && !is_picture(line, mention)
    });
    authors
}

/// Whether a line, in lower case, has one of the phrases.
pub(super) fn has(lower: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| lower.contains(phrase))
}

/// Reads the address of a page: a folder such as `pti-stories` or `news-ians` holds what came in
/// from an agency.
pub(super) fn address(url: &str, credits: &mut Credits<'_>) {
    let path = url.split_once("://").map_or("", |(_, rest)| rest);
    for folder in path.split('/').skip(1) {
        let (a, b) = match folder.split_once('-') {
            Some((a, b)) if FOLDERS.contains(&b) => (a, b),
            Some((a, b)) if FOLDERS.contains(&a) => (b, a),
            _ => continue,
        };
        let name = a.to_uppercase();
        let named = credits.table.mentions(&name);
        let Some(mention) = named.first().filter(|m| m.name == name) else { continue };
        if mention.certain || b != "news" {
            credits.add_unknown(
                &mention.house.id,
                &mention.house.name,
                Sign::likely(Zone::Address, folder),
            );
        }
    }
}

/// Reads the places of a text where it may be signed.
pub(super) fn text(text: &str, credits: &mut Credits<'_>) {
    let head = &text[..text.floor_char_boundary(HEAD.min(text.len()))];
    for line in head.lines().map(str::trim).filter(|line| !line.is_empty()).take(3) {
        head_line(line, credits);
    }
    let tail = &text[text.ceil_char_boundary(text.len().saturating_sub(TAIL))..];
    for line in tail.lines().map(str::trim).filter(|line| !line.is_empty()) {
        tail_line(line, credits);
    }
    for line in text.lines().map(str::trim).filter(|line| line.len() <= LONGEST_NOTICE) {
        if ANY_NOTICE.as_ref().is_none_or(|any| any.is_match(line)) {
            notice(line, credits);
        }
    }
}

fn head_line(line: &str, credits: &mut Credits<'_>) {
    let mentions = credits.table.mentions(line);
    if let Some(mention) = mentions.first() {
        let before = line[..mention.start].trim();
        let after = line[mention.end..].trim_start();
        let introduced = matches!(before.to_lowercase().as_str(), "by" | "source:" | "von" | "par");
        let alone = after.is_empty() && (before.is_empty() || introduced);
        let barred = before.is_empty() && (after.starts_with('|') || begins_with_place(after));
        let placed = introduced && (after.starts_with('|') || begins_with_place(after));
        if alone || barred || placed || is_filed(line, mention) {
            credits.add(mention.house, Sign::certain(Zone::Head, &line[..mention.end]));
        }
    }
    if let Some(found) = clean::dateline(line) {
        dateline(found.text, credits);
    }
    if line.split_whitespace().take(4).any(|word| word.trim_matches(['(', ')', ':']) == "AGENCIES")
    {
        credits.add_unnamed(Sign::certain(Zone::Dateline, upto(line, 40)));
    }
    for mention in &mentions {
        if is_bracketed(line, mention)
            && is_before_text(&line[mention.end..])
            && !is_picture(line, mention)
        {
            let words = upto_bracket(line, mention.end);
            credits.add(mention.house, Sign::certain(Zone::Dateline, words));
        }
    }
}

/// A dateline ends with its agencies, in brackets or without.
fn dateline(dateline: &str, credits: &mut Credits<'_>) {
    let signature = dateline.rfind(['(', '/']).map_or("", |at| &dateline[at..]);
    let signature = if signature.len() < 2 { dateline } else { signature };
    let signature = if dateline.ends_with('/') {
        dateline.trim_end_matches('/').rfind('/').map_or(signature, |at| &dateline[at..])
    } else {
        signature
    };
    for mention in credits.table.mentions(signature) {
        let last = signature[mention.end..].chars().all(|c| !c.is_alphanumeric());
        if signature.starts_with(['(', '/']) || (last && mention.start > 0) {
            credits.add(mention.house, Sign::certain(Zone::Dateline, dateline));
        }
    }
    if signature.to_lowercase().contains("agencies") {
        credits.add_unnamed(Sign::certain(Zone::Dateline, dateline));
    }
}

fn tail_line(line: &str, credits: &mut Credits<'_>) {
    for mention in credits.table.mentions(line).into_iter().filter(|m| m.house.kind != Kind::Medium)
    {
        let before = line[..mention.start].trim_end();
        let after = line[mention.end..].trim_end();
        let closed = is_bracketed(line, &mention) && after.chars().all(|c| !c.is_alphanumeric());
        let ends = after.is_empty() || is_initials(after);
        let dashed = before.ends_with(['-', '–', '—']) && (ends || before.ends_with("--"));
        let stopped =
            before.is_empty() || before.ends_with(['.', '!', '?', '"', '”', '’', ')', '»']);
        let owned = before.ends_with('©') && ends;
        if (closed || dashed || owned || (stopped && ends)) && !is_picture(line, &mention) {
            let words = &line[line.floor_char_boundary(mention.start.saturating_sub(24))..];
            let sign = if mention.certain || closed { Sign::certain } else { Sign::likely };
            credits.add(mention.house, sign(Zone::SignOff, words));
        }
    }
    if let Some(at) = line.find("(Reporting by ").filter(|at| line[*at..].contains("diting by "))
        && let Some(house) = credits.table.house_called("reuters")
    {
        credits.add(house, Sign::likely(Zone::SignOff, &line[at..]));
    }
    if matches!(line.trim_matches(|c: char| !c.is_alphanumeric()), "Agencies" | "AGENCIES") {
        credits.add_unnamed(Sign::certain(Zone::SignOff, line));
    }
}

/// A line, or the end of one, that speaks of the text itself.
fn notice(line: &str, credits: &mut Credits<'_>) {
    let lower = line.to_lowercase();
    if lower.len() != line.len() {
        // Places in the one are not places in the other; rare letters only.
        return;
    }
    if (lower.starts_with("copyright") || lower.starts_with('©') || lower.starts_with("(c) "))
        && !lower.contains("include")
    {
        for mention in credits.table.mentions(line).iter().take(1).filter(|m| m.start < 40) {
            credits.add(mention.house, Sign::certain(Zone::Copyright, line));
        }
    }
    for phrase in INPUTS {
        introduced(line, lower.rfind(phrase), Zone::Inputs, credits);
    }
    for phrase in TAKEN_FROM {
        let at = lower.rfind(phrase).filter(|at| *phrase == "published in " || *at == 0);
        introduced(line, at, Zone::Notice, credits);
    }
    with_inputs(line, &lower, credits);
    let taken_over = sentence_with(line, &lower, TAKEN_OVER);
    if let Some(sentence) = taken_over.filter(|_| !has(&lower, GENERIC_INPUTS)) {
        for mention in credits.table.mentions(sentence) {
            if mention.certain || sentence[mention.end..].trim_start().starts_with("feed") {
                credits.add(mention.house, Sign::certain(Zone::Notice, sentence));
            }
        }
        credits.add_unnamed(Sign::certain(Zone::Notice, sentence));
    } else {
        for (phrases, zone) in [(GENERIC_INPUTS, Zone::Inputs), (GENERIC, Zone::Notice)] {
            let sentence = sentence_with(line, &lower, phrases);
            if let Some(sentence) = sentence.filter(|sentence| sentence.len() < 80) {
                credits.add_unnamed(Sign::certain(zone, sentence));
            }
        }
    }
}

/// The houses that follow a phrase, to the end of its sentence.
fn introduced(line: &str, at: Option<usize>, zone: Zone, credits: &mut Credits<'_>) {
    let Some(at) = at else { return };
    let sentence = &line[at..];
    let end = sentence.find([')', '\n']).or_else(|| sentence.find(". ")).unwrap_or(sentence.len());
    for mention in credits.table.mentions(&sentence[..end.min(200)]) {
        credits.add(mention.house, Sign::certain(zone, &sentence[..end]));
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
    if let Some(at) = lower.rfind(" inputs") {
        let from = line.floor_char_boundary(at.saturating_sub(40));
        let words = &line[from..at];
        if let Some(mention) = credits.table.mentions(words).last() {
            let with = words[..mention.start].trim_end().to_lowercase().ends_with("with");
            if with && words[mention.end..].trim().is_empty() {
                let words = &line[from + mention.start..at + " inputs".len()];
                credits.add(mention.house, Sign::certain(Zone::Inputs, words));
            }
        }
    }
}

/// Whether a name that has other meanings is a part of a credit line by itself.
fn stands_alone(line: &str, mention: &Mention<'_>) -> bool {
    let before = line[..mention.start].trim_end();
    let after = line[mention.end..].trim_start();
    let last = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    let begins = before.is_empty()
        || before.ends_with(|c: char| !c.is_alphanumeric())
        || CARRIERS.contains(&last.to_lowercase().as_str());
    let next = after.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    let ends = after.is_empty()
        || after.starts_with(|c: char| !c.is_alphabetic())
        || CARRIERS.contains(&next.to_lowercase().as_str())
        || is_job(after);
    begins && ends && !(before.ends_with(',') && after.is_empty() && mention.name == "PA")
}

/// "AP National Political Writer".
fn is_job(after: &str) -> bool {
    after.split_whitespace().take(4).any(|word| {
        matches!(
            word.trim_end_matches([',', '.']),
            "Writer" | "Writers" | "Correspondent" | "Editor" | "Reporter" | "Staff"
        )
    })
}

/// "PTI WUHAN:", "AFP, MANILA": capitals follow.
fn begins_with_place(after: &str) -> bool {
    let word = first_letters(after.trim_start_matches([',', ' ']));
    word.chars().count() >= 3 && word.chars().all(char::is_uppercase) && !after.starts_with('(')
}

fn first_letters(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len())]
}

/// The forms of East Asia: "新华社北京4月24日电", "【6月18日 AFP】", "Kyodo -".
fn is_filed(line: &str, mention: &Mention<'_>) -> bool {
    let after = &line[mention.end..];
    let near: String = after.chars().take(16).collect();
    (mention.start <= "【".len() && near.contains('电')
        || near.contains('電') && mention.start <= 3)
        || (line.starts_with('【') && near.starts_with('】'))
}

fn is_bracketed(line: &str, mention: &Mention<'_>) -> bool {
    let open = line[..mention.start].rfind('(');
    let close = line[mention.end..].find(')');
    match (open, close) {
        (Some(open), Some(close)) => {
            let inside = &line[open + 1..mention.end + close];
            let rest = inside.replace(mention.name, "");
            let input = rest.to_lowercase().contains("input");
            let few = rest.len() <= 24 && rest.split_whitespace().count() <= 2;
            few && !input && !rest.contains([')', '.'])
        }
        _ => false,
    }
}

/// Whether the text begins after what was read: a bracket closes and a dash or colon follows.
fn is_before_text(after: &str) -> bool {
    let Some(close) = after.find(')').filter(|at| *at <= 24) else { return false };
    let rest = after[close + 1..].trim_start();
    rest.starts_with(['—', '–', ':']) || rest.starts_with("- ") || rest.starts_with("--")
}

fn upto(line: &str, most: usize) -> &str {
    &line[..line.floor_char_boundary(most.min(line.len()))]
}

fn upto_bracket(line: &str, from: usize) -> &str {
    let end = line[from..].find(')').map_or(line.len(), |at| from + at + 1);
    &line[line.floor_char_boundary(end.saturating_sub(60))..end]
}

/// Whether a name only owns a picture.
fn is_picture(line: &str, mention: &Mention<'_>) -> bool {
    let from = line.floor_char_boundary(mention.start.saturating_sub(32));
    let to = line.ceil_char_boundary((mention.end + 16).min(line.len()));
    let before = line[from..mention.start].to_lowercase();
    let before = before.rsplit(['.', '!', '?']).next().unwrap_or("");
    let after = line[mention.end..to].to_lowercase();
    PICTURE.iter().any(|word| before.contains(word))
        || PICTURE.iter().any(|word| after.trim_start_matches([' ', '/']).starts_with(word))
        || after.starts_with(" via getty")
}

/// The desk's initials after a sign-off: " RAM ARC", " gsh/mr/soni", "/kra".
fn is_initials(after: &str) -> bool {
    let after = after.trim();
    after.len() <= 20
        && after.split([' ', '/']).all(|word| word.chars().count() <= 5)
        && (after.chars().all(|c| c.is_uppercase() || c == ' ' || c == '/')
            || after.chars().all(|c| c.is_lowercase() || c == ' ' || c == '/'))
}
