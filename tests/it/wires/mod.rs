//! Documents of agencies: our own fixtures, real ones with what they should say, broken ones.

mod corruption;
mod meaning;
mod score;
mod spool;

use std::{fs, path::Path, process::Command};

use serde_json::Value;
use wiredesk::{
    model::Item,
    parse::{Context, Format, Parsed, parse},
};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wires")
}

fn read(bytes: &[u8]) -> Parsed {
    parse(bytes, &Context::default()).unwrap()
}

fn items(name: &str) -> Vec<Item> {
    read(&fs::read(folder().join(name)).unwrap()).items
}

/// The stage, one line an item.
fn lines(folder: &Path, names: &[String]) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_wiredesk"))
        .current_dir(folder)
        .args(["stage", "parse"])
        .args(names)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_format_is_known_by_its_bytes_and_gives_the_same_item() {
    let documents = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = documents.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| name != "items.jsonl");
    names.sort();
    let printed = lines(&folder(), &names);
    let wanted = fs::read_to_string(folder().join("items.jsonl")).unwrap();
    for (printed, wanted) in printed.iter().zip(wanted.lines()) {
        assert_eq!(*printed, serde_json::from_str::<Value>(wanted).unwrap());
    }
    assert_eq!(printed.len(), wanted.lines().count());
}

#[test]
fn formats_are_named() {
    for (name, format) in [
        ("anpa.txt", Format::Anpa1312),
        ("ap-feed.json", Format::ApMedia),
        ("digitalwires.json", Format::Digitalwires),
        ("fingerpost.json", Format::Fingerpost),
        ("g2-kill.xml", Format::NewsmlG2),
        ("iptc7901.txt", Format::Iptc7901),
        ("mail.txt", Format::Mail),
        ("newsml12.xml", Format::Newsml),
        ("ninjs2.json", Format::Ninjs),
        ("nitf.xml", Format::Nitf),
        ("ritzau.xml", Format::Ritzau),
    ] {
        let bytes = fs::read(folder().join(name)).unwrap();
        assert_eq!(read(&bytes).format, Some(format), "{name}");
    }
}

#[test]
fn versions_of_one_item_have_one_key_whatever_else_they_say() {
    let (first, kill) = (items("g2-message.xml"), items("g2-kill.xml"));
    assert_eq!(first[0].keys, kill[0].keys);
    assert_eq!(items("nitf.xml")[0].keys, items("nitf-kill.xml")[0].keys, "named by the kill");
    let replaced = items("g2-replaces.xml");
    assert!(
        replaced[0].keys.contains(&first[0].keys[0]) && replaced[0].keys[0] != first[0].keys[0]
    );
}

#[test]
fn what_corrects_says_so() {
    let corrects = |name: &str| {
        let items = items(name);
        items.iter().map(|item| item.wire.as_ref().unwrap().corrects).collect::<Vec<_>>()
    };
    assert_eq!(corrects("ap-feed.json"), [false, false, true]);
    assert_eq!(corrects("anpa.txt"), [true]);
    assert_eq!(corrects("ninjs1.json"), [true, false, false]);
    assert_eq!(corrects("ritzau.xml"), [true]);
    assert_eq!(corrects("g2-replaces.xml"), [true]);
    assert_eq!(corrects("nitf.xml"), [false], "a write-through is none");
}

#[test]
fn documents_of_papers_are_read_as_before() {
    for text in [
        "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"id\":\"1\",\"url\":\"https://post.example/1\"}]}",
        "<rss version='2.0'><channel><item><title>A</title><link>https://post.example/1</link></item></channel></rss>",
    ] {
        let parsed = read(text.as_bytes());
        assert!(parsed.items.iter().all(|item| item.wire.is_none()), "{text}");
        assert_eq!(parsed.items.len(), 1);
    }
    for text in ["{\"uri\":\"x\"}", "{\"data\":{}}", "[]", "[1,2]", "<news/>", "Subject: x\n\ny"] {
        assert!(parse(text.as_bytes(), &Context::default()).is_err(), "{text}");
    }
}
