//! What is told after the first mail of a story: for which reasons, and to whom.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use wiredesk::{
    clock::Clock,
    config::Live,
    mail::{Mailer, Memory},
    model::Generation,
    pipeline::InForce,
};

use super::{
    Watch, recorded, start, texts,
    told::{Hour, Printed, editions, entry, feeds, told},
};
use crate::support::wire;

/// Three papers and an agency that are read, and who is told.
const FEEDS: [(&str, &str); 4] = [
    ("tidal", "Tidal News Agency"),
    ("post", "Ellaby Post"),
    ("courier", "Sund Courier"),
    ("pilot", "The Pilot"),
];

const WHO: &str = "
    [[agency]]
    id = 'tna'
    name = 'Tidal News Agency'
    tokens = ['TNA']
    [[recipient]]
    name = 'desk'
    email = ['desk@desk.example']
    timezone = 'Asia/Karachi'
    [[recipient]]
    name = 'morning'
    email = ['editor@desk.example']
    send = 'daily 07:30'
    timezone = 'Asia/Karachi'
    [[rule]]
    name = 'nothing'
    query = 'Atlantis'
    notify = ['desk', 'morning']
";

const TITLE: &str = "Lock gate adrift closes Ellaby harbour";

/// A configuration with one rule, for Ellaby, and these keys of it.
fn config(rule: &str) -> String {
    feeds(&FEEDS) + WHO + "[[rule]]\nname = 'ellaby'\nquery = 'Ellaby'\n" + rule
}

/// A watch of what is printed, and the mails it sends.
async fn watch(rule: &str, printed: &[Printed]) -> (Watch, Memory) {
    let memory = Memory::default();
    let fetcher = recorded(editions(&FEEDS, printed, 24));
    let mailer = Mailer::Memory(memory.clone());
    (Watch::new(&config(rule), fetcher, mailer, Clock::simulated(start())).await, memory)
}

/// Runs until half past that hour.
async fn run(watch: &Watch, hours: Hour) {
    watch.run(Duration::from_mins(u64::try_from(hours).unwrap() * 60 + 30)).await;
}

/// Every mail of a day and a half: to whom, and why.
async fn mails(rule: &str, printed: &[Printed]) -> Vec<String> {
    let (watch, memory) = watch(rule, printed).await;
    run(&watch, 36).await;
    lines(&watch, &memory).await
}

/// Each mail as `Mon 12:02 editor: kill: its subject`.
async fn lines(watch: &Watch, memory: &Memory) -> Vec<String> {
    let told = told(watch, memory.sent(), |_| false).await;
    let mut mails = Vec::new();
    for line in told.lines() {
        match line.strip_prefix("    ") {
            None => {
                let (at, rest) = line.split_once("  ").unwrap();
                let (to, subject) = rest.split_once("  ").unwrap();
                let to = to.split('@').next().unwrap();
                let subject = subject.strip_prefix("[ellaby] ").unwrap();
                mails.push(format!("{at} {to}: {subject}"));
            }
            Some(why) => {
                let mail = mails.last_mut().unwrap();
                let why = why.replace(" for ellaby", "").replace("follows mail", "after");
                write!(mail, " / {why}").unwrap();
            }
        }
    }
    mails
}

fn lock(at: Hour, title: &str, text: &str) -> Printed {
    (at, "tidal", entry("lock", 1, title, text))
}

fn corrected() -> String {
    texts::LOCK.replace(texts::LOCK_FIRST, texts::LOCK_CORRECTED)
}

/// A report of another house: little more than what everybody heard on the quay.
fn own_report() -> &'static str {
    texts::OWN_REPORT.rsplit_once("\n\n").unwrap().0
}

