//! What a house says of its own text: that it is withdrawn, that it was corrected.

mod named;
#[cfg(test)]
mod tests;
mod words;

pub use named::Named;

use words::{
    CORRECTIONS, CORRECTS_IT, DESK_LABELS, KILL_NOTICES, KILLS, NOTES, WITHDRAWS_IT,
    WITHDRAWS_ITS_OWN,
};

/// Lines at the head of a text that may be a notice; a desk puts its remarks above the dateline.
const HEAD_LINES: usize = 2;
/// Lines at the end of a text that may be a note; below it stand bylines and credits.
const TAIL_LINES: usize = 3;

/// Bytes of a line that are read as a note.
const LONGEST_NOTE: usize = 600;

/// What the headline, the first and the last lines say.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Signals {
    /// The text must no longer be used.
    pub kill: bool,
    /// The text was wrong before, as its headline or its first lines say.
    pub correction: bool,
    /// A note at the end says so. It is of this house's own earlier version: where none was seen,
    /// it says nothing of the texts of others.
    pub noted: bool,
}

/// Reads the signals of a text.
///
/// Only the conventions of desks count, at the places where desks put them: a story *about* a
/// correction is none. A kill keeps a text from every rule, so in headlines it must stand in
/// capitals, or name what is withdrawn.
pub fn signal(title: &str, text: &str) -> Signals {
    let title = title.trim();
    let (head, tail) = ends(text);
    let first = head.first().copied().unwrap_or_default();
    Signals {
        kill: [title, first].iter().any(|line| is_kill(line))
            || head.iter().any(|line| is_withdrawing_note(line)),
        correction: is_correction(title)
            || ends_in_correction(title)
            || head.iter().any(|line| corrects(line)),
        noted: tail.iter().any(|line| corrects(line)),
    }
}

/// The line of a text in which its house says that it is withdrawn or was corrected, and why.
pub fn notice(text: &str) -> Option<&str> {
    let (head, tail) = ends(text);
    let kills = |line: &&str| is_kill(line) || is_withdrawing_note(line);
    let kill = head.iter().copied().find(kills);
    kill.or_else(|| head.into_iter().chain(tail).find(|line| corrects(line)))
}

/// The lines at the head and at the end of a text that may be notices.
fn ends(text: &str) -> (Vec<&str>, Vec<&str>) {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let head = lines.by_ref().take(HEAD_LINES).collect();
    let mut tail: Vec<&str> = lines.rev().take(TAIL_LINES).collect();
    tail.reverse();
    (head, tail)
}

fn corrects(line: &str) -> bool {
    is_correction(line) || is_correcting_note(line)
}

/// Reads the status that a format gives an item (`canceled`, `usable` …).
pub fn is_withdrawn_status(status: &str) -> bool {
    let status = status.trim();
    let status = status.rsplit(':').next().unwrap_or(status);
    ["canceled", "cancelled", "killed", "withdrawn", "retracted"]
        .iter()
        .any(|withdrawn| status.eq_ignore_ascii_case(withdrawn))
}

/// A headline without the labels in front of it and the bracketed ones behind it.
pub fn unlabelled(title: &str) -> &str {
    let mut rest = title.trim();
    while let Some(after) = after_label(rest) {
        rest = after;
    }
    match bracketed_end(rest) {
        Some((before, _)) if ends_in_correction(rest) => before.trim_end(),
        _ => rest,
    }
}

fn is_kill(line: &str) -> bool {
    labels(line).any(|start| {
        KILLS.iter().any(|word| start.strip_prefix(word).is_some_and(ends_label))
            || KILL_NOTICES.iter().any(|notice| strip_folded(start, notice).is_some_and(ends_label))
    })
}

fn is_correction(line: &str) -> bool {
    labels(line).any(|start| {
        CORRECTIONS.iter().any(|word| strip_folded(start, word).is_some_and(ends_label))
    })
}

/// `Lock shut (CORRECTED)`, `LOCK/ (UPDATE 1, CORRECTED)`.
fn ends_in_correction(title: &str) -> bool {
    let Some((_, inside)) = bracketed_end(title) else { return false };
    inside.split(',').any(|part| {
        let whole = |word: &&&str| strip_folded(part.trim(), word).is_some_and(str::is_empty);
        CORRECTIONS.iter().any(|word| whole(&word))
    })
}

