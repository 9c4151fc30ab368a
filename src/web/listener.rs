//! Where the pages are reached: an address of this machine, a socket, or what systemd opened.

use std::{
    fs, io,
    net::SocketAddr,
    os::unix::{fs::FileTypeExt as _, net::UnixStream},
    path::{Path, PathBuf},
};

use listenfd::ListenFd;
use tokio::net::{TcpListener, UnixListener};

use crate::config::Listen;

/// A place that is taken, before anybody answers there.
#[derive(Debug)]
pub struct Bound {
    pub(super) listener: Listener,
    place: String,
}

#[derive(Debug)]
pub(super) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// Why a place could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address is another's, or not ours.
    #[error(
        "cannot listen on {address} for the status pages; is another daemon there? `listen` in [web] names the place"
    )]
    Address {
        /// Which one.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The socket cannot be made.
    #[error("cannot make the socket {} for the status pages; `listen` in [web] names the place", path.display())]
    Socket {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// systemd handed nothing over.
    #[error(
        "systemd handed over no socket for the status pages: enable wiredesk.socket, or write an address in `listen` of [web]"
    )]
    NoSocket,
    /// What systemd handed over is no socket that listens.
    #[error("what systemd handed over is no socket for the status pages")]
    Handed(#[source] io::Error),
    /// What systemd handed over can be reached by other machines.
    #[error(
        "the socket that systemd opened for the status pages is at {0}, where other machines can reach it: write ListenStream=127.0.0.1:8787 in wiredesk.socket"
    )]
    Open(SocketAddr),
}

impl Bound {
    /// Where that is, as a person types it.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Takes the place. Needs a runtime.
    pub async fn take(listen: &Listen) -> Result<Self, BindError> {
        match listen {
            Listen::Address(address) => {
                let failed = |source| BindError::Address { address: *address, source };
                of_tcp(TcpListener::bind(address).await.map_err(failed)?).map_err(failed)
            }
            Listen::Socket(path) => {
                let failed = |source| BindError::Socket { path: path.clone(), source };
                remove_old(path).map_err(failed)?;
                let listener = Listener::Unix(UnixListener::bind(path).map_err(failed)?);
                Ok(Self { listener, place: path.display().to_string() })
            }
            Listen::Systemd => handed_over(),
        }
    }
}

fn of_tcp(listener: TcpListener) -> io::Result<Bound> {
    let place = format!("http://{}", listener.local_addr()?);
    Ok(Bound { listener: Listener::Tcp(listener), place })
}

/// The first socket that systemd handed over.
fn handed_over() -> Result<Bound, BindError> {
    let mut handed = ListenFd::from_env();
    if let Ok(Some(socket)) = handed.take_unix_listener(0) {
        socket.set_nonblocking(true).map_err(BindError::Handed)?;
        let listener = Listener::Unix(UnixListener::from_std(socket).map_err(BindError::Handed)?);
        return Ok(Bound { listener, place: "the socket of systemd".to_owned() });
    }
    let socket = handed.take_tcp_listener(0).map_err(BindError::Handed)?;
    let socket = socket.ok_or(BindError::NoSocket)?;
    let address = socket.local_addr().map_err(BindError::Handed)?;
    if !address.ip().is_loopback() {
        return Err(BindError::Open(address));
    }
    socket.set_nonblocking(true).map_err(BindError::Handed)?;
    of_tcp(TcpListener::from_std(socket).map_err(BindError::Handed)?).map_err(BindError::Handed)
}

/// Removes the socket of a process that is gone; anything else stays, and taking the place fails.
fn remove_old(path: &Path) -> io::Result<()> {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|about| about.file_type().is_socket());
    if is_socket && UnixStream::connect(path).is_err() {
        fs::remove_file(path)?;
    }
    Ok(())
}
