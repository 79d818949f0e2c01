//! Retention, backup and the check behind the watchdog's beat.

use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ffi, params};

use super::columns::ms;
use super::open::flaw;
use super::refresh::SEEN_EXACT_TO_MS;
use crate::model::{OutputId, Timestamp};

/// SQLite's word for copying everything in one step.
const ALL_PAGES: i32 = -1;

/// See [`crate::store::Store::expire`].
pub(super) fn expire(
    db: &Connection,
    unseen_since: Timestamp,
    windows: &[(OutputId, Timestamp)],
    limit: usize,
    now: Timestamp,
) -> rusqlite::Result<usize> {
    db.execute_batch("CREATE TEMP TABLE IF NOT EXISTS shown_since (output INTEGER PRIMARY KEY, place INTEGER); DELETE FROM temp.shown_since")?;
    for (output, place) in windows {
        db.execute(
            "INSERT OR REPLACE INTO temp.shown_since SELECT output, ?2 FROM outputs WHERE id = ?1",
            params![output.as_str(), ms(*place)],
        )?;
    }
    // The story stays whole while any output shows it or has yet to archive it: its copies are shown with it. What stood in its source's present
    // document when that was parsed (`last_seen` is exact to a day) is seen whenever the source says that nothing changed.
    db.execute(
        "UPDATE entries SET expired_at = ?3, title = '', summary = NULL, rest = NULL, text = '', html = NULL
         WHERE entry IN (
             SELECT e.entry FROM entries e JOIN source_state st USING (source)
             WHERE e.expired_at IS NULL AND e.last_seen < ?1
             AND NOT (COALESCE(st.success_at, 0) >= ?1 AND e.last_seen >= COALESCE(st.parsed_at, e.last_seen + 1) - ?4)
             AND NOT EXISTS (
                 SELECT 1 FROM output_items i JOIN temp.shown_since w USING (output)
                 WHERE i.story = e.story AND i.left_at IS NULL AND (i.ordered_at >= w.place OR i.archive IS NULL))
             ORDER BY e.last_seen LIMIT ?2)",
        params![ms(unseen_since), i64::try_from(limit).unwrap_or(i64::MAX), ms(now), SEEN_EXACT_TO_MS],
    )
}

/// Copies the database page by page beside running work. `Some`: what is wrong with the copy; pages are copied whatever
/// they hold, so it is wrong with the original. Such a copy is removed, as one cut short is: nobody shall rely on it.
pub(super) fn backup(from: &Connection, to: &Path) -> rusqlite::Result<Option<String>> {
    let copied = (|| {
        let mut copy = Connection::open(to)?;
        // One snapshot, held to the end. Between two it would begin anew whenever somebody else has committed: beside a
        // busy writer for ever. In WAL mode nobody waits for it; the log only grows until it is done.
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
