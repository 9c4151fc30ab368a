//! The real binary, with a configuration and a data folder of its own.

use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use super::smtp::SmtpServer;

/// How long a state may take to come about before a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A folder with `wiredesk.toml` and `data`, and the binary to run on them.
pub(crate) struct Desk {
    folder: TempDir,
    environment: Vec<(String, OsString)>,
}

impl Desk {
    /// Writes the configuration; the data folder is set before its first line.
    pub(crate) fn new(config: &str) -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap(), environment: Vec::new() };
        desk.configure(config);
        desk
    }

    /// The same, with a variable in the environment of the binary.
    pub(crate) fn with_variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// With a mail server whose certificate the binary trusts, and the password for it in the file
    /// `smtp-password`.
    pub(crate) fn with_server(self, server: &SmtpServer, password: &str) -> Self {
        fs::write(self.path("smtp-password"), password).unwrap();
        let certificate = self.path("server.pem");
        fs::write(&certificate, server.ca_pem()).unwrap();
        self.with_variable("SSL_CERT_FILE", certificate)
    }

    /// Replaces the configuration, without telling a daemon that runs.
    pub(crate) fn configure(&self, config: &str) {
        let data = self.data().display().to_string();
        fs::write(self.config(), format!("data = {data:?}\n{config}")).unwrap();
    }

    /// A path beside the configuration.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The configuration file.
    pub(crate) fn config(&self) -> PathBuf {
        self.path("wiredesk.toml")
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Runs a command to its end.
    pub(crate) fn answer(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Polls and delivers what is due.
    pub(crate) fn once(&self) {
        let answer = self.answer(&["once"]);
        assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    }

    /// What the daemon knows: `articles`, `stories`, `alerts` or `deliveries`.
    pub(crate) fn export(&self, what: &str) -> Vec<Value> {
        let answer = self.answer(&["export", what]);
        assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
        let lines = String::from_utf8(answer.stdout).unwrap();
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// `status --json`.
    pub(crate) fn status(&self) -> Value {
        let answer = self.answer(&["status", "--json"]);
        assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
        serde_json::from_slice(&answer.stdout).unwrap()
    }

    /// The messages in the mail folder, by name.
    pub(crate) fn mails(&self) -> Vec<Vec<u8>> {
        let Ok(folder) = fs::read_dir(self.data().join("mail")) else { return Vec::new() };
        let mut files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|end| end == "eml"));
        files.sort();
        files.iter().map(|file| fs::read(file).unwrap()).collect()
    }

    /// Starts the daemon and waits until it says that it watches.
    pub(crate) fn run(&self) -> Running {
        let mut daemon = self.start();
        until("the daemon watches", || daemon.watches().then_some(()));
        daemon
    }

    /// Starts the daemon; its log goes to a file beside the configuration.
    pub(crate) fn start(&self) -> Running {
        let log = self.path("log");
        let from = read(&log).len();
        let file = File::options().create(true).append(true).open(&log).unwrap();
        let child = self.command(&["run"]).stdout(Stdio::null()).stderr(file).spawn().unwrap();
        Running { child, log, from }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wiredesk"));
        command.args(arguments).arg("-c").arg(self.config()).stdin(Stdio::null());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// A daemon as a child process; killed when it is dropped.
pub(crate) struct Running {
    child: Child,
    log: PathBuf,
    /// Where in the log its own lines begin.
    from: usize,
}

impl Running {
    /// Whether it says that it watches; it must not have ended.
    pub(crate) fn watches(&mut self) -> bool {
        let ended = self.child.try_wait().unwrap();
        assert!(ended.is_none(), "{ended:?}: {}", self.log());
        self.log()[self.from..].contains("watching")
    }

    /// Everything that this and earlier daemons of the same desk logged.
    pub(crate) fn log(&self) -> String {
        read(&self.log)
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Asks it to stop, and waits.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        until("the daemon stops", || self.child.try_wait().unwrap())
    }

    /// `kill -9`, and waits.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Waits for a state, and fails the test when it does not come about.
pub(crate) fn until<T>(state: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "not within {PATIENCE:?}: {state}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}
