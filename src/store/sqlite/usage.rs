//! What a database takes on disk.

use std::path::Path;

use rusqlite::Connection;

use super::files;
use crate::store::upkeep::Usage;

/// `auto_vacuum`: free pages stay until they are asked for.
pub(super) const INCREMENTAL: i64 = 2;

/// What a database takes on disk, in bytes, by file; one that is not there takes nothing. Reads no more than the directory.
#[must_use]
pub fn sizes(path: &Path) -> [(&'static str, u64); 2] {
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
