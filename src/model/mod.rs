//! Nouns that everybody shares.
//!
//! A type earns its place here only if three modules need it; otherwise it lives with its logic.
//! Nothing here behaves, reads a clock or touches the world, and nothing is `Serialize`: the TOML
//! shape is in `config::raw`, rows are in `store::sqlite`, JSON is in `cli`.

pub mod article;
pub mod feed;
pub mod id;
pub mod wire;

pub use article::{Article, Item, ItemSource, PageText, Priority, Seen};
pub use feed::{
    FeedFormat, FeedSpec, FullText, Hints, Identity, PollOutcome, Problem, ProblemKind, Validators,
};
pub use id::{
    AlertId, ArticleId, Claim, DeliveryId, FeedId, FeedName, Generation, ItemKey, PageId,
    RecipientName, RuleName, SilenceId, StoryId,
};
pub use wire::{Action, Kind, Link, Status, Wire};
