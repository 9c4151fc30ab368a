//! Captured feeds read by us and by another parser: what agrees, by kind of file, and why the rest
//! does not.

use std::{collections::BTreeMap, fs};

use serde_json::Value;
use wiredesk::{
    model::Item,
    parse::{Context, Parsed, parse},
    text::html,
};

use super::URL;
use crate::support;

/// How many of how many agree.
#[derive(Clone, Copy, Default)]
struct Share(usize, usize);

impl Share {
    fn count(&mut self, agrees: bool) {
        self.0 += usize::from(agrees);
        self.1 += 1;
    }

    fn per_mille(self) -> usize {
        self.0 * 1000 / self.1.max(1)
    }
}

/// What is compared, and how many of a thousand must agree: of the captured feeds, and of all.
const FLOORS: [(&str, usize, usize); 6] = [
    ("count", 995, 990),
    ("title", 995, 995),
    ("link", 990, 990),
    ("date", 990, 990),
    ("id", 980, 980),
    ("feed-rs", 995, 990),
];

/// The shares of one kind of file.
type Row = BTreeMap<&'static str, Share>;

#[test]
fn captured_feeds_are_read_as_others_read_them() {
    let Some(folder) = support::data("feeds") else { return };
    let mut table: BTreeMap<String, Row> = BTreeMap::new();
    let mut choices: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in fs::read_dir(folder.join("expected")).unwrap() {
        let wanted: Value =
            serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap()).unwrap();
        let bytes = fs::read(folder.join("feeds").join(wanted["file"].as_str().unwrap())).unwrap();
        let context = Context { url: Some(URL), content_type: None };
        let parsed = parse(&bytes, &context).unwrap_or_default();
        let row = compare(&parsed, &wanted, &mut choices);
        for kind in [wanted["kind"].as_str().unwrap(), "all"] {
            let sum = table.entry(kind.to_owned()).or_default();
            for (what, share) in &row {
                let sum = sum.entry(what).or_default();
                *sum = Share(sum.0 + share.0, sum.1 + share.1);
            }
        }
    }
    for (kind, row) in &table {
        eprint!("{kind:<12}");
        for (what, ..) in FLOORS {
            let share = row.get(what).copied().unwrap_or_default();
            eprint!("{what} {:>4} of {:<6}", share.per_mille(), share.1);
        }
        eprintln!();
    }
    eprintln!(
        "per mille of how many; choices of the other parser that count as agreeing: {choices:?}"
    );
    for (what, of_captured, of_all) in FLOORS {
        for (kind, floor) in [("captured", of_captured), ("all", of_all)] {
            let share = table[kind][what].per_mille();
            assert!(share >= floor, "{what} of {kind}: {share}");
        }
    }
}

/// Compares a document with what the other parser read of it; fields of which its own double check
/// was not sure are left out.
fn compare(parsed: &Parsed, wanted: &Value, choices: &mut BTreeMap<&str, usize>) -> Row {
    let mut row = Row::new();
    let by_library = !parsed.repairs.contains(&"an item that feed-rs could not read");
    row.entry("feed-rs").or_default().count(by_library);
    let same = wanted["entry_count"] == parsed.items.len();
    row.entry("count").or_default().count(same);
    let doubts = wanted["disagreements"].to_string();
    let entries = wanted["entries"].as_array().unwrap();
    for (item, entry) in parsed.items.iter().zip(entries).filter(|_| same) {
        for (what, ways) in [
            ("title", title(item, entry)),
            ("link", vec![(AS_IT_IS, text(entry, "link") == or_empty(item.url.as_ref()))]),
            ("id", id(item, entry)),
            ("date", vec![(AS_IT_IS, date(item, entry))]),
        ] {
            if doubts.contains(&format!("].{what} ")) {
                continue;
            }
            let agrees = ways.into_iter().find(|(_, agrees)| *agrees);
            row.entry(what).or_default().count(agrees.is_some());
            if let Some((choice, _)) = agrees.filter(|(choice, _)| *choice != AS_IT_IS) {
                *choices.entry(choice).or_default() += 1;
            }
        }
    }
    row
}

const AS_IT_IS: &str = "";

/// Ways to agree: as it is, or once a choice of the other parser is undone, which has a name.
type Ways = Vec<(&'static str, bool)>;

/// Headlines agree in their words.
fn title(item: &Item, entry: &Value) -> Ways {
    let words = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    let ours = words(or_empty(item.title.as_ref()));
    let theirs = text(entry, "title");
    let plain = html::to_text(&html::to_text(theirs));
    let (bytes, _, foreign) = encoding_rs::WINDOWS_1252.encode(theirs);
    let once = String::from_utf8(bytes.into_owned()).unwrap_or_default();
    vec![
        (AS_IT_IS, words(theirs) == ours),
        ("markup and references left in headlines", words(&plain) == ours),
        ("headlines encoded twice left as they are", !foreign && words(&once) == ours),
    ]
}

fn id(item: &Item, entry: &Value) -> Ways {
    let ours = or_empty(item.raw_id.as_ref());
    let theirs = text(entry, "id");
    let resolved = url::Url::parse(URL).unwrap().join(ours).map(String::from);
    vec![
        (AS_IT_IS, theirs.is_empty() || theirs == ours),
        ("ids resolved like links", resolved.is_ok_and(|resolved| resolved == theirs)),
    ]
}

fn date(item: &Item, entry: &Value) -> bool {
    let theirs = entry["published"].as_i64().or(entry["updated"].as_i64());
    let seconds = |moment: Option<jiff::Timestamp>| moment.map(jiff::Timestamp::as_second);
    theirs.is_none() || [seconds(item.published), seconds(item.updated)].contains(&theirs)
}

fn text<'a>(entry: &'a Value, key: &str) -> &'a str {
    entry[key].as_str().unwrap_or_default()
}

fn or_empty(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}
