//! Pages from outside: `stage extract`, hostile pages, and the process that reads them.

use std::{
    collections::HashMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;
use wiredesk::{
    extract::{MAX_ATTRIBUTES, MAX_BYTES, MAX_DEPTH, Refusal},
    parse::Context,
    text::normal,
    worker::{Failure, TIME_LIMIT, Worker},
};

use crate::support;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pages")
}

fn pier() -> String {
    fs::read_to_string(fixtures().join("pier.html")).unwrap()
}

/// Runs the stage in a folder; its exit code and lines, and what it says on standard error.
fn extracted(folder: &Path, arguments: &[&str]) -> (Option<i32>, Vec<Value>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_wiredesk"))
        .current_dir(folder)
        .args(["stage", "extract"])
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code(), lines, String::from_utf8(output.stderr).unwrap())
}

fn worker(limit: Duration) -> Worker {
    Worker::new(env!("CARGO_BIN_EXE_wiredesk").into(), limit)
}

#[test]
fn the_stage_prints_one_line_a_page() {
    let url = "https://arden-post.example/index.html";
    let (code, lines, _) = extracted(&fixtures(), &["--url", url, "pier.html"]);
    let wanted = fs::read_to_string(fixtures().join("pier.html.jsonl")).unwrap();
    assert_eq!(code, Some(0));
    assert_eq!(lines, [serde_json::from_str::<Value>(&wanted).unwrap()]);
}

#[test]
fn the_stage_goes_on_after_what_it_cannot_read() {
    let folder = tempfile::tempdir().unwrap();
    let deep = "<div>".repeat(MAX_DEPTH + 1);
    let wide = format!("<p {}>", "a ".repeat(MAX_ATTRIBUTES + 1));
    let pages = [
        ("deep", deep, Refusal::TooDeep.to_string()),
        ("empty", String::new(), Refusal::NoText.to_string()),
        ("long", "a".repeat(MAX_BYTES + 1), Refusal::TooLarge.to_string()),
        ("wide", wide, Refusal::TooManyAttributes.to_string()),
    ];
    for (name, page, _) in &pages {
        fs::write(folder.path().join(name), page).unwrap();
    }
    fs::write(folder.path().join("pier"), pier()).unwrap();
    let files = ["--stats", "missing", "deep", "empty", "long", "wide", "pier"];
    let (code, lines, stats) = extracted(folder.path(), &files);
    assert_eq!(code, Some(65));
    assert_eq!((&lines[0]["file"], lines[0]["error"].is_string()), (&"missing".into(), true));
    for (line, (name, _, error)) in lines[1..].iter().zip(&pages) {
        assert_eq!(line, &serde_json::json!({"file": name, "error": error}));
    }
    assert_eq!(lines[5]["title"], "Pier of Arden shut");
    let stats: Value = serde_json::from_str(&stats).unwrap();
    assert_eq!((&stats["documents"], &stats["matches"]), (&6.into(), &1.into()));
}

/// Pages that pass the guards and are made to be slow, deep or large inside a parser.
fn hostile() -> Vec<(&'static str, String)> {
    let numbered = |count: usize, tag: fn(usize) -> String| (0..count).map(tag).collect::<String>();
    let text = format!("<p>{}</p>", "The pier of Arden is shut. ".repeat(20));
    vec![
        ("nested blocks", format!("{}{text}", "<div>".repeat(MAX_DEPTH - 2))),
        ("nested words", format!("{}{text}", "<i><span>".repeat(MAX_DEPTH / 2 - 2))),
        ("nested tables", format!("{}{text}", "<table><tr><td>".repeat(MAX_DEPTH / 3 - 2))),
        ("nested lists", format!("{}{text}", "<ul><li>".repeat(MAX_DEPTH / 2 - 2))),
        ("nested quotes", format!("{}{text}", "<blockquote>".repeat(MAX_DEPTH - 2))),
        // Each is opened again in each paragraph.
        ("words never closed", numbered(900, |n| format!("<b id={n}>")) + &"<p>a</p>".repeat(2000)),
        ("crossed words", "<a><div></a></div>".repeat(100_000)),
        ("wide tags", format!("<p {}>", numbered(900, |n| format!("a{n}=b "))).repeat(300)),
        ("opened brackets", "<".repeat(MAX_BYTES)),
        ("opened quotes", "<p a='".repeat(MAX_BYTES / 6)),
        ("opened comments", "<!--".repeat(MAX_BYTES / 4)),
        ("one word", "a".repeat(MAX_BYTES)),
        ("many breaks", "<br>".repeat(MAX_BYTES / 4)),
        ("many paragraphs", "<p>a</p>".repeat(MAX_BYTES / 8)),
        ("many links", "<a href=b>a</a> ".repeat(MAX_BYTES / 16)),
        ("many cells", format!("<table>{}", "<td>a</td>".repeat(MAX_BYTES / 10 - 2))),
        ("references", "&#128512;&amp;".repeat(MAX_BYTES / 14)),
        ("deep data", format!("<script type='application/ld+json'>{}", "[".repeat(1 << 20))),
        ("zero bytes", "\0<br>".repeat(MAX_BYTES / 5)),
    ]
}