/// What stands before the last bracket of a line that ends in one, and what stands in it.
fn bracketed_end(line: &str) -> Option<(&str, &str)> {
    let inside = line.strip_suffix([')', ']'])?;
    let at = inside.rfind(['(', '['])?;
    Some((&inside[..at], &inside[at + 1..]))
}

/// A remark in brackets, or a line that is headed as a note, on what was wrong.
fn is_correcting_note(line: &str) -> bool {
    note(line).is_some_and(|note| CORRECTS_IT.is_match(start(note)))
}

/// A note or an order to editors that takes a text back.
fn is_withdrawing_note(line: &str) -> bool {
    let (note, said) = (note(line), start(note(line).unwrap_or(line)));
    WITHDRAWS_IT.is_match(said) || note.is_some() && WITHDRAWS_ITS_OWN.is_match(said)
}

/// As much of a line as a note takes: feeds print whole texts in one line.
fn start(line: &str) -> &str {
    &line[..line.floor_char_boundary(LONGEST_NOTE)]
}

/// What a note says: a line in brackets, behind two dashes, or headed as an editor's.
fn note(line: &str) -> Option<&str> {
    let start = line.trim_start_matches(opens_label);
    let headed = NOTES.iter().find_map(|head| {
        let rest = strip_folded(start, head)?;
        let said = rest.trim_start_matches(|c: char| c.is_whitespace() || "]):.,-–—*".contains(c));
        (said.len() < rest.len()).then_some(said)
    });
    headed.or_else(|| {
        let dashes = line.strip_prefix("--").or_else(|| line.strip_prefix('—'));
        let bracketed = line.strip_prefix(['(', '[']).filter(|rest| rest.contains([')', ']']));
        dashes.or(bracketed).map(str::trim_start)
    })
}

/// The line from each of its labels on: "UPDATE 2-CORRECTED-Lock shut" has two.
fn labels(line: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(line.trim_start_matches(opens_label)), |start| {
        let rest = DESK_LABELS.iter().find_map(|label| start.strip_prefix(label))?;
        let rest = rest
            .strip_prefix(' ')
            .map_or(rest, |number| number.trim_start_matches(|c: char| c.is_ascii_digit()));
        rest.strip_prefix(['-', ':']).map(str::trim_start)
    })
}

/// What stands behind the first label of a headline, if it begins with one.
fn after_label(title: &str) -> Option<&str> {
    let start = title.trim_start_matches(opens_label);
    let rest = labels(start).nth(1).or_else(|| {
        let kill = KILLS.iter().filter_map(|word| start.strip_prefix(word));
        let folded = KILL_NOTICES.iter().chain(CORRECTIONS);
        let folded = folded.filter_map(|word| strip_folded(start, word));
        kill.chain(folded).find(|rest| ends_label(rest))
    })?;
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || ":：])】-—–/|".contains(c));
    (!rest.is_empty()).then_some(rest)
}
/// Whether a label is over: with a colon, a closing bracket, or a dash that is no hyphen of prose.
fn ends_label(rest: &str) -> bool {
    let capitals_after = |rest: &str| rest.chars().next().is_none_or(|c| !c.is_lowercase());
    match rest.chars().next() {
        None | Some(':' | '：' | ']' | ')' | '】' | '—' | '–' | '/' | '|') => true,
        Some('-') => capitals_after(rest[1..].trim_start_matches(['-', ' '])),
        Some(' ') => {
            let rest = rest.trim_start();
            rest.starts_with(['-', '—', '–', ':', '(', '/', '|'])
        }
        _ => false,
    }
}

fn opens_label(c: char) -> bool {
    c.is_whitespace() || matches!(c, '[' | '(' | '【' | '*' | '/' | '"' | '“')
}

/// What follows `label`, which is in lower case, at the start of `text` in any case.
fn strip_folded<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    for wanted in label.chars() {
        if !rest.next()?.to_lowercase().eq([wanted]) {
            return None;
        }
    }
    Some(rest.as_str())
}
