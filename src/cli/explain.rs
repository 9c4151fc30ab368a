//! `wiredesk explain`: one article through copies, rules, alert and delivery.

use super::{
    Exit,
    args::ExplainArgs,
    json,
    open::{self, stop},
};
use crate::{
    config::{self, Live},
    model::{ArticleId, Generation, RuleName},
    pipeline::prepare,
    query,
    store::{AlertRow, ArticleRow, DeliveryRow, MatchRow, StoryRow},
    text::address,
};

/// What the store knows of an article and its story.
struct Known {
    row: ArticleRow,
    story: Option<StoryRow>,
    matches: Vec<MatchRow>,
    alerts: Vec<(AlertRow, Vec<DeliveryRow>)>,
}

/// Prints what happened to an article, and why.
pub(super) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let store = open::open_for_reading(&args.config.config)?;
    let wanted = args.article.clone();
    let known = open::block_on(async move {
        let known = store.read(move |tx| {
            let id = if let Ok(number) = wanted.parse() {
                Some(ArticleId(number))
            } else {
                let canonical = address::canonical(&wanted).unwrap_or_else(|| wanted.clone());
                tx.article_by_url(&wanted, &canonical)?
            };
            let Some(id) = id else { return Ok(None) };
            let Some(row) = tx.article(id)? else { return Ok(None) };
            let mut alerts = Vec::new();
            for alert in tx.alerts_of(row.story)? {
                let deliveries = tx.deliveries_of(alert.id)?;
                alerts.push((alert, deliveries));
            }
            Ok(Some(Known {
                story: tx.story(row.story)?,
                matches: tx.matches_of(id)?,
                alerts,
                row,
            }))
        });
        Ok(known.await?)
    })?;
    let Some(known) = known else {
        return Err(stop(
            Exit::Data,
            format!(
                "no article `{}` is stored; `wiredesk export articles` lists them",
                args.article
            ),
        ));
    };
    let live = config::load(&args.config.config, Generation(0)).ok().map(|loaded| loaded.live);
    tell_article(&known.row);
    tell_copies(&known);
    tell_rules(&known, live.as_ref(), args.rule.as_deref())?;
    tell_alerts(&known);
    Ok(Exit::Ok)
}

#[expect(clippy::print_stdout, reason = "the answer of the command")]
fn say(text: &str) {
    println!("{text}");
}

fn tell_article(row: &ArticleRow) {
    let article = &row.article;
    say(&format!("article {}: {}", row.id, article.title));
    say(&format!("  publisher  {} (feed `{}`)", article.publisher, row.feed));
    if let Some(url) = &article.url {
        say(&format!("  link       {url}"));
    }
    let published = article.published.map_or_else(|| "not dated".to_owned(), |at| at.to_string());
    say(&format!("  published  {published}; first seen {}", article.seen_at));
    if row.revision > 0 {
        say(&format!("  revision   {} of {}", row.revision, row.revised_at));
    }
    for credit in &row.provenance.credits {
        say(&format!("  credit     {} ({}): “{}”", credit.name, credit.agency, credit.evidence));
    }
    if let Some(place) = &row.provenance.dateline {
        say(&format!("  dateline   {place}"));
    }
    if !row.provenance.cited.is_empty() {
        say(&format!("  cites      {}", row.provenance.cited.join(", ")));
    }
}

fn tell_copies(known: &Known) {
    let row = &known.row;
    say("\ncopies");
    match (row.compared_with, row.similarity) {
        (Some(other), Some(similarity)) => say(&format!(
            "  joined story {} as {} of article {other}: {:.0} % of the shorter text is shared",
            row.story,
            json::relation(row.relation),
            similarity * 100.0
        )),
        _ if row.relation == crate::story::Relation::Lead => {
            say(&format!("  opened story {}: nothing like it was known", row.story));
        }
        _ => say(&format!(
            "  joined story {}: the same address, or exactly the same text",
            row.story
        )),
    }
    let Some(story) = &known.story else { return };
    say(&format!(
        "  origin     {}; {} independent with related stories",
        story.origin, story.origins
    ));
    for article in &story.articles {
        let mark = if article.id == row.id { "→" } else { " " };
        say(&format!(
            "  {mark} {:<6} {:<10} {:<24} {}",
            article.id,
            json::relation(article.relation),
            article.article.publisher,
            article.article.title
        ));
    }
    for related in &story.related {
        say(&format!("  related: story {related} tells the same event in other words"));
    }
}

