//! A day of an invented wire under a paused clock: what is printed hour by hour, and who is told what.

use std::time::Duration;

use wiredesk::{
    clock::Clock,
    mail::{Mailer, Memory},
};

use super::{
    Watch, recorded, start, texts,
    told::{Printed, editions, entry, feeds, told},
};

/// Each feed and its publisher.
const FEEDS: [(&str, &str); 5] = [
    ("tidal", "Tidal News Agency"),
    ("post", "Ellaby Post"),
    ("courier", "Sund Courier"),
    ("mills", "The Mills Gazette"),
    ("pilot", "The Pilot"),
];

fn config() -> String {
    feeds(&FEEDS)
        + "[[agency]]\nid = 'tna'\nname = 'Tidal News Agency'\ntokens = ['TNA']\n\
         [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\ntimezone = 'Asia/Karachi'\n\
         [[recipient]]\nname = 'morning'\nemail = ['editor@desk.example']\nsend = 'daily 07:30'\ntimezone = 'Asia/Karachi'\n\
         [[rule]]\nname = 'harbour'\ntitle = 'Ellaby harbour'\nquery = 'Ellaby AND (harbour OR basin OR dredger)'\nnotify = ['desk', 'morning']\n\
         [[rule]]\nname = 'confirmed'\nquery = 'Ellaby AND (gate OR lock)'\nnotify = ['desk']\nwhen = 'origins >= 2'\ntell_again = []\n"
}

/// Everything that is printed: from which hour on, in which feed, under which id.
fn printed() -> Vec<Printed> {
    let corrected = texts::LOCK.replace(texts::LOCK_FIRST, texts::LOCK_CORRECTED);
    let (cut, _) = texts::LOCK.rsplit_once("\n\n").unwrap();
    let without_credit = texts::LOCK.replace("ELLABY, May 12 (TNA): ", "");
    vec![
        (0, "post", entry("museum", -72, "Log of the Constance comes home", texts::MUSEUM)),
        (0, "tidal", entry("weather", -5, "Dry days ahead", texts::WEATHER)),
        (1, "tidal", entry("lock", 1, "Lock gate adrift closes Ellaby harbour", texts::LOCK)),
        (2, "post", entry("lock", 2, "Forty ships wait as lock gate tears loose", cut)),
        (
            3,
            "courier",
            entry("gate", 3, "Ellaby: great lock closed until crane comes", &without_credit),
        ),
        (
            4,
            "mills",
            entry("barley", 4, "No barley for the mills after lock accident", texts::LOCK),
        ),
        (5, "pilot", entry("bang", 5, "Ellaby wakes to a bang", texts::OWN_REPORT)),
        (
            6,
            "tidal",
            entry("lock", 1, "CORRECTED: Lock gate adrift closes Ellaby harbour", &corrected),
        ),
        (7, "tidal", entry("ferry", 7, "Night ferry to Ellaby to be withdrawn", texts::FERRY)),
        (8, "courier", entry("ferry", 8, "Board wants to sell both night ferries", texts::FERRY)),
        (
            9,
            "tidal",
            entry("ferry", 7, "KILL: Night ferry to Ellaby to be withdrawn", texts::FERRY),
        ),
        (10, "pilot", entry("log", 10, "A log with two mutinies", texts::MUSEUM)),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_day_of_the_wire() {
    let memory = Memory::default();
    let (fetcher, mailer) =
        (recorded(editions(&FEEDS, &printed(), 12)), Mailer::Memory(memory.clone()));
    let watch = Watch::new(&config(), fetcher, mailer, Clock::simulated(start())).await;
    // Until half past an hour, so that it does not end while a poll is due.
    watch.run(Duration::from_mins(24 * 60 - 30)).await;
    let shown = |line: &str| {
        line.starts_with("- ")
            || line.starts_with("Told again")
            || line.starts_with("Also told")
            || line.contains("[-")
            || line.contains("Figure:")
    };
    insta::assert_snapshot!(told(&watch, memory.sent(), shown).await);
    let feeds = watch.context.store.read(|tx| tx.feeds()).await.unwrap();
    let polls: Vec<_> = feeds.iter().map(|feed| (feed.polls, feed.state.problem.clone())).collect();
    assert_eq!(polls, vec![(24, None); FEEDS.len()], "each feed, each hour");
}
