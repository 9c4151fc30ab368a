//! Why there is no page.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::html;
use tracing::error;

use super::layout::{self, Tab};
use crate::{observe, store::StoreError};

/// What stands in the way of a page.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: StatusCode,
    pub(super) why: String,
}

impl Failure {
    pub(super) fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self { status, why: why.into() }
    }

    /// There is nothing of that name or number.
    pub(super) fn nothing(what: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("there is no {what}"))
    }

    /// What was asked for makes no sense.
    pub(super) fn bad(why: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, why)
    }
}

impl From<StoreError> for Failure {
    fn from(fault: StoreError) -> Self {
        error!("reading for a page: {}", observe::chain(&fault));
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the store does not answer; the log of the daemon says why",
        )
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("No page");
        let body = html! {
            h1 { (title) }
            p { (self.why) }
            p { a href="/" { "To the desk" } }
        };
        (self.status, layout::page(title, Tab::None, &body)).into_response()
    }
}
