//! SQLite: one file, one writing thread, a few readers beside it.
//!
//! WAL with `synchronous = FULL`. Several processes may work on one file
//! (`refresh` beside `run`): every step is one IMMEDIATE transaction that reads
//! what it decides on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::rows::Rows;
use super::{RuleSpan, StoreError};
use crate::model::{HostHold, SourceReport};

mod archives;
mod care;
mod checkpoints;
mod columns;
mod compact;
mod documents;
mod edits;
mod elsewhere;
mod examine;
mod files;
mod health;
mod hosts;
mod keys;
mod known;
pub(super) mod learning;
mod links;
mod lock;
mod members;
mod open;
pub(super) mod outputs;
mod panics;
mod place;
mod readers;
mod refresh;
mod renames;
mod retention;
mod rules;
mod schema;
mod sources;
mod step;
mod store;
mod stories;
mod texts;
mod times;
mod upkeep;
mod usage;
mod versions;
mod vitals;
mod windows;
mod writer;

pub use compact::{Compacted, compact, mebibytes};
pub use files::{Audience, audience, is_missing};
pub use open::Opening;
pub use usage::sizes;

use lock::DaemonLock;
use readers::Readers;
use vitals::Vitals;
use writer::Writer;

impl Rows for rusqlite::Connection {
    type Error = rusqlite::Error;

    fn connection(&self) -> &Self {
        self
    }
}

/// A store in one SQLite file.
pub struct SqliteStore {
    path: PathBuf,
    vitals: Arc<Vitals>,
    writer: Writer,
    readers: Readers,
    /// How many commits of other processes were known of when they were last looked for.
    seen: AtomicU64,
    /// The daemon's; a command beside it has none.
    _lock: Option<DaemonLock>,
}

impl SqliteStore {
    /// Opens the database, brings its schema up to date, and starts the writer. A missing one is made, for its owner alone.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], [`StoreError::Newer`], [`StoreError::Unusable`] or, where a second daemon opens it,
    /// [`StoreError::InUse`], each with the path and what to do; the file is left as it is.
    pub fn open(path: &Path, opening: Opening) -> Result<Self, StoreError> {
        let lock = match opening {
            Opening::Thorough => DaemonLock::take(path),
            Opening::Quick => Ok(None),
        };
        // What keeps the lock's file from being made mostly keeps the database from being opened, whose message says more.
        let lock = match lock {
            Err(in_use @ StoreError::InUse { .. }) => return Err(in_use),
            taken => taken,
        };
        let db = open::open(path, opening)?;
        let lock = lock?;
        let unusable = |what: String| StoreError::Unusable {
            path: path.to_owned(),
            what,
        };
        let vitals = Vitals::of(path)
            .map_err(|error| unusable(format!("it cannot be looked at: {error}")))?;
        let writer = Writer::start(vitals.clone(), db)
            .map_err(|error| unusable(format!("no thread for writing: {error}")))?;
        Ok(Self {
            path: path.to_owned(),
            readers: Readers::new(vitals.clone()),
            vitals,
            writer,
            seen: AtomicU64::new(0),
            _lock: lock,
        })
    }
}

/// A report on every registered source, by id, read beside whoever writes: nothing in the database changes, and a missing
/// one is not made. `None`: there is none yet.
///
/// # Errors
/// [`StoreError::Damaged`], [`StoreError::Newer`] or [`StoreError::Unusable`], as in [`SqliteStore::open`].
pub fn source_reports(path: &Path) -> Result<Option<Vec<SourceReport>>, StoreError> {
    read_only(path, "read the sources", sources::reports)
}

/// The hosts that want to be left alone, read in the same way.
///
/// # Errors
/// Those of [`source_reports`].
pub fn host_holds(path: &Path) -> Result<Option<Vec<HostHold>>, StoreError> {
    read_only(path, "read the hosts that wait", hosts::holds)
}

/// What was noted of rules, read in the same way.
///
/// # Errors
/// Those of [`source_reports`].
pub fn rule_spans(path: &Path) -> Result<Option<Vec<RuleSpan>>, StoreError> {
    read_only(path, "read what rules did", rules::spans)
}

fn read_only<T>(
    path: &Path,
    step: &'static str,
    read: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>,
) -> Result<Option<T>, StoreError> {
    let Some(db) = open::open_to_read(path)? else {
        return Ok(None);
    };
    let read = read(&db).map_err(|cause| open::failed(path, step, cause))?;
    Ok(Some(read))
}
