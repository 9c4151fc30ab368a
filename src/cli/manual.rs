//! `wiredesk completions` and `wiredesk man`: what shells and `man` know of the commands.

use std::{fs, io, path::PathBuf};

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{Exit, args::Args, open::stop};

#[derive(clap::Args, Debug)]
#[command(
    after_help = "Example: wiredesk completions bash > /usr/share/bash-completion/completions/wiredesk"
)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk man /usr/share/man/man1")]
pub(crate) struct ManArgs {
    /// A folder, which is made where it is missing
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn completions(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "wiredesk", &mut script);
    io::Write::write_all(&mut io::stdout(), &script)?;
    Ok(Exit::Ok)
}

#[expect(clippy::print_stdout, reason = "the answer of the command")]
pub(super) fn pages(args: &ManArgs) -> anyhow::Result<Exit> {
    let folder = &args.folder;
    let written = fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Args::command().name("wiredesk"), folder));
    written
        .map_err(|error| stop(Exit::Io, format!("cannot write {}: {error}", folder.display())))?;
    println!("{}", folder.display());
    Ok(Exit::Ok)
}
