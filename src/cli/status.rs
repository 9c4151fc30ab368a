//! `wiredesk status`: feeds, rules, deliveries and problems, beside a running daemon or without one.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::{Exit, args::StatusArgs, feeds, open, run};
use crate::{
    alert::undelivered::TOO_LONG,
    clock::Clock,
    config::{self, Live},
    model::Generation,
    store::{Counts, DeliveryRow, LoadVerdict},
    view::standing::{Standing, troubled, waiting},
};

/// Everything that is shown.
struct Status {
    pid: Option<i32>,
    standing: Standing,
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
    let standing =
        open::block_on(async { Ok(store.read(move |tx| Standing::read(tx, now)).await?) })?;
    let configured = config::load(path, Generation(0))
        .map(|loaded| loaded.live)
        .map_err(|report| report.to_string());
    let pid = run::running(&config::data_folder(path)).map(rustix::process::Pid::as_raw_pid);
    let status = Status { pid, standing, configured };
    if args.check {
        return Ok(status.health_check());
    }
    if args.json {
        let (live, problems) = (status.configured.as_ref().ok(), status.problems());
        println!("{}", status.standing.to_json(status.pid, live, &problems));
    } else {
        print!("{}", status.to_text());
    }
    Ok(Exit::Ok)
}

impl Status {
    /// What a person should look at, in a sentence each.
    fn problems(&self) -> Vec<String> {
        let Self { standing, configured, .. } = self;
        let mut problems = standing.problems(configured.as_ref().ok());
        if let (Err(report), None) = (configured, standing.refused()) {
            problems.insert(0, format!("the configuration on disk has mistakes\n{report}"));
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
        if let Some(LoadVerdict { refused: Some(_), generation, .. }) = &self.standing.load {
            faults.push(format!(
                "the new configuration was refused, configuration {generation} stays in force"
            ));
        }
        let long_ago = |at: Timestamp| self.standing.now.duration_since(at) >= TOO_LONG;
        let closed = self.standing.closed.iter().filter(|way| long_ago(way.since));
        faults.extend(closed.map(waiting));
        let overdue =
            |row: &&DeliveryRow| row.state == "due" && row.first_try.is_some_and(long_ago);
        faults.extend(self.standing.troubled.iter().filter(overdue).filter_map(troubled));
        for fault in &faults {
            println!("{fault}");
        }
        if faults.is_empty() { Exit::Ok } else { Exit::Unavailable }
    }

    fn to_text(&self) -> String {
        let mut out = String::new();
        let mut line = |text: String| {
            // Writing to a string cannot fail.
            let _infallible = writeln!(out, "{text}");
        };
        match (self.pid, &self.standing.load) {
            (Some(pid), Some(load)) => {
                line(format!("running as process {pid} on configuration {}", load.generation));
            }
            (Some(pid), None) => line(format!("running as process {pid}")),
            (None, _) => line("not running".to_owned()),
        }
        let Counts { articles, stories, alerts, live, waiting, due, sent, dropped } =
            self.standing.counts;
        line(format!("{articles} articles in {stories} stories, {alerts} alerts"));
        if waiting > 0 {
            line(format!("waiting for their page: {waiting} more"));
        }
        line(format!(
            "copies are looked for among {live} articles, in about {} MB of memory",
            (live * LIVE_BYTES).div_ceil(1_000_000)
        ));
        line(format!("deliveries: {due} due, {sent} sent, {dropped} given up"));
        if self.standing.silences > 0 {
            line(format!("silences: {} (wiredesk silences list)", self.standing.silences));
        }
        let health = self.standing.health();
        let counts: Vec<_> =
            health.iter().map(|(state, feeds)| format!("{feeds} {state}")).collect();
        let counts = if counts.is_empty() { "none".to_owned() } else { counts.join(", ") };
        line(format!("\nfeeds ({}): {counts}", self.standing.feeds.len()));
        for feed in &self.standing.feeds {
            line(format!("  {}", feeds::line(feed, self.standing.now)));
        }
        let rules = Standing::rules(self.configured.as_ref().ok());
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
