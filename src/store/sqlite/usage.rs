//! What a database takes on disk, and what it gives back.

use std::path::Path;

use rusqlite::Connection;

use super::files;
use crate::store::disk::Usage;
use crate::store::turn::Turn;

/// `auto_vacuum`: free pages stay until they are asked for.
const INCREMENTAL: i64 = 2;
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
