//! Real documents of agencies, field by field against what they should say.

use std::{collections::BTreeMap, fs, path::Path};

use jiff::Timestamp;
use serde_json::Value;

use super::lines;
use crate::support;

/// Right fields in per mille that each format must reach; what is missing is in dispute, or cannot
/// be told from so few words.
const FLOORS: [(&str, usize); 12] = [
    ("anpa1312", 1000),
    ("ap-media", 1000),
    ("dpa-digitalwires", 1000),
    ("email", 870),
    ("fingerpost-ninjs", 1000),
    ("iptc7901", 1000),
    ("newsml-1.2", 930),
    ("newsml-g2", 970),
    ("ninjs", 980),
    ("nitf", 980),
    ("ritzau-xml", 1000),
    ("all", 970),
];

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn inside(small: &str, large: &str) -> bool {
    words(large).join(" ").contains(&words(small).join(" "))
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// The fields that an expectation names, and whether each is as it should be.
fn checks(got: &Value, wanted: &Value) -> Vec<(&'static str, bool)> {
    let (norm, body) = (&wanted["norm"], &wanted["body"]);
    let mut checks = vec![("item", !got.is_null())];
    for (ours, theirs) in [
        ("raw_id", "guid"),
        ("title", "headline"),
        ("slugline", "slugline"),
        ("byline", "byline"),
        ("credit", "credit"),
    ] {
        let (found, wanted) = (text(got, ours), text(wanted, theirs));
        if !wanted.is_empty() {
            let is_same = words(found) == words(wanted);
            checks.push((ours, is_same || ours != "raw_id" && inside(wanted, found)));
        }
    }
    let place = text(norm, "dateline_place");
    if !place.is_empty() {
        checks.push(("dateline", inside(place, text(got, "dateline"))));
    }
    let main = |code: &str| code.split('-').next().unwrap_or_default().to_lowercase();
    if !text(norm, "lang").is_empty() {
        checks.push(("language", main(text(got, "language")) == main(text(norm, "lang"))));
    }
    if !text(norm, "action").is_empty() {
        checks.push(("action", got["action"] == norm["action"]));
    }
    let moment = |text: &str| text.parse::<Timestamp>().ok();
    if !text(norm, "hold_until").is_empty() {
        let same = moment(text(got, "hold_until")) == moment(text(norm, "hold_until"));
        checks.push(("hold_until", same));
    }
    if let Some(wanted) = body["words"].as_u64().filter(|words| *words > 0) {
        let found = text(got, "text");
        let counts = [found.split_whitespace().count(), words(found).len()];
        let allowed = (wanted * 3 / 100).max(3);
        let near = |count: &usize| u64::try_from(*count).unwrap().abs_diff(wanted) <= allowed;
        checks.push(("words", counts.iter().any(near)));
        let (first, last) = (words(text(body, "first")), words(text(body, "last")));
        let last = &last[last.len().saturating_sub(10)..];
        let ends = [first[..first.len().min(12)].join(" "), last.join(" ")];
        let all = words(found).join(" ");
        checks.push(("ends", ends.iter().all(|end| all.contains(end))));
    }
    checks
}

fn expectations(folder: &Path) -> Vec<Value> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| path.to_string_lossy().ends_with(".expected.json"));
    names.sort();
    names.iter().map(|path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap()).collect()
}

#[test]
fn real_documents_say_what_they_should() {
    let Some(folder) = support::data("wire") else { return };
    let expected = expectations(&folder);
    let names: Vec<String> = expected.iter().map(|one| text(one, "file").to_owned()).collect();
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in lines(&folder, &names) {
        found.entry(text(&line, "file").to_owned()).or_default().push(line);
    }
    let mut table: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let (mut wrong, mut actions) = (Vec::new(), Vec::new());
    for one in &expected {
        let got = found.get(text(one, "file")).cloned().unwrap_or_default();
        for (at, wanted) in one["items"].as_array().unwrap().iter().enumerate() {
            for (field, right) in checks(got.get(at).unwrap_or(&Value::Null), wanted) {
                for kind in [text(one, "format"), "all"] {
                    let (rights, fields) = table.entry(kind).or_default();
                    *rights += usize::from(right);
                    *fields += 1;
                }
                if !right {
                    wrong.push(format!("{}[{at}].{field}", text(one, "id")));
                }
                if !right && ["action", "item"].contains(&field) {
                    actions.push(text(one, "id"));
                }
            }
        }
    }
    for (format, (right, fields)) in &table {
        eprintln!("{format:17} {right:>4} of {fields:>4} fields");
    }
    eprintln!("wrong: {}", wrong.join(" "));
    assert!(expected.len() >= 60, "{} documents", expected.len());
    assert!(actions.is_empty(), "{actions:?}");
    for (format, floor) in FLOORS {
        let (right, fields) = table[format];
        assert!(right * 1000 >= fields * floor, "{format}: {right} of {fields}");
    }
}
