//! Which version of our code made the values that are stored.

use rusqlite::{OptionalExtension, params};

use super::session::Session;
use crate::store::rows::VersionRows;

impl VersionRows for Session {
    fn stored_version(&self, name: &str) -> rusqlite::Result<Option<i64>> {
        self.prepare_cached("SELECT version FROM versions WHERE name = ?")?
            .query_row([name], |row| row.get(0))
            .optional()
    }

    fn note_version(&self, name: &str, version: i64) -> rusqlite::Result<()> {
        self.prepare_cached("INSERT OR REPLACE INTO versions VALUES (?, ?)")?
            .execute(params![name, version])?;
        Ok(())
    }

    fn forget_version(&self, name: &str) -> rusqlite::Result<()> {
        self.execute("DELETE FROM versions WHERE name = ?", [name])
            .map(|_| ())
    }
}
