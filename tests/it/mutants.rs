//! Queries, articles, pages and feeds with letters and lines lost, doubled, moved and put in: none does harm.

use std::{fs, path::Path};

use crate::support::wire::Dice;

#[path = "../../fuzz/checks.rs"]
mod checks;

/// What breaks things.
const PIECES: [&str; 28] = [
    "(",
    ")",
    "\"",
    "“",
    "{",
    "}",
    "/",
    "$",
    "*",
    "?",
    "~2",
    "^-3",
    " NOT ",
    " AND ",
    " OR ",
    " NEAR/3 ",
    " w/s ",
    "title:",
    "2 OF (",
    "=",
    "\n",
    "\u{ad}",
    "ʼ",
    "北",
    "ß",
    "\u{301}",
    "\\",
    "e\u{301}.g.",
];

fn seeds(target: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut seeds: Vec<String> = files.map(|file| fs::read_to_string(file).unwrap()).collect();
    seeds.sort();
    seeds
}

fn pick(dice: &mut Dice, below: usize) -> usize {
    usize::try_from(dice.roll(0..u64::try_from(below.max(1)).unwrap())).unwrap()
}

/// One change to a text.
fn mutate(text: &str, seeds: &[String], dice: &mut Dice) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let from = pick(dice, chars.len() + 1);
    let to = (from + pick(dice, 12)).min(chars.len());
    match dice.roll(0..5) {
        0 => drop(chars.drain(from..to)),
        1 => {
            let again = chars[from..to].to_vec();
            chars.splice(from..from, again);
        }
        2 => {
            let other: Vec<char> = seeds[pick(dice, seeds.len())].chars().collect();
            let start = pick(dice, other.len());
            chars.splice(from..to, other[start..].iter().copied().take(20));
        }
        3 => chars[from..to].reverse(),
        _ => drop(chars.splice(from..from, PIECES[pick(dice, PIECES.len())].chars())),
    }
    chars.into_iter().collect()
}

/// Gives so many mutants to a check; how many it had a use for.
fn run(target: &str, mutants: u64, mut check: impl FnMut(&str) -> bool) -> u64 {
    let seeds = seeds(target);
    assert!(seeds.len() > 10);
    let used = (0..mutants).map(|number| {
        let mut dice = Dice(number);
        let mut text = seeds[pick(&mut dice, seeds.len())].clone();
        for _ in 0..dice.roll(0..6) {
            text = mutate(&text, &seeds, &mut dice);
        }
        u64::from(check(&text))
    });
    used.sum()
}

#[test]
fn mutated_queries_do_no_harm() {
    run("query", 4_000, |text| {
        checks::query(text);
        true
    });
}

#[test]
fn mutated_articles_do_no_harm() {
    let used = run("matching", 4_000, checks::matching);
    assert!(used > 1_000, "only {used} had a query");
}

#[test]
fn mutated_pages_do_no_harm() {
    let used = run("extract", 1_000, checks::page);
    assert!(used > 500, "only {used} had a text");
}

#[test]
fn mutated_feeds_do_no_harm() {
    let used = run("parse", 4_000, |text| checks::feed(text.as_bytes()));
    assert!(used > 1_500, "only {used} had items");
}

#[test]
fn mutated_pieces_of_feeds_cost_no_neighbour() {
    run("tolerant", 4_000, |text| {
        checks::damage(text);
        true
    });
}

#[test]
fn mutated_agency_documents_do_no_harm() {
    let used = run("wire", 3_000, |text| checks::feed(text.as_bytes()));
    assert!(used > 2_000, "only {used} had items");
}
