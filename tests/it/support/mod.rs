//! Fake servers, the harness, and waiting helpers.

pub(crate) mod desk;
pub(crate) mod origin;
pub(crate) mod script;
pub(crate) mod smtp;
pub(crate) mod strict;
pub(crate) mod wire;

use std::{
    io::Write as _,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

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

/// Runs a stage on standard input.
pub(crate) fn stage(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wiredesk"))
        .arg("stage")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // The child stops reading while its output waits, so that somebody else must write.
    let writer = std::thread::Builder::new().spawn(move || stdin.write_all(&input)).unwrap();
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    output
}

/// Runs the binary without a configuration of its own.
pub(crate) fn wiredesk(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wiredesk")).args(arguments).output().unwrap()
}
