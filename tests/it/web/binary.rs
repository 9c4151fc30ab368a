//! The pages of the real binary: where they are, who may open them, and how they end.

use std::{
    io::{Read as _, Write},
    net::{TcpListener, TcpStream},
    os::{fd::OwnedFd, unix::net::UnixStream},
    process::{Command, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::desk::{Desk, until};

const CONFIG: &str = "[[feed]]\nname = 'post'\nurl = '/nowhere/feed.xml'\n\
     [[rule]]\nname = 'all'\nquery = 'harbour'\nnotify = ['desk']\n\
     [[recipient]]\nname = 'desk'\nemail = ['desk@desk.example']\n";

fn with(web: &str) -> String {
    format!("[web]\n{web}\n{CONFIG}")
}

/// Asks for one page, and reads to the end.
fn asked(mut line: impl std::io::Read + Write, path: &str, host: &str) -> String {
    write!(line, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).unwrap();
    answer
}

fn port(log: &str) -> Option<u16> {
    let (_, rest) = log.split_once("the status pages are at http://127.0.0.1:")?;
    rest.split_whitespace().next()?.parse().ok()
}

#[test]
fn pages_are_where_the_log_says_and_end_with_the_daemon() {
    let desk = Desk::new(&with("listen = '127.0.0.1:0'"));
    let daemon = desk.run();
    let port = until("the pages are there", || port(&daemon.log()));
    let connected = || TcpStream::connect(("127.0.0.1", port)).unwrap();
    let host = format!("127.0.0.1:{port}");
    assert!(asked(connected(), "/readyz", &host).starts_with("HTTP/1.1 200 OK"));
    assert!(asked(connected(), "/", &host).contains("<h1>Desk</h1>"));
    assert!(asked(connected(), "/", "evil.example").starts_with("HTTP/1.1 421 "));
    // A page that is live does not hold up the end.
    let mut live = connected();
    live.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    write!(live, "GET /live HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut first = [0; 12];
    live.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    assert!(daemon.terminate().success());
    let mut rest = Vec::new();
    live.read_to_end(&mut rest).unwrap();
    assert!(String::from_utf8_lossy(&rest).contains("text/event-stream"));
}

#[test]
fn a_socket_that_a_killed_daemon_left_is_taken_again() {
    let desk = Desk::new(CONFIG);
    let socket = desk.path("pages.sock");
    desk.configure(&with(&format!("listen = '{}'", socket.display())));
    desk.run().kill();
    assert!(socket.exists(), "nobody cleared up");
    let daemon = desk.run();
    let answer = until("the pages are there", || {
        UnixStream::connect(&socket).ok().map(|line| asked(line, "/problems", "any.example"))
    });
    assert!(answer.contains("<h1>No problems</h1>") || answer.contains("problem"), "{answer}");
    assert!(daemon.terminate().success());
}

#[test]
fn a_socket_that_was_handed_over_is_answered_on() {
    let desk = Desk::new(&with("listen = 'systemd'"));
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    // As sd_listen_fds(3) has it: the first is number 3, for the process of that number.
    let handing = "exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\"";
    let mut daemon = Command::new("sh")
        .args(["-c", handing, "sh", env!("CARGO_BIN_EXE_wiredesk"), "run", "-c"])
        .arg(desk.config())
        .stdin(Stdio::from(OwnedFd::from(socket)))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The socket is there before the daemon is: whoever asks early waits.
    let answer = asked(TcpStream::connect(address).unwrap(), "/healthz", "localhost");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    kill_process(Pid::from_child(&daemon), Signal::TERM).unwrap();
    assert!(daemon.wait().unwrap().success());
}

#[test]
fn a_place_that_is_taken_ends_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let desk = Desk::new(&with(&format!("listen = '{}'", taken.local_addr().unwrap())));
    let answer = desk.answer(&["run"]);
    let said = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert_eq!(answer.status.code(), Some(74), "{said}");
    assert!(
        said.contains("cannot listen on 127.0.0.1:") && said.contains("`listen` in [web]"),
        "{said}"
    );
    desk.configure(&with("listen = 'systemd'"));
    let answer = desk.answer(&["run"]);
    let said = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert_eq!(answer.status.code(), Some(74), "{said}");
    assert!(said.contains("systemd handed over no socket"), "{said}");
}
