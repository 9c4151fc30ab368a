//! A named target and when it wants to be told.

use std::{borrow::Cow, time::Duration};

use jiff::{Timestamp, ToSpan as _, civil::Time, tz::TimeZone};

use super::{AtMost, Channel, Passes, QuietHours, Reason};
use crate::model::{Priority, RecipientName, StoryId};

/// Seconds of the clock from midnight to midnight.
const DAY: i64 = 86_400;
pub(super) const EVERY_DAY: [i8; 7] = [1, 2, 3, 4, 5, 6, 7];
/// When those who are told at once get what can wait for a digest.
pub(crate) const MORNING: Time = Time::constant(7, 30, 0, 0);

/// When messages go out.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Send {
    /// As soon as the wait is over, one message a story.
    #[default]
    AtOnce,
    /// One message each so often, at round times of the day.
    Every(Duration),
    /// One message at this time of day, on these days (Monday = 1 … Sunday = 7).
    At {
        /// Days of the week; never empty.
        days: Vec<i8>,
        /// Hour and minute, local time.
        time: Time,
    },
}

/// A named target.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recipient {
    /// Its name.
    pub name: RecipientName,
    /// Mail addresses, each with a delivery of its own.
    pub email: Vec<String>,
    /// Channels beside mail, each with a delivery of its own.
    pub channels: Vec<Channel>,
    /// When messages go out.
    pub send: Send,
    /// How long copies may gather before a message is frozen.
    pub wait: Duration,
    /// The zone that times are told in.
    pub timezone: TimeZone,
    /// How many messages may leave for each address in some time; kills and what is flash are not
    /// counted and do not wait.
    pub at_most: Option<AtMost>,
    /// When messages wait.
    pub quiet: QuietHours,
    /// What does not.
    pub passes: Passes,
    /// A slot at which there is nothing to tell has a message that says so.
    pub send_empty: bool,
}

/// When an alert goes out, and with what.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Appointment {
    /// When.
    pub due: Timestamp,
    /// Alerts with the same value share a message.
    pub gathers: String,
    /// It would have gone out earlier, were it not for quiet hours.
    pub waits: bool,
}

impl Recipient {
    /// Every address that it is told at.
    pub fn addresses(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let mails = self.email.iter().map(|address| Cow::Borrowed(address.as_str()));
        mails.chain(self.channels.iter().map(|channel| channel.address(&self.name).into()))
    }

    /// When an alert made `now` goes out: after the wait, or at the next slot after `now`.
    ///
    /// Slots are times of the recipient's clock. One that the clock jumps over comes at the jump;
    /// a time of day that comes twice in a night counts once, a slot of `Every` twice. A period
    /// longer than a day counts as a day.
    pub fn due(&self, now: Timestamp) -> Timestamp {
        let slot = match &self.send {
            Send::AtOnce => None,
            Send::Every(period) => next_round(&self.timezone, *period, now),
            Send::At { days, time } => next_at(&self.timezone, days, *time, now),
        };
        slot.unwrap_or_else(|| now.saturating_add(self.wait).unwrap_or(Timestamp::MAX))
    }

    /// When the next digest goes out: at the next slot, or in the morning for those who are told at
    /// once.
    pub fn next_digest(&self, now: Timestamp) -> Timestamp {
        let morning = match self.send {
            Send::AtOnce => next_at(&self.timezone, &EVERY_DAY, MORNING, now),
            Send::Every(_) | Send::At { .. } => None,
        };
        morning.unwrap_or_else(|| self.due(now))
    }

    /// When an alert made `now` goes out, quiet hours and all; `digest` where it waits for company.
    ///
    /// A kill goes out at once, whatever the slots.
    pub fn appointment(
        &self,
        story: StoryId,
        reason: &Reason,
        priority: Option<Priority>,
        digest: bool,
        now: Timestamp,
    ) -> Appointment {
        let (due, gathers) = match reason {
            _ if digest => {
                let due = self.next_digest(now);
                (due, Self::gathers_in_digest(due))
            }
            Reason::Kill { .. } => (now, self.gathers_by(story, now)),
            _ => {
                let due = self.due(now);
                (due, self.gathers_by(story, due))
            }
        };
        match self.quiet.until(&self.timezone, due) {
            Some(end) if !self.passes.lets_through(reason, priority) => {
                Appointment { due: end, gathers: Self::gathers_in_digest(end), waits: true }
            }
            _ => Appointment { due, gathers, waits: false },
        }
    }

