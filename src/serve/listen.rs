//! Where the server listens, by its configuration.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use socket2::{Domain, Protocol, Socket, Type};

use super::holder::holder;
use super::listener::Listener;
use super::socket_file::SocketFile;

/// Connections that the kernel keeps until we come to them; it may have a lower bound of its own (`net.core.somaxconn`).
pub(super) const BACKLOG: i32 = 1024;
/// Linux's number of what the standard library has no kind for.
const EAFNOSUPPORT: i32 = 97;

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// An IP address and a port; port 0 is any that is free.
    Ip(SocketAddr),
    /// Every address of this machine's own that `localhost` stands for, on one port.
    Localhost(u16),
    /// A Unix socket.
    Unix(PathBuf),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Localhost(port) => write!(f, "localhost:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// An address that cannot be listened at.
#[derive(Debug, thiserror::Error)]
#[error("{key}: {address} cannot be listened at: {advice}")]
pub struct BindError {
    /// The key of the configuration.
    key: &'static str,
    address: String,
    /// What holds it, if somebody does, and what to do.
    advice: String,
    #[source]
    error: io::Error,
}

/// Listens at all of these addresses, which stand in the configuration under `key`. Must be called on a runtime.
///
/// # Errors
/// One of them cannot be listened at; the others are given up again.
pub async fn bind(addresses: &[Address], key: &'static str) -> Result<Vec<Listener>, BindError> {
    let mut listeners = Vec::new();
    for address in addresses {
        match address {
            Address::Ip(ip) => listeners.push(bind_ip(*ip, addresses, key)?),
            Address::Localhost(port) => listeners.extend(bind_localhost(*port, addresses, key)?),
            Address::Unix(path) => {
                let file = SocketFile::claim(path, key).await?;
                listeners.push(bind_unix(file, key)?);
            }
        }
    }
    Ok(listeners)
}

fn bind_ip(
    address: SocketAddr,
    beside: &[Address],
    key: &'static str,
) -> Result<Listener, BindError> {
    let listen = || {
        let socket = Socket::new(
            Domain::for_address(address),
            Type::STREAM,
            Some(Protocol::TCP),
        )?;
        // Connections of the last run may still be closing.
        socket.set_reuse_address(true)?;
        // `[::]` stands for IPv4 as well, unless that is listened at by itself.
        let ipv4 = Address::Ip(SocketAddr::from((Ipv4Addr::UNSPECIFIED, address.port())));
        if address.ip() == Ipv6Addr::UNSPECIFIED && beside.contains(&ipv4) {
            socket.set_only_v6(true)?;
        }
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        Listener::tcp(socket.into(), false)
    };
    listen().map_err(|error| BindError::of(key, address, error, || holder(address)))
}

/// The addresses of this machine's own that the name stands for (RFC 6761 §6.3): no resolver is asked, for it could say
/// anything. A machine without one of the two families listens at the other.
fn bind_localhost(
    port: u16,
    beside: &[Address],
    key: &'static str,
) -> Result<Vec<Listener>, BindError> {
    let mut listeners = Vec::new();
    let mut absent = None;
    // Any port that is free is the same for both.
    let mut port = port;
    for ip in [
        IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
    ] {
        match bind_ip((ip, port).into(), beside, key) {
            Ok(listener) => {
                port = listener.ip().map_or(port, |address| address.port());
                listeners.push(listener);
            }
            Err(error) if is_absent(&error.error) => absent = Some(error),
            Err(error) => return Err(error),
        }
    }
    match absent {
        Some(error) if listeners.is_empty() => Err(error),
        _ => Ok(listeners),
    }
}

/// Whether the machine has no such address, or no such family.
fn is_absent(error: &io::Error) -> bool {
    error.kind() == ErrorKind::AddrNotAvailable || error.raw_os_error() == Some(EAFNOSUPPORT)
}

fn bind_unix(file: SocketFile, key: &'static str) -> Result<Listener, BindError> {
    let path = file.path().to_owned();
    let listen = move || Listener::unix(file.listen()?, Some(file), false);
    let address = Address::Unix(path);
    listen().map_err(|error| BindError::of(key, address, error, || None))
}

impl BindError {
    /// `holder` is looked for only if somebody holds the address.
    pub(super) fn of(
        key: &'static str,
        address: impl fmt::Display,
        error: io::Error,
        holder: impl FnOnce() -> Option<String>,
    ) -> Self {
        let advice = match error.kind() {
            ErrorKind::AddrInUse => {
                let holder = holder().unwrap_or_else(|| "another process".to_owned());
                format!("{holder} holds it; end that, or choose another address")
            }
            ErrorKind::AddrNotAvailable => {
                "this machine has no such address; choose one that it has".to_owned()
            }
            ErrorKind::PermissionDenied => {
                "that is not allowed; ports below 1024 need systemd/mainstem.socket or CAP_NET_BIND_SERVICE, and a Unix socket a directory that may be written".to_owned()
            }
            ErrorKind::NotFound => "its directory does not exist; make it".to_owned(),
            _ => "choose another address".to_owned(),
        };
        Self::with_advice(key, address, error, advice)
    }

    pub(super) fn with_advice(
        key: &'static str,
        address: impl fmt::Display,
        error: io::Error,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            key,
            address: address.to_string(),
            advice: advice.into(),
            error,
        }
    }
}
