//! A cheap check that the database is still what it was: a read of everything that polling uses.

use std::sync::Arc;

use rusqlite::Connection;

use super::connect::connect_reader;
use super::failure::{damage_advice, kind};
use super::inspect::whose;
use super::schema::{APPLICATION_ID, VERSION};
use super::vitals::Vitals;
use crate::store::{StoreError, StoreTrouble, TroubleKind};

/// Reads the beginning of every table and index, through a connection of its own: pages in the writer's cache would hide
/// what has become of the file. Takes some milliseconds, whatever the size.
///
/// # Errors
/// What is wrong with the store; it is noted.
pub(super) fn examine(vitals: &Vitals) -> Result<(), StoreError> {
    let found = vitals.check_place().and_then(|()| {
        // Only now: a file that was put in its place is not ours to open.
        connect_reader(vitals.path())
            .and_then(|db| Ok((whose(&db)?, read_all(&db)?)))
            .map_or_else(
                |error| vitals.note(&error).map_or(Ok(()), Err),
                |((application, version, _), ())| check_schema(vitals, application, version),
            )
    });
    found.map_err(|trouble| StoreError::from(trouble.as_ref()))
}

/// The file may be the same and its content another's: written over, or brought forward by a newer version of mainstem.
fn check_schema(vitals: &Vitals, application: i64, version: i64) -> Result<(), Arc<StoreTrouble>> {
    let ours = application == i64::from(APPLICATION_ID);
    let (kind, found, advice) = if ours && version == VERSION {
        return Ok(());
    } else if ours && version > VERSION {
        (
            TroubleKind::Replaced,
            format!(
                "a newer mainstem has brought it to schema {version}, this one knows up to {VERSION}"
            ),
            "restart mainstem with the newer version".to_owned(),
        )
    } else {
        (
            TroubleKind::Damaged,
            "it was written over while it was in use".to_owned(),
            damage_advice(vitals.path()),
        )
    };
    Err(vitals.set(StoreTrouble {
        kind,
        location: vitals.path().into(),
        found,
        advice,
    }))
}

/// Reads one row by each tree of the database, from its root down to a leaf.
fn read_all(db: &Connection) -> rusqlite::Result<()> {
    let mut trees = db.prepare(
        "SELECT type, name, tbl_name, COALESCE(sql, '') FROM sqlite_schema WHERE rootpage > 0",
    )?;
    let mut trees = trees.query([])?;
    while let Some(tree) = trees.next()? {
        let (form, name, table, sql): (String, String, String, String) =
            (tree.get(0)?, tree.get(1)?, tree.get(2)?, tree.get(3)?);
        let read = if form == "index" {
            // A partial index is used only under its own condition.
            let partial = sql.split_once(" WHERE ").map(|(_, condition)| condition);
            let partial = partial.map(|condition| format!(" WHERE {condition}"));
            let partial = partial.unwrap_or_default();
            format!("SELECT 1 FROM \"{table}\" INDEXED BY \"{name}\"{partial} LIMIT 1")
        } else {
            format!("SELECT 1 FROM \"{name}\" NOT INDEXED LIMIT 1")
        };
        match db.query_row(&read, [], |_| Ok(())) {
            Ok(()) | Err(rusqlite::Error::QueryReturnedNoRows) => {}
            // An index that an operator has added and that cannot be read in this way is no damage.
            Err(error) if kind(&error).is_none() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
