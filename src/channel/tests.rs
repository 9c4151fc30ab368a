//! Tests of programs that take messages.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, time::Duration};

use tempfile::TempDir;

use super::{Command, exec::run_within};
use crate::mail::{MailError, NextStep, Outgoing, Receipt};

/// A script of the shell as a program, which is not what reads its arguments.
fn script(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("program");
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    (folder, path)
}

fn message(bytes: Vec<u8>) -> Outgoing {
    Outgoing {
        from: String::new(),
        to: "exec:pager".into(),
        message_id: "1.x@desk.example".into(),
        bytes,
    }
}

async fn run(text: &str, limit: Duration) -> Result<Receipt, MailError> {
    let (_folder, program) = script(text);
    let arguments = vec!["--to".to_owned(), "$HOME; false".to_owned()];
    let command = Command { program, arguments };
    run_within(&command, &message(br#"{"version":1}"#.to_vec()), limit).await
}

const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_program_reads_the_message_and_no_shell_reads_its_arguments() {
    let receipt = run("cat; echo; echo \"$1 $2 [$HOME]\" >&2; pwd", LONG).await.unwrap();
    assert_eq!(receipt.reply, r#"0 {"version":1} --to $HOME; false [] /"#);
}

#[tokio::test]
async fn how_a_program_ends_says_what_becomes_of_the_message() {
    for (code, meant) in [
        (1, NextStep::Retry),
        (65, NextStep::Never),
        (69, NextStep::Retry),
        (75, NextStep::Retry),
        (78, NextStep::Operator),
    ] {
        let fault = run(&format!("echo why; exit {code}"), LONG).await.unwrap_err();
        assert_eq!((fault.next_step, fault.code), (meant, Some(code)), "{fault}");
        assert!(fault.to_string().ends_with("why"), "{fault}");
    }
    let killed = run("kill -9 $$", LONG).await.unwrap_err();
    assert_eq!((killed.next_step, killed.code), (NextStep::Retry, None));
    let command = Command { program: "/nonexistent/program".into(), arguments: Vec::new() };
    let missing = run_within(&command, &message(Vec::new()), LONG).await.unwrap_err();
    assert_eq!(missing.next_step, NextStep::Operator);
    assert!(missing.to_string().starts_with("running `/nonexistent/program`: "), "{missing}");
}

#[tokio::test]
async fn a_program_that_takes_too_long_is_ended_with_all_that_it_started() {
    let short = Duration::from_millis(300);
    let fault = run("echo first; sleep 600 & sleep 600", short).await.unwrap_err();
    assert_eq!(fault.next_step, NextStep::Retry);
    assert!(fault.to_string().contains("took longer than 300ms and was ended; first"), "{fault}");
    let receipt = run("echo done; sleep 600 &", LONG).await.unwrap();
    assert_eq!(receipt.reply, "0 done", "what it leaves running is not waited for");
}

#[tokio::test]
async fn output_without_end_is_cut_and_input_need_not_be_read() {
    let (_folder, program) = script("yes | head -c 1000000; exec 0<&-; exit 0");
    let command = Command { program, arguments: Vec::new() };
    let receipt = run_within(&command, &message(vec![b'x'; 1 << 20]), LONG).await.unwrap();
    assert!(receipt.reply.len() <= 402, "{}", receipt.reply.len());
}
