//! What a database takes on disk, and what it gives back.

use std::path::Path;

use rusqlite::Connection;

use super::failure::{failed, unusable};
use super::files;
use crate::store::disk::{Usage, mebibytes};
use crate::store::error::StoreError;
use crate::store::turn::Turn;

/// `auto_vacuum`: free pages stay until they are asked for.
const INCREMENTAL: i64 = 2;
/// Bytes left free beside a copy of what is stored, so that a file system that others use is not filled to the last byte.
const SPARE_BYTES: u64 = 1024 * 1024;
/// Pages moved between two looks at the time.
const PAGES: u64 = 16;

/// What a database takes on disk, in bytes, by file; one that is not there takes nothing. Reads no more than the directory.
pub(in crate::store) fn sizes(path: &Path) -> [(&'static str, u64); 2] {
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
    let log = files::beside(path, "-wal");
    [("database", size(path)), ("wal", size(&log))]
}

/// See [`crate::store::Store::usage`].
pub(super) fn of(db: &Connection, path: &Path) -> rusqlite::Result<Usage> {
    let number = |pragma: &str| db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let size = number("page_size")?;
    let free = number("freelist_count")?;
    let used = number("page_count")?.saturating_sub(free);
    let bytes = |pages: i64| pages.saturating_mul(size).unsigned_abs();
    let [_, (_, log)] = sizes(path);
    Ok(Usage {
        used: bytes(used),
        free: bytes(free),
        log,
        gives_back: number("auto_vacuum")? == INCREMENTAL,
    })
}

/// Refuses a step, a verb for the error, that may write all that is stored so many times more, where there is no room for that.
pub(super) fn leave_room(
    path: &Path,
    db: &Connection,
    step: &'static str,
    times: u64,
) -> Result<(), StoreError> {
    let usage = of(db, path).map_err(|cause| failed(path, step, cause))?;
    let needed = times * usage.used + SPARE_BYTES;
    let room = rustix::fs::statvfs(path)
        .map_err(|error| unusable(path, format!("the room beside it cannot be told: {error}")))?;
    // What is kept for root is not counted: the service would miss it.
    let room = room.f_bavail.saturating_mul(room.f_frsize);
    if room < needed {
        let (needed, room) = (mebibytes(needed), mebibytes(room));
        return Err(unusable(
            path,
            format!(
                "it has no room to {step}: that takes up to {needed}, and its file system has {room} left; make room, or move the store to a larger file system"
            ),
        ));
    }
    Ok(())
}

/// See [`crate::store::Store::give_back`].
pub(super) fn give_back(db: &Connection, spare: u64) -> rusqlite::Result<u64> {
    let turn = Turn::begin();
    let number = |pragma: &str| -> rusqlite::Result<u64> {
        db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0))
            .map(i64::unsigned_abs)
    };
    let keep = spare / number("page_size")?.max(1);
    let before = number("freelist_count")?;
    let mut free = before;
    while free > keep && !turn.is_over() {
        let pages = PAGES.min(free - keep);
        let mut vacuum = db.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
        // Each row is a page.
        let mut rows = vacuum.query([])?;
        while rows.next()?.is_some() {}
        let left = number("freelist_count")?;
        if left >= free {
            break;
        }
        free = left;
    }
    Ok(before.saturating_sub(free))
}
