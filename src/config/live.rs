//! A configuration that was read, checked and compiled.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use secrecy::SecretString;

use crate::{
    alert::{Operator, Policy, Recipient, letter::Templates},
    channel, fetch, mail,
    model::{FeedName, FeedSpec, Generation, RecipientName, RuleName},
    query::Aliases,
    rule::{Rule, Ruleset},
    story::{Agencies, Thresholds},
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
    /// How long is remembered what was told, so that nobody is told twice.
    pub alert_retention: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            polls: 16,
            polls_per_host: 1,
            sends: 4,
            give_up_after: Duration::from_hours(48),
            retention: Duration::from_hours(90 * 24),
            alert_retention: Duration::from_hours(365 * 24),
        }
    }
}

/// The status pages.
#[derive(Clone, Debug)]
pub struct Web {
    /// Where they are.
    pub listen: Listen,
    /// Names of hosts that browsers may ask for beside those of this machine.
    pub hosts: Vec<String>,
    /// What a request must bring along to be answered.
    pub token: Option<SecretString>,
    /// Whether pages have buttons that change something.
    pub actions: bool,
}

/// Where the status pages are: never where another machine can reach them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Listen {
    /// An address of the loopback.
    Address(SocketAddr),
    /// The path of a socket.
    Socket(PathBuf),
    /// The socket that systemd opened and handed over (`sd_listen_fds(3)`).
    Systemd,
}

/// How often polls of one host, or of one IP address, may start.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Pace {
    /// Polls at once.
    pub connections: usize,
    /// The least time from one start to the next.
    pub gap: Duration,
}

impl Pace {
    /// That of a host that nobody said anything of.
    pub fn usual(limits: &Limits) -> Self {
        Self { connections: limits.polls_per_host, gap: Duration::from_secs(1) }
    }
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
    /// Rules that are written and not enabled, in their order.
    pub disabled: Vec<Rule>,
    /// Whom to tell and when, by rule.
    pub policies: BTreeMap<RuleName, Arc<Policy>>,
    /// What a rule was called before; its memory goes on under the new name (the key).
    pub renamed: BTreeMap<RuleName, RuleName>,
    /// What `$name` stands for in queries.
    pub aliases: Aliases,
    /// Recipients by name.
    pub recipients: BTreeMap<RecipientName, Arc<Recipient>>,
    /// Who looks after the watch itself, if anybody is to be told of it.
    pub operator: Option<Operator>,
    /// Limits.
    pub limits: Limits,
    /// The pace of hosts that are not like the others, by the registered part of their name or
    /// their IP address.
    pub paces: BTreeMap<String, Pace>,
    /// Agencies that credits are read by.
    pub agencies: Agencies,
    /// Thresholds of the verdict on copies.
    pub story: Thresholds,
    /// Only matches newer than this alert on a feed's first poll.
    pub first_poll_alert: Duration,
    /// The status pages, if there are any.
    pub web: Option<Web>,
    /// Settings of the fetcher.
    pub fetch: fetch::Settings,
    /// Settings of the mailer; `None` writes `.eml` files into `<data>/mail`.
    pub mail: Option<mail::Settings>,
    /// Where the addresses of recipients lead that are no mail addresses.
    pub channels: channel::Settings,
    /// `From` of every message, as in `Wiredesk <wiredesk@example.org>`.
    pub from: String,
    /// Where answers go, where that is not `from`.
    pub reply_to: Option<String>,
    /// The templates of mails.
    pub templates: Templates,
}

impl Live {
    /// Whether the operator allows this address in so many digits, or it is a place on this machine:
    /// it may be private, and it may be polled each second.
    pub fn allows(&self, url: &str) -> bool {
        self.fetch.allows(url)
    }

    /// How a feed is asked for, where that is not as usual.
    pub(super) fn access(&self, feed: &FeedName) -> Option<&fetch::Access> {
        self.fetch.access.get(&self.feeds.get(feed)?.url)
    }

    /// The address in `from`: the envelope sender of every message.
    pub fn sender(&self) -> &str {
        Self::address(&self.from)
    }

    /// The bare address of `Name <address>`.
    pub(crate) fn address(mailbox: &str) -> &str {
        let named = mailbox.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>'));
        named.map_or(mailbox, |(address, _)| address).trim()
    }

    /// The domain of the sender: the right-hand side of every Message-ID.
    pub fn mail_domain(&self) -> &str {
        self.sender().rsplit_once('@').map_or("wiredesk.invalid", |(_, domain)| domain)
    }
}
