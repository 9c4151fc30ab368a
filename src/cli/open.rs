//! What most commands begin with: load the configuration, open the store, start a runtime.

use std::{
    future::Future,
    io::{self, IsTerminal as _},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use tokio::sync::watch;

use super::Exit;
use crate::{
    clock::Clock,
    config::{self, Live},
    diagnostic::{Colour, Report, Source},
    model::Generation,
    pipeline::{Context, InForce, tuned},
    query::{self, Aliases, Query, suggest::nearest},
    rule::Rule,
    store::Store,
};

/// Stack of a thread that parses (`decisions.md` 29).
const STACK: usize = 8 << 20;
/// Threads for work that blocks or computes.
const BLOCKING: usize = 32;
/// How long background work may go on when a command ends.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// A command that cannot go on, with the exit code that says why.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Stop {
    /// The exit code.
    pub(crate) exit: Exit,
    /// For the person at the terminal.
    pub(crate) message: String,
}

/// Ends a command with an exit code of its own.
pub(crate) fn stop(exit: Exit, message: impl Into<String>) -> anyhow::Error {
    Stop { exit, message: message.into() }.into()
}

/// Loads the configuration; warnings go to standard error, mistakes end the command with 78.
#[expect(clippy::print_stderr, reason = "warnings are for the person at the terminal")]
pub(crate) fn load(path: &Path) -> anyhow::Result<Live> {
    match config::load(path, Generation(1)) {
        Ok(loaded) => {
            if !loaded.warnings.is_empty() {
                eprint!("{}", loaded.warnings);
            }
            Ok(loaded.live)
        }
        Err(report) => Err(stop(Exit::Config, report.to_string())),
    }
}

/// The rule of that name, also one that is not enabled; without it the command ends with 65.
pub(crate) fn rule(live: &Live, name: &str) -> anyhow::Result<Rule> {
    let all = || live.rules.iter().chain(&live.disabled);
    all().find(|rule| rule.name.as_str() == name).cloned().ok_or_else(|| {
        let hint = nearest(name, all().map(|rule| rule.name.as_str()))
            .map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        stop(Exit::Data, format!("there is no rule `{name}` in the configuration{hint}"))
    })
}

/// Compiles a query of the command line; its problems go to standard error.
#[expect(clippy::print_stderr, reason = "problems are for the person at the terminal")]
pub(crate) fn query(text: &str, aliases: &Aliases) -> Option<Query> {
    let (query, problems) = query::parse(text, aliases);
    let source = Arc::new(Source { name: "query".to_owned(), text: text.to_owned() });
    let mut report = Report::default();
    for problem in problems {
        report.push(&source, problem);
    }
    let colour = if io::stderr().is_terminal() { Colour::Ansi } else { Colour::Plain };
    eprint!("{}", report.render(colour));
    query
}

/// The database in a data folder.
const DATABASE: &str = "wiredesk.db";

/// Opens the store; what is in the way ends the command with 74.
pub(crate) fn open(live: &Live) -> anyhow::Result<Store> {
    open_file(&live.data.join(DATABASE))
}

fn open_file(path: &Path) -> anyhow::Result<Store> {
    Store::open(path, Clock::System.now())
        .map_err(|error| stop(Exit::Io, crate::observe::chain(&error)))
}

/// Whether there is anything to read.
pub(crate) fn has_run(config: &Path) -> bool {
    config::data_folder(config).join(DATABASE).exists()
}

/// Opens the store that belongs to a configuration, also when the configuration has mistakes: what
/// the daemon knows is shown all the same.
pub(crate) fn open_for_reading(config: &Path) -> anyhow::Result<Store> {
    let data = config::data_folder(config);
    let path = data.join(DATABASE);
    if !path.exists() {
        return Err(stop(
            Exit::Io,
            format!("{} does not exist: nothing has run here yet", path.display()),
        ));
    }
    open_file(&path)
}

/// Joins store and configuration to what the trips need.
pub(crate) async fn context(
    store: Store,
    live: Live,
) -> anyhow::Result<(Context, watch::Sender<Arc<InForce>>)> {
    let live = tuned(live, &store).await.context("counting the words of stored articles")?;
    let in_force = InForce::build(live).map_err(|why| stop(Exit::Config, why))?;
    let (orders, receiver) = watch::channel(Arc::new(in_force));
    Ok((Context::new(store, receiver, Clock::System), orders))
}

/// Runs a command to its end on a runtime of its own.
pub(crate) fn block_on<T>(command: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .max_blocking_threads(BLOCKING)
        .build()
        .context("starting the runtime")?;
    let ended = runtime.block_on(command);
    runtime.shutdown_timeout(LAST_WORDS);
    ended
}
