//! `wiredesk db`: copy the database, look for damage, forget what is too old; beside a running daemon
//! or without one.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{
    Exit,
    args::ConfigArgs,
    open::{self, stop},
    shown::counted,
};
use crate::{
    clock::Clock,
    observe,
    pipeline::upkeep::{Forgotten, tidy},
    store::{Size, StoreError},
};

#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Copy the database as it is now into a new file, and read the copy through
    Backup(BackupArgs),
    /// Read the whole database and say what is wrong with it
    Check(ConfigArgs),
    /// Forget now what is older than the configuration keeps; the daemon does so by itself
    Prune(ConfigArgs),
}

#[derive(clap::Args, Debug)]
#[command(after_help = "Example, nightly by cron: wiredesk db backup /var/backups/\n\n\
                        To go back to a copy: stop the daemon, put the copy in the place of `wiredesk.db` in its\n\
                        data folder, remove `wiredesk.db-wal` and `wiredesk.db-shm` there, start the daemon.")]
pub(crate) struct BackupArgs {
    /// The new file; in a folder it is called `wiredesk-` and the time in UTC
    #[arg(value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn run(command: &DbCommand) -> anyhow::Result<Exit> {
    match command {
        DbCommand::Backup(args) => backup(args),
        DbCommand::Check(args) => check(&args.config),
        DbCommand::Prune(args) => prune(&args.config),
    }
}

#[expect(clippy::print_stdout, reason = "the answer of the command")]
fn backup(args: &BackupArgs) -> anyhow::Result<Exit> {
    let to = if args.to.is_dir() {
        let now = Clock::System.now().strftime("%Y%m%dT%H%M%SZ");
        args.to.join(format!("wiredesk-{now}.db"))
    } else {
        args.to.clone()
    };
    if to.exists() {
        let message = format!("{} is there already: say another name", to.display());
        return Err(stop(Exit::Usage, message));
    }
    let store = open::open_for_reading(&args.config.config)?;
    let copied = open::block_on(async { Ok(store.backup(to.clone()).await) })?;
    let bytes = copied.map_err(|error| refused(&error))?;
    println!("{}: {}, whole and readable", to.display(), megabytes(bytes));
    Ok(Exit::Ok)
}

#[expect(clippy::print_stdout, reason = "the answer of the command")]
fn check(config: &Path) -> anyhow::Result<Exit> {
    let store = open::open_for_reading(config)?;
    let read = open::block_on(async {
        let faults = store.faults().await?;
        let (counts, size) = store.read(|tx| Ok((tx.counts()?, tx.size()?))).await?;
        Ok::<_, anyhow::Error>((faults, counts, size))
    });
    let (faults, counts, size) = read.map_err(|error| match error.downcast() {
        Ok(error) => refused(&error),
        Err(error) => error,
    })?;
    if !faults.is_empty() {
        for fault in &faults {
            println!("{fault}");
        }
        println!("damaged: stop the daemon, keep a copy of the file, and go back to a backup");
        return Ok(Exit::Data);
    }
    println!(
        "ok: {} in {}, {}; {}",
        number(counts.articles, "article"),
        number(counts.stories, "story"),
        number(counts.alerts, "alert"),
        shown(size)
    );
    Ok(Exit::Ok)
}

#[expect(clippy::print_stdout, reason = "the answer of the command")]
fn prune(config: &Path) -> anyhow::Result<Exit> {
    let live = open::load(config)?;
    let store = open::open_for_reading(config)?;
    let pruned = open::block_on(async {
        let forgotten = tidy(&store, &live, Clock::System.now(), || true).await?;
        store.close().await?;
        Ok::<_, anyhow::Error>((forgotten, store.read(|tx| tx.size()).await?))
    });
    let (forgotten, size) = pruned?;
    for Forgotten { kind, rows } in forgotten {
        println!("{kind}: {rows} forgotten");
    }
    println!("{}", shown(size));
    Ok(Exit::Ok)
}

fn number(count: u64, what: &str) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), what)
}

fn shown(size: Size) -> String {
    let Size { bytes, free } = size;
    format!("{}, of which {} are free for what comes", megabytes(bytes), megabytes(free))
}

#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn refused(error: &StoreError) -> anyhow::Error {
    let exit = if matches!(error, StoreError::Corrupt(_)) { Exit::Data } else { Exit::Io };
    stop(exit, observe::chain(error))
}
