//! What the next moment must and must never be.

use proptest::prelude::*;

use super::*;
use crate::model::{Problem, ProblemKind};

const MINUTE: Duration = Duration::from_mins(1);

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn failed(kind: ProblemKind) -> PollOutcome {
    PollOutcome::Failed { problem: Problem::new(kind, "") }
}

/// A feed that is well, polled at noon of a Tuesday, with validators and no hints.
#[derive(Debug)]
struct Feed {
    outcome: PollOutcome,
    hints: Hints,
    cadence: Cadence,
    interval: Option<Duration>,
    allowed: bool,
    conditional: bool,
    slowed: bool,
    failures: u32,
    started: Timestamp,
    now: Timestamp,
    seed: u64,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            outcome: PollOutcome::NotModified,
            hints: Hints::default(),
            cadence: Cadence::default(),
            interval: None,
            allowed: false,
            conditional: true,
            slowed: false,
            failures: 0,
            started: at("2026-03-03T12:00:00Z"),
            now: at("2026-03-03T12:00:03Z"),
            seed: 7,
        }
    }
}

impl Feed {
    fn next(&self) -> Timestamp {
        self.reckon().at
    }

    fn reckon(&self) -> Next {
        next_poll(&Situation {
            outcome: &self.outcome,
            hints: &self.hints,
            cadence: &self.cadence,
            interval: self.interval,
            allowed: self.allowed,
            conditional: self.conditional,
            slowed: self.slowed,
            failures: self.failures,
            started: self.started,
            now: self.now,
            seed: self.seed,
        })
    }

    /// Fails unless the next poll starts `pause` after this one, lengthened by 5 % at most.
    #[track_caller]
    fn waits(&self, pause: Duration) {
        let waited = self.next().duration_since(self.started).unsigned_abs();
        assert!((pause..=pause.mul_f64(1.05)).contains(&waited), "{waited:?} instead of {pause:?}");
    }
}

fn hints(fresh: Option<u64>, retry: Option<u64>, ttl: Option<u64>) -> Hints {
    let minutes = |n: Option<u64>| n.map(Duration::from_mins);
    Hints {
        fresh_for: minutes(fresh),
        retry_after: minutes(retry),
        ttl: minutes(ttl),
        ..Hints::default()
    }
}

#[test]
fn without_any_word_it_is_a_quarter_of_an_hour() {
    Feed::default().waits(15 * MINUTE);
}

#[test]
fn without_validators_it_is_an_hour_unless_the_operator_says_otherwise() {
    let feed = Feed { conditional: false, ..Feed::default() };
    feed.waits(60 * MINUTE);
    Feed { interval: Some(5 * MINUTE), ..feed }.waits(5 * MINUTE);
    Feed { conditional: false, allowed: true, ..Feed::default() }.waits(15 * MINUTE);
}

#[test]
fn an_interval_has_a_floor_and_on_an_own_server_another() {
    let second = Some(Duration::from_secs(1));
    Feed { interval: second, ..Feed::default() }.waits(MINUTE);
    let own =
        Feed { interval: second, allowed: true, now: Feed::default().started, ..Feed::default() };
    assert_eq!(own.next(), at("2026-03-03T12:00:01Z"));
}

#[test]
fn hints_lengthen_and_never_shorten() {
    for (hints, minutes) in [
        (hints(Some(5), None, None), 15),
        (hints(Some(40), None, None), 40),
        (hints(Some(40), Some(50), Some(45)), 50),
        (hints(None, None, Some(60)), 60),
        (hints(Some(100_000), None, None), 24 * 60),
    ] {
        Feed { hints, ..Feed::default() }.waits(minutes * MINUTE);
    }
    let set = Feed { hints: hints(Some(5), None, None), interval: Some(MINUTE), ..Feed::default() };
    set.waits(5 * MINUTE);
}

#[test]
fn on_an_own_server_the_interval_stands_whatever_the_hints_say() {
    let feed = Feed {
        interval: Some(Duration::from_secs(5)),
        allowed: true,
        hints: Hints { skip_hours: vec![12], ..hints(Some(40), None, Some(40)) },
        ..Feed::default()
    };
    assert_eq!(feed.next(), at("2026-03-03T12:00:05Z"));
}

