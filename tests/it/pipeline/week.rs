//! A week of an invented wire under a paused clock: one dispatch, whoever prints it, and what
//! becomes of it, with a restart in between.

use std::time::Duration;

use wiredesk::{
    clock::Clock,
    mail::{Mailer, Memory},
};

use super::{
    Watch, recorded, start, texts,
    told::{Hour, Printed, editions, entry, feeds, told},
};

const DAY: Hour = 24;

/// Two agencies and the papers of the coast.
const FEEDS: [(&str, &str); 23] = [
    ("tidal", "Tidal News Agency"),
    ("nws", "North Wire Service"),
    ("pilot", "The Pilot"),
    ("post", "Ellaby Post"),
    ("courier", "Sund Courier"),
    ("mills", "The Mills Gazette"),
    ("anchor", "The Anchor"),
    ("argus", "Norrby Argus"),
    ("beacon", "Harbour Beacon"),
    ("bugle", "Hollin Bugle"),
    ("chronicle", "Coast Chronicle"),
    ("compass", "The Compass"),
    ("echo", "Evening Echo"),
    ("ferryman", "The Ferryman"),
    ("herald", "Aske Herald"),
    ("lantern", "The Lantern"),
    ("ledger", "Grain Ledger"),
    ("mercury", "Sund Mercury"),
    ("observer", "Isles Observer"),
    ("sentinel", "Cape Sentinel"),
    ("star", "Morning Star of Hollin"),
    ("tribune", "Upriver Tribune"),
    ("almanac", "The Almanac"),
];

fn config() -> String {
    feeds(&FEEDS)
        + "[[agency]]\nid = 'tna'\nname = 'Tidal News Agency'\ntokens = ['TNA']\n\
         [[agency]]\nid = 'nws'\nname = 'North Wire Service'\ntokens = ['NWS']\n\
         [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\ntimezone = 'Asia/Karachi'\n\
         [[recipient]]\nname = 'close'\nemail = ['close@desk.example']\ntimezone = 'Asia/Karachi'\n\
         [[recipient]]\nname = 'morning'\nemail = ['editor@desk.example']\nsend = 'daily 07:30'\ntimezone = 'Asia/Karachi'\n\
         [[rule]]\nname = 'harbour'\nquery = 'Ellaby AND (lock OR harbour)'\nnotify = ['desk', 'morning']\nrelated = 'digest'\n\
         [[rule]]\nname = 'closely'\nquery = 'Ellaby AND hinge'\nnotify = ['close']\nrelated = 'quiet'\ntell_again = ['kill', 'correction', 'origins >= 3', 'longer', 'headline']\n\
         [[rule]]\nname = 'confirmed'\nquery = 'Ellaby AND Brandt'\nnotify = ['close']\nrelated = 'quiet'\nwhen = 'origins >= 2'\n"
}

const TITLE: &str = "Lock gate adrift closes Ellaby harbour";

/// Eighteen papers within six hours: some print all of the dispatch, some cut it, some leave its
/// credit out, and each has a headline of its own.
fn carriers() -> Vec<Printed> {
    let (cut, _) = texts::LOCK.rsplit_once("\n\n").unwrap();
    let (brief, _) = cut.rsplit_once("\n\n").unwrap();
    let uncredited = texts::LOCK.replace("ELLABY, May 12 (TNA): ", "");
    let headlines = [
        "Forty ships wait as lock gate tears loose",
        "Ellaby: great lock closed until crane comes",
        "No barley for the mills after lock accident",
        "Gate tears from hinge, lock of Ellaby shut",
        "Lock shut: what it means for Norrby",
        "Dredger saves lock gate from the basin floor",
    ];
    let mut printed = Vec::new();
    for (at, (feed, _)) in FEEDS[3..21].iter().enumerate() {
        let text = [texts::LOCK, cut, &uncredited, brief][at % 4];
        let hour = 2 + i64::try_from(at / 3).unwrap();
        printed.push((hour, *feed, entry("lock", hour, headlines[at % 6], text)));
    }
    printed
}

/// Everything that is printed but by the eighteen.
fn others() -> Vec<Printed> {
    let later = format!("{}\n\n{}", texts::LOCK, texts::LOCK_LATER);
    let corrected = later.replace(texts::LOCK_FIRST, texts::LOCK_CORRECTED);
    let later_title = "Ships queue off Ellaby as yard and port quarrel over lock gate";
    let corrected_title = format!("CORRECTED: {later_title}");
    vec![
        (0, "tidal", entry("weather", -5, "Dry days ahead", texts::WEATHER)),
        (1, "tidal", entry("lock", 1, TITLE, texts::LOCK)),
        (9, "tidal", entry("lock-2", 9, &format!("UPDATE 1-{later_title}"), &later)),
        (10, "tribune", entry("lock", 10, later_title, &later)),
        (11, "pilot", entry("bang", 11, "Ellaby wakes to a bang", texts::OWN_REPORT)),
        (12, "nws", entry("queue", 12, "61 ships wait for a crane", texts::OTHER_AGENCY)),
        (DAY + 4, "tidal", entry("lock-2", 9, &corrected_title, &corrected)),
        (DAY + 6, "post", entry("lock-2", DAY + 6, &corrected_title, &corrected)),
        (
            5 * DAY + 12,
            "almanac",
            entry("lock", 5 * DAY + 12, "How Ellaby lost its gate", texts::LOCK),
        ),
        (6 * DAY + 3, "tidal", entry("kill", 6 * DAY + 3, &format!("KILL: {TITLE}"), texts::LOCK)),
        (
            6 * DAY + 5,
            "courier",
            entry("lock", 2, "Dispatch withdrawn", "KILL: TNA takes back its dispatch."),
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_week_of_the_wire() {
    let memory = Memory::default();
    let printed = [carriers(), others()].concat();
    let hours = 7 * DAY;
    let (fetcher, mailer) =
        (recorded(editions(&FEEDS, &printed, hours)), Mailer::Memory(memory.clone()));
    let watch = Watch::new(&config(), fetcher, mailer, Clock::simulated(start())).await;
    // Until half past an hour, so that it does not end while a poll is due; the messages about the
    // correction are still to be sent at the restart.
    watch.run(Duration::from_mins(28 * 60 + 1)).await;
    let watch = watch.restarted().await;
    watch.run(Duration::from_mins(60 * u64::try_from(hours).unwrap() - 28 * 60 - 31)).await;
    let shown = |line: &str| {
        ["Told again", "Also told", "Note:", "Carried by", "- 17 May", "  Figure:", "  And "]
            .iter()
            .any(|start| line.starts_with(start))
            || line.contains("[-")
            || line.ends_with(" went.")
    };
    insta::assert_snapshot!(told(&watch, memory.sent(), shown).await);
}
