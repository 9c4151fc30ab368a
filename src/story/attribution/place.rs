//! The place that a dateline names.

use super::table::Table;
use crate::text::clean;

/// Lines that may stand before the dateline: logo, byline, date.
const MOST_LINES: usize = 3;

/// Month names as datelines begin them, in lower case.
const MONTHS: &[&str] =
    &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The place of the first dateline, as written.
pub(super) fn of(text: &str, table: &Table) -> Option<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let dateline = lines.take(MOST_LINES).find_map(clean::dateline)?.text;
    let place = &dateline[..signature(dateline)];
    let parts = place.split(',').map(str::trim).take_while(|part| !is_date(part));
    let place = parts.collect::<Vec<_>>().join(", ");
    let place = without_agency(place.trim(), table);
    (place.chars().any(char::is_alphabetic) && !place.to_lowercase().starts_with("by "))
        .then(|| place.to_owned())
}

/// Where the agency in brackets begins.
fn signature(dateline: &str) -> usize {
    if dateline.ends_with('/') {
        return dateline.trim_end_matches('/').rfind('/').unwrap_or(dateline.len());
    }
    let bracket = if dateline.ends_with(')') { dateline.rfind('(') } else { None };
    bracket.unwrap_or(dateline.len())
}

fn is_date(part: &str) -> bool {
    let word = part.split_whitespace().next().unwrap_or("").to_lowercase();
    part.chars().any(char::is_numeric)
        || (MONTHS.iter().any(|month| word.starts_with(month))
            && part.split_whitespace().count() > 1)
}

/// "By PTI WUHAN" is Wuhan.
fn without_agency<'t>(place: &'t str, table: &Table) -> &'t str {
    match table.mentions(place).first() {
        Some(mention) if place[..mention.start].trim().eq_ignore_ascii_case("by") => {
            place[mention.end..].trim()
        }
        Some(mention) if mention.end == place.len() => {
            place[..mention.start].trim_end_matches([',', ' '])
        }
        _ => place,
    }
}
