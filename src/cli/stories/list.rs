//! `wiredesk stories list`: the stories of the last day, each with how far it went.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::print;
use crate::{
    cli::{
        Exit,
        args::ConfigArgs,
        export::moment,
        json, open,
        shown::{amount, counted, one_line},
    },
    clock::Clock,
    model::RuleName,
    store::{AlertRow, ReadTx, StoreError, StoryRow},
};

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk stories list --since 12h --rule harbour")]
pub(crate) struct ListArgs {
    /// Only what had an article since: an age such as `30d` or `12h`, or a moment in RFC 3339
    #[arg(long, value_name = "AGE", default_value = "1d")]
    since: String,
    /// Only stories with an article that this rule was true of
    #[arg(long, value_name = "NAME")]
    rule: Option<String>,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Prints the stories, the newest first.
pub(super) fn run(args: &ListArgs) -> anyhow::Result<Exit> {
    let since = moment(&args.since, Clock::System.now())?;
    let path = &args.config.config;
    let rule = match &args.rule {
        Some(name) => Some(open::rule(&open::load(path)?, name)?.name),
        None => None,
    };
    let store = open::open_for_reading(path)?;
    let as_json = args.json;
    let answer = open::block_on(async move {
        Ok(store.read(move |tx| listed(tx, rule.as_ref(), since, as_json)).await?)
    })?;
    print(&answer)
}

fn listed(
    tx: &ReadTx<'_>,
    rule: Option<&RuleName>,
    since: Timestamp,
    as_json: bool,
) -> Result<String, StoreError> {
    let mut stories = tx.stories_since(since)?;
    if let Some(rule) = rule {
        let matched = tx.stories_of_rule(rule, since)?;
        stories.retain(|story| matched.contains(story));
    }
    let mut rows = Vec::new();
    for story in stories {
        rows.extend(tx.story(story)?);
    }
    rows.sort_by_key(|row| std::cmp::Reverse((row.last_seen, row.id)));
    let mut answer = String::new();
    for row in &rows {
        let alerts = tx.alerts_of(row.id)?;
        // Writing to a string cannot fail.
        let _infallible = if as_json {
            writeln!(answer, "{}", to_json(row, &alerts))
        } else {
            write!(answer, "{}", to_text(row, &alerts))
        };
    }
    if rows.is_empty() && !as_json {
        answer.push_str("there is no story\n");
    }
    Ok(answer)
}

/// The number, when its last article was seen, the headline of its lead, and how far it went.
fn to_text(row: &StoryRow, alerts: &[AlertRow]) -> String {
    let lead = row.articles.iter().find(|article| article.id == row.lead);
    let headline = lead.map_or_else(String::new, |lead| one_line(&lead.article.title));
    let related = match row.related.len() {
        0 => String::new(),
        many => format!(", related to {}", counted(many, "story")),
    };
    format!(
        "{}  story {}: {headline}\n    origin {}; {}, {}{related}, {}\n",
        row.last_seen.strftime("%Y-%m-%d %H:%M"),
        row.id,
        row.origin,
        counted(json::carriers(row).len(), "carrier"),
        amount(row.origins.into(), "origin"),
        counted(alerts.len(), "alert"),
    )
}

/// As `export stories` has it, with the alerts.
fn to_json(row: &StoryRow, alerts: &[AlertRow]) -> Value {
    let mut story = json::story(row);
    story["alerts"] = json!(alerts.iter().map(|alert| alert.id.0).collect::<Vec<_>>());
    json::present(story)
}
