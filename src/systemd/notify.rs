//! Tells the service manager how far we are; without one, tells nobody.

use std::{
    ffi::OsStr,
    fmt::Write as _,
    io,
    os::{
        linux::net::SocketAddrExt as _,
        unix::{
            ffi::OsStrExt as _,
            net::{SocketAddr, UnixDatagram},
        },
    },
    sync::Arc,
};

use sd_notify::NotifyState;

/// A line to the service manager; clones share it. A datagram that cannot be sent is worth a word
/// in the log and nothing more, so each method gives the error to the caller.
#[derive(Clone, Debug, Default)]
pub struct Notifier {
    socket: Option<Arc<UnixDatagram>>,
}

impl Notifier {
    /// To the socket that `NOTIFY_SOCKET` names; to nobody where it is not set.
    pub fn from_environment() -> io::Result<Self> {
        std::env::var_os("NOTIFY_SOCKET")
            .map_or_else(|| Ok(Self::default()), |name| Self::to(&name))
    }

    /// To this socket: a path, or `@name` for an abstract one (`sd_notify(3)`).
    pub fn to(name: &OsStr) -> io::Result<Self> {
        let address = match name.as_bytes().strip_prefix(b"@") {
            Some(abstract_name) => SocketAddr::from_abstract_name(abstract_name)?,
            None => SocketAddr::from_pathname(name)?,
        };
        let socket = UnixDatagram::unbound()?;
        socket.connect_addr(&address)?;
        // A manager that does not read must not stop the daemon.
        socket.set_nonblocking(true)?;
        Ok(Self { socket: Some(Arc::new(socket)) })
    }

    /// Started, or done with reloading; `status` is the line that `systemctl status` shows.
    pub fn ready(&self, status: &str) -> io::Result<()> {
        self.send(&[NotifyState::Ready, NotifyState::Status(&one_line(status))])
    }

    /// The line that `systemctl status` shows.
    pub fn status(&self, status: &str) -> io::Result<()> {
        self.send(&[NotifyState::Status(&one_line(status))])
    }

    /// Begins to reload; [`Notifier::ready`] ends it.
    pub fn reloading(&self) -> io::Result<()> {
        // `Type=notify-reload`, from systemd 253 on, asks for the time; others ignore it.
        self.send(&[NotifyState::Reloading, NotifyState::monotonic_usec_now()?])
    }

    /// Begins to stop.
    pub fn stopping(&self) -> io::Result<()> {
        self.send(&[NotifyState::Stopping])
    }

    /// Still well; to be said more often than [`super::watchdog_interval`].
    pub fn watchdog(&self) -> io::Result<()> {
        self.send(&[NotifyState::Watchdog])
    }

    fn send(&self, states: &[NotifyState<'_>]) -> io::Result<()> {
        let Some(socket) = &self.socket else { return Ok(()) };
        let mut message = String::new();
        for state in states {
            writeln!(message, "{state}").map_err(io::Error::other)?;
        }
        socket.send(message.as_bytes()).map(drop)
    }
}

/// A line end would begin another message to the manager.
fn one_line(status: &str) -> String {
    status.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(socket: &UnixDatagram) -> String {
        let mut buffer = [0; 512];
        let length = socket.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    }

    #[test]
    fn the_manager_hears_each_step() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        let notifier = Notifier::to(path.as_os_str()).unwrap();

        notifier.ready("watching 12 feeds\nREADY=0").unwrap();
        assert_eq!(heard(&manager), "READY=1\nSTATUS=watching 12 feeds READY=0\n");
        notifier.clone().reloading().unwrap();
        let reloading = heard(&manager);
        let time = reloading.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap();
        assert!(time.trim_end().parse::<u64>().unwrap() > 0);
        notifier.status("running on generation 7").unwrap();
        assert_eq!(heard(&manager), "STATUS=running on generation 7\n");
        notifier.watchdog().unwrap();
        assert_eq!(heard(&manager), "WATCHDOG=1\n");
        notifier.stopping().unwrap();
        assert_eq!(heard(&manager), "STOPPING=1\n");
    }

    #[test]
    fn an_abstract_socket_is_one_too() {
        let name = format!("wiredesk-test-{}", std::process::id());
        let manager =
            UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        Notifier::to(OsStr::new(&format!("@{name}"))).unwrap().watchdog().unwrap();
        assert_eq!(heard(&manager), "WATCHDOG=1\n");
    }

    #[test]
    fn without_a_manager_nobody_is_told() {
        Notifier::default().ready("x").unwrap();
        Notifier::default().stopping().unwrap();
        assert!(Notifier::to(OsStr::new("/nonexistent/socket")).is_err());
    }
}
