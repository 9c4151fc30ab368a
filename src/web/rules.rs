//! Rules: what each asks, how often it is true, and what was told for it.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Site, chart,
    desk::headline,
    failure::Failure,
    layout::{self, Tab, quoted, time},
};
use crate::{
    config::Live,
    model::{RecipientName, RuleName},
    rule::Rule,
    store::{AlertRow, ReadTx, StoreError},
    view::shown::{amount, cut, one_line},
};

/// Days of a chart.
const DAYS: i64 = 30;
/// Rules of a page.
const PAGE: usize = 100;
/// Alerts that are listed of a rule.
const ALERTS: usize = 30;
/// Characters of a query in the list.
const WIDTH: usize = 160;

/// From which rule on the list goes.
#[derive(Debug, Deserialize)]
pub(super) struct From {
    #[serde(default)]
    from: usize,
}

/// Every rule, with how often it is true.
pub(super) async fn list(
    State(site): State<Site>,
    Query(From { from }): Query<From>,
) -> Result<Response, Failure> {
    let in_force = site.context.in_force();
    let live = &in_force.live;
    let all: Vec<(&Rule, bool)> = rules(live).collect();
    let part: Vec<_> = all.iter().skip(from).take(PAGE).copied().collect();
    let names: Vec<RuleName> = part.iter().map(|(rule, _)| rule.name.clone()).collect();
    let starts = chart::days(site.context.clock.now(), DAYS);
    let (counts, last) = site
        .read(move |tx| {
            let asked: Vec<&RuleName> = names.iter().collect();
            let mut last = Vec::new();
            for name in &names {
                last.push(tx.newest_alerts(Some(name), 1)?.pop());
            }
            Ok((tx.matches_in(&asked, &starts)?, last))
        })
        .await?;
    let next = from.saturating_add(PAGE);
    let body = html! {
        h1 { "Rules" }
        p { (amount(all.len() as u64, "rule")) ". " a href="/try" { "Try a query on the last days" } " before it becomes one." }
        div.scroll tabindex="0" role="region" aria-label="Rules" {
            table {
                caption { "Articles that each rule was true of, in " (DAYS) " days" }
                thead { tr { th scope="col" { "Rule" } th scope="col" { "Query" } th.number scope="col" { "True of" } th scope="col" { "A day" } th scope="col" { "Told last" } } }
                tbody {
                    @for (((rule, enabled), counts), last) in part.iter().zip(&counts).zip(&last) {
                        (line(rule, *enabled, counts, last.as_ref()))
                    }
                }
            }
        }
        @if all.is_empty() { p { "There is no rule." } }
        @if next < all.len() { p.more { a href=(format!("/rules?from={next}")) rel="next" { "More rules" } } }
    };
    Ok(layout::page("Rules", Tab::Rules, &body))
}

fn line(rule: &Rule, enabled: bool, counts: &[u64], last: Option<&AlertRow>) -> Markup {
    let sum: u64 = counts.iter().sum();
    html! {
        tr {
            th scope="row" {
                a href=(address(&rule.name)) { (rule.name) }
                @if !enabled { " " span.soft { "not enabled" } }
            }
            td.words { code { (cut(&one_line(&rule.query.source), WIDTH)) } }
            td.number { (sum) }
            td { (chart::bars(counts, &format!("{sum} in {DAYS} days"))) }
            td { @match last { Some(alert) => { a href=(format!("/stories/{}", alert.story)) { (time(alert.made_at)) } } None => { "never" } } }
        }
    }
}

fn rules(live: &Live) -> impl Iterator<Item = (&Rule, bool)> {
    let disabled = live.disabled.iter().map(|rule| (rule, false));
    live.rules.iter().map(|rule| (rule, true)).chain(disabled)
}

fn address(name: &RuleName) -> String {
    format!("/rules/{}", quoted(name.as_str()))
}

/// What is shown of one rule.
struct Shown {
    counts: Vec<u64>,
    alerts: Vec<(AlertRow, String)>,
}

/// One rule.
pub(super) async fn page(
    State(site): State<Site>,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let in_force = site.context.in_force();
    let live = &in_force.live;
    let found = rules(live).find(|(rule, _)| rule.name.as_str() == name);
    let (rule, enabled) =
        found.ok_or_else(|| Failure::nothing(format!("rule `{name}` in the configuration")))?;
    let starts = chart::days(site.context.clock.now(), DAYS);
    let asked = rule.name.clone();
    let shown = site
        .read(move |tx| {
            let counts = tx.matches_in(&[&asked], &starts)?.pop().unwrap_or_default();
            Ok(Shown { counts, alerts: alerts(tx, &asked)? })
        })
        .await?;
    let title = live.policies.get(&rule.name).and_then(|policy| policy.title.as_deref());
    let body = html! {
        h1 { (title.unwrap_or(&name)) }
        (about(rule, enabled, live, &shown))
        h2 { "Told last" }
        @if shown.alerts.is_empty() { p { "Nothing yet." } }
        @else {
            ul {
                @for (alert, title) in &shown.alerts {
                    li { (time(alert.made_at)) " " a href=(format!("/stories/{}", alert.story)) { (headline(title)) } span.soft { " – " (alert.reason.to_string()) } }
                }
            }
        }
    };
    Ok(layout::page(&format!("Rule {name}"), Tab::Rules, &body))
}

fn about(rule: &Rule, enabled: bool, live: &Live, shown: &Shown) -> Markup {
    let policy = live.policies.get(&rule.name);
    let notify: Vec<_> =
        policy.iter().flat_map(|policy| &policy.notify).map(RecipientName::as_str).collect();
    let source: &str = &rule.query.source;
    let sum: u64 = shown.counts.iter().sum();
    let said = format!("{sum} articles in {DAYS} days");
    let needed = rule.query.necessary();
    html! {
        dl.about {
            dt { "Name" }
            dd { (rule.name) @if !enabled { " (not enabled)" } }
            dt { "Tells" }
            dd { @if notify.is_empty() { "nobody" } @else { (notify.join(", ")) } @if let Some(until) = policy.and_then(|policy| policy.until) { ", until " (time(until)) } }
            dt { "True of" }
            dd { (said) " " (chart::bars(&shown.counts, &said)) }
            dt { "Asked of" }
            dd { @match &needed { Some(needed) => { "articles with " (cut(&needed.to_string(), WIDTH)) } None => { "every article" } } }
        }
        h2 { "Query" }
        pre tabindex="0" { (source) }
        p {
            a href=(format!("/try?query={}", quoted(source))) { "Try it on the last days" } " · "
            a href=(format!("/?rule={}", quoted(rule.name.as_str()))) { "Its stories" } " · "
            a href=(format!("{}/feed.atom", address(&rule.name))) { "Atom feed" }
        }
    }
}

/// What was told for it, with the headlines of the stories.
fn alerts(tx: &ReadTx<'_>, rule: &RuleName) -> Result<Vec<(AlertRow, String)>, StoreError> {
    let mut told = Vec::new();
    for alert in tx.newest_alerts(Some(rule), ALERTS)? {
        let title = match tx.lead(alert.story)? {
            Some(lead) => tx.article(lead)?.map(|row| row.article.title),
            None => None,
        };
        let title = title.unwrap_or_else(|| format!("story {}, which was forgotten", alert.story));
        told.push((alert, title));
    }
    Ok(told)
}
