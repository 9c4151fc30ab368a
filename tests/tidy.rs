//! The house rules that the compiler does not know; see the crate documentation for why.
#![expect(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Who may import whom. A row may only name rows above it; a module may always import itself.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("diagnostic", &[]),
    ("clock", &[]),
    ("text", &["model"]),
    ("schedule", &["model"]),
    ("parse", &["model", "text"]),
    ("extract", &["text", "parse"]),
    ("worker", &["parse", "extract"]),
    ("story", &["model", "text"]),
    ("query", &["model", "diagnostic", "text"]),
    ("rule", &["model", "diagnostic", "text", "query"]),
    ("alert", &["model", "text", "story", "query", "rule"]),
    ("fetch", &["model"]),
    ("store", &["model", "schedule", "story", "query", "rule", "alert"]),
    ("mail", &["model"]),
    ("channel", &["model", "alert", "fetch", "mail"]),
    ("systemd", &[]),
    ("observe", &["model"]),
    (
        "config",
        &[
            "model",
            "diagnostic",
            "clock",
            "text",
            "schedule",
            "story",
            "query",
            "rule",
            "alert",
            "fetch",
            "store",
            "mail",
            "channel",
            "observe",
        ],
    ),
    (
        "pipeline",
        &[
            "model",
            "diagnostic",
            "clock",
            "text",
            "schedule",
            "parse",
            "extract",
            "worker",
            "story",
            "query",
            "rule",
            "alert",
            "fetch",
            "store",
            "mail",
            "channel",
            "observe",
            "config",
        ],
    ),
    // What commands and pages both tell: it asks rules of articles by the function that polls use.
    (
        "view",
        &[
            "model",
            "diagnostic",
            "text",
            "schedule",
            "story",
            "query",
            "rule",
            "alert",
            "store",
            "config",
            "pipeline",
        ],
    ),
    // A page tries a query, explains an article and makes a feed by the functions that the commands
    // and the deliverer use: the language, the excerpts, the feed of a channel.
    (
        "web",
        &[
            "model",
            "diagnostic",
            "clock",
            "schedule",
            "story",
            "query",
            "rule",
            "alert",
            "store",
            "observe",
            "config",
            "pipeline",
            "view",
        ],
    ),
    (
        "daemon",
        &[
            "model",
            "diagnostic",
            "clock",
            "text",
            "schedule",
            "parse",
            "story",
            "query",
            "rule",
            "alert",
            "fetch",
            "store",
            "mail",
            "channel",
            "systemd",
            "observe",
            "config",
            "pipeline",
            "web",
        ],
    ),
    ("demo", &["model", "clock"]),
    (
        "cli",
        &[
            "model",
            "diagnostic",
            "clock",
            "text",
            "schedule",
            "parse",
            "extract",
            "worker",
            "story",
            "query",
            "rule",
            "alert",
            "fetch",
            "store",
            "mail",
            "channel",
            "systemd",
            "observe",
            "config",
            "pipeline",
            "view",
            "web",
            "daemon",
            "demo",
        ],
    ),
];

/// Modules that decide and never touch the world.
const PURE: &[&str] = &[
    "model",
    "diagnostic",
    "text",
    "schedule",
    "parse",
    "extract",
    "story",
    "query",
    "rule",
    "alert",
];

/// What a pure module may not name.
const WORLD: &[&str] = &[
    "tokio",
    "rusqlite",
    "reqwest",
    "lettre",
    "axum",
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "std::process",
    "std::time::SystemTime",
    "std::time::Instant",
    "Instant",
    "SystemTime",
];

/// What `config` may name of an edge.
const EDGES: &[&str] = &["fetch", "store", "mail", "channel", "observe"];
const NAMES_OF_AN_EDGE: &[&str] = &[
    "Settings",
    "Access",
    "AccessError",
    "Allowed",
    "SmtpSettings",
    "Timeouts",
    "Tls",
    "Endpoint",
    "Webhook",
    "Command",
];

/// The longest a file may be.
const MAX_LINES: usize = 500;

struct Source {
    module: String,
    path: PathBuf,
    text: String,
}

impl Source {
    /// The code without comments and string contents that could be mistaken for it.
    fn code(&self) -> String {
        self.text
            .lines()
            .map(|line| line.split("//").next().unwrap())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    rust_files(&src)
        .into_iter()
        .map(|path| {
            let first = path.strip_prefix(&src).unwrap().components().next().unwrap();
            let module = first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).unwrap();
            Source { module, path, text }
        })
        .collect()
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Every path named after `crate::` in code, with groups spelled out.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == ':' || c == '$')) {
            expand(&code[at + "crate::".len()..], "", &mut found);
        }
    }
    found
}