#[test]
fn on_an_own_server_failures_start_from_the_interval() {
    for (failures, seconds) in [(1, 2), (2, 4), (3, 8), (6, 64), (40, 24 * 3600)] {
        let feed = Feed {
            outcome: failed(ProblemKind::NotFound),
            interval: Some(Duration::from_secs(2)),
            allowed: true,
            failures,
            now: Feed::default().started,
            ..Feed::default()
        };
        feed.waits(Duration::from_secs(seconds));
    }
}

#[test]
fn a_failing_feed_is_asked_less_and_less_and_never_given_up() {
    let mut feed = Feed { outcome: failed(ProblemKind::Connect), ..Feed::default() };
    for (failures, minutes) in [(1, 15), (2, 30), (3, 60), (8, 24 * 60), (u32::MAX, 24 * 60)] {
        feed.failures = failures;
        feed.waits(minutes * MINUTE);
    }
}

#[test]
fn freshness_of_an_error_page_delays_nothing() {
    let feed = Feed {
        outcome: failed(ProblemKind::Status),
        hints: hints(Some(600), None, Some(600)),
        failures: 1,
        ..Feed::default()
    };
    feed.waits(15 * MINUTE);
}

#[test]
fn a_host_that_asked_for_patience_is_spared() {
    let feed = Feed { slowed: true, ..Feed::default() };
    feed.waits(60 * MINUTE);
    Feed { interval: Some(50 * MINUTE), slowed: true, ..Feed::default() }.waits(100 * MINUTE);
    let own = Feed { interval: Some(MINUTE), allowed: true, slowed: true, ..Feed::default() };
    own.waits(MINUTE);
}

#[test]
fn what_is_gone_or_wants_credentials_is_not_asked_again() {
    for (outcome, stopped) in [
        (failed(ProblemKind::Gone), true),
        (failed(ProblemKind::Unauthorized), true),
        (failed(ProblemKind::Forbidden), false),
        (failed(ProblemKind::NotFound), false),
        (failed(ProblemKind::Dns), false),
        (PollOutcome::NotModified, false),
    ] {
        assert_eq!(stops(&outcome), stopped, "{outcome:?}");
    }
}

#[test]
fn it_is_said_why_a_feed_is_not_asked_sooner() {
    let well = Feed::default;
    let skip = Hints { skip_hours: vec![12], ..Hints::default() };
    for (feed, why) in [
        (well(), Why::Cadence),
        (Feed { interval: Some(MINUTE), ..well() }, Why::Interval),
        (Feed { conditional: false, ..well() }, Why::NoValidators),
        (Feed { hints: hints(Some(30), None, Some(20)), ..well() }, Why::FreshFor),
        (Feed { hints: hints(Some(30), None, Some(40)), ..well() }, Why::Ttl),
        (Feed { hints: hints(None, Some(30), None), ..well() }, Why::RetryAfter),
        (Feed { hints: skip, ..well() }, Why::Skipped),
        (Feed { slowed: true, ..well() }, Why::Slowed),
        (Feed { outcome: failed(ProblemKind::Dns), failures: 1, ..well() }, Why::Failures),
        (
            Feed {
                outcome: failed(ProblemKind::Throttled),
                hints: hints(None, Some(30), None),
                failures: 1,
                ..well()
            },
            Why::RetryAfter,
        ),
    ] {
        assert_eq!(feed.reckon().why, why, "{feed:?}");
    }
}

#[test]
fn skipped_hours_and_days_are_skipped() {
    let mut feed =
        Feed { hints: Hints { skip_hours: vec![12, 13], ..Hints::default() }, ..Feed::default() };
    assert_eq!(feed.next(), at("2026-03-03T14:00:00Z"));
    feed.hints = Hints { skip_days: vec![2], ..Hints::default() };
    assert_eq!(feed.next(), at("2026-03-04T00:00:00Z"));
    feed.hints = Hints { skip_hours: (0..24).collect(), ..Hints::default() };
    assert_eq!(feed.next(), at("2026-03-04T12:00:03Z"), "nonsense is obeyed for a day");
    feed.hints = Hints { skip_hours: vec![24, 200], skip_days: vec![0, 8], ..Hints::default() };
    feed.waits(15 * MINUTE);
}

