//! How often the service manager wants to hear that all is well.

use std::time::Duration;

/// A third of the time after which the manager takes us for dead, so that two words may be lost;
/// `None` where it does not ask (`WATCHDOG_USEC`, for this process by `WATCHDOG_PID`).
pub fn watchdog_interval() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|limit| limit / 3)
}
