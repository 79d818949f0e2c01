//! Archive documents, and the items that stand in none.

use rusqlite::{OptionalExtension, params};

use super::columns::{moment, ms};
use super::session::Session;
use super::windows::{item_id, placed_at, select_version_by, version};
use crate::model::Timestamp;
use crate::store::rows::{ArchiveRows, OutputRow};
use crate::store::{ArchiveDocument, ArchivedItem, ItemVersion, Place};

/// By ages, what stands in a document already would be walked through each time.
const BY: &str = "INDEXED BY output_items_unarchived";
/// Items `i` in no document, behind the place `?2` `?3`.
const LEFT: &str =
    "i.archive IS NULL AND i.ordered_at <= ?2 AND (i.ordered_at < ?2 OR i.item_id > ?3)";

impl ArchiveRows for Session {
    fn newest_archive(&self, output: OutputRow) -> rusqlite::Result<u32> {
        self.prepare_cached("SELECT COALESCE(max(number), 0) FROM archives WHERE output = ?")?
            .query_row([output.0], |row| row.get(0))
    }

    fn last_left(&self, output: OutputRow) -> rusqlite::Result<Option<Place>> {
        self.prepare_cached(&format!(
            "SELECT i.ordered_at, i.item_id FROM output_items i {BY} JOIN entries e USING (entry)
             WHERE i.output = ? AND i.left_at IS NULL AND e.expired_at IS NULL AND i.archive IS NULL
             ORDER BY i.ordered_at, i.item_id DESC LIMIT 1"
        ))?
        .query_row([output.0], |row| {
            Ok(Place {
                ordered_at: moment(row.get(0)?),
                item_id: row.get(1)?,
            })
        })
        .optional()
    }

    fn count_left(
        &self,
        output: OutputRow,
        behind: Option<&Place>,
        at_most: usize,
    ) -> rusqlite::Result<usize> {
        let count: i64 = self
            .prepare_cached(&format!(
                "SELECT count(*) FROM (SELECT 1 FROM output_items i {BY} JOIN entries e USING (entry)
                 WHERE i.output = ?1 AND i.left_at IS NULL AND e.expired_at IS NULL AND {LEFT} LIMIT ?4)"
            ))?
            .query_row(
                params![output.0, placed_at(behind), item_id(behind), bounded(at_most)],
                |row| row.get(0),
            )?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    fn left(
        &self,
        output: OutputRow,
        behind: Option<&Place>,
        limit: usize,
    ) -> rusqlite::Result<Vec<ItemVersion>> {
        let which = format!("{LEFT} ORDER BY i.ordered_at, i.item_id DESC LIMIT ?4");
        self.prepare_cached(&select_version_by(BY, &which))?
            .query_map(
                params![output.0, placed_at(behind), item_id(behind), bounded(limit)],
                version,
            )?
            .collect()
    }

    fn are_unarchived(&self, output: OutputRow, items: &[ArchivedItem]) -> rusqlite::Result<bool> {
        let mut is_free = self.prepare_cached(
            "SELECT 1 FROM output_items WHERE output = ? AND item_id = ? AND entry = ? AND left_at IS NULL AND archive IS NULL",
        )?;
        for ArchivedItem { item_id, entry } in items {
            if !is_free.exists(params![output.0, item_id, entry.0])? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn add_archive(
        &self,
        output: OutputRow,
        document: &ArchiveDocument,
        items: &[ArchivedItem],
    ) -> rusqlite::Result<()> {
        let mut note = self.prepare_cached(
            "UPDATE output_items SET archive = ?, archived_entry = ? WHERE output = ? AND item_id = ?",
        )?;
        for ArchivedItem { item_id, entry } in items {
            note.execute(params![document.number, entry.0, output.0, item_id])?;
        }
        self.prepare_cached("INSERT INTO archives (output, number, made_at, size, base, document) VALUES (?, ?, ?, ?, ?, ?)")?
            .execute(params![
                output.0, document.number, ms(document.made_at), document.size, document.base, document.brotli
            ])?;
        Ok(())
    }

    fn archive_made_at(
        &self,
        output: OutputRow,
        number: u32,
    ) -> rusqlite::Result<Option<Timestamp>> {
        self.prepare_cached("SELECT made_at FROM archives WHERE output = ? AND number = ?")?
            .query_row(params![output.0, number], |row| row.get(0).map(moment))
            .optional()
    }

    fn archive_document(
        &self,
        output: OutputRow,
        number: u32,
    ) -> rusqlite::Result<Option<ArchiveDocument>> {
        self.prepare_cached(
            "SELECT made_at, size, base, document FROM archives WHERE output = ? AND number = ?",
        )?
        .query_row(params![output.0, number], |row| {
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
}

fn bounded(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
