//! What papers print hour by hour, and the mails that come of it in a few lines each.

use std::{collections::BTreeMap, fmt::Write as _};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use mail_parser::{HeaderValue, Message, MessageParser};
use wiredesk::mail::Outgoing;

use super::{Entry, PAPERS, Watch, start};
use crate::support::strict;

/// Hours from the first poll on.
pub(super) type Hour = i64;

/// Something printed: from which hour on, in which feed, under which id.
pub(super) type Printed = (Hour, &'static str, Entry);

/// That hour.
pub(super) fn hour(hour: Hour) -> Timestamp {
    start() + SignedDuration::from_hours(hour)
}

/// An entry dated at that hour.
pub(super) fn entry(id: &str, at: Hour, title: &str, text: &str) -> Entry {
    Entry { id: id.into(), title: title.into(), text: text.into(), published: hour(at) }
}

/// The tables of feeds that are polled each hour.
pub(super) fn feeds(feeds: &[(&str, &str)]) -> String {
    let mut config = String::from("[fetch]\nallow = ['127.0.0.1:8080']\n");
    for (name, publisher) in feeds {
        let url = format!("{PAPERS}/{name}");
        writeln!(
            config,
            "[[feed]]\nname = '{name}'\nurl = '{url}'\npublisher = '{publisher}'\ninterval = '1 h'"
        )
        .unwrap();
    }
    config
}

/// What each feed shows at each of so many hours: the latest version of all it has printed.
pub(super) fn editions<'f>(
    feeds: &[(&'f str, &str)],
    printed: &[Printed],
    hours: Hour,
) -> Vec<(&'f str, Vec<Entry>)> {
    let mut editions = Vec::new();
    for (feed, _) in feeds {
        for hour in 0..hours {
            let mut shown = BTreeMap::new();
            for (_, _, entry) in
                printed.iter().filter(|(from, paper, _)| paper == feed && *from <= hour)
            {
                shown.insert(entry.id.clone(), entry.clone());
            }
            editions.push((*feed, shown.into_values().collect()));
        }
    }
    editions
}

/// The mails in the order in which they went out: when, to whom, what, why, in whose thread; and
/// of their text the lines that `shown` picks.
pub(super) async fn told(
    watch: &Watch,
    mails: Vec<Outgoing>,
    shown: impl Fn(&str) -> bool,
) -> String {
    let rows = watch.deliveries().await;
    let row = |mail: &Outgoing| rows.iter().find(|row| row.message_id == mail.message_id).unwrap();
    let minute = |mail: &Outgoing| row(mail).ended_at.unwrap().as_second() / 60;
    let mut mails = mails;
    mails.sort_by_key(|mail| (minute(mail), row(mail).id));
    let karachi = TimeZone::get("Asia/Karachi").unwrap();
    let mut out = String::new();
    for mail in &mails {
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        let at = row(mail).ended_at.unwrap().to_zoned_datetime(karachi.clone());
        let at = at.strftime("%a %H:%M");
        writeln!(out, "{at}  {}  {}", mail.to, parsed.subject().unwrap()).unwrap();
        writeln!(
            out,
            "    {} for {}",
            header(&parsed, "X-Wiredesk-Reason"),
            header(&parsed, "X-Wiredesk-Rule")
        )
        .unwrap();
        if let HeaderValue::Text(follows) = parsed.in_reply_to() {
            let first = mails.iter().position(|other| other.message_id == **follows).unwrap();
            writeln!(out, "    follows mail {}", first + 1).unwrap();
        }
        let read = strict::read(&mail.bytes).unwrap();
        for line in read.text.lines().filter(|line| shown(line)) {
            writeln!(out, "    {line}").unwrap();
        }
    }
    out
}

fn header(mail: &Message<'_>, name: &str) -> String {
    mail.header(name).and_then(HeaderValue::as_text).unwrap_or_default().to_owned()
}
