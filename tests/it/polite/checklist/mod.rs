//! `docs/polling.md` is this table; a test that it names must exist.

mod conditional;
mod mechanics;
mod rate;

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use crate::rules::literate::settle;

/// Number, what a server does, what Wiredesk does, and the tests that show it: the path of the file
/// as a module, and the name.
type Item = (u32, &'static str, &'static str, &'static [&'static str]);

const HEAD: &str = "\
<!-- Written by a test from tests/it/polite/checklist. -->
# How servers are asked

What a server does, what Wiredesk does then, and the tests that show it; each name is the path of a \
file under `tests/it` or `src`, and a test in it.

Beyond the list: WebSub is not spoken, feeds are polled. There is no switch to speak HTTP/1 only \
to one feed.
";

#[test]
fn the_table_of_polling_is_made_of_tests_that_exist() {
    let parts = [
        ("Asking again", conditional::ITEMS),
        ("When, and how often", rate::ITEMS),
        ("What goes over the wire", mechanics::ITEMS),
    ];
    let numbers = parts.iter().flat_map(|(_, items)| *items).map(|item| item.0);
    assert!(numbers.eq(1..=56));
    let known = tests();
    let mut table = HEAD.to_owned();
    for (title, items) in parts {
        write!(
            table,
            "\n## {title}\n\n| | a server that | Wiredesk | tests |\n| --: | --- | --- | --- |\n"
        )
        .unwrap();
        for (number, server, wiredesk, shown_by) in items {
            assert!(!shown_by.is_empty(), "{number}");
            for test in *shown_by {
                let (module, name) = test.rsplit_once("::").unwrap();
                let exists = known.get(module).is_some_and(|names| names.iter().any(|n| n == name));
                assert!(exists, "{number}: there is no test {test}");
            }
            let tests: Vec<_> = shown_by.iter().map(|test| format!("`{test}`")).collect();
            writeln!(table, "| {number} | {server} | {wiredesk} | {} |", tests.join("<br>"))
                .unwrap();
        }
    }
    settle(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/polling.md"), &table);
}

/// The names of all tests by the path of their file, as a module.
fn tests() -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::<String, Vec<String>>::new();
    for root in ["src", "tests/it"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| end == "rs") {
                    let file = path.strip_prefix(&root).unwrap().with_extension("");
                    let module = file.to_str().unwrap().replace('/', "::");
                    let module = module.trim_end_matches("::mod").to_owned();
                    found
                        .entry(module)
                        .or_default()
                        .extend(named(&fs::read_to_string(&path).unwrap()));
                }
            }
        }
    }
    found
}

/// The functions that follow on the attribute of a test.
fn named(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut lines = source.lines().map(str::trim);
    while let Some(line) = lines.next() {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            let function = lines.by_ref().find_map(|line| Some(line.split_once("fn ")?.1));
            names.extend(function.and_then(|rest| Some(rest.split_once('(')?.0.to_owned())));
        }
    }
    names
}
