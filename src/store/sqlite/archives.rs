//! Archive documents, and which items stand in them.

use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{moment, ms};
use super::windows::items;
use crate::model::{Hash, OutputId};
use crate::store::{ArchiveDocument, Archived, Place, WindowItem};

/// Items `i` in no document, behind the place `?2` `?3`.
const UNARCHIVED: &str =
    "i.archive IS NULL AND i.ordered_at <= ?2 AND (i.ordered_at < ?2 OR i.item_id > ?3)";

/// See [`crate::store::Store::archived`].
pub(super) fn archived(
    db: &Connection,
    output: &OutputId,
    behind: Option<&Place>,
    rules: Hash,
) -> rusqlite::Result<Archived> {
    let newest: u32 = db
        .prepare_cached("SELECT COALESCE(max(a.number), 0) FROM archives a JOIN outputs o USING (output) WHERE o.id = ?")?
        .query_row([output.as_str()], |row| row.get(0))?;
    let is_due = db
        .prepare_cached(&format!(
            "SELECT 1 FROM output_items i JOIN outputs o USING (output) JOIN entries e USING (entry)
             WHERE o.id = ?1 AND o.rules IS ?4 AND i.left_at IS NULL AND e.expired_at IS NULL AND {UNARCHIVED} LIMIT 1"
        ))?
        .exists(params![output.as_str(), at(behind), id(behind), rules])?;
    Ok(Archived { newest, is_due })
}

/// See [`crate::store::Store::unarchived`].
pub(super) fn unarchived(
    db: &Connection,
    output: &OutputId,
    behind: Option<&Place>,
    at_least: usize,
    limit: usize,
) -> rusqlite::Result<Vec<WindowItem>> {
    let count = |limit: usize| i64::try_from(limit).unwrap_or(i64::MAX);
    // Without their texts: mostly there are too few.
    let there: i64 = db
        .prepare_cached(&format!(
            "SELECT count(*) FROM (SELECT 1 FROM output_items i JOIN outputs o USING (output) JOIN entries e USING (entry)
             WHERE o.id = ?1 AND i.left_at IS NULL AND e.expired_at IS NULL AND {UNARCHIVED} LIMIT ?4)"
        ))?
        .query_row(
            params![output.as_str(), at(behind), id(behind), count(at_least)],
            |row| row.get(0),
        )?;
    if there < count(at_least) {
        return Ok(Vec::new());
    }
    items(
        db,
        &format!("{UNARCHIVED} ORDER BY i.ordered_at, i.item_id DESC LIMIT ?4"),
        params![output.as_str(), at(behind), id(behind), count(limit)],
    )
}

/// See [`crate::store::Store::archive`].
pub(super) fn keep(
    db: &Connection,
    output: &OutputId,
    document: &ArchiveDocument,
    items: &[String],
    rules: Hash,
) -> rusqlite::Result<bool> {
    let row: Option<(i64, u32)> = db
        .prepare_cached(
            "SELECT o.output, (SELECT COALESCE(max(number), 0) FROM archives a WHERE a.output = o.output) FROM outputs o
             WHERE o.id = ? AND o.rules IS ?",
        )?
        .query_row(params![output.as_str(), rules], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((row, newest)) = row else {
        return Ok(false);
    };
    if document.number != newest + 1 {
        return Ok(false);
    }
    // All of them before the first is written: a step that says no has written nothing.
    let mut free = db.prepare_cached(
        "SELECT 1 FROM output_items WHERE output = ? AND item_id = ? AND left_at IS NULL AND archive IS NULL",
    )?;
    for item in items {
        if !free.exists(params![row, item])? {
            return Ok(false);
        }
    }
    let mut stands =
        db.prepare_cached("UPDATE output_items SET archive = ? WHERE output = ? AND item_id = ?")?;
    for item in items {
        stands.execute(params![document.number, row, item])?;
    }
    db.prepare_cached("INSERT INTO archives (output, number, made_at, size, base, document) VALUES (?, ?, ?, ?, ?, ?)")?
        .execute(params![
            row, document.number, ms(document.made_at), document.size, document.base, document.brotli
        ])?;
    Ok(true)
}

/// See [`crate::store::Store::archive_document`].
pub(super) fn document(
    db: &Connection,
    output: &OutputId,
    number: u32,
) -> rusqlite::Result<Option<ArchiveDocument>> {
    db.prepare_cached(
        "SELECT a.made_at, a.size, a.base, a.document FROM archives a JOIN outputs o USING (output) WHERE o.id = ? AND a.number = ?",
    )?
    .query_row(params![output.as_str(), number], |row| {
        Ok(ArchiveDocument {
            number,
            made_at: moment(row.get(0)?),
            size: row.get(1)?,
            base: row.get(2)?,
            brotli: row.get(3)?,
        })
    })
    .optional()
}

/// Everything lies behind no place.
fn at(place: Option<&Place>) -> i64 {
    place.map_or(i64::MAX, |place| ms(place.ordered_at))
}

fn id(place: Option<&Place>) -> &str {
    place.map_or("", |place| &place.item_id)
}
