//! What the operator is told of the watch itself, and when: each morning at most, or at once.

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp, civil::Time, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::recipient;
use crate::model::FeedName;

/// After an urgent word, what becomes urgent gathers for so long.
const URGENT_APART: SignedDuration = SignedDuration::from_hours(1);

/// Who looks after the watch.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Operator {
    /// Mail addresses, each with a delivery of its own.
    pub email: Vec<String>,
    /// Other addresses, each with a delivery of its own.
    pub channels: Vec<String>,
    /// When the word of a day goes out, local time.
    pub time: Time,
    /// The days on which one goes out though there is nothing to tell (Monday = 1 … Sunday = 7): a
    /// sign of life.
    pub heartbeat: Vec<i8>,
    /// The zone that times are told in.
    pub timezone: TimeZone,
}

/// What is wrong with a feed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Trouble {
    /// In a word: `failing`, `blocked`, `gone`, `quiet` …
    pub state: &'static str,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Why, and what is done about it.
    pub reason: String,
    /// It does not mend itself, or has not for a day.
    pub urgent: bool,
}

/// How a feed is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Condition {
    /// Which feed.
    pub feed: FeedName,
    /// What is wrong with it, if something is.
    pub trouble: Option<Trouble>,
}

/// What the operator was told so far.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Memory {
    /// Up to when the words of a day are done.
    pub daily: Timestamp,
    /// When the last urgent word went out.
    pub urgent: Option<Timestamp>,
    /// The troubles that were told of and are not over, by feed.
    pub told: BTreeMap<String, String>,
}

impl Memory {
    /// Of an operator who was told nothing.
    pub fn new(now: Timestamp) -> Self {
        Self { daily: now, urgent: None, told: BTreeMap::new() }
    }
}

/// Why a word goes out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Occasion {
    /// The time of day came.
    Daily,
    /// Something cannot wait for it.
    Urgent,
}

/// What one word to the operator says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Word {
    /// Why it goes out.
    pub occasion: Occasion,
    /// Feeds that are watched.
    pub feeds: usize,
    /// How many of them are in which trouble.
    pub states: BTreeMap<&'static str, usize>,
    /// Troubles that were not told of before, by feed.
    pub new: Vec<(FeedName, Trouble)>,
    /// Troubles that go on.
    pub old: Vec<(FeedName, Trouble)>,
    /// Feeds that are well again.
    pub well: Vec<FeedName>,
}

/// What is told now, if anything, and what is remembered then.
///
/// A day has one word: when a feed's trouble is new or over, or when it is a day of the heartbeat.
/// Days that passed while nobody looked share one. What is urgent goes out at once, but only once
/// a day for each feed and not more often than each hour.
pub fn decide(
    operator: &Operator,
    memory: &Memory,
    conditions: &[Condition],
    now: Timestamp,
) -> Option<(Option<Word>, Memory)> {
    if operator.due(memory) <= now {
        let word = word(Occasion::Daily, memory, conditions);
        let beats = operator.next(&operator.heartbeat, memory.daily).is_some_and(|at| at <= now);
        let told = conditions.iter().filter_map(|condition| Some((condition, label(condition)?)));
        let told = told.map(|(condition, label)| (condition.feed.to_string(), label)).collect();
        let is_worth = beats || !word.new.is_empty() || !word.well.is_empty();
        return Some((is_worth.then_some(word), Memory { daily: now, told, ..memory.clone() }));
    }
    if memory.urgent.is_some_and(|last| now.duration_since(last) < URGENT_APART) {
        return None;
    }
    let mut word = word(Occasion::Urgent, memory, conditions);
    word.new.retain(|(_, trouble)| trouble.urgent);
    word.well.clear();
    if word.new.is_empty() {
        return None;
    }
    let mut memory = Memory { urgent: Some(now), ..memory.clone() };
    let told = word.new.iter().map(|(feed, trouble)| (feed.to_string(), label_of(trouble)));
    memory.told.extend(told);
    Some((Some(word), memory))
}

