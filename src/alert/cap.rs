//! At most so many messages in some time.

use std::{fmt, time::Duration};

use jiff::{SignedDuration, Timestamp};

/// How many messages may leave for one address within any stretch of so long.
///
/// What comes beyond it is not lost: it gathers in one message that leaves when there is room.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AtMost {
    /// So many; at least one.
    pub messages: usize,
    /// Within so long.
    pub within: Duration,
}

impl AtMost {
    /// The moment since which messages count: those that left after it.
    pub fn since(&self, now: Timestamp) -> Timestamp {
        now.saturating_sub(self.length()).unwrap_or(Timestamp::MIN)
    }

    /// When one more may leave, `None` for now; `left` are the moments at which others did, the
    /// earliest first.
    ///
    /// What left in the future, before somebody set the clock back, does not count.
    pub fn room_at(&self, left: &[Timestamp], now: Timestamp) -> Option<Timestamp> {
        let since = self.since(now);
        let counted: Vec<_> = left.iter().filter(|at| since < **at && **at <= now).collect();
        let over = counted.len().checked_sub(self.messages)?;
        counted.get(over).and_then(|at| at.saturating_add(self.length()).ok())
    }

    fn length(&self) -> SignedDuration {
        SignedDuration::try_from(self.within).unwrap_or(SignedDuration::MAX)
    }
}

/// As it is written: `20 per hour`, `5 per 15 min`.
impl fmt::Display for AtMost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} per ", self.messages)?;
        match self.within.as_secs() {
            60 => f.write_str("minute"),
            3_600 => f.write_str("hour"),
            86_400 => f.write_str("day"),
            seconds if seconds.is_multiple_of(3_600) => write!(f, "{} h", seconds / 3_600),
            seconds if seconds.is_multiple_of(60) => write!(f, "{} min", seconds / 60),
            seconds => write!(f, "{seconds} s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn room(messages: usize, left: &[i64], now: i64) -> Option<i64> {
        let left: Vec<_> = left.iter().copied().map(at).collect();
        let at_most = AtMost { messages, within: Duration::from_secs(100) };
        at_most.room_at(&left, at(now)).map(Timestamp::as_second)
    }

    #[test]
    fn there_is_room_until_there_are_so_many_and_when_the_first_of_them_is_old() {
        assert_eq!(room(2, &[], 50), None);
        assert_eq!(room(2, &[10], 50), None);
        assert_eq!(room(2, &[10, 20], 50), Some(110));
        assert_eq!(room(2, &[10, 20], 109), Some(110));
        assert_eq!(room(2, &[10, 20], 110), None);
        // More than there should be, as after a change of the configuration.
        assert_eq!(room(2, &[10, 20, 30, 40], 50), Some(130));
        assert_eq!(room(2, &[10, 900], 50), None, "the clock was set back");
    }

    proptest! {
        /// Messages that leave as they may are never more than allowed in any stretch.
        #[test]
        fn no_stretch_has_more(
            pauses in prop::collection::vec(0..60_i64, 1..200), messages in 1..6_usize,
        ) {
            let at_most = AtMost { messages, within: Duration::from_secs(100) };
            let (mut left, mut now): (Vec<Timestamp>, _) = (Vec::new(), at(0));
            for pause in pauses {
                now = now.max(at(now.as_second() + pause));
                if let Some(room) = at_most.room_at(&left, now) {
                    prop_assert!(room > now && room.as_second() <= now.as_second() + 100);
                    now = room;
                }
                prop_assert_eq!(at_most.room_at(&left, now), None);
                left.push(now);
            }
            for first in &left {
                let within = |at: &&Timestamp| {
                    (0..100).contains(&(at.as_second() - first.as_second()))
                };
                prop_assert!(left.iter().filter(within).count() <= messages);
            }
        }
    }
}
