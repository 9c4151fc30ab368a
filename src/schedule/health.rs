//! How a feed is: since when, why, and what is done about it.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::{Habits, Why, rhythm};

/// Documents without items in a row that are no accident any more.
const EMPTY_DOCUMENTS: u32 = 3;

/// How long a possible gap is shown.
const GAP_SHOWN: SignedDuration = SignedDuration::from_hours(48);

/// How a feed is, in a word.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum State {
    /// Not read yet, and nothing went wrong.
    New,
    /// Read, and as usual.
    Ok,
    /// The server asks for patience.
    Slow,
    /// It cannot be read.
    Failing,
    /// The server does not want us.
    Blocked,
    /// The server says that it exists no more.
    Gone,
    /// It answers, and brings nothing for an unusually long time.
    Quiet,
    /// More may have been printed between two polls than its document holds.
    Gap,
}

impl State {
    /// The stable spelling in JSON and on the terminal.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Ok => "ok",
            Self::Slow => "slow",
            Self::Failing => "failing",
            Self::Blocked => "blocked",
            Self::Gone => "gone",
            Self::Quiet => "quiet",
            Self::Gap => "gap",
        }
    }

    /// Whether nobody needs to know.
    pub fn is_well(self) -> bool {
        matches!(self, Self::New | Self::Ok)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A time in which items may have come and gone unseen: two documents, one after the other, had
/// nothing in common.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Gap {
    /// When all was seen for the last time.
    pub since: Timestamp,
    /// When the next document was seen.
    pub until: Timestamp,
    /// How many items that one had.
    pub items: u32,
}

/// What a feed's health is read from.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Kind, detail and begin of what is wrong with it.
    pub problem: Option<&'a (String, String, Timestamp)>,
    /// Failures in a row.
    pub failures: u32,
    /// When it last gave what could be read.
    pub last_success: Option<Timestamp>,
    /// When it last had something new.
    pub last_new: Option<Timestamp>,
    /// What is learnt about it.
    pub habits: &'a Habits,
    /// Until when its host is spared.
    pub slowed_until: Option<Timestamp>,
    /// Its last possible gap.
    pub gap: Option<&'a Gap>,
    /// When it is asked again.
    pub due_at: Timestamp,
}

/// How a feed is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Health {
    /// In a word.
    pub state: State,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Why; empty where all is well.
    pub reason: String,
    /// What is done about it.
    pub action: String,
}

impl Health {
    /// How a feed is at `now`; of several troubles the one that keeps most from us.
    pub fn of(facts: &Facts<'_>, now: Timestamp) -> Self {
        let asked_again = asked_again(facts);
        if let Some((kind, detail, since)) = facts.problem {
            let times = match facts.failures {
                0 | 1 => String::new(),
                failures => format!(" ({failures} times in a row)"),
            };
            let (state, action) = match kind.as_str() {
                "gone" => (
                    State::Gone,
                    "not asked again until its address in the configuration changes".to_owned(),
                ),
                "unauthorized" => (
                    State::Blocked,
                    "not asked again until its credentials or its address change".to_owned(),
                ),
                "blocked" => (
                    State::Blocked,
                    format!(
                        "{asked_again}; only a word with the publisher helps, since nobody here pretends to be a browser"
                    ),
                ),
                "forbidden" => (State::Blocked, asked_again),
                "throttled" => (State::Slow, asked_again),
                _ => (State::Failing, asked_again),
            };
            let reason = format!("{kind}: {detail}{times}");
            return Self { state, since: Some(*since), reason, action };
        }
        let health = |state, since, reason: String| Self {
            state,
            since,
            reason,
            action: asked_again.clone(),
        };
        if let Some(until) = facts.slowed_until.filter(|until| *until > now) {
            let reason = format!("its host answered 429: it is asked less often until {until:.0}");
            return health(State::Slow, None, reason);
        }
        let Some(last_success) = facts.last_success else {
            return health(State::New, None, String::new());
        };
        if facts.habits.empty >= EMPTY_DOCUMENTS {
            let reason = format!(
                "its last {} documents had no items, though earlier ones had",
                facts.habits.empty
            );
            return health(State::Quiet, facts.last_new, reason);
        }
        if let Some(last_new) = facts.last_new.or(facts.habits.first_success) {
            let silence = last_success.duration_since(last_new).unsigned_abs();
            if silence > rhythm::patience(facts.habits, last_success) {
                let usual = facts.habits.longest_silence.map_or_else(
                    || "and nothing ever since it is watched".to_owned(),
                    |usual| format!("where {} is usual at most", spoken(usual.as_secs())),
                );
                let silence = spoken(silence.as_secs());
                let reason = format!("it answers and has had nothing new for {silence}, {usual}");
                return health(State::Quiet, Some(last_new), reason);
            }
        }
        if let Some(Gap { since, until, items }) = facts.gap
            && now.duration_since(*until) < GAP_SHOWN
        {
            let reason = format!(
                "between {since:.0} and {until:.0} more may have been printed than the {items} items of \
                 its document"
            );
            let action = format!("{asked_again}; {}", against_gaps(facts.habits.why));
            return Self { action, ..health(State::Gap, Some(*since), reason) };
        }
        health(State::Ok, facts.last_new, String::new())
    }
}

