//! The tools around rules: what their codes mean.

mod archive;
mod explain;
mod index;
mod list;
pub(crate) mod literate;
mod manual;
mod search;
mod trial;

use std::{collections::BTreeSet, fs, path::Path};

use wiredesk::query::codes;

use crate::support::wiredesk;

#[test]
fn every_code_in_the_source_has_an_entry_and_no_entry_is_idle() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/query");
    let mut given = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if file.is_dir() || file.ends_with("codes.rs") {
            continue;
        }
        let text = fs::read_to_string(file).unwrap();
        given.extend(text.split('"').filter(|part| is_code(part)).map(str::to_owned));
    }
    let known: BTreeSet<_> = codes::CODES.iter().map(|code| code.code.to_owned()).collect();
    assert_eq!(given, known);
}

fn is_code(text: &str) -> bool {
    text.len() == 4
        && text.starts_with(['E', 'W'])
        && text[1..].bytes().all(|byte| byte.is_ascii_digit())
}

#[test]
fn a_code_is_explained_with_a_mistake_and_its_mending() {
    let answer = wiredesk(&["rules", "explain-error", "w201"]);
    assert!(answer.status.success());
    let text = String::from_utf8(answer.stdout).unwrap();
    assert!(text.starts_with("W201: AND and OR side by side\n\nWithout parentheses"), "{text}");
    assert!(text.contains("warning[W201]") && text.contains("^^^^"), "{text}");
    assert!(text.ends_with("mended:\n  Norland AND (harbour OR pier)\n"), "{text}");
}

#[test]
fn an_unknown_code_is_answered_with_the_nearest() {
    let answer = wiredesk(&["rules", "explain-error", "e1044"]);
    assert_eq!(answer.status.code(), Some(64));
    let text = String::from_utf8(answer.stderr).unwrap();
    assert_eq!(text, "error: there is no code e1044: did you mean E104?\n");
}

#[test]
fn problems_of_a_file_of_queries_are_at_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queries.txt");
    fs::write(&file, "Norland\r\n\r\nNorland AND (härbour\n\"Arden\" pier").unwrap();
    let answer = wiredesk(&["check", "--queries", file.to_str().unwrap()]);
    assert_eq!(answer.status.code(), Some(78));
    let text = String::from_utf8(answer.stdout).unwrap();
    for place in
        ["queries.txt:3:13\n", "3 | Norland AND (härbour\n  |             ^\n", "queries.txt:4:1\n"]
    {
        assert!(text.contains(place), "{place} is not in\n{text}");
    }
}
