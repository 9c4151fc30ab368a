//! Every table and key of the configuration for people and for their editors: a commented TOML file
//! and a JSON Schema, both from one list that tests hold against what is read.

mod desk;
mod feed;
mod service;

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

/// A table.
pub(super) struct Table {
    /// As in `[fetch]` and `[[feed]]`; nothing for the keys before all tables.
    pub(super) name: &'static str,
    /// Whether there may be several, as in `[[feed]]`.
    pub(super) is_list: bool,
    /// What it is for.
    meaning: &'static str,
    pub(super) keys: &'static [Key],
}

/// A key.
pub(super) struct Key {
    pub(super) name: &'static str,
    kind: Kind,
    pub(super) given: Given,
    /// A value, as it is written in TOML.
    pub(super) example: &'static str,
    /// Lines of the same table that the example needs beside it.
    #[cfg_attr(not(test), expect(dead_code, reason = "the example is tested with it"))]
    pub(super) beside: &'static str,
    meaning: &'static str,
}

/// What a value is.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Texts,
    /// One of these.
    Choice(&'static [&'static str]),
    /// A text or a list of texts.
    TextOrTexts,
    /// From one to the other.
    Count(i64, i64),
    Share(f64, f64),
    Flag,
    /// Names with texts.
    Names,
    /// A number from 1 to 9, or one of these.
    CountOr(&'static [&'static str]),
}

/// What holds where a key is left out.
#[derive(Clone, Copy)]
pub(super) enum Given {
    /// It cannot be.
    Needed,
    /// This value, as it is written in TOML.
    Usual(&'static str),
    /// What is said here.
    Else(&'static str),
}

pub(super) fn tables() -> impl Iterator<Item = &'static Table> {
    service::TABLES.iter().chain(desk::TABLES)
}

/// A commented file with every key behind a `#`, its meaning, and what holds where it is left out.
pub fn toml() -> String {
    let mut text = String::from(
        "# Every key of Wiredesk's configuration, with an example behind a `#`; written from the program.\n\
         # A file needs a feed, a recipient and a rule; everything else has a default. Durations are\n\
         # written as \"90 s\", \"15 min\", \"2 hours\", \"4 days\".\n",
    );
    for table in tables() {
        text.push('\n');
        wrapped(&mut text, "# ", table.meaning);
        // Writing to a string does not fail.
        let _written = match (table.name, table.is_list) {
            ("", _) => Ok(()),
            (name, true) => writeln!(text, "# [[{name}]]"),
            (name, false) => writeln!(text, "# [{name}]"),
        };
        for key in table.keys {
            text += "#\n";
            let left_out = match key.given {
                Given::Needed => "Needed.".to_owned(),
                Given::Usual(value) => format!("Default: {value}"),
                Given::Else(what) => format!("Left out: {what}."),
            };
            wrapped(&mut text, "#   ", &format!("{} {left_out}", key.meaning));
            let _written = writeln!(text, "# {} = {}", key.name, key.example);
        }
    }
    text
}

/// Words in lines of at most 100 characters.
fn wrapped(text: &mut String, before: &str, words: &str) {
    let mut line = before.trim_end().to_owned();
    let mut begun = false;
    for word in words.split(' ') {
        if begun && line.chars().count() + 1 + word.chars().count() > 100 {
            text.push_str(&line);
            text.push('\n');
            before.trim_end().clone_into(&mut line);
            begun = false;
        }
        line.push_str(if begun { " " } else { &before[before.trim_end().len()..] });
        line.push_str(word);
        begun = true;
    }
    text.push_str(&line);
    text.push('\n');
}

/// A JSON Schema (draft 7, which editors of TOML read) of the configuration.
pub fn schema() -> String {
    let mut properties = Map::new();
    for table in tables() {
        if table.name.is_empty() {
            properties.extend(table.keys.iter().map(|key| (key.name.to_owned(), property(key))));
            continue;
        }
        let keys = table.keys.iter().map(|key| (key.name.to_owned(), property(key)));
        let needed = table.keys.iter().filter(|key| matches!(key.given, Given::Needed));
        let mut one = if table.name == "alias" {
            json!({ "type": "object", "additionalProperties": { "type": "string" } })
        } else {
            json!({
                "type": "object",
                "additionalProperties": false,
                "properties": keys.collect::<Map<_, _>>(),
                "required": needed.map(|key| key.name).collect::<Vec<_>>(),
            })
        };
        if table.is_list {
            one = json!({ "type": "array", "items": one });
        }
        one["description"] = table.meaning.into();
        properties.insert(table.name.to_owned(), one);
    }
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Wiredesk",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    format!("{schema:#}\n")
}

fn property(key: &Key) -> Value {
    let mut property = match key.kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::TextOrTexts => {
            let texts = json!({ "type": "array", "items": { "type": "string" } });
            json!({ "oneOf": [{ "type": "string" }, texts] })
        }
        Kind::Choice(values) => json!({ "enum": values }),
        Kind::Count(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Kind::Share(least, most) => json!({ "type": "number", "minimum": least, "maximum": most }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Names => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        Kind::CountOr(words) => {
            json!({ "oneOf": [{ "type": "integer", "minimum": 1, "maximum": 9 }, { "enum": words }] })
        }
    };
    property["description"] = match key.given {
        Given::Needed => key.meaning.to_owned(),
        Given::Usual(value) => format!("{} Default: {value}", key.meaning),
        Given::Else(what) => format!("{} Left out: {what}.", key.meaning),
    }
    .into();
    property
}