/// Reads one path or group at the start of `rest`; returns how many bytes it took.
fn expand(rest: &str, prefix: &str, found: &mut Vec<String>) -> usize {
    let mut at = 0;
    let bytes = rest.as_bytes();
    if bytes.first() == Some(&b'{') {
        at += 1;
        while at < bytes.len() && bytes[at] != b'}' {
            if bytes[at].is_ascii_whitespace() || bytes[at] == b',' {
                at += 1;
            } else {
                at += expand(&rest[at..], prefix, found).max(1);
            }
        }
        return at + 1;
    }
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    at += name.len();
    let path = if prefix.is_empty() { name } else { format!("{prefix}::{name}") };
    if rest[at..].starts_with("::") {
        return at + 2 + expand(&rest[at + 2..], &path, found);
    }
    found.push(path);
    let renamed = rest[at..].strip_prefix(" as ").map_or(0, |alias| {
        4 + alias.chars().take_while(|c| c.is_alphanumeric() || *c == '_').count()
    });
    at + renamed
}

fn check(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn imports_point_downwards() {
    let allowed: BTreeMap<_, _> = MAY_IMPORT.iter().copied().collect();
    let mut faults = Vec::new();
    for source in sources() {
        if matches!(source.module.as_str(), "lib" | "main") {
            continue;
        }
        let Some(may) = allowed.get(source.module.as_str()) else {
            faults.push(format!(
                "{}: `{}` has no row in MAY_IMPORT",
                source.path.display(),
                source.module
            ));
            continue;
        };
        for path in imports(&source.code()) {
            let (name, rest) = path.split_once("::").unwrap_or((&path, ""));
            if name != source.module && !may.contains(&name) {
                faults.push(format!(
                    "{}: `{}` may not import `{name}`",
                    source.path.display(),
                    source.module
                ));
            }
            let last = rest.rsplit("::").next().unwrap_or(rest);
            let whole = rest.is_empty() || rest == "self";
            if source.module == "config"
                && EDGES.contains(&name)
                && !whole
                && !NAMES_OF_AN_EDGE.contains(&last)
            {
                faults.push(format!(
                    "{}: of `{name}`, `config` may name only settings",
                    source.path.display()
                ));
            }
        }
    }
    check(&faults);
}

#[test]
fn the_import_table_has_no_circle() {
    for (at, (module, may)) in MAY_IMPORT.iter().enumerate() {
        for name in *may {
            let above = MAY_IMPORT[..at].iter().any(|(row, _)| row == name);
            assert!(above, "`{module}` names `{name}`, which is not above it");
        }
    }
}

#[test]
fn the_import_table_names_every_module() {
    for (module, _) in MAY_IMPORT {
        assert!(sources().iter().any(|s| s.module == *module), "`{module}` has a row and no code");
    }
}

#[test]
fn pure_modules_do_not_touch_the_world() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|s| PURE.contains(&s.module.as_str())) {
        let code = source.code();
        for word in WORLD {
            if code.contains(&format!("{word}::")) || code.contains(&format!("use {word};")) {
                faults.push(format!("{}: pure, and names `{word}`", source.path.display()));
            }
        }
    }
    check(&faults);
}

#[test]
fn every_file_says_its_job_and_stays_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut faults = Vec::new();
    let files =
        ["src", "tests", "benches"].iter().map(|dir| root.join(dir)).filter(|dir| dir.exists());
    for path in files.flat_map(|dir| rust_files(&dir)) {
        let text = fs::read_to_string(&path).unwrap();
        if !text.starts_with("//! ") {
            faults.push(format!("{}: the first line is not a `//!` sentence", path.display()));
        }
        let lines = text.lines().count();
        if lines > MAX_LINES {
            faults.push(format!("{}: {lines} lines, {MAX_LINES} allowed", path.display()));
        }
    }
    check(&faults);
}

#[test]
fn no_channel_carries_data_between_tasks() {
    let faults: Vec<_> = sources()
        .iter()
        .filter(|s| s.code().contains("mpsc"))
        .map(|s| format!("{}: the database is the only queue", s.path.display()))
        .collect();
    check(&faults);
}

#[test]
fn the_live_configuration_is_read_once_per_trip() {
    let readers: Vec<_> = sources()
        .iter()
        .filter(|s| s.module == "pipeline" && s.code().contains(".live()"))
        .map(|s| s.path.clone())
        .collect();
    assert!(readers.len() <= 2, "read the configuration once, at the start of a trip: {readers:?}");
}

#[test]
fn no_test_is_ignored() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let faults: Vec<_> = ["src", "tests"]
        .iter()
        .flat_map(|dir| rust_files(&root.join(dir)))
        .filter(|path| {
            !path.ends_with("tidy.rs") && fs::read_to_string(path).unwrap().contains("#[ignore")
        })
        .map(|path| format!("{}: a test that does not run proves nothing", path.display()))
        .collect();
    check(&faults);
}

#[test]
fn groups_and_renames_in_imports_are_understood() {
    let code =
        "use crate::{a::{B, c::D as E}, f};\nuse crate::g;\npub(crate) fn x() { crate::h::i(); }";
    assert_eq!(imports(code), ["a::B", "a::c::D", "f", "g", "h::i"]);
}