    /// The next slot at which there is a message even when there is nothing to tell, if there is
    /// such a slot; one in quiet hours is at their end.
    pub fn next_empty(&self, now: Timestamp) -> Option<Timestamp> {
        if !self.send_empty || self.send == Send::AtOnce {
            return None;
        }
        let slot = self.due(now);
        Some(self.quiet.until(&self.timezone, slot).unwrap_or(slot))
    }

    /// Whether the message of `slot`, opened at `since`, is awaited though there is nothing to tell:
    /// the slot is the next one after that, or the end of quiet hours into which that one was late.
    pub fn awaits(&self, slot: Timestamp, since: Timestamp) -> bool {
        let Some(next) = self.next_empty(since) else { return false };
        let before = slot.checked_sub(1.nanosecond()).unwrap_or(slot);
        next == slot || next < slot && self.quiet.until(&self.timezone, before) == Some(slot)
    }

    /// Whether an address that both have may be told by one message, whichever of them it is for.
    pub fn shares_with(&self, other: &Self) -> bool {
        self.at_most == other.at_most
            && self.quiet == other.quiet
            && self.passes == other.passes
            && self.send_empty == other.send_empty
            && (self.timezone == other.timezone || self.quiet.stretches.is_empty())
    }

    /// What gathers in one message with what: the story where it goes out at once, else the slot.
    pub fn gathers_by(&self, story: StoryId, due: Timestamp) -> String {
        match self.send {
            Send::AtOnce => format!("story:{story}"),
            Send::Every(_) | Send::At { .. } => Self::gathers_in_digest(due),
        }
    }

    /// What gathers in one digest: all that is due at its time.
    pub fn gathers_in_digest(due: Timestamp) -> String {
        format!("slot:{}", due.as_second())
    }

    /// The time of the digest that gathers so; `None` for another message.
    pub fn slot_of(gathers: &str) -> Option<Timestamp> {
        let second = gathers.strip_prefix("slot:")?.parse().ok()?;
        Timestamp::from_second(second).ok()
    }
}

/// The first moment after `now` at which the clock of the zone shows a multiple of the period,
/// counted from midnight.
fn next_round(zone: &TimeZone, period: Duration, now: Timestamp) -> Option<Timestamp> {
    let period = i64::try_from(period.as_secs()).unwrap_or(DAY).clamp(1, DAY);
    let (now, offset) = (now.as_second(), offset(zone, now));
    let shown = round_after(now + offset, period);
    let candidate = Timestamp::from_second(shown - offset).ok()?;
    let Some(change) = change_until(zone, now, candidate) else { return Some(candidate) };
    // The clock changes before the slot comes: it may jump over it, or show other times first.
    let change_shows = change.as_second() + self::offset(zone, change);
    if shown <= change_shows {
        return Some(change);
    }
    let shown = round_after(change_shows - 1, period);
    Timestamp::from_second(change.as_second() + shown - change_shows).ok()
}

/// The first multiple of the period, counted from midnight, after this time of the clock; both in
/// seconds since the clock showed 1970.
fn round_after(shown: i64, period: i64) -> i64 {
    let of_day = shown.rem_euclid(DAY);
    let next = (of_day / period + 1) * period;
    shown - of_day + next.min(DAY)
}

/// What the clock of the zone is ahead of UTC, in seconds.
fn offset(zone: &TimeZone, at: Timestamp) -> i64 {
    zone.to_offset(at).seconds().into()
}

/// The first change of the zone's clock after `now`, if it comes at `until` or before.
fn change_until(zone: &TimeZone, now: i64, until: Timestamp) -> Option<Timestamp> {
    let change = zone.following(Timestamp::from_second(now).ok()?).next()?.timestamp();
    (change <= until).then_some(change)
}

