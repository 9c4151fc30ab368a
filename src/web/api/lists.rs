//! Lists of the API.

use axum::extract::{Query, State};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Answer, Page, Refusal, alert_without_address, listed, whole, without_address, without_key,
};
use crate::{
    model::{ArticleId, DeliveryId, RuleName},
    query,
    view::{
        found::{self, find},
        json,
    },
    web::{Site, desk::Wanted, failure::Failure},
};

/// How far back findings of rules are counted.
const RULE_DAYS: i64 = 30;
/// How far back a search looks when nobody says, in days.
const SEARCH_DAYS: i64 = 30;

/// Stories, the newest first, as the desk lists them.
pub(in crate::web) async fn stories(
    State(site): State<Site>,
    Query(wanted): Query<Wanted>,
    Query(page): Query<Page>,
) -> Answer {
    let (filter, before, limit) = (wanted.filter(), page.cursor.map(ArticleId), page.limit());
    let (items, next) = site
        .read(move |tx| {
            let list = tx.desk(&filter, before, limit)?;
            let mut items = Vec::new();
            for one in &list {
                items.extend(tx.story(one.story)?.map(|row| json::story(&row)));
            }
            Ok((items, list.get(limit - 1).map(|last| last.article.0)))
        })
        .await?;
    Ok(listed(&items, next))
}

/// Articles, the newest first.
pub(in crate::web) async fn articles(State(site): State<Site>, Query(page): Query<Page>) -> Answer {
    let (before, limit) = (page.cursor.map(ArticleId), page.limit());
    let (items, next) = site
        .read(move |tx| {
            let ids = tx.articles_before(before, limit)?;
            let mut items = Vec::new();
            for id in &ids {
                if let Some(row) = tx.article(*id)? {
                    items.push(json::article(&row, &tx.matches_of(*id)?));
                }
            }
            Ok((items, ids.get(limit - 1).map(|last| last.0)))
        })
        .await?;
    Ok(listed(&items, next))
}

/// What is searched for.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Search {
    query: String,
    days: Option<i64>,
    limit: Option<usize>,
}

/// The newest article of each story that a query is true of.
pub(in crate::web) async fn search(
    State(site): State<Site>,
    Query(wanted): Query<Search>,
) -> Answer {
    let in_force = site.context.in_force();
    let (parsed, problems) = query::parse(&wanted.query, &in_force.live.aliases);
    let Some(parsed) = parsed else {
        let first = problems.into_iter().next();
        let why = first.map_or_else(String::new, |problem| {
            let code = problem.code.map_or_else(String::new, |code| format!("{code}: "));
            let help = problem.help.map_or_else(String::new, |help| format!("; {help}"));
            format!("{code}{}{help}", problem.message)
        });
        return Err(Refusal::from(Failure::bad(why)));
    };
    let days = wanted.days.unwrap_or(SEARCH_DAYS).clamp(1, 36_500);
    let since = site.context.clock.now().checked_sub(SignedDuration::from_hours(24 * days));
    let since = since.unwrap_or(Timestamp::MIN);
    let limit = Page { cursor: None, limit: wanted.limit }.limit();
    let found =
        site.search(move |tx, go_on| find(tx, parsed, &in_force.live, since, limit, go_on)).await?;
    let items = found.articles.iter().map(|(row, hits)| found::json(row, hits));
    let more = found.more.is_some();
    Ok(whole(&json!({ "items": items.collect::<Vec<_>>(), "more": more })))
}

/// Rules with what they found.
pub(in crate::web) async fn rules(State(site): State<Site>) -> Answer {
    let since = site.context.clock.now() - SignedDuration::from_hours(24 * RULE_DAYS);
    let in_force = site.context.in_force();
    let live = &in_force.live;
    let names: Vec<RuleName> = live.rules.iter().map(|rule| rule.name.clone()).collect();
    let counts =
        site.read(move |tx| tx.matches_in(&names.iter().collect::<Vec<_>>(), &[since])).await?;
    let enabled = live.rules.iter().zip(counts).map(|(rule, counts)| (rule, Some(counts)));
    let disabled = live.disabled.iter().map(|rule| (rule, None));
    let items = enabled.chain(disabled).map(|(rule, counts)| {
        let mut item = super::single::described(rule, live);
        item["enabled"] = counts.is_some().into();
        item["articles"] = counts.map_or(0, |counts| counts.iter().sum::<u64>()).into();
        item["days"] = RULE_DAYS.into();
        item
    });
    Ok(listed(&items.collect::<Vec<_>>(), None))
}

/// Feeds with how they are.
pub(in crate::web) async fn feeds(State(site): State<Site>) -> Answer {
    let now = site.context.clock.now();
    let feeds = site.read(|tx| tx.feeds()).await?;
    let items: Vec<_> = feeds.iter().map(|feed| without_key(json::feed(feed, now))).collect();
    Ok(listed(&items, None))
}

/// Of which rule.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct OfRule {
    rule: Option<String>,
    limit: Option<usize>,
}

/// The newest alerts.
pub(in crate::web) async fn alerts(State(site): State<Site>, Query(of): Query<OfRule>) -> Answer {
    let limit = Page { cursor: None, limit: of.limit }.limit();
    let rule = of.rule.map(RuleName::new);
    let items = site
        .read(move |tx| {
            let mut items = Vec::new();
            for alert in tx.newest_alerts(rule.as_ref(), limit)? {
                let told = tx.deliveries_of(alert.id)?;
                let silenced = tx.silenced_of(alert.id)?;
                items.push(alert_without_address(json::alert(&alert, &told, &silenced)));
            }
            Ok(items)
        })
        .await?;
    Ok(listed(&items, None))
}

/// Of which state.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct OfState {
    state: Option<String>,
}

/// Deliveries, the newest first.
pub(in crate::web) async fn deliveries(
    State(site): State<Site>,
    Query(of): Query<OfState>,
    Query(page): Query<Page>,
) -> Answer {
    let (before, limit) = (page.cursor.map(DeliveryId), page.limit());
    let rows =
        site.read(move |tx| tx.deliveries_before(of.state.as_deref(), before, limit)).await?;
    let next = rows.get(limit - 1).map(|last| last.id.0);
    let items: Vec<Value> = rows.iter().map(|row| without_address(json::delivery(row))).collect();
    Ok(listed(&items, next))
}
