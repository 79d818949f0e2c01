//! The lock that lets only one daemon run on a database. The kernel releases it when the process ends, however it ends.
//!
//! Commands beside the daemon do not take it; SQLite's own locks keep their
//! steps apart. It is held on a file of its own, for closing any descriptor of
//! the database would give up SQLite's locks of the whole process (fcntl(2)).

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::files;
use crate::store::StoreError;

/// Most bytes that are read of a lock file.
const LONGEST: u64 = 200;

/// Held from the opening of a store until the process ends, however it ends (flock(2)). The file stays: to remove it would let a
/// third process lock another file of the same name.
#[derive(Debug)]
pub(super) struct DaemonLock {
    _file: File,
}

impl DaemonLock {
    /// Takes the lock of a database, whether or not the database is there. `None`: its file system knows no such locks, which is
    /// logged.
    ///
    /// # Errors
    /// [`StoreError::InUse`] with the process that holds it; [`StoreError::Unusable`] where the file cannot be made.
    pub(super) fn take(database: &Path) -> Result<Option<Self>, StoreError> {
        let path = files::beside(database, "-lock");
        let unusable = |error: io::Error| StoreError::Unusable {
            location: path.clone().into(),
            what: format!("the lock of the daemon cannot be taken: {error}"),
        };
        let mut file = open(&path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::InUse {
                    location: database.into(),
                    by: holder(&mut file),
                });
            }
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                tracing::warn!(path = %path.display(), %error, "this file system has no locks: see to it that no second daemon uses the store");
                return Ok(None);
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        // A full disk keeps nobody from serving what is stored: without the number the refusal only says less.
        let _ = note(&mut file);
        Ok(Some(Self { _file: file }))
    }
}

/// Opens the file, or makes it for its owner alone.
fn open(path: &Path) -> io::Result<File> {
    match files::create(path) {
        Ok(file) => {
            files::give_to_owner_of_directory(path, &file)?;
            Ok(file)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => OpenOptions::new()
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path),
        Err(error) => Err(error),
    }
}

/// Writes who we are: the process, and the namespace in which it has that number.
fn note(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    write!(file, "{}\n{}\n", std::process::id(), namespace())
}

/// Who holds the lock, as far as that can be said.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(LONGEST).read_to_string(&mut text);
    let mut lines = text.lines();
    match (lines.next(), lines.next()) {
        (Some(process), Some(of)) if read.is_ok() && of == namespace() => {
            format!("process {process}")
        }
        (Some(process), Some(_)) if read.is_ok() => {
            format!("process {process} of another container or machine")
        }
        _ => "a process that has not given its number".to_owned(),
    }
}

/// What tells this namespace of process numbers from those of other containers.
fn namespace() -> String {
    let link = std::fs::read_link("/proc/self/ns/pid");
    link.map_or_else(|_| "?".to_owned(), |link| link.display().to_string())
}
