//! The command line as it is typed.

use clap::{Parser, Subcommand};

use super::stage::StageCommand;

/// A wire desk in a box: watches news feeds, recognises the copies of one story, and sends one
/// mail per rule and story.
#[derive(Debug, Parser)]
#[command(version, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run one stage on files, one JSON object a line: for scripts, debugging and measurement
    #[command(subcommand)]
    Stage(StageCommand),
}
