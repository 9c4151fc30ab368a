//! What one can see of the running program: the log, error chains printed once, metrics, and
//! whether its loops turn.

mod chain;
mod journal;
pub mod metrics;
mod pulse;

use std::io::{self, IsTerminal as _};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

pub use chain::chain;
use journal::{Priority, is_journal};
pub use metrics::Metrics;
pub use pulse::Pulse;

/// How the log is written, to standard error.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Format {
    /// Whatever suits who reads: [`Format::Journal`] if that is the journal, else [`Format::Text`].
    #[default]
    Auto,
    /// One line an event with its time; colours on a terminal.
    Text,
    /// Lines with a syslog priority and without the time, which the journal knows itself.
    Journal,
    /// One JSON object an event.
    Json,
}

/// Why the log could not be started.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The filter is not one.
    #[error("`{0}` is not a log filter; write a level such as `info`, or `wiredesk::fetch=debug`")]
    Filter(String),
    /// There is one already.
    #[error("the log was started before")]
    Started,
}

/// The level where nobody says.
const LEVEL: &str = "info";

/// Starts the log of the process. `filter` is what the command line says, as in `debug` or
/// `info,wiredesk::fetch=debug`; else `WIREDESK_LOG` has the word.
pub fn init(format: Format, filter: Option<&str>) -> Result<(), InitError> {
    let said = std::env::var_os("WIREDESK_LOG").map(|said| said.to_string_lossy().into_owned());
    let directives = filter.or(said.as_deref()).unwrap_or(LEVEL);
    let filter = EnvFilter::builder()
        .parse(directives)
        .map_err(|_| InitError::Filter(directives.to_owned()))?;
    let events = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let registry = tracing_subscriber::registry().with(filter);
    let started = match format.resolved() {
        Format::Json => registry.with(events.json()).try_init(),
        Format::Journal => registry.with(events.with_ansi(false).event_format(Priority)).try_init(),
        Format::Auto | Format::Text => registry.with(events.with_target(false)).try_init(),
    };
    started.map_err(|_| InitError::Started)
}

impl Format {
    fn resolved(self) -> Self {
        match self {
            Self::Auto if is_journal() => Self::Journal,
            Self::Auto => Self::Text,
            chosen => chosen,
        }
    }
}
