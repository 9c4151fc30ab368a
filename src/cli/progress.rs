//! How far long work has come, on a terminal only.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

/// How often the line is written anew.
const PAUSE: Duration = Duration::from_millis(100);

/// A line on standard error; nothing where that is no terminal.
pub(super) struct Progress {
    what: &'static str,
    total: u64,
    done: u64,
    shown: Option<Instant>,
}

impl Progress {
    pub(super) fn new(what: &'static str, total: u64) -> Self {
        let shown = io::stderr().is_terminal().then(Instant::now);
        Self { what, total, done: 0, shown }
    }

    /// One more is done.
    pub(super) fn step(&mut self) {
        self.done += 1;
        if self.shown.is_some_and(|at| at.elapsed() >= PAUSE) {
            self.shown = Some(Instant::now());
            let share = self.done * 20 / self.total.max(1);
            let bar: String = (0..20).map(|at| if at < share { '█' } else { '·' }).collect();
            write(&format!("\r{bar} {} of {} {}", self.done, self.total, self.what));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            write("\r\u{1b}[K");
        }
    }
}

/// A line that cannot be written is no reason to stop.
fn write(text: &str) {
    let mut out = io::stderr().lock();
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}
