//! The JSON API, for reading: `docs/openapi.json` describes it, and a test holds the two together.
//!
//! Lists are paged by a cursor, the place of the last row, so that a page stays as it is while new
//! rows come in at the beginning.

mod lists;
mod single;

use axum::{
    Router,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Site, failure::Failure};

/// The description of the API, as it is served.
const DESCRIPTION: &str = include_str!("../../../docs/openapi.json");

/// Rows of a page, and the most that may be asked for.
const USUAL: usize = 50;
const MOST: usize = 200;

/// What programs ask for.
pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/stories", get(lists::stories))
        .route("/stories/{id}", get(single::story))
        .route("/articles", get(lists::articles))
        .route("/articles/{id}", get(single::article))
        .route("/search", get(lists::search))
        .route("/rules", get(lists::rules))
        .route("/rules/{name}", get(single::rule))
        .route("/feeds", get(lists::feeds))
        .route("/feeds/{name}", get(single::feed))
        .route("/alerts", get(lists::alerts))
        .route("/deliveries", get(lists::deliveries))
        .route("/deliveries/{id}", get(single::delivery))
        .route("/status", get(single::status))
        .route("/openapi.json", get(|| async { described() }))
        .fallback(|| async { Refusal::from(Failure::nothing("such address in the API")) })
}

/// Which page of a list.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Page {
    cursor: Option<i64>,
    limit: Option<usize>,
}

impl Page {
    fn limit(self) -> usize {
        self.limit.unwrap_or(USUAL).clamp(1, MOST)
    }
}

/// A failure as programs read it.
pub(super) struct Refusal(Failure);

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Failure { status, why } = self.0;
        of(status, &json!({ "error": why }))
    }
}

/// The answer of a handler.
pub(super) type Answer = Result<Response, Refusal>;

fn described() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DESCRIPTION).into_response()
}

fn of(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

fn whole(value: &Value) -> Response {
    of(StatusCode::OK, value)
}

/// A page of a list: `items`, and `next`, the cursor of the page after it, where there is one.
fn listed(items: &[Value], next: Option<i64>) -> Response {
    let mut page = json!({ "items": items });
    if let Some(next) = next {
        page["next"] = next.into();
    }
    whole(&page)
}

/// Takes the addresses of people out of a delivery.
fn without_address(mut delivery: Value) -> Value {
    if let Value::Object(fields) = &mut delivery {
        for field in ["address", "reply", "message_id"] {
            fields.remove(field);
        }
    }
    delivery
}

/// The same of an alert with what silences kept back of it.
fn alert_without_address(mut alert: Value) -> Value {
    for list in ["deliveries", "silenced"] {
        if let Some(Value::Array(rows)) = alert.get_mut(list) {
            for row in rows {
                *row = without_address(row.take());
            }
        }
    }
    alert
}

/// Takes the query out of the addresses of a feed: it may be a key.
fn without_key(mut feed: Value) -> Value {
    for field in ["url", "moved_to"] {
        if let Some(url) = feed.get(field).and_then(Value::as_str) {
            feed[field] = super::layout::bare(url).into();
        }
    }
    feed
}
