//! What one can see of the running program: the log, and error chains printed once.

use std::{
    error::Error,
    fmt::Write as _,
    io::{self, IsTerminal as _},
};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// Starts the log on standard error: for people on a terminal, and without times and colours where
/// the journal adds its own. `WIREDESK_LOG` sets what is told, `info` otherwise.
pub fn init() {
    let filter = EnvFilter::builder()
        .with_default_directive(tracing::level_filters::LevelFilter::INFO.into())
        .with_env_var("WIREDESK_LOG")
        .from_env_lossy();
    let registry = tracing_subscriber::registry().with(filter);
    let started = if std::env::var_os("JOURNAL_STREAM").is_some() {
        registry
            .with(
                fmt::layer()
                    .with_writer(io::stderr)
                    .with_ansi(false)
                    .without_time()
                    .with_target(false),
            )
            .try_init()
    } else {
        let colours = io::stderr().is_terminal();
        registry
            .with(fmt::layer().with_writer(io::stderr).with_ansi(colours).with_target(false))
            .try_init()
    };
    if let Err(error) = started {
        tracing::debug!("the log was started before: {error}");
    }
}

/// An error with its sources, each once, from the outermost to the cause.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Writing to a string cannot fail.
        let _infallible = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_names_every_cause_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("storing the poll")]
        struct Outer(#[source] io::Error);
        let error = Outer(io::Error::other("the disk is full"));
        assert_eq!(chain(&error), "storing the poll: the disk is full");
    }
}
