//! The list of all keys says what is read, and no default that is not one.

use std::fmt::Write as _;

use super::{DESK, Loaded, load, raw};
use crate::config::{
    Live,
    reference::{self, Given, Key, Table, tables},
};

/// The keys of each table, asked of what reads them.
fn read_of(table: &str) -> &'static [&'static str] {
    match table {
        "" => &["data"],
        "fetch" => raw::known_keys::<raw::Fetch>(),
        "mail" => raw::known_keys::<raw::Mail>(),
        "operator" => raw::known_keys::<raw::Operator>(),
        "web" => raw::known_keys::<raw::Web>(),
        "limits" => raw::known_keys::<raw::Limits>(),
        "story" => raw::known_keys::<raw::Story>(),
        "host" => raw::known_keys::<raw::Host>(),
        "feed" => raw::known_keys::<raw::Feed>(),
        "agency" => raw::known_keys::<raw::Agency>(),
        "publisher" => raw::known_keys::<raw::Publisher>(),
        "recipient" => raw::known_keys::<raw::Recipient>(),
        "rule" => raw::known_keys::<raw::Rule>(),
        _ => &[],
    }
}

#[test]
fn every_table_and_key_that_is_read_is_listed_and_no_other() {
    let mut names: Vec<_> =
        tables().map(|table| table.name).filter(|name| !name.is_empty()).collect();
    let mut sections: Vec<_> = raw::SECTIONS.iter().filter(|name| **name != "data").collect();
    names.sort_unstable();
    sections.sort_unstable();
    assert!(names.iter().eq(sections), "{names:?}");
    for table in tables() {
        let mut listed: Vec<_> = table.keys.iter().map(|key| key.name).collect();
        let mut read = read_of(table.name).to_vec();
        listed.sort_unstable();
        read.sort_unstable();
        assert_eq!(listed, read, "[{}]", table.name);
    }
}

/// A configuration with a key of the list, besides what that needs; without it where `value` is
/// empty.
fn with(table: &Table, key: &Key, value: &str) -> String {
    let mut lines = String::new();
    if !table.name.is_empty() {
        let (open, close) = if table.is_list { ("[[", "]]") } else { ("[", "]") };
        writeln!(lines, "{open}{}{close}", table.name).unwrap();
    }
    let is_written =
        |name: &str, lines: &str| lines.lines().any(|line| line.split(" = ").next() == Some(name));
    // One of two that a feed needs.
    let has_place = matches!(key.name, "url" | "spool");
    let needed = table.keys.iter().filter(|other| {
        let place = table.name == "feed" && other.name == "url" && !has_place;
        place || matches!(other.given, Given::Needed)
    });
    for needed in needed {
        if needed.name != key.name && !is_written(needed.name, key.beside) {
            writeln!(lines, "{} = {}", needed.name, needed.example).unwrap();
        }
    }
    if !key.beside.is_empty() {
        writeln!(lines, "{}", key.beside).unwrap();
    }
    if !value.is_empty() {
        writeln!(lines, "{} = {value}", key.name).unwrap();
    }
    if table.name.is_empty() { lines + DESK } else { format!("{DESK}{lines}") }
}

#[test]
fn every_example_is_accepted() {
    for table in tables() {
        for key in table.keys {
            // What a certificate or a folder of templates holds is tested with them.
            if matches!(key.name, "ca_file" | "templates") {
                continue;
            }
            let text = with(table, key, key.example);
            let loaded = load(&[("w.toml", &text)]);
            assert!(loaded.is_ok(), "[{}] {}: {}", table.name, key.name, loaded.unwrap_err());
        }
    }
}

/// What a configuration comes to, as far as keys can change it.
fn outcome(text: &str) -> String {
    let loaded = load(&[("w.toml", text)]).map_err(|report| report.to_string());
    let Loaded { live, .. } = loaded.unwrap();
    let Live { feeds, recipients, limits, paces, story, first_poll_alert, fetch, mail, .. } = &live;
    let mut outcome = format!(
        "{feeds:?} {recipients:?} {limits:?} {paces:?} {story:?} {first_poll_alert:?} {fetch:?} {mail:?}"
    );
    let Live { channels, from, reply_to, policies, operator, web, .. } = &live;
    write!(outcome, "{channels:?} {from} {reply_to:?} {policies:?} {operator:?} {web:?}").unwrap();
    outcome
}

#[test]
fn a_default_changes_nothing_and_an_example_does() {
    for table in tables() {
        for key in table.keys {
            let Given::Usual(value) = key.given else { continue };
            let without = outcome(&with(table, key, ""));
            assert_eq!(outcome(&with(table, key, value)), without, "[{}] {}", table.name, key.name);
            // What is known of houses, and by which words feeds are chosen, is not compared.
            let is_compared = !matches!(table.name, "agency" | "publisher")
                && !matches!((table.name, key.name), ("rule", "feeds" | "tags" | "enabled"));
            if is_compared {
                let with = outcome(&with(table, key, key.example));
                assert_ne!(with, without, "[{}] {}", table.name, key.name);
            }
        }
    }
}

#[test]
fn the_file_of_all_keys_shows_each_with_its_meaning() {
    let text = reference::toml();
    for key in tables().flat_map(|table| table.keys) {
        assert!(text.contains(&format!("\n# {} = {}\n", key.name, key.example)), "{}", key.name);
    }
    // With nothing but comments it is no configuration, and no mistake either.
    assert_eq!(text.parse::<toml::Table>().unwrap().len(), 0);
    assert!(text.lines().all(|line| line.chars().count() <= 110), "lines that people can read");
}

#[test]
fn the_schema_has_every_key_and_asks_for_what_is_needed() {
    let schema: serde_json::Value = serde_json::from_str(&reference::schema()).unwrap();
    for table in tables().filter(|table| !table.keys.is_empty() && !table.name.is_empty()) {
        let mut one = &schema["properties"][table.name];
        if table.is_list {
            one = &one["items"];
        }
        assert_eq!(one["properties"].as_object().unwrap().len(), table.keys.len());
        let needed = table.keys.iter().filter(|key| matches!(key.given, Given::Needed));
        assert!(
            needed.map(|key| key.name).eq(one["required"]
                .as_array()
                .unwrap()
                .iter()
                .map(|name| name.as_str().unwrap()))
        );
    }
}
