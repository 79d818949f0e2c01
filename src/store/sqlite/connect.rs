//! Connections to a database: one that writes, and those that read beside it.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::files;
use super::inspect::whose;

/// How long a step waits for another process that is writing.
pub(super) const BUSY: Duration = Duration::from_secs(5);
/// Bytes that the file of the write-ahead log keeps when the log begins anew.
const LOG_BYTES: i64 = 16 * 1024 * 1024;
/// Prepared statements that a connection keeps; the writer has fewer.
const STATEMENTS: usize = 320;

/// A connection that writes; a missing file is made.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    connect_writer(path, OpenFlags::SQLITE_OPEN_CREATE)
}

/// A connection that writes to a database that was open before; one that is missing by now is not made.
pub(super) fn reconnect(path: &Path) -> rusqlite::Result<Connection> {
    connect_writer(path, OpenFlags::empty())
}

fn connect_writer(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let db = connect_as(path, OpenFlags::SQLITE_OPEN_READ_WRITE | flags)?;
    // Far apart, because a thread of its own checkpoints beside the writer (`checkpoints`).
    db.execute_batch("PRAGMA wal_autocheckpoint = 16000")?;
    // A log that has grown beside a long reader is cut to this when it begins anew.
    db.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    // SQLite keeps copies of pages while a statement may still fail. They stay in memory.
    db.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(db)
}

/// A connection that only reads.
pub(super) fn connect_reader(path: &Path) -> rusqlite::Result<Connection> {
    // Not SQLITE_OPEN_READ_ONLY: a reader that comes first makes the shared memory beside the file.
    let db = connect_as(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // A reader's pages are read once or twice; the writer's look-ups come back to theirs.
    db.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -4096")?;
    Ok(db)
}

/// A connection that only reads, also where this user can write nothing. SQLite reads a log only if it can lock it, or if the
/// memory that its writers share is there; where there is no log, the file is all there is (<https://sqlite.org/wal.html#readonly>).
/// A daemon that starts at that very moment could make this one look wrong, and nothing else.
pub(super) fn connect_to_look(path: &Path) -> rusqlite::Result<Connection> {
    let looked = |db: Connection| whose(&db).map(|_| db);
    let first = match connect_reader(path).and_then(looked) {
        Err(error) if is_denied(&error) => error,
        connected => return connected,
    };
    let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY;
    if let Ok(db) = connect_as(path, read_only).and_then(looked) {
        return Ok(db);
    }
    let has_log = std::fs::metadata(files::beside(path, "-wal")).is_ok_and(|log| log.len() > 0);
    match url::Url::from_file_path(path) {
        Ok(mut uri) if !has_log => {
            uri.set_query(Some("immutable=1"));
            let flags = read_only | OpenFlags::SQLITE_OPEN_URI;
            connect_as(Path::new(uri.as_str()), flags).and_then(looked)
        }
        _ => Err(first),
    }
}

fn is_denied(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen))
}

fn connect_as(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    // The query planner stability guarantee. Without it SQLite compiles a statement anew whenever a bound `LIMIT` changes, because the
    // best plan may depend on the number.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // synchronous: with FULL an accepted entry survives a power cut; NORMAL was seen to lose commits. cache_size: 16 MiB. Four times as
    // much made a first pass over a thousand sources no faster, because the system caches the file anyway.
    db.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384",
    )?;
    Ok(db)
}