fn tell_rules(known: &Known, live: Option<&Live>, only: Option<&str>) -> anyhow::Result<()> {
    say("\nrules");
    for found in
        known.matches.iter().filter(|found| only.is_none_or(|name| found.rule.as_str() == name))
    {
        let baseline = if found.baseline { ", part of the feed's baseline" } else { "" };
        let decision = found.decision.as_deref().unwrap_or("nothing decided");
        say(&format!(
            "  `{}` matched{baseline}; decided: {decision} (configuration {})",
            found.rule, found.generation
        ));
        for hit in &found.hits {
            say(&format!("      {}", hit_text(&known.row, hit)));
        }
    }
    if known.matches.is_empty() && only.is_none() {
        say("  no rule matched");
    }
    let (Some(name), Some(live)) = (only, live) else { return Ok(()) };
    let name = RuleName::new(name);
    let Some(rule) = live.rules.get(&name) else {
        return Err(stop(Exit::Data, format!("there is no rule `{name}` in the configuration")));
    };
    let tags = live.feeds.get(&known.row.feed).map_or(&[][..], |spec| &spec.tags);
    let facts =
        prepare::facts(&known.row.article, &known.row.provenance, known.row.feed.as_str(), tags);
    say(&format!("\nrule `{name}` as it is now: {}", rule.query.source));
    tell_tree(&known.row, &rule.query.source, &query::explain(&rule.query, &facts));
    Ok(())
}

/// Every part of the query with its verdict, indented under the part it belongs to.
fn tell_tree(row: &ArticleRow, source: &str, whole: &query::Explanation) {
    let mut open = vec![(0, whole)];
    while let Some((depth, part)) = open.pop() {
        let words = source.get(part.span.clone()).unwrap_or(source);
        let verdict = if part.holds { "true " } else { "false" };
        let because = part.hits.first().filter(|_| part.parts.is_empty());
        let because = because.map_or_else(String::new, |hit| format!("   {}", hit_text(row, hit)));
        say(&format!("  {verdict} {:indent$}{words}{because}", "", indent = depth * 2));
        open.extend(part.parts.iter().rev().map(|inner| (depth + 1, inner)));
    }
}

fn hit_text(row: &ArticleRow, hit: &query::Hit) -> String {
    match hit {
        query::Hit::Value { field, value } => format!("{}: {value}", field.as_str()),
        query::Hit::Words { field, range } => {
            let text = match field {
                query::Field::Title => row.article.title.as_str(),
                query::Field::Summary => row.article.summary.as_deref().unwrap_or_default(),
                _ => row.article.text.as_str(),
            };
            let words = text.get(range.clone()).unwrap_or("(the text has changed since)");
            format!("{}: “{words}” at byte {}", field.as_str(), range.start)
        }
    }
}

fn tell_alerts(known: &Known) {
    say("\nalerts of the story");
    if known.alerts.is_empty() {
        say("  none");
    }
    for (alert, deliveries) in &known.alerts {
        say(&format!(
            "  alert {} for `{}`: {} (made {})",
            alert.id, alert.rule, alert.reason, alert.made_at
        ));
        for delivery in deliveries {
            let fate = match (delivery.state.as_str(), delivery.ended_at) {
                ("sent", Some(at)) => {
                    format!("sent {at}: {}", delivery.reply.as_deref().unwrap_or_default())
                }
                ("dropped", Some(at)) => {
                    format!("given up {at}: {}", delivery.last_error.as_deref().unwrap_or_default())
                }
                _ => format!("due {}{}", delivery.due_at, failed(delivery)),
            };
            say(&format!(
                "      delivery {} to `{}` <{}>: {fate}",
                delivery.id, delivery.recipient, delivery.address
            ));
        }
    }
}

fn failed(delivery: &DeliveryRow) -> String {
    match (&delivery.last_error, delivery.attempts) {
        (Some(error), attempts) => format!(" after {attempts} failed attempts: {error}"),
        (None, _) => String::new(),
    }
}
