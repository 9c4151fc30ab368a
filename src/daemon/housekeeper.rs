//! Forgets what is too old, a slice at a time.

use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error};

use super::Pulse;
use crate::{
    observe,
    pipeline::Context,
    store::{StoreError, WriteTx},
};

/// How often it looks.
const PAUSE: Duration = Duration::from_mins(10);

type Step = fn(&WriteTx<'_>, Timestamp) -> Result<usize, StoreError>;

/// Tidies up until told to stop.
pub(super) async fn run(context: Context, pulse: Pulse, stop: CancellationToken) {
    loop {
        if let Err(error) = tidy(&context, &pulse, &stop).await {
            error!("forgetting what is too old: {}", observe::chain(&error));
        }
        pulse.turned();
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => (),
        }
    }
}

async fn tidy(
    context: &Context,
    pulse: &Pulse,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let (live, now) = (context.in_force(), context.clock.now());
    let limits = &live.live.limits;
    let steps: [(&str, Step, Duration); 6] = [
        ("sketches", |tx, before| tx.prune_sketches(before), live.live.story.window),
        ("articles", |tx, before| tx.prune_articles(before), limits.retention),
        ("pages", |tx, before| tx.prune_pages(before), limits.retention),
        ("stories", |tx, before| tx.prune_stories(before), limits.retention),
        ("alerts", |tx, before| tx.prune_alerts(before), limits.alert_retention),
        ("silences", |tx, before| tx.prune_silences(before), limits.alert_retention),
    ];
    for (name, step, age) in steps {
        let before = now - age;
        let mut rows = 0;
        while !stop.is_cancelled() {
            let deleted = context.store.write(move |tx| step(tx, before)).await?;
            pulse.turned();
            rows += deleted;
            if deleted == 0 {
                break;
            }
        }
        if rows > 0 {
            debug!(step = name, rows, "forgot {rows} {name}");
        }
    }
    Ok(())
}
