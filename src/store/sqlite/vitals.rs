//! What a failure of SQLite says about the store as a whole, and who is told.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{ErrorCode, ffi};
use tokio::sync::watch;

use super::files::beside;
use super::open::{BUSY, damage_advice, obstacle, words};
use super::place::{Disk, FileId, ROOM, lock_holder, try_room};
use crate::store::{StoreCondition, StoreTrouble, TroubleKind};

/// The condition of one open database. Shared by everything that reads and writes it.
pub(super) struct Vitals {
    path: PathBuf,
    /// The file that was opened.
    file: FileId,
    condition: watch::Sender<StoreCondition>,
}

impl Vitals {
    /// Of a database that was opened just now.
    ///
    /// # Errors
    /// The file cannot be looked at.
    pub(super) fn of(path: &Path) -> std::io::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            path: path.to_owned(),
            file: FileId::of(path)?,
            condition: watch::Sender::new(StoreCondition::Well),
        }))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<StoreCondition> {
        self.condition.subscribe()
    }

    /// What is wrong now.
    pub(super) fn trouble(&self) -> Option<Arc<StoreTrouble>> {
        self.condition.borrow().trouble().cloned()
    }

    /// Notes what a failure says about the store. `None`: it concerns its own step alone.
    pub(super) fn note(&self, error: &rusqlite::Error) -> Option<Arc<StoreTrouble>> {
        let kind = kind(error)?;
        // A file that cannot be opened may be gone, which says more to whoever has to mend it.
        if kind == TroubleKind::Unreachable
            && let Err(gone) = self.check_place()
        {
            return Some(gone);
        }
        if let Some(known) = self.trouble().filter(|known| known.kind == kind) {
            return Some(known);
        }
        Some(self.set(describe(&self.path, kind, error)))
    }

    /// The store is in this trouble from now on. The first description of a kind stays, and damage stays until a restart.
    pub(super) fn set(&self, trouble: StoreTrouble) -> Arc<StoreTrouble> {
        let mut current = Arc::new(trouble);
        self.condition
            .send_if_modified(|condition| match condition.trouble() {
                Some(known) if known.kind == current.kind || !known.kind.may_end() => {
                    current = known.clone();
                    false
                }
                _ => {
                    *condition = StoreCondition::InTrouble(current.clone());
                    true
                }
            });
        current
    }

    /// Everything that the line uses was read and written just now.
    pub(super) fn recover(&self) {
        self.condition.send_if_modified(|condition| {
            let ends = condition
                .trouble()
                .is_some_and(|known| known.kind.may_end());
            if ends {
                *condition = StoreCondition::Well;
            }
            ends
        });
    }

    /// Looks whether the path still leads to the file that was opened.
    ///
    /// # Errors
    /// It does not, which is noted.
    pub(super) fn check_place(&self) -> Result<(), Arc<StoreTrouble>> {
        let (kind, found, advice) = match FileId::of(&self.path) {
            Ok(file) if file == self.file => return Ok(()),
            Ok(_) => (
                TroubleKind::Replaced,
                "another file was put in its place while it was in use",
                "restart mainstem to work with the new file, or move the old one back",
            ),
            Err(error) if error.kind() == ErrorKind::NotFound => (
                TroubleKind::Missing,
                "it was removed or moved away while it was in use",
                "move it back, or put a backup in its place, but never beside its `-wal` and `-shm`, and restart mainstem; started without it, mainstem begins an empty store",
            ),
            // Whoever opens it will be told better.
            Err(_) => return Ok(()),
        };
        Err(self.not_in_place(kind, found, advice))
    }

    /// Looks whether the write-ahead log is there. Asked only while a connection has it open: the last one that closes
    /// takes it away.
    ///
    /// # Errors
    /// It is not, or the database itself is gone, which is noted.
    pub(super) fn check_log(&self) -> Result<(), Arc<StoreTrouble>> {
        self.check_place()?;
        if beside(&self.path, "-wal").exists() {
            return Ok(());
        }
        Err(self.not_in_place(
            TroubleKind::Missing,
            "its write-ahead log was removed while it was in use",
            "restart mainstem before anything else opens the store: what the log held is written into the database at the stop",
        ))
    }

    fn not_in_place(&self, kind: TroubleKind, found: &str, advice: &str) -> Arc<StoreTrouble> {
        self.set(StoreTrouble {
            kind,
            location: self.path.clone().into(),
            found: found.to_owned(),
            advice: advice.to_owned(),
        })
    }

    /// Looks whether there is room for what the line writes.
    ///
    /// # Errors
    /// There is not, which is noted.
    pub(super) fn check_room(&self) -> Result<(), Arc<StoreTrouble>> {
        try_room(&self.path).map_err(|error| self.set(full(&self.path, &error)))
    }
}

