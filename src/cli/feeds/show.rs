//! `wiredesk feeds show`: how a feed is and why, its last polls, and possible gaps.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::Value;

use super::{ago, ahead, line};
use crate::{
    cli::{
        Exit,
        args::ConfigArgs,
        json,
        open::{self, stop},
        shown::amount,
        stories::print,
    },
    clock::Clock,
    query::suggest::nearest,
    schedule::{Gap, Health, health::State},
    store::{FeedRow, PollRow},
};

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk feeds show dawn-home")]
pub(crate) struct ShowArgs {
    /// Its name in the configuration
    name: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// A feed with what is remembered of it.
struct Shown {
    feed: FeedRow,
    polls: Vec<PollRow>,
    gaps: Vec<Gap>,
}

/// Prints one feed; a name that nobody has ends the command with 65.
pub(super) fn run(args: &ShowArgs) -> anyhow::Result<Exit> {
    let store = open::open_for_reading(&args.config.config)?;
    let now = Clock::System.now();
    let name = args.name.clone();
    let shown = open::block_on(async move {
        let feeds = store.read(|tx| tx.feeds()).await?;
        let names = || feeds.iter().map(|feed| feed.state.name.as_str());
        let hint = nearest(&name, names())
            .map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
        let Some(feed) = feeds.iter().find(|feed| feed.state.name.as_str() == name).cloned() else {
            return Err(stop(Exit::Data, format!("there is no feed `{name}`{hint}")));
        };
        let id = feed.state.id;
        let (polls, gaps) = store.read(move |tx| Ok((tx.polls(id)?, tx.gaps(id)?))).await?;
        Ok(Shown { feed, polls, gaps })
    })?;
    print(&if args.json { format!("{}\n", shown.to_json(now)) } else { shown.to_text(now) })
}

impl Shown {
    fn to_json(&self, now: Timestamp) -> Value {
        let mut value = json::feed(&self.feed, now);
        value["last_polls"] = self.polls.iter().map(json::poll).collect();
        value["gaps"] = self.gaps.iter().map(json::gap).collect();
        value
    }

    fn to_text(&self, now: Timestamp) -> String {
        let (state, habits) = (&self.feed.state, &self.feed.state.habits);
        let mut lines = vec![line(&self.feed, now), format!("  {}", self.feed.url)];
        if let Some(moved) = &habits.moved {
            let verb = if moved.settled { "asked at" } else { "said to have moved to" };
            lines.push(format!(
                "  {verb} {} ({} times since {:.0})",
                moved.to, moved.times, moved.since
            ));
        }
        let Health { state: how, since, reason, action } = self.feed.health(now);
        if !how.is_well() {
            let since = since.map_or_else(String::new, |since| format!(" since {since:.0}"));
            lines.push(format!("  {how}{since}: {reason}"));
        }
        if how != State::New {
            lines.push(format!("  {action}"));
        }
        if let Some(rate) = state.cadence.items_per_hour {
            let window = state.cadence.window_items.unwrap_or_default();
            lines.push(format!("  publishes {rate:.1} items an hour, {window} in its document"));
        }
        if let Some(at) = state.last_new {
            lines.push(format!("  last new item {}", ago(at, now)));
        }
        lines.push(format!(
            "  {}, {} of them with nothing new to read",
            amount(self.feed.polls, "poll"),
            self.feed.not_modified
        ));
        let repaired = self.polls.iter().find(|poll| poll.notes.items > 0);
        if let Some(poll) = repaired.filter(|poll| !poll.notes.repairs.is_empty()) {
            lines.push(format!(
                "  repaired in its last document: {}",
                poll.notes.repairs.join(", ")
            ));
        }
        for Gap { since, until, items } in &self.gaps {
            lines.push(format!(
                "  possible gap from {since:.0} to {until:.0}, which showed {items} items"
            ));
        }
        lines.push("  last polls:".to_owned());
        lines.extend(self.polls.iter().map(|poll| format!("    {}", of_poll(poll))));
        if self.polls.is_empty() {
            lines.push(format!("    none yet; the first {}", ahead(self.feed.due_at, now)));
        }
        let mut out = String::new();
        for line in lines {
            // Writing to a string cannot fail.
            let _infallible = writeln!(out, "{line}");
        }
        out
    }
}

fn of_poll(poll: &PollRow) -> String {
    let notes = &poll.notes;
    let status = notes.status.map_or_else(|| "---".to_owned(), |status| status.to_string());
    let mut line = format!(
        "{:.0}  {status}  {:<12} {:>9} bytes {:>5} ms",
        poll.at,
        poll.outcome,
        notes.bytes,
        notes.took.as_millis()
    );
    if notes.items > 0 {
        // Writing to a string cannot fail.
        let _infallible = write!(line, "  {} items, {} new", notes.items, poll.new_items);
    }
    line
}
