//! Backup and the check behind the watchdog's beat.

use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ffi};

use super::connect::connect_reader;
use super::failure::{damaged, failed, trouble};
use super::files;
use super::inspect::flaw;
use crate::store::condition::TroubleKind;
use crate::store::error::StoreError;

/// The step, as a verb.
pub(super) const COPY: &str = "copy itself";
/// SQLite's word for copying everything in one step.
const ALL_PAGES: i32 = -1;

/// Writes a consistent copy beside running work, and checks it. A copy that is damaged or was cut short is removed, so that
/// nobody relies on it.
///
/// # Errors
/// Those of [`crate::store::Store::backup`].
pub(super) fn backup(from: &Path, to: &Path) -> Result<(), StoreError> {
    let refused = |what: String| StoreError::Unusable {
        location: to.into(),
        what,
    };
    // Claims the name, so that nothing that stands there is ever written over.
    files::create(to).map_err(|error| refused(format!("cannot take the backup: {error}")))?;
    let copied = connect_reader(from).and_then(|db| copy(&db, to));
    if !matches!(copied, Ok(None)) {
        remove(to);
    }
    match copied {
        Ok(None) => Ok(()),
        Ok(Some(flaw)) => Err(damaged(
            from,
            &format!("its copy was as damaged and is removed: {flaw}"),
        )),
        Err(error) => Err(match trouble(to, &error) {
            Some(trouble) if trouble.kind == TroubleKind::Damaged => failed(from, COPY, error),
            Some(trouble) => refused(format!(
                "the backup failed and was removed: {}; {}",
                trouble.found, trouble.advice
            )),
            None => refused(format!("the backup failed and was removed: {error}")),
        }),
    }
}

/// Copies the database page by page. `Some`: what is wrong with the copy; pages are copied whatever they hold, so it is wrong
/// with the original.
fn copy(from: &Connection, to: &Path) -> rusqlite::Result<Option<String>> {
    let mut copy = Connection::open(to)?;
    // One snapshot, held to the end. Between two it would begin anew whenever somebody else has committed: beside a busy
    // writer for ever. In WAL mode nobody waits for it, but the log cannot begin anew before it is done: it grows by all
    // that is written meanwhile.
    let snapshot = from.unchecked_transaction()?;
    let _: i64 = snapshot.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
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
}

fn remove(copy: &Path) {
    for beside in ["", "-journal", "-wal", "-shm"] {
        let mut name = copy.as_os_str().to_owned();
        name.push(beside);
        let _ = std::fs::remove_file(name);
    }
}

/// Reads and writes a page. The first page of the database, with the value that it has: SQLite leaves a row alone that is
/// overwritten by itself, and would write and sync nothing.
pub(super) fn probe(db: &Connection) -> rusqlite::Result<()> {
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    db.pragma_update(None, "user_version", version)
}
