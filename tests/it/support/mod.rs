//! Fake servers, the harness, and waiting helpers.

pub(crate) mod desk;
pub(crate) mod origin;
pub(crate) mod smtp;
pub(crate) mod wire;

use std::path::PathBuf;

/// A folder of real data to measure with, when it is there: `WIREDESK_DATA`, else beside the
/// checkout. Says on standard error what is left out when it is not.
pub(crate) fn data(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("WIREDESK_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let folder = root.join(part);
    if folder.exists() {
        return Some(folder);
    }
    eprintln!("left out: no test data at {} (set WIREDESK_DATA)", folder.display());
    None
}

/// Runs the binary without a configuration of its own.
pub(crate) fn wiredesk(arguments: &[&str]) -> std::process::Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_wiredesk")).args(arguments).output().unwrap()
}
