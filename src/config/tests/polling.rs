//! Problems of what is said of feeds and of how they are fetched.

use std::time::Duration;

use insta::assert_snapshot;

use super::{desk_and, live, refused};
use crate::model::FeedName;

#[test]
fn when_pages_are_fetched_is_said_in_one_of_three_ways() {
    let text = desk_and("[[feed]]\nname = 'b'\nurl = 'https://b.example'\nfull_text = 'often'");
    assert_snapshot!(refused(&text), @r#"
    error: `often` does not say when the page of an item is fetched
      --> w.toml:18:13
       |
    18 | full_text = 'often'
       |             ^^^^^^^
       |
       = help: write "never", "when-short" or "always"
    "#);
}

#[test]
fn a_format_is_named_only_where_the_bytes_do_not_tell_it() {
    let text = desk_and("[[feed]]\nname = 'b'\nurl = 'https://b.example'\nformat = 'rss'");
    assert_snapshot!(refused(&text), @r#"
    error: `rss` is not a format that must be named
      --> w.toml:18:10
       |
    18 | format = 'rss'
       |          ^^^^^
       |
       = help: write "sitemap", or leave the key out: formats are told by the bytes
    "#);
}

#[test]
fn a_spool_is_a_folder_and_all_of_an_address() {
    let spool = "[[feed]]\nname = 'b'\nspool = '/var/spool/wire/tna'\n";
    let live = live(&desk_and(spool));
    let feed = &live.feeds[&FeedName::new("b")];
    assert_eq!((feed.url.as_str(), feed.is_spool), ("/var/spool/wire/tna", true));
    assert_eq!(feed.interval, Some(Duration::from_secs(5)));
    let text = format!("{spool}url = 'https://b.example'\n[[feed]]\nname = 'c'\nspool = 'wire'\n");
    let report = refused(&desk_and(&text));
    assert!(report.contains("`url` and `spool` are two places for one feed"), "{report}");
    assert!(report.contains("help: keep one of the two"), "{report}");
    assert!(report.contains("w.toml:21:9"), "{report}");
    let neither = refused(&desk_and("[[feed]]\nname = 'b'\n"));
    assert!(neither.contains("missing key `url`"), "{neither}");
}

#[test]
fn intervals_are_at_least_a_minute_unless_the_address_is_allowed() {
    let feed = "[[feed]]\nname = 'b'\nurl = 'http://10.0.0.1:81/f'\ninterval = '1 s'\n";
    assert_snapshot!(refused(&desk_and(feed)), @r#"
    warning: `10.0.0.1` is a private address and will not be fetched
      --> w.toml:17:7
       |
    17 | url = 'http://10.0.0.1:81/f'
       |       ^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: to allow it: [fetch] allow = ["10.0.0.1:81"]

    error: `1 s` is too short
      --> w.toml:18:12
       |
    18 | interval = '1 s'
       |            ^^^^^
       |
       = help: the least is 1 minute
    "#);
    let allowed = format!("{}[fetch]\nallow = ['10.0.0.0/8']\n", desk_and(feed));
    assert_eq!(live(&allowed).feeds.len(), 2);
}

#[test]
fn an_answer_may_not_outlast_the_claim_on_its_feed() {
    let report = refused(&desk_and("[fetch]\ntimeout = '5 min'"));
    assert!(report.contains("`5 min` is too long"), "{report}");
    assert!(report.contains("help: the most is 4 minutes"), "{report}");
}
