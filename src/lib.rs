//! Watches news feeds, recognises the copies of one story, and tells people what they asked for.

pub mod alert;
pub mod cli;
pub mod clock;
pub mod config;
pub mod daemon;
pub mod demo;
pub mod diagnostic;
pub mod fetch;
pub mod mail;
pub mod model;
pub mod observe;
pub mod parse;
pub mod pipeline;
pub mod query;
pub mod rule;
pub mod schedule;
pub mod store;
pub mod story;
pub mod systemd;
pub mod text;
