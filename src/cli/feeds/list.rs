//! `wiredesk feeds list`: every feed with how it is.

use std::fmt::Write as _;

use super::line;
use crate::{
    cli::{Exit, args::ConfigArgs, json, open, stories::print},
    clock::Clock,
};

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk feeds list --unwell")]
pub(crate) struct ListArgs {
    /// Only those that a person should look at
    #[arg(long)]
    unwell: bool,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Prints the feeds by name.
pub(super) fn run(args: &ListArgs) -> anyhow::Result<Exit> {
    let store = open::open_for_reading(&args.config.config)?;
    let now = Clock::System.now();
    let feeds = open::block_on(async move { Ok(store.read(|tx| tx.feeds()).await?) })?;
    let mut out = String::new();
    for feed in &feeds {
        if args.unwell && feed.health(now).state.is_well() {
            continue;
        }
        let line = if args.json { json::feed(feed, now).to_string() } else { line(feed, now) };
        // Writing to a string cannot fail.
        let _infallible = writeln!(out, "{line}");
    }
    print(&out)
}
