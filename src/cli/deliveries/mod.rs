//! `wiredesk deliveries`: what became of messages, and messages sent again.

mod list;
mod retry;
mod show;

use clap::Subcommand;

use super::Exit;

#[derive(Debug, Subcommand)]
pub(crate) enum DeliveriesCommand {
    /// Show messages, the newest first
    List(list::ListArgs),
    /// Show a message: what it tells, and every attempt with the server's words
    Show(show::ShowArgs),
    /// Try a message again now, also one that was given up
    Retry(retry::RetryArgs),
}

pub(super) fn run(command: &DeliveriesCommand) -> anyhow::Result<Exit> {
    match command {
        DeliveriesCommand::List(args) => list::run(args),
        DeliveriesCommand::Show(args) => show::run(args),
        DeliveriesCommand::Retry(args) => retry::run(args),
    }
}
