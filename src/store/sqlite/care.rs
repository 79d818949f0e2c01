//! Backup and the check behind the watchdog's beat.

use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ffi};

use super::open::flaw;

/// SQLite's word for copying everything in one step.
const ALL_PAGES: i32 = -1;

/// Copies the database page by page beside running work. `Some`: what is wrong with the copy; pages are copied whatever
/// they hold, so it is wrong with the original. Such a copy is removed, as one cut short is: nobody shall rely on it.
pub(super) fn backup(from: &Connection, to: &Path) -> rusqlite::Result<Option<String>> {
    let copied = (|| {
        let mut copy = Connection::open(to)?;
        // One snapshot, held to the end. Between two it would begin anew whenever somebody else has committed: beside a
        // busy writer for ever. In WAL mode nobody waits for it, but the log cannot begin
        // anew before it is done: it grows by all that is written meanwhile.
        let snapshot = from.unchecked_transaction()?;
        let _: i64 =
            snapshot.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        match Backup::new(&snapshot, &mut copy)?.step(ALL_PAGES)? {
            StepResult::Done => {}
            _ => {
                return Err(rusqlite::Error::SqliteFailure(
                    ffi::Error::new(ffi::SQLITE_BUSY),
                    None,
                ));
            }
        }
        drop(snapshot);
        // One file, to be moved anywhere.
        copy.pragma_update(None, "journal_mode", "DELETE")?;
        flaw(&copy)
    })();
    if !matches!(copied, Ok(None)) {
        for beside in ["", "-journal", "-wal", "-shm"] {
            let mut name = to.as_os_str().to_owned();
            name.push(beside);
            let _ = std::fs::remove_file(name);
        }
    }
    copied
}

/// Reads and writes a page. The first page of the database, with the value that it has: SQLite leaves a row alone that is
/// overwritten by itself, and would write and sync nothing.
pub(super) fn probe(db: &Connection) -> rusqlite::Result<()> {
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    db.pragma_update(None, "user_version", version)
}
