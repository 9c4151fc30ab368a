//! `wiredesk stories`: which articles are copies of one text, and people's hand on it.

mod hand;
mod list;
mod review;
mod show;

use std::io::{self, Write as _};

use clap::Subcommand;

use super::{Exit, open::stop};

#[derive(Debug, Subcommand)]
pub(crate) enum StoriesCommand {
    /// Show the stories of the last day, the newest first
    List(list::ListArgs),
    /// Show a story: its lead, who carried it, what is related, what was told of it
    Show(show::ShowArgs),
    /// Take articles out of a story; copies that come later keep to it
    Split(hand::SplitArgs),
    /// Make two stories one; copies that come later keep to it
    Merge(hand::MergeArgs),
    /// Show the least certain decisions, joined and not joined
    Review(review::ReviewArgs),
}

pub(super) fn run(command: &StoriesCommand) -> anyhow::Result<Exit> {
    match command {
        StoriesCommand::List(args) => list::run(args),
        StoriesCommand::Show(args) => show::run(args),
        StoriesCommand::Split(args) => hand::split(args),
        StoriesCommand::Merge(args) => hand::merge(args),
        StoriesCommand::Review(args) => review::run(args),
    }
}

pub(super) fn print(answer: &str) -> anyhow::Result<Exit> {
    let mut out = io::stdout().lock();
    match out.write_all(answer.as_bytes()).and_then(|()| out.flush()) {
        // Whoever reads has enough, for instance `head`.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(stop(Exit::Io, format!("writing to standard output: {error}")))
        }
        _ => Ok(Exit::Ok),
    }
}
