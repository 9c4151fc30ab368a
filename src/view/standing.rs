//! How the watch stands: feeds, rules, deliveries, and what a person should look at.

use std::collections::BTreeMap;

use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::{json, shown::amount};
use crate::{
    config::Live,
    model::RecipientName,
    schedule::Health,
    store::{
        ClosedWay, Counts, DeliveryRow, FeedRow, LoadVerdict, MAIL, Outage, ReadTx, StoreError,
        TemplateFailure,
    },
};

/// How long a dropped delivery is shown.
const DROPPED_DAYS: i64 = 7;

/// What the store says of the watch.
pub(crate) struct Standing {
    /// How the last loading of a configuration ended.
    pub(crate) load: Option<LoadVerdict>,
    /// Every feed of the configuration.
    pub(crate) feeds: Vec<FeedRow>,
    /// How much there is.
    pub(crate) counts: Counts,
    /// Messages in trouble.
    pub(crate) troubled: Vec<DeliveryRow>,
    /// Ways on which messages wait.
    pub(crate) closed: Vec<ClosedWay>,
    /// A time in which nobody can be reached.
    pub(crate) outage: Option<Outage>,
    /// Templates that failed.
    pub(crate) templates: Vec<TemplateFailure>,
    /// Silences that are not over.
    pub(crate) silences: usize,
    /// When it was asked.
    pub(crate) now: Timestamp,
}

impl Standing {
    /// Reads it in one snapshot.
    pub(crate) fn read(tx: &ReadTx<'_>, now: Timestamp) -> Result<Self, StoreError> {
        Ok(Self {
            load: tx.last_load()?,
            feeds: tx.feeds()?,
            counts: tx.counts()?,
            troubled: tx.troubled_deliveries(now - Span::new().hours(24 * DROPPED_DAYS))?,
            closed: tx.closed_ways(now)?,
            outage: tx.outage()?,
            templates: tx.failed_templates()?,
            silences: tx.silences(now)?.len(),
            now,
        })
    }

    /// Why the new configuration was refused, and which one stays in force.
    pub(crate) fn refused(&self) -> Option<String> {
        let Some(LoadVerdict { refused: Some(report), generation, .. }) = &self.load else {
            return None;
        };
        Some(format!(
            "the new configuration was refused, configuration {generation} stays in force\n{report}"
        ))
    }

    /// What a person should look at, in a sentence each; `live` is the configuration, where it can be
    /// read.
    pub(crate) fn problems(&self, live: Option<&Live>) -> Vec<String> {
        let mut problems: Vec<_> = self.refused().into_iter().collect();
        if let Some(Outage { since, hosts }) = &self.outage {
            problems.push(format!(
                "nobody can be reached since {since:.0}: {hosts} hosts failed one after the other, so it \
                 is our own network; no feed is blamed, and each is asked again at its usual pace"
            ));
        }
        for feed in &self.feeds {
            let Health { state, since, reason, action } = feed.health(self.now);
            if !state.is_well() {
                let since = since.map_or_else(String::new, |since| format!(" since {since:.0}"));
                let name = &feed.state.name;
                problems.push(format!("feed `{name}` is {state}{since}: {reason}; {action}"));
            }
        }
        problems.extend(self.closed.iter().map(waiting));
        problems.extend(self.troubled.iter().filter_map(troubled));
        for TemplateFailure { file, why, at } in &self.templates {
            problems.push(format!(
                "the template {file} failed at {at:.0}, and the built-in one took its place: {why}; \
                 mend it and reload, `wiredesk mail preview` shows what it makes"
            ));
        }
        if let Some(live) = live
            && self.counts.live > live.story.articles as u64
        {
            problems.push(format!(
                "copies are looked for among the newest {} of {} articles: raise `articles` in [story] \
                 if there is memory, or shorten `window`",
                live.story.articles, self.counts.live
            ));
        }
        problems
    }

    /// How many feeds are how.
    pub(crate) fn health(&self) -> BTreeMap<&'static str, u32> {
        let mut counts = BTreeMap::new();
        for feed in &self.feeds {
            *counts.entry(feed.health(self.now).state.as_str()).or_default() += 1;
        }
        counts
    }

    /// The rules with whom they tell.
    pub(crate) fn rules(live: Option<&Live>) -> Vec<Value> {
        let Some(live) = live else { return Vec::new() };
        live.policies
            .values()
            .map(|policy| {
                let notify: Vec<_> = policy.notify.iter().map(RecipientName::as_str).collect();
                let query = live.rules.get(&policy.rule).map(|rule| rule.query.source.to_string());
                json!({"name": policy.rule.as_str(), "query": query, "notify": notify})
            })
            .collect()
    }

    /// All of it for scripts; `pid` is the process of the daemon, where it runs.
    pub(crate) fn to_json(
        &self,
        pid: Option<i32>,
        live: Option<&Live>,
        problems: &[String],
    ) -> Value {
        let load = self.load.as_ref().map(|load| {
            json!({"generation": load.generation.0, "at": json::time(load.at), "refused": load.refused})
        });
        json!({
            "running": pid.is_some(),
            "pid": pid,
            "configuration": load,
            "articles": self.counts.articles,
            "stories": self.counts.stories,
            "alerts": self.counts.alerts,
            "live": self.counts.live,
            "health": self.health(),
            "outage": self.outage.as_ref().map(|outage| json!({"since": json::time(outage.since), "hosts": outage.hosts})),
            "feeds": self.feeds.iter().map(|feed| json::feed(feed, self.now)).collect::<Vec<_>>(),
            "waiting": self.counts.waiting,
            "silences": self.silences,
            "rules": Self::rules(live),
            "deliveries": {
                "due": self.counts.due,
                "sent": self.counts.sent,
                "dropped": self.counts.dropped,
                "waiting": self.closed.iter().map(json::closed_way).collect::<Vec<_>>(),
                "troubled": self.troubled.iter().map(json::delivery).collect::<Vec<_>>(),
            },
            "problems": problems,
        })
    }
}

/// Messages that wait for a server or a person.
pub(crate) fn waiting(closed: &ClosedWay) -> String {
    let ClosedWay { way, for_person, until, since, waiting, error } = closed;
    let what = if way == MAIL { "mail".to_owned() } else { format!("`{way}`") };
    let messages = amount(*waiting, "message");
    let wait = if *waiting == 1 { "waits" } else { "wait" };
    let help = if *for_person {
        "mend the settings and run `wiredesk reload`; it is tried again"
    } else {
        "nothing is lost; it is tried again"
    };
    format!("{messages} {wait} by {what} since {since:.0}: {error}; {help} at {until:.0}")
}

/// A message in trouble, unless it waits with others.
pub(crate) fn troubled(delivery: &DeliveryRow) -> Option<String> {
    let error = delivery.last_error.as_deref().unwrap_or("no reason is known");
    let (id, recipient, address) = (delivery.id, &delivery.recipient, &delivery.address);
    match delivery.state.as_str() {
        "dropped" => Some(format!(
            "delivery {id} to `{recipient}` <{address}> was given up: {error}; \
             `wiredesk deliveries retry {id}` tries it again"
        )),
        _ if delivery.waits.is_some() => None,
        _ => Some(format!(
            "delivery {id} to `{recipient}` <{address}> failed {} times: {error}; next try at {}",
            delivery.attempts, delivery.due_at
        )),
    }
}
