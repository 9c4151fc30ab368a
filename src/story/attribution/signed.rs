//! Where houses sign: credit lines, datelines, sign-offs and notices.

use super::{
    Credits, Sign, Zone, notice, roll,
    table::{Kind, Mention, Table},
};
use crate::text::clean;

/// How far into a text it is signed at the head, in bytes of its first lines.
const HEAD: usize = 260;
/// How long place and date at the head are, in bytes.
const PLACE: usize = 80;
/// Words of a place that stands without a date and nothing behind it.
const PLACE_WORDS: usize = 2;
/// What stands between a dateline and the text.
pub(super) const SEPARATORS: [char; 5] = ['-', '–', '—', ':', '.'];
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

/// What an agency's folder on a paper's site is called beside its name.
const FOLDERS: &[&str] = &["stories", "story", "news", "feed", "wire", "wires", "article"];

/// Words that make a name the owner of a picture, in lower case.
const PICTURE: &[&str] =
    &["photo", "foto", "image", "picture", "getty", "bild", "pic:", "file", "video"];

/// Reads a byline, credit line or `<source>`: a line whose purpose is to name the author.
pub(super) fn credit_line(line: &str, zone: Zone, credits: &mut Credits<'_>) {
    let line = line.trim();
    if line.is_empty() || line.len() > LONGEST_NOTICE {
        return;
    }
    for mention in authors(line, credits.table) {
        credits.add(mention.house, Sign::certain(zone, line));
    }
    for house in roll::of(line, credits.table).houses {
        credits.add(house, Sign::certain(zone, line));
    }
    notice::unnamed(line, zone, credits);
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
        notice::read(line, credits);
    }
}

