//! What changes from one configuration to the next, and what cannot while the daemon runs.

use std::{collections::BTreeMap, fmt, sync::Arc};

use secrecy::ExposeSecret as _;

use super::Live;
use crate::{
    fetch,
    mail::{Settings, SmtpSettings},
    model::{FeedName, RuleName},
};

/// The difference between two configurations, by name.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Plan {
    /// Feeds that are new.
    pub feeds_added: Vec<FeedName>,
    /// Feeds that are asked for otherwise.
    pub feeds_changed: Vec<FeedName>,
    /// Feeds that are no longer polled.
    pub feeds_gone: Vec<FeedName>,
    /// Rules that are new.
    pub rules_added: Vec<RuleName>,
    /// Rules that ask or tell otherwise.
    pub rules_changed: Vec<RuleName>,
    /// Rules that are no longer asked.
    pub rules_gone: Vec<RuleName>,
    /// Other sections that differ: `fetch`, `mail`, `operator`, `recipient`, `limits`, `host`,
    /// `story`, `agency`, `publisher`.
    pub sections_changed: Vec<&'static str>,
    /// Settings that differ and stay as they are until the daemon is started again.
    pub needs_restart: Vec<&'static str>,
}

/// What changes when `new` takes the place of `old`.
pub fn difference(old: &Live, new: &Live) -> Plan {
    let feeds = names(&old.feeds, &new.feeds, |name| {
        old.feeds.get(name) == new.feeds.get(name) && old.access(name) == new.access(name)
    });
    let rules = names(&old.policies, &new.policies, |name| is_same_rule(old, new, name));
    Plan {
        feeds_added: feeds.added,
        feeds_changed: feeds.changed,
        feeds_gone: feeds.gone,
        rules_added: rules.added,
        rules_changed: rules.changed,
        rules_gone: rules.gone,
        sections_changed: sections_changed(old, new),
        needs_restart: needs_restart(old, new),
    }
}

/// The new configuration with the old values of what needs a restart.
#[must_use]
pub fn keep(old: &Live, new: Live) -> Live {
    Live { data: old.data.clone(), web: old.web.clone(), ..new }
}

fn needs_restart(old: &Live, new: &Live) -> Vec<&'static str> {
    let same = [("data", old.data == new.data), ("web", is_same_web(old, new))];
    same.into_iter().filter(|(_, is_same)| !is_same).map(|(name, _)| name).collect()
}

fn is_same_web(old: &Live, new: &Live) -> bool {
    let parts = |live: &Live| {
        let web = live.web.clone()?;
        let token = web.token.map(|token| token.expose_secret().to_owned());
        Some((web.listen, web.hosts, token, web.actions))
    };
    parts(old) == parts(new)
}

struct Names<N> {
    added: Vec<N>,
    changed: Vec<N>,
    gone: Vec<N>,
}

fn names<N: Clone + Ord, V>(
    old: &BTreeMap<N, Arc<V>>,
    new: &BTreeMap<N, Arc<V>>,
    is_same: impl Fn(&N) -> bool,
) -> Names<N> {
    let (kept, added) = new.keys().cloned().partition::<Vec<_>, _>(|name| old.contains_key(name));
    Names {
        added,
        changed: kept.into_iter().filter(|name| !is_same(name)).collect(),
        gone: old.keys().filter(|name| !new.contains_key(name)).cloned().collect(),
    }
}

/// Whether a rule asks the same of the same feeds and tells the same people in the same way.
fn is_same_rule(old: &Live, new: &Live, name: &RuleName) -> bool {
    let (Some(was), Some(is)) = (old.rules.get(name), new.rules.get(name)) else { return false };
    // A query with aliases means something else when they do.
    let same_words = !is.query.source.contains('$') || old.aliases == new.aliases;
    was.query.source == is.query.source
        && same_words
        && was.scope == is.scope
        && old.policies.get(name) == new.policies.get(name)
}

fn sections_changed(old: &Live, new: &Live) -> Vec<&'static str> {
    // How a single feed is asked for is a change of the feed.
    let access = old.fetch.access.clone();
    let fetch = old.fetch == fetch::Settings { access, ..new.fetch.clone() }
        && old.first_poll_alert == new.first_poll_alert;
    let mail = old.from == new.from
        && old.reply_to == new.reply_to
        && old.templates == new.templates
        && is_same_mail(old.mail.as_ref(), new.mail.as_ref());
    let same = [
        ("fetch", fetch),
        ("mail", mail),
        ("operator", old.operator == new.operator),
        ("recipient", old.recipients == new.recipients && old.channels == new.channels),
        ("limits", old.limits == new.limits),
        ("host", old.paces == new.paces),
        ("story", old.story == new.story),
        ("agency", old.agencies.added().0 == new.agencies.added().0),
        ("publisher", old.agencies.added().1 == new.agencies.added().1),
    ];
    same.into_iter().filter(|(_, is_same)| !is_same).map(|(name, _)| name).collect()
}

fn is_same_mail(old: Option<&Settings>, new: Option<&Settings>) -> bool {
    match (old, new) {
        (None, None) => true,
        (Some(Settings::Directory(old)), Some(Settings::Directory(new))) => old == new,
        (Some(Settings::Smtp(old)), Some(Settings::Smtp(new))) => is_same_server(old, new),
        _ => false,
    }
}

fn is_same_server(old: &SmtpSettings, new: &SmtpSettings) -> bool {
    let credentials = |settings: &SmtpSettings| {
        let credentials = settings.credentials.as_ref();
        credentials.map(|(name, password)| (name.clone(), password.expose_secret().to_owned()))
    };
    (&old.host, old.port, old.tls, old.timeouts) == (&new.host, new.port, new.tls, new.timeouts)
        && credentials(old) == credentials(new)
        && old.extra_ca == new.extra_ca
        && old.hello_name == new.hello_name
}

/// One line: `feeds: 1 added (dawn); rules: 1 changed (pak); changed: mail; at the next start: data`.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(of_names("feeds", &self.feeds_added, &self.feeds_changed, &self.feeds_gone));
        parts.extend(of_names("rules", &self.rules_added, &self.rules_changed, &self.rules_gone));
        if !self.sections_changed.is_empty() {
            parts.push(format!("changed: {}", self.sections_changed.join(", ")));
        }
        if !self.needs_restart.is_empty() {
            parts.push(format!("at the next start: {}", self.needs_restart.join(", ")));
        }
        if parts.is_empty() {
            return f.write_str("nothing changed");
        }
        f.write_str(&parts.join("; "))
    }
}

/// Names that one line can take.
const MOST_NAMES: usize = 5;

fn of_names<N: fmt::Display>(what: &str, added: &[N], changed: &[N], gone: &[N]) -> Option<String> {
    let groups = [("added", added), ("changed", changed), ("gone", gone)];
    let some = groups.iter().filter(|(_, names)| !names.is_empty());
    let parts: Vec<_> = some
        .map(|(how, names)| {
            let mut list: Vec<_> = names.iter().take(MOST_NAMES).map(N::to_string).collect();
            list.extend((names.len() > MOST_NAMES).then(|| "…".to_owned()));
            format!("{} {how} ({})", names.len(), list.join(", "))
        })
        .collect();
    (!parts.is_empty()).then(|| format!("{what}: {}", parts.join(", ")))
}
