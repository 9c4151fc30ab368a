//! What the daemon remembers: one writer, several readers, and verbs in the words of the trade.
//!
//! A write is a plain function over a transaction, run on the blocking pool, one at a time and in
//! the order of asking; it commits whole or not at all. No SQL, row or driver type leaves this
//! module, so a second back end has the verbs of [`ReadTx`] and [`WriteTx`] as its contract.

mod error;
mod lock;
mod sqlite;

pub use error::StoreError;
pub use lock::Lock;
pub use sqlite::{
    ReadTx, Store, WriteTx, Writes,
    alerts::{AlertRow, MatchRow, NewAlert},
    articles::{ArticleRow, Described, Place, Recognised, Revision},
    attempts::{AttemptRow, ClaimedDelivery, ClosedWay, Course, Ended, MAIL, RetryVerdict, Room},
    backup::Size,
    constraints::{Constraints, Refused},
    deliveries::{Frozen, Hearer, Posting, Promise, Thread},
    delivery_rows::DeliveryRow,
    desk::{Brief, Copied, Filter, Listed},
    feeds::{ClaimedFeed, FeedRow, FeedState, PollEnd},
    judgements::JudgementRow,
    network::{Outage, Patience},
    pages::{ClaimedPage, PageEnd, PageMemory, PageRow, Resting, WantedPage},
    polls::{PollNotes, PollRow},
    revisions::Version,
    rules::Activity,
    silences::{NewSilence, SilenceRow, SilencedRow},
    stories::{ExactCopy, Headline, Link, StoryRow},
    timing::{Fold, Gathering, Why},
    upkeep::{Counts, LoadVerdict, TemplateFailure},
    wires::{FileMark, Freed},
};