fn head_line(line: &str, credits: &mut Credits<'_>) {
    let mentions = credits.table.mentions(line);
    if let Some(mention) = mentions.first() {
        let before = line[..mention.start].trim();
        let after = line[mention.end..].trim_start();
        let introduced = matches!(before.to_lowercase().as_str(), "by" | "source:" | "von" | "par");
        let alone = after.is_empty() && (before.is_empty() || introduced);
        let dated = before.is_empty()
            && after.strip_prefix(", ").is_some_and(|rest| rest.starts_with(char::is_numeric));
        let opens =
            before.strip_suffix('/').is_some_and(|b| b.is_empty() || b.ends_with([' ', '.']));
        let slashed = opens
            && !ends_with_person(before.trim_end_matches('/'))
            && after.starts_with('/')
            && mention.start < PLACE;
        let dashed = before.ends_with(['—', '–', '-'])
            && after.starts_with('.')
            && mention.start < PLACE
            && before.contains(char::is_numeric);
        let barred = before.is_empty() && (after.starts_with('|') || begins_with_place(after));
        let placed = introduced && (after.starts_with('|') || begins_with_place(after));
        let sells = mention.certain && mention.house.kind != Kind::Medium;
        let leads = sells
            && before.is_empty()
            && ["- ", "– ", "— "].iter().any(|dash| after.starts_with(dash));
        let signed = dated || slashed || dashed || leads;
        if alone || barred || placed || signed || is_filed(line, mention) {
            credits.add(mention.house, Sign::certain(Zone::Head, &line[..mention.end]));
        }
    }
    if let Some(found) = clean::dateline(line) {
        let separated = line[found.text.len()..].trim_start().starts_with(SEPARATORS);
        dateline(found.text, separated, credits);
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

/// A dateline ends with its agencies, in brackets or without. Where nothing separates it from the
/// text, an abbreviation behind a long name without a date only shortens something.
fn dateline(dateline: &str, separated: bool, credits: &mut Credits<'_>) {
    let signature = dateline.rfind(['(', '/']).map_or("", |at| &dateline[at..]);
    let signature = if signature.len() < 2 { dateline } else { signature };
    let signature = if dateline.ends_with('/') {
        dateline.trim_end_matches('/').rfind('/').map_or(signature, |at| &dateline[at..])
    } else {
        signature
    };
    for mention in credits.table.mentions(signature) {
        let last = signature[mention.end..].chars().all(|c| !c.is_alphanumeric());
        let place = &dateline[..dateline.len() - signature.len()];
        let bracketed = signature.starts_with(['(', '/']);
        let owner = signature.starts_with('/') && place.ends_with(char::is_alphanumeric);
        let placed = separated
            || mention.certain
            || place.contains([',', '.'])
            || place.contains(char::is_numeric)
            || place.split_whitespace().count() <= PLACE_WORDS;
        let signs = if bracketed {
            placed && !owner && !is_gloss(place, mention.name)
        } else {
            last && mention.start > 0
        };
        if signs {
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
        let stopped = before.is_empty() || has_ended(before);
        let owned = before.ends_with('©') && ends;
        if (closed || dashed || owned || (stopped && ends)) && !is_picture(line, &mention) {
            let words = &line[line.floor_char_boundary(mention.start.saturating_sub(24))..];
            let sign = if mention.certain || closed { Sign::certain } else { Sign::likely };
            credits.add(mention.house, sign(Zone::SignOff, words));
        }
    }
    rolled(line, credits);
    if let Some(at) = line.find("(Reporting by ").filter(|at| line[*at..].contains("diting by "))
        && let Some(house) = credits.table.house_called("reuters")
    {
        credits.add(house, Sign::likely(Zone::SignOff, &line[at..]));
    }
    if notice::is_unnamed(line) {
        credits.add_unnamed(Sign::certain(Zone::SignOff, line));
    }
}

/// A list of houses that closes a text, as a line or in brackets, with the desk's initials or
/// without: "(AFP/dpa)", "mil/dpa", "mi/le (AFP, Reuters)", "/ritzau/".
fn rolled(line: &str, credits: &mut Credits<'_>) {
    let bracket = line.rfind(['(', '（']).filter(|_| line.ends_with([')', '）']));
    let (before, list) = if let Some(open) = bracket {
        (line[..open].trim_end(), &line[open..])
    } else {
        ("", &line[line.rfind(". ").map_or(0, |stop| stop + 1)..])
    };
    let list = list.trim_matches(['(', ')', '（', '）', '/', ' ', '.']);
    let (joined, list) = match list.split_once(' ') {
        Some((word, rest)) if notice::is_with(word) => (true, rest),
        _ => (false, list),
    };
    let found = roll::of(list, credits.table);
    let initials = roll::are_initials(before);
    if !(before.is_empty() || initials || has_ended(before)) {
        return;
    }
    let zone = if joined || initials || found.others { Zone::Inputs } else { Zone::SignOff };
    for house in found.houses {
        credits.add(house, Sign::certain(zone, list));
    }
}

/// Whether a sentence is over, so that what follows is not a part of it.
fn has_ended(before: &str) -> bool {
    before.ends_with(['.', '!', '?', '"', '”', '’', ')', '»', '。', '।'])
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
        || (line.starts_with('［') && near.starts_with('］'))
}

fn is_bracketed(line: &str, mention: &Mention<'_>) -> bool {
    let open = line[..mention.start].rfind(['(', '（']);
    let close = line[mention.end..].find([')', '）']);
    match (open, close) {
        (Some(open), Some(close)) if !is_gloss(&line[..open], mention.name) => {
            let inside = line[open..mention.end + close].trim_start_matches(['(', '（']);
            let rest = inside.replace(mention.name, "");
            let first = rest.split_whitespace().next().unwrap_or("");
            let few = rest.len() <= 24 && rest.split_whitespace().count() <= 2;
            few && !notice::is_with(first) && !rest.contains([')', '.', ':'])
        }
        _ => false,
    }
}

/// Whether an abbreviation in brackets only shortens the words before it: "Arden Trade Institute
/// (ATI)", "Ministry of Ports (MOP)".
pub(super) fn is_gloss(before: &str, name: &str) -> bool {
    let words = before.split(|c: char| !c.is_alphanumeric());
    let mut initials = words.filter_map(|word| word.chars().next()).rev().peekable();
    let shortens = |letter: char| {
        while initials
            .next_if(|first| first.is_lowercase() && !letter.eq_ignore_ascii_case(first))
            .is_some()
        {}
        initials.next().is_some_and(|first| first.eq_ignore_ascii_case(&letter))
    };
    name.chars().count() >= 2 && name.chars().rev().all(shortens)
}

/// Whether the text begins after what was read: a bracket closes and a dash or colon follows.
fn is_before_text(after: &str) -> bool {
    let Some(close) = after.find(')').filter(|at| *at <= 24) else { return false };
    let rest = after[close + 1..].trim_start();
    rest.starts_with(['—', '–', ':'])
        || ["- ", "--", ".-", ".–", ".—", ". -", ". –", ". —"]
            .iter()
            .any(|end| rest.starts_with(end))
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
    let beside = line[..mention.start].strip_suffix('/').is_some_and(ends_with_person)
        || line[mention.end..].strip_prefix('/').is_some_and(begins_with_person);
    beside
        || PICTURE.iter().any(|word| before.contains(word))
        || PICTURE.iter().any(|word| after.trim_start_matches([' ', '/']).starts_with(word))
        || after.starts_with(" via getty")
}

/// "Mara Ilves": two words with one capital each.
fn begins_with_person(text: &str) -> bool {
    text.split_whitespace().take(2).filter(|word| is_name(word)).count() == 2
}

fn ends_with_person(text: &str) -> bool {
    text.split_whitespace().rev().take(2).filter(|word| is_name(word)).count() == 2
}

fn is_name(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
}

/// The desk's initials after a sign-off: " RAM ARC", " gsh/mr/soni", "/kra".
fn is_initials(after: &str) -> bool {
    let after = after.trim();
    after.len() <= 20
        && after.split([' ', '/']).all(|word| word.chars().count() <= 5)
        && (after.chars().all(|c| c.is_uppercase() || c == ' ' || c == '/')
            || after.chars().all(|c| c.is_lowercase() || c == ' ' || c == '/'))
}
