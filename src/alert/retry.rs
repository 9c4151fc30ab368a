//! After a failed attempt: again when, or never.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The pauses after the first, second … failed attempt, in minutes; the last one repeats.
///
/// The first is a minute since greylisting servers turn every new sender away once and want to
/// see it again from the same address a little later.
const PAUSES: [i64; 9] = [1, 2, 5, 10, 15, 30, 60, 120, 240];

/// How often a transport that waits for a person is tried, in minutes.
const OPERATOR_PAUSE: i64 = 30;

/// The longest pause while nobody can be spoken to, in minutes: one message asks for all, so that
/// asking is cheap, and none of them should wait long once the server is back.
const DOWN_PAUSE: i64 = 5;

/// The longest that a server is believed which asks for patience.
const MOST_PATIENCE: Duration = Duration::from_hours(4);

/// How long a delivery is tried unless the configuration says otherwise: two days.
pub const GIVE_UP_AFTER: Duration = Duration::from_hours(48);

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// It may pass: a busy server, a broken line, silence.
    Transient,
    /// Nobody can be spoken to for now, whatever the message.
    Down,
    /// This message will never be taken.
    Permanent,
    /// Nothing will be taken until a person mends the settings.
    Operator,
}

/// What becomes of a delivery that failed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Try again at this moment.
    Again(Timestamp),
    /// Give up, because of this.
    Dropped(String),
}

/// Decides after the `attempts`-th failed attempt (from 1) of a delivery first tried at
/// `first_try`.
///
/// A delivery is given up only when `give_up_after` has passed *and* it was tried as often as the
/// schedule says for that time, so that a daemon that was down for a week tries again as usual.
/// What waits for a person is never given up: a wrong password loses no alert. A server that asks
/// for a longer pause (`asked`) gets it, within reason.
pub fn after_failure(
    attempts: u32,
    first_try: Timestamp,
    give_up_after: Duration,
    failure: Failure,
    asked: Option<Duration>,
    now: Timestamp,
) -> Verdict {
    match failure {
        Failure::Operator => again(now, OPERATOR_PAUSE, asked),
        Failure::Permanent => Verdict::Dropped("refused for good".to_owned()),
        Failure::Transient | Failure::Down => {
            let tried = now.duration_since(first_try);
            let patience = SignedDuration::try_from(give_up_after).unwrap_or(SignedDuration::MAX);
            if tried >= patience && attempts >= attempts_within(patience) {
                return Verdict::Dropped(format!(
                    "given up after {attempts} attempts in {} h",
                    tried.as_hours()
                ));
            }
            let longest = if failure == Failure::Down { DOWN_PAUSE } else { i64::MAX };
            again(now, pause(attempts).min(longest), asked)
        }
    }
}

fn again(now: Timestamp, minutes: i64, asked: Option<Duration>) -> Verdict {
    let asked = asked.unwrap_or_default().min(MOST_PATIENCE);
    let asked = SignedDuration::try_from(asked).unwrap_or_default();
    let pause = SignedDuration::from_mins(minutes).max(asked);
    Verdict::Again(now.saturating_add(pause).unwrap_or(Timestamp::MAX))
}

/// The pause after the `attempts`-th failed attempt, in minutes.
fn pause(attempts: u32) -> i64 {
    let at = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    PAUSES[at.min(PAUSES.len() - 1)]
}

