//! Waiting for a moment of the wall clock.

use std::{future::pending, time::Duration};

use jiff::Timestamp;

use crate::clock::Clock;

/// The longest sleep: a wall clock that jumps, a machine that was suspended and a nudge that was
/// lost are noticed after at most this long.
const LOOK_ANYWAY: Duration = Duration::from_mins(1);

/// Sleeps until `moment`, or for ever when there is none; returns a little early rather than late
/// when the moment is far, and the caller looks again.
pub(super) async fn sleep_until(clock: Clock, moment: Option<Timestamp>) {
    match moment {
        Some(moment) => tokio::time::sleep(clock.until(moment).min(LOOK_ANYWAY)).await,
        None => pending().await,
    }
}

/// The same, but looks again after a while even when there is no moment.
pub(super) async fn sleep_at_most_until(clock: Clock, moment: Option<Timestamp>) {
    match moment {
        Some(moment) => sleep_until(clock, Some(moment)).await,
        None => tokio::time::sleep(LOOK_ANYWAY).await,
    }
}
