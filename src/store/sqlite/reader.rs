//! A database that a command reads beside whoever writes it.

use std::path::{Path, PathBuf};

use super::failure::failed;
use super::open;
use super::session::Session;
use crate::model::{HostHold, SourceReport};
use crate::store::error::StoreError;
use crate::store::outputs::RuleSpan;
use crate::store::read_store::ReadStore;
use crate::store::rows::{HostRows, RuleRows, SourceRows};

/// A connection on which nothing is written.
pub(in crate::store) struct SqliteReader {
    path: PathBuf,
    db: Session,
}

impl SqliteReader {
    /// Opens a database as it is; `None`: there is nothing in it yet, or no file.
    ///
    /// # Errors
    /// Those of [`crate::store::open_to_read`].
    pub(in crate::store) fn open(path: &Path) -> Result<Option<Self>, StoreError> {
        let db = open::open_to_read(path)?;
        Ok(db.map(|db| Self {
            path: path.to_owned(),
            db: Session::of(db),
        }))
    }

    fn read<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&Session) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        read(&self.db).map_err(|cause| failed(&self.path, name, cause))
    }
}

impl ReadStore for SqliteReader {
    fn source_reports(&self) -> Result<Vec<SourceReport>, StoreError> {
        self.read("read the sources", SourceRows::source_reports)
    }

    fn host_holds(&self) -> Result<Vec<HostHold>, StoreError> {
        self.read("read the hosts that wait", HostRows::host_holds)
    }

    fn rule_spans(&self) -> Result<Vec<RuleSpan>, StoreError> {
        self.read("read what rules did", RuleRows::rule_spans)
    }
}