fn asked_again(facts: &Facts<'_>) -> String {
    let why = facts.habits.why.map_or_else(String::new, |why| format!(" ({why})"));
    format!("asked again at {:.0}{why}", facts.due_at)
}

/// What keeps the next gap away.
fn against_gaps(why: Option<Why>) -> &'static str {
    match why {
        Some(Why::Interval) => "a shorter `interval` would miss less",
        None | Some(Why::Cadence | Why::Failures) => "that is more often than before",
        Some(_) => "it is asked no more often than its server likes",
    }
}

/// A time span in the largest unit of which it has two.
fn spoken(seconds: u64) -> String {
    match seconds {
        ..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn hour(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn known() -> Habits {
        Habits {
            first_success: Some(hour(0)),
            longest_silence: Some(Duration::from_hours(9)),
            why: Some(Why::Cadence),
            ..Habits::default()
        }
    }

    /// A feed that is well at hour 1000, watched since hour 0.
    fn well(habits: &Habits) -> Facts<'_> {
        Facts {
            problem: None,
            failures: 0,
            last_success: Some(hour(1000)),
            last_new: Some(hour(999)),
            habits,
            slowed_until: None,
            gap: None,
            due_at: hour(1001),
        }
    }

    #[test]
    fn each_problem_has_its_state_and_what_is_done() {
        let habits = known();
        for (kind, state, action) in [
            ("gone", State::Gone, "not asked again until its address"),
            ("unauthorized", State::Blocked, "not asked again until its credentials"),
            ("blocked", State::Blocked, "only a word with the publisher helps"),
            ("forbidden", State::Blocked, "asked again at 1970-02-11T17:00:00Z (by how often"),
            ("throttled", State::Slow, "asked again at"),
            ("dns", State::Failing, "asked again at"),
            ("damaged", State::Failing, "asked again at"),
        ] {
            let problem = (kind.to_owned(), "why".to_owned(), hour(7));
            let facts = Facts { problem: Some(&problem), failures: 3, ..well(&habits) };
            let health = Health::of(&facts, hour(1000));
            assert_eq!((health.state, health.since), (state, Some(hour(7))), "{kind}");
            assert_eq!(health.reason, format!("{kind}: why (3 times in a row)"));
            assert!(health.action.contains(action), "{}", health.action);
        }
    }

    #[test]
    fn silence_is_told_when_it_is_unusual() {
        let weekly = Habits { longest_silence: Some(Duration::from_hours(7 * 24)), ..known() };
        let daily = known();
        for (habits, silent_since, state) in [
            (&daily, 990, State::Ok),
            (&daily, 977, State::Ok),
            (&daily, 975, State::Quiet),
            (&weekly, 700, State::Ok),
            (&weekly, 600, State::Quiet),
        ] {
            let facts = Facts { last_new: Some(hour(silent_since)), ..well(habits) };
            let health = Health::of(&facts, hour(1000));
            assert_eq!(health.state, state, "{silent_since}: {}", health.reason);
        }
        let facts = Facts { last_new: Some(hour(900)), ..well(&daily) };
        let reason =
            "it answers and has had nothing new for 4 days, where 9 hours is usual at most";
        assert_eq!(Health::of(&facts, hour(1000)).reason, reason);
    }

    #[test]
    fn our_own_absence_is_nobodys_silence() {
        let habits = known();
        let facts =
            Facts { last_new: Some(hour(9)), last_success: Some(hour(10)), ..well(&habits) };
        assert_eq!(Health::of(&facts, hour(1000)).state, State::Ok);
    }

    #[test]
    fn after_a_gap_it_is_said_what_would_miss_less() {
        let gap = Gap { since: hour(990), until: hour(995), items: 10 };
        for (why, words) in [
            (Why::Cadence, "; that is more often than before"),
            (Why::Interval, "; a shorter `interval` would miss less"),
            (Why::FreshFor, "; it is asked no more often than its server likes"),
        ] {
            let habits = Habits { why: Some(why), ..known() };
            let health = Health::of(&Facts { gap: Some(&gap), ..well(&habits) }, hour(1000));
            assert!(health.action.ends_with(words), "{}", health.action);
        }
    }

    #[test]
    fn what_keeps_most_from_us_is_told_first() {
        let gap = Gap { since: hour(990), until: hour(995), items: 10 };
        let empty = Habits { empty: 3, ..known() };
        let habits = known();
        let facts = Facts { gap: Some(&gap), ..well(&habits) };
        assert_eq!(Health::of(&facts, hour(1000)).state, State::Gap);
        assert_eq!(Health::of(&facts, hour(1050)).state, State::Ok, "for two days");
        let facts = Facts { gap: Some(&gap), ..well(&empty) };
        assert_eq!(Health::of(&facts, hour(1000)).state, State::Quiet);
        let facts = Facts { slowed_until: Some(hour(1001)), ..facts };
        assert_eq!(Health::of(&facts, hour(1000)).state, State::Slow);
        let facts = Facts { last_success: None, last_new: None, ..well(&habits) };
        assert_eq!(Health::of(&facts, hour(1000)).state, State::New);
    }
}
