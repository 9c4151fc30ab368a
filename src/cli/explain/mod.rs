//! `wiredesk explain`: one article through copies, rules, alert and delivery.

mod copies;
mod page;
mod tree;
pub(super) mod versions;

use std::path::Path;

use serde_json::Value;

use super::{
    Exit,
    args::ExplainArgs,
    json,
    open::{self, stop},
    shown::words_of,
};
use crate::{
    config,
    model::{ArticleId, Generation},
    pipeline::prepare,
    query::{self, Explanation},
    rule::Rule,
    store::{
        AlertRow, ArticleRow, Constraints, DeliveryRow, JudgementRow, MatchRow, PageRow,
        SilencedRow, Store, StoryRow, Version,
    },
    story::{self, Sign},
    text::address,
};

/// What the store knows of an article and its story.
struct Known {
    row: ArticleRow,
    page: Option<PageRow>,
    story: Option<StoryRow>,
    matches: Vec<MatchRow>,
    alerts: Vec<(AlertRow, Vec<DeliveryRow>, Vec<SilencedRow>)>,
    /// How it was judged when it came, with the articles that it was compared with.
    judgements: Vec<(JudgementRow, Option<ArticleRow>)>,
    said: Constraints,
    /// What it said, the present version last.
    versions: Vec<Version>,
}

/// A rule asked of the article as it is now.
struct Asked {
    rule: Rule,
    answer: Explanation,
    /// Why the rule is not asked at all, whatever it would answer.
    passed_over: Option<String>,
}

/// Prints what happened to an article, and why.
pub(super) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let store = open::open_for_reading(&args.config.config)?;
    let known = match find(store, args.article.clone())? {
        Found::Article(known) => known,
        Found::Waiting(page) => {
            if args.json {
                say(&serde_json::json!({ "page": page::to_json(&page) }).to_string());
            } else {
                page::tell_waiting(&page);
            }
            return Ok(Exit::Ok);
        }
        Found::Nothing => {
            return Err(stop(
                Exit::Data,
                format!(
                    "no article `{}` is stored; `wiredesk export articles` lists them",
                    args.article
                ),
            ));
        }
    };
    let asked = match &args.rule {
        Some(name) => Some(ask(&known.row, name, &args.config.config)?),
        None => None,
    };
    if args.json {
        say(&to_json(&known, asked.as_ref()).to_string());
        return Ok(Exit::Ok);
    }
    tell_article(&known.row);
    page::tell(known.page.as_ref());
    versions::tell(&known.versions);
    copies::tell(&known);
    match &asked {
        Some(asked) => tell_rule(&known, asked),
        None => tell_rules(&known),
    }
    tell_alerts(&known);
    Ok(Exit::Ok)
}

/// What was asked for.
enum Found {
    Article(Box<Known>),
    /// An item that waits for its page.
    Waiting(PageRow),
    Nothing,
}

fn find(store: Store, wanted: String) -> anyhow::Result<Found> {
    open::block_on(async move {
        let known = store.read(move |tx| {
            let id = if let Ok(number) = wanted.parse() {
                Some(ArticleId(number))
            } else {
                let canonical = address::canonical(&wanted).unwrap_or_else(|| wanted.clone());
                let found = tx.article_by_url(&wanted, &canonical)?;
                if found.is_none()
                    && let Some(page) = tx.page_waiting_at(&wanted, &canonical)?
                {
                    return Ok(Found::Waiting(page));
                }
                found
            };
            let Some(id) = id else { return Ok(Found::Nothing) };
            let Some(row) = tx.article(id)? else { return Ok(Found::Nothing) };
            let mut alerts = Vec::new();
            for alert in tx.alerts_of(row.story)? {
                let deliveries = tx.deliveries_of(alert.id)?;
                let silenced = tx.silenced_of(alert.id)?;
                alerts.push((alert, deliveries, silenced));
            }
            let mut judgements = Vec::new();
            for judgement in tx.judgements_of(id)? {
                let other = tx.article(judgement.account.other)?;
                judgements.push((judgement, other));
            }
            Ok(Found::Article(Box::new(Known {
                judgements,
                said: tx.constraints(row.story)?,
                versions: tx.versions(id)?,
                page: tx.page_of(id)?,
                story: tx.story(row.story)?,
                matches: tx.matches_of(id)?,
                alerts,
                row,
            })))
        });
        Ok(known.await?)
    })
}

/// Asks a rule of the configuration on disk; a configuration with mistakes cannot be asked.
fn ask(row: &ArticleRow, name: &str, config: &Path) -> anyhow::Result<Asked> {
    let loaded = config::load(config, Generation(0));
    let live = loaded.map_err(|report| stop(Exit::Config, report.to_string()))?.live;
    let rule = open::rule(&live, name)?;
    let tags = live.feeds.get(&row.feed).map_or(&[][..], |spec| &spec.tags);
    let facts =
        prepare::facts(&row.article, &row.provenance, row.feed.as_str(), tags, &live.agencies);
    let passed_over = if story::signal(&row.article.title, &row.article.text).kill {
        Some("the article is a kill, and no rule is asked of kills".to_owned())
    } else if rule.scope.admits(&facts) {
        None
    } else {
        Some(format!("the rule does not look at feed `{}`", row.feed))
    };
    Ok(Asked { answer: query::explain(&rule.query, &facts), rule, passed_over })
}

