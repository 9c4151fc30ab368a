//! Stories as they come, sent to whoever looks at the desk.
//!
//! Each stream looks into the store once a second by two numbers; nothing is handed to it, so it can
//! neither hold anybody up nor miss anything.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use tracing::error;

use super::{
    Site,
    desk::{self, Wanted},
    failure::Failure,
};
use crate::{
    model::{AlertId, ArticleId},
    observe,
    store::{Brief, Filter, ReadTx, StoreError},
};

/// How often it looks.
const PAUSE: Duration = Duration::from_secs(1);
/// Stories that one look sends at most; a page shows hardly more.
const MOST: usize = 40;

/// After which article the page was made.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct From {
    after: Option<i64>,
}

/// Where a stream has come to.
struct Place {
    article: ArticleId,
    alert: AlertId,
}

/// What a look found.
struct Found {
    /// Stories with new copies, the oldest first, each with its place in the list.
    stories: Vec<(ArticleId, Brief)>,
    /// Stories that were told of.
    told: Vec<Brief>,
    newest: Place,
}

/// Sends stories until the page or the daemon goes.
pub(super) async fn stream(
    State(site): State<Site>,
    Query(wanted): Query<Wanted>,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let Ok(permit) = site.streams.clone().try_acquire_owned() else {
        let why = "too many pages are live at once; this one shows what was when it was loaded";
        return Err(Failure::new(StatusCode::SERVICE_UNAVAILABLE, why));
    };
    // After a break the browser says what it had last.
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let start = site
        .read(move |tx| {
            let article =
                last.or(from.after).map_or_else(|| tx.newest_article(), |id| Ok(ArticleId(id)))?;
            Ok(Place { article, alert: tx.newest_alert()? })
        })
        .await?;
    let filter = wanted.filter();
    let looks = stream::unfold((site.clone(), start, permit), move |(site, place, permit)| {
        next(site, place, permit, filter.clone())
    });
    let events = looks.flat_map(stream::iter);
    let answer = Sse::new(events).keep_alive(KeepAlive::default());
    // A proxy that gathers what it passes on would make it less live.
    Ok(([(header::HeaderName::from_static("x-accel-buffering"), "no")], answer).into_response())
}

type Events = Vec<Result<Event, Infallible>>;

/// Waits until there is something to send; `None` when the daemon stops.
async fn next(
    site: Site,
    place: Place,
    permit: OwnedSemaphorePermit,
    filter: Filter,
) -> Option<(Events, (Site, Place, OwnedSemaphorePermit))> {
    let mut place = place;
    loop {
        let slept = site.stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
        slept?;
        let (filter, article, alert) = (filter.clone(), place.article, place.alert);
        let found = site.context.store.read(move |tx| look(tx, &filter, article, alert)).await;
        let found = match found {
            Ok(found) => found,
            Err(fault) => {
                error!("looking for new stories: {}", observe::chain(&fault));
                continue;
            }
        };
        place = found.newest;
        let in_force = site.context.in_force();
        let event = |kind: &str, story: &Brief| {
            let event = Event::default().event(kind);
            event.data(desk::item(story, &in_force.live).into_string())
        };
        let stories = found
            .stories
            .iter()
            .map(|(article, story)| Ok(event("story", story).id(article.to_string())));
        let events: Events =
            stories.chain(found.told.iter().map(|story| Ok(event("told", story)))).collect();
        if !events.is_empty() {
            return Some((events, (site, place, permit)));
        }
    }
}

fn look(
    tx: &ReadTx<'_>,
    filter: &Filter,
    article: ArticleId,
    alert: AlertId,
) -> Result<Found, StoreError> {
    let newest = Place { article: tx.newest_article()?, alert: tx.newest_alert()? };
    let (mut stories, mut told) = (Vec::new(), Vec::new());
    if newest.article > article {
        for one in tx.desk(filter, None, MOST)?.iter().filter(|one| one.article > article).rev() {
            stories.extend(tx.brief(one.story)?.map(|story| (one.article, story)));
        }
    }
    if newest.alert > alert {
        let alerts = tx.newest_alerts(None, MOST)?;
        for made in alerts.iter().filter(|made| made.id > alert).rev() {
            if !stories.iter().any(|(_, story)| story.id == made.story) {
                told.extend(tx.brief(made.story)?);
            }
        }
    }
    Ok(Found { stories, told, newest })
}
