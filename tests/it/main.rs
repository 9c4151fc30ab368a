//! Everything that is tested from outside: stages, edges, the daemon, the binary.
#![expect(clippy::unwrap_used, reason = "a test says what it expects by failing")]
#![expect(clippy::print_stderr, reason = "a test says what it measured and what it left out")]

mod attribution;
mod bad_feeds;
mod bad_folders;
mod bad_orders;
mod binary;
mod cluster;
mod config;
mod extract;
mod feeds;
mod fetch;
mod hostile;
mod keys;
mod kills;
mod letters;
mod local_feeds;
mod mail;
mod matching;
mod mutants;
mod newspapers;
mod pages;
mod parse;
mod pipeline;
mod polite;
mod previews;
mod related;
mod reloads;
mod rules;
mod silences;
mod smtp;
mod store;
mod stories;
mod support;
