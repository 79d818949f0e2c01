//! What a failure of SQLite means: the store's own trouble, or that of one step.

use std::io::{Error, ErrorKind};
use std::path::Path;

use rusqlite::{ErrorCode, ffi};

use super::connect::BUSY;
use super::panics::is_panic;
use super::place::{Disk, ROOM, lock_holder, obstacle, try_room};
use crate::store::condition::{StoreTrouble, TroubleKind};
use crate::store::error::StoreError;

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

/// What a failure says about the store as a whole; `None`: it is that of one step.
pub(super) fn trouble(path: &Path, error: &rusqlite::Error) -> Option<StoreTrouble> {
    Some(describe(path, kind(error)?, error))
}

pub(super) fn describe(path: &Path, kind: TroubleKind, error: &rusqlite::Error) -> StoreTrouble {
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

pub(super) fn full(path: &Path, error: &Error) -> StoreTrouble {
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

/// The error for a step that failed. Trouble is the store's, whatever step met it.
pub(super) fn failed(path: &Path, step: &'static str, cause: rusqlite::Error) -> StoreError {
    match trouble(path, &cause) {
        Some(trouble) if trouble.kind == TroubleKind::Damaged => {
            damaged(path, &format!("could not {step}: {}", trouble.found))
        }
        Some(trouble) => StoreError::from(&trouble),
        None if is_panic(&cause) => StoreError::Panicked { step },
        None => StoreError::Step {
            step,
            cause: cause.into(),
        },
    }
}

/// The error for a database that could not be opened.
pub(super) fn refuse(path: &Path, error: rusqlite::Error) -> StoreError {
    match trouble(path, &error) {
        Some(trouble) => StoreError::from(&trouble),
        None => unusable(path, format!("cannot be opened: {}", words(&error))),
    }
}

/// SQLite's own message, without the repetition that rusqlite adds.
fn words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}

pub(super) fn unusable(path: &Path, what: String) -> StoreError {
    StoreError::Unusable {
        location: path.into(),
        what,
    }
}

pub(super) fn damaged(path: &Path, found: &str) -> StoreError {
    StoreError::Damaged {
        location: path.into(),
        found: found.to_owned(),
        advice: damage_advice(path),
    }
}

/// What to do about a damaged database.
pub(super) fn damage_advice(path: &Path) -> String {
    format!(
        "it is left as it is: put a backup in its place, but never beside its `-wal` and `-shm`, which would damage the backup; or move it away and rescue what is readable with `sqlite3 {} .recover`",
        path.display()
    )
}
