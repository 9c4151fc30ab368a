//! A configuration that was read, checked and compiled.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use crate::{
    alert::{Policy, Recipient},
    fetch, mail,
    model::{FeedName, FeedSpec, Generation, RecipientName, RuleName},
    rule::Ruleset,
    story::Thresholds,
};

/// How much is done at once, and how long things are kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Polls at once.
    pub polls: usize,
    /// Polls at once to one host.
    pub polls_per_host: usize,
    /// Deliveries at once.
    pub sends: usize,
    /// How long a delivery is tried.
    pub give_up_after: Duration,
    /// How long articles are kept.
    pub retention: Duration,
}

/// Everything that can change while the daemon runs; immutable, swapped whole.
#[derive(Clone, Debug)]
pub struct Live {
    /// Which one it is.
    pub generation: Generation,
    /// Where the database and the mails of the folder transport are.
    pub data: PathBuf,
    /// Feeds by name.
    pub feeds: BTreeMap<FeedName, Arc<FeedSpec>>,
    /// The compiled rules.
    pub rules: Arc<Ruleset>,
    /// Whom to tell and when, by rule.
    pub policies: BTreeMap<RuleName, Arc<Policy>>,
    /// Recipients by name.
    pub recipients: BTreeMap<RecipientName, Arc<Recipient>>,
    /// Limits.
    pub limits: Limits,
    /// Thresholds of the verdict on copies.
    pub story: Thresholds,
    /// Only matches newer than this alert on a feed's first poll.
    pub first_poll_alert: Duration,
    /// Settings of the fetcher.
    pub fetch: fetch::Settings,
    /// Settings of the mailer; `None` writes `.eml` files into `<data>/mail`.
    pub mail: Option<mail::Settings>,
    /// `From` of every message, as in `Wiredesk <wiredesk@example.org>`.
    pub from: String,
}
