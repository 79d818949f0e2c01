//! Opening a file that may be anything.
//!
//! A file that is not ours, not sound or from a newer version is refused with
//! its path, what was found and what to do; it is never touched or deleted.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::files;
use super::panics::is_panic;
use super::schema::{APPLICATION_ID, VERSION, migrate};
use super::vitals;
use crate::store::{StoreError, TroubleKind};

/// How long a step waits for another process that is writing.
pub(super) const BUSY: Duration = Duration::from_secs(5);
/// What the write-ahead log keeps of its file when it begins anew.
const LOG_BYTES: i64 = 16 * 1024 * 1024;
/// Between two tries where SQLite does not wait by itself.
const PAUSE: Duration = Duration::from_millis(10);
/// Older ones can damage a database when two connections checkpoint and write at once.
const OLDEST_SQLITE: i32 = 3_051_003;
/// Prepared statements kept by a connection: more than the writer has.
const STATEMENTS: usize = 320;

/// A connection that writes; a missing file is made.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    connect_writer(path, OpenFlags::SQLITE_OPEN_CREATE)
}

/// The same to a database that was open already: one that has gone meanwhile is not begun anew.
pub(super) fn reconnect(path: &Path) -> rusqlite::Result<Connection> {
    connect_writer(path, OpenFlags::empty())
}

fn connect_writer(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let db = connect_as(path, OpenFlags::SQLITE_OPEN_READ_WRITE | flags)?;
    // Else it is carried over beside the writer, see `checkpoints`.
    db.execute_batch("PRAGMA wal_autocheckpoint = 16000")?;
    // What a log has grown to beside a long reader is given back when it begins anew.
    db.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    db.execute_batch(super::keys::INDEX)?;
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

fn connect_as(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    // FULL: an accepted entry survives a power cut; NORMAL was seen to lose commits.
    db.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536",
    )?;
    Ok(db)
}

/// How much is made sure of when a database is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// The daemon's: the whole file is read and checked, about a second per GiB, and a new epoch begins.
    Thorough,
    /// A command's beside it: whose file it is and which version.
    Quick,
}

/// Opens, checks and migrates the database; a missing one is made.
pub(super) fn open(path: &Path, opening: Opening) -> Result<Connection, StoreError> {
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
    // What is in the way is told by SQLite's own failure.
    let _ = files::create_database(path);
    loop {
        let file = inode(path);
        let mut db = connect(path).map_err(|error| refuse(path, error))?;
        if files::close_to_others(path) {
            tracing::warn!(path = %path.display(), "everybody could read the store, which holds passwords of source addresses: its mode is 600 now");
        }
        let version = check(path, &db, opening)?;
        // Whoever waited for `compact` to end holds the file that it has put another one in the place of. Nothing may be written
        // into that: its log would be taken for the new file's.
        if file.is_some() && file != inode(path) {
            continue;
        }
        prepare(&mut db, version, opening).map_err(|error| refuse(path, error))?;
        if file.is_none() || file == inode(path) {
            return Ok(db);
        }
    }
}

/// Which file stands there; `None`: none.
fn inode(path: &Path) -> Option<(u64, u64)> {
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
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

/// A connection that only reads, also where this user can write nothing. SQLite reads a log only if it can lock it, or if the
/// memory that its writers share is there; where there is no log, the file is all there is (<https://sqlite.org/wal.html#readonly>).
/// A daemon that starts at that very moment could make this one look wrong, and nothing else.
fn connect_to_look(path: &Path) -> rusqlite::Result<Connection> {
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
    if opening == Opening::Quick {
        return Ok(version);
    }
    match flaw(db).map_err(|error| refuse(path, error))? {
        Some(found) => Err(damaged(path, &found)),
        None => Ok(version),
    }
}

/// `application_id`, `user_version` and the number of tables and indexes. Read in one transaction: another process may be making
/// the database at this moment.
pub(super) fn whose(db: &Connection) -> rusqlite::Result<(i64, i64, i64)> {
    let read = db.unchecked_transaction()?;
    let number = |pragma: &str| read.pragma_query_value(None, pragma, |row| row.get(0));
    let tables = "SELECT count(*) FROM sqlite_schema";
    Ok((
        number("application_id")?,
        number("user_version")?,
        read.query_row(tables, [], |row| row.get(0))?,
    ))
}

/// Reads the whole database; `Some`: what is wrong with it.
pub(super) fn flaw(db: &Connection) -> rusqlite::Result<Option<String>> {
    let found: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    // The first line only names the database.
    let found = found.lines().filter(|line| !line.starts_with("***"));
    let found = found.collect::<Vec<_>>().join("; ");
    Ok((found != "ok").then_some(found))
}

fn prepare(db: &mut Connection, version: i64, opening: Opening) -> rusqlite::Result<()> {
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
    // Each start of a daemon is a new epoch of the one shard owner that SQLite has.
    db.execute(
        "INSERT INTO claims (shard, owner, epoch) VALUES (0, 'local', 1) ON CONFLICT (shard) DO UPDATE SET epoch = epoch + 1",
        [],
    )?;
    Ok(())
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

/// What a step's failure means: trouble is the store's, whatever step came upon it.
pub(super) fn failed(path: &Path, step: &'static str, cause: rusqlite::Error) -> StoreError {
    match vitals::trouble(path, &cause) {
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

/// What SQLite says, once.
pub(super) fn words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}

/// Tells a damaged file from one that cannot be reached.
fn refuse(path: &Path, error: rusqlite::Error) -> StoreError {
    match vitals::trouble(path, &error) {
        Some(trouble) => StoreError::from(&trouble),
        None => unusable(path, format!("cannot be opened: {}", words(&error))),
    }
}

/// Why the database cannot be opened to be written, which SQLite does not tell, and what to do; `None`: nothing is in the way
/// now.
pub(super) fn obstacle(path: &Path) -> Option<(String, String)> {
    let directory = files::directory(path);
    let place = directory.display();
    // Only trying tells: owner, mount and the sandbox of a service all have a say.
    let probe = directory.join(format!(".mainstem-probe-{}", std::process::id()));
    let tried = std::fs::File::create_new(&probe).and_then(|_| {
        std::fs::remove_file(&probe)?;
        std::fs::File::options().read(true).write(true).open(path)
    });
    let error = tried.err()?;
    if let Some(closed) = files::closed_directory(path) {
        return Some((
            format!("this user may not enter {}", closed.display()),
            "use sudo, or run as the user that owns the store (a service with DynamicUser= keeps its own from all but root)".to_owned(),
        ));
    }
    let (what, advice) = match error.kind() {
        _ if !directory.exists() => (
            format!("its directory {place} does not exist"),
            "make it, writable for this user",
        ),
        ErrorKind::ReadOnlyFilesystem => (
            format!("{place} is on a read-only file system"),
            "mount it writable, under systemd allow it with StateDirectory= or ReadWritePaths=, or name another [store] path",
        ),
        ErrorKind::PermissionDenied => (
            format!("it or its directory {place} is not writable for this user"),
            "change their owner or mode, run as their owner, or name another [store] path",
        ),
        // A missing one would have been made: SQLite has said what else there is.
        ErrorKind::NotFound => return None,
        _ => (format!("cannot be opened: {error}"), "see to that first"),
    };
    Some((what, advice.to_owned()))
}

fn unusable(path: &Path, what: String) -> StoreError {
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
