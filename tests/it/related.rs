//! Stories of one event told in other words, over the labelled sets: which are linked.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use serde_json::Value;

use crate::support;

/// What `stage cluster --pairs` finds in a set.
struct Found {
    story: BTreeMap<String, String>,
    links: BTreeSet<(String, String)>,
}

impl Found {
    fn of(articles: &str) -> Self {
        let output = support::wiredesk(&["stage", "cluster", "--pairs", articles]);
        assert!(output.status.success());
        let (mut story, mut pairs) = (BTreeMap::new(), Vec::new());
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| line[key].as_str().unwrap().to_owned();
            if line["story"].is_string() {
                story.insert(text("id"), text("story"));
            } else if line["verdict"] == "related" {
                pairs.push((text("a"), text("b")));
            }
        }
        let links = pairs.iter().map(|(a, b)| ordered(&story[a], &story[b])).collect();
        Self { story, links }
    }

    /// Whether the stories of two articles are linked; nothing where they are one.
    fn linked(&self, a: &str, b: &str) -> Option<bool> {
        let (a, b) = (&self.story[a], &self.story[b]);
        (a != b).then(|| self.links.contains(&ordered(a, b)))
    }
}

fn ordered(a: &str, b: &str) -> (String, String) {
    if a < b { (a.to_owned(), b.to_owned()) } else { (b.to_owned(), a.to_owned()) }
}

/// Pairs labelled as one event must be linked; templates, look-alikes and unrelated texts must not.
/// Floors stand a little under what was measured, so that only a loss fails.
fn check(set: &str, least_precision: f64, least_recall: f64) {
    let Some(folder) = support::data(&format!("copies/{set}")) else { return };
    let found = Found::of(folder.join("docs.jsonl").to_str().unwrap());
    let (mut right, mut wrong, mut missed) = (0.0, 0.0, 0.0);
    for row in fs::read_to_string(folder.join("pairs.tsv")).unwrap().lines().skip(1) {
        let cells: Vec<_> = row.split('\t').collect();
        match (cells[2], found.linked(cells[0], cells[1])) {
            ("event", Some(true)) => right += 1.0,
            ("event", Some(false)) => missed += 1.0,
            ("template" | "unrelated", Some(true)) => wrong += 1.0,
            _ => {}
        }
    }
    let (precision, recall) = (right / (right + wrong), right / (right + missed));
    eprintln!("{set}: related P {precision:.3} R {recall:.3}");
    assert!(precision >= least_precision, "{set}: P {precision:.3}, at least {least_precision}");
    assert!(recall >= least_recall, "{set}: R {recall:.3}, at least {least_recall}");
}

#[test]
fn one_event_in_other_words_is_linked_and_look_alikes_are_not() {
    check("newsroom", 0.99, 0.6);
    check("newsroom-languages", 0.99, 0.5);
    check("newscluster", 0.99, 0.27);
    check("allsides", 0.99, 0.5);
}
