//! Small drawings: bars of a time each, and when the copies of a story came.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::store::Copied;

/// Width of a bar with the gap beside it, and height of the tallest.
const BAR: usize = 7;
const HEIGHT: usize = 28;

/// Bars; `said` tells in words what they show.
pub(super) fn bars(counts: &[u64], said: &str) -> Markup {
    let most = counts.iter().copied().max().unwrap_or_default().max(1);
    let width = (counts.len() * BAR).max(1);
    let height = |count: u64| {
        let height = usize::try_from(count.saturating_mul(HEIGHT as u64).div_ceil(most));
        height.unwrap_or(HEIGHT)
    };
    // One path and not a shape for each bar: a page of feeds has thousands of bars.
    let bar = |(at, count): (usize, &u64)| match *count {
        0 => String::new(),
        count => format!("M{} {HEIGHT}v-{}h{}V{HEIGHT}z", at * BAR + 1, height(count), BAR - 2),
    };
    let drawn: Vec<_> = counts.iter().enumerate().map(bar).collect();
    let drawn = drawn.concat();
    html! {
        svg.chart viewBox=(format!("0 0 {width} {}", HEIGHT + 2)) width=(width) height=(HEIGHT + 2) role="img" aria-label=(said) {
            title { (said) }
            path.axis d=(format!("M0 {y}H{width}", y = HEIGHT + 1)) {}
            path d=(drawn) {}
        }
    }
}

/// The beginnings of the last so many days in UTC, today's last.
pub(super) fn days(now: Timestamp, count: i64) -> Vec<Timestamp> {
    let today = now.as_second().div_euclid(DAY) * DAY;
    let starts = (0..count).rev().map(|back| Timestamp::from_second(today - back * DAY));
    starts.filter_map(Result::ok).collect()
}

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// Width of a timeline, and the room at its ends.
const LINE: f64 = 180.0;
const END: f64 = 5.0;

/// A dot for each copy, from the first to the last.
pub(super) fn timeline(copies: &[Copied]) -> Markup {
    let (Some(first), Some(last)) = (copies.first(), copies.last()) else { return html! {} };
    let whole = last.seen_at.duration_since(first.seen_at);
    let place = |at: Timestamp| {
        let share = at.duration_since(first.seen_at).as_secs_f64() / whole.as_secs_f64().max(1.0);
        END + share * (LINE - 2.0 * END)
    };
    let said = match copies.len() {
        1 => "one copy".to_owned(),
        many => format!("{many} copies within {}", spoken(whole.as_secs())),
    };
    html! {
        svg.timeline viewBox=(format!("0 0 {LINE} 14")) width=(LINE) height="14" role="img" aria-label=(said) {
            title { (said) }
            path.axis d=(format!("M{END} 7H{}", LINE - END)) {}
            @for (at, copy) in copies.iter().enumerate() {
                circle cx=(format!("{:.1}", place(copy.seen_at))) cy="7" r=(if at == 0 { "4.5" } else { "3" }) {}
            }
        }
    }
}

/// A time in words, roughly.
pub(super) fn spoken(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{} s", seconds.max(0)),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::model::ArticleId;

    #[test]
    fn bars_keep_their_proportion_and_say_what_they_show() {
        let drawn = bars(&[0, 1, 56], "hits a day").into_string();
        assert!(
            drawn.contains("d=\"M8 28v-1h5V28zM15 28v-28h5V28z\""),
            "nothing is drawn of nothing: {drawn}"
        );
        assert!(drawn.contains("aria-label=\"hits a day\""), "{drawn}");
    }

    #[test]
    fn days_begin_at_midnight() {
        let now: Timestamp = "2026-03-01T15:00:00Z".parse().unwrap();
        let starts: Vec<_> = days(now, 2).iter().map(Timestamp::to_string).collect();
        assert_eq!(starts, ["2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z"]);
    }

    #[test]
    fn a_timeline_runs_from_the_first_copy_to_the_last() {
        let copy = |minutes| Copied {
            article: ArticleId(1),
            publisher: String::new(),
            is_agency: false,
            seen_at: Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes),
        };
        let drawn = timeline(&[copy(0), copy(90), copy(180)]).into_string();
        for part in ["cx=\"5.0\"", "cx=\"90.0\"", "cx=\"175.0\"", "3 copies within 3 h"] {
            assert!(drawn.contains(part), "{part} in {drawn}");
        }
        assert!(timeline(&[copy(0)]).into_string().contains("one copy"));
    }
}
