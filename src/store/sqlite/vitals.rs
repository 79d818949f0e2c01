//! How one open database is doing, and who is told.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::watch;

use super::failure::{describe, full, kind};
use super::files::beside;
use super::place::{FileId, try_room};
use crate::store::condition::{StoreCondition, StoreTrouble, TroubleKind};

/// The condition of one open database. Shared by everything that reads and writes it.
pub(super) struct Vitals {
    path: PathBuf,
    /// The file that was opened.
    file: FileId,
    condition: watch::Sender<StoreCondition>,
}

impl Vitals {
    /// The condition of a database that was just opened.
    ///
    /// # Errors
    /// The file cannot be looked at.
    pub(super) fn of(path: &Path) -> std::io::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            path: path.to_owned(),
            file: FileId::of(path)?,
            condition: watch::Sender::new(StoreCondition::Well),
        }))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<StoreCondition> {
        self.condition.subscribe()
    }

    /// What is wrong now.
    pub(super) fn trouble(&self) -> Option<Arc<StoreTrouble>> {
        self.condition.borrow().trouble().cloned()
    }

    /// Notes what a failure says about the store. `None`: it concerns its own step alone.
    pub(super) fn note(&self, error: &rusqlite::Error) -> Option<Arc<StoreTrouble>> {
        let kind = kind(error)?;
        // A file that cannot be opened may be gone, which tells an operator more.
        if kind == TroubleKind::Unreachable
            && let Err(gone) = self.check_place()
        {
            return Some(gone);
        }
        if let Some(known) = self.trouble().filter(|known| known.kind == kind) {
            return Some(known);
        }
        Some(self.set(describe(&self.path, kind, error)))
    }

    /// The store is in this trouble from now on. The first description of a kind stays, and damage stays until a restart.
    pub(super) fn set(&self, trouble: StoreTrouble) -> Arc<StoreTrouble> {
        let mut current = Arc::new(trouble);
        self.condition
            .send_if_modified(|condition| match condition.trouble() {
                Some(known) if known.kind == current.kind || !known.kind.may_end() => {
                    current = known.clone();
                    false
                }
                _ => {
                    *condition = StoreCondition::InTrouble(current.clone());
                    true
                }
            });
        current
    }

    /// Ends a trouble that may end, because everything that polling uses was just read and written.
    pub(super) fn recover(&self) {
        self.condition.send_if_modified(|condition| {
            let ends = condition
                .trouble()
                .is_some_and(|known| known.kind.may_end());
            if ends {
                *condition = StoreCondition::Well;
            }
            ends
        });
    }

    /// Checks that the path still leads to the file that was opened.
    ///
    /// # Errors
    /// It does not, which is noted.
    pub(super) fn check_place(&self) -> Result<(), Arc<StoreTrouble>> {
        let (kind, found, advice) = match FileId::of(&self.path) {
            Ok(file) if file == self.file => return Ok(()),
            Ok(_) => (
                TroubleKind::Replaced,
                "another file was put in its place while it was in use",
                "restart mainstem to work with the new file, or move the old one back",
            ),
            Err(error) if error.kind() == ErrorKind::NotFound => (
                TroubleKind::Missing,
                "it was removed or moved away while it was in use",
                "move it back, or put a backup in its place, but never beside its `-wal` and `-shm`, and restart mainstem; started without it, mainstem begins an empty store",
            ),
            // Opening it gives a better message.
            Err(_) => return Ok(()),
        };
        Err(self.not_in_place(kind, found, advice))
    }

    /// Checks that the write-ahead log is there. Asked only while a connection has it open: the last one that closes
    /// takes it away.
    ///
    /// # Errors
    /// It is not, or the database itself is gone, which is noted.
    pub(super) fn check_log(&self) -> Result<(), Arc<StoreTrouble>> {
        self.check_place()?;
        if beside(&self.path, "-wal").exists() {
            return Ok(());
        }
        Err(self.not_in_place(
            TroubleKind::Missing,
            "its write-ahead log was removed while it was in use",
            "restart mainstem before anything else opens the store: what the log held is written into the database at the stop",
        ))
    }

    fn not_in_place(&self, kind: TroubleKind, found: &str, advice: &str) -> Arc<StoreTrouble> {
        self.set(StoreTrouble {
            kind,
            location: self.path.clone().into(),
            found: found.to_owned(),
            advice: advice.to_owned(),
        })
    }

    /// Checks that there is room for what a refresh writes.
    ///
    /// # Errors
    /// There is not, which is noted.
    pub(super) fn check_room(&self) -> Result<(), Arc<StoreTrouble>> {
        try_room(&self.path).map_err(|error| self.set(full(&self.path, &error)))
    }
}
