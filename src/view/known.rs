//! One article with all that the store knows of it, for whoever asks why it was told or not.

use serde_json::Value;

use super::{evidence, json, page, shown::percent, tree, versions};
use crate::{
    config::Live,
    model::ArticleId,
    pipeline::prepare,
    query::{self, Explanation},
    rule::Rule,
    store::{
        AlertRow, ArticleRow, Constraints, DeliveryRow, JudgementRow, MatchRow, PageRow, ReadTx,
        SilencedRow, StoreError, StoryRow, Version,
    },
    story::{self, Relation},
    text::address,
};

/// What the store knows of an article and its story.
pub(crate) struct Known {
    /// The article.
    pub(crate) row: ArticleRow,
    /// Its page, where that was wanted.
    pub(crate) page: Option<PageRow>,
    /// Its story.
    pub(crate) story: Option<StoryRow>,
    /// Rules that were true of it.
    pub(crate) matches: Vec<MatchRow>,
    /// What was told of its story, to whom, and who was not told.
    pub(crate) alerts: Vec<(AlertRow, Vec<DeliveryRow>, Vec<SilencedRow>)>,
    /// How it was judged when it came, with the articles that it was compared with.
    pub(crate) judgements: Vec<(JudgementRow, Option<ArticleRow>)>,
    /// What people said of its story.
    pub(crate) said: Constraints,
    /// What it said, the present version last.
    pub(crate) versions: Vec<Version>,
}

/// A rule asked of the article as it is now.
pub(crate) struct Asked {
    /// The rule.
    pub(crate) rule: Rule,
    /// What it says, part by part.
    pub(crate) answer: Explanation,
    /// Why the rule is not asked at all, whatever it would answer.
    pub(crate) passed_over: Option<String>,
}

/// What was asked for.
pub(crate) enum Found {
    Article(Box<Known>),
    /// An item that waits for its page.
    Waiting(PageRow),
    Nothing,
}

/// Finds an article by its number or its address, with all that hangs on it.
pub(crate) fn find(tx: &ReadTx<'_>, wanted: &str) -> Result<Found, StoreError> {
    let id = if let Ok(number) = wanted.parse() {
        Some(ArticleId(number))
    } else {
        let canonical = address::canonical(wanted).unwrap_or_else(|| wanted.to_owned());
        let found = tx.article_by_url(wanted, &canonical)?;
        if found.is_none()
            && let Some(page) = tx.page_waiting_at(wanted, &canonical)?
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
}

/// Asks a rule of an article as both are now.
pub(crate) fn ask(row: &ArticleRow, rule: Rule, live: &Live) -> Asked {
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
    Asked { answer: query::explain(&rule.query, &facts), rule, passed_over }
}

/// How an article came to its story, in a sentence.
pub(crate) fn placed(known: &Known) -> String {
    let row = &known.row;
    match (row.compared_with, row.similarity) {
        (Some(other), _) if row.relation == Relation::Lead => format!(
            "leads story {}: it is the agency's own, or the earliest; compared with article {other}",
            row.story
        ),
        (Some(other), Some(similarity)) => format!(
            "joined story {} as {} of article {other}: {} of the shorter text is shared",
            row.story,
            json::relation(row.relation),
            percent(similarity)
        ),
        _ if row.relation == Relation::Lead && known.judgements.is_empty() => {
            format!("opened story {}: nothing like it was known", row.story)
        }
        _ if row.relation == Relation::Lead => {
            format!("leads story {}", row.story)
        }
        _ => format!("joined story {}: the same address, or exactly the same text", row.story),
    }
}

/// A stored decision in words: why it was told, or why not.
pub(crate) fn decided(decision: &str) -> &str {
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

/// What became of a delivery, in words.
pub(crate) fn fate(delivery: &DeliveryRow) -> String {
    match (delivery.state.as_str(), delivery.ended_at) {
        ("sent", Some(at)) => {
            format!("sent {at}: {}", delivery.reply.as_deref().unwrap_or_default())
        }
        ("dropped", Some(at)) => {
            format!("given up {at}: {}", delivery.last_error.as_deref().unwrap_or_default())
        }
        _ => format!("due {}{}", delivery.due_at, failed(delivery)),
    }
}

fn failed(delivery: &DeliveryRow) -> String {
    match (&delivery.last_error, delivery.attempts) {
        (Some(error), attempts) => format!(" after {attempts} failed attempts: {error}"),
        (None, _) => String::new(),
    }
}

/// All of it for scripts.
pub(crate) fn to_json(known: &Known, asked: Option<&Asked>) -> Value {
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
    let judged = known.judgements.iter().map(|(judgement, other)| {
        evidence::to_json(judgement, other.as_ref().map(|other| [&known.row, other]))
    });
    json::present(serde_json::json!({
        "article": json::article(&known.row, &known.matches),
        "page": known.page.as_ref().map(page::to_json),
        "story": known.story.as_ref().map(|story| json::story_by_hand(story, &known.said)),
        "versions": versions::to_json(&known.versions),
        "judgements": judged.collect::<Vec<_>>(),
        "matches": known.matches.iter().map(|row| json::found(article, row)).collect::<Vec<_>>(),
        "rule": asked.map(json::present),
        "alerts": alerts.collect::<Vec<_>>(),
    }))
}
