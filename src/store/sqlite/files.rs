//! The files of a database: who makes them, who owns them, who may read them.
//!
//! A store holds the user info of source addresses, and so do its log and its
//! copies: they are for their owner alone, whatever the umask.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::store::disk::Audience;

/// Mode of a file for its owner alone.
const PRIVATE: u32 = 0o600;
/// Permission bits of everybody else.
const OTHERS: u32 = 0o007;
/// Permission bits of the group.
const GROUP: u32 = 0o070;

/// The file that a path leads to; the path itself where nothing is there. SQLite keeps its files beside that one, not beside a link.
pub(super) fn resolved(database: &Path) -> PathBuf {
    database
        .canonicalize()
        .unwrap_or_else(|_| database.to_owned())
}

/// A file that belongs to a database: its name with this ending.
pub(super) fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = resolved(database).into_os_string();
    name.push(ending);
    name.into()
}

/// Makes an empty file, for its owner alone, that was not there before.
///
/// # Errors
/// `AlreadyExists`, and what the directory says.
pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(PRIVATE)
        .open(path)
}

/// Makes a database's file unless it is there. SQLite would make it as the umask says; it gives the log and the shared memory the
/// mode and, run by root, the owner of the database.
///
/// Root makes it for the owner of the directory: in a state directory that is the service, which could not open a file of root's.
///
/// # Errors
/// What the directory says.
pub(super) fn create_database(path: &Path) -> io::Result<()> {
    match create(path) {
        Ok(file) => give_to_owner_of_directory(path, &file),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Gives a new file to the owner of its directory. Only root can; for everybody else the file is theirs as it should be.
///
/// # Errors
/// That of a look at the directory or the file.
pub(super) fn give_to_owner_of_directory(path: &Path, file: &File) -> io::Result<()> {
    let directory = std::fs::metadata(directory(path))?;
    let made = file.metadata()?;
    if (made.uid(), made.gid()) == (directory.uid(), directory.gid()) || made.uid() != 0 {
        return Ok(());
    }
    let owner = (Some(directory.uid()), Some(directory.gid()));
    match std::os::unix::fs::fchown(file, owner.0, owner.1) {
        // A container may have a root that cannot.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(()),
        given => given,
    }
}

/// Closes a database that everybody may read: that mode was the umask's, and nobody's wish. One that only a group may read is
/// taken as meant, and stays. Files of other users stay too. Returns whether anything was closed.
pub(super) fn close_to_others(database: &Path) -> bool {
    let files = ["", "-wal", "-shm"].map(|ending| beside(database, ending));
    let is_open = |path: &PathBuf| mode(path).is_some_and(|mode| mode & OTHERS != 0);
    let mut any = false;
    for path in files.iter().filter(|path| is_open(path)) {
        any |= std::fs::set_permissions(path, Permissions::from_mode(PRIVATE)).is_ok();
    }
    any
}

/// Whether there is no such file or directory. One that this user may not see is not missing: opening it tells why.
pub(in crate::store) fn is_missing(path: &Path) -> bool {
    std::fs::metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

/// Who may read a database besides its owner; `None`: nobody, or there is no database to be seen.
pub(in crate::store) fn audience(database: &Path) -> Option<Audience> {
    match mode(database)? {
        mode if mode & OTHERS != 0 => Some(Audience::Everybody),
        mode if mode & GROUP != 0 => Some(Audience::Group),
        _ => None,
    }
}

fn mode(path: &Path) -> Option<u32> {
    let found = std::fs::metadata(path).ok()?;
    found.is_file().then(|| found.permissions().mode())
}

/// The directory of a file.
pub(super) fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The directory on the way to a file that this user may not enter; `None`: all of them can be entered, or one is not there.
pub(super) fn closed_directory(path: &Path) -> Option<PathBuf> {
    let denied = |path: &Path| {
        std::fs::metadata(path).is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
    };
    let closed = path.ancestors().filter(|part| denied(part)).last()?;
    // A link leads into a place that is closed; the place is what matters.
    let leads = std::fs::read_link(closed).ok();
    let parent = directory(closed);
    Some(match leads {
        Some(to) => directory(&parent.join(to)).to_owned(),
        None => parent.to_owned(),
    })
}
