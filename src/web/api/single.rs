//! Single things of the API.

use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::{Answer, Refusal, alert_without_address, whole, without_address, without_key};
use crate::{
    config::Live,
    model::{DeliveryId, FeedName, RecipientName, StoryId},
    rule::Rule,
    view::{
        json::{self, present, time},
        known::{self, Found},
        standing::Standing,
    },
    web::{Site, failure::Failure},
};

/// A story with its alerts.
pub(in crate::web) async fn story(State(site): State<Site>, Path(id): Path<i64>) -> Answer {
    let found = site
        .read(move |tx| {
            let id = StoryId(id);
            let Some(row) = tx.story(id)? else {
                return Ok(Err(tx.find_story(id)?.err().map(|why| why.to_string())));
            };
            let mut story = json::story_by_hand(&row, &tx.constraints(id)?);
            let mut alerts = Vec::new();
            for alert in tx.alerts_of(id)? {
                let (told, silenced) = (tx.deliveries_of(alert.id)?, tx.silenced_of(alert.id)?);
                alerts.push(alert_without_address(json::alert(&alert, &told, &silenced)));
            }
            story["alerts"] = alerts.into();
            Ok(Ok(present(story)))
        })
        .await?;
    match found {
        Ok(story) => Ok(whole(&story)),
        Err(why) => {
            let status = axum::http::StatusCode::NOT_FOUND;
            let why = why.unwrap_or_else(|| format!("there is no story {id}"));
            Err(Refusal::from(Failure::new(status, why)))
        }
    }
}

/// An article with all that `explain` tells of it.
pub(in crate::web) async fn article(State(site): State<Site>, Path(id): Path<i64>) -> Answer {
    let found = site.read(move |tx| known::find(tx, &id.to_string())).await?;
    let Found::Article(known) = found else {
        return Err(Refusal::from(Failure::nothing(format!("article {id}"))));
    };
    let mut value = known::to_json(&known, None);
    if let Some(Value::Array(alerts)) = value.get_mut("alerts") {
        for alert in alerts {
            *alert = alert_without_address(alert.take());
        }
    }
    Ok(whole(&value))
}

/// A rule as it is in force.
pub(in crate::web) async fn rule(State(site): State<Site>, Path(name): Path<String>) -> Answer {
    let in_force = site.context.in_force();
    let live = &in_force.live;
    let mut rules = live.rules.iter().chain(&live.disabled);
    match rules.find(|rule| rule.name.as_str() == name) {
        Some(rule) => Ok(whole(&described(rule, live))),
        None => Err(Refusal::from(Failure::nothing(format!("rule `{name}` in the configuration")))),
    }
}

/// A rule with whom it tells.
pub(super) fn described(rule: &Rule, live: &Live) -> Value {
    let policy = live.policies.get(&rule.name);
    let notify: Vec<_> =
        policy.iter().flat_map(|policy| &policy.notify).map(RecipientName::as_str).collect();
    present(json!({
        "name": rule.name.as_str(),
        "title": policy.and_then(|policy| policy.title.clone()),
        "query": &*rule.query.source,
        "notify": notify,
        "until": policy.and_then(|policy| policy.until).map(time),
        "needed": rule.query.necessary().map(|needed| needed.to_string()),
    }))
}

/// A feed with its last polls.
pub(in crate::web) async fn feed(State(site): State<Site>, Path(name): Path<String>) -> Answer {
    let now = site.context.clock.now();
    let wanted = FeedName::new(name.as_str());
    let found = site
        .read(move |tx| {
            let feeds = tx.feeds()?;
            let Some(feed) = feeds.iter().find(|feed| feed.state.name == wanted) else {
                return Ok(None);
            };
            let mut value = without_key(json::feed(feed, now));
            value["last_polls"] = tx.polls(feed.state.id)?.iter().map(json::poll).collect();
            value["gaps"] = tx.gaps(feed.state.id)?.iter().map(json::gap).collect();
            Ok(Some(present(value)))
        })
        .await?;
    let found = found.ok_or_else(|| Failure::nothing(format!("feed `{name}`")))?;
    Ok(whole(&found))
}

/// A delivery with its attempts.
pub(in crate::web) async fn delivery(State(site): State<Site>, Path(id): Path<i64>) -> Answer {
    let found = site
        .read(move |tx| {
            let Some(row) = tx.delivery(DeliveryId(id))? else { return Ok(None) };
            let mut value = without_address(json::delivery(&row));
            value["tries"] = tx.attempts_of(row.id)?.iter().map(attempt).collect();
            Ok(Some(present(value)))
        })
        .await?;
    Ok(whole(&found.ok_or_else(|| Failure::nothing(format!("delivery {id}")))?))
}

/// An attempt; the words of a server that took a message may name whose it is.
fn attempt(row: &crate::store::AttemptRow) -> Value {
    let mut value = json::attempt(row);
    if let (Value::Object(fields), "sent") = (&mut value, row.ended.as_str()) {
        fields.remove("words");
    }
    value
}

/// What `status --json` says, with the process that answers.
pub(in crate::web) async fn status(State(site): State<Site>) -> Answer {
    let now = site.context.clock.now();
    let standing = site.read(move |tx| Standing::read(tx, now)).await?;
    let in_force = site.context.in_force();
    let live = Some(&in_force.live);
    let pid = i32::try_from(std::process::id()).ok();
    let mut value = standing.to_json(pid, live, &standing.problems(live));
    if let Some(Value::Array(feeds)) = value.get_mut("feeds") {
        for feed in feeds {
            *feed = without_key(feed.take());
        }
    }
    Ok(whole(&value))
}
