//! Forgets what is too old, every now and then.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{debug, error};

use super::Pulse;
use crate::{
    observe,
    pipeline::{
        Context,
        upkeep::{Forgotten, tidy},
    },
};

/// How often it looks.
const PAUSE: Duration = Duration::from_mins(10);

/// Tidies up until told to stop.
pub(super) async fn run(context: Context, pulse: Pulse, stop: CancellationToken) {
    loop {
        let live = context.in_force();
        let go_on = || {
            pulse.turned();
            !stop.is_cancelled()
        };
        match tidy(&context.store, &live.live, context.clock.now(), go_on).await {
            Ok(forgotten) => {
                for Forgotten { kind, rows } in forgotten.into_iter().filter(|kind| kind.rows > 0) {
                    debug!(step = kind, rows, "forgot {rows} {kind}");
                }
            }
            Err(error) => error!("forgetting what is too old: {}", observe::chain(&error)),
        }
        drop(live);
        pulse.turned();
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => (),
        }
    }
}
