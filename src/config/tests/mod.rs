//! Tests of the configuration as strings: what is refused, what is odd, what it comes to.

use std::{path::PathBuf, sync::Arc, time::Duration};

use insta::assert_snapshot;
use proptest::prelude::*;
use secrecy::SecretString;

use super::{Live, Loaded, Pace, Plan, accept, check, difference, keep, raw, secret::Secrets};
use crate::{
    alert::{Send, TellAgain, When},
    diagnostic::{Report, Source},
    mail,
    model::{FeedFormat, FeedName, FullText, Generation, RecipientName, RuleName},
};

mod access;
mod channels;
mod houses;
mod polling;
mod queries;
mod reference;
mod refused;
mod timing;
mod web;

/// What a desk needs at least.
const DESK: &str = r#"
[[feed]]
name = "herald"
url = "https://herald.example/feed.xml"
tags = ["world"]

[[recipient]]
name = "desk"
email = ["desk@example.org"]

[[rule]]
name = "floods"
query = 'floods'
notify = ["desk"]
"#;

/// What two files say; the tests have no others.
fn secrets() -> Secrets {
    let secret = |(name, text): (&str, &str)| (name.to_owned(), SecretString::from(text));
    [("key", "open-sesame"), ("two-lines", "open\nsesame")].map(secret).into()
}

/// `load` for texts, without files and environment.
fn load(texts: &[(&str, &str)]) -> Result<Loaded, Report> {
    let source = |(name, text): &(&str, &str)| {
        Arc::new(Source { name: (*name).to_owned(), text: (*text).to_owned() })
    };
    let sources: Vec<_> = texts.iter().map(source).collect();
    let mut report = Report::default();
    let live = raw::parse(&sources, &mut report).map(|raw| {
        check::live(&raw, PathBuf::from("data"), &secrets(), Generation(1), None, &mut report)
    });
    let (live, warnings) = accept(live, report)?;
    Ok(Loaded { live, warnings })
}

/// The running configuration of a text that has nothing odd.
fn live(text: &str) -> Live {
    let Loaded { live, warnings } = load(&[("w.toml", text)]).unwrap_or_else(|r| panic!("{r}"));
    assert!(warnings.is_empty(), "{warnings}");
    live
}

fn refused(text: &str) -> String {
    load(&[("w.toml", text)]).map(|_| ()).expect_err("accepted").to_string()
}

fn warned(text: &str) -> String {
    load(&[("w.toml", text)]).unwrap_or_else(|r| panic!("{r}")).warnings.to_string()
}

/// [`DESK`] with lines at its end, which is within the rule.
fn desk_and(lines: &str) -> String {
    format!("{DESK}{lines}\n")
}

#[test]
fn hosts_have_the_pace_that_is_set_and_allowed_addresses_need_no_gap() {
    let hosts = "[fetch]\nallow = ['10.0.0.1']\n[limits]\npolls_per_host = 3\n\
                 [[feed]]\nname = 'own'\nurl = 'http://10.0.0.1/feed'\n\
                 [[host]]\nname = 'arden.example'\nconnections = 2\n\
                 [[host]]\nname = '192.0.2.7'\ngap = '10 s'\n";
    let live = live(&desk_and(hosts));
    let pace = |connections, seconds| Pace { connections, gap: Duration::from_secs(seconds) };
    assert_eq!(Pace::usual(&live.limits), pace(3, 1));
    let paces: Vec<_> = live.paces.iter().map(|(name, pace)| (name.as_str(), *pace)).collect();
    let expected =
        [("10.0.0.1", pace(3, 0)), ("192.0.2.7", pace(3, 10)), ("arden.example", pace(2, 1))];
    assert_eq!(paces, expected);
}

