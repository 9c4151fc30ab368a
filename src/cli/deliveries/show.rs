//! `wiredesk deliveries show`: one message, what it tells, and every attempt to send it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::list::times;
use crate::{
    cli::{
        Exit,
        args::ConfigArgs,
        json::{self, present},
        open::{self, stop},
        shown::{counted, one_line},
        stories::print,
    },
    model::DeliveryId,
    store::{AlertRow, AttemptRow, DeliveryRow, ReadTx, StoreError},
};

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk deliveries show 41")]
pub(crate) struct ShowArgs {
    /// The number of the message
    #[arg(value_name = "ID")]
    delivery: i64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Everything that is known of a message.
struct Shown {
    row: DeliveryRow,
    /// Each alert with the headline of its story.
    tells: Vec<(AlertRow, Option<String>)>,
    attempts: Vec<AttemptRow>,
}

pub(super) fn run(args: &ShowArgs) -> anyhow::Result<Exit> {
    let store = open::open_for_reading(&args.config.config)?;
    let id = DeliveryId(args.delivery);
    let shown = open::block_on(async move { Ok(store.read(move |tx| find(tx, id)).await?) })?;
    let shown = shown.ok_or_else(|| none(id))?;
    print(&if args.json { format!("{}\n", shown.to_json()) } else { shown.to_text() })
}

/// The end of a command that was given a number that no message has.
pub(super) fn none(id: DeliveryId) -> anyhow::Error {
    stop(
        Exit::Data,
        format!("there is no delivery {id}: `wiredesk deliveries list` shows those there are"),
    )
}

fn find(tx: &ReadTx<'_>, id: DeliveryId) -> Result<Option<Shown>, StoreError> {
    let Some(row) = tx.delivery(id)? else { return Ok(None) };
    let mut tells = Vec::new();
    for alert in tx.alerts_in(id)? {
        let lead = match tx.lead(alert.story)? {
            Some(lead) => tx.article(lead)?.map(|lead| lead.article.title),
            None => None,
        };
        tells.push((alert, lead));
    }
    Ok(Some(Shown { row, tells, attempts: tx.attempts_of(id)? }))
}

impl Shown {
    fn to_json(&self) -> Value {
        let mut value = json::delivery(&self.row);
        value["tells"] = self
            .tells
            .iter()
            .map(|(alert, title)| {
                present(json!({
                    "alert": alert.id.0,
                    "rule": alert.rule.as_str(),
                    "story": alert.story.0,
                    "title": title,
                    "reason": alert.reason.kind(),
                }))
            })
            .collect();
        value["history"] = self.attempts.iter().map(json::attempt).collect();
        value
    }

    fn to_text(&self) -> String {
        let row = &self.row;
        let mut lines = vec![
            format!(
                "delivery {} to `{}` <{}>: {}",
                row.id,
                row.recipient,
                row.address,
                self.state()
            ),
            format!("  made       {:.0}", row.made_at),
            format!("  Message-ID <{}>", row.message_id),
        ];
        if let Some(bytes) = row.bytes {
            lines.push(format!("  size       {bytes} bytes"));
        }
        lines.push(format!("\ntells {}", counted(self.tells.len(), "alert")));
        for (alert, title) in &self.tells {
            let title = title.as_deref().map_or_else(String::new, one_line);
            lines.push(format!(
                "  alert {} for `{}`, story {}: {} ({})",
                alert.id, alert.rule, alert.story, title, alert.reason
            ));
        }
        lines.push(format!("\ntried {}", times(row.attempts)));
        lines.extend(self.attempts.iter().map(attempt));
        let mut out = String::new();
        for line in lines {
            // Writing to a string cannot fail.
            let _infallible = writeln!(out, "{line}");
        }
        out
    }

    fn state(&self) -> String {
        let row = &self.row;
        match (row.state.as_str(), row.waits.as_deref(), row.ended_at) {
            ("sent", _, Some(at)) => format!("sent at {at:.0}"),
            ("dropped", _, Some(at)) => {
                format!(
                    "given up at {at:.0}; `wiredesk deliveries retry {}` tries it again",
                    row.id
                )
            }
            (_, Some("person"), _) => format!(
                "waits until the settings are mended; next try at {:.0}, or after `wiredesk reload`",
                row.due_at
            ),
            (_, Some(_), _) => format!("waits for the server; next try at {:.0}", row.due_at),
            _ => format!("due at {:.0}", row.due_at),
        }
    }
}

fn attempt(row: &AttemptRow) -> String {
    let ended = match row.ended.as_str() {
        "sent" => "taken",
        "again" => "not taken, to be tried again",
        "server" => "the server could not be spoken to",
        "person" => "turned away",
        _ => "given up",
    };
    format!(
        "  {:>3}. {:.0}  {:>6} ms  {ended}: {}",
        row.number,
        row.at,
        row.course.took.as_millis(),
        row.words
    )
}
