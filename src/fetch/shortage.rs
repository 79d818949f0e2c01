//! What this machine is short of: then a request fails before it has left, and no source is to blame.

use std::error::Error;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrV4, SocketType, bind, socket};
use rustix::process::{Resource, getrlimit};
use tokio::time::Instant;

use super::{Failure, Fault};
use crate::model::FailureClass;

/// It is said again after this time, should it last.
const REMINDER: Duration = Duration::from_secs(24 * 3600);

/// What this machine has too little of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortage {
    /// File descriptors, of this process or of all.
    Files,
    /// Memory, the kernel's buffers included.
    Memory,
    /// Local ports to connect from.
    Ports,
    /// Certificate authorities to verify servers by.
    Authorities,
}

impl Shortage {
    /// Whether a failed exchange failed for want of something here; `error` with its causes.
    pub(super) fn behind(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut cause = Some(error);
        while let Some(error) = cause {
            let named = error.downcast_ref::<Self>().copied();
            let found = named.or_else(|| error.downcast_ref().and_then(Self::in_error));
            if found.is_some() {
                return found;
            }
            cause = error.source();
        }
        None
    }

    /// Whether a system call failed for want of something here.
    pub(super) fn in_error(error: &io::Error) -> Option<Self> {
        match Errno::from_io_error(error)? {
            Errno::MFILE | Errno::NFILE => Some(Self::Files),
            Errno::NOMEM | Errno::NOBUFS => Some(Self::Memory),
            // Connecting to an IPv6 address from a machine without IPv6 fails with the same error, although ports are free.
            Errno::ADDRNOTAVAIL if !has_port() => Some(Self::Ports),
            _ => None,
        }
    }

    /// Whether a name could not be looked up for want of files: the resolver calls that a temporary failure.
    pub(super) fn in_lookup(error: &io::Error) -> Option<Self> {
        let shortage = Self::in_error(error);
        shortage.or_else(|| {
            std::fs::File::open("/dev/null")
                .err()
                .as_ref()
                .and_then(Self::in_error)
        })
    }

    /// The failure of a request that could not be made.
    pub(super) fn failure(self, class: FailureClass) -> Failure {
        Failure {
            fault: Fault::Machine(self),
            ..Failure::new(class, self.to_string())
        }
    }

    fn advice(self) -> String {
        match self {
            Self::Files => {
                let limit = getrlimit(Resource::Nofile).current;
                let limit = limit.map_or("none".to_owned(), |limit| limit.to_string());
                format!(
                    "the limit is {limit}: raise it (LimitNOFILE= in the unit, ulimit -n in a shell), or lower [fetch] concurrency"
                )
            }
            Self::Memory => {
                "give the machine or the unit (MemoryMax=) more, or lower [fetch] concurrency"
                    .to_owned()
            }
            Self::Authorities => {
                "install the package ca-certificates, then restart mainstem".to_owned()
            }
            Self::Ports => {
                "widen net.ipv4.ip_local_port_range, or lower [fetch] concurrency".to_owned()
            }
        }
    }
}

impl std::fmt::Display for Shortage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Files => "too many open files",
            Self::Memory => "not enough memory",
            Self::Ports => "no free local port",
            Self::Authorities => "no CA certificates",
        })
    }
}

impl Error for Shortage {}

/// Whether a local port can be had. A socket that listens would get one that others use.
fn has_port() -> bool {
    let bound = socket(AddressFamily::INET, SocketType::STREAM, None).and_then(|socket| {
        bind(
            &socket,
            &SocketAddrV4::new(std::net::Ipv4Addr::UNSPECIFIED, 0),
        )
    });
    bound != Err(Errno::ADDRINUSE)
}

/// What was said of shortages.
#[derive(Default)]
pub(super) struct Shortages {
    /// A plain mutex: held for a look-up, never across an await.
    said: Mutex<Vec<(Shortage, Instant)>>,
}

impl Shortages {
    /// Says it once, with what to do about it, and once a day while it lasts.
    pub(super) fn tell(&self, shortage: Shortage) {
        if shortage == Shortage::Authorities {
            return; // The start says it, and `check`.
        }
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.retain(|(_, at)| at.elapsed() < REMINDER);
        if said.iter().any(|(known, _)| *known == shortage) {
            return;
        }
        said.push((shortage, Instant::now()));
        let advice = shortage.advice();
        tracing::error!(
            "requests cannot be made: {shortage}; {advice}. No source is blamed, and each is asked again every minute"
        );
    }
}
