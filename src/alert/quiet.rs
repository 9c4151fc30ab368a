//! Quiet hours: when a recipient is left alone, and what reaches them all the same.

use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, Time},
    tz::TimeZone,
};

use super::Reason;
use crate::model::Priority;

/// Minutes of a day and of a week.
const DAY: usize = 1_440;
const WEEK: usize = 7 * DAY;

/// A rule of this priority is urgent: what it tells does not wait.
pub const FLASH: Priority = Priority(1);

/// A stretch of time that comes on some days of the week, in the recipient's own time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stretch {
    /// The days on which it begins (Monday = 1 … Sunday = 7); never empty.
    pub days: Vec<i8>,
    /// When it begins.
    pub start: Time,
    /// When it is over: on the next day if that is not after the start. Midnight is the end of the
    /// day.
    pub end: Time,
}

/// When a recipient is left alone; without stretches never.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct QuietHours {
    /// They may overlap.
    pub stretches: Vec<Stretch>,
}

/// What reaches a recipient in quiet hours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Passes {
    /// A kill of what they were told.
    pub kill: bool,
    /// What rules of the priority `flash` tell.
    pub flash: bool,
    /// A correction of what they were told.
    pub correction: bool,
}

impl Default for Passes {
    fn default() -> Self {
        Self { kill: true, flash: true, correction: false }
    }
}

impl Passes {
    /// Whether an alert does not wait for the end of quiet hours.
    pub fn lets_through(self, reason: &Reason, priority: Option<Priority>) -> bool {
        match reason {
            _ if self.flash && priority == Some(FLASH) => true,
            Reason::Kill { .. } => self.kill,
            Reason::Correction { .. } => self.correction,
            _ => false,
        }
    }
}

impl Stretch {
    /// The moments between which it lies when it begins on a day of the zone's clock. Where the
    /// clock jumps over one of its ends, that is moved on as far as the clock is.
    fn on(&self, zone: &TimeZone, day: Date) -> Option<(Timestamp, Timestamp)> {
        if !self.days.contains(&day.weekday().to_monday_one_offset()) {
            return None;
        }
        let last = if self.end <= self.start { day.tomorrow().ok()? } else { day };
        let start = zone.to_timestamp(day.to_datetime(self.start)).ok()?;
        Some((start, zone.to_timestamp(last.to_datetime(self.end)).ok()?))
    }

    /// The minutes of a week that it covers, Monday 00:00 first.
    fn minutes(&self) -> impl Iterator<Item = usize> {
        let minute = |time: Time| {
            usize::from(time.hour().unsigned_abs()) * 60 + usize::from(time.minute().unsigned_abs())
        };
        let (start, end) = (minute(self.start), minute(self.end));
        let length = if end <= start { DAY - start + end } else { end - start };
        self.days.iter().flat_map(move |day| {
            let first = usize::from(day.unsigned_abs() - 1) * DAY + start;
            (first..first + length).map(|minute| minute % WEEK)
        })
    }
}

impl QuietHours {
    /// When the quiet that lies over `at` is over; `None` when it is not quiet then.
    ///
    /// Stretches that overlap or follow each other are one. Its end is no part of it.
    pub fn until(&self, zone: &TimeZone, at: Timestamp) -> Option<Timestamp> {
        let mut end = at;
        // Each stretch is passed at most once a day; a quiet that never ends is refused before.
        for _ in 0..=8 * self.stretches.len() {
            match self.end_at(zone, end) {
                Some(later) => end = later,
                None => break,
            }
        }
        (end > at).then_some(end)
    }

    /// The latest end of the stretches that lie over `at`.
    fn end_at(&self, zone: &TimeZone, at: Timestamp) -> Option<Timestamp> {
        let today = zone.to_datetime(at).date();
        // A stretch lasts a day at most, and the clock may jump over another.
        let days = [0, 1, 2].into_iter().filter_map(|back| today.checked_sub(back.days()).ok());
        let all = days.flat_map(|day| self.stretches.iter().filter_map(move |s| s.on(zone, day)));
        all.filter(|(start, end)| *start <= at && at < *end).map(|(_, end)| end).max()
    }

    /// Whether it is quiet at a time of a day of the week (Monday = 1), by the clock.
    pub fn is_at(&self, day: i8, time: Time) -> bool {
        let moment = Stretch { days: vec![day], start: time, end: time }.minutes().next();
        self.stretches.iter().flat_map(Stretch::minutes).any(|minute| Some(minute) == moment)
    }

