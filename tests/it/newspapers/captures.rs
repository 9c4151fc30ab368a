//! Captured feeds, and a plain reading of them that owes nothing to the program.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp, civil::DateTime};
use regex::{Captures, Regex};
use serde_json::Value;
use wiredesk::clock::Clock;

/// One newspaper and its editions, the oldest first.
pub(super) struct Paper {
    pub(super) name: String,
    pub(super) editions: Vec<String>,
}

/// An item as a plain reading finds it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Printed {
    /// Its guid as written, else its link.
    pub(super) id: String,
    /// Headline and description, without their markup.
    pub(super) words: String,
    /// Its date as written.
    pub(super) date: String,
}

/// Every paper with `count` of its captures, evenly over all of them. Their dates are moved, all of
/// a paper by the same time, as if the last capture had been made just now.
pub(super) fn papers(folder: &Path, count: usize) -> Vec<Paper> {
    sorted(folder).iter().map(|folder| paper(folder, count)).collect()
}

fn paper(folder: &Path, count: usize) -> Paper {
    let files = sorted(folder);
    let last = files.len() - 1;
    let captured: i64 = files[last].file_stem().unwrap().to_str().unwrap().parse().unwrap();
    let age = Clock::System.now().duration_since(Timestamp::from_second(captured).unwrap());
    let by = SignedDuration::from_secs(age.as_secs());
    let edition = |at: usize| moved(&text(&files[at * last / (count - 1)]), by);
    Paper { name: file_name(folder).to_owned(), editions: (0..count).map(edition).collect() }
}

/// Every capture of a paper, in order, with its time.
pub(super) fn series(folder: &Path) -> Vec<(Timestamp, String)> {
    let capture = |file: &PathBuf| {
        let second = file.file_stem().unwrap().to_str().unwrap().parse().unwrap();
        (Timestamp::from_second(second).unwrap(), text(file))
    };
    sorted(folder).iter().map(capture).collect()
}

/// Moves every date of RFC 2822, whatever its zone.
fn moved(document: &str, by: SignedDuration) -> String {
    const FORM: &str = "%a, %d %b %Y %H:%M:%S";
    let date = Regex::new(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d").unwrap();
    let move_one = |found: &Captures<'_>| {
        let date = DateTime::strptime(FORM, &found[0]).unwrap();
        (date + by).strftime(FORM).to_string()
    };
    date.replace_all(document, move_one).into_owned()
}

/// The items of an RSS document that is well-formed, as these captures are.
pub(super) fn read(document: &str) -> Vec<Printed> {
    let items = Regex::new(r"(?s)<item[ >].*?</item>").unwrap();
    let tag = Regex::new(r"<[^>]*>").unwrap();
    let [guid, link, title, description, date] =
        ["guid", "link", "title", "description", "pubDate"]
            .map(|name| Regex::new(&format!(r"(?s)<{name}(?: [^>]*)?>(.*?)</{name}>")).unwrap());
    let inside = |field: &Regex, item: &str| {
        let written = field.captures(item)?[1].trim().to_owned();
        let cdata = written.strip_prefix("<![CDATA[").and_then(|rest| rest.strip_suffix("]]>"));
        Some(cdata.map_or_else(|| htmlize::unescape(&*written).into_owned(), str::to_owned))
    };
    let plain = |field: &Regex, item: &str| {
        let html = inside(field, item).unwrap_or_default();
        htmlize::unescape(tag.replace_all(&html, " ")).into_owned()
    };
    let printed = |item: &str| Printed {
        id: inside(&guid, item).or_else(|| inside(&link, item)).unwrap(),
        words: [&title, &description].map(|field| plain(field, item)).join(" "),
        date: inside(&date, item).unwrap_or_default(),
    };
    items.find_iter(document).map(|item| printed(item.as_str())).collect()
}

/// At most `most` captured feeds of any format, each a file and the ids that feedparser found in
/// it. Left out are large ones, those with items that have no id of their own, and those with ids
/// that are relative addresses, which feedparser does not leave as they are written.
pub(super) fn single_feeds(folder: &Path, most: usize) -> BTreeMap<PathBuf, BTreeSet<String>> {
    let list: Vec<Value> = serde_json::from_str(&text(&folder.join("index.json"))).unwrap();
    let is_meant =
        |feed: &&Value| feed["kind"] == "captured" && feed["bytes"].as_u64() < Some(120_000);
    let ids = |feed: &Value| {
        let name = feed["file"].as_str().unwrap();
        let expected: Value =
            serde_json::from_str(&text(&folder.join("expected").join(format!("{name}.json"))))
                .unwrap();
        let entries = expected["entries"].as_array().unwrap();
        let ids: BTreeSet<_> =
            entries.iter().filter_map(|entry| Some(entry["id"].as_str()?.to_owned())).collect();
        let is_resolved = |id: &String| id.is_empty() || id.starts_with("http://127.0.0.1/");
        let is_plain = ids.len() == entries.len() && ids.len() >= 5 && !ids.iter().any(is_resolved);
        is_plain.then(|| (folder.join("feeds").join(name), ids))
    };
    list.iter().filter(is_meant).filter_map(ids).take(most).collect()
}

/// The last part of a path.
pub(super) fn file_name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

fn text(file: &Path) -> String {
    fs::read_to_string(file).unwrap()
}

pub(super) fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
