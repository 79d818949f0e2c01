//! Rebuilding a database without its free pages, while nobody has it open.
//!
//! The copy is made beside it, checked, synced and only then put in its place by
//! a rename: cut short at any step, either the old database or the new one
//! stands there whole. The old one is taken out of write-ahead logging first, so
//! that no log of it can ever be read as the new one's.

use std::fs::{File, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rusqlite::{Connection, ErrorCode};

use super::connect::connect;
use super::failure::{damaged, failed, unusable};
use super::files;
use super::inspect::flaw;
use super::lock::DaemonLock;
use super::open;
use super::usage;
use crate::store::disk::Compacted;
use crate::store::error::StoreError;
use crate::store::settings::Opening;

/// What the copy is called beside the database until it takes its place.
const COPY: &str = ".compact";
/// Mode of the store's files, which hold passwords of addresses.
const MODE: u32 = 0o600;
const STEP: &str = "rebuild itself";

/// Rebuilds the database without free pages, and so that it gives pages back by itself from now on. An older schema is brought
/// up to date.
///
/// # Errors
/// Those of [`crate::store::StoreLocation::compact`].
pub(in crate::store) fn compact(path: &Path) -> Result<Compacted, StoreError> {
    // A link stays a link, to the new file.
    let path = path
        .canonicalize()
        .map_err(|error| unusable(path, format!("cannot be reached: {error}")))?;
    let total = || usage::sizes(&path).iter().map(|(_, size)| size).sum();
    let before = total();
    // Names a daemon that runs, and keeps one from starting. What else has the database open is found below.
    let _lock = DaemonLock::take(&path)?;
    let copy = files::beside(&path, COPY);
    remove(&copy)?;
    // Before anything of the database is changed.
    usage::leave_room(&path, &*open::open(&path, Opening::Quick)?, STEP, 1)?;
    let db = alone(&path)?;
    let copied = copy_into(&path, &db, &copy);
    if copied.is_err() {
        let _ = std::fs::remove_file(&copy);
    }
    copied?;
    // Held until here, so that nobody has begun to write into the old file meanwhile.
    drop(db);
    Ok(Compacted {
        before,
        after: total(),
    })
}

/// A connection that nobody else's stands beside, to a database that has no log.
fn alone(path: &Path) -> Result<Connection, StoreError> {
    let db = connect(path).map_err(|cause| failed(path, STEP, cause))?;
    let is_alone = db
        .execute_batch("PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE; COMMIT")
        .and_then(|()| db.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0)));
    match is_alone {
        Ok(mode) if mode == "delete" => Ok(db),
        Ok(_) => Err(in_use(path)),
        Err(error)
            if matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
            ) =>
        {
            Err(in_use(path))
        }
        Err(error) => Err(failed(path, STEP, error)),
    }
}

fn in_use(path: &Path) -> StoreError {
    unusable(
        path,
        "is in use by another process, such as `mainstem run`: stop it first (`systemctl stop mainstem`), then compact, then start it again".to_owned(),
    )
}

/// Removes what a compaction that was cut short has left.
fn remove(copy: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(copy) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(unusable(copy, format!("cannot be removed: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes the copy, checks it, and puts it in the place of the database.
fn copy_into(path: &Path, db: &Connection, copy: &Path) -> Result<(), StoreError> {
    let io =
        |error: std::io::Error| unusable(copy, format!("the copy could not be written: {error}"));
    let original = std::fs::metadata(path).map_err(io)?;
    // SQLite writes into an empty file; made here, nobody else can ever read it.
    let file = File::options()
        .write(true)
        .create_new(true)
        .mode(MODE)
        .open(copy);
    let file = file.map_err(io)?;
    give_to_owner(&file, &original).map_err(io)?;
    let written = db
        .execute_batch("PRAGMA auto_vacuum = INCREMENTAL")
        .and_then(|()| db.execute("VACUUM INTO ?", [copy.to_string_lossy()]));
    written.map_err(|cause| failed(path, STEP, cause))?;
    let found = Connection::open(copy).and_then(|copy| flaw(&copy));
    if let Some(found) = found.map_err(|cause| failed(copy, STEP, cause))? {
        return Err(damaged(path, &format!("its copy is as damaged: {found}")));
    }
    file.sync_all().map_err(io)?;
    std::fs::rename(copy, path).map_err(io)?;
    // The new name lasts.
    let directory = path.parent().unwrap_or(Path::new("/"));
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(io)
}

/// Gives the copy to the owner of the original: whoever runs this, the service must be able to open its store afterwards.
fn give_to_owner(file: &File, original: &Metadata) -> std::io::Result<()> {
    let made = file.metadata()?;
    if (made.uid(), made.gid()) == (original.uid(), original.gid()) {
        return Ok(());
    }
    std::os::unix::fs::fchown(file, Some(original.uid()), Some(original.gid()))
}
