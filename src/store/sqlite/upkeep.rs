//! How retention stands, and what it gives back to the file system.

use rusqlite::{Connection, params};

use super::columns::{moment_at, ms};
use super::sources::A_DAY_MS;
use crate::model::Timestamp;
use crate::store::turn::Turn;
use crate::store::upkeep::Upkeep;

/// Pages moved between two looks at the time.
const PAGES: u64 = 16;

/// Sources whose entries age by the passes of retention, as nobody will read them again.
const IS_SILENT: &str = "(gone OR EXISTS (SELECT 1 FROM sources s WHERE s.source = st.source AND s.removed_at IS NOT NULL))";

/// See [`crate::store::Store::give_back`].
pub(super) fn give_back(db: &Connection, spare: u64) -> rusqlite::Result<u64> {
    let turn = Turn::begin();
    let number = |pragma: &str| -> rusqlite::Result<u64> {
        db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0))
            .map(i64::unsigned_abs)
    };
    let keep = spare / number("page_size")?.max(1);
    let before = number("freelist_count")?;
    let mut free = before;
    while free > keep && !turn.is_over() {
        let pages = PAGES.min(free - keep);
        let mut vacuum = db.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
        // Each row is a page.
        let mut rows = vacuum.query([])?;
        while rows.next()?.is_some() {}
        let left = number("freelist_count")?;
        if left >= free {
            break;
        }
        free = left;
    }
    Ok(before.saturating_sub(free))
}

/// See [`crate::store::Store::upkeep`].
pub(super) fn upkeep(db: &Connection) -> rusqlite::Result<Upkeep> {
    db.query_row("SELECT ended_at, over_since FROM upkeep", [], |row| {
        Ok(Upkeep {
            ended_at: moment_at(row, "ended_at")?,
            over_since: moment_at(row, "over_since")?,
        })
    })
}

/// See [`crate::store::Store::end_upkeep`].
pub(super) fn end_upkeep(
    db: &Connection,
    is_over: bool,
    now: Timestamp,
) -> rusqlite::Result<Upkeep> {
    let before = upkeep(db)?;
    if let Some(last) = before.ended_at {
        let passed = (ms(now) - ms(last)).clamp(0, A_DAY_MS);
        db.execute(
            &format!("UPDATE source_state AS st SET heard_at = heard_at + ?1 WHERE {IS_SILENT}"),
            [passed],
        )?;
    }
    let after = Upkeep {
        ended_at: Some(now),
        over_since: is_over.then(|| before.over_since.unwrap_or(now)),
    };
    db.execute(
        "UPDATE upkeep SET ended_at = ?1, over_since = ?2",
        params![after.ended_at.map(ms), after.over_since.map(ms)],
    )?;
    Ok(after)
}
