//! Entries by their age, in SQL.
//!
//! Every statement goes by an index to what it needs, so a step costs what it takes out, whatever else is stored: the test
//! below holds that.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, Row, params};

use super::columns::{moment_at, ms};
use super::session::Session;
use crate::model::{EntryId, OutputId, Timestamp};
use crate::store::rows::{
    AgingSource, DocumentRows as _, OutputWindow, RetentionRows, Seen, SourceRow,
};
use crate::store::upkeep::Upkeep;

/// The next source from `?1` on.
const SOURCE: &str = "SELECT st.source, heard_at, parsed_at, gone OR s.removed_at IS NOT NULL AS is_silent
     FROM source_state st JOIN sources s USING (source) WHERE st.source >= ?1 ORDER BY st.source LIMIT 1";
/// The entries of a source behind one that were last seen with it, and those that were last seen after it, the oldest first.
const TIES: &str = "SELECT last_seen, entry FROM entries INDEXED BY entries_seen
     WHERE source = ?1 AND expired_at IS NULL AND last_seen = ?2 AND entry > ?3 ORDER BY entry LIMIT ?4";
const LATER: &str = "SELECT last_seen, entry FROM entries INDEXED BY entries_seen
     WHERE source = ?1 AND expired_at IS NULL AND last_seen > ?2 AND last_seen <= ?3 ORDER BY last_seen, entry LIMIT ?4";
const OLDEST: &str = "SELECT last_seen FROM entries INDEXED BY entries_seen
     WHERE source = ?1 AND expired_at IS NULL ORDER BY last_seen LIMIT 1";
const STORY: &str = "SELECT story FROM entries e WHERE entry = ?1 AND expired_at IS NULL
     AND NOT EXISTS (SELECT 1 FROM withdrawn w WHERE w.entry = e.entry AND w.copy_of IS NULL)";
const OUTPUT: &str = "SELECT output FROM outputs WHERE id = ?1";
/// Whether an output shows a story, or has yet to archive it.
const HOLDS: &str = "SELECT 1 FROM output_items
     WHERE output = ?1 AND story = ?2 AND left_at IS NULL AND (ordered_at >= ?3 OR archive IS NULL) LIMIT 1";
const STRIP: &str = "UPDATE entries SET expired_at = ?2, title = '', rest = NULL, sketch = NULL WHERE entry = ?1 AND expired_at IS NULL";
/// The body is most of an entry, and its row goes whole: that is what makes pages free.
const STRIP_BODY: &str = "DELETE FROM bodies WHERE entry = ?1";
const STRIP_CORRECTIONS: &str = "DELETE FROM corrections WHERE entry = ?1";
/// Sources whose entries age by the passes of retention, as nobody will read them again.
const IS_SILENT: &str = "(gone OR EXISTS (SELECT 1 FROM sources s WHERE s.source = st.source AND s.removed_at IS NOT NULL))";

