//! The commands.

mod args;
mod stage;

use std::process::ExitCode;

use clap::Parser;

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
pub fn run() -> ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Ok };
            return if error.print().is_ok() { exit.into() } else { Exit::Io.into() };
        }
    };
    let ended = match args.command {
        args::Command::Stage(stage) => stage::run(stage),
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("error: {error:#}");
            Exit::Software.into()
        }
    }
}
