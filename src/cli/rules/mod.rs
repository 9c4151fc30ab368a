//! `wiredesk rules`: what the rules are, and what the codes of their diagnostics mean.

mod explain_error;

use clap::Subcommand;

use super::Exit;

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Say what the code of an error or warning means, and how to mend what gives it
    ExplainError(explain_error::ExplainErrorArgs),
}

pub(super) fn run(command: &RulesCommand) -> anyhow::Result<Exit> {
    match command {
        RulesCommand::ExplainError(args) => explain_error::run(args),
    }
}
