//! What a source has brought of late, in SQL.

use rusqlite::types::FromSqlError;
use rusqlite::{OptionalExtension, Row, params};

use super::columns::{at_most, moment, ms, word};
use super::health::event;
use super::session::Session;
use crate::model::{EntryId, HealthEvent, Relation, SourceId, StoryId, Timestamp};
use crate::store::LatestEntry;
use crate::store::rows::{ActivityRows, SourceRow};

impl ActivityRows for Session {
    fn added_source(&self, id: &SourceId) -> rusqlite::Result<Option<(SourceRow, Timestamp)>> {
        self.prepare_cached("SELECT source, added_at FROM sources WHERE id = ?")?
            .query_row([id.as_str()], |row| {
                Ok((SourceRow(row.get(0)?), moment(row.get(1)?)))
            })
            .optional()
    }

    fn entries_by_day(
        &self,
        source: SourceRow,
        since: Timestamp,
        limit: u64,
    ) -> rusqlite::Result<Vec<(i64, u64)>> {
        // The index has all that is asked for; no row is read.
        self.prepare_cached(
            "SELECT ordered_at / 86400000 AS day, count(*) FROM (SELECT ordered_at FROM entries INDEXED BY entries_place
                 WHERE source = ?1 AND ordered_at >= ?2 ORDER BY ordered_at DESC LIMIT ?3) GROUP BY day ORDER BY day",
        )?
        .query_map(
            params![source.0, ms(since), i64::try_from(limit).unwrap_or(i64::MAX)],
            |row| Ok((row.get(0)?, row.get::<_, u32>(1)?.into())),
        )?
        .collect()
    }

    fn latest_entries(
        &self,
        source: SourceRow,
        limit: usize,
    ) -> rusqlite::Result<Vec<LatestEntry>> {
        // Behind the latest ones there may be a history of years that has expired.
        self.prepare_cached(
            "SELECT e.entry, e.story, e.title, e.url, e.language, e.ordered_at, e.relation, e.held,
                 e.withdrawn_at, e.retracted_at
             FROM (SELECT entry FROM entries INDEXED BY entries_place WHERE source = ?1 ORDER BY ordered_at DESC, entry DESC LIMIT ?2)
             JOIN entries e USING (entry) WHERE e.expired_at IS NULL ORDER BY e.ordered_at DESC, e.entry DESC",
        )?
        .query_map(params![source.0, at_most(limit)], latest)?
        .collect()
    }

    fn troubles_of(&self, source: SourceRow, limit: usize) -> rusqlite::Result<Vec<HealthEvent>> {
        self.prepare_cached(
            "SELECT s.id, h.trouble, h.began_at, h.resolved_at, h.message FROM health h JOIN sources s USING (source)
             WHERE h.source = ?1 ORDER BY h.resolved_at IS NOT NULL, COALESCE(h.resolved_at, h.began_at) DESC, h.trouble LIMIT ?2",
        )?
        .query_map(params![source.0, at_most(limit)], event)?
        .filter_map(Result::transpose)
        .collect()
    }
}

fn latest(row: &Row<'_>) -> rusqlite::Result<LatestEntry> {
    Ok(LatestEntry {
        id: EntryId(row.get("entry")?),
        story: StoryId(row.get("story")?),
        title: row.get("title")?,
        url: row.get("url")?,
        language: row.get("language")?,
        ordered_at: moment(row.get("ordered_at")?),
        relation: word(row, "relation", Relation::from_word)?.ok_or(FromSqlError::InvalidType)?,
        is_held: row.get::<_, i64>("held")? != 0,
        withdrawn_at: row.get::<_, Option<i64>>("withdrawn_at")?.map(moment),
        retracted_at: row.get::<_, Option<i64>>("retracted_at")?.map(moment),
    })
}
