//! A socket that connections come in at: the server's own, or one that the service manager holds.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::task::{Context, Poll, ready};

use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

use super::socket_file::SocketFile;
use super::stream::Stream;
use crate::systemd::Inherited;

/// Connections that the kernel keeps until we come to them; it may have a lower bound of its own (`net.core.somaxconn`).
pub(super) const BACKLOG: i32 = 1024;
/// What the kernel takes in advance of what a reader takes, in bytes: with more, a slow reader looks like one that has
/// stopped, for a write goes on only when a good part of it is gone. What is in flight is not bounded by it.
const UNSENT: u32 = 16 * 1024;
/// The same for Unix sockets, where nothing is in flight. The kernel doubles it.
const UNIX_BUFFER: usize = 32 * 1024;

/// A connection that was accepted, and the address behind it; `None` over a Unix socket.
pub(super) type Accepted = (Box<dyn Stream>, Option<IpAddr>);

/// A socket that connections come in at.
#[derive(Debug)]
pub struct Listener {
    socket: Listening,
    /// Whether the service manager holds it, too.
    is_inherited: bool,
}

#[derive(Debug)]
enum Listening {
    Tcp(TcpListener),
    /// The file is ours to remove, where the socket is.
    Unix(UnixListener, Option<SocketFile>),
}

impl Listener {
    /// A socket that the service manager holds. Must be called on a runtime.
    ///
    /// # Errors
    /// It does not listen, or cannot be watched.
    pub fn inherited(socket: Inherited) -> io::Result<Self> {
        let listens = match &socket {
            Inherited::Tcp(socket) => SockRef::from(socket).is_listener()?,
            Inherited::Unix(socket) => SockRef::from(socket).is_listener()?,
        };
        if !listens {
            return Err(io::Error::new(
                ErrorKind::InvalidInput,
                "it is a connection and no listening socket",
            ));
        }
        match socket {
            Inherited::Tcp(socket) => Self::tcp(socket, true),
            Inherited::Unix(socket) => Self::unix(socket, None, true),
        }
    }

    /// Connections inherit both options.
    pub(super) fn tcp(socket: std::net::TcpListener, is_inherited: bool) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let options = SockRef::from(&socket);
        options.set_tcp_nodelay(true)?;
        options.set_tcp_notsent_lowat(UNSENT)?;
        Ok(Self {
            socket: Listening::Tcp(TcpListener::from_std(socket)?),
            is_inherited,
        })
    }

    pub(super) fn unix(
        socket: std::os::unix::net::UnixListener,
        file: Option<SocketFile>,
        is_inherited: bool,
    ) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket: Listening::Unix(UnixListener::from_std(socket)?, file),
            is_inherited,
        })
    }

    /// Whether the service manager holds it, too.
    #[must_use]
    pub fn is_inherited(&self) -> bool {
        self.is_inherited
    }

    /// The address and port; `None`: it is a Unix socket.
    #[must_use]
    pub fn ip(&self) -> Option<SocketAddr> {
        match &self.socket {
            Listening::Tcp(socket) => socket.local_addr().ok(),
            Listening::Unix(..) => None,
        }
    }

    pub(super) fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<Accepted>> {
        Poll::Ready(Ok(match &self.socket {
            Listening::Tcp(socket) => {
                let (stream, peer) = ready!(socket.poll_accept(cx))?;
                (Box::new(stream), Some(peer.ip()))
            }
            Listening::Unix(socket, _) => {
                let (stream, _) = ready!(socket.poll_accept(cx))?;
                (unix(stream), None)
            }
        }))
    }

    /// Listens no more. What is in the backlog by now is handed over first, but for a socket that the service manager
    /// holds: there it waits for whoever is started next.
    pub(super) fn leave(self, mut begin: impl FnMut(Accepted)) {
        if self.is_inherited {
            return;
        }
        // Asked directly: the runtime may not have heard yet of what has come.
        let left = match self.socket {
            Listening::Tcp(socket) => socket.into_std().and_then(|socket| {
                let accept = || {
                    let (stream, peer) = socket.accept()?;
                    stream.set_nonblocking(true)?;
                    let stream = Box::new(TcpStream::from_std(stream)?);
                    Ok((stream as Box<dyn Stream>, Some(peer.ip())))
                };
                empty(accept, &mut begin)
            }),
            Listening::Unix(socket, file) => {
                // Without its file nobody can come behind those that are there.
                drop(file);
                socket.into_std().and_then(|socket| {
                    let accept = || {
                        let (stream, _) = socket.accept()?;
                        stream.set_nonblocking(true)?;
                        Ok((unix(UnixStream::from_std(stream)?), None))
                    };
                    empty(accept, &mut begin)
                })
            }
        };
        if let Err(error) = left {
            tracing::warn!(%error, "connections that waited at the stop could not be answered");
        }
    }
}

/// Hands over what is in a backlog; no more than fits into one, for under load others come as fast as these go.
fn empty(
    accept: impl Fn() -> io::Result<Accepted>,
    begin: &mut impl FnMut(Accepted),
) -> io::Result<()> {
    for _ in 0..=BACKLOG {
        match accept() {
            Ok(accepted) => begin(accepted),
            // It was given up before we came to it.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn unix(stream: UnixStream) -> Box<dyn Stream> {
    // With more in advance it works as well, only a slow reader is not told from one that has stopped.
    let _ = SockRef::from(&stream).set_send_buffer_size(UNIX_BUFFER);
    Box::new(stream)
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.socket {
            Listening::Tcp(socket) => match socket.local_addr() {
                Ok(address) => address.fmt(f),
                Err(_) => f.write_str("a TCP socket"),
            },
            Listening::Unix(socket, _) => {
                let address = socket.local_addr().ok();
                match address.as_ref().and_then(|address| address.as_pathname()) {
                    Some(path) => write!(f, "unix:{}", path.display()),
                    None => f.write_str("a Unix socket without a path"),
                }
            }
        }
    }
}