#[test]
fn a_clock_that_was_set_does_not_bring_polls_forward_or_stall_them() {
    let feed = Feed::default();
    for started in ["2026-03-03T02:00:00Z", "2026-03-04T12:00:00Z"] {
        let next = Feed { started: at(started), ..Feed::default() }.next();
        assert!(next >= feed.now + 15 * MINUTE && next <= feed.now + 16 * MINUTE, "{next}");
    }
}

#[test]
fn starts_are_spread_over_the_whole_time_and_stay_where_they_are() {
    let now = at("2026-03-03T12:00:00Z");
    let offsets: Vec<_> = (0..1000)
        .map(|seed| first_poll(now, seed, 15 * MINUTE).duration_since(now).as_secs())
        .collect();
    assert!(offsets.iter().all(|s| (0..=900).contains(s)));
    for minute in 0..15 {
        let starts = offsets.iter().filter(|s| **s / 60 == minute).count();
        assert!((35..100).contains(&starts), "{starts} in minute {minute}");
    }
    assert_eq!(first_poll(now, 3, 15 * MINUTE), first_poll(now, 3, 15 * MINUTE));
    assert_eq!(first_poll(now, 3, Duration::ZERO), now);
}

fn kinds() -> impl Strategy<Value = ProblemKind> {
    use ProblemKind as K;
    prop::sample::select(vec![
        K::Dns,
        K::Timeout,
        K::Throttled,
        K::NotFound,
        K::Gone,
        K::Forbidden,
        K::Blocked,
        K::Status,
        K::NotAFeed,
    ])
}

prop_compose! {
    fn moments()(second in -377_705_023_201_i64..=253_402_207_200) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }
}

prop_compose! {
    fn any_hints()(
        fresh_for: Option<Duration>, retry_after: Option<Duration>, ttl: Option<Duration>,
        skip_hours in prop::collection::vec(any::<u8>(), 0..30),
        skip_days in prop::collection::vec(any::<u8>(), 0..9),
    ) -> Hints {
        Hints { fresh_for, retry_after, ttl, skip_hours, skip_days }
    }
}

prop_compose! {
    fn feeds()(
        kind in prop::option::of(kinds()), hints in any_hints(),
        window_items: Option<u32>, items_per_hour: Option<f64>, interval: Option<Duration>,
        allowed: bool, conditional: bool, slowed: bool, failures: u32,
        now in moments(), elsewhere in moments(), took in 0_u64..900, sane: bool, seed: u64,
    ) -> Feed {
        let started = if sane { now.checked_sub(Duration::from_secs(took)).unwrap_or(now) } else { elsewhere };
        Feed {
            outcome: kind.map_or(PollOutcome::Unchanged, failed), hints,
            cadence: Cadence { window_items, items_per_hour },
            interval, allowed, conditional, slowed, failures, started, now, seed,
        }
    }
}

proptest! {
    #[test]
    fn the_next_poll_is_ahead_and_within_a_day(feed in feeds()) {
        let (next, day) = (feed.next(), LONGEST.mul_f64(1.05));
        prop_assert!(next > feed.now || feed.now > Timestamp::MAX - Duration::from_secs(1));
        prop_assert!(next <= later(feed.now, day), "{next} after {}", feed.now);
    }

    #[test]
    fn more_failures_never_bring_the_poll_forward(
        mut feed in feeds(), kind in kinds(), fewer: u32, more: u32,
    ) {
        feed.outcome = failed(kind);
        feed.failures = fewer.min(more);
        let sooner = feed.next();
        feed.failures = fewer.max(more);
        prop_assert!(sooner <= feed.next());
    }

    #[test]
    fn nobody_elses_server_is_asked_within_a_minute_of_the_last_time(mut feed in feeds()) {
        feed.allowed = false;
        feed.started = feed.now;
        prop_assert!(feed.next() >= later(feed.now, SHORTEST));
    }
}
