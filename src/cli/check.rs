//! `wiredesk check`: load everything and print every problem.

use std::io::IsTerminal as _;

use serde_json::json;

use super::{Exit, args::ConfigArgs};
use crate::{
    config,
    diagnostic::{Colour, Report, Severity},
    model::Generation,
};

#[derive(clap::Args, Debug)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Print one JSON object a problem
    #[arg(long)]
    json: bool,
}

/// Checks a configuration.
#[expect(clippy::print_stdout, reason = "the answer of the command")]
pub(super) fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    let (report, found) = match config::load(&args.config.config, Generation(0)) {
        Ok(loaded) => {
            let live = &loaded.live;
            let counts = (live.feeds.len(), live.policies.len(), live.recipients.len());
            (loaded.warnings, Some(counts))
        }
        Err(report) => (report, None),
    };
    if args.json {
        print_json(&report);
    } else {
        print!(
            "{}",
            report.render(if std::io::stdout().is_terminal() {
                Colour::Ansi
            } else {
                Colour::Plain
            })
        );
        match found {
            Some((feeds, rules, recipients)) => {
                println!("ok: {feeds} feeds, {rules} rules, {recipients} recipients")
            }
            None => println!("refused: {} errors", report.count(Severity::Error)),
        }
    }
    Ok(if found.is_some() { Exit::Ok } else { Exit::Config })
}

#[expect(clippy::print_stdout, reason = "the answer of the command")]
fn print_json(report: &Report) {
    for (source, diagnostic) in report.iter() {
        let place = source.map(|source| source.position(diagnostic.span.start));
        println!(
            "{}",
            json!({
                "file": source.map(|source| source.name.as_str()),
                "line": place.map(|(line, _)| line),
                "column": place.map(|(_, column)| column),
                "code": diagnostic.code,
                "severity": if diagnostic.severity == Severity::Error { "error" } else { "warning" },
                "message": diagnostic.message,
                "help": diagnostic.help,
            })
        );
    }
}
