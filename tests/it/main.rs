//! Everything that is tested from outside: stages, edges, the daemon, the binary.
#![expect(clippy::unwrap_used, reason = "a test says what it expects by failing")]
#![expect(clippy::print_stderr, reason = "a test says what it measured and what it left out")]

mod attribution;
mod bad_feeds;
mod bad_folders;
mod bad_orders;
mod binary;
mod channels;
mod cluster;
mod config;
mod db;
mod deliveries;
mod extract;
mod feeds;
mod fetch;
mod hostile;
mod keys;
mod kill_points;
mod kills;
mod letters;
mod lines;
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
mod web;
mod wires;
