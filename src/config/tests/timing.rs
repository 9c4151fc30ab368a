//! Problems of what is said of caps, quiet hours and empty slots.

use insta::assert_snapshot;

use super::{desk_and, live, load, refused, warned};
use crate::{
    alert::{FLASH, Passes, QuietHours},
    model::{Priority, RecipientName, RuleName},
};

/// A recipient with these keys, and a rule that tells it something.
fn spared(keys: &str) -> String {
    desk_and(&format!(
        "[[recipient]]\nname = 'b'\nemail = ['b@example.org']\n{keys}\n\
         [[rule]]\nname = 'c'\nquery = 'c'\nnotify = ['b']\n"
    ))
}

#[test]
fn every_key_is_read() {
    let live = live(&spared(
        "send = 'daily 07:30'\nat_most = '20 per hour'\nquiet = ['22:00-07:00', 'sat,sun 00:00-24:00']\n\
         quiet_passes = ['flash', 'correction']\nsend_empty = true\n[[rule]]\nname = 'd'\n\
         query = 'd'\nnotify = ['b']\npriority = 'flash'\n[[rule]]\nname = 'e'\nquery = 'e'\n\
         notify = ['b']\npriority = 5",
    ));
    let [desk, b] = ["desk", "b"].map(|name| &live.recipients[&RecipientName::new(name)]);
    assert_eq!((desk.at_most, &desk.quiet, desk.send_empty), (None, &QuietHours::default(), false));
    assert_eq!(desk.passes, Passes { kill: true, flash: true, correction: false });
    assert_eq!(b.at_most.map(|cap| cap.to_string()).as_deref(), Some("20 per hour"));
    assert_eq!((b.quiet.stretches.len(), b.send_empty), (2, true));
    assert_eq!(b.passes, Passes { kill: false, flash: true, correction: true });
    let priorities = ["c", "d", "e"].map(|name| live.policies[&RuleName::new(name)].priority);
    assert_eq!(priorities, [None, Some(FLASH), Some(Priority(5))]);
}

#[test]
fn caps_and_quiet_hours_say_what_is_wrong_with_them() {
    assert_snapshot!(refused(&spared(
        "at_most = '20/hour'\nquiet = ['22:00-07:00', 'sat 9-12']\nquiet_passes = ['kil']"
    )), @r#"
    error: `20/hour` is not a number of messages in some time
      --> w.toml:18:11
       |
    18 | at_most = '20/hour'
       |           ^^^^^^^^^
       |
       = help: write "20 per hour", "100 per day" or "5 per 15 min"

    error: `9` is not a time of day
      --> w.toml:19:9
       |
    19 | quiet = ['22:00-07:00', 'sat 9-12']
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write hours and minutes, from 00:00 to 23:59, as in "07:30"

    error: `kil` is nothing that can pass quiet hours
      --> w.toml:20:17
       |
    20 | quiet_passes = ['kil']
       |                 ^^^^^
       |
       = help: did you mean `kill`?
    "#);
}

#[test]
fn a_week_without_an_hour_left_is_refused() {
    assert_snapshot!(refused(&spared("quiet = '00:00-24:00'\nat_most = '0 per day'")), @"
    error: it is quiet all week: nothing would ever be told
      --> w.toml:18:9
       |
    18 | quiet = '00:00-24:00'
       |         ^^^^^^^^^^^^^
       |
       = help: leave some time, or leave the recipient out of `notify`

    error: at least one message must be allowed
      --> w.toml:19:11
       |
    19 | at_most = '0 per day'
       |           ^^^^^^^^^^^
       |
       = help: leave the recipient out of `notify` if nothing is to be told, or write `silences add`
    ");
    assert!(load(&[("w.toml", &spared("quiet = 'sat,sun 00:00-24:00'"))]).is_ok());
}

#[test]
fn what_passes_no_quiet_hours_is_odd() {
    assert_snapshot!(warned(&spared("quiet_passes = ['correction']")), @r#"
    warning: `quiet_passes` says nothing without `quiet`
      --> w.toml:18:17
       |
    18 | quiet_passes = ['correction']
       |                 ^^^^^^^^^^^^
       |
       = help: write quiet = "22:00-07:00", or leave the key out
    "#);
}

#[test]
fn slots_that_are_always_quiet_are_odd() {
    let quiet = "quiet = ['22:00-07:00', 'sun 00:00-24:00']";
    assert_snapshot!(warned(&spared(&format!("send = 'sun,mon 06:30'\n{quiet}"))), @r#"
    warning: it is always quiet at `sun,mon 06:30`
      --> w.toml:18:8
       |
    18 | send = 'sun,mon 06:30'
       |        ^^^^^^^^^^^^^^^
       |
       = help: messages go out when quiet hours are over; write that time, or another
    "#);
    assert!(warned(&spared(&format!("send = 'sun,mon 07:30'\n{quiet}"))).is_empty());
}

#[test]
fn only_who_has_slots_can_hear_that_one_was_empty() {
    assert_snapshot!(refused(&spared("send_empty = true")), @r#"
    error: a recipient who is told at once has no slots that could be empty
      --> w.toml:18:14
       |
    18 | send_empty = true
       |              ^^^^
       |
       = help: write send = "daily 07:30", or leave `send_empty` out
    "#);
    assert!(load(&[("w.toml", &spared("send = 'every 1 h'\nsend_empty = true"))]).is_ok());
    assert!(load(&[("w.toml", &spared("send_empty = false"))]).is_ok());
}

#[test]
fn a_rule_is_as_urgent_as_a_number_says() {
    assert_snapshot!(refused(&desk_and("priority = 'urgent'")), @r#"
    error: `priority` is "flash" or a number from 1 to 9
      --> w.toml:15:12
       |
    15 | priority = 'urgent'
       |            ^^^^^^^^
       |
       = help: write priority = "flash", which is 1, for what must not wait
    "#);
    assert!(load(&[("w.toml", &desk_and("priority = 9"))]).is_ok());
}
