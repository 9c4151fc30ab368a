//! Identifiers: names come from the configuration and are stable, ids come from the store.

use std::{fmt, sync::Arc};

use jiff::Timestamp;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes a name as it stands in the configuration; `config` has checked it.
            pub fn new(name: impl Into<Arc<str>>) -> Self {
                Self(name.into())
            }

            /// The name as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A feed's row.
    FeedId,
    /// An article's row; revisions keep it.
    ArticleId,
    /// A story's row.
    StoryId,
    /// An alert's row.
    AlertId,
    /// A delivery's row.
    DeliveryId,
    /// The row of a silence that a person asked for.
    SilenceId,
    /// The row of a web page that is fetched for its text.
    PageId,
}

names! {
    /// The name of a `[[feed]]`.
    FeedName,
    /// The name of a `[[rule]]`.
    RuleName,
    /// The name of a `[[recipient]]`.
    RecipientName,
}

/// Which loaded configuration made a decision; grows by one with every accepted reload.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Generation(pub u64);

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The fence of a lease: whoever finishes with an older number changes nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Claim {
    /// Grows with every claim of the row.
    pub number: i64,
    /// When the lease ends and the row may be claimed again.
    pub until: Timestamp,
}

/// One way to recognise an item again within its feed: a 128-bit hash of the kind of key and its
/// value. Never random and never derived from the headline while the item has a guid or a link.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ItemKey(pub [u8; 16]);
