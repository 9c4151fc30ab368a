//! The few buttons: what a person may change from a page, where `actions` of `[web]` allows it.
//!
//! The guard has turned away what another site sent. Each does what a command does too, and leads
//! back to the page it came from.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use jiff::SignedDuration;
use maud::{Markup, html};
use tracing::info;

use super::{Site, failure::Failure};
use crate::{
    model::{DeliveryId, StoryId},
    store::{NewSilence, RetryVerdict},
};

/// How long a story is silenced by one press.
const SILENCE: SignedDuration = SignedDuration::from_hours(24);

/// A form with one button.
pub(super) fn button(address: &str, words: &str) -> Markup {
    html! { form.inline action=(address) method="post" { button { (words) } } }
}

fn allowed(site: &Site) -> Result<(), Failure> {
    if site.guard.actions {
        return Ok(());
    }
    let why = "these pages change nothing; `actions = true` in [web] gives them buttons";
    Err(Failure::new(StatusCode::FORBIDDEN, why))
}

fn back(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// Makes a message due now, also one that was given up.
pub(super) async fn retry(
    State(site): State<Site>,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    allowed(&site)?;
    let now = site.context.clock.now();
    let written = site.context.store.write(move |tx| tx.retry_delivery(DeliveryId(id), now)).await;
    match written? {
        None => Err(Failure::nothing(format!("delivery {id}"))),
        Some(RetryVerdict::WasSent) => {
            let why = format!("delivery {id} was sent: nothing is done");
            Err(Failure::new(StatusCode::CONFLICT, why))
        }
        Some(RetryVerdict::OnItsWay) => Ok(back("/deliveries")),
        Some(RetryVerdict::Due) => {
            info!(delivery.id = id, "delivery {id} is due now, as a page asked");
            site.context.wake.deliveries.notify_one();
            Ok(back("/deliveries"))
        }
    }
}

/// Tells nothing more of a story for a day.
pub(super) async fn silence(
    State(site): State<Site>,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    allowed(&site)?;
    let now = site.context.clock.now();
    let asked = NewSilence { story: Some(StoryId(id)), ..NewSilence::default() };
    let written = site.context.store.write(move |tx| {
        let known = tx.reader().lead(StoryId(id))?.is_some();
        if known { tx.add_silence(&asked, now + SILENCE, now).map(Some) } else { Ok(None) }
    });
    let silence = written.await?.ok_or_else(|| Failure::nothing(format!("story {id}")))?;
    info!("silence {silence} of story {id} for a day, as a page asked");
    Ok(back(&format!("/stories/{id}")))
}

/// Loads the configuration again.
pub(super) async fn reload(State(site): State<Site>) -> Result<Response, Failure> {
    allowed(&site)?;
    site.reload.notify_one();
    Ok(back("/configuration"))
}
