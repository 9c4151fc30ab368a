//! `wiredesk stage parse`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Exit;

#[derive(Args, Debug)]
pub(crate) struct ParseArgs {
    /// Files to read; standard input where there are none
    files: Vec<PathBuf>,
}

pub(crate) fn run(args: &ParseArgs) -> anyhow::Result<Exit> {
    let _ = &args.files;
    Ok(Exit::Ok)
}
