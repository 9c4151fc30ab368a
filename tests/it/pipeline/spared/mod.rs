//! Recipients who want to be spared: at most so many messages, quiet hours, silences, one mail for
//! a story that many rules are true of.

mod caps;
mod nights;
mod rules;
mod silences;
mod slots;

use std::time::Duration;

use jiff::tz::TimeZone;
use mail_parser::{HeaderValue, Message, MessageParser};
use wiredesk::{
    clock::Clock,
    mail::{Mailer, Memory},
};

use super::{
    Watch, recorded, start,
    told::{Hour, Printed, editions, entry, feeds},
};
use crate::support::wire::{headline, text};

const FEEDS: [(&str, &str); 3] =
    [("post", "Ellaby Post"), ("courier", "Sund Courier"), ("pilot", "The Pilot")];

/// A watch of what is printed, and the mails it sends.
async fn watch(who: &str, printed: &[Printed]) -> (Watch, Memory) {
    let memory = Memory::default();
    let fetcher = recorded(editions(&FEEDS, printed, 90));
    let mailer = Mailer::Memory(memory.clone());
    let config = feeds(&FEEDS) + who;
    (Watch::new(&config, fetcher, mailer, Clock::simulated(start())).await, memory)
}

/// Runs for so many hours and half an hour, so that it does not end while a poll is due.
async fn run(watch: &Watch, hours: u64) {
    watch.run(Duration::from_mins(hours * 60 + 30)).await;
}

/// The story of that number as a paper prints it.
fn story(at: Hour, paper: &'static str, number: u64) -> Printed {
    (at, paper, entry(&number.to_string(), at, &headline(number), &text(number)))
}

/// The same under a headline that begins otherwise.
fn retold(at: Hour, paper: &'static str, number: u64, before: &str) -> Printed {
    let title = format!("{before}{}", headline(number));
    (at, paper, entry(&number.to_string(), at, &title, &text(number)))
}

/// Each mail in a line: when, to whom, why, and about how many stories.
async fn heard(watch: &Watch, memory: &Memory) -> Vec<String> {
    let rows = watch.deliveries().await;
    let mut lines = Vec::new();
    for mail in memory.sent() {
        let row = rows.iter().find(|row| row.message_id == mail.message_id).unwrap();
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        let ended = row.ended_at.unwrap();
        let at = ended.to_zoned_datetime(TimeZone::UTC).strftime("%d %H:%M");
        let to = mail.to.split('@').next().unwrap();
        let stories = header(&parsed, "X-Wiredesk-Story").split(',').count();
        let reason = header(&parsed, "X-Wiredesk-Reason");
        lines.push((ended.as_second() / 60, format!("{at} {to}: {reason} {stories}")));
    }
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

/// The texts of the mails that say this.
fn saying(memory: &Memory, words: &str) -> Vec<String> {
    let text = |bytes: &[u8]| {
        let parsed = MessageParser::default().parse(bytes).unwrap();
        parsed.body_text(0).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let texts = memory.sent().into_iter().map(|mail| text(&mail.bytes));
    texts.filter(|text| text.contains(words)).collect()
}

/// How often each line comes, where it comes first.
fn folded(lines: Vec<String>) -> Vec<String> {
    let mut counted: Vec<(String, u32)> = Vec::new();
    for line in lines {
        match counted.last_mut() {
            Some((last, count)) if *last == line => *count += 1,
            _ => counted.push((line, 1)),
        }
    }
    counted.into_iter().map(|(line, count)| format!("{line} x{count}")).collect()
}

fn header(mail: &Message<'_>, name: &str) -> String {
    mail.header(name).and_then(HeaderValue::as_text).unwrap_or_default().to_owned()
}
