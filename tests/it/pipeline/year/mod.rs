//! A year of schedules in five zones, with restarts, crashes and outages: no digest comes twice, none
//! is missing, and nothing that was to be told is lost.

mod oracle;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use wiredesk::{
    clock::Clock,
    daemon,
    mail::{Mailer, Memory},
    pipeline::gate,
    store::Room,
};

use self::oracle::{Wall, Wish};
use super::{PAPERS, Watch, recorded};
use crate::support::wire::{Dice, Entry, headline, text};

/// In 2011 Samoa left out the 30th of December.
const ZONES: [&str; 5] =
    ["Asia/Karachi", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"];

/// Everybody wants to be told in each of these ways. Berlin has no half past two on one night of the
/// year and two of them on another; Lord Howe changes by half an hour at two.
const WISHES: [(&str, Wish); 4] = [
    ("send = 'daily 02:30'", Wish::At(&[1, 2, 3, 4, 5, 6, 7], 2, 30)),
    ("send = 'mon,sun 02:15'\nsend_empty = true", Wish::At(&[1, 7], 2, 15)),
    ("send = 'every 4 h'", Wish::Every(4)),
    ("quiet = ['22:00-07:00', 'sun 00:00-24:00']", Wish::AtOnce),
];

/// When one of the clocks changed.
const CHANGES: [&str; 9] = [
    "2011-03-13T07:00:00Z",
    "2011-03-27T01:00:00Z",
    "2011-04-02T14:00:00Z",
    "2011-04-02T15:00:00Z",
    "2011-09-24T14:00:00Z",
    "2011-10-01T15:30:00Z",
    "2011-10-30T01:00:00Z",
    "2011-11-06T06:00:00Z",
    "2011-12-30T10:00:00Z",
];

const WAIT: SignedDuration = SignedDuration::from_mins(2);
const DAYS: i64 = 373;

fn start() -> Timestamp {
    "2011-01-01T00:00:00Z".parse().unwrap()
}

fn end() -> Timestamp {
    start() + SignedDuration::from_hours(24 * DAYS)
}

fn address(zone: usize, wish: usize) -> String {
    format!("z{zone}w{wish}@desk.example")
}

fn config() -> String {
    let mut config = format!(
        "[fetch]\nallow = ['127.0.0.1:8080']\n[[feed]]\nname = 'wire'\nurl = '{PAPERS}/wire'\n\
         interval = '1 s'\nfull_text = 'never'\n"
    );
    let mut names = Vec::new();
    for (zone, name) in ZONES.iter().enumerate() {
        for (wish, (keys, _)) in WISHES.iter().enumerate() {
            let address = address(zone, wish);
            writeln!(
                config,
                "[[recipient]]\nname = 'z{zone}w{wish}'\nemail = ['{address}']\n\
                 timezone = '{name}'\n{keys}"
            )
            .unwrap();
            names.push(format!("'z{zone}w{wish}'"));
        }
    }
    let notify = names.join(", ");
    config + &format!("[[rule]]\nname = 'all'\nquery = 'feed:wire'\nnotify = [{notify}]\n")
}

/// What happens to the daemon and to the paper, in order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Event {
    /// The paper prints a story, and is read at once.
    Story,
    /// The daemon stops, and starts again after so long.
    Stop(SignedDuration),
    /// The same, by `kill -9` while messages are on their way.
    Crash(SignedDuration),
}

/// Stories at odd times, several on some days, more about the nights on which clocks change; stops
/// of all lengths.
fn events() -> Vec<(Timestamp, Event)> {
    let mut dice = Dice(81);
    let mut roll = |range| i64::try_from(dice.roll(range)).unwrap();
    let mut events = Vec::new();
    let mut at = start();
    loop {
        at += SignedDuration::from_mins(roll(7..14_000));
        if at >= end() - SignedDuration::from_hours(24 * 8) {
            break;
        }
        events.push((at, Event::Story));
    }
    for change in CHANGES {
        let change: Timestamp = change.parse().unwrap();
        for minutes in [-46, -1, 0, 29, 1_300] {
            events.push((change + SignedDuration::from_mins(minutes), Event::Story));
        }
    }
    let mut at = start();
    loop {
        at += SignedDuration::from_mins(roll(3_000..30_000));
        if at >= end() - SignedDuration::from_hours(24 * 12) {
            break;
        }
        // From a minute to three days.
        let longest = [60, 600, 4_400][usize::try_from(roll(0..3)).unwrap()];
        let down = SignedDuration::from_mins(roll(1..longest));
        events.push((at, if roll(0..2) == 0 { Event::Stop(down) } else { Event::Crash(down) }));
    }
    events.sort_by_key(|(at, _)| *at);
    events
}

/// Times in which nothing ran.
type Outages = Vec<(Timestamp, Timestamp)>;

/// The first moment from `at` on at which the daemon runs.
fn up(outages: &Outages, at: Timestamp) -> Timestamp {
    let over = outages.iter().find(|(down, up)| *down <= at && at < *up);
    over.map_or(at, |(_, up)| *up)
}

struct Year {
    watch: Option<Watch>,
    clock: Clock,
    outages: Outages,
    /// Messages that were on their way when the process ended.
    caught: usize,
}

impl Year {
    fn watch(&self) -> &Watch {
        self.watch.as_ref().unwrap()
    }

    fn go_to(&self, at: Timestamp) {
        self.clock.set(at.duration_since(self.clock.now()));
    }

