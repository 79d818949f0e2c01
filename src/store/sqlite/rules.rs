//! What is known of rules: which of their parts do anything.

use rusqlite::{Connection, params};

use super::columns::{moment, ms};
use crate::store::RuleSpan;

/// See [`crate::store::Store::rule_spans`].
pub(super) fn spans(db: &Connection) -> rusqlite::Result<Vec<RuleSpan>> {
    db.prepare_cached("SELECT rule, part, first_at, last_at FROM rule_spans")?
        .query_map([], |row| {
            Ok(RuleSpan {
                rule: row.get(0)?,
                part: row.get(1)?,
                first: moment(row.get(2)?),
                last: moment(row.get(3)?),
            })
        })?
        .collect()
}

/// See [`crate::store::Store::note_rule_spans`].
pub(super) fn note_spans(db: &Connection, spans: &[RuleSpan]) -> rusqlite::Result<()> {
    let mut note = db.prepare_cached(
        "INSERT INTO rule_spans (rule, part, first_at, last_at) VALUES (?, ?, ?, ?) ON CONFLICT (rule, part) DO UPDATE
         SET first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)",
    )?;
    for span in spans {
        note.execute(params![span.rule, span.part, ms(span.first), ms(span.last)])?;
    }
    Ok(())
}
