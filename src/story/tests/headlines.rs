//! Summaries of one text, of which nothing but the headline need be the same.

use super::*;

/// A summary with a headline of its own.
fn summary(title: &str, from: u32, publisher: &str, hours: i64) -> Sketch {
    let text = text(from, from + 40);
    Sketch::of(&Subject { title, text: &text, publisher, at: at(hours), credits: &[] })
}

#[test]
fn summaries_under_one_headline_are_copies_whatever_part_they_show() {
    let five = "Crane falls into Arden harbour, channel blocked";
    let cut = "Crane falls into Arden harbour, channel";
    let four = "Crane falls into harbour";
    for (second, stories) in [
        (summary(five, 100, "Q", 3), [0, 0]),
        (summary(five, 100, "P", 3), [0, 1]),
        (summary(five, 100, "Q", 24), [0, 1]),
        (summary("Watch: Crane falls into Arden harbour, channel blocked", 100, "Q", 3), [0, 0]),
        // One that may have been cut needs some of the wording.
        (summary(cut, 100, "Q", 3), [0, 1]),
        (summary(cut, 32, "Q", 3), [0, 0]),
        (summary("Channel blocked: crane falls into harbour of Norland", 100, "Q", 3), [0, 1]),
    ] {
        assert_eq!(cluster(&[summary(five, 0, "P", 0), second]), stories);
    }
    assert_eq!(cluster(&[summary(four, 0, "P", 0), summary(four, 100, "Q", 3)]), [0, 1]);
}

#[test]
fn a_summary_is_no_copy_of_a_whole_text_for_its_headline() {
    let title = "Crane falls into Arden harbour, channel blocked";
    let report = |from, to| {
        let text = text(from, to);
        Sketch::of(&Subject { title, text: &text, publisher: "Q", at: at(3), credits: &[] })
    };
    assert_eq!(cluster(&[summary(title, 0, "P", 0), report(1_000, 1_400)]), [0, 1]);
}

#[test]
fn the_headline_of_a_column_makes_no_copies() {
    let title = "Morning briefing: seven things worth knowing";
    let day = |n: u32, publisher, hours| summary(title, n * 100, publisher, hours);
    let columns = [day(0, "P", 0), day(1, "P", 24), day(2, "P", 48), day(3, "Q", 49)];
    assert_eq!(cluster(&columns), [0, 1, 2, 3]);
}

#[test]
fn a_summary_under_the_headline_of_one_copy_need_not_be_like_the_longest() {
    let title = "Crane falls into Arden harbour, channel blocked";
    let first = summary(title, 0, "P", 0);
    // The same text, longer and under a headline of its own.
    let long = text(0, 60);
    let subject = Subject { title: "", text: &long, publisher: "R", at: at(1), credits: &[] };
    assert_eq!(cluster(&[first, Sketch::of(&subject), summary(title, 100, "Q", 2)]), [0, 0, 0]);
}
