//! What machines ask: does it live, is it ready, and how much of everything.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};

use super::{Site, failure::Failure};
use crate::{observe::metrics::Gauges, view::standing::Standing};

/// 200 as long as the store answers and every loop turns, as the watchdog asks too.
pub(super) async fn healthz(State(site): State<Site>) -> Response {
    match why_unwell(&site).await {
        None => "ok\n".into_response(),
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response(),
    }
}

/// 200 when it has orders and its loops have begun to turn.
pub(super) async fn readyz(State(site): State<Site>) -> Response {
    let loaded = site.context.store.read(|tx| tx.last_load()).await;
    match (why_unwell(&site).await, loaded) {
        (None, Ok(Some(_))) => "ready\n".into_response(),
        (why, _) => {
            let why = why.unwrap_or_else(|| "no configuration was loaded yet".to_owned());
            (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response()
        }
    }
}

async fn why_unwell(site: &Site) -> Option<String> {
    if let Some((name, _)) = site.pulses.iter().find(|(_, pulse)| !pulse.is_alive()) {
        return Some(format!("the {name} hangs"));
    }
    let answered = site.context.store.read(|tx| tx.newest_alert()).await;
    answered.err().map(|_| "the store does not answer".to_owned())
}

/// Everything that is counted, for Prometheus.
pub(super) async fn metrics(State(site): State<Site>) -> Result<Response, Failure> {
    let now = site.context.clock.now();
    let (standing, bytes) =
        site.read(move |tx| Ok((Standing::read(tx, now)?, tx.size()?.bytes))).await?;
    let text = site.context.metrics.text(&gauges(&site, &standing, bytes)).map_err(|_| {
        Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "the metrics cannot be written")
    })?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

/// What is asked at the moment.
#[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 are not met")]
fn gauges(site: &Site, standing: &Standing, bytes: u64) -> Gauges {
    let Standing { load, counts, .. } = standing;
    let mut gauges = Gauges::default();
    let states = standing.health().into_iter();
    let states = states.map(|(state, feeds)| (state.to_owned(), f64::from(feeds)));
    gauges.by("feeds", "Feeds by how they are", "state", states);
    let deliveries = [("due", counts.due), ("sent", counts.sent), ("dropped", counts.dropped)];
    let deliveries = deliveries.map(|(state, count)| (state.to_owned(), count as f64));
    gauges.by("deliveries", "Messages that are remembered, by their state", "state", deliveries);
    let loops = site.pulses.iter();
    let loops = loops.map(|(name, pulse)| ((*name).to_owned(), pulse.ago().as_secs_f64()));
    gauges.by("loop_turned_seconds", "Since when a loop did not turn", "task", loops);
    let live = &site.context.in_force().live;
    gauges.one("config_generation", "The configuration in force", live.generation.0 as f64);
    let accepted = load.as_ref().is_some_and(|load| load.refused.is_none());
    gauges.one(
        "config_reload_ok",
        "1 where the last one was accepted",
        f64::from(u8::from(accepted)),
    );
    if let Some(load) = load {
        let at = load.at.as_millisecond() as f64 / 1_000.0;
        gauges.one(
            "config_reload_time_seconds",
            "When a configuration was loaded or refused last",
            at,
        );
    }
    gauges.one("articles", "Articles that are stored", counts.articles as f64);
    gauges.one("stories", "Stories that are stored", counts.stories as f64);
    gauges.one("articles_live", "Articles that may still gain copies", counts.live as f64);
    gauges.one("articles_waiting", "Articles that wait for their page", counts.waiting as f64);
    gauges.one(
        "problems",
        "What a person should look at",
        standing.problems(Some(live)).len() as f64,
    );
    gauges.one("db_bytes", "Size of the database", bytes as f64);
    let writes = site.context.store.writes();
    gauges.one(
        "write_wait_seconds_sum",
        "All the time that writes waited for the writer",
        writes.waited.as_secs_f64(),
    );
    gauges.one("write_seconds_sum", "All the time that writes took", writes.took.as_secs_f64());
    gauges.one("write_seconds_count", "Writes", writes.count as f64);
    gauges
}
