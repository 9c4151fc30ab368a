//! Tells the operator how the watch goes, when there is something to tell.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::error;

use super::Pulse;
use crate::{
    observe,
    pipeline::{Context, word},
};

/// How often it looks.
const PAUSE: Duration = Duration::from_mins(1);

/// Tells until told to stop.
pub(super) async fn run(context: Context, pulse: Pulse, stop: CancellationToken) {
    loop {
        if let Err(error) = word::tell(&context).await {
            error!("telling the operator: {}", observe::chain(&error));
        }
        pulse.turned();
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => (),
        }
    }
}
