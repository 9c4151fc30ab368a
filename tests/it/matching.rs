//! The rule language from outside: conformance cases, and the bench's expected matches.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;
use wiredesk::query::{self, Aliases};

use crate::support;

fn wiredesk(args: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wiredesk")).args(args).output().unwrap()
}

fn path(text: &str) -> &Path {
    Path::new(text)
}

/// What `stage match` says of one article, or the codes of `check --queries --json`.
fn ask(folder: &Path, case: &Value) -> (Output, Output) {
    let write = |name: &str, text: String| {
        let file = folder.join(name);
        fs::write(&file, text).unwrap();
        file
    };
    let queries = write("queries.txt", format!("{}\n", case["query"].as_str().unwrap()));
    let mut article = case["doc"].as_object().cloned().unwrap_or_default();
    article.insert("id".to_owned(), "x".into());
    let article = write("article.jsonl", format!("{}\n", Value::from(article)));
    let aliases = case["aliases"].as_object().cloned().unwrap_or_default();
    let alias = |(name, text): (&String, &Value)| format!("{name} = {text}\n");
    let aliases = write(
        "aliases.toml",
        format!("[alias]\n{}", aliases.iter().map(alias).collect::<String>()),
    );
    let matched = wiredesk(&[
        path("stage"),
        path("match"),
        path("--queries"),
        &queries,
        path("--aliases"),
        &aliases,
        &article,
    ]);
    let checked = wiredesk(&[
        path("check"),
        path("--queries"),
        &queries,
        path("--aliases"),
        &aliases,
        path("--json"),
    ]);
    (matched, checked)
}

#[test]
fn a_query_and_an_article_give_spans_in_characters() {
    let folder = tempfile::tempdir().unwrap();
    let case = serde_json::json!({
        "query": "Überfall AND pier NOT cricket",
        "doc": {"title": "Überfall am Pier", "body": "Nichts."},
    });
    let (matched, checked) = ask(folder.path(), &case);
    assert!(checked.stdout.is_empty());
    let line: Value = serde_json::from_slice(&matched.stdout).unwrap();
    let spans = serde_json::json!([
        {"field": "title", "start": 0, "end": 8},
        {"field": "title", "start": 12, "end": 16},
    ]);
    assert_eq!(line, serde_json::json!({"id": "x", "matches": [{"rule": 1, "spans": spans}]}));
}

#[test]
fn a_query_that_does_not_compile_matches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (matched, checked) = ask(folder.path(), &serde_json::json!({"query": "a b", "doc": {}}));
    assert_eq!((matched.status.code(), matched.stdout.len()), (Some(78), 0));
    assert_eq!(checked.status.code(), Some(78));
    let first: Value =
        serde_json::from_slice(checked.stdout.split(|b| *b == b'\n').next().unwrap()).unwrap();
    assert_eq!(first["code"], "E104");
    assert_eq!((&first["start"], &first["end"]), (&0.into(), &3.into()));
}

/// Whether a conformance case holds: the verdict on its article, or the first problem's code and
/// place.
fn holds(case: &Value) -> bool {
    let aliases: Aliases = case["aliases"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, text)| (name.clone(), text.as_str().unwrap().to_owned()))
        .collect();
    let text = case["query"].as_str().unwrap();
    let (query, diagnostics) = query::parse(text, &aliases);
    if case["expect"] == "error" {
        let Some(first) = diagnostics.first() else { return false };
        let characters = |bytes: usize| text[..bytes].chars().count();
        let span = serde_json::json!([characters(first.span.start), characters(first.span.end)]);
        return query.is_none()
            && first.code == case["error"].as_str()
            && (case["span"].is_null() || case["span"] == span);
    }
    query.is_some()
}

#[test]
fn the_conformance_cases_hold() {
    let Some(data) = support::data("rules/cases.jsonl") else { return };
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(data).unwrap();
    let cases: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut broken = Vec::new();
    for case in &cases {
        let mut held = holds(case);
        if held && case["expect"].is_boolean() {
            let (matched, _) = ask(folder.path(), case);
            held = matched.status.success() && !matched.stdout.is_empty() == case["expect"];
        }
        if !held {
            broken.push(case["id"].as_str().unwrap());
        }
    }
    assert!(cases.len() > 300, "only {} cases were read", cases.len());
    assert!(broken.is_empty(), "{} of {} do not hold: {broken:?}", broken.len(), cases.len());
}

/// The sets of queries whose matches are known.
const SETS: &[&str] = &["1k", "10k", "ext-10k", "100k", "sparse-100k"];

/// Most memory that a set may take, in bytes.
const MOST_MEMORY: u64 = 150 << 20;

#[test]
fn every_set_of_queries_finds_what_it_must() {
    let Some(bench) = support::data("rules/bench") else { return };
    for set in SETS {
        let queries = bench.join(format!("queries-{set}.txt"));
        let matched = wiredesk(&[
            path("stage"),
            path("match"),
            path("--stats"),
            path("--queries"),
            &queries,
            &bench.join("articles.jsonl"),
        ]);
        assert!(matched.status.success());
        let lines = matched.stdout.split(|b| *b == b'\n').filter(|line| !line.is_empty());
        let found: BTreeMap<_, _> = lines.map(matches_of).collect();
        let expected = fs::read_to_string(bench.join(format!("expected-{set}.tsv"))).unwrap();
        let expected: BTreeMap<_, _> = expected
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .map(|(id, list)| (id.to_owned(), numbers(list)))
            .filter(|(_, list)| !list.is_empty())
            .collect();
        assert!(expected.len() > 900);
        assert!(found == expected, "the matches of {set} differ from the expected file");
        let stats: Value = serde_json::from_slice(&matched.stderr).unwrap();
        let most = stats["peak_bytes"].as_u64().unwrap();
        assert!(most <= MOST_MEMORY, "{set} takes {most} bytes");
    }
}

fn matches_of(line: &[u8]) -> (String, BTreeSet<u64>) {
    let line: Value = serde_json::from_slice(line).unwrap();
    let id = line["id"].as_str().map_or_else(|| line["id"].to_string(), str::to_owned);
    let rules = line["matches"].as_array().unwrap().iter();
    (id, rules.map(|found| found["rule"].as_u64().unwrap()).collect())
}

fn numbers(list: &str) -> BTreeSet<u64> {
    let words = list.split([' ', ',']).filter(|word| !word.is_empty());
    words.map(|word| word.parse().unwrap()).collect()
}
