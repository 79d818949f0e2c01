//! Where the server may listen, and what is said where it cannot.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::PathBuf;

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

    /// Whether the machine has no such address, or no such family.
    pub(super) fn is_absent(&self) -> bool {
        self.error.kind() == ErrorKind::AddrNotAvailable
            || self.error.raw_os_error() == Some(EAFNOSUPPORT)
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
