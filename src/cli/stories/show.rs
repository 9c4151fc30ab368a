//! `wiredesk stories show`: one story, who carried it, what is related, what was told of it.

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::{Value, json};

use super::print;
use crate::{
    cli::{
        Exit,
        args::ConfigArgs,
        json::{self, present, relation, time},
        open::{self, stop},
        shown::{counted, one_line, percent},
    },
    model::StoryId,
    store::{
        AlertRow, ArticleRow, Constraints, DeliveryRow, Link, ReadTx, Refused, SilencedRow,
        StoreError, StoryRow,
    },
};

#[derive(clap::Args, Debug)]
#[command(after_help = "Example: wiredesk stories show 12")]
pub(crate) struct ShowArgs {
    /// The number of the story
    #[arg(value_name = "STORY")]
    story: i64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Everything that is known of a story.
struct Shown {
    row: StoryRow,
    /// Related stories with their leads.
    related: Vec<(Link, Option<ArticleRow>)>,
    alerts: Vec<(AlertRow, Vec<DeliveryRow>, Vec<SilencedRow>)>,
    said: Constraints,
}

pub(super) fn run(args: &ShowArgs) -> anyhow::Result<Exit> {
    let store = open::open_for_reading(&args.config.config)?;
    let wanted = StoryId(args.story);
    let found = open::block_on(async move { Ok(store.read(move |tx| find(tx, wanted)).await?) })?;
    let shown = found.map_err(|why| stop(Exit::Data, why.to_string()))?;
    print(&if args.json { format!("{}\n", shown.to_json()) } else { shown.to_text() })
}

fn find(tx: &ReadTx<'_>, story: StoryId) -> Result<Result<Shown, Refused>, StoreError> {
    if let Err(why) = tx.find_story(story)? {
        return Ok(Err(why));
    }
    let Some(row) = tx.story(story)? else { return Ok(Err(Refused::NoStory(story))) };
    let mut related = Vec::new();
    for link in tx.links(story)? {
        let lead = match tx.lead(link.story)? {
            Some(lead) => tx.article(lead)?,
            None => None,
        };
        related.push((link, lead));
    }
    let mut alerts = Vec::new();
    for alert in tx.alerts_of(story)? {
        let deliveries = tx.deliveries_of(alert.id)?;
        let silenced = tx.silenced_of(alert.id)?;
        alerts.push((alert, deliveries, silenced));
    }
    Ok(Ok(Shown { row, related, alerts, said: tx.constraints(story)? }))
}

impl Shown {
    fn lead(&self) -> Option<&ArticleRow> {
        self.row.articles.iter().find(|article| article.id == self.row.lead)
    }

    fn to_text(&self) -> String {
        let row = &self.row;
        let mut out = String::new();
        let mut line = |text: String| {
            // Writing to a string cannot fail.
            let _infallible = writeln!(out, "{text}");
        };
        let title = self.lead().map_or("", |lead| &lead.article.title);
        line(format!("story {}: {}", row.id, one_line(title)));
        if let Some(lead) = self.lead() {
            line(format!("  lead       article {} of {}", lead.id, lead.article.publisher));
        }
        line(format!(
            "  origin     {}; {} independent with related stories",
            row.origin, row.origins
        ));
        line(format!("  opened     {}; last article seen {}", row.opened_at, row.last_seen));
        let carriers = json::carriers(row);
        line(format!(
            "\n{} by {}",
            counted(row.articles.len(), "article"),
            counted(carriers.len(), "carrier")
        ));
        for article in &row.articles {
            line(carried(article));
        }
        if !self.related.is_empty() {
            line(format!("\nrelated: the same event in other words ({})", self.related.len()));
        }
        for (link, lead) in &self.related {
            line(related(link, lead.as_ref()));
        }
        line(format!("\n{}", counted(self.alerts.len(), "alert")));
        for (alert, deliveries, silenced) in &self.alerts {
            let by: BTreeSet<_> =
                silenced.iter().map(|row| format!(", silence {}", row.silence.id)).collect();
            let by: String = by.into_iter().collect();
            line(format!(
                "  alert {} for `{}`: {} (made {}; {}{by})",
                alert.id,
                alert.rule,
                alert.reason,
                alert.made_at,
                counted(deliveries.len(), "message")
            ));
        }
        let Constraints { parts, apart } = &self.said;
        if !(parts.is_empty() && apart.is_empty()) {
            line("\nby hand".to_owned());
        }
        for (part, since) in parts {
            line(format!("  story {part} is part of it since {since}"));
        }
        for (other, since) in apart {
            line(format!("  taken apart from story {other} at {since}"));
        }
        out
    }

    fn to_json(&self) -> Value {
        let mut story = json::story_by_hand(&self.row, &self.said);
        let copies: Vec<_> = self.row.articles.iter().map(copy).collect();
        let related = self.related.iter().map(|(link, lead)| {
            present(json!({
                "story": link.story.0,
                "title": lead.as_ref().map(|lead| &lead.article.title),
                "publisher": lead.as_ref().map(|lead| &lead.article.publisher),
                "similarity": link.similarity,
                "article": link.articles.map(|(article, _)| article.0),
                "match": link.articles.map(|(_, other)| other.0),
            }))
        });
        let alerts = self.alerts.iter();
        let alerts = alerts.map(|(alert, told, silenced)| json::alert(alert, told, silenced));
        story["copies"] = copies.into();
        story["links"] = related.collect();
        story["alerts"] = alerts.collect();
        present(story)
    }
}

/// What a publisher printed, when, and what it is to the article it was compared with.
fn carried(row: &ArticleRow) -> String {
    let article = &row.article;
    let similarity = row.similarity.map_or_else(String::new, percent);
    let compared =
        row.compared_with.map_or_else(String::new, |other| format!(" (compared with {other})"));
    format!(
        "  {:<6} {:<10} {similarity:>5}  {}  {}: {}\n         {}{compared}",
        row.id,
        relation(row.relation),
        article.seen_at.strftime("%Y-%m-%d %H:%M"),
        article.publisher,
        one_line(&article.title),
        article.url.as_deref().unwrap_or("no link"),
    )
}

fn related(link: &Link, lead: Option<&ArticleRow>) -> String {
    let title = lead.map_or_else(String::new, |lead| {
        format!("{}: {}", lead.article.publisher, one_line(&lead.article.title))
    });
    let why = link.articles.map_or_else(String::new, |(article, other)| {
        format!(
            "\n         article {article} shares {} of the shorter text with article {other}",
            percent(link.similarity)
        )
    });
    format!("  story {}  {title}{why}", link.story)
}

fn copy(row: &ArticleRow) -> Value {
    let article = &row.article;
    present(json!({
        "article": row.id.0,
        "publisher": article.publisher,
        "first_seen": time(article.seen_at),
        "published": article.published.map(time),
        "title": article.title,
        "relation": relation(row.relation),
        "similarity": row.similarity,
        "match": row.compared_with.map(|other| other.0),
        "url": article.url,
    }))
}
