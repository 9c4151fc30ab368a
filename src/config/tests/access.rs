//! Keys, names and ways of feeds: what they come to, what is refused, and that nothing is printed.

use insta::assert_snapshot;

use super::{DESK, Live, desk_and, difference, live, load, refused, warned};
use crate::{fetch::Access, model::FeedName};

/// [`DESK`] with lines in its feed.
fn feed_and(lines: &str) -> String {
    DESK.replace("tags = [\"world\"]\n", &format!("{lines}\n"))
}

fn access(live: &Live) -> &Access {
    live.access(&FeedName::new("herald")).unwrap()
}

#[test]
fn a_feed_is_asked_for_as_its_keys_say() {
    let live = live(&feed_and(
        "user_agent = 'Arden-Desk/1.0 (+desk@example.org)'\nproxy = 'http://proxy.example:3128'\n\
         username = 'desk'\npassword_file = 'key'\nheaders = { X-Key = 'k7', Cookie = 'member=7' }",
    ));
    let mut expected = Access::default();
    expected.call_yourself("Arden-Desk/1.0 (+desk@example.org)").unwrap();
    expected.go_through("http://proxy.example:3128").unwrap();
    expected.log_in("desk", "open-sesame").unwrap();
    expected.show("X-Key", "k7").unwrap();
    expected.show("Cookie", "member=7").unwrap();
    assert_eq!(access(&live), &expected);
    let printed = format!("{live:?}");
    for secret in ["sesame", "k7", "member=7", "ZGVzazpvcGVuLXNlc2FtZQ"] {
        assert!(!printed.contains(secret), "{secret}");
    }
}

#[test]
fn a_token_is_a_key_too() {
    let mut expected = Access::default();
    expected.bear("open-sesame").unwrap();
    assert_eq!(access(&live(&feed_and("bearer_file = 'key'"))), &expected);
}

#[test]
fn another_key_is_another_feed_in_the_plan() {
    let (old, new) = (live(&feed_and("headers = { X-Key = 'a' }")), live(DESK));
    assert_eq!(difference(&old, &new).to_string(), "feeds: 1 changed (herald)");
    assert_eq!(difference(&old, &old.clone()).to_string(), "nothing changed");
}

#[test]
fn what_is_no_key_is_refused_and_no_value_is_repeated() {
    let report = refused(&feed_and(
        "headers = { Host = 'open-sesame', Authorization = 'Bearer open-sesame', User-Agent = 'x', X-Key = \
         7, \"X Y\" = 'open-sesame', X-A = 'open', x-a = \"sesame\" }\nproxy = \
         'http://desk:open-sesame@proxy.example'",
    ));
    assert!(!report.contains("sesame"), "{report}");
    assert_snapshot!(report, @"
    error: header `Authorization`: that header is not for the configuration to set, at w.toml:5
     |
     = help: write `username` and `password_file`, or `bearer_file`

    error: header `Host`: that header is not for the configuration to set, at w.toml:5
     |
     = help: leave it out

    error: header `User-Agent`: that header is not for the configuration to set, at w.toml:5
     |
     = help: write `user_agent`

    error: header `X Y`: that is not the name of a header, at w.toml:5
     |
     = help: leave it out

    error: header `X-Key`: its value is no string, at w.toml:5
     |
     = help: put it in quotes

    error: header `x-a`: that header is given twice, at w.toml:5
     |
     = help: leave it out

    error: the proxy's address holds a password, at w.toml:6
     |
     = help: a proxy that asks for a password is not used
    ");
    let report = refused(&feed_and(
        "user_agent = 'Mozilla/5.0 (X11)'\nproxy = 'socks5://proxy.example'\nusername = 'a:b'\n\
         password_file = 'key'\nbearer_file = 'two-lines'\nca_file = 'key'",
    ));
    assert!(!report.contains("sesame"), "{report}");
    assert_snapshot!(report, @r#"
    error: that is the name of a browser, and Wiredesk is none
     --> w.toml:5:14
      |
    5 | user_agent = 'Mozilla/5.0 (X11)'
      |              ^^^^^^^^^^^^^^^^^^^
      |
      = help: write a name of your own, as in "Arden-Desk/1.0 (+desk@example.org)"

    error: expected the address of a proxy, as in `http://proxy.example.org:3128`
     --> w.toml:6:9
      |
    6 | proxy = 'socks5://proxy.example'
      |         ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `http://` or `https://`, host and port

    error: a user's name may not hold a colon
     --> w.toml:7:12
      |
    7 | username = 'a:b'
      |            ^^^^^
      |
      = help: a name holds no colon and no line end

    error: `bearer_file` and `password_file` are two ways to be let in
     --> w.toml:9:15
      |
    9 | bearer_file = 'two-lines'
      |               ^^^^^^^^^^^
      |
      = help: keep one of the two

    error: it holds what may not stand in a header, such as the end of a line
     --> w.toml:9:15
      |
    9 | bearer_file = 'two-lines'
      |               ^^^^^^^^^^^
      |
      = help: a token is one line of plain letters

    error: expected certificates in the PEM form
      --> w.toml:10:11
       |
    10 | ca_file = 'key'
       |           ^^^^^
       |
       = help: it begins with -----BEGIN CERTIFICATE-----
    "#);
    assert_snapshot!(
        refused(&feed_and("user_agent = 'Arden-Desk/1.0'\nusername = 'desk'")), @r#"
    error: the name does not say how a publisher reaches you
     --> w.toml:5:14
      |
    5 | user_agent = 'Arden-Desk/1.0'
      |              ^^^^^^^^^^^^^^^^
      |
      = help: write an address in it, as in "Arden-Desk/1.0 (+desk@example.org)"

    error: `username` has no `password_file`
     --> w.toml:6:12
      |
    6 | username = 'desk'
      |            ^^^^^^
      |
      = help: write both, or none of the two
    "#
    );
}

#[test]
fn a_secret_in_the_clear_is_warned_of() {
    let open = |lines: &str| feed_and(lines).replace("https://", "http://");
    assert_snapshot!(warned(&open("bearer_file = 'key'")), @"
    warning: the secret is sent in the clear, since the feed's address is no https
     --> w.toml:5:15
      |
    5 | bearer_file = 'key'
      |               ^^^^^
      |
      = help: write https:// in `url`
    ");
    let inside = open("bearer_file = 'key'").replace("herald.example", "10.0.0.7");
    let allowed = format!("{inside}[fetch]\nallow = ['10.0.0.0/8']\n");
    assert!(load(&[("w.toml", &allowed)]).unwrap().warnings.is_empty());
    assert!(load(&[("w.toml", &desk_and(""))]).unwrap().warnings.is_empty());
}