#[test]
fn a_host_is_named_by_what_pacing_counts() {
    let host = "[[host]]\nname = 'www.arden.example'\ngap = '2 hours'";
    assert_snapshot!(refused(&desk_and(host)), @r#"
    error: `www.arden.example` is paced together with all of `arden.example`
      --> w.toml:16:8
       |
    16 | name = 'www.arden.example'
       |        ^^^^^^^^^^^^^^^^^^^
       |
       = help: write name = "arden.example"

    error: `2 hours` is too long
      --> w.toml:17:7
       |
    17 | gap = '2 hours'
       |       ^^^^^^^^^
       |
       = help: the most is 1 hour
    "#);
}

#[test]
fn a_small_desk_gets_the_defaults() {
    let live = live(DESK);
    assert_eq!(live.data, PathBuf::from("data"));
    assert!(live.mail.is_none());
    assert_eq!(live.first_poll_alert, Duration::from_hours(24));
    let feed = &live.feeds[&FeedName::new("herald")];
    assert_eq!((feed.url.as_str(), feed.interval), ("https://herald.example/feed.xml", None));
    let desk = &live.recipients[&RecipientName::new("desk")];
    assert_eq!((&desk.send, desk.wait), (&Send::AtOnce, Duration::from_mins(2)));
    let policy = &live.policies[&RuleName::new("floods")];
    assert_eq!(policy.tell_again, [TellAgain::Kill, TellAgain::Correction]);
    assert_eq!((policy.when, policy.notify.len()), (When::Matched, 1));
    assert_eq!(live.rules.len(), 1);
}

#[test]
fn mails_written_into_a_folder_have_a_sender_too() {
    let mail = "[mail]\nfrom = 'Desk <a@example.org>'\nreply_to = 'b@example.org'\n";
    let live = live(&desk_and(mail));
    assert_eq!((live.mail.is_none(), live.from.as_str()), (true, "Desk <a@example.org>"));
    assert_eq!(live.reply_to.as_deref(), Some("b@example.org"));
}

#[test]
fn every_key_is_read() {
    let live = live(
        r#"
data = "/var/lib/elsewhere"
[fetch]
allow = ["127.0.0.1:8080"]
first_poll_alert = "2 days"
max_bytes = 1048576
timeout = "5 s"
contact = "desk@example.org"
[mail]
from = "Wire Desk <wire@example.org>"
smtp = "smtps://mail.example.org"
[operator]
email = ["ops@example.org"]
heartbeat = "mon,thu 06:45"
timezone = "Asia/Karachi"
[limits]
polls = 3
polls_per_host = 2
sends = 1
give_up_after = "1 day"
retention = "30 days"
[story]
window = "2 days"
articles = 20000
copy = 0.6
related = 0.4
rewritten = 12
[alias]
water = 'flood OR floods'
[[feed]]
name = "local"
url = "http://127.0.0.1:8080/feed"
publisher = "The Local"
tags = ["a"]
interval = "1 s"
full_text = "never"
language = "en"
[[feed]]
name = "pages"
url = "/srv/wire/news.xml"
format = "sitemap"
tags = ["a"]
[[feed]]
name = "off"
url = "https://off.example/feed"
enabled = false
[[recipient]]
name = "morning"
email = ["a@example.org", "b@example.org"]
send = "mon,thu 07:30"
wait = "10 s"
timezone = "Asia/Karachi"
[[rule]]
name = "new"
title = "Waters"
query = '$water'
notify = ["morning"]
when = "origins >= 2"
tell_again = ["origins >= 4", "longer"]
related = "quiet"
feeds = ["local", "pages", "off"]
tags = ["a"]
until = 2027-01-31
was = "old"
"#,
    );
    assert_eq!(live.data, PathBuf::from("/var/lib/elsewhere"));
    assert!(live.fetch.user_agent.ends_with("(+desk@example.org)"));
    assert_eq!((live.fetch.max_bytes, live.first_poll_alert), (1 << 20, Duration::from_hours(48)));
    assert_eq!(live.fetch.total_timeout, Duration::from_secs(5));
    assert!(live.allows("http://127.0.0.1:8080/other") && !live.allows("http://127.0.0.1/"));
    let pages = &live.feeds[&FeedName::new("pages")];
    assert_eq!((live.feeds.len(), pages.format), (2, FeedFormat::Sitemap));
    assert_eq!(pages.interval, Some(Duration::from_mins(1)));
    let Some(mail::Settings::Smtp(smtp)) = &live.mail else { panic!("no server") };
    assert_eq!(
        (smtp.host.as_str(), smtp.port, smtp.tls),
        ("mail.example.org", 465, mail::Tls::Implicit)
    );
    let operator = live.operator.as_ref().unwrap();
    assert_eq!(
        (operator.email.as_slice(), operator.heartbeat.as_slice()),
        (&["ops@example.org".to_owned()][..], &[1, 4][..])
    );
    assert_eq!((operator.time.hour(), operator.time.minute()), (6, 45));
    assert_eq!((live.limits.polls, live.limits.sends), (3, 1));
    assert_eq!(live.story.window, Duration::from_hours(48));
    assert_eq!((live.story.articles, live.story.copy, live.story.related), (20_000, 0.6, 0.4));
    let usual = crate::story::Thresholds::default();
    assert!((live.story.copy_thin - usual.copy_thin - 0.1).abs() < 1e-9);
    assert!((live.story.rewrite.needed - 12.0).abs() < 1e-9);
    assert!((live.story.rewrite.brief.needed - 2.0 * usual.rewrite.brief.needed).abs() < 1e-9);
    assert_eq!(live.feeds[&FeedName::new("local")].interval, Some(Duration::from_secs(1)));
    let policy = &live.policies[&RuleName::new("new")];
    assert_eq!(policy.tell_again, [TellAgain::Origins(4), TellAgain::Longer]);
    assert_eq!(policy.until, Some("2027-02-01T00:00:00Z".parse().unwrap()));
    assert_eq!(live.renamed[&RuleName::new("new")], RuleName::new("old"));
    assert_eq!(live.rules.get(&RuleName::new("new")).unwrap().scope.tags, ["a"]);
    assert_eq!(live.aliases["water"], "flood OR floods");
}

#[test]
fn pages_are_fetched_for_short_texts_unless_it_is_said_otherwise() {
    let text = "[[feed]]\nname = 'b'\nurl = 'https://b.example'\n";
    for (key, full_text) in [
        ("", FullText::WhenShort),
        ("full_text = 'when-short'", FullText::WhenShort),
        ("full_text = 'always'", FullText::Always),
        ("full_text = 'never'", FullText::Never),
    ] {
        let live = live(&desk_and(&format!("{text}{key}")));
        assert_eq!(live.feeds[&FeedName::new("b")].full_text, full_text, "{key}");
    }
}

#[test]
fn an_unreadable_table_does_not_make_its_references_wrong() {
    let text = DESK.replace("url = \"https://herald.example/feed.xml\"", "to = 1")
        + "feeds = ['herald']\n";
    let report = refused(&text);
    assert!(!report.contains("no feed"), "{report}");
    assert!(report.contains("missing key `url`"), "{report}");
}

#[test]
fn a_plan_names_what_changes() {
    let old = live(&format!(
        "data = 'a'\n[alias]\nw = 'flood'\n{}",
        desk_and("title = 'T'\n[[rule]]\nname = 'wet'\nquery = '$w'\nnotify = ['desk']")
    ));
    let new = live(&format!(
        "data = 'b'\n[limits]\nsends = 9\n[[publisher]]\nname = 'Herald'\n[alias]\nw = 'rain'\n{}",
        desk_and("[[rule]]\nname = 'wet'\nquery = '$w'\nnotify = ['desk']\n[[feed]]\nname = 'x'\nurl = 'https://x.example'")
            .replace("herald\"\n", "courier\"\n")
    ));
    let plan = difference(&old, &new);
    assert_snapshot!(plan.to_string(), @"
    feeds: 2 added (courier, x), 1 gone (herald); rules: 2 changed (floods, wet); changed: limits, publisher; at the next start: data
    ");
    assert_eq!(keep(&old, new.clone()).data, PathBuf::from("a"));
    assert_eq!(difference(&new, &new), Plan::default());
    assert_eq!(Plan::default().to_string(), "nothing changed");
}

#[test]
fn a_file_of_rules_alone_is_enough_for_matching() {
    let text = "[alias]\nw = 'flood'\n[[rule]]\nname = 'a'\nquery = '$w'\nnotify = ['nobody']\n";
    let source = Arc::new(Source { name: "r.toml".to_owned(), text: text.to_owned() });
    let mut report = Report::default();
    let raw = raw::parse(&[source], &mut report).unwrap();
    let (rules, aliases) = check::rules(&raw, &mut report);
    assert!(report.is_empty(), "{report}");
    assert_eq!((rules.len(), aliases.len()), (1, 1));
}

/// Texts that look like a configuration often enough to get far.
fn toml_like() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("[[feed]]".to_owned()),
        Just("[[rule]]".to_owned()),
        Just("[[recipient]]".to_owned()),
        Just("[alias]".to_owned()),
        Just("[mail]".to_owned()),
        Just("[fetch]".to_owned()),
        Just("[limits]".to_owned()),
        Just("[[agency]]".to_owned()),
        Just("[[publisher]]".to_owned()),
        (
            "(id|tokens|domains|editions|name|url|query|notify|email|send|wait|until|smtp|from|interval|polls|allow|tags|was)",
            prop_oneof![
                "'[^'\\n]{0,12}'",
                "\"(\\\\n|\\\\u00e9|[^\"\\\\\\n]){0,12}\"",
                "-?[0-9]{1,20}",
                "\\[('[a-z@.:/ ]{0,9}',?){0,3}\\]",
                "(true|2027-01-31|\\{\\})",
                "'''\\n?[^']{0,9}'''",
                "'(smtp|http)s?://[a-z0-9.:@\\[\\]]{0,12}'",
                "'(every|daily|mon,|origins >=) ?[0-9:a-z ]{0,9}'",
            ]
        )
            .prop_map(|(key, value)| format!("{key} = {value}")),
        "[^\\n]{0,12}",
    ];
    proptest::collection::vec(line, 0..14).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in toml_like()) {
        match load(&[("w.toml", &text)]) {
            Ok(loaded) => prop_assert!(!loaded.warnings.has_errors()),
            Err(report) => prop_assert!(report.to_string().contains("error")),
        }
    }

    #[test]
    fn no_bytes_make_it_panic(text in any::<String>()) {
        if let Err(report) = load(&[("w.toml", &text), ("v.toml", DESK)]) {
            prop_assert!(report.to_string().contains("w.toml"));
        }
    }
}