#[tokio::test(start_paused = true)]
async fn a_text_that_was_killed_is_not_told_to_those_who_never_heard_of_it() {
    let printed = [lock(1, TITLE, texts::LOCK), lock(3, &format!("KILL: {TITLE}"), texts::LOCK)];
    assert_eq!(
        mails("notify = ['desk', 'morning']", &printed).await,
        [
            format!("Mon 12:02 desk: {TITLE} (Tidal News Agency) / first"),
            format!("Mon 14:00 desk: KILL: {TITLE} (Tidal News Agency) / kill / after 1"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_paper_that_takes_back_its_copy_does_not_withdraw_the_story() {
    let printed = [
        lock(1, TITLE, texts::LOCK),
        (2, "post", entry("lock", 2, "Forty ships wait at Ellaby", texts::LOCK)),
        (3, "post", entry("lock", 2, "WITHDRAWN: Forty ships wait at Ellaby", texts::LOCK)),
    ];
    assert_eq!(
        mails("notify = ['desk', 'morning']", &printed).await,
        [
            format!("Mon 12:02 desk: {TITLE} (Tidal News Agency) / first"),
            "Mon 14:00 desk: WITHDRAWN: Forty ships wait at Ellaby (Tidal News Agency in Ellaby Post) \
             / kill / after 1"
                .to_owned(),
            format!("Tue 07:30 editor: {TITLE} (Tidal News Agency in Ellaby Post) / first"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_withdrawn_story_is_told_to_nobody_until_it_comes_back() {
    let killed = lock(2, &format!("KILL: {TITLE}"), texts::LOCK);
    let mut printed = vec![
        lock(1, TITLE, texts::LOCK),
        killed.clone(),
        (3, "post", entry("lock", 3, "Forty ships wait", texts::LOCK)),
        (4, "pilot", entry("bang", 4, "Ellaby wakes to a bang", own_report())),
    ];
    // The rule waits for a second origin, which comes after the kill.
    let held = "notify = ['desk', 'morning']\nrelated = 'quiet'\nwhen = 'origins >= 2'";
    let why = |mails: Vec<String>| -> Vec<String> {
        mails.iter().map(|mail| mail.split(" (").next().unwrap().to_owned()).collect()
    };
    let told = why(mails(held, &printed).await);
    assert_eq!(
        told,
        ["Mon 15:02 desk: Ellaby wakes to a bang", "Tue 07:30 editor: Ellaby wakes to a bang"]
    );
    // The agency sends it once more, and takes it back once more.
    printed.extend([lock(6, TITLE, texts::LOCK), lock(8, &killed.2.title, texts::LOCK)]);
    let told = why(mails("notify = ['desk']", &printed).await);
    let kill = format!("desk: KILL: {TITLE}");
    assert_eq!(
        told,
        [
            format!("Mon 12:02 desk: {TITLE}"),
            format!("Mon 13:00 {kill}"),
            "Mon 15:02 desk: Ellaby wakes to a bang".to_owned(),
            format!("Mon 19:00 {kill}"),
        ]
    );
    // Who does not ask for kills is not told of it as news either.
    printed.truncate(2);
    let told = mails("notify = ['morning']\ntell_again = []", &printed).await;
    assert_eq!(told, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_kill_reaches_those_who_read_of_it_in_a_digest_at_once() {
    let printed = [lock(1, TITLE, texts::LOCK), lock(22, &format!("KILL: {TITLE}"), texts::LOCK)];
    assert_eq!(
        mails("notify = ['morning']", &printed).await,
        [
            format!("Tue 07:30 editor: {TITLE} (Tidal News Agency) / first"),
            format!("Tue 09:00 editor: KILL: {TITLE} (Tidal News Agency) / kill / after 1"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_digest_that_has_not_left_tells_the_corrected_text_once() {
    let title = format!("CORRECTED: {TITLE}");
    let printed = [lock(1, TITLE, texts::LOCK), lock(3, &title, &corrected())];
    assert_eq!(
        mails("notify = ['morning']", &printed).await,
        [format!("Tue 07:30 editor: {title} (Tidal News Agency) / first")]
    );
}

#[tokio::test(start_paused = true)]
async fn papers_that_reprint_a_correction_correct_nothing() {
    let title = format!("CORRECTED: {TITLE}");
    let own = "Correction: Forty ships wait at Ellaby";
    let printed = [
        lock(1, TITLE, texts::LOCK),
        (2, "post", entry("lock", 2, "Forty ships wait at Ellaby", texts::LOCK)),
        lock(3, &title, &corrected()),
        (4, "post", entry("lock", 2, own, &corrected())),
        (5, "courier", entry("gate", 5, &title, &corrected())),
        lock(6, &title, &corrected().replace("June", "July")),
        lock(7, &format!("KILL: {TITLE}"), texts::LOCK),
        (8, "post", entry("lock", 2, "WITHDRAWN: Forty ships wait", texts::LOCK)),
    ];
    let mails = mails("notify = ['desk']", &printed).await;
    let why: Vec<_> = mails.iter().map(|mail| mail.split(" / ").nth(1).unwrap()).collect();
    assert_eq!(why, ["first", "correction", "correction", "kill"], "{mails:#?}");
    assert!(mails[2].starts_with("Mon 17:02"), "{mails:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_new_recipient_hears_nothing_of_an_old_story() {
    let printed = [lock(1, TITLE, texts::LOCK), lock(4, &format!("KILL: {TITLE}"), texts::LOCK)];
    let (watch, memory) = watch("notify = ['desk']", &printed).await;
    run(&watch, 2).await;
    let old = watch.context.in_force();
    let rule =
        config("notify = ['morning', 'desk']").replace("'desk@", "'new@desk.example', 'desk@");
    let live = wire::live(watch.folder.path(), &rule);
    let live = Live { generation: Generation(2), ..live };
    let (fetcher, mailer) = (old.fetcher.clone(), old.mailer.clone());
    watch.orders.send(Arc::new(InForce { live, fetcher, mailer })).unwrap();
    run(&watch, 30).await;
    assert_eq!(
        lines(&watch, &memory).await,
        [
            format!("Mon 12:02 desk: {TITLE} (Tidal News Agency) / first"),
            format!("Mon 15:00 desk: KILL: {TITLE} (Tidal News Agency) / kill / after 1"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn more_origins_are_told_when_there_are_more_than_were_told() {
    let printed = [
        lock(1, TITLE, texts::LOCK),
        (2, "courier", entry("gate", 2, "Lock closed", texts::LOCK)),
        (3, "pilot", entry("bang", 3, "Ellaby wakes to a bang", own_report())),
    ];
    let held = "notify = ['desk']\nrelated = 'quiet'\nwhen = 'origins >= 2'\n\
                tell_again = ['origins >= 2']";
    let [first] = mails(held, &printed).await.try_into().unwrap();
    assert!(first.starts_with("Mon 14:02") && first.ends_with(" / first"), "{first}");
    let told =
        "notify = ['desk']\nrelated = 'quiet'\ntell_again = ['origins >= 2', 'origins >= 3']";
    let [first, again] = mails(told, &printed).await.try_into().unwrap();
    assert!(first.starts_with("Mon 12:02") && first.ends_with(" / first"), "{first}");
    assert!(
        again.starts_with("Mon 14:02 desk: 2 origins: ") && again.ends_with("/ origins / after 1"),
        "{again}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_longer_version_and_another_headline_are_told_where_they_are_asked_for() {
    let brief = texts::LOCK.split_once("\n\n").unwrap().0.to_owned()
        + "\n\nNobody was hurt. Divers found the lower pin sheared through, and the harbour master, \
           Odile Brandt, ordered all forty vessels that were waiting for the noon tide to anchor.";
    let other = "Great lock of Ellaby loses its western gate";
    let printed = [
        lock(1, TITLE, &brief),
        (2, "post", entry("lock", 2, "Ships wait at Ellaby", &brief)),
        (3, "post", entry("lock", 2, "Forty ships wait at Ellaby", &brief)),
        lock(3, &format!("UPDATE 1-{TITLE}"), &brief),
        lock(4, other, &brief),
        (5, "courier", entry("gate", 5, "Lock closed", texts::LOCK)),
        (6, "pilot", entry("lock", 6, "Lock closed at Ellaby", texts::LOCK)),
    ];
    assert_eq!(
        mails("notify = ['desk']\ntell_again = ['longer', 'headline']", &printed).await,
        [
            format!("Mon 12:02 desk: {TITLE} (Tidal News Agency) / first"),
            format!(
                "Mon 15:02 desk: New headline: {other} (Tidal News Agency in Ellaby Post) / headline / after 1"
            ),
            "Mon 16:02 desk: Longer: Lock closed (Tidal News Agency, 2 papers) / longer / after 2"
                .to_owned(),
        ]
    );
    let [only] = mails("notify = ['desk']", &printed).await.try_into().unwrap();
    assert!(only.ends_with("/ first"), "{only}");
}

#[tokio::test(start_paused = true)]
async fn a_related_story_goes_where_the_rule_says() {
    let printed = [
        lock(1, TITLE, texts::LOCK),
        (2, "pilot", entry("bang", 2, "Ellaby wakes to a bang", own_report())),
        // The related story is corrected before its digest leaves.
        (3, "pilot", entry("bang", 2, "Correction: Ellaby wakes", own_report())),
        (
            23,
            "pilot",
            entry("bang", 2, "Correction: Ellaby woke", &own_report().replace("cups", "mugs")),
        ),
    ];
    let first = format!("Mon 12:02 desk: {TITLE} (Tidal News Agency) / first");
    let told = |related: &str| {
        let rule = format!("notify = ['desk']\nrelated = '{related}'");
        let printed = printed.clone();
        async move { mails(&rule, &printed).await }
    };
    assert_eq!(
        told("thread").await,
        [
            first.clone(),
            "Mon 13:02 desk: Ellaby wakes to a bang (The Pilot) / first / after 1".to_owned(),
            "Mon 14:02 desk: Correction: Ellaby wakes (The Pilot) / correction / after 2"
                .to_owned(),
            "Tue 10:02 desk: Correction: Ellaby woke (The Pilot) / correction / after 3".to_owned(),
        ]
    );
    assert_eq!(
        told("digest").await,
        [
            first.clone(),
            "Tue 07:30 desk: Correction: Ellaby wakes (The Pilot) / first / after 1".to_owned(),
            "Tue 10:02 desk: Correction: Ellaby woke (The Pilot) / correction / after 2".to_owned(),
        ]
    );
    assert_eq!(told("quiet").await, [first]);
}