impl Operator {
    /// When the next word of a day is due.
    pub fn due(&self, memory: &Memory) -> Timestamp {
        let at = self.next(&recipient::EVERY_DAY, memory.daily);
        at.unwrap_or_else(|| memory.daily + Duration::from_hours(24))
    }

    fn next(&self, days: &[i8], after: Timestamp) -> Option<Timestamp> {
        recipient::next_at(&self.timezone, days, self.time, after)
    }
}

fn word(occasion: Occasion, memory: &Memory, conditions: &[Condition]) -> Word {
    let mut word = Word {
        occasion,
        feeds: conditions.len(),
        states: BTreeMap::new(),
        new: Vec::new(),
        old: Vec::new(),
        well: Vec::new(),
    };
    for Condition { feed, trouble } in conditions {
        let told = memory.told.get(feed.as_str());
        if let Some(trouble) = trouble {
            *word.states.entry(trouble.state).or_default() += 1;
        }
        match trouble {
            Some(trouble) if told == Some(&label_of(trouble)) => {
                word.old.push((feed.clone(), trouble.clone()));
            }
            Some(trouble) => word.new.push((feed.clone(), trouble.clone())),
            None if told.is_some() => word.well.push(feed.clone()),
            None => {}
        }
    }
    word
}

fn label(condition: &Condition) -> Option<String> {
    condition.trouble.as_ref().map(label_of)
}

