//! Everything that is tested from outside: stages, edges, the daemon, the binary.
#![expect(clippy::unwrap_used, reason = "a test says what it expects by failing")]
#![expect(missing_docs, reason = "a test's name says its job")]

mod cluster;
mod config;
mod fetch;
mod mail;
mod matching;
mod parse;
mod support;
