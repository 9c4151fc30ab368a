//! Makes new articles findable by their words, and those that an older version left.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::error;

use super::Pulse;
use crate::{
    observe,
    pipeline::{Context, index},
    store::StoreError,
};

/// How often it looks: until then a search reads the articles themselves.
const PAUSE: Duration = Duration::from_mins(1);

/// Indexes until told to stop.
pub(super) async fn run(context: Context, pulse: Pulse, stop: CancellationToken) {
    loop {
        let done = stop.run_until_cancelled(round(&context, &pulse)).await;
        if let Some(Err(error)) = done {
            error!("indexing articles: {}", observe::chain(&error));
        }
        pulse.turned();
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => (),
        }
    }
}

/// Indexes every article that the index does not know.
pub async fn round(context: &Context, pulse: &Pulse) -> Result<(), StoreError> {
    while index::slice(context).await? > 0 {
        pulse.turned();
    }
    Ok(())
}
