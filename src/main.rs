//! Parses arguments, runs the command, and turns its ending into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    wiredesk::cli::main()
}
