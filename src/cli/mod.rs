//! The commands.

mod args;
mod check;
mod db;
mod deliveries;
mod demo;
mod explain;
mod export;
mod feeds;
mod mail;
mod manual;
mod open;
mod progress;
mod rules;
mod run;
mod search;
mod silences;
mod stage;
mod status;
mod stories;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    view::{evidence, json, shown},
    worker,
};

/// How a command ends; the numbers are those of `sysexits`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Exit {
    /// All is well.
    Ok = 0,
    /// The command line was wrong.
    Usage = 64,
    /// Some of the input could not be read.
    Data = 65,
    /// Something must be looked at.
    Unavailable = 69,
    /// A fault of the program.
    Software = 70,
    /// A file could not be read or written.
    Io = 74,
    /// Try later, or it is already running.
    TempFail = 75,
    /// The configuration was refused.
    Config = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Reads the command line, runs the command, prints what went wrong.
#[expect(clippy::print_stderr, reason = "the last word of a command that failed")]
pub fn main() -> ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Ok };
            return if error.print().is_ok() { exit.into() } else { Exit::Io.into() };
        }
    };
    match dispatch(args.command) {
        Ok(exit) => exit.into(),
        Err(error) => {
            let exit = error.downcast_ref::<open::Stop>().map_or(Exit::Software, |stop| stop.exit);
            let message = format!("{error:#}");
            // A report of problems says of each what it is.
            let is_report = ["error", "warning"].iter().any(|word| message.starts_with(word));
            eprintln!("{}{}", if is_report { "" } else { "error: " }, message.trim_end());
            exit.into()
        }
    }
}

fn dispatch(command: args::Command) -> anyhow::Result<Exit> {
    use args::{Command, MailCommand};
    match command {
        Command::Run(args) => run::run(&args),
        Command::Once(args) => run::once(&args),
        Command::Check(args) => check::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Reload(args) => run::reload(&args),
        Command::Export(args) => export::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Search(args) => search::run(&args),
        Command::Deliveries(deliveries) => deliveries::run(&deliveries),
        Command::Mail(MailCommand::Test(args)) => mail::test(&args),
        Command::Mail(MailCommand::Preview(args)) => mail::preview(&args),
        Command::Feeds(feeds) => feeds::run(&feeds),
        Command::Rules(rules) => rules::run(&rules),
        Command::Stories(stories) => stories::run(&stories),
        Command::Silences(silences) => silences::run(&silences),
        Command::Db(db) => db::run(&db),
        Command::Completions(args) => manual::completions(&args),
        Command::Man(args) => manual::pages(&args),
        Command::Stage(stage) => stage::run(stage),
        Command::ReadPages => {
            worker::serve()?;
            Ok(Exit::Ok)
        }
    }
}