fn to_json(known: &Known, asked: Option<&Asked>) -> Value {
    let article = &known.row.article;
    let alerts = known.alerts.iter().map(|(alert, deliveries, silenced)| {
        let mut told = json::alert(alert, deliveries, silenced);
        told["deliveries"] = deliveries.iter().map(json::delivery).collect();
        told
    });
    let asked = asked.map(|asked| {
        serde_json::json!({
            "name": asked.rule.name.as_str(),
            "query": &*asked.rule.query.source,
            "true": asked.answer.holds && asked.passed_over.is_none(),
            "passed_over": asked.passed_over,
            "tree": tree::to_json(article, &asked.answer),
        })
    });
    json::present(serde_json::json!({
        "article": json::article(&known.row, &known.matches),
        "page": known.page.as_ref().map(page::to_json),
        "story": known.story.as_ref().map(|story| json::story_by_hand(story, &known.said)),
        "versions": versions::to_json(&known.versions),
        "judgements": copies::to_json(known),
        "matches": known.matches.iter().map(|row| json::found(article, row)).collect::<Vec<_>>(),
        "rule": asked.map(json::present),
        "alerts": alerts.collect::<Vec<_>>(),
    }))
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
    say(&format!("  authorship {}", row.provenance.authorship.as_str()));
    for credit in &row.provenance.credits {
        let Sign { zone, certainty, words } = &credit.evidence;
        say(&format!(
            "  credit     {} ({}), {} by its {}: “{words}”",
            credit.name,
            credit.agency,
            certainty.as_str(),
            zone.as_str()
        ));
    }
    if let Some(owed) = &row.inferred {
        say(&format!(
            "  credit     {} ({}): inferred, article {} prints the same text and says so",
            owed.name, owed.agency, owed.from
        ));
    }
    if let Some(place) = &row.provenance.dateline {
        say(&format!("  dateline   {place}"));
    }
    if !row.provenance.cited.is_empty() {
        let cited: Vec<_> =
            row.provenance.cited.iter().map(|citation| citation.medium.as_str()).collect();
        say(&format!("  cites      {}", cited.join(", ")));
    }
}

fn tell_rules(known: &Known) {
    say("\nrules");
    for found in &known.matches {
        tell_match(&known.row, found);
    }
    if known.matches.is_empty() {
        say("  no rule matched");
    }
}

fn tell_match(row: &ArticleRow, found: &MatchRow) {
    let baseline = if found.baseline { ", part of the feed's baseline" } else { "" };
    let decision = found.decision.as_deref().map_or("nothing", decided);
    say(&format!(
        "  `{}` matched{baseline}; decided: {decision} (configuration {})",
        found.rule, found.generation
    ));
    for hit in &found.hits {
        let (field, words) = words_of(&row.article, hit);
        say(&format!("      {field} “{words}”"));
    }
}

/// A stored decision in words: why it was told, or why not.
fn decided(decision: &str) -> &str {
    match decision {
        "first" => "told, the first of its story",
        "already_told" => "not told, the story was told before",
        "baseline" => "not told, it is older than the watch",
        "waiting" => "not told yet, it waits for more origins",
        "withdrawn" => "not told, the story was withdrawn",
        "related" => "not told, the event was told by a related story",
        "over" => "not told, the rule is over",
        "silenced" => "not told, a silence was over it",
        other => other,
    }
}

fn tell_rule(known: &Known, asked: &Asked) {
    let Asked { rule, answer, passed_over } = asked;
    let verdict = if answer.holds { "true" } else { "not true" };
    say(&format!("\nrule `{}`, as it is now, is {verdict} of this article", rule.name));
    say(tree::drawn(&known.row.article, answer).trim_end());
    if let Some(why) = passed_over {
        say(&format!("  but {why}"));
    }
    match known.matches.iter().find(|found| found.rule == rule.name) {
        Some(found) => tell_match(&known.row, found),
        None => say("  it did not match when the article came"),
    }
}

fn tell_alerts(known: &Known) {
    say("\nalerts of the story");
    if known.alerts.is_empty() {
        say("  none");
    }
    for (alert, deliveries, silenced) in &known.alerts {
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
        for SilencedRow { silence, recipient, address } in silenced {
            let note = silence.asked.note.as_ref();
            let note = note.map_or_else(String::new, |note| format!(": {note}"));
            say(&format!(
                "      not told to `{recipient}` <{address}>: silence {} ({}) until {:.0}{note}",
                silence.id, silence.asked, silence.until
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
