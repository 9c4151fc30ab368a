//! What to tell whom, and when to keep quiet.

pub mod excerpt;
pub mod letter;
pub mod operator;
pub mod policy;
pub mod recipient;
pub mod retry;

pub use excerpt::{Excerpt, excerpts};
pub use letter::{Carrier, Letter, RelatedStory, Rendered, Telling, render};
pub use operator::Operator;
pub use policy::{
    Decision, Happened, Policy, Quiet, Reason, Related, StoryFacts, TellAgain, Told, When, decide,
};
pub use recipient::{Recipient, Send};
pub use retry::{Failure, Verdict, after_failure};