/// What a failure says about the store as a whole; `None`: it is that of one step.
pub(super) fn trouble(path: &Path, error: &rusqlite::Error) -> Option<StoreTrouble> {
    Some(describe(path, kind(error)?, error))
}

/// Which trouble of the store a failure shows; `None`: none, it is that of one step.
pub(super) fn kind(error: &rusqlite::Error) -> Option<TroubleKind> {
    let code = error.sqlite_error()?;
    match (code.code, code.extended_code) {
        (ErrorCode::DiskFull, _) => Some(TroubleKind::Full),
        // Memory of our own process.
        (_, ffi::SQLITE_IOERR_NOMEM) => None,
        // Room for the index of the write-ahead log, which SQLite calls an I/O error.
        (_, ffi::SQLITE_IOERR_SHMSIZE) => Some(TroubleKind::Full),
        (_, ffi::SQLITE_READONLY_DBMOVED) => Some(TroubleKind::Missing),
        (ErrorCode::SystemIoFailure, _) => Some(TroubleKind::Failing),
        // Not SQLITE_LOCKED, which is a conflict within one connection.
        (ErrorCode::DatabaseBusy | ErrorCode::FileLockingProtocolFailed, _) => {
            Some(TroubleKind::Locked)
        }
        (ErrorCode::ReadOnly | ErrorCode::PermissionDenied, _) => Some(TroubleKind::ReadOnly),
        (ErrorCode::CannotOpen, _) => Some(TroubleKind::Unreachable),
        (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => Some(TroubleKind::Damaged),
        _ => None,
    }
}

fn describe(path: &Path, kind: TroubleKind, error: &rusqlite::Error) -> StoreTrouble {
    let (found, advice) = match kind {
        TroubleKind::Full => return full(path, &ErrorKind::StorageFull.into()),
        TroubleKind::Failing if Disk::of(path).is_some_and(|disk| disk.free == 0) => {
            // SQLite calls a full disk that only a sync finds an I/O error.
            return full(path, &ErrorKind::StorageFull.into());
        }
        TroubleKind::Unreachable if try_room(path).is_err() => {
            // A file beside it had to be made.
            return full(path, &ErrorKind::StorageFull.into());
        }
        TroubleKind::Failing => (
            format!(
                "reading or writing it failed: {} (SQLite {})",
                words(error),
                code(error)
            ),
            "look at the disk and at the kernel's log (`journalctl -k`)".to_owned(),
        ),
        TroubleKind::Locked => {
            let holder = lock_holder(path).unwrap_or_else(|| "another process".to_owned());
            (
                format!(
                    "{holder} has held its lock for more than {} s",
                    BUSY.as_secs()
                ),
                "let that process finish, or end it".to_owned(),
            )
        }
        TroubleKind::ReadOnly => obstacle(path).unwrap_or_else(|| {
            (
                "it is read-only".to_owned(),
                "make the file and its directory writable for this user".to_owned(),
            )
        }),
        TroubleKind::Unreachable => obstacle(path).unwrap_or_else(|| {
            (
                format!(
                    "it cannot be opened: {} (SQLite {})",
                    words(error),
                    code(error)
                ),
                "look at the file, its directory and the limit of open files".to_owned(),
            )
        }),
        TroubleKind::Missing | TroubleKind::Replaced => (
            "it was moved while it was in use".to_owned(),
            "move it back, or restart mainstem".to_owned(),
        ),
        TroubleKind::Damaged => (words(error), damage_advice(path)),
    };
    StoreTrouble {
        kind,
        location: path.into(),
        found,
        advice,
    }
}

/// SQLite's extended result code, as its documentation lists them.
fn code(error: &rusqlite::Error) -> i32 {
    error.sqlite_error().map_or(0, |code| code.extended_code)
}

fn full(path: &Path, error: &Error) -> StoreTrouble {
    let (found, advice) = match Disk::of(path) {
        Some(disk) if disk.free >= ROOM => (
            format!(
                "no more can be written, although the file system at {} has {} free ({error})",
                disk.mount.display(),
                bytes(disk.free)
            ),
            "look at disk quotas and at limits of the size of files",
        ),
        Some(disk) => (
            format!(
                "the disk is full: the file system at {} has {} free",
                disk.mount.display(),
                bytes(disk.free)
            ),
            "free space there, or move the store to another file system with [store] path",
        ),
        None => (
            "the disk is full".to_owned(),
            "free space there, or move the store to another file system with [store] path",
        ),
    };
    StoreTrouble {
        kind: TroubleKind::Full,
        location: path.into(),
        found,
        advice: advice.to_owned(),
    }
}

fn bytes(count: u64) -> String {
    match count {
        0..=1023 => format!("{count} bytes"),
        1024..=1_048_575 => format!("{} KiB", count / 1024),
        1_048_576..=1_073_741_823 => format!("{} MiB", count / 1_048_576),
        _ => format!("{} GiB", count / 1_073_741_824),
    }
}
