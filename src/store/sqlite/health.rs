//! Troubles of sources, from their beginning to their end.

use std::collections::HashSet;

use rusqlite::{Connection, Row, params};

use super::columns::{moment, moment_at, ms, source_id, word};
use crate::model::{Finding, HealthEvent, SourceId, Timestamp, Trouble};

/// See [`crate::store::Store::note_health`].
pub(super) fn note(
    db: &Connection,
    findings: &[(SourceId, Vec<Finding>)],
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let open = open(db)?;
    let mut begin = db.prepare_cached(
        "INSERT INTO health (source, trouble, began_at, message) SELECT source, ?2, ?3, ?4 FROM sources WHERE id = ?1",
    )?;
    let mut end = db.prepare_cached(
        "UPDATE health SET resolved_at = ?3 WHERE resolved_at IS NULL AND trouble = ?2
         AND source = (SELECT source FROM sources WHERE id = ?1)",
    )?;
    let mut changed = 0;
    // Of a hundred thousand sources mostly none has anything to tell: nothing is written for those.
    for (source, findings) in findings {
        for Finding { trouble, message } in findings {
            let was_open = open.contains(&(source.to_string(), trouble.to_string()));
            changed += match message {
                Some(message) if !was_open => {
                    begin.execute(params![source.as_str(), trouble.as_str(), ms(now), message])?
                }
                None if was_open => {
                    end.execute(params![source.as_str(), trouble.as_str(), ms(now)])?
                }
                _ => 0,
            };
        }
    }
    // What is not configured any more has no troubles.
    changed += db
        .prepare_cached(
            "UPDATE health SET resolved_at = ?1 WHERE resolved_at IS NULL
             AND source IN (SELECT source FROM sources WHERE removed_at IS NOT NULL)",
        )?
        .execute([ms(now)])?;
    Ok(changed > 0)
}

/// The troubles that last: source and trouble.
fn open(db: &Connection) -> rusqlite::Result<HashSet<(String, String)>> {
    db.prepare_cached(
        "SELECT s.id, h.trouble FROM health h JOIN sources s USING (source) WHERE h.resolved_at IS NULL",
    )?
    .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
    .collect()
}

/// See [`crate::store::Store::health_events`].
pub(super) fn events(db: &Connection, limit: usize) -> rusqlite::Result<Vec<HealthEvent>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    db.prepare_cached(
        "SELECT s.id, h.trouble, h.began_at, h.resolved_at, h.message FROM health h JOIN sources s USING (source)
         ORDER BY COALESCE(h.resolved_at, h.began_at) DESC, s.id, h.trouble LIMIT ?",
    )?
    .query_map([limit], event)?
    .filter_map(Result::transpose)
    .collect()
}

/// `None`: a trouble that this version does not know.
fn event(row: &Row<'_>) -> rusqlite::Result<Option<HealthEvent>> {
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
