//! An invented newsroom on the loopback, to see the whole thing at work with nothing to set up.
//!
//! An agency tells of a telephone call. Five papers print its text under headlines of their own,
//! each with the credit in another of the shapes that papers use; a sixth tells the event in its
//! own words; others print what has nothing to do with it; in the end the agency corrects a
//! figure. No headline names the country in full, so only a text can match [`QUERY`], and the
//! shortest copy does not name the ministry: its story has to be recognised.
//!
//! [`newsroom`] is the table of who prints what and when, `edition` says what a feed shows at a
//! moment, `format` and `page` write it down, [`server`] serves it. All countries, agencies,
//! papers, people and texts are invented.

mod edition;
mod format;
pub mod newsroom;
mod page;
pub mod server;
#[cfg(test)]
mod tests;

pub use newsroom::{
    AGENCY, Agency, DemoFeed, Expected, ExpectedMail, Format, expected, last_revealed,
};
pub use server::{Counters, Newsroom};

use std::time::Duration;

/// The query of the demo's rule: the country and the nickname of the other one's ministry.
pub const QUERY: &str = "Dorvistan AND Rampart";

/// How long the recipient should wait before a mail is frozen.
///
/// Feeds polled once a second have brought all copies by then, and the correction comes later.
pub const WAIT: Duration = Duration::from_millis(3_500);
