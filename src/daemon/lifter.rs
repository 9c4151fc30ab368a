//! Lifts embargoes when their time comes.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::{Pulse, wait::sleep_at_most_until};
use crate::{
    observe,
    pipeline::{Context, embargo},
};

/// How long to wait after the store refused, before looking again.
const AFTER_REFUSAL: Duration = Duration::from_secs(5);

/// Lifts until told to stop. The clock may be set meanwhile: it looks again each minute.
pub(super) async fn run(context: Context, pulse: Pulse, stop: CancellationToken) {
    loop {
        // Asked before the table is read, so that a nudge in between is not missed.
        let nudged = context.wake.held.notified();
        let next = match round(&context).await {
            Ok(next) => next,
            Err(error) => {
                error!("lifting embargoes: {}", observe::chain(&error));
                Some(context.clock.now() + AFTER_REFUSAL)
            }
        };
        pulse.turned();
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep_at_most_until(context.clock, next) => (),
            () = nudged => (),
        }
    }
}

async fn round(context: &Context) -> Result<Option<jiff::Timestamp>, crate::store::StoreError> {
    let lifted = embargo::lift(context).await?;
    if lifted.articles > 0 {
        info!(
            "embargo over: {} articles may be told of, {} alerts",
            lifted.articles, lifted.alerts
        );
    }
    context.store.read(|tx| tx.next_lift()).await
}