impl RetentionRows for Session {
    fn aging_source(&self, least: SourceRow) -> rusqlite::Result<Option<AgingSource>> {
        let source = |row: &Row<'_>| {
            Ok(AgingSource {
                row: SourceRow(row.get("source")?),
                heard_at: row.get("heard_at")?,
                parsed_at: row.get("parsed_at")?,
                is_silent: row.get("is_silent")?,
            })
        };
        self.prepare_cached(SOURCE)?
            .query_row([least.0], source)
            .optional()
    }

    fn seen_behind(
        &self,
        source: SourceRow,
        after: Seen,
        until: i64,
        limit: usize,
    ) -> rusqlite::Result<Vec<Seen>> {
        let count = |limit: usize| i64::try_from(limit).unwrap_or(i64::MAX);
        let last_seen = after.last_seen;
        let mut found: Vec<Seen> = Vec::new();
        if after.entry.0 < i64::MAX {
            let mut ties = self.prepare_cached(TIES)?;
            let ties = ties.query_map(
                params![source.0, last_seen, after.entry.0, count(limit)],
                seen,
            )?;
            found = ties.collect::<rusqlite::Result<_>>()?;
        }
        let mut later = self.prepare_cached(LATER)?;
        let room = count(limit - found.len());
        for seen in later.query_map(params![source.0, last_seen, until, room], seen)? {
            found.push(seen?);
        }
        Ok(found)
    }

    fn present_entries(&self, source: SourceRow) -> rusqlite::Result<Option<HashSet<EntryId>>> {
        let document = self.last_document(source)?;
        Ok(document.map(|document| document.entries.into_iter().collect()))
    }

    fn output_windows(
        &self,
        windows: &[(OutputId, Timestamp)],
    ) -> rusqlite::Result<Vec<OutputWindow>> {
        let mut read = self.prepare_cached(OUTPUT)?;
        let mut found = Vec::with_capacity(windows.len());
        for (id, oldest) in windows {
            let output = read.query_row([id.as_str()], |row| row.get(0)).optional()?;
            found.extend(output.map(|output| OutputWindow {
                output,
                oldest: *oldest,
            }));
        }
        Ok(found)
    }

    fn unheld(
        &self,
        entries: &[EntryId],
        windows: &[OutputWindow],
    ) -> rusqlite::Result<Vec<EntryId>> {
        let mut story = self.prepare_cached(STORY)?;
        let mut holds = self.prepare_cached(HOLDS)?;
        let mut unheld = Vec::with_capacity(entries.len());
        'entries: for entry in entries {
            let story: Option<i64> = story.query_row([entry.0], |row| row.get(0)).optional()?;
            let Some(story) = story else { continue };
            for window in windows {
                if holds.exists(params![window.output, story, ms(window.oldest)])? {
                    continue 'entries;
                }
            }
            unheld.push(*entry);
        }
        Ok(unheld)
    }

    fn strip(&self, entries: &[EntryId], now: Timestamp) -> rusqlite::Result<usize> {
        let mut strip = self.prepare_cached(STRIP)?;
        let mut strip_body = self.prepare_cached(STRIP_BODY)?;
        let mut strip_corrections = self.prepare_cached(STRIP_CORRECTIONS)?;
        let mut stripped = 0;
        for entry in entries {
            stripped += strip.execute([entry.0, ms(now)])?;
            strip_body.execute([entry.0])?;
            strip_corrections.execute([entry.0])?;
        }
        Ok(stripped)
    }

    fn greatest_age_ms(&self) -> rusqlite::Result<u64> {
        let mut sources = self.prepare("SELECT source, heard_at FROM source_state")?;
        let mut oldest = self.prepare_cached(OLDEST)?;
        let mut rows = sources.query([])?;
        let mut greatest = 0;
        while let Some(row) = rows.next()? {
            let (source, heard_at): (i64, i64) = (row.get(0)?, row.get(1)?);
            let seen: Option<i64> = oldest.query_row([source], |row| row.get(0)).optional()?;
            greatest = greatest.max(seen.map_or(0, |seen| heard_at.saturating_sub(seen)));
        }
        Ok(greatest.unsigned_abs())
    }

    fn upkeep(&self) -> rusqlite::Result<Upkeep> {
        self.query_row("SELECT ended_at, over_since FROM upkeep", [], |row| {
            Ok(Upkeep {
                ended_at: moment_at(row, "ended_at")?,
                over_since: moment_at(row, "over_since")?,
            })
        })
    }

    fn write_upkeep(&self, upkeep: Upkeep) -> rusqlite::Result<()> {
        self.execute(
            "UPDATE upkeep SET ended_at = ?1, over_since = ?2",
            params![upkeep.ended_at.map(ms), upkeep.over_since.map(ms)],
        )?;
        Ok(())
    }

    fn age_silent_sources(&self, by_ms: i64) -> rusqlite::Result<()> {
        self.execute(
            &format!("UPDATE source_state AS st SET heard_at = heard_at + ?1 WHERE {IS_SILENT}"),
            [by_ms],
        )?;
        Ok(())
    }
}

fn seen(row: &Row<'_>) -> rusqlite::Result<Seen> {
    Ok(Seen {
        last_seen: row.get("last_seen")?,
        entry: EntryId(row.get("entry")?),
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::super::schema::migrate;
    use super::super::session::Session;

    /// A plan that reads a whole table of entries or items holds the writer for as long as there are entries.
    #[test]
    fn every_statement_goes_by_an_index_to_what_it_needs() {
        let db = Session::of(Connection::open_in_memory().expect("opens"));
        migrate(&db).expect("migrates");
        let statements = [
            (super::SOURCE, "SEARCH st USING INTEGER PRIMARY KEY"),
            (
                super::TIES,
                "SEARCH entries USING INDEX entries_seen (source=? AND last_seen=? AND rowid>?)",
            ),
            (
                super::LATER,
                "SEARCH entries USING INDEX entries_seen (source=? AND last_seen>? AND last_seen<?)",
            ),
            (
                super::OLDEST,
                "SEARCH entries USING INDEX entries_seen (source=?)",
            ),
            (super::STORY, "SEARCH e USING INTEGER PRIMARY KEY"),
            (super::OUTPUT, "SEARCH outputs USING"),
            (
                super::HOLDS,
                "SEARCH output_items USING PRIMARY KEY (story=? AND output=?)",
            ),
            (super::STRIP, "SEARCH entries USING INTEGER PRIMARY KEY"),
            (super::STRIP_BODY, "SEARCH bodies USING INTEGER PRIMARY KEY"),
            (
                super::STRIP_CORRECTIONS,
                "SEARCH corrections USING COVERING INDEX corrections_entry (entry=?)",
            ),
        ];
        for (statement, expected) in statements {
            let mut plan = db
                .prepare(&format!("EXPLAIN QUERY PLAN {statement}"))
                .expect(statement);
            let nulls = vec![rusqlite::types::Null; plan.parameter_count()];
            let steps = plan
                .query_map(rusqlite::params_from_iter(nulls), |row| row.get("detail"))
                .expect(statement);
            let steps: Vec<String> = steps.collect::<Result<_, _>>().expect(statement);
            let said = steps.join("; ");
            assert!(said.contains(expected), "{statement}: {said}");
            assert!(!said.contains("SCAN"), "{statement}: {said}");
            assert!(!said.contains("TEMP B-TREE"), "{statement}: {said}");
        }
    }
}
