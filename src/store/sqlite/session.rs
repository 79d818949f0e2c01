//! A connection with what it remembers of earlier transactions.

use std::cell::RefCell;
use std::ops::Deref;

use rusqlite::Connection;

use super::key_log::KeyLog;

/// A connection with what it remembers of earlier transactions. Steps see this.
pub(in crate::store) struct Session {
    db: Connection,
    /// The keys of the log, also those that the open transaction has written.
    pub(super) key_log: RefCell<KeyLog>,
}

impl Session {
    /// Remembers nothing yet.
    pub(super) fn of(db: Connection) -> Self {
        Self {
            db,
            key_log: RefCell::default(),
        }
    }

    /// To be called when any of what the open transaction wrote was rolled back: what is remembered may be of that.
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
