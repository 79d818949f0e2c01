//! A connection with what it remembers of earlier transactions.

use std::cell::RefCell;
use std::ops::Deref;

use rusqlite::Connection;

use super::key_log::KeyLog;

/// A connection with what it remembers of earlier transactions. All steps run on one.
pub(in crate::store) struct Session {
    db: Connection,
    /// The index of the log of keys, including those that the open transaction has written.
    pub(super) key_log: RefCell<KeyLog>,
}

impl Session {
    /// Begins with nothing remembered.
    pub(super) fn of(db: Connection) -> Self {
        Self {
            db,
            key_log: RefCell::default(),
        }
    }

    /// Forgets everything. Must be called after a rollback, because some of it may have been rolled back.
    pub(super) fn forget(&self) {
        self.key_log.take();
    }
}

impl Deref for Session {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.db
    }
}
