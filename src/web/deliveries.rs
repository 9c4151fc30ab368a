//! Deliveries: what left, what waits, and what was given up.

use axum::{
    extract::{Query, State},
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Site, actions,
    failure::Failure,
    layout::{self, Tab, quoted, time},
    story::fate,
};
use crate::{
    model::{DeliveryId, RuleName, StoryId},
    store::{ClosedWay, DeliveryRow, ReadTx, StoreError},
    view::standing,
};

/// Deliveries of a page.
const PAGE: usize = 50;
/// The states there are.
const STATES: [&str; 3] = ["due", "sent", "dropped"];

/// Which deliveries, and before which.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    state: String,
    before: Option<i64>,
}

/// What a delivery tells, by rule and story.
type Tells = Vec<(RuleName, StoryId, String)>;

/// The newest deliveries.
pub(super) async fn page(
    State(site): State<Site>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let state = STATES.into_iter().find(|state| *state == wanted.state);
    let before = wanted.before.map(DeliveryId);
    let now = site.context.clock.now();
    let (rows, closed) =
        site.read(move |tx| Ok((listed(tx, state, before)?, tx.closed_ways(now)?))).await?;
    let next = rows.get(PAGE - 1).map(|(row, _)| row.id);
    let chosen = state.map_or_else(String::new, |state| format!("state={state}&"));
    let body = html! {
        h1 { "Deliveries" }
        (waiting(&closed))
        form.filter action="/deliveries" method="get" {
            div {
                label for="state" { "State" }
                select #state name="state" {
                    option value="" { "all" }
                    @for word in STATES { option value=(word) selected[Some(word) == state] { (word) } }
                }
            }
            button { "Show" }
        }
        @if rows.is_empty() { p { "There is no delivery." } }
        @else { (table(&rows, site.guard.actions)) }
        @if let Some(next) = next { p.more { a href=(format!("/deliveries?{chosen}before={next}")) rel="next" { "Earlier deliveries" } } }
    };
    Ok(layout::page("Deliveries", Tab::Deliveries, &body))
}

fn listed(
    tx: &ReadTx<'_>,
    state: Option<&str>,
    before: Option<DeliveryId>,
) -> Result<Vec<(DeliveryRow, Tells)>, StoreError> {
    let mut rows = Vec::new();
    for row in tx.deliveries_before(state, before, PAGE)? {
        let mut tells = Vec::new();
        for id in &row.alerts {
            if let Some(alert) = tx.alert(*id)? {
                tells.push((alert.rule, alert.story, alert.reason.to_string()));
            }
        }
        rows.push((row, tells));
    }
    Ok(rows)
}

fn waiting(closed: &[ClosedWay]) -> Markup {
    html! { @for way in closed { p.note { (standing::waiting(way)) } } }
}

fn table(rows: &[(DeliveryRow, Tells)], actions: bool) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Deliveries" {
            table {
                thead { tr { th scope="col" { "Number" } th scope="col" { "To" } th scope="col" { "Made" } th scope="col" { "Became of it" } th scope="col" { "Tells" } } }
                tbody {
                    @for (row, tells) in rows {
                        tr {
                            th scope="row" { (row.id) }
                            td { (row.recipient) }
                            td { (time(row.made_at)) }
                            td.words { (fate(row)) @if let Some(error) = row.last_error.as_ref().filter(|_| row.state != "sent") { br; span.soft { (error) } } @if actions && (row.state == "dropped" || (row.state == "due" && row.attempts > 0)) { br; (actions::button(&format!("/deliveries/{}/retry", row.id), "Try again now")) } }
                            td.words {
                                ul.plain {
                                    @for (rule, story, reason) in tells {
                                        li { a href=(format!("/rules/{}", quoted(rule.as_str()))) { (rule) } ", " a href=(format!("/stories/{story}")) { "story " (story) } span.soft { ": " (reason) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
