//! What the metadata of an agency come to, whatever the format: status, kind, corrections, language.

use std::{collections::BTreeSet, sync::LazyLock};

use jiff::Timestamp;
use regex::Regex;

use super::language;
use crate::{
    model::{Item, Kind, Status, Wire},
    parse::date,
    text::{address, clean, html},
};

/// The longest headline made of a text that has none, in characters.
const MAX_TITLE: usize = 160;

/// The longest name of a subject that is believed, in bytes.
const MAX_NAME: usize = 200;

/// Lines of a text in which a dateline may stand.
const DATELINE_LINES: usize = 4;

/// Slugs and headlines of remarks that a service makes about itself.
const NOTICES: &[&str] = &["impressum", "test", "testmeldung", "copyright", "service notice"];

/// Slugs and headlines of lists of what is to come.
const DAYBOOKS: &[&str] = &[
    "tagesvorschau",
    "vorschau",
    "daybook",
    "news digest",
    "news budget",
    "terminvorschau",
    "agenda du jour",
    "dagsorden",
    "planning",
];

/// Editorial types, signals and words of slugs by which an agency takes a text back
/// (AP Media API `editorialtypes`, IPTC 7901 and ANPA take words).
const KILLS: &[&str] =
    &["kill", "mandatory kill", "bulletin kill", "disregard", "elimination", "edstat:d"];

/// The same, for until it says otherwise.
const HOLDS: &[&str] = &["withhold", "holdforrelease", "hold for release", "mandatory hold"];

/// The same, of an earlier version that was wrong.
const CORRECTIONS: &[&str] = &[
    "corrective",
    "correction",
    "corrected",
    "correcting",
    "corrects",
    "sig:correction",
    "edstat:c",
    "korrektur",
    "berichtigung",
    "rettelse",
    "rettet",
    "korjattu",
    "rectificatif",
    "correctif",
];

/// A note that takes a text back.
static KILL_NOTE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(?:eds|editors|note to editors)\b[.:, ]*)?(?:(?:mandatory|bulletin) )?(?:KILL\b|(?i:please (?:kill|disregard|delete|remove)\b|kill (?:this|the|our) |do not use this ))",
    )
});

/// A note that says what was wrong.
static CORRECTION_NOTE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:eds|editors|note to editors)\b[.:, ]*)?(?:this )?(?:corrects?|corrected|correcting|correction|korrektur|berichtig\w+|korrigiert|rettet|rettelse|korjattu|korjaa|rättelse|corrige|rectifie)\b",
    )
});

/// A place with an agency behind it in brackets.
static SIGNED_PLACE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(\p{Lu}[^()\n.!?]{1,60} \((?:[\p{L}-]{2,12}[ /]){0,2}[\p{L}-]{2,12}\))")
});

#[expect(clippy::unwrap_used, reason = "the patterns are constants, and a test reads them")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

/// Reads a status as it is written: with a prefix (`stat:usable`), in any case, by any name. What
/// nobody knows is withheld, never usable.
pub(super) fn status(written: &str) -> Status {
    let written = written.trim();
    let written = written.rsplit([':', '/']).next().unwrap_or(written).to_ascii_lowercase();
    match written.as_str() {
        "" | "usable" | "new" | "published" | "update" | "updated" | "new news" => Status::Usable,
        "embargoed" | "embargo" => Status::Embargoed,
        "canceled" | "killed" | "kill" | "recalled" | "deleted" => Status::Canceled,
        _ => Status::Withheld,
    }
}

/// The spelling of `canceled` that the formats of JSON do not allow, and the others do.
pub(super) fn lenient_status(written: &str) -> Status {
    if written.trim().to_ascii_lowercase().ends_with("cancelled") {
        return Status::Canceled;
    }
    status(written)
}

/// Whether a status says nothing that is known.
pub(super) fn is_unknown(written: &str) -> bool {
    lenient_status(written) == Status::Withheld
        && !written.trim().to_ascii_lowercase().ends_with("withheld")
}

/// The kind that an item class, a `type` or a news item type says.
pub(super) fn kind(written: &str) -> Kind {
    let written = written.trim();
    let written = written.rsplit([':', '/']).next().unwrap_or(written).to_ascii_lowercase();
    match written.as_str() {
        "composite" | "package" => Kind::Package,
        "picture" | "photo" | "graphic" | "video" | "audio" | "animation" | "image" => Kind::Media,
        "advisory" => Kind::Advisory,
        "planning" | "event" | "daybook" | "planned" => Kind::Daybook,
        "notice" | "service" => Kind::Notice,
        _ => Kind::Text,
    }
}

