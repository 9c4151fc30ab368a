//! `wiredesk status`: feeds, rules, deliveries and problems, beside a running daemon or without one.

use std::{collections::BTreeMap, fmt::Write as _};

use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::{Exit, args::StatusArgs, feeds, json, open, run, shown::amount};
use crate::{
    alert::undelivered::TOO_LONG,
    clock::Clock,
    config::{self, Live},
    model::{Generation, RecipientName},
    schedule::Health,
    store::{ClosedWay, Counts, DeliveryRow, FeedRow, LoadVerdict, MAIL, Outage, TemplateFailure},
};

/// How long a dropped delivery is shown.
const DROPPED_DAYS: i64 = 7;

/// Everything that is shown.
struct Status {
    pid: Option<i32>,
    load: Option<LoadVerdict>,
    feeds: Vec<FeedRow>,
    counts: Counts,
    troubled: Vec<DeliveryRow>,
    closed: Vec<ClosedWay>,
    outage: Option<Outage>,
    templates: Vec<TemplateFailure>,
    /// Silences that are not over.
    silences: usize,
    now: Timestamp,
    /// The configuration on disk, or its mistakes.
    configured: Result<Live, String>,
}

/// Memory that an article takes which may still gain copies, in bytes; measured.
const LIVE_BYTES: u64 = 1_200;

/// Prints the status.
#[expect(clippy::print_stdout, reason = "the answer of the command")]
pub(super) fn run(args: &StatusArgs) -> anyhow::Result<Exit> {
    let path = &args.config.config;
    let store = open::open_for_reading(path)?;
    let now = Clock::System.now();
    let since = now - Span::new().hours(24 * DROPPED_DAYS);
    let (load, feeds, counts, troubled, closed, outage, templates) = open::block_on(async {
        let read = store.read(move |tx| {
            let (troubled, closed) = (tx.troubled_deliveries(since)?, tx.closed_ways(now)?);
            let (outage, templates) = (tx.outage()?, tx.failed_templates()?);
            Ok((tx.last_load()?, tx.feeds()?, tx.counts()?, troubled, closed, outage, templates))
        });
        Ok(read.await?)
    })?;
    let configured = config::load(path, Generation(0))
        .map(|loaded| loaded.live)
        .map_err(|report| report.to_string());
    let pid = run::running(&config::data_folder(path)).map(rustix::process::Pid::as_raw_pid);
    let silences = open::block_on(async {
        let read = store.read(move |tx| tx.silences(now));
        Ok(read.await?.len())
    })?;
    let status = Status {
        pid,
        load,
        feeds,
        counts,
        troubled,
        closed,
        outage,
        templates,
        silences,
        now,
        configured,
    };
    if args.check {
        return Ok(status.health_check());
    }
    if args.json {
        println!("{}", status.to_json());
    } else {
        print!("{}", status.to_text());
    }
    Ok(Exit::Ok)
}

