//! Troubles of sources, in SQL.

use std::collections::{HashMap, HashSet};

use rusqlite::{Row, params};

use super::columns::{moment, moment_at, ms, source_id, word};
use super::session::Session;
use crate::model::{HealthEvent, SourceId, Timestamp, Trouble};
use crate::store::rows::HealthRows;

impl HealthRows for Session {
    fn lasting_troubles(&self) -> rusqlite::Result<HashMap<SourceId, HashSet<Trouble>>> {
        let mut select = self.prepare_cached(
            "SELECT s.id, h.trouble FROM health h JOIN sources s USING (source) WHERE h.resolved_at IS NULL",
        )?;
        let mut rows = select.query([])?;
        let mut lasting: HashMap<SourceId, HashSet<Trouble>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let Some(trouble) = Trouble::from_word(row.get_ref("trouble")?.as_str()?) else {
                continue;
            };
            lasting
                .entry(source_id(row, "id")?)
                .or_default()
                .insert(trouble);
        }
        Ok(lasting)
    }

    fn begin_trouble(
        &self,
        source: &SourceId,
        trouble: Trouble,
        message: &str,
        now: Timestamp,
    ) -> rusqlite::Result<bool> {
        let begun = self
            .prepare_cached(
                "INSERT INTO health (source, trouble, began_at, message) SELECT source, ?2, ?3, ?4 FROM sources WHERE id = ?1",
            )?
            .execute(params![source.as_str(), trouble.as_str(), ms(now), message])?;
        Ok(begun > 0)
    }

    fn end_trouble(
        &self,
        source: &SourceId,
        trouble: Trouble,
        now: Timestamp,
    ) -> rusqlite::Result<bool> {
        let ended = self
            .prepare_cached(
                "UPDATE health SET resolved_at = ?3 WHERE resolved_at IS NULL AND trouble = ?2
                 AND source = (SELECT source FROM sources WHERE id = ?1)",
            )?
            .execute(params![source.as_str(), trouble.as_str(), ms(now)])?;
        Ok(ended > 0)
    }

    fn end_troubles_of_removed(&self, now: Timestamp) -> rusqlite::Result<bool> {
        let ended = self
            .prepare_cached(
                "UPDATE health SET resolved_at = ?1 WHERE resolved_at IS NULL
                 AND source IN (SELECT source FROM sources WHERE removed_at IS NOT NULL)",
            )?
            .execute([ms(now)])?;
        Ok(ended > 0)
    }

    fn health_events(&self, limit: usize) -> rusqlite::Result<Vec<HealthEvent>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.prepare_cached(
            "SELECT s.id, h.trouble, h.began_at, h.resolved_at, h.message FROM health h JOIN sources s USING (source)
             ORDER BY COALESCE(h.resolved_at, h.began_at) DESC, s.id, h.trouble LIMIT ?",
        )?
        .query_map([limit], event)?
        .filter_map(Result::transpose)
        .collect()
    }
}

/// `None`: the row names no trouble.
pub(super) fn event(row: &Row<'_>) -> rusqlite::Result<Option<HealthEvent>> {
    let Some(trouble) = word(row, "trouble", Trouble::from_word)? else {
        return Ok(None);
    };
    Ok(Some(HealthEvent {
        source: source_id(row, "id")?,
        trouble,
        began_at: moment(row.get("began_at")?),
        resolved_at: moment_at(row, "resolved_at")?,
        message: row.get("message")?,
    }))
}
