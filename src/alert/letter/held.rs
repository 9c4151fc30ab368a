//! What a message says beside its alerts: what was kept back, and that there is nothing to tell.

use std::fmt;

use jiff::Timestamp;

use crate::model::RuleName;

/// What was not told when it came.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Held {
    /// Alerts of this message that came beyond `at_most` of the recipient and wait for company.
    pub folded: u32,
    /// The cap that folded them, as it is written: `20 per hour`.
    pub at_most: Option<String>,
    /// Alerts of this message that waited for the end of quiet hours.
    pub quiet: u32,
    /// Silences that kept alerts from the recipient since the message before.
    pub silenced: Vec<Silenced>,
}

/// A silence and what it kept back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Silenced {
    /// What is silent, as a person writes it: `rule harbour`, `story 12`, `query "crane"`.
    pub what: String,
    /// Why, in the words of who asked for it.
    pub note: Option<String>,
    /// When it ends.
    pub until: Timestamp,
    /// Alerts that it kept back; not in this message.
    pub alerts: u32,
}

/// Why a message has no alerts to tell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Nothing {
    /// No rule was true of anything.
    Matched,
    /// What matched was silenced, or withdrawn before it was told.
    ToTell,
}

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Matched => "nothing matched",
            Self::ToTell => "nothing to tell",
        })
    }
}

/// What was watched up to a message that has no alerts to tell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Watch {
    /// Why there are none.
    pub nothing: Nothing,
    /// Since when: the slot before.
    pub since: Timestamp,
    /// The rules that would have told the recipient, with what people call each.
    pub rules: Vec<(RuleName, Option<String>)>,
    /// Feeds that are watched.
    pub feeds: usize,
    /// Feeds of them that are well.
    pub healthy: usize,
    /// Articles that came in.
    pub articles: u64,
}
