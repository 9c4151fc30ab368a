//! What a person should look at, as `status` says it.

use axum::{extract::State, response::Response};
use maud::html;

use super::{
    Site,
    failure::Failure,
    layout::{self, Tab},
};
use crate::view::{
    shown::{amount, counted},
    standing::Standing,
};

/// Every problem, and how much there is of everything.
pub(super) async fn page(State(site): State<Site>) -> Result<Response, Failure> {
    let now = site.context.clock.now();
    let standing = site.read(move |tx| Standing::read(tx, now)).await?;
    let in_force = site.context.in_force();
    let problems = standing.problems(Some(&in_force.live));
    let counts = &standing.counts;
    let health = standing.health();
    let body = html! {
        h1 { @if problems.is_empty() { "No problems" } @else { (counted(problems.len(), "problem")) } }
        @if !problems.is_empty() {
            ul.problems {
                @for problem in &problems {
                    @let (first, rest) = problem.split_once('\n').unwrap_or((problem, ""));
                    li { (first) @if !rest.is_empty() { pre tabindex="0" { (rest.trim_end()) } } }
                }
            }
        }
        h2 { "The watch" }
        dl.about {
            dt { "Feeds" }
            dd { @for (at, (state, count)) in health.iter().enumerate() { @if at > 0 { ", " } (count) " " (state) } }
            dt { "Stored" }
            dd { (amount(counts.articles, "article")) " in " (amount(counts.stories, "story")) ", " (amount(counts.alerts, "alert")) }
            dt { "Copies" }
            dd { "looked for among " (amount(counts.live, "article")) @if counts.waiting > 0 { "; " (counts.waiting) " more wait for their page" } }
            dt { "Deliveries" }
            dd { (counts.due) " due, " (counts.sent) " sent, " (counts.dropped) " given up" }
            dt { "Silences" }
            dd { (standing.silences) }
        }
    };
    Ok(layout::page("Problems", Tab::Problems, &body))
}