#[test]
fn hostile_pages_do_no_harm() {
    let mut worker = worker(TIME_LIMIT);
    let good = pier();
    for (name, page) in hostile() {
        let begun = Instant::now();
        let read = worker.extract(page.as_bytes(), &Context::default());
        let taken = begun.elapsed();
        let found = match read {
            Ok(page) => format!("{} bytes of text", page.text.len()),
            Err(failure) => failure.to_string(),
        };
        eprintln!("{name}: {found}, after {} ms", taken.as_millis());
        assert!(taken < TIME_LIMIT * 2, "{name}: {taken:?}");
        let again = worker.extract(good.as_bytes(), &Context::default()).unwrap();
        assert_eq!(again.title.as_deref(), Some("Pier of Arden shut"), "after {name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_small_page_ends_the_child(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..80, "(<|>|&|\"|'|</|<!--|]]>|<table>|</p>|<p>|<b>|</b>|<form>|<script>|<svg>|<math>|<template>|</body>|\u{0}|é|[a-z]){0,4}"), 0..12),
        tail in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let mut bytes = pier().into_bytes();
        for (at, length, inserted) in edits {
            let start = at.index(bytes.len() + 1);
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, inserted.into_bytes());
        }
        bytes.extend(tail);
        match worker(TIME_LIMIT).extract(&bytes, &Context::default()) {
            Ok(page) => {
                prop_assert!(!page.text.is_empty());
                prop_assert_eq!(normal::text(&page.text), page.text);
            }
            Err(failure) => prop_assert!(matches!(failure, Failure::Refused(_)), "{failure}"),
        }
    }
}

fn is_running(process: u32) -> bool {
    Path::new("/proc").join(process.to_string()).exists()
}

#[test]
fn a_child_that_is_gone_is_replaced() {
    let mut worker = worker(TIME_LIMIT);
    let page = pier();
    let mut seen = Vec::new();
    for _ in 0..3 {
        assert!(worker.extract(page.as_bytes(), &Context::default()).is_ok());
        let child = worker.child().unwrap();
        assert!(worker.extract(b"", &Context::default()).is_err());
        assert_eq!(worker.child(), Some(child), "it takes page after page");
        let killed = Command::new("kill").args(["-KILL", &child.to_string()]).status().unwrap();
        assert!(killed.success());
        let stat = format!("/proc/{child}/stat");
        let begun = Instant::now();
        while !fs::read_to_string(&stat).unwrap().contains(") Z ") {
            assert!(begun.elapsed() < TIME_LIMIT);
            std::thread::yield_now();
        }
        seen.push(child);
    }
    assert!(worker.extract(page.as_bytes(), &Context::default()).is_ok());
    seen.extend(worker.child());
    drop(worker);
    assert_eq!(seen.len(), 4);
    assert!(!seen.into_iter().any(is_running), "all are reaped");
}

#[test]
fn a_child_that_does_not_answer_is_killed_and_reaped() {
    let folder = tempfile::tempdir().unwrap();
    let (program, number) = (folder.path().join("program"), folder.path().join("number"));
    let script = format!("#!/bin/sh\necho $$ > '{}'\nexec sleep 600\n", number.display());
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    // Long enough for it to say its number.
    let limit = Duration::from_secs(2);
    let mut worker = Worker::new(program, limit);
    let begun = Instant::now();
    // More than the line holds, so that writing waits as reading does.
    let failure = worker.extract(&vec![b'a'; MAX_BYTES], &Context::default()).unwrap_err();
    assert!(matches!(failure, Failure::TooSlow(_)), "{failure}");
    assert!(begun.elapsed() >= limit);
    let child = fs::read_to_string(number).unwrap().trim().parse().unwrap();
    assert!(!is_running(child) && worker.child().is_none());
    let mut nowhere = Worker::new("/nowhere/wiredesk".into(), limit);
    let failure = nowhere.extract(b"", &Context::default()).unwrap_err();
    assert!(matches!(failure, Failure::Start(_)), "{failure}");
}

