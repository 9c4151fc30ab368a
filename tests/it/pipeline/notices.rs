//! Kills and corrections that come as items of their own: which story they are about.

use std::time::Duration;

use wiredesk::{
    clock::Clock,
    mail::{Mailer, Memory},
};

use super::{
    Watch, recorded, start, texts,
    told::{Printed, editions, entry, feeds},
};

/// Two feeds of one agency, and a paper.
const FEEDS: [(&str, &str); 3] = [
    ("tidal", "Tidal News Agency"),
    ("tidal-urgent", "Tidal News Agency"),
    ("post", "Ellaby Post"),
];

const LOCK: &str = "Lock gate adrift closes Ellaby harbour";
const FERRY: &str = "Night ferry to Ellaby to be withdrawn";

/// An order to editors; all of them are worded alike.
fn order(what: &str) -> String {
    format!(
        "Editors: please kill the item \"{what}\" that was sent today. It was based on a letter \
         whose author could not be found. A new item will not be sent. The agency regrets this \
         and asks all who have used the item to say so in their next edition or on their pages."
    )
}

/// The reasons of the mails that follow these items, each with its story.
async fn follow_ups(later: &[Printed]) -> Vec<(i64, String)> {
    let mut printed = vec![
        (1, "tidal", entry("lock", 1, LOCK, texts::LOCK)),
        (1, "post", entry("lock", 1, "Forty ships wait as lock gate tears loose", texts::LOCK)),
        (1, "tidal", entry("ferry", 1, FERRY, texts::FERRY)),
    ];
    printed.extend_from_slice(later);
    let config = feeds(&FEEDS)
        + "[[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\n\
           [[rule]]\nname = 'ellaby'\nquery = 'Ellaby'\nnotify = ['desk']\n";
    let memory = Memory::default();
    let (fetcher, mailer) =
        (recorded(editions(&FEEDS, &printed, 8)), Mailer::Memory(memory.clone()));
    let watch = Watch::new(&config, fetcher, mailer, Clock::simulated(start())).await;
    watch.run(Duration::from_mins(9 * 60 + 30)).await;
    let alerts = watch.context.store.read(|tx| tx.alerts_since(start())).await.unwrap();
    assert_eq!(memory.sent().len(), alerts.len(), "one mail each");
    let told = alerts.iter().map(|alert| (alert.story.0, alert.reason.kind().to_owned()));
    let mut told: Vec<_> = told.collect();
    let (first, mut rest) = (told.remove(0), told.split_off(1));
    assert_eq!(vec![first, told.remove(0)], [(1, "first".to_owned()), (2, "first".to_owned())]);
    rest.sort();
    rest
}

fn told(story: i64, reason: &str) -> (i64, String) {
    (story, reason.to_owned())
}

#[tokio::test(start_paused = true)]
async fn an_order_to_editors_is_about_the_headline_that_it_names() {
    let later = [
        (3, "tidal-urgent", entry("k1", 3, "KILL KILL KILL", &order(FERRY))),
        (4, "tidal-urgent", entry("k2", 4, "KILL KILL KILL", &order(LOCK))),
    ];
    assert_eq!(follow_ups(&later).await, [told(1, "kill"), told(2, "kill")]);
    let later = [
        (3, "tidal", entry("k1", 3, &format!("KILL: {LOCK}"), "The item is withdrawn.")),
        (4, "tidal", entry("c1", 4, &format!("Correction: {FERRY}"), "The ferry stays.")),
    ];
    assert_eq!(follow_ups(&later).await, [told(1, "kill"), told(2, "correction")]);
}

#[tokio::test(start_paused = true)]
async fn an_order_may_name_the_headline_that_was() {
    let later = [
        (2, "tidal", entry("lock", 1, "Great lock loses its western gate", texts::LOCK)),
        (3, "tidal-urgent", entry("kill", 3, "KILL KILL KILL", &order(LOCK))),
    ];
    assert_eq!(follow_ups(&later).await, [told(1, "kill")]);
}

#[tokio::test(start_paused = true)]
async fn an_order_that_names_nothing_or_another_houses_headline_is_about_nothing() {
    for (paper, title, text) in [
        ("tidal-urgent", "KILL KILL KILL", order("Crane expected at Ellaby on Wednesday")),
        ("tidal", "KILL: Ellaby", "The item is withdrawn.".to_owned()),
        ("post", "KILL KILL KILL", order(LOCK)),
    ] {
        let later = [(3, paper, entry("kill", 3, title, &text))];
        assert_eq!(follow_ups(&later).await, [], "{paper}: {title}");
    }
    // Worded like the first order, which was about the ferry, and about something else.
    let later = [
        (3, "tidal", entry("k1", 3, "KILL KILL KILL", &order(FERRY))),
        (4, "tidal", entry("k2", 4, "KILL KILL KILL", &order("Crane expected on Wednesday"))),
    ];
    assert_eq!(follow_ups(&later).await, [told(2, "kill")]);
}

#[tokio::test(start_paused = true)]
async fn a_headline_that_stood_over_two_stories_names_neither() {
    let other = texts::WEATHER.replace("inland valleys", "Ellaby valleys");
    let later = [
        (2, "tidal", entry("again", 2, LOCK, &other)),
        (3, "tidal", entry("kill", 3, "KILL KILL KILL", &order(LOCK))),
    ];
    assert_eq!(follow_ups(&later).await, [told(3, "first")]);
}

#[tokio::test(start_paused = true)]
async fn a_note_at_the_end_corrects_a_version_that_was_seen() {
    let noted = format!(
        "{}\n\nCorrection: An earlier version of this story misstated the number of ships.",
        texts::LOCK
    );
    let title = "Forty ships wait as lock gate tears loose";
    let revised = [(3, "post", entry("lock", 1, title, &noted))];
    assert_eq!(follow_ups(&revised).await, [told(1, "correction")]);
    let new = [(3, "tidal-urgent", entry("lock", 3, title, &noted))];
    assert_eq!(follow_ups(&new).await, []);
}
