//! What the service manager wants to know: readiness, status, watchdog.
