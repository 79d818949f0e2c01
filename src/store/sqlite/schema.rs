//! The schema, and how an older one becomes it.
//!
//! Migrations only go forward, are numbered by `user_version`, run in one
//! transaction each and are never edited after a release. Moments are
//! milliseconds since 1970, hashes 16 bytes.

use std::ops::RangeInclusive;

use rusqlite::{Transaction, TransactionBehavior};

use super::repack;
use super::session::Session;
use crate::store::steps::rebuild;

/// `application_id`: "Main" in ASCII; tells our files from other SQLite databases.
pub(super) const APPLICATION_ID: i32 = 0x4D61_696E;

/// One entry a version; the n-th brings version n to n + 1.
const MIGRATIONS: &[&str] = &[
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
    include_str!("schema_5.sql"),
    include_str!("schema_6.sql"),
    include_str!("schema_7.sql"),
];

/// The version that this program writes.
#[expect(clippy::cast_possible_wrap, reason = "a handful of migrations")]
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Versions whose migration writes most of what is stored anew.
pub(super) const REWRITTEN: RangeInclusive<i64> = 1..=5;

/// Brings the schema up to date, in one transaction for each version. Code of today reads stored entries only in the last of them, when
/// all columns that it knows exist.
pub(super) fn migrate(db: &Session) -> rusqlite::Result<()> {
    repack::register(db)?;
    loop {
        // IMMEDIATE: of two processes that open an old file at once, the second finds it done.
        let step = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
        let version: i64 = step.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let Some(sql) = usize::try_from(version)
            .ok()
            .and_then(|version| MIGRATIONS.get(version))
        else {
            return Ok(());
        };
        step.execute_batch(sql)?;
        if version == 0 {
            // Nothing is stored yet: what will be is of today's code.
            rebuild::note_version(db)?;
        } else if version + 1 == VERSION {
            rebuild::recent(db)?;
        }
        step.pragma_update(None, "user_version", version + 1)?;
        step.pragma_update(None, "application_id", APPLICATION_ID)?;
        step.commit()?;
    }
}
