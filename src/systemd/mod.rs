//! What the service manager wants to know: readiness, status, watchdog.

mod notify;
mod watchdog;

pub use notify::Notifier;
pub use watchdog::watchdog_interval;
