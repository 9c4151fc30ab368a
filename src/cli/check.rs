//! `wiredesk check`: loads everything, prints every problem, and says whether it would run.

use std::{
    io::{self, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use clap::Args;
use serde::Serialize;

use super::{Exit, open, shown::counted};
use crate::{
    config::{self, Live, Loaded},
    diagnostic::{Colour, Diagnostic, Report, Severity, Source},
    model::Generation,
    pipeline::doubts,
};

/// What `check` is asked.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// A TOML file, or a folder whose `*.toml` are read together
    #[arg(short, long, value_name = "PATH", default_value = "/etc/wiredesk")]
    config: PathBuf,
    /// Print one JSON object a problem
    #[arg(long)]
    json: bool,
    /// Print the JSON Schema of the configuration, for editors, instead
    #[arg(long, conflicts_with_all = ["json", "queries"])]
    schema: bool,
    /// Check a file with one query a line instead
    #[arg(long, value_name = "FILE")]
    queries: Option<PathBuf>,
    /// What `$name` stands for in the queries: a TOML file with `[alias]`
    #[arg(long, value_name = "TOML", requires = "queries")]
    aliases: Option<PathBuf>,
}

/// Loads the configuration as `run` would; exit 78 if it is refused.
pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    if let Some(queries) = &args.queries {
        return super::stage::check_queries(queries, args.aliases.as_deref(), args.json);
    }
    if args.schema {
        return print(&config::reference::schema(), Exit::Ok);
    }
    let (exit, report, verdict) = check(&args.config);
    let text = if args.json {
        as_json(&report)?
    } else {
        let colour = if io::stdout().is_terminal() { Colour::Ansi } else { Colour::Plain };
        let problems = report.render(colour);
        format!("{problems}{}{verdict}\n", if problems.is_empty() { "" } else { "\n" })
    };
    print(&text, exit)
}

fn print(text: &str, exit: Exit) -> anyhow::Result<Exit> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever has read enough (`| head`) changes nothing about the verdict.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(exit),
        written => Ok(written.map(|()| exit)?),
    }
}

fn as_json(report: &Report) -> serde_json::Result<String> {
    let mut lines = String::new();
    for (place, diagnostic) in report.places() {
        lines.push_str(&serde_json::to_string(&Problem::of(place, diagnostic))?);
        lines.push('\n');
    }
    Ok(lines)
}

fn check(path: &Path) -> (Exit, Report, String) {
    match config::load(path, Generation(0)) {
        Ok(Loaded { live, warnings }) => {
            let verdict = format!("ok: {}{}", inventory(&live), with_warnings(&warnings));
            let doubts = doubted(path, &live)
                .unwrap_or_else(|error| format!("the archive was not asked: {error:#}\n"));
            (Exit::Ok, warnings, format!("{}{doubts}{verdict}", always(&live)))
        }
        Err(report) => {
            let errors = counted(report.count(Severity::Error), "error");
            let verdict = format!("refused: {errors}{}", with_warnings(&report));
            (Exit::Config, report, verdict)
        }
    }
}

/// Names the rules that cost something at every article.
fn always(live: &Live) -> String {
    let names: Vec<_> = live.rules.always().map(|rule| format!("`{}`", rule.name)).collect();
    if names.is_empty() {
        return String::new();
    }
    format!(
        "asked of every article, since no word or value has to be there: {}\n",
        names.join(", ")
    )
}

/// What the archive, where there is one, says against rules.
fn doubted(path: &Path, live: &Live) -> anyhow::Result<String> {
    if !open::has_run(path) {
        return Ok(String::new());
    }
    let store = open::open_for_reading(path)?;
    let live = live.clone();
    let found =
        open::block_on(async move { Ok(store.read(move |tx| doubts::doubts(tx, &live)).await?) })?;
    Ok(doubts::told(&found).map(|line| line + "\n").collect())
}

fn inventory(live: &Live) -> String {
    let feeds = counted(live.feeds.len(), "feed");
    let rules = counted(live.rules.len(), "rule");
    format!("{feeds}, {rules}, {}", counted(live.recipients.len(), "recipient"))
}

fn with_warnings(report: &Report) -> String {
    match report.count(Severity::Warning) {
        0 => String::new(),
        count => format!(", {}", counted(count, "warning")),
    }
}

/// One problem as JSON; lines and columns count from 1, columns in characters.
#[derive(Serialize)]
struct Problem<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    severity: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

impl<'a> Problem<'a> {
    fn of(place: Option<(&'a Source, usize, usize)>, diagnostic: &'a Diagnostic) -> Self {
        Self {
            file: place.map(|(source, ..)| source.name.as_str()),
            line: place.map(|(_, line, _)| line),
            column: place.map(|(.., column)| column),
            code: diagnostic.code,
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: &diagnostic.message,
            help: diagnostic.help.as_deref(),
        }
    }
}
