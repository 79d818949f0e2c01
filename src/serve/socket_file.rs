//! The file of a Unix socket: claimed at the start, removed at the stop.

use std::fs::{self, Metadata, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::UnixStream;

use super::address::{Address, BindError};
use super::holder::name_of;

/// Everybody on the machine may connect, as to a port on loopback and as to a socket of systemd's; who is to be kept out is
/// kept out by the mode of the directory.
const MODE: u32 = 0o666;
/// A process that holds a socket and does not accept within this time is alive all the same.
const PATIENCE: Duration = Duration::from_secs(1);

/// A socket's file that is ours. Dropped, it is removed, unless another has taken its place.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    /// Device and inode; `None` until it was made.
    made: OnceLock<(u64, u64)>,
}

impl SocketFile {
    /// Makes sure that the path is free. A socket that nobody listens at any more, left behind by a crash, is removed;
    /// one with a process behind it and every other file are left alone.
    ///
    /// # Errors
    /// The path is taken.
    pub(super) async fn claim(path: &Path, key: &'static str) -> Result<Self, BindError> {
        let address = || Address::Unix(path.to_owned());
        let failed = |error: io::Error| BindError::of(key, address(), error, || None);
        let in_use = || io::Error::from(ErrorKind::AddrInUse);
        match fs::symlink_metadata(path) {
            Ok(there) if !there.file_type().is_socket() => {
                let advice =
                    "a file that is no socket stands there; move it away, or choose another path";
                return Err(BindError::with_advice(key, address(), in_use(), advice));
            }
            Ok(_) => match owner(path).await {
                Owner::Gone => {
                    fs::remove_file(path).map_err(failed)?;
                    tracing::info!(address = %address(), "a socket left behind by an earlier run was replaced");
                }
                Owner::Alive(holder) => {
                    return Err(BindError::of(key, address(), in_use(), || holder));
                }
            },
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        Ok(Self {
            path: path.to_owned(),
            made: OnceLock::new(),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the socket, with room for so many connections that nobody has come to. Nobody can connect before its mode is right.
    pub(super) fn listen(&self, backlog: i32) -> io::Result<UnixListener> {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.bind(&SockAddr::unix(&self.path)?)?;
        let _ = self.made.set(identity(&fs::symlink_metadata(&self.path)?));
        fs::set_permissions(&self.path, Permissions::from_mode(MODE))?;
        socket.listen(backlog)?;
        Ok(socket.into())
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let there = fs::symlink_metadata(&self.path);
        if there.is_ok_and(|there| self.made.get() == Some(&identity(&there))) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn identity(file: &Metadata) -> (u64, u64) {
    (file.dev(), file.ino())
}

/// Who is behind a socket's file.
enum Owner {
    Gone,
    /// With its name, where that is known.
    Alive(Option<String>),
}

/// Only a refusal says for certain that nobody listens.
async fn owner(path: &Path) -> Owner {
    match tokio::time::timeout(PATIENCE, UnixStream::connect(path)).await {
        Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => Owner::Gone,
        Ok(Ok(stream)) => {
            let credentials = stream.peer_cred().ok();
            let pid = credentials.and_then(|credentials| credentials.pid());
            Owner::Alive(pid.and_then(|pid| name_of(pid.unsigned_abs())))
        }
        _ => Owner::Alive(None),
    }
}