/// The runs of four words of a text, counted, as the set's own scorer cuts them.
fn runs(text: &str) -> HashMap<Vec<&str>, u32> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let words: Vec<_> = text.split(|c| !is_part(c)).filter(|word| !word.is_empty()).collect();
    let mut runs = HashMap::new();
    for run in words.windows(words.len().clamp(1, 4)) {
        *runs.entry(run.to_vec()).or_default() += 1;
    }
    runs
}

/// Precision and recall of a text.
fn score(found: &str, wanted: &str) -> (f64, f64) {
    let (found, wanted) = (runs(found), runs(wanted));
    let right = found.iter().map(|(run, n)| *n.min(wanted.get(run).unwrap_or(&0))).sum::<u32>();
    let share = |all: u32| if all == 0 { 0.0 } else { f64::from(right) / f64::from(all) };
    (share(found.values().sum()), share(wanted.values().sum()))
}

/// How many of how many.
#[derive(Default)]
struct Share(u32, u32);

impl Share {
    fn count(&mut self, is_right: bool) {
        self.0 += u32::from(is_right);
        self.1 += 1;
    }

    fn check(&self, what: &str, least: f64) {
        let share = f64::from(self.0) / f64::from(self.1);
        eprintln!("{what}: {} of {} ({share:.3})", self.0, self.1);
        assert!(share >= least, "{what}: {share:.3}");
    }
}

/// Words in lower case.
fn plain(text: &Value) -> String {
    let text = text.as_str().unwrap_or_default().to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

fn names(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().map(plain).collect()
}

#[test]
fn real_pages_are_read() {
    let Some(folder) = support::data("pages") else { return };
    let mut pages: Vec<_> = fs::read_dir(&folder).unwrap().map(|f| f.unwrap().path()).collect();
    pages.retain(|path| path.extension().is_some_and(|ending| ending == "html"));
    let files: Vec<_> = pages.iter().map(|path| path.to_str().unwrap()).collect();
    let (_, lines, stats) = extracted(&folder, &[&["--stats"], &files[..]].concat());
    assert_eq!(lines.len(), files.len());
    let [mut precision, mut recall] = [0.0; 2];
    let [mut title, mut day, mut author, mut sure] = [(); 4].map(|()| Share::default());
    for (path, line) in pages.iter().zip(&lines) {
        let truth = fs::read(path.with_extension("json")).unwrap();
        let truth: Value = serde_json::from_slice(&truth).unwrap();
        let found = line["text"].as_str().unwrap_or_default();
        let (p, r) = score(found, truth["body"].as_str().unwrap());
        precision += p;
        recall += r;
        sure.count(line.get("confidence").is_none());
        if truth.get("title").is_some() {
            title.count(plain(&line["title"]) == plain(&truth["title"]));
        }
        if let Some(date) = truth["date"].as_str() {
            let found = line["published"].as_str().and_then(|found| found.parse().ok());
            day.count(found.is_some_and(|found: Timestamp| found.to_string()[..10] == utc(date)));
        }
        let wanted = names(&truth["authors"]);
        if !wanted.is_empty() {
            author.count(names(&line["authors"]).iter().any(|name| wanted.contains(name)));
        }
    }
    let count = f64::from(u32::try_from(pages.len()).unwrap());
    let (precision, recall) = (precision / count, recall / count);
    let f1 = 2.0 * precision * recall / (precision + recall);
    eprintln!("text: P {precision:.3} R {recall:.3} F1 {f1:.3}\n{stats}");
    assert!(f1 >= 0.955, "F1 {f1:.3}");
    title.check("title", 0.85);
    day.check("day of publication", 0.92);
    author.check("any author", 0.85);
    sure.check("texts that both extractors found", 0.95);
    let stats: Value = serde_json::from_str(&stats).unwrap();
    assert!(stats["peak_bytes"].as_u64().unwrap() < 160 << 20, "{stats}");
}

/// The day in UTC of a date as the set writes it, which may lack its zone.
fn utc(date: &str) -> String {
    let moment = date.parse::<Timestamp>().or_else(|_| format!("{date}Z").parse());
    moment.unwrap().to_string()[..10].to_owned()
}