/// A date as agencies write it; without a zone it is UTC.
pub(super) fn moment(written: &str) -> Option<Timestamp> {
    let written = written.trim();
    let is_digits =
        |text: Option<&str>| text.is_some_and(|text| text.bytes().all(|b| b.is_ascii_digit()));
    let is_basic = is_digits(written.get(..8))
        && written.as_bytes().get(8) == Some(&b'T')
        && is_digits(written.get(9..15));
    if !is_basic {
        return date::read(written);
    }
    let part = |from: usize, to: usize| written.get(from..to).unwrap_or_default();
    let zone = written
        .get(15..)
        .map_or("", |zone| zone.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit()));
    date::read(&format!(
        "{}-{}-{}T{}:{}:{}{zone}",
        part(0, 4),
        part(4, 6),
        part(6, 8),
        part(9, 11),
        part(11, 13),
        part(13, 15)
    ))
}

/// An embargo: without a zone it has that of another date of the document, since a guess may be
/// hours too early.
pub(super) fn embargo(written: Option<String>, other: Option<&str>) -> Option<Timestamp> {
    let written = written?;
    let has_zone = |text: &str| {
        let text = text.trim();
        text.ends_with(['Z', 'z']) || text.get(11..).is_some_and(|clock| clock.contains(['+', '-']))
    };
    let zone = other
        .map(str::trim)
        .filter(|other| !has_zone(&written) && has_zone(other))
        .and_then(|other| {
            let at = other.rfind(['+', '-', 'Z']).filter(|at| *at >= 11)?;
            Some(&other[at..])
        });
    moment(&format!("{}{}", written.trim(), zone.unwrap_or_default()))
}

/// A day, an hour and a month without a year (`251037 Sep 24`, where the last is a year of two
/// digits, `131137 GMT Nov 13`).
pub(super) fn day_time(written: &str) -> Option<Timestamp> {
    let mut words = written.split_whitespace();
    let digits =
        words.next().filter(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()))?;
    let rest: Vec<&str> = words.filter(|word| !word.eq_ignore_ascii_case("gmt")).collect();
    let [month, year, ..] = rest.as_slice() else { return None };
    let (day, hour, minute) = (&digits[..2], &digits[2..4], &digits[4..]);
    date::read(&format!("{day} {month} 20{year} {hour}:{minute}:00 GMT"))
}

/// Whether a line names who wrote the text.
pub(super) fn is_byline(line: &str) -> bool {
    ["By ", "BY ", "Von ", "Par ", "Por ", "Di ", "Av ", "Af ", "Door "].iter().any(|start| {
        line.strip_prefix(start).is_some_and(|rest| rest.starts_with(char::is_uppercase))
    })
}

/// Whether what should be a dateline is only a date: numbers, and the name of a month at most.
fn is_only_a_date(line: &str) -> bool {
    let words = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let names = words.filter(|word| !word.starts_with(|c: char| c.is_ascii_digit()));
    names
        .filter(|name| !["GMT", "UTC", "Z"].contains(name))
        .all(|name| date::read(&format!("1 {name} 2000")).is_some())
}

/// What is left to do with an item of any format.
pub(super) fn settle(mut item: Item) -> Item {
    let mut wire = item.wire.take().unwrap_or_default();
    let one_line = |text: &mut Option<String>| {
        *text = text.take().map(|text| html::one_line(&text)).filter(|text| !text.is_empty());
    };
    for field in [&mut item.title, &mut item.byline, &mut item.credit, &mut item.dateline] {
        one_line(field);
    }
    for field in [&mut wire.slugline, &mut wire.provider, &mut wire.note] {
        one_line(field);
    }
    let said =
        |text: &mut Option<String>| *text = text.take().filter(|text| !text.trim().is_empty());
    said(&mut item.text);
    said(&mut item.summary);
    item.summary = item.summary.take().filter(|summary| Some(summary) != item.text.as_ref());
    item.url = item.url.take().and_then(|url| address::absolute(&url, None));
    item.canonical_url = item.url.as_deref().and_then(address::canonical);
    wire.chain = wire.chain.take().or_else(|| item.raw_id.clone());
    dateline(&mut item, &wire);
    title(&mut item, &wire);
    editorial(&item, &mut wire);
    if wire.status == Status::Canceled && item.text.is_none() {
        // All that is said of the kill.
        item.text.clone_from(&wire.note);
    }
    speak(&mut item, &mut wire);
    if item.authors.is_empty() {
        item.authors.extend(item.byline.clone());
    }
    item.categories = named(&item.categories, &wire.subjects);
    item.status = Some(wire.status.as_str().to_owned());
    item.wire = Some(wire);
    item
}

/// Names of subjects and their codes, each once.
fn named(names: &[String], codes: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let lines = names.iter().chain(codes).map(|name| html::one_line(name));
    lines
        .filter(|line| !line.is_empty() && line.len() <= MAX_NAME && seen.insert(line.clone()))
        .collect()
}

