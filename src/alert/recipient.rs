//! A named target and when it wants to be told.

use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

use crate::model::RecipientName;

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
        time: jiff::civil::Time,
    },
}

/// A named target.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recipient {
    /// Its name.
    pub name: RecipientName,
    /// One or more addresses, each with a delivery of its own.
    pub email: Vec<String>,
    /// When messages go out.
    pub send: Send,
    /// How long copies may gather before a message is frozen.
    pub wait: Duration,
    /// The zone that times are told in.
    pub timezone: TimeZone,
}

impl Recipient {
    /// When an alert made `now` goes out.
    pub fn due(&self, now: Timestamp) -> Timestamp {
        let _ = now;
        now + self.wait
    }

    /// What gathers in one message with what: the story where it goes out at once, else the slot.
    pub fn gathers_by(&self, story: crate::model::StoryId, due: Timestamp) -> String {
        match self.send {
            Send::AtOnce => format!("story:{story}"),
            Send::Every(_) | Send::At { .. } => format!("slot:{}", due.as_second()),
        }
    }
}
