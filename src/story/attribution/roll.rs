//! Short lists of houses, as desks sign: "AFP, dpa", "mil/Reuters", "Post/AFP".

use super::table::{House, Kind, Table};

/// The longest list, in bytes.
const LONGEST: usize = 60;
/// The desk's initials, in letters.
const INITIALS: std::ops::RangeInclusive<usize> = 2..=4;
/// The longest abbreviation of another house, in bytes.
const LONGEST_OTHER: usize = 6;

/// What a list names.
#[derive(Default)]
pub(super) struct Roll<'t> {
    /// Agencies.
    pub(super) houses: Vec<&'t House>,
    /// Whether somebody else is named, by initials or an abbreviation: the desk itself.
    pub(super) others: bool,
}

/// Reads a list; it names nobody where it is something else, or an only name that is no agency's.
pub(super) fn of<'t>(line: &str, table: &'t Table) -> Roll<'t> {
    let mut roll = Roll::default();
    let parts: Vec<_> = line.split(['/', ',', '&', '+']).map(str::trim).collect();
    if line.len() > LONGEST || parts.len() < 2 && line.chars().any(char::is_whitespace) {
        return roll;
    }
    let is_named = parts.iter().any(|part| named(part, table).is_some());
    for (at, part) in parts.iter().enumerate() {
        match named(part, table).or_else(|| small(part, table).filter(|_| is_named)) {
            Some(house) => roll.houses.push(house),
            None if are_initials(part) => roll.others |= at == 0,
            None if is_abbreviation(part) => roll.others = true,
            None => return Roll::default(),
        }
    }
    roll
}

/// Whether somebody of the desk has signed: "mil", "mi/le".
pub(super) fn are_initials(text: &str) -> bool {
    text.split('/').all(|part| {
        INITIALS.contains(&part.chars().count()) && part.chars().all(char::is_lowercase)
    })
}

/// The agency that signs so.
fn named<'t>(part: &str, table: &'t Table) -> Option<&'t House> {
    let mentions = table.mentions(part);
    let mention = mentions.first().filter(|mention| mention.name == part)?;
    table.house_of(&mention.house.id).filter(|house| house.kind != Kind::Medium)
}

/// The same in small letters, as some desks sign beside others: "sda/dpa".
fn small<'t>(part: &str, table: &'t Table) -> Option<&'t House> {
    let is_small = part.len() > 2 && part.chars().all(char::is_lowercase);
    let house = table.house_called(part).filter(|_| is_small)?;
    (house.kind != Kind::Medium).then_some(house)
}

fn is_abbreviation(part: &str) -> bool {
    (2..=LONGEST_OTHER).contains(&part.len()) && part.chars().all(char::is_uppercase)
}
