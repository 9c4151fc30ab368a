//! Feeds: how each is and why, when it is asked again, what it brought, and its last polls.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Site, chart,
    failure::Failure,
    layout::{self, Tab, bare, exact, quoted, time},
};
use crate::{
    model::FeedName,
    schedule::{Gap, Health},
    store::{FeedRow, PollRow},
    view::shown::{amount, counted},
};

/// Days of a small chart, and of that of one feed.
const FEW_DAYS: i64 = 14;
const DAYS: i64 = 30;

/// Feeds of a page.
const PAGE: usize = 200;

/// From which feed on the list goes.
#[derive(Debug, Deserialize)]
pub(super) struct From {
    #[serde(default)]
    from: usize,
}

/// Every feed, those first that a person should look at.
pub(super) async fn list(
    State(site): State<Site>,
    Query(From { from }): Query<From>,
) -> Result<Response, Failure> {
    let now = site.context.clock.now();
    let starts = chart::days(now, FEW_DAYS);
    let (feeds, all, unwell) = site
        .read(move |tx| {
            let mut feeds = tx.feeds()?;
            feeds.sort_by_key(|feed| feed.health(now).state.is_well());
            let all = feeds.len();
            let unwell = feeds.iter().filter(|feed| !feed.health(now).state.is_well()).count();
            let mut part = Vec::new();
            for feed in feeds.into_iter().skip(from).take(PAGE) {
                let counts = tx.articles_in(&feed.state.name, &starts)?;
                part.push((feed, counts));
            }
            Ok((part, all, unwell))
        })
        .await?;
    let next = from.saturating_add(PAGE);
    let body = html! {
        h1 { "Feeds" }
        p { (counted(all, "feed")) ", " (unwell) " of them to look at." }
        div.scroll tabindex="0" role="region" aria-label="Feeds" {
            table {
                caption { "Articles of the last " (FEW_DAYS) " days" }
                thead { tr { th scope="col" { "Feed" } th scope="col" { "Is" } th.number scope="col" { "Articles" } th scope="col" { "A day" } th scope="col" { "Asked again" } th scope="col" { "Why" } } }
                tbody { @for (feed, counts) in &feeds { (line(feed, counts, now)) } }
            }
        }
        @if next < all { p.more { a href=(format!("/feeds?from={next}")) rel="next" { "More feeds" } } }
    };
    Ok(layout::page("Feeds", Tab::Feeds, &body))
}

fn line(feed: &FeedRow, counts: &[u64], now: Timestamp) -> Markup {
    let health = feed.health(now);
    let sum: u64 = counts.iter().sum();
    html! {
        tr {
            th scope="row" { a href=(format!("/feeds/{}", quoted(feed.state.name.as_str()))) { (feed.state.name) } }
            td { (state(&health)) }
            td.number { (sum) }
            td { (chart::bars(counts, &format!("{sum} articles in {FEW_DAYS} days"))) }
            td { (again(feed, now)) }
            td.words { (why(feed, &health)) }
        }
    }
}

fn state(health: &Health) -> Markup {
    let word = health.state.as_str();
    html! {
        @if health.state.is_well() { span.good { (word) } } @else { strong.bad { (word) } }
    }
}

/// When it is asked again.
fn again(feed: &FeedRow, now: Timestamp) -> Markup {
    let seconds = feed.due_at.duration_since(now).as_secs();
    html! {
        @if feed.stopped { "not asked again" }
        @else if seconds <= 0 { "now" }
        @else { "in " (chart::spoken(seconds)) }
    }
}

/// Why it is as it is, or why it is asked then.
fn why(feed: &FeedRow, health: &Health) -> Markup {
    html! {
        @if !health.state.is_well() { (health.reason) "; " (health.action) }
        @else if let Some(why) = feed.state.habits.why { (why) }
    }
}

