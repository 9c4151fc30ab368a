//! What to tell whom, and when to keep quiet.

mod cap;
pub mod channel;
pub mod excerpt;
mod happened;
pub mod letter;
pub mod operator;
pub mod payload;
pub mod policy;
pub mod quiet;
pub mod recipient;
pub mod retry;
pub mod undelivered;

pub use cap::AtMost;
pub use channel::Channel;
pub use excerpt::{Excerpt, excerpts};
pub use happened::{Happened, Kill};
pub use letter::{Carrier, Letter, RelatedStory, Rendered, Telling, render};
pub use operator::Operator;
pub use policy::{
    Decision, Policy, Quiet, Reason, Related, StoryFacts, TellAgain, Told, When, decide,
};
pub use quiet::{FLASH, Passes, QuietHours, Stretch};
pub use recipient::{Appointment, Recipient, Send};
pub use retry::{Failure, Verdict, after_failure};
