//! Each source's last document: `documents`, with the numbers of its entries packed in one column.

use rusqlite::{OptionalExtension, params};

use super::columns::{moment, ms};
use super::session::Session;
use crate::model::Timestamp;
use crate::store::rows::{DocumentRows, LastDocument, SourceRow, pack, unpack};

impl DocumentRows for Session {
    fn last_document(&self, source: SourceRow) -> rusqlite::Result<Option<LastDocument>> {
        self.prepare_cached(
            "SELECT read_at, read_by, renews, entries FROM documents WHERE source = ?",
        )?
        .query_row([source.0], |row| {
            Ok(LastDocument {
                read_at: moment(row.get(0)?),
                read_by: row.get(1)?,
                renews: row.get(2)?,
                entries: unpack(&row.get::<_, Vec<u8>>(3)?),
            })
        })
        .optional()
    }

    fn write_document(&self, source: SourceRow, document: &LastDocument) -> rusqlite::Result<()> {
        self.prepare_cached("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)")?
            .execute(params![
                source.0,
                ms(document.read_at),
                document.read_by,
                document.renews,
                pack(&document.entries),
            ])?;
        Ok(())
    }

    fn confirm_document(&self, source: SourceRow, at: Timestamp) -> rusqlite::Result<()> {
        self.prepare_cached("UPDATE documents SET read_at = ?2 WHERE source = ?1")?
            .execute([source.0, ms(at)])?;
        Ok(())
    }
}
