//! `wiredesk rules`: what rules find, what they would find, and what their problems mean.

mod chart;
mod explain_error;
mod list;
mod test;
mod trial;

use clap::Subcommand;

use super::Exit;

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Show every rule with what it found and what asking it costs
    List(list::ListArgs),
    /// Show what a rule would have sent, by the articles that are stored; nothing is written
    Test(test::TestArgs),
    /// Say what the code of an error or warning means, and how to mend what gives it
    ExplainError(explain_error::ExplainErrorArgs),
}

pub(super) fn run(command: &RulesCommand) -> anyhow::Result<Exit> {
    match command {
        RulesCommand::List(args) => list::run(args),
        RulesCommand::Test(args) => test::run(args),
        RulesCommand::ExplainError(args) => explain_error::run(args),
    }
}
