//! How long a feed is usually silent, and from when on its silence means something.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Habits;

/// A silence counts for a month (by then it weighs half), so that a feed may change its ways.
const HALF_LIFE: Duration = Duration::from_hours(30 * 24);

/// A feed that was watched for a week has shown its nights and its weekend.
const A_WEEK: SignedDuration = SignedDuration::from_hours(8 * 24);

/// Silence means nothing before so long, once the week is known and before.
const LEAST: Duration = Duration::from_hours(24);
const LEAST_UNKNOWN: Duration = Duration::from_hours(3 * 24);

/// And so long where nothing is known of how the feed publishes.
const NO_RHYTHM: Duration = Duration::from_hours(30 * 24);

/// How much longer than the longest usual one a silence must be.
const UNUSUAL: u32 = 2;

/// Share of the silences of a document that are left out, the longest: an old item that was pinned
/// makes one.
const LEFT_OUT: usize = 10;

/// The longest usual time between two items of a document, by their dates.
pub fn in_document(dates: &[Timestamp]) -> Option<Duration> {
    let mut dates = dates.to_vec();
    dates.sort_unstable();
    let mut silences: Vec<_> = dates
        .windows(2)
        .map(|pair| pair[1].duration_since(pair[0]).unsigned_abs())
        .filter(|silence| !silence.is_zero())
        .collect();
    silences.sort_unstable();
    silences.truncate(silences.len() - silences.len().div_ceil(LEFT_OUT));
    silences.last().copied()
}

/// The longest usual silence after one more: `silence` that ended or was read from a document,
/// `elapsed` after it was last reckoned.
pub fn longest(
    known: Option<Duration>,
    silence: Option<Duration>,
    elapsed: Duration,
) -> Option<Duration> {
    let faded = 0.5_f64.powf(elapsed.as_secs_f64() / HALF_LIFE.as_secs_f64());
    known.map(|known| known.mul_f64(faded)).max(silence)
}

/// For how long a feed may be silent before that is told.
pub fn patience(habits: &Habits, now: Timestamp) -> Duration {
    let Some(longest) = habits.longest_silence else { return NO_RHYTHM };
    let knows_week = habits.first_success.is_some_and(|first| now.duration_since(first) >= A_WEEK);
    let least = if knows_week { LEAST } else { LEAST_UNKNOWN };
    longest.saturating_mul(UNUSUAL).max(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);
    const DAY: Duration = Duration::from_hours(24);

    fn dates(hours: &[i64]) -> Vec<Timestamp> {
        hours.iter().map(|h| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(*h)).collect()
    }

    #[test]
    fn a_document_tells_how_its_feed_publishes() {
        let weekly: Vec<_> = (0..10).map(|week| week * 7 * 24).collect();
        assert_eq!(in_document(&dates(&weekly)), Some(7 * DAY));
        let nightly = [0, 1, 2, 3, 4, 12, 13, 14, 15, 16, 17, 25, 26, 27, 28, 29, 37, 38];
        assert_eq!(in_document(&dates(&nightly)), Some(8 * HOUR));
        let pinned = [-9000, 0, 1, 2, 3, 4, 5];
        assert_eq!(in_document(&dates(&pinned)), Some(HOUR));
        assert_eq!(in_document(&dates(&[7, 7, 7])), None);
        assert_eq!(in_document(&dates(&[1, 2])), None);
        assert_eq!(in_document(&[]), None);
    }

    #[test]
    fn silences_fade() {
        assert_eq!(longest(None, None, DAY), None);
        assert_eq!(longest(None, Some(HOUR), DAY), Some(HOUR));
        assert_eq!(longest(Some(8 * HOUR), Some(HOUR), HALF_LIFE), Some(4 * HOUR));
        assert_eq!(longest(Some(HOUR), Some(8 * HOUR), HOUR), Some(8 * HOUR));
    }

    #[test]
    fn patience_follows_what_is_usual() {
        let (now, recent) = (dates(&[1000])[0], Some(dates(&[900])[0]));
        let long_ago = Some(dates(&[0])[0]);
        for (first_success, usual, patience_for) in [
            (long_ago, Some(HOUR), DAY),
            (long_ago, Some(8 * HOUR), DAY),
            (long_ago, Some(60 * HOUR), 5 * DAY),
            (long_ago, Some(7 * DAY), 14 * DAY),
            (recent, Some(8 * HOUR), 3 * DAY),
            (recent, Some(7 * DAY), 14 * DAY),
            (recent, None, 30 * DAY),
        ] {
            let habits = Habits { first_success, longest_silence: usual, ..Habits::default() };
            assert_eq!(patience(&habits, now), patience_for, "{usual:?}");
        }
    }
}
