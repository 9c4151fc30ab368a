//! What the operator is told of messages that nobody takes, and when.

use std::{collections::BTreeMap, fmt::Write as _};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{
    Rendered,
    letter::plain::{line, moment},
};
use crate::model::RecipientName;

/// A message that is tried for so long without success is a failure of the watch.
pub const TOO_LONG: SignedDuration = SignedDuration::from_hours(1);

/// After a word, what is new gathers for so long.
const APART: SignedDuration = SignedDuration::from_hours(1);

/// Addresses that are told of; of more only the number is.
const MOST_LINES: usize = 40;
/// Characters of an error.
const LONGEST_ERROR: usize = 400;

/// An address that takes nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stuck {
    /// Whose it is.
    pub recipient: RecipientName,
    /// The address.
    pub address: String,
    /// Since when messages wait for it.
    pub since: Timestamp,
    /// Messages that wait.
    pub waiting: usize,
    /// Messages that were given up since the word before.
    pub given_up: usize,
    /// What went wrong last.
    pub error: String,
}

/// What the operator was told so far.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Memory {
    /// Up to when messages that were given up were told of.
    pub looked: Timestamp,
    /// When the last word went out.
    pub last: Option<Timestamp>,
    /// Addresses that were told of and still take nothing, and since when.
    pub told: BTreeMap<String, Timestamp>,
}

impl Memory {
    /// Of an operator who was told nothing.
    pub fn new(now: Timestamp) -> Self {
        Self { looked: now, last: None, told: BTreeMap::new() }
    }
}

/// What is told now, if anything, and what is remembered then: an address once when it has taken
/// nothing for too long, and each message that was given up, at most one word an hour.
pub fn decide(memory: &Memory, stuck: &[Stuck], now: Timestamp) -> Option<(Vec<Stuck>, Memory)> {
    if memory.last.is_some_and(|last| now.duration_since(last) < APART) {
        return None;
    }
    let mut told = BTreeMap::new();
    let mut new = Vec::new();
    for one in stuck {
        let is_known = memory.told.contains_key(&one.address);
        if one.given_up > 0 || !is_known {
            new.push(one.clone());
        }
        if one.waiting > 0 {
            told.insert(one.address.clone(), one.since);
        }
    }
    if new.is_empty() && told == memory.told {
        return None;
    }
    let last = if new.is_empty() { memory.last } else { Some(now) };
    Some((new, Memory { looked: now, last, told }))
}

/// Writes the word: the same content as text and as HTML, in English, times in the zone.
pub fn word(stuck: &[Stuck], zone: &TimeZone) -> Rendered {
    let subject = match stuck {
        [one] => format!("[wiredesk] messages to {} are not taken", line(&one.address, 200)),
        many => format!("[wiredesk] messages to {} addresses are not taken", many.len()),
    };
    let mut text = String::from("Messages are not taken.\n\n");
    for one in stuck.iter().take(MOST_LINES) {
        let (recipient, address) = (&one.recipient, line(&one.address, 200));
        let mut what = Vec::new();
        if one.waiting > 0 {
            let since = moment(one.since, zone);
            what.push(format!("{} since {since}", waiting(one.waiting)));
        }
        if one.given_up > 0 {
            what.push(format!("{} given up", one.given_up));
        }
        push(
            &mut text,
            format_args!(
                "- {recipient} <{address}>: {}: {}\n",
                what.join(", "),
                line(&one.error, LONGEST_ERROR)
            ),
        );
    }
    if let Some(more) = stuck.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
        push(&mut text, format_args!("- and {more} more addresses\n"));
    }
    text.push_str(
        "\nWhat waits is tried again by itself, and nothing of it is lost. What was given up is sent \
         again by `wiredesk deliveries retry --all-failed`.\n\n-- \n`wiredesk deliveries list` shows \
         every message, `wiredesk deliveries show ID` the server's words.\n",
    );
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"></head>\n\
         <body><pre style=\"white-space: pre-wrap\">{escaped}</pre></body></html>\n"
    );
    Rendered { subject, text, html, failed: BTreeMap::new() }
}

fn waiting(messages: usize) -> String {
    if messages == 1 { "1 message waits".to_owned() } else { format!("{messages} messages wait") }
}

fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _infallible = text.write_fmt(what);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64, minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(hour * 60 + minute)
    }

    fn stuck(address: &str, waiting: usize, given_up: usize) -> Stuck {
        Stuck {
            recipient: RecipientName::new("desk"),
            address: address.to_owned(),
            since: at(0, 0),
            waiting,
            given_up,
            error: "connecting: refused".to_owned(),
        }
    }

    /// The addresses that are told of from look to look.
    fn told(looks: &[(Timestamp, &[Stuck])]) -> Vec<String> {
        let (mut memory, mut told) = (Memory::new(at(0, 0)), Vec::new());
        for (now, stuck) in looks {
            let Some((new, next)) = decide(&memory, stuck, *now) else { continue };
            // What is remembered survives the store.
            memory = serde_json::from_str(&serde_json::to_string(&next).unwrap()).unwrap();
            if !new.is_empty() {
                let names: Vec<_> = new.iter().map(|one| one.address.as_str()).collect();
                let minutes = now.duration_since(at(0, 0)).as_mins();
                told.push(format!("{minutes} {}", names.join(",")));
            }
        }
        told
    }

    #[test]
    fn an_address_is_told_of_once_until_it_took_something() {
        let (a, b) = (stuck("a@x", 1, 0), stuck("b@x", 3, 0));
        let looks: [(Timestamp, &[Stuck]); 7] = [
            (at(1, 0), std::slice::from_ref(&a)),
            (at(1, 1), std::slice::from_ref(&a)),
            (at(1, 30), &[a.clone(), b.clone()]),
            (at(2, 0), &[a.clone(), b.clone()]),
            (at(3, 0), std::slice::from_ref(&b)),
            (at(4, 0), std::slice::from_ref(&b)),
            (at(9, 0), &[a.clone(), b.clone()]),
        ];
        assert_eq!(told(&looks), ["60 a@x", "120 b@x", "540 a@x"]);
    }

    #[test]
    fn what_was_given_up_is_told_each_time() {
        let (one, none) = ([stuck("a@x", 0, 1)], []);
        let looks: [(Timestamp, &[Stuck]); 4] =
            [(at(0, 5), &one), (at(0, 50), &one), (at(1, 5), &one), (at(3, 0), &none)];
        assert_eq!(told(&looks), ["5 a@x", "65 a@x"]);
    }

    #[test]
    fn the_word_says_who_since_when_and_why() {
        let word = word(&[stuck("a@x", 2, 1), stuck("webhook:chat", 1, 0)], &TimeZone::UTC);
        assert_eq!(word.subject, "[wiredesk] messages to 2 addresses are not taken");
        let lines: Vec<_> = word.text.lines().filter(|line| line.starts_with("- ")).collect();
        assert_eq!(
            lines,
            [
                "- desk <a@x>: 2 messages wait since Thu 1 Jan 1970, 00:00 UTC, 1 given up: connecting: refused",
                "- desk <webhook:chat>: 1 message waits since Thu 1 Jan 1970, 00:00 UTC: connecting: refused"
            ]
        );
        assert!(word.html.contains("&lt;a@x&gt;"));
    }
}