    /// Sends everything that becomes due before `until`, each at its time.
    async fn deliver_until(&self, until: Timestamp) {
        loop {
            let context = &self.watch().context;
            daemon::deliver_round(context).await.unwrap();
            let now = self.clock.now();
            let due = context.store.read(move |tx| tx.next_delivery_due(now)).await.unwrap();
            let Some(due) = due.filter(|due| *due < until) else { return };
            self.go_to(due);
        }
    }

    /// Nothing runs from `at` on for so long.
    async fn stop(&mut self, at: Timestamp, down: SignedDuration, is_crash: bool) {
        let mut at = at;
        if is_crash {
            // Whatever is due next is on its way when the process ends.
            let now = self.clock.now();
            let next = self.watch().context.store.read(move |tx| tx.next_delivery_due(now));
            let next = next.await.unwrap();
            at = next.filter(|due| *due < at + SignedDuration::from_hours(48)).unwrap_or(at);
            self.go_to(at);
            let in_force = self.watch().context.in_force();
            let claim = self.watch().context.store.write(move |tx| {
                let room = Room { all: 2, mails: 2 };
                gate::claim(tx, &in_force.live, at, Duration::from_mins(30), room)
            });
            self.caught += claim.await.unwrap().len();
        }
        let over = at + down;
        self.outages.push((at, over));
        self.go_to(over);
        let watch = self.watch.take().unwrap().restarted().await;
        self.watch = Some(watch);
    }

    async fn run(&mut self) {
        for (at, event) in events() {
            // While nobody ran the paper went on, and is read when somebody does again.
            let at = at.max(self.clock.now() + SignedDuration::from_secs(2));
            self.deliver_until(at).await;
            match event {
                Event::Story => {
                    self.go_to(at);
                    let (polls, report) = daemon::poll_round(&self.watch().context).await.unwrap();
                    assert_eq!((polls, report.alerts), (1, 1), "{at}");
                }
                Event::Stop(down) => self.stop(at, down, false).await,
                Event::Crash(down) => self.stop(at, down, true).await,
            }
        }
        self.deliver_until(end()).await;
    }
}

/// When messages ought to have left for an address, given when alerts were made.
fn expected(
    wall: &Wall,
    (wish, empty): (Wish, bool),
    made: &[Timestamp],
    outages: &Outages,
) -> Vec<Timestamp> {
    let slots = wall.slots(wish);
    let next = |at: Timestamp| slots[slots.partition_point(|slot| *slot <= at)];
    let (mut alone, mut digests) = (Vec::new(), BTreeSet::new());
    for at in made {
        let Wish::AtOnce = wish else {
            digests.insert(next(*at));
            continue;
        };
        let mut due = wall.after_quiet(*at + WAIT);
        let mut waits = due != *at + WAIT;
        // It may be quiet again when somebody runs again.
        while wall.after_quiet(up(outages, due)) != up(outages, due) {
            (due, waits) = (wall.after_quiet(up(outages, due)), true);
        }
        if waits {
            digests.insert(due);
        } else {
            alone.push(due);
        }
    }
    if empty {
        // Each slot that is awaited has a message; those that were missed meanwhile have none.
        let mut awaited = next(start());
        while awaited < end() {
            digests.insert(awaited);
            awaited = next(up(outages, awaited));
        }
    }
    let mut sent: Vec<_> = alone.into_iter().chain(digests).map(|at| up(outages, at)).collect();
    sent.sort_unstable();
    sent
}

#[tokio::test(start_paused = true)]
async fn a_year_of_schedules_in_five_zones() {
    let memory = Memory::default();
    let clock = Clock::simulated(start());
    let mut number = 0;
    let stories =
        events().into_iter().filter(|(_, event)| *event == Event::Story).map(|(at, _)| {
            number += 1;
            let (title, text) = (headline(number), text(number));
            ("wire", vec![Entry { id: number.to_string(), title, text, published: at }])
        });
    let fetcher = recorded(stories);
    let watch = Watch::new(&config(), fetcher, Mailer::Memory(memory.clone()), clock).await;
    let mut year = Year { watch: Some(watch), clock, outages: Outages::new(), caught: 0 };
    year.run().await;

    let store = &year.watch().context.store;
    let alerts = store.read(|tx| tx.alerts_since(Timestamp::MIN)).await.unwrap();
    let made: Vec<_> = alerts.iter().map(|alert| alert.made_at).collect();
    let rows = year.watch().deliveries().await;
    let mut told: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
    let mut heard: BTreeMap<(String, i64), u32> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.state == "sent") {
        told.entry(row.address.clone()).or_default().push(row.ended_at.unwrap());
        for alert in &row.alerts {
            *heard.entry((row.address.clone(), alert.0)).or_default() += 1;
        }
    }
    assert_eq!(memory.sent().len(), told.values().map(Vec::len).sum::<usize>());
    assert!(year.caught >= 10, "{}", year.caught);
    assert!(heard.values().all(|times| *times == 1), "nobody is told twice");
    assert_eq!(heard.len(), alerts.len() * ZONES.len() * WISHES.len(), "and everybody once");
    for (zone, name) in ZONES.iter().enumerate() {
        let wall = Wall::new(
            name,
            start() - SignedDuration::from_hours(1),
            end() + SignedDuration::from_hours(24 * 9),
        );
        for (wish, (keys, how)) in WISHES.iter().enumerate() {
            let empty = keys.contains("send_empty");
            let expected = expected(&wall, (*how, empty), &made, &year.outages);
            let mut sent = told.remove(&address(zone, wish)).unwrap();
            sent.sort_unstable();
            let differs = expected.iter().zip(&sent).find(|(expected, sent)| expected != sent);
            assert_eq!(differs, None, "{name}, {keys}");
            assert_eq!(sent.len(), expected.len(), "{name}, {keys}");
        }
    }
}