impl Status {
    /// What a person should look at, in a sentence each.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if let Some(LoadVerdict { refused: Some(report), generation, .. }) = &self.load {
            problems.push(format!("the new configuration was refused, configuration {generation} stays in force\n{report}"));
        } else if let Err(report) = &self.configured {
            problems.push(format!("the configuration on disk has mistakes\n{report}"));
        }
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
        if let Ok(live) = &self.configured
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

    /// Prints what makes the watch fail, and says so.
    #[expect(clippy::print_stdout, reason = "the answer of the command")]
    fn health_check(&self) -> Exit {
        let mut faults = Vec::new();
        if self.pid.is_none() {
            faults.push("the daemon does not run: start it with `wiredesk run`".to_owned());
        }
        if let Some(LoadVerdict { refused: Some(_), generation, .. }) = &self.load {
            faults.push(format!(
                "the new configuration was refused, configuration {generation} stays in force"
            ));
        }
        let long_ago = |at: Timestamp| self.now.duration_since(at) >= TOO_LONG;
        let closed = self.closed.iter().filter(|way| long_ago(way.since));
        faults.extend(closed.map(waiting));
        let overdue =
            |row: &&DeliveryRow| row.state == "due" && row.first_try.is_some_and(long_ago);
        faults.extend(self.troubled.iter().filter(overdue).filter_map(troubled));
        for fault in &faults {
            println!("{fault}");
        }
        if faults.is_empty() { Exit::Ok } else { Exit::Unavailable }
    }

    /// How many feeds are how.
    fn health(&self) -> BTreeMap<&'static str, u32> {
        let mut counts = BTreeMap::new();
        for feed in &self.feeds {
            *counts.entry(feed.health(self.now).state.as_str()).or_default() += 1;
        }
        counts
    }

    fn rules(&self) -> Vec<Value> {
        let Ok(live) = &self.configured else { return Vec::new() };
        live.policies
            .values()
            .map(|policy| {
                let notify: Vec<_> = policy.notify.iter().map(RecipientName::as_str).collect();
                let query = live.rules.get(&policy.rule).map(|rule| rule.query.source.to_string());
                json!({"name": policy.rule.as_str(), "query": query, "notify": notify})
            })
            .collect()
    }

    fn to_json(&self) -> Value {
        let load = self.load.as_ref().map(|load| {
            json!({"generation": load.generation.0, "at": json::time(load.at), "refused": load.refused})
        });
        json!({
            "running": self.pid.is_some(),
            "pid": self.pid,
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
            "rules": self.rules(),
            "deliveries": {
                "due": self.counts.due,
                "sent": self.counts.sent,
                "dropped": self.counts.dropped,
                "waiting": self.closed.iter().map(json::closed_way).collect::<Vec<_>>(),
                "troubled": self.troubled.iter().map(json::delivery).collect::<Vec<_>>(),
            },
            "problems": self.problems(),
        })
    }

    fn to_text(&self) -> String {
        let mut out = String::new();
        let mut line = |text: String| {
            // Writing to a string cannot fail.
            let _infallible = writeln!(out, "{text}");
        };
        match (self.pid, &self.load) {
            (Some(pid), Some(load)) => {
                line(format!("running as process {pid} on configuration {}", load.generation));
            }
            (Some(pid), None) => line(format!("running as process {pid}")),
            (None, _) => line("not running".to_owned()),
        }
        let Counts { articles, stories, alerts, live, waiting, due, sent, dropped } = self.counts;
        line(format!("{articles} articles in {stories} stories, {alerts} alerts"));
        if waiting > 0 {
            line(format!("waiting for their page: {waiting} more"));
        }
        line(format!(
            "copies are looked for among {live} articles, in about {} MB of memory",
            (live * LIVE_BYTES).div_ceil(1_000_000)
        ));
        line(format!("deliveries: {due} due, {sent} sent, {dropped} given up"));
        if self.silences > 0 {
            line(format!("silences: {} (wiredesk silences list)", self.silences));
        }
        let health = self.health();
        let counts: Vec<_> =
            health.iter().map(|(state, feeds)| format!("{feeds} {state}")).collect();
        let counts = if counts.is_empty() { "none".to_owned() } else { counts.join(", ") };
        line(format!("\nfeeds ({}): {counts}", self.feeds.len()));
        for feed in &self.feeds {
            line(format!("  {}", feeds::line(feed, self.now)));
        }
        let rules = self.rules();
        line(format!("\nrules ({})", rules.len()));
        for rule in &rules {
            let (name, query) = (
                rule["name"].as_str().unwrap_or_default(),
                rule["query"].as_str().unwrap_or_default(),
            );
            line(format!("  {name:<24} {query}"));
        }
        let problems = self.problems();
        line(format!("\nproblems ({})", problems.len()));
        for problem in &problems {
            line(format!("  {}", problem.replace('\n', "\n    ")));
        }
        out
    }
}

/// Messages that wait for a server or a person.
fn waiting(closed: &ClosedWay) -> String {
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
fn troubled(delivery: &DeliveryRow) -> Option<String> {
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