/// A trouble that becomes urgent is another one.
fn label_of(trouble: &Trouble) -> String {
    format!("{}{}", trouble.state, if trouble.urgent { "!" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operator(heartbeat: &[i8]) -> Operator {
        Operator {
            email: vec!["operator@desk.example".into()],
            channels: Vec::new(),
            time: Time::constant(7, 30, 0, 0),
            heartbeat: heartbeat.to_vec(),
            timezone: TimeZone::get("Asia/Karachi").unwrap(),
        }
    }

    /// A time of May 2025 in Karachi; the 12th is a Monday.
    fn at(day: i8, hour: i8, minute: i8) -> Timestamp {
        let there = jiff::civil::date(2025, 5, day).at(hour, minute, 0, 0);
        there.in_tz("Asia/Karachi").unwrap().timestamp()
    }

    fn well(feed: &str) -> Condition {
        Condition { feed: FeedName::new(feed), trouble: None }
    }

    fn ill(feed: &str, state: &'static str, urgent: bool) -> Condition {
        let trouble = Trouble { state, since: None, reason: String::new(), urgent };
        Condition { feed: FeedName::new(feed), trouble: Some(trouble) }
    }

    /// What is told from look to look: when, why, and of which feeds: new, as before, well again.
    fn told(operator: &Operator, looks: &[(Timestamp, &[Condition])]) -> Vec<String> {
        let mut memory = Memory::new(at(12, 6, 0));
        let mut told = Vec::new();
        for (now, conditions) in looks {
            let Some((word, next)) = decide(operator, &memory, conditions, *now) else { continue };
            memory = next;
            // What is remembered survives the store.
            memory = serde_json::from_str(&serde_json::to_string(&memory).unwrap()).unwrap();
            let Some(word) = word else { continue };
            let names = |list: &[(FeedName, Trouble)]| {
                list.iter().map(|(feed, _)| feed.to_string()).collect::<Vec<_>>().join(",")
            };
            let well: Vec<_> = word.well.iter().map(FeedName::as_str).collect();
            let there = now.to_zoned_datetime(operator.timezone.clone()).strftime("%d %H:%M");
            told.push(format!(
                "{there} {:?} {}/{}/{}",
                word.occasion,
                names(&word.new),
                names(&word.old),
                well.join(",")
            ));
        }
        told
    }

    #[test]
    fn without_trouble_only_a_heartbeat_goes_out() {
        let looks: Vec<_> = (12..16).map(|day| at(day, 7, 30)).collect();
        let looks: Vec<_> = looks.iter().map(|now| (*now, &[][..])).collect();
        assert_eq!(told(&operator(&[]), &looks), [""; 0]);
        let mondays_and_tuesdays = told(&operator(&[1, 2]), &looks);
        assert_eq!(mondays_and_tuesdays, ["12 07:30 Daily //", "13 07:30 Daily //"]);
    }

    #[test]
    fn a_trouble_is_told_when_it_is_new_and_when_it_is_over() {
        let (a, b) = (ill("a", "failing", false), ill("b", "quiet", false));
        let looks: [(Timestamp, &[Condition]); 6] = [
            (at(12, 7, 0), &[a.clone(), well("b")]),
            (at(12, 7, 30), &[a.clone(), well("b")]),
            (at(12, 8, 0), &[a.clone(), b.clone()]),
            (at(13, 7, 31), &[a.clone(), b.clone()]),
            (at(14, 7, 30), &[a, b.clone()]),
            (at(15, 7, 30), &[well("a"), b]),
        ];
        let lines = ["12 07:30 Daily a//", "13 07:31 Daily b/a/", "15 07:30 Daily /b/a"];
        assert_eq!(told(&operator(&[]), &looks), lines);
    }

    #[test]
    fn what_is_urgent_does_not_wait_and_gathers_for_an_hour() {
        let all = |n: usize| -> Vec<Condition> {
            let feed = |at: usize| {
                let name = ["a", "b", "c"][at];
                if at < n { ill(name, "gone", true) } else { well(name) }
            };
            (0..3).map(feed).collect()
        };
        let (one, two, three) = (all(1), all(2), all(3));
        let looks: [(Timestamp, &[Condition]); 7] = [
            (at(12, 7, 30), &[]),
            (at(12, 9, 0), &one),
            (at(12, 9, 5), &two),
            (at(12, 9, 55), &three),
            (at(12, 10, 0), &three),
            (at(12, 11, 0), &three),
            (at(13, 7, 30), &three),
        ];
        let lines = ["12 09:00 Urgent a//", "12 10:00 Urgent b,c/a/"];
        assert_eq!(told(&operator(&[]), &looks), lines);
    }

    #[test]
    fn a_trouble_that_comes_and_goes_is_urgent_once_a_day() {
        let (ill, well) = ([ill("a", "blocked", true)], [well("a")]);
        let looks: [(Timestamp, &[Condition]); 6] = [
            (at(12, 7, 30), &well),
            (at(12, 9, 0), &ill),
            (at(12, 12, 0), &well),
            (at(12, 15, 0), &ill),
            (at(13, 7, 30), &well),
            (at(13, 12, 0), &ill),
        ];
        let lines = ["12 09:00 Urgent a//", "13 07:30 Daily //a", "13 12:00 Urgent a//"];
        assert_eq!(told(&operator(&[]), &looks), lines);
    }

    #[test]
    fn a_failure_becomes_urgent() {
        let looks: [(Timestamp, &[Condition]); 2] = [
            (at(12, 7, 30), &[ill("a", "failing", false)]),
            (at(12, 20, 0), &[ill("a", "failing", true)]),
        ];
        let lines = ["12 07:30 Daily a//", "12 20:00 Urgent a//"];
        assert_eq!(told(&operator(&[]), &looks), lines);
    }

    #[test]
    fn days_that_nobody_looked_share_one_word() {
        let looks: [(Timestamp, &[Condition]); 2] = [(at(15, 3, 0), &[]), (at(15, 3, 5), &[])];
        assert_eq!(told(&operator(&[3]), &looks), ["15 03:00 Daily //"]);
        assert_eq!(told(&operator(&[4]), &looks), [""; 0], "Thursday is yet to come");
    }

    #[test]
    fn a_feed_that_is_watched_no_more_is_not_well_again() {
        let looks: [(Timestamp, &[Condition]); 2] =
            [(at(12, 7, 30), &[ill("a", "failing", false)]), (at(13, 7, 30), &[well("b")])];
        assert_eq!(told(&operator(&[]), &looks), ["12 07:30 Daily a//"]);
    }
}
