//! A word to the operator as a mail: how many feeds are well, which are not, and why.

use std::fmt::Write as _;

use jiff::{Timestamp, tz::TimeZone};

use super::{Rendered, plain};
use crate::{
    alert::operator::{Occasion, Trouble, Word},
    model::FeedName,
};

/// Feeds that are told of with their reason, and feeds that are only named.
const MOST_LINES: usize = 60;
const MOST_NAMES: usize = 200;
/// Characters of a reason.
const LONGEST_REASON: usize = 400;

/// The word with what it counts and when it is written.
#[derive(Clone, Debug)]
pub struct Report {
    /// What is told.
    pub word: Word,
    /// Articles that came in since `since`.
    pub articles: u64,
    /// When the word of a day went out before.
    pub since: Timestamp,
    /// The zone that times are told in.
    pub timezone: TimeZone,
}

/// Writes a report: the same content as text and as HTML, in English, times in its zone.
pub fn report(report: &Report) -> Rendered {
    let text = text(report);
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\"></head>\n\
         <body><pre style=\"white-space: pre-wrap\">{escaped}</pre></body></html>\n"
    );
    Rendered { subject: subject(report), text, html, ..Rendered::default() }
}

fn subject(report: &Report) -> String {
    let Word { occasion, new, .. } = &report.word;
    let told = match (occasion, new.as_slice()) {
        (Occasion::Daily, _) => counts(report),
        (Occasion::Urgent, [(feed, trouble)]) => format!("feed {feed} is {}", trouble.state),
        (Occasion::Urgent, many) => format!("{} feeds need you", many.len()),
    };
    format!("[wiredesk] {told}")
}

/// `watching 412 feeds, 409 healthy, 3 quiet; 9,318 articles came in`.
fn counts(report: &Report) -> String {
    let Word { feeds, states, .. } = &report.word;
    let healthy = feeds - states.values().sum::<usize>();
    let mut counts = format!(
        "watching {}, {} healthy",
        plain::several(*feeds, "feed", "feeds"),
        plain::grouped(healthy as u64)
    );
    for (state, feeds) in states {
        push(&mut counts, format_args!(", {} {state}", plain::grouped(*feeds as u64)));
    }
    let articles = plain::several(report.articles, "article", "articles");
    push(&mut counts, format_args!("; {articles} came in"));
    counts
}

fn text(report: &Report) -> String {
    let Report { word, since, timezone, .. } = report;
    let since = plain::moment(*since, timezone);
    let mut text = format!("{} since {since}.\n", capital(&counts(report)));
    section(&mut text, "New", &word.new, timezone);
    if !word.well.is_empty() {
        let names = word.well.iter().map(FeedName::as_str);
        push(&mut text, format_args!("\nWell again: {}\n", list(names, word.well.len())));
    }
    section(&mut text, "As before", &word.old, timezone);
    text.push_str("\n-- \n`wiredesk status` tells more of every feed.\n");
    text
}

fn section(text: &mut String, title: &str, troubles: &[(FeedName, Trouble)], zone: &TimeZone) {
    if troubles.is_empty() {
        return;
    }
    push(text, format_args!("\n{title}\n"));
    for (feed, Trouble { state, since, reason, .. }) in troubles.iter().take(MOST_LINES) {
        let since = since.map(|since| format!(" since {}", plain::moment(since, zone)));
        let reason = plain::line(reason, LONGEST_REASON);
        push(text, format_args!("- {feed} is {state}{}: {reason}\n", since.unwrap_or_default()));
    }
    if let Some(rest) = troubles.get(MOST_LINES..).filter(|rest| !rest.is_empty()) {
        let names = rest.iter().map(|(feed, _)| feed.as_str());
        push(text, format_args!("- and {}: {}\n", rest.len(), list(names, rest.len())));
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>, count: usize) -> String {
    let names: Vec<_> = names.take(MOST_NAMES).collect();
    let more = count - names.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", names.join(", "))
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn push(text: &mut String, more: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _infallible = text.write_fmt(more);
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn feed(name: &str, state: &'static str, reason: &str) -> (FeedName, Trouble) {
        let since = Some("2025-05-11T13:02:00Z".parse().unwrap());
        let trouble = Trouble { state, since, reason: reason.into(), urgent: true };
        (FeedName::new(name), trouble)
    }

    fn made(occasion: Occasion, new: Vec<(FeedName, Trouble)>) -> Report {
        let old = vec![feed("mills", "quiet", "nothing new for 4 days")];
        let well = vec![FeedName::new("pilot"), FeedName::new("tidal")];
        Report {
            word: Word {
                occasion,
                feeds: 1_412,
                states: [("failing", 1), ("gone", 1), ("quiet", 1)].into(),
                new,
                old,
                well,
            },
            articles: 9_318,
            since: "2025-05-11T02:30:00Z".parse().unwrap(),
            timezone: TimeZone::get("Asia/Karachi").unwrap(),
        }
    }

    #[test]
    fn the_word_of_a_day() {
        let new = vec![
            feed("post", "failing", "timeout: the server fell silent; asked again at 07:40"),
            feed("courier", "gone", "gone: the server answered 410 <b>\r\nBcc: all@desk.example"),
        ];
        let Rendered { subject, text, html, .. } = report(&made(Occasion::Daily, new));
        assert_snapshot!(subject, @"
        [wiredesk] watching 1,412 feeds, 1,409 healthy, 1 failing, 1 gone, 1 quiet; 9,318 articles came in
        ");
        assert_snapshot!(text, @"
        Watching 1,412 feeds, 1,409 healthy, 1 failing, 1 gone, 1 quiet; 9,318 articles came in since Sun 11 May 2025, 07:30 PKT.

        New
        - post is failing since Sun 11 May 2025, 18:02 PKT: timeout: the server fell silent; asked again at 07:40
        - courier is gone since Sun 11 May 2025, 18:02 PKT: gone: the server answered 410 <b> Bcc: all@desk.example

        Well again: pilot, tidal

        As before
        - mills is quiet since Sun 11 May 2025, 18:02 PKT: nothing new for 4 days

        -- 
        `wiredesk status` tells more of every feed.
        ");
        assert!(html.contains("answered 410 &lt;b&gt; Bcc:"), "{html}");
    }

    #[test]
    fn an_urgent_word_says_whose_it_is() {
        let one = report(&made(Occasion::Urgent, vec![feed("post", "blocked", "")]));
        assert_eq!(one.subject, "[wiredesk] feed post is blocked");
        let two = vec![feed("a", "gone", ""), feed("b", "gone", "")];
        assert_eq!(report(&made(Occasion::Urgent, two)).subject, "[wiredesk] 2 feeds need you");
    }

    #[test]
    fn a_word_on_every_feed_is_a_mail_all_the_same() {
        let many = (0..10_000).map(|n| feed(&format!("paper-{n}"), "failing", &"x".repeat(900)));
        let Rendered { text, html, .. } = report(&made(Occasion::Daily, many.collect()));
        assert!(text.len() + html.len() < super::super::MOST_BYTES, "{}", text.len());
        assert!(text.contains("paper-59 ") && text.contains("paper-259 and 9740 more"), "{text}");
    }
}
