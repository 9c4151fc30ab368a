//! `wiredesk feeds`: how feeds are; feeds tried, found, and moved from and to other readers.

mod discover;
mod entry;
mod export;
mod import;
mod list;
mod probe;
mod report;
mod show;

use std::io::{self, Write as _};

use clap::Subcommand;
use jiff::Timestamp;

use super::{Exit, open::stop};
use crate::{schedule::Health, store::FeedRow};

#[derive(Debug, Subcommand)]
pub(crate) enum FeedsCommand {
    /// Show every feed with how it is and when it is asked again
    List(list::ListArgs),
    /// Show a feed: how it is and why, its last polls, and possible gaps
    Show(show::ShowArgs),
    /// Fetch a feed once and show everything that is understood of it, and what would be done
    Probe(probe::ProbeArgs),
    /// Find the feeds of a site, each with the TOML that watches it
    Discover(discover::DiscoverArgs),
    /// Write the feeds of an OPML list into the configuration
    Import(import::ImportArgs),
    /// Print the feeds of the configuration as OPML
    Export(export::ExportArgs),
}

pub(super) fn run(command: &FeedsCommand) -> anyhow::Result<Exit> {
    match command {
        FeedsCommand::List(args) => list::run(args),
        FeedsCommand::Show(args) => show::run(args),
        FeedsCommand::Probe(args) => probe::run(args),
        FeedsCommand::Discover(args) => discover::run(args),
        FeedsCommand::Import(args) => import::run(args),
        FeedsCommand::Export(args) => export::run(args),
    }
}

/// A feed on one line.
pub(super) fn line(feed: &FeedRow, now: Timestamp) -> String {
    let Health { state, .. } = feed.health(now);
    let answered = feed
        .state
        .last_success
        .map_or_else(|| "not read yet".to_owned(), |at| format!("read {}", ago(at, now)));
    let next = if feed.stopped {
        "not asked again".to_owned()
    } else {
        format!("next {}", ahead(feed.due_at, now))
    };
    format!(
        "{:<24} {state:<8} {:>7} articles, {answered}; {next}",
        feed.state.name.as_str(),
        feed.articles
    )
}

fn ago(at: Timestamp, now: Timestamp) -> String {
    format!("{} ago", rough(now.duration_since(at).as_secs()))
}

fn ahead(at: Timestamp, now: Timestamp) -> String {
    match at.duration_since(now).as_secs() {
        seconds if seconds <= 0 => "now".to_owned(),
        seconds => format!("in {}", rough(seconds)),
    }
}

fn rough(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{} s", seconds.max(0)),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn print(answer: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(answer.as_bytes()).and_then(|()| out.flush()) {
        // Whoever reads has enough, for instance `head`.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(stop(Exit::Io, format!("writing to standard output: {error}")))
        }
        _ => Ok(()),
    }
}
