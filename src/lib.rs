//! Watches news feeds, recognises the copies of one story, and tells people what they asked for.
//!
//! Read [`pipeline`] first: it is the trip of one article. Then [`daemon`], which turns it on, and
//! [`store`], which remembers.
//!
//! # The house
//!
//! A pure core decides, thin edges touch the world, one plain function carries an article through,
//! the database is the only queue, and small loops turn the function on. A module imports only
//! modules above it, which `tests/tidy.rs` holds.
//!
//! | module | job |
//! | --- | --- |
//! | [`model`] | the nouns that everybody shares |
//! | [`diagnostic`] | a problem with a place and a hint |
//! | [`clock`] | the one place that reads the time |
//! | [`text`] | from characters to words: normal form, folding, tokens, addresses |
//! | [`schedule`] | when to look again |
//! | [`parse`] | from bytes to items |
//! | [`extract`] | from a web page to its article |
//! | [`worker`] | pages read in a process that may fail |
//! | [`story`] | which articles are copies of one text, and whose text it is |
//! | [`query`] | the rule language |
//! | [`rule`] | a named query, and the set of them |
//! | [`alert`] | what to tell whom, when to keep quiet, and how it reads |
//! | [`fetch`] | HTTP, within limits |
//! | [`store`] | one file of SQLite, one writer, verbs in the words of the trade |
//! | [`mail`] | SMTP, or a folder |
//! | [`channel`] | web addresses, programs and feeds that messages go to |
//! | [`systemd`] | readiness, status, watchdog |
//! | [`observe`] | the log |
//! | [`config`] | from TOML to what is in force, or to all its mistakes |
//! | [`pipeline`] | one feed once, one message once |
//! | `view` | what is known, in the words and shapes that commands and pages share |
//! | [`web`] | the status pages |
//! | [`daemon`] | the loops |
//! | [`demo`] | an invented newsroom on the loopback |
//! | [`cli`] | the commands |
//!
//! # Seven laws
//!
//! 1. A module imports only modules above it.
//! 2. The core, [`text`] to [`alert`], names neither tokio nor SQL nor HTTP nor files nor the clock.
//! 3. Time is an argument; only [`clock`] reads it.
//! 4. Between tasks travel wake-ups and the newest configuration, never articles or alerts.
//! 5. What a poll learned is committed in one transaction, the validators with the last slice of a
//!    very long feed, or not at all.
//! 6. Nothing live changes until everything that can fail has succeeded.
//! 7. A file has one job, said in its first line, in at most 500 lines.
//!
//! # The trip of one article
//!
//! The poller claims a feed that is due ([`store::WriteTx::claim_feeds`]) and calls
//! [`pipeline::poll::run`]. [`fetch`] asks with the validators of last time, [`parse`] makes items
//! of the answer, and [`pipeline::prepare`] makes articles of the items that are not known: words,
//! provenance, sketch, and the rules that are true of each. [`pipeline::commit`] writes it all down
//! in one transaction. An item whose text is short is stored there as waiting: [`pipeline::page`]
//! fetches its page, has [`worker`] read it, and commits the article in the same way when the page
//! came, failed, or took too long. An article joins the story whose text it copies or opens one, and
//! for every rule with a match in that story [`alert::decide`] says whether there is something to
//! tell and why. What is to be told is a delivery in the same transaction. The deliverer claims it
//! when it is due, and [`pipeline::deliver`] renders it, fixes its bytes, and sends it.
//!
//! # The trip of one rule
//!
//! [`config::load`] reads the TOML and keeps the place of each value; [`query`] makes a tree of the
//! text, or diagnostics that point into the file. [`rule::Ruleset`] compiles all queries together,
//! each filed under the rarest words that it cannot be true without. The daemon swaps the whole
//! [`config::Live`] at once; a poll that has begun ends with the one it began with. `check`, the
//! start and a reload walk the same road.
//!
//! # What is deliberately absent
//!
//! - No module below [`config`] knows that TOML exists.
//! - [`fetch`], [`store`] and [`mail`] do not know each other.
//! - No article ever waits in a channel.
//! - Nothing in [`query`], [`story`] or [`alert`] can fail, wait, or read a clock.

pub mod alert;
pub mod channel;
pub mod cli;
pub mod clock;
pub mod config;
pub mod daemon;
pub mod demo;
pub mod diagnostic;
pub mod extract;
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
mod view;
pub mod web;
pub mod worker;
