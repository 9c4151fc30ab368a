//! A day of an invented wire under a paused clock: what is printed hour by hour, and who is told what.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use mail_parser::{HeaderValue, Message, MessageParser};
use wiredesk::{
    clock::Clock,
    mail::{Mailer, Memory, Outgoing},
};

use super::{Entry, PAPERS, Watch, recorded, start, texts};

/// Each feed and its publisher.
const FEEDS: [(&str, &str); 5] = [
    ("tidal", "Tidal News Agency"),
    ("post", "Ellaby Post"),
    ("courier", "Sund Courier"),
    ("mills", "The Mills Gazette"),
    ("pilot", "The Pilot"),
];

/// Hours from the first poll on.
type Hour = i64;

fn config() -> String {
    let mut config = String::from(
        "[fetch]\nallow = ['127.0.0.1:8080']\n\
         [[agency]]\nid = 'tna'\nname = 'Tidal News Agency'\ntokens = ['TNA']\n\
         [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\ntimezone = 'Asia/Karachi'\n\
         [[recipient]]\nname = 'morning'\nemail = ['editor@desk.example']\nsend = 'daily 07:30'\ntimezone = 'Asia/Karachi'\n\
         [[rule]]\nname = 'harbour'\ntitle = 'Ellaby harbour'\nquery = 'Ellaby AND (harbour OR basin OR dredger)'\nnotify = ['desk', 'morning']\n\
         [[rule]]\nname = 'confirmed'\nquery = 'Ellaby AND (gate OR lock)'\nnotify = ['desk']\nwhen = 'origins >= 2'\ntell_again = []\n",
    );
    for (name, publisher) in FEEDS {
        let url = format!("{PAPERS}/{name}");
        writeln!(
            config,
            "[[feed]]\nname = '{name}'\nurl = '{url}'\npublisher = '{publisher}'\ninterval = '1 h'"
        )
        .unwrap();
    }
    config
}

/// Everything that is printed: from which hour on, in which feed, under which id.
fn printed() -> Vec<(Hour, &'static str, Entry)> {
    let hour = |hour: Hour| start() + SignedDuration::from_hours(hour);
    let entry = |id: &str, published: Timestamp, title: &str, text: &str| Entry {
        id: id.into(),
        title: title.into(),
        text: text.into(),
        published,
    };
    let corrected = texts::LOCK.replace(texts::LOCK_FIRST, texts::LOCK_CORRECTED);
    let (cut, _) = texts::LOCK.rsplit_once("\n\n").unwrap();
    let without_credit = texts::LOCK.replace("ELLABY, May 12 (TNA): ", "");
    let museum = hour(-72);
    vec![
        (0, "post", entry("museum", museum, "Log of the Constance comes home", texts::MUSEUM)),
        (0, "tidal", entry("weather", hour(-5), "Dry days ahead", texts::WEATHER)),
        (1, "tidal", entry("lock", hour(1), "Lock gate adrift closes Ellaby harbour", texts::LOCK)),
        (2, "post", entry("lock", hour(2), "Forty ships wait as lock gate tears loose", cut)),
        (
            3,
            "courier",
            entry("gate", hour(3), "Ellaby: great lock closed until crane comes", &without_credit),
        ),
        (
            4,
            "mills",
            entry("barley", hour(4), "No barley for the mills after lock accident", texts::LOCK),
        ),
        (5, "pilot", entry("bang", hour(5), "Ellaby wakes to a bang", texts::OWN_REPORT)),
        (
            6,
            "tidal",
            entry("lock", hour(1), "CORRECTED: Lock gate adrift closes Ellaby harbour", &corrected),
        ),
        (
            7,
            "tidal",
            entry("ferry", hour(7), "Night ferry to Ellaby to be withdrawn", texts::FERRY),
        ),
        (
            8,
            "courier",
            entry("ferry", hour(8), "Board wants to sell both night ferries", texts::FERRY),
        ),
        (
            9,
            "tidal",
            entry("ferry", hour(7), "KILL: Night ferry to Ellaby to be withdrawn", texts::FERRY),
        ),
        (10, "pilot", entry("log", hour(10), "A log with two mutinies", texts::MUSEUM)),
    ]
}

/// What each feed shows at each hour: the latest version of all it has printed.
fn editions() -> Vec<(&'static str, Vec<Entry>)> {
    let printed = printed();
    let mut editions = Vec::new();
    for (feed, _) in FEEDS {
        for hour in 0..12 {
            let mut shown = BTreeMap::new();
            for (_, _, entry) in
                printed.iter().filter(|(from, paper, _)| *paper == feed && *from <= hour)
            {
                shown.insert(entry.id.clone(), entry.clone());
            }
            editions.push((feed, shown.into_values().collect()));
        }
    }
    editions
}

/// The mails of the day: when, to whom, what, why, in whose thread, and who carried it.
async fn told(watch: &Watch, mails: Vec<Outgoing>) -> String {
    let rows = watch.deliveries().await;
    let row = |mail: &Outgoing| rows.iter().find(|row| row.message_id == mail.message_id).unwrap();
    let minute = |mail: &Outgoing| row(mail).ended_at.unwrap().as_second() / 60;
    let mut mails = mails;
    mails.sort_by_key(|mail| (minute(mail), row(mail).id));
    let karachi = TimeZone::get("Asia/Karachi").unwrap();
    let mut out = String::new();
    for mail in &mails {
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        let at = row(mail).ended_at.unwrap().to_zoned_datetime(karachi.clone());
        let at = at.strftime("%a %H:%M");
        writeln!(out, "{at}  {}  {}", mail.to, parsed.subject().unwrap()).unwrap();
        writeln!(
            out,
            "    {} for {}",
            header(&parsed, "X-Wiredesk-Reason"),
            header(&parsed, "X-Wiredesk-Rule")
        )
        .unwrap();
        if let HeaderValue::Text(follows) = parsed.in_reply_to() {
            let first = mails.iter().position(|other| other.message_id == **follows).unwrap();
            writeln!(out, "    follows mail {}", first + 1).unwrap();
        }
        let text = parsed.body_text(0).unwrap();
        for line in
            text.lines().filter(|line| line.starts_with("- ") || line.starts_with("Told again"))
        {
            writeln!(out, "    {line}").unwrap();
        }
    }
    out
}

fn header(mail: &Message<'_>, name: &str) -> String {
    mail.header(name).and_then(HeaderValue::as_text).unwrap_or_default().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_day_of_the_wire() {
    let memory = Memory::default();
    let (fetcher, mailer) = (recorded(editions()), Mailer::Memory(memory.clone()));
    let watch = Watch::new(&config(), fetcher, mailer, Clock::simulated(start())).await;
    // Until half past an hour, so that it does not end while a poll is due.
    watch.run(Duration::from_mins(24 * 60 - 30)).await;
    insta::assert_snapshot!(told(&watch, memory.sent()).await);
    let feeds = watch.context.store.read(|tx| tx.feeds()).await.unwrap();
    let polls: Vec<_> = feeds.iter().map(|feed| (feed.polls, feed.state.problem.clone())).collect();
    assert_eq!(polls, vec![(24, None); FEEDS.len()], "each feed, each hour");
}
