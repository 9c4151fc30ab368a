//! `wiredesk deliveries list`: messages with their state, the newest first.

use std::fmt::Write as _;

use clap::ValueEnum;

use crate::{
    cli::{
        Exit,
        args::ConfigArgs,
        export::moment,
        json, open,
        shown::{counted, cut},
        stories::print,
    },
    clock::Clock,
    store::DeliveryRow,
};

/// Characters of an error on a line.
const MOST_ERROR: usize = 120;

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum State {
    /// Not taken yet
    Due,
    /// Taken
    Sent,
    /// Given up
    Dropped,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Sent => "sent",
            Self::Dropped => "dropped",
        }
    }
}

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk deliveries list --state dropped --since 7d")]
pub(crate) struct ListArgs {
    /// Only those in this state
    #[arg(long, value_enum)]
    state: Option<State>,
    /// Only those made since: an age such as `30d` or `12h`, or a moment in RFC 3339; those that are
    /// due are shown however old they are
    #[arg(long, value_name = "AGE", default_value = "1d")]
    since: String,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn run(args: &ListArgs) -> anyhow::Result<Exit> {
    let since = moment(&args.since, Clock::System.now())?;
    let store = open::open_for_reading(&args.config.config)?;
    let mut rows = open::block_on(async move {
        Ok(store.read(move |tx| tx.deliveries_due_or_since(since)).await?)
    })?;
    rows.retain(|row| args.state.is_none_or(|state| row.state == state.as_str()));
    rows.reverse();
    let mut out = String::new();
    for row in &rows {
        let line = if args.json { json::delivery(row).to_string() } else { line(row) };
        // Writing to a string cannot fail.
        let _infallible = writeln!(out, "{line}");
    }
    if !args.json {
        let _infallible = writeln!(out, "{}", counted(rows.len(), "message"));
    }
    print(&out)
}

/// A message on one line.
fn line(row: &DeliveryRow) -> String {
    let DeliveryRow { id, recipient, address, state, attempts, .. } = row;
    let what = match (row.state.as_str(), row.waits.as_deref()) {
        ("sent", _) => row.reply.clone().unwrap_or_default(),
        ("due", Some("person")) => format!("waits for you: {}", error(row)),
        ("due", Some(_)) => format!("waits for the server: {}", error(row)),
        ("due", None) if *attempts == 0 => format!("goes out at {:.0}", row.due_at),
        ("due", None) => {
            format!("tried {}, again at {:.0}: {}", times(*attempts), row.due_at, error(row))
        }
        _ => error(row),
    };
    let at = row.ended_at.unwrap_or(row.made_at);
    format!(
        "{id:>6}  {state:<7}  {at:.0}  {} to `{recipient}` <{address}>  {}",
        counted(row.alerts.len(), "alert"),
        cut(&what, MOST_ERROR)
    )
}

fn error(row: &DeliveryRow) -> String {
    row.last_error.clone().unwrap_or_else(|| "no reason is known".to_owned())
}

/// How often, in words.
pub(super) fn times(attempts: u32) -> String {
    if attempts == 1 { "once".to_owned() } else { format!("{attempts} times") }
}
