//! Reads pages in a child process of the same binary: whatever a page does to it, this one goes on.
//!
//! The child takes page after page, bounds its own memory and stack, and is killed, reaped and
//! replaced when it does not answer in time.

mod child;
mod frame;

use std::{
    io::{self, Read, Write},
    os::{
        fd::OwnedFd,
        unix::{net::UnixStream, process::CommandExt},
    },
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

pub use child::serve;

use crate::{
    extract::{Page, Refusal},
    parse,
};

/// The command of the binary that is the child's.
pub const COMMAND: &str = "read-pages";

/// How long reading one page may take.
pub const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Why there is nothing to be had of a page.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It was read, and there is nothing in it.
    #[error(transparent)]
    Refused(Refusal),
    /// It took too long.
    #[error("a page that takes longer than {} s to read", .0.as_secs())]
    TooSlow(Duration),
    /// It ended the child: by more memory or stack than reading a page may take, or by a panic.
    #[error("a page that ended the process that read it")]
    Ended,
    /// No child could be started.
    #[error("starting the process that reads pages")]
    Start(#[source] io::Error),
}

/// The child, started when it is needed.
#[derive(Debug)]
pub struct Worker {
    program: PathBuf,
    limit: Duration,
    running: Option<Running>,
}

impl Worker {
    /// A worker that runs `program`, which is this binary, and gives each page so much time.
    pub fn new(program: PathBuf, limit: Duration) -> Self {
        Self { program, limit, running: None }
    }

    /// The number of the child that runs.
    pub fn child(&self) -> Option<u32> {
        Some(self.running.as_ref()?.child.id())
    }

    /// Reads a page, as [`crate::extract::extract`] does.
    pub fn extract(&mut self, bytes: &[u8], context: &parse::Context<'_>) -> Result<Page, Failure> {
        let alive = self.running.take().and_then(Running::alive);
        let mut running = match alive {
            Some(running) => running,
            None => Running::start(&self.program).map_err(Failure::Start)?,
        };
        match running.ask(bytes, context, Instant::now() + self.limit) {
            Ok(answer) => {
                self.running = Some(running);
                answer.map_err(Failure::Refused)
            }
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                Err(Failure::TooSlow(self.limit))
            }
            Err(_) => Err(Failure::Ended),
        }
    }
}

#[derive(Debug)]
struct Running {
    child: Child,
    line: UnixStream,
}

impl Running {
    fn start(program: &PathBuf) -> io::Result<Self> {
        let (ours, theirs) = UnixStream::pair()?;
        let child = Command::new(program)
            .arg(COMMAND)
            .stdin(OwnedFd::from(theirs.try_clone()?))
            .stdout(OwnedFd::from(theirs))
            .stderr(Stdio::null())
            // What a terminal sends to end the parent is not for the child: it ends with the line.
            .process_group(0)
            .spawn()?;
        Ok(Self { child, line: ours })
    }

    /// Itself, unless it has ended since the last page.
    fn alive(mut self) -> Option<Self> {
        matches!(self.child.try_wait(), Ok(None)).then_some(self)
    }

    fn ask(
        &mut self,
        bytes: &[u8],
        context: &parse::Context<'_>,
        deadline: Instant,
    ) -> io::Result<Result<Page, Refusal>> {
        let mut line = Timed { line: &self.line, deadline };
        let about = serde_json::to_vec(&(context.url, context.content_type))?;
        frame::write(&mut line, &about)?;
        frame::write(&mut line, bytes)?;
        let answer = frame::read(&mut line)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(serde_json::from_slice(&answer)?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The line to the child, up to a moment.
struct Timed<'a> {
    line: &'a UnixStream,
    deadline: Instant,
}

impl Timed<'_> {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

/// A socket says that it would block when its time is over.
fn timed_out(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock { io::ErrorKind::TimedOut.into() } else { error }
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.line.set_read_timeout(self.left()?)?;
        self.line.read(buffer).map_err(timed_out)
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.set_write_timeout(self.left()?)?;
        self.line.write(bytes).map_err(timed_out)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
