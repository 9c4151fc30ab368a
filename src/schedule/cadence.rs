//! How often a feed really publishes, and the pause that fits it.

use std::time::Duration;

use super::LONGEST;

/// The shortest pause that a lively feed earns by itself.
const SHORTEST: Duration = Duration::from_mins(5);

/// What is assumed of a feed that was not watched yet; leads to a pause of 15 min.
const ASSUMED_PER_HOUR: f64 = 2.0;

/// How long the past counts: what lies this far back weighs a third (1/e). A whole day, so that
/// a quiet night does not make the first story of the morning late.
const MEMORY: Duration = Duration::from_hours(24);

/// An item waits at most this share of the mean time between two.
const SHARE_OF_GAP: f64 = 1.0 / 2.0;

/// Not more than this share of a document may be replaced between two polls; with the rest as
/// reserve for a sudden rush no item scrolls past unseen.
const SHARE_OF_WINDOW: f64 = 1.0 / 3.0;

const SECONDS_AN_HOUR: f64 = 3600.0;

/// What is known about how a feed publishes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cadence {
    /// Items a document holds.
    pub window_items: Option<u32>,
    /// Smoothed new items an hour.
    pub items_per_hour: Option<f64>,
}

impl Cadence {
    /// The pause that fits: half the mean time between two items, and at most a third of the time
    /// in which the whole document is replaced; from 5 min to 24 h, 15 min while nothing is known.
    pub fn pause(&self) -> Duration {
        let items = match self.window_items {
            Some(window) => SHARE_OF_GAP.min(SHARE_OF_WINDOW * f64::from(window.max(1))),
            None => SHARE_OF_GAP,
        };
        let seconds = items * SECONDS_AN_HOUR / self.rate();
        Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST).clamp(SHORTEST, LONGEST)
    }

    /// New items an hour; what a damaged store says counts as unknown.
    fn rate(&self) -> f64 {
        self.items_per_hour
            .filter(|rate| rate.is_finite() && *rate >= 0.0)
            .unwrap_or(ASSUMED_PER_HOUR)
    }
}

/// What is known after one more successful poll that saw `items_in_document` (0 where none was
/// read, as with 304), `new_items` of them new, `elapsed` after the successful poll before it.
///
/// The first document only tells its size: its items are new to us and not to the world.
/// A document of which more than a third is new shows that the last pause was too long, so the rate
/// of the moment counts at once; one that is wholly new may have hidden as many again.
pub fn observe(
    cadence: &Cadence,
    items_in_document: u32,
    new_items: u32,
    elapsed: Duration,
) -> Cadence {
    let window_items = Some(items_in_document).filter(|n| *n > 0).or(cadence.window_items);
    if cadence.window_items.is_none() || elapsed < Duration::from_secs(1) {
        return Cadence { window_items, ..*cadence };
    }
    let momentary = f64::from(new_items) * SECONDS_AN_HOUR / elapsed.as_secs_f64();
    let weight = -(-elapsed.as_secs_f64() / MEMORY.as_secs_f64()).exp_m1();
    let smoothed = cadence.rate() + weight * (momentary - cadence.rate());
    let at_least = match f64::from(new_items) / f64::from(items_in_document.max(1)) {
        share if share >= 1.0 => 2.0 * momentary,
        share if share > SHARE_OF_WINDOW => momentary,
        _ => 0.0,
    };
    Cadence { window_items, items_per_hour: Some(smoothed.max(at_least)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const QUARTER: Duration = Duration::from_mins(15);

    fn watched(window: u32, per_hour: f64) -> Cadence {
        Cadence { window_items: Some(window), items_per_hour: Some(per_hour) }
    }

    /// Polls for `hours` at the pause the cadence itself asks for, with `per_hour` items appearing.
    fn watch(mut cadence: Cadence, window: u32, per_hour: f64, hours: f64) -> Cadence {
        let (mut at, mut seen) = (0.0, 0.0);
        while at < hours {
            let pause = cadence.pause();
            at += pause.as_secs_f64() / 3600.0;
            let published = (at * per_hour).floor();
            let new = (0..window).filter(|n| f64::from(*n) < published - seen).count();
            seen = published;
            cadence = observe(&cadence, window, u32::try_from(new).unwrap(), pause);
        }
        cadence
    }

    #[test]
    fn an_unknown_feed_is_polled_each_quarter_of_an_hour() {
        assert_eq!(Cadence::default().pause(), QUARTER);
        let first = observe(&Cadence::default(), 30, 30, Duration::from_hours(1));
        assert_eq!(first, Cadence { window_items: Some(30), items_per_hour: None });
        assert_eq!(first.pause(), QUARTER);
    }

    #[test]
    fn the_pause_follows_the_rate() {
        for (window, per_hour, minutes) in [
            (30, 100.0, 5),
            (30, 2.0, 15),
            (30, 0.5, 60),
            (1, 0.5, 40),
            (30, 0.0, 24 * 60),
            (30, f64::MIN_POSITIVE, 24 * 60),
        ] {
            let pause = watched(window, per_hour).pause();
            assert_eq!(pause.as_secs() / 60, minutes, "{window} items, {per_hour} an hour");
        }
    }

    #[test]
    fn a_steady_feed_is_learnt_in_a_few_days() {
        for per_hour in [0.2, 1.0, 5.0] {
            let learnt = watch(watched(30, 2.0), 30, per_hour, 24.0 * 6.0).items_per_hour.unwrap();
            assert!((learnt / per_hour - 1.0).abs() < 0.25, "{learnt} for {per_hour}");
        }
    }

    #[test]
    fn a_feed_that_fell_silent_is_slowed_step_by_step() {
        let day = watch(watched(30, 2.0), 30, 0.0, 24.0);
        assert!((20..120).contains(&(day.pause().as_secs() / 60)), "{:?}", day.pause());
        let month = watch(day, 30, 0.0, 24.0 * 30.0);
        assert_eq!(month.pause(), LONGEST);
    }

    #[test]
    fn a_rush_counts_at_once() {
        let calm = watched(10, 0.5);
        let rush = observe(&calm, 10, 5, Duration::from_mins(30));
        assert_eq!(rush.items_per_hour, Some(10.0));
        let flood = observe(&calm, 10, 10, Duration::from_mins(30));
        assert_eq!(flood.items_per_hour, Some(40.0));
    }

    #[test]
    fn not_modified_keeps_the_size_of_the_document() {
        let after = observe(&watched(30, 2.0), 0, 0, QUARTER);
        assert_eq!(after.window_items, Some(30));
        assert!(after.items_per_hour.unwrap() < 2.0);
    }

    proptest! {
        #[test]
        fn no_history_leads_out_of_bounds(
            window: Option<u32>,
            rate: Option<f64>,
            polls in prop::collection::vec((any::<u32>(), any::<u32>(), any::<Duration>()), 0..8),
        ) {
            let mut cadence = Cadence { window_items: window, items_per_hour: rate };
            for (items, new, elapsed) in polls {
                cadence = observe(&cadence, items, new, elapsed);
                prop_assert!((SHORTEST..=LONGEST).contains(&cadence.pause()));
            }
        }
    }
}
