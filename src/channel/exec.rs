//! A message as the input of a program: no shell, little environment, limits on time and output.

use std::{
    io::{self, PipeReader, Read as _, Write as _},
    os::unix::process::CommandExt as _,
    process::{Child, ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{task::spawn_blocking, time::timeout};

use super::Command;
use crate::mail::{MailError, NextStep, Outgoing, Receipt};

/// How long a program may take.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// How long what it started may hold on to its output when it has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How much of its output is kept, in bytes; the rest is read and dropped.
const MOST_OUTPUT: u64 = 400;

/// Codes of `sysexits.h`, and those of shells for what cannot be run.
const USAGE: i32 = 64;
const DATA_ERROR: i32 = 65;
const NO_PERMISSION: i32 = 77;
const CONFIG: i32 = 78;
const NOT_EXECUTABLE: i32 = 126;
const NOT_FOUND: i32 = 127;

/// Runs the program with the message on its standard input. What it prints, on either output, is
/// the reply.
pub(super) async fn run(command: &Command, message: &Outgoing) -> Result<Receipt, MailError> {
    run_within(command, message, TIME_LIMIT).await
}

pub(super) async fn run_within(
    command: &Command,
    message: &Outgoing,
    limit: Duration,
) -> Result<Receipt, MailError> {
    let program = command.program.display();
    let unusable = |fault: io::Error| {
        let detail = format!("running `{program}`: {fault}");
        MailError::new(NextStep::Operator, detail).at("running")
    };
    let (mut child, output) = start(command).map_err(unusable)?;
    let group = Pid::from_child(&child);
    let (stdin, bytes) = (child.stdin.take(), message.bytes.clone());
    // A program need not read all of it, or anything.
    let writing = spawn_blocking(move || stdin.map(|mut stdin| stdin.write_all(&bytes)));
    let mut reading = spawn_blocking(move || read(output));
    let mut end = spawn_blocking(move || child.wait());
    let ended = timeout(limit, &mut end).await;
    let words = if let (Ok(_), Ok(words)) = (&ended, timeout(LAST_WORDS, &mut reading).await) {
        words.unwrap_or_default()
    } else {
        // It took too long, or what it left running holds the line.
        let _gone_already = kill_process_group(group, Signal::KILL);
        reading.await.unwrap_or_default()
    };
    drop(writing.await);
    match ended {
        Err(_) => {
            drop(end.await);
            let detail = format!("`{program}` took longer than {limit:?} and was ended; {words}");
            Err(MailError::new(NextStep::Retry, detail).at("running"))
        }
        Ok(status) => {
            let status = status.unwrap_or_else(|lost| Err(io::Error::other(lost)));
            verdict(status.map_err(unusable)?, &program.to_string(), &words)
        }
    }
}

fn start(command: &Command) -> io::Result<(Child, PipeReader)> {
    let (output, errors) = io::pipe()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let child = std::process::Command::new(&command.program)
        .args(&command.arguments)
        .env_clear()
        .env("PATH", path)
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(errors.try_clone()?)
        .stderr(errors)
        .spawn()?;
    Ok((child, output))
}

/// The beginning of the output on one line; the rest is read, so that the program can go on.
fn read(mut output: PipeReader) -> String {
    let mut bytes = Vec::new();
    // What cannot be read is no reason to call the message lost.
    drop(output.by_ref().take(MOST_OUTPUT).read_to_end(&mut bytes));
    drop(io::copy(&mut output, &mut io::sink()));
    let text = String::from_utf8_lossy(&bytes);
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn verdict(status: ExitStatus, program: &str, words: &str) -> Result<Receipt, MailError> {
    if status.success() {
        let reply = if words.is_empty() { "0".to_owned() } else { format!("0 {words}") };
        return Ok(Receipt { reply });
    }
    let next_step = match status.code() {
        Some(DATA_ERROR) => NextStep::Never,
        Some(USAGE | NO_PERMISSION | CONFIG | NOT_EXECUTABLE | NOT_FOUND) => NextStep::Operator,
        _ => NextStep::Retry,
    };
    let code = status.code().and_then(|code| u16::try_from(code).ok());
    let detail = format!("`{program}` ended with {status}: {words}");
    Err(MailError::new(next_step, detail).at("running").with_code(code))
}