/// One feed.
pub(super) async fn page(
    State(site): State<Site>,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let now = site.context.clock.now();
    let starts = chart::days(now, DAYS);
    let wanted = FeedName::new(name.as_str());
    let found = site
        .read(move |tx| {
            let feeds = tx.feeds()?;
            let Some(feed) = feeds.into_iter().find(|feed| feed.state.name == wanted) else {
                return Ok(None);
            };
            let counts = tx.articles_in(&wanted, &starts)?;
            Ok(Some((tx.polls(feed.state.id)?, tx.gaps(feed.state.id)?, counts, feed)))
        })
        .await?;
    let (polls, gaps, counts, feed) =
        found.ok_or_else(|| Failure::nothing(format!("feed `{name}` in the configuration")))?;
    let body = html! {
        h1 { "Feed " (name) }
        (about(&feed, &counts, now))
        @if !gaps.is_empty() {
            h2 { "Possible gaps" }
            ul { @for Gap { since, until, items } in &gaps { li { "from " (time(*since)) " to " (time(*until)) ", which showed " (items) " items" } } }
        }
        h2 { "Last polls" }
        (last(&polls))
        p { a href=(format!("/?feed={}", quoted(&name))) { "Its stories" } }
    };
    Ok(layout::page(&format!("Feed {name}"), Tab::Feeds, &body))
}

fn about(feed: &FeedRow, counts: &[u64], now: Timestamp) -> Markup {
    let (row, health) = (&feed.state, feed.health(now));
    let sum: u64 = counts.iter().sum();
    let said = format!("{sum} articles in {DAYS} days");
    html! {
        dl.about {
            dt { "Is" }
            dd { (state(&health)) @if let Some(since) = health.since { " since " (time(since)) } @if !health.reason.is_empty() { ": " (health.reason) } @if !(health.action.is_empty() || health.state.is_well()) { "; " (health.action) } }
            dt { "Address" }
            dd { (bare(&feed.url)) @if let Some(moved) = &row.habits.moved { "; said to have moved to " (bare(&moved.to)) " since " (time(moved.since)) } }
            dt { "Asked again" }
            dd { (again(feed, now)) @if let Some(why) = row.habits.why { ": " (why) } }
            dt { "Read last" }
            dd { @match row.last_success { Some(at) => { (time(at)) } None => { "not yet" } } @if let Some(at) = row.last_new { "; something new " (time(at)) } }
            dt { "Publishes" }
            dd { @match row.cadence.items_per_hour { Some(rate) => { (format!("{rate:.1}")) " items an hour, " (row.cadence.window_items.unwrap_or_default()) " in its document" } None => { "not known yet" } } }
            dt { "Brought" }
            dd { (said) ", " (feed.articles) " stored " (chart::bars(counts, &said)) }
            dt { "Polls" }
            dd { (amount(feed.polls, "poll")) ", " (feed.not_modified) " of them with nothing new to read" }
        }
    }
}

fn last(polls: &[PollRow]) -> Markup {
    html! {
        @if polls.is_empty() { p { "None yet." } }
        @else {
            div.scroll tabindex="0" role="region" aria-label="Last polls" {
                table {
                    thead { tr { th scope="col" { "Began" } th scope="col" { "Came to" } th.number scope="col" { "Status" } th.number scope="col" { "Bytes" } th.number scope="col" { "ms" } th.number scope="col" { "Items" } th.number scope="col" { "New" } th scope="col" { "Repaired" } } }
                    tbody {
                        @for poll in polls {
                            tr {
                                td { (exact(poll.at)) }
                                td { (poll.outcome) }
                                td.number { @if let Some(status) = poll.notes.status { (status) } @else { "–" } }
                                td.number { (poll.notes.bytes) }
                                td.number { (poll.notes.took.as_millis()) }
                                td.number { (poll.notes.items) }
                                td.number { (poll.new_items) }
                                td.words { (poll.notes.repairs.join(", ")) }
                            }
                        }
                    }
                }
            }
        }
    }
}
