//! Atom feeds (RFC 4287) of what was told: of one rule, and of all.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};

use super::{Site, failure::Failure};
use crate::{
    alert::payload,
    config::Live,
    model::RuleName,
    pipeline::preview,
    store::{ReadTx, StoreError},
};

/// Alerts of a feed: readers poll more often than so many are told.
const MOST: usize = 50;

/// What one rule told.
pub(super) async fn of_rule(
    State(site): State<Site>,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let in_force = site.context.in_force();
    let rule = RuleName::new(name.as_str());
    let Some(policy) = in_force.live.policies.get(&rule) else {
        return Err(Failure::nothing(format!("rule `{name}` in the configuration")));
    };
    let title = policy.title.clone().unwrap_or_else(|| name.clone());
    let now = site.context.clock.now();
    let document = site
        .read(move |tx| {
            let instance = tx.instance()?;
            let told = told(tx, &in_force.live, Some(&rule))?;
            let feed = payload::feed(&told, &instance).remove(&name);
            Ok(feed.unwrap_or_else(|| payload::empty_feed(&title, &name, &instance, now)))
        })
        .await?;
    Ok(answer(document))
}

/// What all rules told.
pub(super) async fn of_all(State(site): State<Site>) -> Result<Response, Failure> {
    let in_force = site.context.in_force();
    let now = site.context.clock.now();
    let document = site
        .read(move |tx| {
            let instance = tx.instance()?;
            let told = told(tx, &in_force.live, None)?;
            Ok(if told.is_empty() {
                payload::empty_feed("Wiredesk", "all", &instance, now)
            } else {
                payload::feed_of_all(&told, &instance)
            })
        })
        .await?;
    Ok(answer(document))
}

fn told(tx: &ReadTx<'_>, live: &Live, rule: Option<&RuleName>) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut bodies = Vec::new();
    for alert in tx.newest_alerts(rule, MOST)? {
        bodies.extend(preview::body_of(tx, live, &alert)?);
    }
    Ok(bodies)
}

fn answer(document: String) -> Response {
    ([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], document).into_response()
}
