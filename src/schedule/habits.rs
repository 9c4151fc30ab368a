//! What is learnt about a feed over many polls.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Why;
use crate::model::Hints;

/// For how long, and how often at least, a server must say that a feed has moved before it is
/// believed: a hotel's login page says so of every address, for a night.
const SETTLES_AFTER: SignedDuration = SignedDuration::from_hours(48);
const SETTLES_WITH: u32 = 3;

/// After so many failures in a row at the new address the one of the configuration is asked again.
const GIVEN_UP_WITH: u32 = 3;

/// What is known of how server and feed behave.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Habits {
    /// What the last document and its headers said about when to come back.
    pub hints: Hints,
    /// When it was first read.
    pub first_success: Option<Timestamp>,
    /// The longest time without anything new that is usual for it.
    pub longest_silence: Option<Duration>,
    /// Documents without any item in a row.
    pub empty: u32,
    /// Where the server says that it has moved for good.
    pub moved: Option<Move>,
    /// Why it is not asked sooner.
    pub why: Option<Why>,
}

/// A move that a server speaks of.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Move {
    /// The new address.
    pub to: String,
    /// Since when it says so.
    pub since: Timestamp,
    /// How many polls in a row it said so.
    pub times: u32,
    /// It said so long enough: the new address is asked.
    pub settled: bool,
}

impl Habits {
    /// The address to ask: that of the configuration, or where the feed has moved for good.
    pub fn address<'a>(&'a self, configured: &'a str) -> &'a str {
        self.moved.as_ref().filter(|moved| moved.settled).map_or(configured, |moved| &moved.to)
    }

    /// Notes where a good answer came from: `moved_to` after permanent redirects only.
    pub fn note_address(&mut self, moved_to: Option<&str>, now: Timestamp) {
        let Some(to) = moved_to else {
            self.moved = self.moved.take().filter(|moved| moved.settled);
            return;
        };
        let moved = self.moved.take().filter(|moved| moved.to == to && !moved.settled);
        let mut moved = moved.unwrap_or_else(|| Move {
            to: to.to_owned(),
            since: now,
            times: 0,
            settled: false,
        });
        moved.times = moved.times.saturating_add(1);
        moved.settled =
            moved.times >= SETTLES_WITH && now.duration_since(moved.since) >= SETTLES_AFTER;
        self.moved = Some(moved);
    }

    /// Notes a failure: one before a move is believed begins the time anew, and a new address that
    /// keeps failing is forgotten.
    pub fn note_failure(&mut self, in_a_row: u32, is_gone: bool) {
        self.moved =
            self.moved.take().filter(|moved| moved.settled && in_a_row < GIVEN_UP_WITH && !is_gone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Option<&str> = Some("https://post.example/new");

    fn hour(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn said(polls: &[(i64, Option<&str>)]) -> Habits {
        let mut habits = Habits::default();
        for (at, moved_to) in polls {
            habits.note_address(*moved_to, hour(*at));
        }
        habits
    }

    #[test]
    fn a_move_is_believed_after_two_days() {
        let address = |polls: &[_]| said(polls).address("old").to_owned();
        assert_eq!(address(&[(0, NEW), (24, NEW), (47, NEW)]), "old");
        assert_eq!(address(&[(0, NEW), (24, NEW), (48, NEW)]), NEW.unwrap());
        assert_eq!(address(&[(0, NEW), (48, NEW)]), "old", "too few have said so");
        assert_eq!(address(&[(0, NEW), (24, None), (30, NEW), (48, NEW)]), "old");
        assert_eq!(address(&[(0, NEW), (24, Some("other")), (30, NEW), (48, NEW)]), "old");
        let settled = [(0, NEW), (24, NEW), (48, NEW), (49, None), (50, None)];
        assert_eq!(address(&settled), NEW.unwrap(), "asked at the new address, nobody moves it");
    }

    #[test]
    fn a_new_address_that_fails_is_forgotten() {
        let settled = said(&[(0, NEW), (24, NEW), (48, NEW)]);
        for (in_a_row, is_gone, kept) in [(1, false, true), (3, false, false), (1, true, false)] {
            let mut habits = settled.clone();
            habits.note_failure(in_a_row, is_gone);
            assert_eq!(habits.moved.is_some(), kept, "{in_a_row}, {is_gone}");
        }
        let mut habits = said(&[(0, NEW), (24, NEW)]);
        habits.note_failure(1, false);
        assert_eq!(habits.moved, None);
    }
}
