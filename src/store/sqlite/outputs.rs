//! Outputs as they are registered.

use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, params};

use super::columns::{moment_at, ms};
use super::session::Session;
use crate::model::{Hash, OutputId, Timestamp};
use crate::store::rows::{OutputRow, OutputRows, StoredOutput};

/// Columns of [`output`].
const COLUMNS: &str = "output, id, rules, replaying, documents, changed_at, id_base";

impl OutputRows for Session {
    fn outputs(&self) -> rusqlite::Result<Vec<StoredOutput>> {
        self.prepare_cached(&format!("SELECT {COLUMNS} FROM outputs ORDER BY output"))?
            .query_map([], output)?
            .collect()
    }

    fn output(&self, id: &OutputId) -> rusqlite::Result<Option<StoredOutput>> {
        self.prepare_cached(&format!("SELECT {COLUMNS} FROM outputs WHERE id = ?"))?
            .query_row([id.as_str()], output)
            .optional()
    }

    fn register_output(&self, output: &OutputId, base: &str) -> rusqlite::Result<()> {
        self.prepare_cached("INSERT OR IGNORE INTO outputs (id) VALUES (?)")?
            .execute([output.as_str()])?;
        self.prepare_cached("UPDATE outputs SET id_base = ? WHERE id = ? AND id_base IS NULL")?
            .execute([base, output.as_str()])?;
        Ok(())
    }

    fn set_rules(
        &self,
        output: OutputRow,
        rules: Option<Hash>,
        replaying: Option<Hash>,
    ) -> rusqlite::Result<()> {
        self.prepare_cached("UPDATE outputs SET rules = ?2, replaying = ?3 WHERE output = ?1")?
            .execute(params![output.0, rules, replaying])?;
        Ok(())
    }

    fn set_documents(
        &self,
        output: &OutputId,
        documents: Hash,
        changed_at: Timestamp,
    ) -> rusqlite::Result<()> {
        let changed = self
            .prepare_cached("UPDATE outputs SET documents = ?2, changed_at = ?3 WHERE id = ?1")?
            .execute(params![output.as_str(), documents, ms(changed_at)])?;
        match changed {
            0 => Err(rusqlite::Error::QueryReturnedNoRows),
            _ => Ok(()),
        }
    }

    fn forget_documents(&self, output: OutputRow) -> rusqlite::Result<()> {
        self.prepare_cached(
            "UPDATE outputs SET rules = NULL, replaying = NULL, documents = NULL WHERE output = ?",
        )?
        .execute([output.0])?;
        Ok(())
    }
}

fn output(row: &Row<'_>) -> rusqlite::Result<StoredOutput> {
    let id: String = row.get("id")?;
    let id = OutputId::new(&id).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error))
    })?;
    Ok(StoredOutput {
        row: OutputRow(row.get("output")?),
        id,
        rules: row.get("rules")?,
        replaying: row.get("replaying")?,
        documents: row.get("documents")?,
        changed_at: moment_at(row, "changed_at")?,
        id_base: row.get("id_base")?,
    })
}
