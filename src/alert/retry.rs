//! After a failed attempt: again when, or never.

use std::time::Duration;

use jiff::Timestamp;

/// What becomes of a delivery that failed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Try again at this moment.
    Again(Timestamp),
    /// Give up, because of this.
    Dropped(String),
}

/// Decides after the `attempts`-th failed attempt of a delivery first tried at `first_try`.
pub fn after_failure(
    attempts: u32,
    first_try: Timestamp,
    give_up_after: Duration,
    now: Timestamp,
) -> Verdict {
    let _ = (attempts, first_try, give_up_after);
    Verdict::Again(now)
}
