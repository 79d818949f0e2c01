//! Corrections of entries.

use rusqlite::types::Type;
use rusqlite::{Row, params};

use super::columns::{at_most, moment, ms};
use super::session::Session;
use crate::model::{Correction, EntryId};
use crate::store::rows::{CorrectionRows, unpack_words};

impl CorrectionRows for Session {
    fn corrections_of(&self, entry: EntryId) -> rusqlite::Result<Vec<Correction>> {
        self.prepare_cached(
            "SELECT id, entry, at, words FROM corrections WHERE entry = ? ORDER BY correction",
        )?
        .query_map([entry.0], correction)?
        .collect()
    }

    fn correction_sizes(&self, entry: EntryId) -> rusqlite::Result<Vec<usize>> {
        let mut sizes = self
            .prepare_cached("SELECT size FROM corrections WHERE entry = ? ORDER BY correction")?;
        let size = |row: &Row<'_>| Ok(usize::try_from(row.get::<_, i64>(0)?).unwrap_or_default());
        sizes.query_map([entry.0], size)?.collect()
    }

    fn delete_corrections(&self, entry: EntryId, count: usize) -> rusqlite::Result<()> {
        self.prepare_cached(
            "DELETE FROM corrections WHERE correction IN
                 (SELECT correction FROM corrections WHERE entry = ? ORDER BY correction LIMIT ?)",
        )?
        .execute([entry.0, at_most(count)])?;
        Ok(())
    }

    fn add_correction(&self, correction: &Correction, words: &[u8]) -> rusqlite::Result<()> {
        self.prepare_cached(
            "INSERT INTO corrections (entry, id, at, size, words) VALUES (?, ?, ?, ?, ?)",
        )?
        .execute(params![
            correction.entry.0,
            correction.id,
            ms(correction.at),
            i64::try_from(correction.size()).unwrap_or(i64::MAX),
            words
        ])?;
        Ok(())
    }
}

fn correction(row: &Row<'_>) -> rusqlite::Result<Correction> {
    let words = unpack_words(row.get_ref("words")?.as_blob()?);
    let (before, after) = words.map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(3, Type::Blob, Box::new(error))
    })?;
    Ok(Correction {
        id: row.get("id")?,
        entry: EntryId(row.get("entry")?),
        at: moment(row.get("at")?),
        before,
        after,
    })
}