/// The first moment after `now` at this time of day on one of these days.
pub(super) fn next_at(
    zone: &TimeZone,
    days: &[i8],
    time: Time,
    now: Timestamp,
) -> Option<Timestamp> {
    let today = zone.to_datetime(now).date();
    // Today's may have passed, so the same day of next week is looked at too.
    today
        .series(1.day())
        .take(8)
        .filter(|date| days.contains(&date.weekday().to_monday_one_offset()))
        .filter_map(|date| zone.to_timestamp(date.to_datetime(time)).ok())
        .find(|slot| *slot > now)
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        alert::{FLASH, Stretch},
        model::ArticleId,
    };

    fn recipient(send: Send, zone: &str) -> Recipient {
        Recipient {
            name: RecipientName::new("desk"),
            email: vec!["desk@desk.example".into()],
            channels: Vec::new(),
            send,
            wait: Duration::from_mins(2),
            timezone: TimeZone::get(zone).unwrap(),
            at_most: None,
            quiet: QuietHours::default(),
            passes: Passes::default(),
            send_empty: false,
        }
    }

    /// When it is due, told in the recipient's own time.
    fn due(send: &Send, zone: &str, now: &str) -> String {
        let recipient = recipient(send.clone(), zone);
        let due = recipient.due(now.parse().unwrap()).to_zoned_datetime(recipient.timezone);
        due.strftime("%a %d %H:%M %:z").to_string()
    }

    fn every(minutes: u64) -> Send {
        Send::Every(Duration::from_mins(minutes))
    }

    fn daily(hour: i8, minute: i8) -> Send {
        Send::At { days: EVERY_DAY.to_vec(), time: time(hour, minute, 0, 0) }
    }

    #[test]
    fn at_once_is_after_the_wait() {
        let due = due(&Send::AtOnce, "UTC", "2025-05-12T06:00:00Z");
        assert_eq!(due, "Mon 12 06:02 +00:00");
    }

    #[test]
    fn slots_are_round_times_of_the_recipients_day() {
        for (send, zone, now, slot) in [
            (every(15), "UTC", "2025-05-12T06:01:00Z", "Mon 12 06:15 +00:00"),
            (every(15), "UTC", "2025-05-12T06:15:00Z", "Mon 12 06:30 +00:00"),
            (every(15), "UTC", "2025-05-12T06:14:59.9Z", "Mon 12 06:15 +00:00"),
            (every(60), "Asia/Kathmandu", "2025-05-12T06:01:00Z", "Mon 12 12:00 +05:45"),
            (every(240), "Asia/Karachi", "2025-05-12T19:30:00Z", "Tue 13 04:00 +05:00"),
            (every(420), "UTC", "2025-05-12T22:00:00Z", "Tue 13 00:00 +00:00"),
            (every(10_000), "UTC", "2025-05-12T22:00:00Z", "Tue 13 00:00 +00:00"),
            (every(0), "UTC", "2025-05-12T22:00:00Z", "Mon 12 22:00 +00:00"),
        ] {
            assert_eq!(due(&send, zone, now), slot, "{send:?} {zone} {now}");
        }
    }

    #[test]
    fn slots_go_on_when_the_clock_changes() {
        for (send, zone, now, slot) in [
            // New York, forward: 02:00 is jumped over and comes as 03:00.
            (every(15), "America/New_York", "2025-03-09T06:50:00Z", "Sun 09 03:00 -04:00"),
            (every(240), "America/New_York", "2025-03-09T05:30:00Z", "Sun 09 04:00 -04:00"),
            // New York, back: the hour from one to two has its slots twice.
            (every(15), "America/New_York", "2025-11-02T05:50:00Z", "Sun 02 01:00 -05:00"),
            (every(15), "America/New_York", "2025-11-02T06:00:00Z", "Sun 02 01:15 -05:00"),
            (every(240), "America/New_York", "2025-11-02T05:50:00Z", "Sun 02 04:00 -05:00"),
            // Lord Howe changes by half an hour.
            (every(60), "Australia/Lord_Howe", "2025-10-04T15:10:00Z", "Sun 05 02:30 +11:00"),
            (every(60), "Australia/Lord_Howe", "2025-04-05T14:50:00Z", "Sun 06 02:00 +10:30"),
            // Cairo jumps over midnight.
            (every(1_440), "Africa/Cairo", "2025-04-24T12:00:00Z", "Fri 25 01:00 +03:00"),
            // Karachi and Kolkata have no changes.
            (every(60), "Asia/Kolkata", "2025-03-30T00:59:00Z", "Sun 30 07:00 +05:30"),
        ] {
            assert_eq!(due(&send, zone, now), slot, "{send:?} {zone} {now}");
        }
    }

    #[test]
    fn an_empty_slot_is_awaited_when_it_is_the_next_one_or_was_late_in_the_night() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let evening = Recipient { send_empty: true, ..recipient(daily(18, 0), "UTC") };
        let (slot, before) = (at("2025-05-12T18:00:00Z"), at("2025-05-11T18:00:00Z"));
        assert!(evening.awaits(slot, before) && !evening.awaits(slot, at("2025-05-10T18:00:00Z")));
        let earlier = Recipient { send: daily(9, 0), ..evening.clone() };
        assert!(!earlier.awaits(slot, before), "it is told at another time by now");
        let silent = Recipient { send_empty: false, ..evening.clone() };
        assert!(!silent.awaits(slot, before));
        let (start, end) = (time(22, 0, 0, 0), time(7, 0, 0, 0));
        let night = Stretch { days: EVERY_DAY.to_vec(), start, end };
        let quiet = QuietHours { stretches: vec![night] };
        let spared = Recipient { quiet, ..evening };
        let morning = at("2025-05-13T07:00:00Z");
        assert!(
            spared.awaits(morning, before) && !spared.awaits(at("2025-05-12T17:00:00Z"), before)
        );
        assert_eq!(Recipient::slot_of(&Recipient::gathers_in_digest(morning)), Some(morning));
        assert_eq!(Recipient::slot_of("story:7"), None);
        let in_the_night = Recipient { send: daily(3, 0), ..spared };
        assert_eq!(in_the_night.next_empty(before), Some(at("2025-05-12T07:00:00Z")));
    }

    #[test]
    fn addresses_are_shared_by_those_who_are_spared_alike() {
        let (one, other) = (recipient(Send::AtOnce, "UTC"), recipient(every(60), "Asia/Karachi"));
        assert!(one.shares_with(&other));
        let cap = AtMost { messages: 1, within: Duration::from_mins(5) };
        assert!(!one.shares_with(&Recipient { at_most: Some(cap), ..other.clone() }));
        assert!(!one.shares_with(&Recipient { send_empty: true, ..other }));
    }

    #[test]
    fn what_falls_into_quiet_hours_is_appointed_for_their_end() {
        let (start, end) = (time(22, 0, 0, 0), time(7, 0, 0, 0));
        let night = Stretch { days: EVERY_DAY.to_vec(), start, end };
        let quiet = QuietHours { stretches: vec![night] };
        let spared = Recipient { quiet, ..recipient(Send::AtOnce, "UTC") };
        let hourly = Recipient { send: every(60), ..spared.clone() };
        let kill = Reason::Kill { article: ArticleId(1), revision: 1 };
        let (first, flash) = (Reason::First, Some(FLASH));
        for (recipient, reason, priority, digest, now, due, gathers) in [
            (&spared, &first, None, false, "12T21:57:59Z", "12T21:59:59Z", "story:9"),
            (&spared, &first, None, false, "12T21:58:00Z", "13T07:00:00Z", "slot:1747119600"),
            (&spared, &first, flash, false, "12T23:00:00Z", "12T23:02:00Z", "story:9"),
            (&spared, &kill, None, false, "12T23:00:00Z", "12T23:00:00Z", "story:9"),
            (&spared, &first, None, true, "12T23:00:00Z", "13T07:30:00Z", "slot:1747121400"),
            (&hourly, &first, None, false, "12T20:30:00Z", "12T21:00:00Z", "slot:1747083600"),
            (&hourly, &first, None, false, "12T23:30:00Z", "13T07:00:00Z", "slot:1747119600"),
            (&hourly, &first, flash, false, "12T23:30:00Z", "13T00:00:00Z", "slot:1747094400"),
            (&hourly, &kill, None, false, "12T20:30:00Z", "12T20:30:00Z", "slot:1747081800"),
        ] {
            let at = |text: &str| format!("2025-05-{text}").parse::<Timestamp>().unwrap();
            let when = recipient.appointment(StoryId(9), reason, priority, digest, at(now));
            assert_eq!((when.due, when.gathers.as_str()), (at(due), gathers), "{now}");
            assert_eq!(when.waits, due == "13T07:00:00Z", "{now}");
        }
    }

    #[test]
    fn a_time_of_day_comes_once_a_day() {
        for (send, zone, now, slot) in [
            (daily(7, 30), "Asia/Karachi", "2025-05-12T02:29:00Z", "Mon 12 07:30 +05:00"),
            (daily(7, 30), "Asia/Karachi", "2025-05-12T02:30:00Z", "Tue 13 07:30 +05:00"),
            // The day before a change, over it.
            (daily(7, 30), "Europe/Berlin", "2025-03-29T07:00:00Z", "Sun 30 07:30 +02:00"),
            (daily(7, 30), "Europe/Berlin", "2025-10-25T07:00:00Z", "Sun 26 07:30 +01:00"),
            // 02:30 does not come in Berlin that night, and comes twice half a year later.
            (daily(2, 30), "Europe/Berlin", "2025-03-29T23:00:00Z", "Sun 30 03:30 +02:00"),
            (daily(2, 30), "Europe/Berlin", "2025-10-25T23:00:00Z", "Sun 26 02:30 +02:00"),
            (daily(2, 30), "Europe/Berlin", "2025-10-26T00:45:00Z", "Mon 27 02:30 +01:00"),
        ] {
            assert_eq!(due(&send, zone, now), slot, "{send:?} {zone} {now}");
        }
    }

    #[test]
    fn a_digest_comes_with_the_next_slot_or_in_the_morning() {
        for (send, now, slot) in [
            (Send::AtOnce, "2025-05-12T02:29:00Z", "Mon 12 07:30 +05:00"),
            (Send::AtOnce, "2025-05-12T06:00:00Z", "Tue 13 07:30 +05:00"),
            (every(60), "2025-05-12T06:01:00Z", "Mon 12 12:00 +05:00"),
            (daily(18, 0), "2025-05-12T06:01:00Z", "Mon 12 18:00 +05:00"),
        ] {
            let recipient = recipient(send, "Asia/Karachi");
            let due = recipient.next_digest(now.parse().unwrap());
            let told = due.to_zoned_datetime(recipient.timezone).strftime("%a %d %H:%M %:z");
            assert_eq!(told.to_string(), slot, "{now}");
        }
    }

    #[test]
    fn days_of_the_week_are_the_recipients() {
        let mondays_and_thursdays = Send::At { days: vec![1, 4], time: time(7, 30, 0, 0) };
        for (now, slot) in [
            ("2025-05-12T02:00:00Z", "Mon 12 07:30 +05:00"),
            ("2025-05-12T03:00:00Z", "Thu 15 07:30 +05:00"),
            ("2025-05-15T03:00:00Z", "Mon 19 07:30 +05:00"),
            // Sunday evening in Greenwich is Monday in Karachi.
            ("2025-05-11T20:00:00Z", "Mon 12 07:30 +05:00"),
        ] {
            assert_eq!(due(&mondays_and_thursdays, "Asia/Karachi", now), slot, "{now}");
        }
        let mondays = Send::At { days: vec![1], time: time(7, 30, 0, 0) };
        assert_eq!(due(&mondays, "UTC", "2025-05-12T08:00:00Z"), "Mon 19 07:30 +00:00");
    }

    proptest! {
        #[test]
        fn a_slot_is_soon_and_after_now(
            second in 0..4_000_000_000_i64, minutes in 1..1_500_u64, hour in 0..24_i8,
            zone in prop_oneof![
                Just("Europe/Berlin"), Just("America/St_Johns"), Just("Australia/Lord_Howe"),
                Just("Africa/Cairo"), Just("Asia/Karachi"), Just("Pacific/Apia"),
            ],
        ) {
            let now = Timestamp::from_second(second).unwrap();
            let round = recipient(every(minutes), zone).due(now);
            prop_assert!(round > now);
            let longest = i64::try_from(minutes.min(1_440)).unwrap() * 60 + 7_200;
            prop_assert!(round.as_second() - second <= longest, "{round}");
            let daily = recipient(daily(hour, 30), zone).due(now);
            prop_assert!(daily > now && daily.as_second() - second <= 2 * DAY, "{daily}");
        }
    }
}