    /// Whether nothing is left of a week.
    pub fn is_always(&self) -> bool {
        let mut week = [false; WEEK];
        for minute in self.stretches.iter().flat_map(Stretch::minutes) {
            week[minute] = true;
        }
        week.iter().all(|is_quiet| *is_quiet)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;
    use proptest::prelude::*;

    use super::*;
    use crate::model::ArticleId;

    const ALL: [i8; 7] = [1, 2, 3, 4, 5, 6, 7];

    fn stretch(days: &[i8], start: (i8, i8), end: (i8, i8)) -> Stretch {
        let at = |(hour, minute)| time(hour, minute, 0, 0);
        Stretch { days: days.to_vec(), start: at(start), end: at(end) }
    }

    fn quiet(stretches: &[Stretch]) -> QuietHours {
        QuietHours { stretches: stretches.to_vec() }
    }

    fn nights() -> QuietHours {
        quiet(&[stretch(&ALL, (22, 0), (7, 0))])
    }

    /// Until when it is quiet, told in the zone's own time.
    fn until(quiet: &QuietHours, zone: &str, at: &str) -> String {
        let zone = TimeZone::get(zone).unwrap();
        quiet.until(&zone, at.parse().unwrap()).map_or("-".to_owned(), |end| {
            end.to_zoned_datetime(zone).strftime("%a %d %H:%M %:z").to_string()
        })
    }

    #[test]
    fn a_night_goes_over_midnight_and_its_end_is_no_part_of_it() {
        for (at, end) in [
            ("2025-05-12T21:59:59Z", "-"),
            ("2025-05-12T22:00:00Z", "Tue 13 07:00 +00:00"),
            ("2025-05-13T00:00:00Z", "Tue 13 07:00 +00:00"),
            ("2025-05-13T06:59:59.999Z", "Tue 13 07:00 +00:00"),
            ("2025-05-13T07:00:00Z", "-"),
        ] {
            assert_eq!(until(&nights(), "UTC", at), end, "{at}");
        }
    }

    #[test]
    fn days_and_stretches_that_meet_are_one_quiet() {
        let weekend = quiet(&[stretch(&[6, 7], (0, 0), (0, 0)), stretch(&ALL, (22, 0), (7, 0))]);
        // Friday night, the weekend and the night to Monday.
        assert_eq!(until(&weekend, "UTC", "2025-05-16T23:00:00Z"), "Mon 19 07:00 +00:00");
        assert_eq!(until(&weekend, "UTC", "2025-05-16T21:00:00Z"), "-");
        let friday = quiet(&[stretch(&[5], (22, 0), (7, 0))]);
        assert_eq!(until(&friday, "UTC", "2025-05-17T06:00:00Z"), "Sat 17 07:00 +00:00");
        assert_eq!(until(&friday, "UTC", "2025-05-17T23:00:00Z"), "-");
        // Sunday evening in Greenwich is Monday in Karachi.
        let monday = quiet(&[stretch(&[1], (0, 0), (9, 0))]);
        assert_eq!(until(&monday, "Asia/Karachi", "2025-05-11T20:00:00Z"), "Mon 12 09:00 +05:00");
    }

    #[test]
    fn a_quiet_follows_the_clock_when_it_changes() {
        for (zone, at, end) in [
            // An hour is missing, or comes twice.
            ("Europe/Berlin", "2025-03-29T22:00:00Z", "Sun 30 07:00 +02:00"),
            ("Europe/Berlin", "2025-10-25T22:00:00Z", "Sun 26 07:00 +01:00"),
            ("Australia/Lord_Howe", "2025-10-04T14:00:00Z", "Sun 05 07:00 +11:00"),
            // Samoa left out the 30th of December 2011.
            ("Pacific/Apia", "2011-12-30T09:00:00Z", "Sat 31 07:00 +14:00"),
        ] {
            assert_eq!(until(&nights(), zone, at), end, "{zone}");
        }
        // It ends in the hour that is jumped over.
        let early = quiet(&[stretch(&ALL, (1, 0), (2, 30))]);
        assert_eq!(until(&early, "Europe/Berlin", "2025-03-30T00:30:00Z"), "Sun 30 03:30 +02:00");
    }

    #[test]
    fn what_passes() {
        let (article, revision) = (ArticleId(1), 1);
        let (kill, corrected) =
            (Reason::Kill { article, revision }, Reason::Correction { article, revision });
        let usual = Passes::default();
        assert!(usual.lets_through(&kill, None) && usual.lets_through(&Reason::First, Some(FLASH)));
        assert!(!usual.lets_through(&corrected, None));
        assert!(!usual.lets_through(&Reason::First, Some(Priority(2))));
        let only_corrections = Passes { kill: false, flash: false, correction: true };
        assert!(only_corrections.lets_through(&corrected, None));
        assert!(!only_corrections.lets_through(&kill, Some(FLASH)));
    }

    #[test]
    fn a_time_of_a_day_may_be_quiet() {
        let friday = quiet(&[stretch(&[5], (22, 0), (7, 0))]);
        for (day, hour, is_quiet) in [
            (5, 21, false),
            (5, 22, true),
            (6, 6, true),
            (6, 7, false),
            (6, 22, false),
            (7, 6, false),
        ] {
            assert_eq!(friday.is_at(day, time(hour, 0, 0, 0)), is_quiet, "{day} {hour}");
        }
    }

    #[test]
    fn a_week_may_be_quiet_throughout() {
        assert!(!nights().is_always() && !QuietHours::default().is_always());
        assert!(quiet(&[stretch(&ALL, (0, 0), (0, 0))]).is_always());
        assert!(
            quiet(&[stretch(&ALL, (9, 0), (22, 0)), stretch(&ALL, (20, 0), (9, 0))]).is_always()
        );
        assert!(!quiet(&[stretch(&[1, 2, 3, 4, 5, 6], (0, 0), (0, 0))]).is_always());
    }

    proptest! {
        #[test]
        fn it_is_not_quiet_when_quiet_is_over(
            second in 0..4_000_000_000_i64, start in 0..1_440_i16, length in 1..1_380_i16,
            day in 1..8_i8,
            zone in prop_oneof![
                Just("Europe/Berlin"), Just("Australia/Lord_Howe"), Just("Asia/Karachi"),
                Just("Pacific/Apia"), Just("America/St_Johns"),
            ],
        ) {
            let at = |minute: i16| {
                let (hour, minute) = (minute % 1_440 / 60, minute % 60);
                (i8::try_from(hour).unwrap(), i8::try_from(minute).unwrap())
            };
            let quiet = quiet(&[
                stretch(&ALL, at(start), at(start + length)), stretch(&[day], (0, 0), (0, 0)),
            ]);
            let zone = TimeZone::get(zone).unwrap();
            let now = Timestamp::from_second(second).unwrap();
            if let Some(end) = quiet.until(&zone, now) {
                prop_assert!(end > now && quiet.until(&zone, end).is_none());
                prop_assert!(end.as_second() - second <= 4 * 86_400);
            }
        }
    }
}
