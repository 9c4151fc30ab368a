//! What is refused and what is odd, as a person sees it.

use insta::assert_snapshot;

use super::{desk_and, load, refused, warned};

#[test]
fn one_mistake_in_a_feed_does_not_hide_the_others() {
    let feeds = r#"
[[feed]]
nmae = "herald"
url = "https://herald.example/feed.xml"
[[feed]]
name = "courier"
url = "ftp://courier.example/feed.xml"
interval = 15
tags = "world"
colour = "red"
[[feed]]
name = "courier"
"#;
    assert_snapshot!(refused(feeds), @r#"
    error: unknown key `nmae`
     --> w.toml:3:1
      |
    3 | nmae = "herald"
      | ^^^^
      |
      = help: did you mean `name`?

    error: `ftp` addresses are not fetched
     --> w.toml:7:7
      |
    7 | url = "ftp://courier.example/feed.xml"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: only `http`, `https` and `file` are

    error: `interval`: invalid type: integer `15`, expected a string
     --> w.toml:8:12
      |
    8 | interval = 15
      |            ^^
      |
      = help: put it in quotes

    error: `tags`: invalid type: string "world", expected a sequence
     --> w.toml:9:8
      |
    9 | tags = "world"
      |        ^^^^^^^
      |
      = help: write a list: tags = ["…"]

    error: unknown key `colour`
      --> w.toml:10:1
       |
    10 | colour = "red"
       | ^^^^^^
       |
       = help: there are `name`, `url`, `spool`, `format`, `publisher`, `tags`, `interval`, `full_text`, `language`, `enabled`, `user_agent`, `headers`, `username`, `password_file`, `bearer_file`, `http`, `proxy`, `ca_file`

    error: missing key `url`
      --> w.toml:11:1
       |
    11 | [[feed]]
       | ^^^^^^^^
    "#);
}

#[test]
fn one_mistake_in_a_rule_does_not_hide_the_others() {
    let rules = r#"
[[feed]]
name = "courier"
url = "https://courier.example/feed.xml"
[[recipient]]
name = "desk"
email = ["desk.example.org"]
send = "hourly"
timezone = "Asia/Karatchi"
[[rule]]
name = "two words"
query = 'floods'
notify = ["desk", "dsk"]
feeds = ["herald", "courrier"]
tell_again = ["corection"]
until = "soon"
"#;
    assert_snapshot!(refused(rules), @r#"
    warning: no rule looks at feed `courier`
     --> w.toml:3:8
      |
    3 | name = "courier"
      |        ^^^^^^^^^
      |
      = help: name it, or one of its tags, in `feeds` or `tags` of a rule

    error: `desk.example.org` is not a mail address
     --> w.toml:7:10
      |
    7 | email = ["desk.example.org"]
      |          ^^^^^^^^^^^^^^^^^^
      |
      = help: write a bare address, as in "desk@example.org"

    error: `hourly` is not a time to send
     --> w.toml:8:8
      |
    8 | send = "hourly"
      |        ^^^^^^^^
      |
      = help: write "at once", "every 15 min", "daily 07:30" or "mon,thu 07:30"

    error: there is no time zone `Asia/Karatchi`
     --> w.toml:9:12
      |
    9 | timezone = "Asia/Karatchi"
      |            ^^^^^^^^^^^^^^^
      |
      = help: did you mean `Asia/Karachi`?

    error: ` ` may not stand in a name
      --> w.toml:11:8
       |
    11 | name = "two words"
       |        ^^^^^^^^^^^
       |
       = help: a name has English letters, digits, `-`, `_` and `.`

    error: there is no recipient `dsk`
      --> w.toml:13:19
       |
    13 | notify = ["desk", "dsk"]
       |                   ^^^^^
       |
       = help: did you mean `desk`?

    error: there is no feed `herald`
      --> w.toml:14:10
       |
    14 | feeds = ["herald", "courrier"]
       |          ^^^^^^^^
       |
       = help: there is only `courier`

    error: there is no feed `courrier`
      --> w.toml:14:20
       |
    14 | feeds = ["herald", "courrier"]
       |                    ^^^^^^^^^^
       |
       = help: did you mean `courier`?

    error: `corection` is not a reason to tell again
      --> w.toml:15:15
       |
    15 | tell_again = ["corection"]
       |               ^^^^^^^^^^^
       |
       = help: did you mean `correction`?

    error: `until` is a day or a moment with its zone
      --> w.toml:16:9
       |
    16 | until = "soon"
       |         ^^^^^^
       |
       = help: write until = 2027-01-31 or until = 2027-01-31T18:00:00Z
    "#);
}

#[test]
fn broken_syntax_is_shown_where_it_is() {
    assert_snapshot!(refused("[[rule]]\nname = 'a'\nquery = Pakistan AND Pentagon\n"), @"
    error: string values must be quoted, expected literal string
     --> w.toml:3:9
      |
    3 | query = Pakistan AND Pentagon
      |         ^^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn sections_of_the_wrong_kind_say_how_to_write_them() {
    assert_snapshot!(refused("data = 3\nalias = 'x'\nfoo = 1\n[feed]\nname = 'a'\n[feeds]\n"), @"
    error: expected a string, found integer
     --> w.toml:1:8
      |
    1 | data = 3
      |        ^
      |
      = help: put it in quotes

    error: `alias` is a table of names and queries
     --> w.toml:2:9
      |
    2 | alias = 'x'
      |         ^^^
      |
      = help: write [alias] on a line, and name = 'query' on the lines below

    error: unknown key `foo`
     --> w.toml:3:1
      |
    3 | foo = 1
      | ^^^
      |
      = help: there are `data`, `fetch`, `mail`, `operator`, `limits`, `story`, `web`, `agency`, `publisher`, `host`, `feed`, `alias`, `recipient`, `rule`

    error: `feed` is a list of tables
     --> w.toml:4:2
      |
    4 | [feed]
      |  ^^^^
      |
      = help: write [[feed]] with two brackets

    error: unknown key `feeds`
     --> w.toml:6:2
      |
    6 | [feeds]
      |  ^^^^^
      |
      = help: did you mean `feed`?
    ");
}

#[test]
fn thresholds_have_bounds() {
    let story = "[story]\ncopy = 0.4\nrelated = 0.5\nrewritten = 1\n";
    assert_snapshot!(refused(&desk_and(story)), @"
    error: 0.5 is out of range
      --> w.toml:17:11
       |
    17 | related = 0.5
       |           ^^^
       |
       = help: from 0.1 to 0.4

    error: 1 is out of range
      --> w.toml:18:13
       |
    18 | rewritten = 1
       |             ^
       |
       = help: from 5 to 20
    ");
}

#[test]
fn mail_settings_must_go_together() {
    assert_snapshot!(refused(&desk_and(r#"
[mail]
from = "Wire Desk <wire.example.org>"
smtp = "smtps://me:secret@mail.example.org/x"
username = "wire"
tls = "starttls"
"#)), @r#"
    error: the address of the server holds a password, at w.toml:18
     |
     = help: write `username` and `password_file` on lines of their own

    error: `wire.example.org` is not a mail address
      --> w.toml:17:8
       |
    17 | from = "Wire Desk <wire.example.org>"
       |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write a bare address, as in "desk@example.org"

    error: `username` has no `password_file`
      --> w.toml:19:12
       |
    19 | username = "wire"
       |            ^^^^^^
       |
       = help: write both, or none of the two

    error: `starttls` is not a choice of `tls`
      --> w.toml:20:7
       |
    20 | tls = "starttls"
       |       ^^^^^^^^^^
       |
       = help: leave the key out: smtp:// requires STARTTLS and smtps:// is encrypted from the start; "none" sends in the clear
    "#);
    assert_snapshot!(refused(&desk_and(
        "[mail]\nfrom = 'a@example.org'\nsmtp = 'smtps://mail.example.org'\ntls = 'none'"
    )), @"
    error: `smtps` is encrypted, and `tls` says otherwise
      --> w.toml:18:7
       |
    18 | tls = 'none'
       |       ^^^^^^
       |
       = help: write smtp://, or leave `tls` out
    ");
    assert_snapshot!(refused(&desk_and(
        "[mail]\nfrom = 'a@example.org'\nusername = 'me'\npassword_file = 'key'"
    )), @r#"
    error: `username` is of a mail server, and none is named
      --> w.toml:17:12
       |
    17 | username = 'me'
       |            ^^^^
       |
       = help: name it, as in `smtp = "smtp://mail.example.org:587"`, or leave the key out

    error: `password_file` is of a mail server, and none is named
      --> w.toml:18:17
       |
    18 | password_file = 'key'
       |                 ^^^^^
       |
       = help: name it, as in `smtp = "smtp://mail.example.org:587"`, or leave the key out
    "#);
}

#[test]
fn an_operator_has_an_address_and_a_time_of_day() {
    assert_snapshot!(refused(&desk_and("[operator]\nemail = []\nheartbeat = 'every 2 h'")), @r#"
    error: there is no address
      --> w.toml:16:9
       |
    16 | email = []
       |         ^^
       |
       = help: write email = ["desk@example.org"], or `webhook` or `exec`

    error: `every 2 h` is not a time of day
      --> w.toml:17:13
       |
    17 | heartbeat = 'every 2 h'
       |             ^^^^^^^^^^^
       |
       = help: write "daily 07:30" or "mon,thu 07:30"
    "#);
    assert_snapshot!(refused(&desk_and("[operator]\nheartbeat = 'daily 25:00'")), @r#"
    error: there is no address
      --> w.toml:15:1
       |
    15 | [operator]
       | ^^^^^^^^^^
       |
       = help: write email = ["desk@example.org"], or `webhook` or `exec`

    error: `daily 25:00` is not a time of day
      --> w.toml:16:13
       |
    16 | heartbeat = 'daily 25:00'
       |             ^^^^^^^^^^^^^
       |
       = help: write "daily 07:30" or "mon,thu 07:30"
    "#);
}

#[test]
fn names_are_taken_once_over_all_files() {
    let second =
        "[alias]\na = 'x'\n[fetch]\n[[rule]]\nname = 'floods'\nquery = 'x'\nwas = 'floods'\n";
    let first = desk_and("[alias]\na = 'y'\n[fetch]");
    let report = load(&[("1.toml", &first), ("2.toml", second)]).map(|_| ()).unwrap_err();
    assert_snapshot!(report.to_string(), @r#"
    error: alias `a` is there already, at 1.toml:16
     --> 2.toml:2:1
      |
    2 | a = 'x'
      | ^
      |
      = help: keep one of the two, or give one another name

    error: section `fetch` is there already, at 1.toml:17
     --> 2.toml:3:2
      |
    3 | [fetch]
      |  ^^^^^
      |
      = help: keep one of the two, or give one another name

    error: rule `floods` is there already, at 1.toml:11
     --> 2.toml:5:8
      |
    5 | name = 'floods'
      |        ^^^^^^^^
      |
      = help: keep one of the two, or give one another name

    warning: rule `floods` notifies nobody
     --> 2.toml:5:8
      |
    5 | name = 'floods'
      |        ^^^^^^^^
      |
      = help: write notify = ["…"] with the name of a recipient

    error: rule `floods` is still there
     --> 2.toml:7:7
      |
    7 | was = 'floods'
      |       ^^^^^^^^
      |
      = help: a rule takes over the memory of one that is gone
    "#);
}

#[test]
fn odd_things_are_accepted_with_a_warning() {
    assert_snapshot!(warned(r#"
[[feed]]
name = "herald"
url = "http://localhost:8080/feed.xml"
[[feed]]
name = "again"
url = "http://localhost:8080/feed.xml"
[[recipient]]
name = "desk"
email = ["desk@example.org"]
[[rule]]
name = "floods"
query = 'floods'
feeds = ["herald"]
"#), @r#"
    warning: `localhost` is a private address and will not be fetched
     --> w.toml:4:7
      |
    4 | url = "http://localhost:8080/feed.xml"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: to allow it: [fetch] allow = ["127.0.0.1:8080"]

    warning: no rule looks at feed `again`
     --> w.toml:6:8
      |
    6 | name = "again"
      |        ^^^^^^^
      |
      = help: name it, or one of its tags, in `feeds` or `tags` of a rule

    warning: feed `herald` has the same address
     --> w.toml:7:7
      |
    7 | url = "http://localhost:8080/feed.xml"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: one of the two is enough

    warning: `localhost` is a private address and will not be fetched
     --> w.toml:7:7
      |
    7 | url = "http://localhost:8080/feed.xml"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: to allow it: [fetch] allow = ["127.0.0.1:8080"]

    warning: no rule notifies recipient `desk`
     --> w.toml:9:8
      |
    9 | name = "desk"
      |        ^^^^^^
      |
      = help: write notify = ["desk"] in a rule

    warning: rule `floods` notifies nobody
      --> w.toml:12:8
       |
    12 | name = "floods"
       |        ^^^^^^^^
       |
       = help: write notify = ["…"] with the name of a recipient
    "#);
    assert_snapshot!(warned(""), @"
    warning: there is no feed
     |
     = help: write a [[feed]] table

    warning: there is no rule
     |
     = help: write a [[rule]] table
    ");
}