/// How many attempts the schedule makes in this time, the first one at its start.
fn attempts_within(time: SignedDuration) -> u32 {
    let mut left = time.as_mins();
    for (made, pause) in (1..).zip(PAUSES) {
        left -= pause;
        if left < 0 {
            return made;
        }
    }
    let repeated = PAUSES[PAUSES.len() - 1];
    let steady = u32::try_from(left / repeated).unwrap_or(u32::MAX);
    steady.saturating_add(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// All pauses of a delivery that fails each time, in minutes, and the last word.
    fn life(failure: Failure, give_up_after: Duration) -> (Vec<i64>, String) {
        let start = at("2025-05-12T06:00:00Z");
        let (mut now, mut pauses) = (start, Vec::new());
        for attempts in 1..2_000 {
            match after_failure(attempts, start, give_up_after, failure, None, now) {
                Verdict::Dropped(why) => return (pauses, why),
                Verdict::Again(next) => {
                    pauses.push(next.duration_since(now).as_mins());
                    now = next;
                }
            }
        }
        (pauses, String::new())
    }

    #[test]
    fn a_delivery_is_tried_for_two_days() {
        let (pauses, why) = life(Failure::Transient, GIVE_UP_AFTER);
        assert_eq!(pauses[..8], [1, 2, 5, 10, 15, 30, 60, 120]);
        assert!(pauses[8..].iter().all(|pause| *pause == 240));
        let hours = pauses.iter().sum::<i64>() / 60;
        assert!((48..52).contains(&hours), "{hours} h");
        assert_eq!(why, "given up after 20 attempts in 48 h");
    }

    #[test]
    fn a_refusal_is_final_and_a_person_is_waited_for() {
        assert_eq!(life(Failure::Permanent, GIVE_UP_AFTER), (vec![], "refused for good".into()));
        let (pauses, why) = life(Failure::Operator, GIVE_UP_AFTER);
        assert!(pauses.len() == 1_999 && pauses.iter().all(|pause| *pause == 30) && why.is_empty());
    }

    #[test]
    fn a_server_that_is_away_is_asked_each_five_minutes_for_as_long() {
        let (pauses, why) = life(Failure::Down, GIVE_UP_AFTER);
        assert_eq!(pauses[..4], [1, 2, 5, 5]);
        assert!(pauses[2..].iter().all(|pause| *pause == 5));
        assert_eq!(why, "given up after 579 attempts in 48 h");
    }

    #[test]
    fn a_server_that_asks_for_patience_gets_it_within_reason() {
        let now = at("2025-05-12T06:00:00Z");
        for (asked, next) in [
            (30, "2025-05-12T06:01:00Z"),
            (90, "2025-05-12T06:01:30Z"),
            (317_100, "2025-05-12T10:00:00Z"),
        ] {
            let asked = Some(Duration::from_secs(asked));
            let verdict = after_failure(1, now, GIVE_UP_AFTER, Failure::Transient, asked, now);
            assert_eq!(verdict, Verdict::Again(at(next)));
        }
    }

    #[test]
    fn a_daemon_that_was_down_for_a_week_tries_again_as_usual() {
        let (first, now) = (at("2025-05-05T06:00:00Z"), at("2025-05-12T06:00:00Z"));
        let verdict = after_failure(2, first, GIVE_UP_AFTER, Failure::Transient, None, now);
        assert_eq!(verdict, Verdict::Again(at("2025-05-12T06:02:00Z")));
    }

    proptest! {
        #[test]
        fn each_delivery_ends_within_a_pause_of_its_time(minutes in 0..20_000_u64) {
            let limit = Duration::from_secs(minutes * 60);
            let (pauses, why) = life(Failure::Transient, limit);
            let tried: i64 = pauses.iter().sum();
            let limit = i64::try_from(minutes).unwrap();
            prop_assert!(tried >= limit && tried <= limit + 240, "{tried} of {limit} min");
            prop_assert!(!why.is_empty());
        }

        #[test]
        fn no_clock_is_too_absurd(
            attempts in any::<u32>(), first in any::<i32>(), now in any::<i32>(),
            patience in any::<u64>(),
        ) {
            let moment = |s: i32| Timestamp::from_second(i64::from(s) * 30).unwrap();
            let verdict = after_failure(
                attempts, moment(first), Duration::from_secs(patience), Failure::Transient,
                None, moment(now),
            );
            if let Verdict::Again(next) = verdict {
                prop_assert!(next > moment(now));
            }
        }
    }
}
