//! What a clock on a wall shows at each quarter of an hour of a year, and what follows from it: an
//! account of slots and quiet hours that shares nothing with the program's but the time zones.

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

/// The step at which the wall clock is read; all slots and all changes of clocks are multiples.
pub(super) const STEP: SignedDuration = SignedDuration::from_mins(15);

/// How a recipient wants to be told.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wish {
    /// At this hour and minute, on these days (Monday = 1).
    At(&'static [i8], i8, i8),
    /// Each so many hours of the clock.
    Every(i64),
    /// After two minutes, but never from ten in the evening to seven, nor on a Sunday.
    AtOnce,
}

/// A wall clock over some time.
pub(super) struct Wall {
    readings: Vec<(Timestamp, DateTime)>,
}

impl Wall {
    pub(super) fn new(zone: &str, from: Timestamp, until: Timestamp) -> Self {
        let zone = TimeZone::get(zone).unwrap();
        let mut readings = Vec::new();
        let mut at = from;
        while at < until {
            readings.push((at, zone.to_datetime(at)));
            at += STEP;
        }
        Self { readings }
    }

    /// The slots of a wish, in order.
    pub(super) fn slots(&self, wish: Wish) -> Vec<Timestamp> {
        let mut slots = Vec::new();
        for pair in self.readings.windows(2) {
            let [(was_at, was), (at, is)] = pair else { continue };
            match wish {
                Wish::AtOnce => {}
                Wish::Every(hours) => {
                    let period = hours * 3_600;
                    let seconds = |shown: &DateTime| {
                        shown.duration_since(DateTime::constant(2000, 1, 1, 0, 0, 0, 0)).as_secs()
                    };
                    let (was, is) = (seconds(was), seconds(is));
                    // Shown, or jumped over.
                    let passed = is.div_euclid(period) > was.div_euclid(period);
                    if is % period == 0 || passed {
                        slots.push(*at);
                    }
                }
                Wish::At(days, hour, minute) => {
                    // The day of the clock before and after the step: it may be midnight.
                    for day in [was.date(), is.date()] {
                        let wanted = day.at(hour, minute, 0, 0);
                        let weekday = day.weekday().to_monday_one_offset();
                        if !(days.contains(&weekday) && *was < wanted && wanted <= *is) {
                            continue;
                        }
                        // Where the clock jumped over it, it comes when it would have without.
                        let slot =
                            if wanted == *is { *at } else { *was_at + wanted.duration_since(*was) };
                        // Of a time that comes twice only the first counts.
                        if slots
                            .last()
                            .is_none_or(|last| slot - *last > SignedDuration::from_hours(3))
                        {
                            slots.push(slot);
                        }
                    }
                }
            }
        }
        slots
    }

    /// The moment from `at` on at which it is not quiet.
    pub(super) fn after_quiet(&self, at: Timestamp) -> Timestamp {
        let first = self.readings.partition_point(|(reading, _)| *reading <= at) - 1;
        let is_quiet = |shown: &DateTime| {
            let sunday = shown.date().weekday().to_monday_one_offset() == 7;
            sunday || !(7..22).contains(&shown.hour())
        };
        if !is_quiet(&self.readings[first].1) {
            return at;
        }
        let loud = self.readings[first..].iter().find(|(_, shown)| !is_quiet(shown));
        loud.unwrap().0
    }
}
