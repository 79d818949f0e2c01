//! Opening a file that may be anything.
//!
//! A file that is not ours, not sound or from a newer version is refused with
//! its path, what was found and what to do; it is never touched or deleted.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};

use super::connect::{BUSY, connect, connect_to_look};
use super::failure::{damaged, refuse, unusable};
use super::files;
use super::inspect::{flaw, whose};
use super::place::FileId;
use super::schema::{APPLICATION_ID, REWRITTEN, VERSION, migrate};
use super::session::Session;
use super::usage;
use super::verify;
use crate::store::error::StoreError;
use crate::store::settings::Opening;

/// Pause between two tries where SQLite does not wait by itself.
const PAUSE: Duration = Duration::from_millis(10);
/// The oldest SQLite that is accepted: earlier ones can damage a database when two connections checkpoint and write at once.
const OLDEST_SQLITE: i32 = 3_051_003;

/// Opens, checks and migrates the database; a missing one is made.
pub(super) fn open(path: &Path, opening: Opening) -> Result<Session, StoreError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(unusable(
            path,
            format!(
                "SQLite {} can damage databases; build with 3.51.3 or newer",
                rusqlite::version()
            ),
        ));
    }
    refuse_directory(path)?;
    // Where it fails, so does the connection, whose message says more.
    let _ = files::create_database(path);
    loop {
        let file = inode(path);
        let db = connect(path).map_err(|error| refuse(path, error))?;
        let db = Session::of(db);
        if files::close_to_others(path) {
            tracing::warn!(path = %path.display(), "everybody could read the store, which holds passwords of source addresses: its mode is 600 now");
        }
        let version = check(path, &db, opening)?;
        // While this waited, `compact` may have put a new file in the place of the one that was opened. Nothing may be written
        // into the old one: its log would be taken for the new file's.
        if file.is_some() && file != inode(path) {
            continue;
        }
        if REWRITTEN.contains(&version) {
            // Once in the log, and once more in the file, where the old tables go last.
            usage::leave_room(path, &db, "bring its schema up to date", 2)?;
        }
        prepare(&db, version, opening).map_err(|error| refuse(path, error))?;
        if file.is_none() || file == inode(path) {
            return Ok(db);
        }
    }
}

/// The file that a path leads to; `None`: there is none.
fn inode(path: &Path) -> Option<FileId> {
    FileId::of(path).ok()
}

/// Opens a database as it is, to be read beside whoever writes it; `None`: there is nothing in it yet, or no file.
pub(super) fn open_to_read(path: &Path) -> Result<Option<Connection>, StoreError> {
    if files::is_missing(path) {
        return Ok(None);
    }
    refuse_directory(path)?;
    let db = connect_to_look(path).map_err(|error| refuse(path, error))?;
    match check(path, &db, Opening::Quick)? {
        VERSION => Ok(Some(db)),
        0 => Ok(None),
        _ => Err(unusable(
            path,
            "was written by an older mainstem; `mainstem run` or `mainstem refresh` brings it up to date".to_owned(),
        )),
    }
}

fn refuse_directory(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Err(unusable(
            path,
            "is a directory, not a database file; name a file in [store] path".to_owned(),
        ));
    }
    Ok(())
}

/// Reads only: whose file it is, which version, and whether it is sound. Returns the version; 0: the file is empty.
fn check(path: &Path, db: &Connection, opening: Opening) -> Result<i64, StoreError> {
    let (application, version, tables) = whose(db).map_err(|error| refuse(path, error))?;
    if tables > 0 && application != i64::from(APPLICATION_ID) {
        return Err(unusable(
            path,
            "is a database of another program; name another file in [store] path".to_owned(),
        ));
    }
    if version > VERSION {
        return Err(StoreError::Newer {
            location: path.into(),
            found: version,
            known: VERSION,
        });
    }
    // Nothing is brought up to date that was not looked at.
    let is_read_later = version == VERSION && verify::is_large(path);
    if opening == Opening::Quick || is_read_later {
        return Ok(version);
    }
    match flaw(db).map_err(|error| refuse(path, error))? {
        Some(found) => Err(damaged(path, &found)),
        None => Ok(version),
    }
}

fn prepare(db: &Session, version: i64, opening: Opening) -> rusqlite::Result<()> {
    db.pragma_update(None, "page_size", 8192)?;
    // Both take hold in a database without tables only. Free pages go back when retention asks for it; an older database is
    // rebuilt for that (`compact`).
    if version == 0 {
        db.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    keep_log_ahead(db)?;
    // To look for what is to be done takes the write lock: nobody waits for it where there is nothing.
    if version < VERSION {
        migrate(db)?;
    }
    if opening == Opening::Quick {
        return Ok(());
    }
    // A daemon finds out at its start whether it can write: the value stays, the page is written all the same.
    db.pragma_update(None, "user_version", VERSION)
}

/// Turns write-ahead logging on. Where two processes make one new database at once, SQLite tells one of them at once that it is
/// busy: to wait, each holding what the other needs, would be for ever.
fn keep_log_ahead(db: &Connection) -> rusqlite::Result<()> {
    let began = Instant::now();
    loop {
        match db.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && began.elapsed() < BUSY =>
            {
                std::thread::sleep(PAUSE);
            }
            ended => return ended,
        }
    }
}