/// The dateline of the document where it names a place, else that of the text, else where it was
/// written.
fn dateline(item: &mut Item, wire: &Wire) {
    let stated = item.dateline.take();
    let good = stated.clone().filter(|line| !is_only_a_date(line));
    let lines =
        item.text.iter().flat_map(|text| text.lines()).filter(|line| !line.trim().is_empty());
    let mut printed = lines.take(DATELINE_LINES).filter_map(|line| {
        // `SEOUL, Nov 26 AFP -`, `(ANSA) - ROME, JUL 11 -`, `HONOLULU (AP) _`
        let line = line
            .trim_start()
            .trim_start_matches("(ANSA) -")
            .trim_start()
            .replacen(") _ ", ") - ", 1);
        clean::dateline(&line).map(|found| found.text.to_owned()).or_else(|| signed_place(&line))
    });
    item.dateline = good.or_else(|| printed.next()).or_else(|| wire.located.clone());
}

/// `Berlin (dpa) - `, `San Diego (tca/dpa) - `: a place and an agency in small letters.
fn signed_place(line: &str) -> Option<String> {
    let found = SIGNED_PLACE.captures(line)?;
    Some(found.get(1)?.as_str().to_owned())
}

/// A headline where there is none: the first words of the text, else the slug.
fn title(item: &mut Item, wire: &Wire) {
    if item.title.is_some() {
        return;
    }
    let first =
        item.text.as_deref().and_then(|text| text.lines().find(|line| !line.trim().is_empty()));
    let first = first.map(|line| {
        let start = clean::dateline(line).map_or(0, |found| found.end);
        let plain =
            html::one_line(line[start..].trim_start_matches(|c: char| !c.is_alphanumeric()));
        let sentence = plain.split_inclusive(['.', '!', '?']).next().unwrap_or_default().to_owned();
        let sentence = if sentence.chars().count() < 20 { plain } else { sentence };
        let short: String = sentence.chars().take(MAX_TITLE).collect();
        if short.len() < sentence.len() {
            format!("{short}…")
        } else {
            short.trim_end_matches('.').to_owned()
        }
    });
    item.title = first.filter(|line| !line.is_empty()).or_else(|| wire.slugline.clone());
}

/// Reads status and corrections out of all that says something of them: AP asks not to rely on the
/// status alone.
fn editorial(item: &Item, wire: &mut Wire) {
    let slug = wire.slugline.as_deref().unwrap_or_default();
    let takes = slug.split([',', '(', ')', '/']).skip(1).map(str::trim);
    let said: Vec<String> =
        wire.signals.iter().map(String::as_str).chain(takes).map(str::to_lowercase).collect();
    let has = |words: &[&str]| said.iter().any(|said| words.contains(&said.as_str()));
    let note = wire.note.as_deref().unwrap_or_default();
    if has(KILLS) || KILL_NOTE.is_match(note) {
        wire.status = Status::Canceled;
    } else if has(HOLDS) && wire.status == Status::Usable && item.embargo.is_none() {
        wire.status = Status::Withheld;
    }
    wire.corrects |= has(CORRECTIONS) || CORRECTION_NOTE.is_match(note);
    if has(&["advisory"]) && wire.kind == Kind::Text {
        wire.kind = Kind::Advisory;
    }
    let name = |text: &Option<String>| {
        text.as_deref().unwrap_or_default().trim_end_matches('/').trim().to_lowercase()
    };
    let names = [name(&wire.slugline), name(&item.title)];
    if wire.kind == Kind::Text && names.iter().any(|name| NOTICES.contains(&name.as_str())) {
        wire.kind = Kind::Notice;
    }
    let is_daybook = |name: &String| {
        DAYBOOKS.iter().any(|known| {
            name.strip_prefix(known).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        })
    };
    if wire.kind == Kind::Text && names.iter().any(is_daybook) {
        wire.kind = Kind::Daybook;
    }
}

/// The language of the text, and the label where it says another.
fn speak(item: &mut Item, wire: &mut Wire) {
    let label = item.language.take().and_then(|label| language::label(&label));
    let words = [&item.title, &item.summary, &item.text].into_iter().flatten();
    let words = words.map(String::as_str).collect::<Vec<_>>().join("\n");
    let of_text = language::of(&words, label.as_deref(), wire.provider.as_deref());
    item.language = match (of_text, label) {
        (Some(found), Some(label)) if !language::is_same(found, &label) => {
            wire.label = Some(label);
            Some(found.to_owned())
        }
        (_, Some(label)) => Some(label),
        (found, None) => found.map(str::to_owned),
    };
}
