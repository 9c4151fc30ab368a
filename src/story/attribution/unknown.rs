//! Agencies that no table knows, by the shapes in which agencies sign.

use super::{
    Credits, Imprint, Sign, Zone,
    signed::{SEPARATORS, is_gloss},
    table::slug,
};
use crate::text::clean;

/// Lines that may stand before the dateline: logo, byline, a note to editors.
const MOST_LINES: usize = 4;
/// Letters of an abbreviation that signs.
const LETTERS: std::ops::RangeInclusive<usize> = 2..=6;
/// Words of a name in a script without capitals.
const MOST_WORDS: usize = 4;

/// Abbreviations that stand in brackets behind a place and are countries.
const COUNTRIES: &[&str] = &["US", "USA", "UK", "UAE", "EU", "UN", "DRC", "PNG", "NSW", "ACT"];

/// Reads the places where a text is signed for an agency by its abbreviation, and a credit line
/// that is the site of another house, when nobody that is known has signed there.
pub(super) fn signatures(imprint: &Imprint<'_>, credits: &mut Credits<'_>) {
    let lines = || imprint.text.lines().map(str::trim).filter(|line| !line.is_empty());
    let dateline = lines().take(MOST_LINES).find_map(|line| Some((line, clean::dateline(line)?)));
    let at_head = dateline.and_then(|(line, found)| in_dateline(line, found.text));
    let at_head = at_head.map(|(name, words)| (name, Sign::likely(Zone::Dateline, words)));
    let at_end = || {
        let (name, zone, words) = lines().next_back().and_then(at_end)?;
        Some((name, Sign::likely(zone, words)))
    };
    let in_credit = || {
        let name = other_site(imprint)?;
        Some((name, Sign::likely(Zone::Credit, imprint.credit)))
    };
    if let Some((name, sign)) = at_head.or_else(at_end).or_else(in_credit) {
        credits.add_unknown(&slug(name), name, sign);
    }
}

/// "AllArden.com" as the credit line on the site of somebody else.
fn other_site<'t>(imprint: &Imprint<'t>) -> Option<&'t str> {
    let (name, ending) = imprint.credit.trim().rsplit_once('.')?;
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let is_site = is_word(name) && (2..=4).contains(&ending.len()) && is_word(ending);
    let own = imprint.publisher.to_lowercase().contains(&name.to_lowercase());
    (is_site && !own).then_some(name)
}

/// "COLOMBO, Jan 28 (SNT) – ": the name, and the words that say so.
fn in_dateline<'t>(line: &'t str, dateline: &'t str) -> Option<(&'t str, &'t str)> {
    let text = line.strip_prefix(dateline)?.trim_start();
    if !text.starts_with(SEPARATORS) {
        return None;
    }

    let (place, inside) = dateline.strip_suffix(')')?.rsplit_once('(')?;
    let name = inside.split('/').next()?.trim();
    let uncased = !name.chars().any(|c| c.is_lowercase() || c.is_uppercase());
    let named = uncased && name.split_whitespace().count() <= MOST_WORDS;
    let signs = is_abbreviation(name) || (named && name.chars().any(char::is_alphabetic));
    (signs && !place.trim().is_empty() && !is_gloss(place, name)).then_some((name, dateline))
}

/// "(SNT/bkt)", "— DWS", "(With SNT inputs)", "With input from MEP" at the end of a text.
fn at_end(line: &str) -> Option<(&str, Zone, &str)> {
    if let Some((before, name)) = line.rsplit_once(['—', '–']) {
        let name = name.trim();
        if is_abbreviation(name) && has_ended(before) {
            return Some((name, Zone::SignOff, line));
        }
    }
    let start = line.rfind('(').filter(|_| line.ends_with(')'));
    let (before, inside) = match start {
        Some(start) => (&line[..start], &line[start + 1..line.len() - 1]),
        None => ("", line),
    };
    if !has_ended(before) {
        return None;
    }
    let lower = inside.to_lowercase();
    let drawn_on = lower.strip_suffix(" inputs").map(|words| words.len()).map_or_else(
        || {
            let (input, name) = inside.rsplit_once(" from ")?;
            let input = input.to_lowercase();
            matches!(input.as_str(), "with inputs" | "with input" | "inputs").then_some(name)
        },
        |end| inside.get(..end).and_then(|words| words.split_whitespace().next_back()),
    );
    let signed = start.and_then(|_| inside.split('/').next());
    let zone = if drawn_on.is_some() { Zone::Inputs } else { Zone::SignOff };
    let name = drawn_on.or(signed).map(str::trim).filter(|name| is_abbreviation(name))?;
    Some((name, zone, line))
}

/// Whether a sentence is over, so that what follows is not a part of it.
fn has_ended(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty() || before.ends_with(['.', '!', '?', '"', '”', '’', ')'])
}

fn is_abbreviation(name: &str) -> bool {
    LETTERS.contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_uppercase())
        && !COUNTRIES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::super::{Imprint, attribute};

    #[test]
    fn unknown_agencies_are_credited_where_agencies_sign() {
        for (text, agency) in [
            ("COLOMBO, Jan 28 (SNT) – The yield fell.", Some("snt")),
            ("(Adds result)\n\nCOLOMBO, Jan 28 (SNT/cpj) - The yield fell.", Some("snt")),
            ("ঢাকা, ৩ মার্চ (পিএসএস): শীত মৌসুমের শেষে।", Some("পিএসএস")),
            ("The yield fell.\n\nThe bank meets in May. (SNT/cpj)", Some("snt")),
            ("The yield fell two years later. — DWS", Some("dws")),
            ("The yield fell.\n\n(With SNT inputs)", Some("snt")),
            ("The yield fell.\n\nWith input from MEP", Some("mep")),
            ("ARDEN (US): The yield fell.", None),
            ("GREYBULL (Wyoming): The yield fell.", None),
            ("He leads the Arden Hockey Federation (AHF)", None),
            ("The committee will meet in June — AGM", None),
        ] {
            let found = attribute(&Imprint { publisher: "Arden Post", text, ..Imprint::default() });
            let credits: Vec<_> = found.credits.iter().map(|c| c.agency.as_str()).collect();
            assert_eq!(credits, agency.into_iter().collect::<Vec<_>>(), "{text}");
        }
    }
}
