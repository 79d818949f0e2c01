//! What retention finds and takes out.
//!
//! Candidates are found on a reading connection, a bounded number of rows at a
//! time; the writer only looks at those again and strips them, for as long as a
//! turn lasts. Every statement goes by an index to what it needs, so a step
//! costs what it takes out, whatever else is stored: the test below holds that.

use std::collections::HashSet;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::ms;
use super::documents;
use super::refresh::SEEN_EXACT_TO_MS;
use crate::model::{EntryId, OutputId, Timestamp};
use crate::store::turn::Turn;
use crate::store::upkeep::{Aged, Candidates, Passed, Stripped};

/// Rows that one step of a walk looks at, so that it holds its snapshot only for a moment.
const LOOKED_AT: usize = 1_000;
/// The next source from `?1` on.
const SOURCE: &str = "SELECT source, heard_at, parsed_at FROM source_state st WHERE source >= ?1 ORDER BY source LIMIT 1";
const SILENT: &str = "SELECT gone OR s.removed_at IS NOT NULL FROM source_state st JOIN sources s USING (source) WHERE st.source = ?1";
/// The entries of a source behind one that were last seen with it, and those that were last seen after it, the oldest first.
const TIES: &str = "SELECT last_seen, entry FROM entries INDEXED BY entries_seen
     WHERE source = ?1 AND expired_at IS NULL AND last_seen = ?2 AND entry > ?3 ORDER BY entry LIMIT ?4";
const LATER: &str = "SELECT last_seen, entry FROM entries INDEXED BY entries_seen
     WHERE source = ?1 AND expired_at IS NULL AND last_seen > ?2 AND last_seen <= ?3 ORDER BY last_seen, entry LIMIT ?4";
const OLDEST: &str = "SELECT last_seen FROM entries INDEXED BY entries_seen
     WHERE source = ?1 AND expired_at IS NULL ORDER BY last_seen LIMIT 1";
const STORY: &str = "SELECT story FROM entries WHERE entry = ?1 AND expired_at IS NULL";
const OUTPUT: &str = "SELECT output FROM outputs WHERE id = ?1";
/// Whether an output shows a story, or has yet to archive it.
const HOLDS: &str = "SELECT 1 FROM output_items
     WHERE output = ?1 AND story = ?2 AND left_at IS NULL AND (ordered_at >= ?3 OR archive IS NULL) LIMIT 1";
/// A row that only shrinks stays in a page of its own. With its key set anew it is taken out and put back, which joins pages that
/// have become nearly empty: in this way stripping makes pages free.
const STRIP: &str = "UPDATE entries SET entry = entry + 0, expired_at = ?2, title = '', summary = NULL, rest = NULL, text = '', html = NULL
     WHERE entry = ?1 AND expired_at IS NULL";

/// What outputs hold: a story stays whole while any of them shows it, or has yet to archive it, for its copies are shown with it.
struct Windows<'db> {
    db: &'db Connection,
    /// Row and place of the oldest item shown.
    outputs: Vec<(i64, i64)>,
}

impl<'db> Windows<'db> {
    fn new(db: &'db Connection, windows: &[(OutputId, Timestamp)]) -> rusqlite::Result<Self> {
        let mut read = db.prepare_cached(OUTPUT)?;
        let mut outputs = Vec::with_capacity(windows.len());
        for (id, oldest) in windows {
            let row = read.query_row([id.as_str()], |row| row.get(0)).optional()?;
            outputs.extend(row.map(|row: i64| (row, ms(*oldest))));
        }
        Ok(Self { db, outputs })
    }

    /// Whether the entry is whole and no output holds its story.
    fn let_go(&self, entry: i64) -> rusqlite::Result<bool> {
        let mut story = self.db.prepare_cached(STORY)?;
        let story: Option<i64> = story.query_row([entry], |row| row.get(0)).optional()?;
        let Some(story) = story else {
            return Ok(false);
        };
        let mut holds = self.db.prepare_cached(HOLDS)?;
        for (output, oldest) in &self.outputs {
            if holds.exists([*output, story, *oldest])? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// See [`crate::store::Store::aged`].
pub(super) fn aged(
    db: &Connection,
    which: Aged,
    after: Option<Passed>,
    windows: &[(OutputId, Timestamp)],
) -> rusqlite::Result<Candidates> {
    let windows = Windows::new(db, windows)?;
    let mut sources = db.prepare_cached(SOURCE)?;
    let mut found = Candidates::default();
    let mut from = after;
    let mut room = LOOKED_AT;
    loop {
        let least = from.map_or(i64::MIN, |passed| passed.source);
        let source = sources.query_row([least], Walked::of).optional()?;
        let Some(source) = source else {
            found.next = None;
            return Ok(found);
        };
        let began = from.filter(|passed| passed.source == source.source && passed.entry > 0);
        let last = source.walk(db, which, began, room, |entry| {
            if windows.let_go(entry)? {
                found.entries.push(EntryId(entry));
            }
            Ok(())
        })?;
        room = room.saturating_sub(last.looked_at + 1);
        if !last.is_done {
            found.next = last.passed;
            return Ok(found);
        }
        from = Some(Passed::before(source.source + 1));
        if room == 0 {
            found.next = from;
            return Ok(found);
        }
    }
}

/// A source whose entries are walked through.
struct Walked {
    source: i64,
    heard_at: i64,
    parsed_at: Option<i64>,
}

/// How far a step came within one source.
struct Walk {
    looked_at: usize,
    passed: Option<Passed>,
    is_done: bool,
}

impl Walked {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            source: row.get("source")?,
            heard_at: row.get("heard_at")?,
            parsed_at: row.get("parsed_at")?,
        })
    }

    /// Calls `take` with up to `room` entries of an age.
    fn walk(
        &self,
        db: &Connection,
        which: Aged,
        after: Option<Passed>,
        room: usize,
        mut take: impl FnMut(i64) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<Walk> {
        let (from, to) = self.bounds(which);
        let rows = self.rows(db, after, (from, to), room)?;
        let mut walk = Walk {
            looked_at: rows.len(),
            passed: after,
            is_done: rows.len() < room,
        };
        if let Some((last_seen, entry)) = rows.last().copied() {
            walk.passed = Some(Passed {
                source: self.source,
                last_seen,
                entry,
            });
            let present = self.present(db, which)?;
            for (last_seen, entry) in rows {
                if !present.has(last_seen, entry) {
                    take(entry)?;
                }
            }
        }
        Ok(walk)
    }

    /// Up to `limit` entries, `last_seen` and number, that were last seen after the first bound and no later than the second.
    fn rows(
        &self,
        db: &Connection,
        after: Option<Passed>,
        (from, to): (i64, i64),
        limit: usize,
    ) -> rusqlite::Result<Vec<(i64, i64)>> {
        let pair = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let count = |limit: usize| i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows: Vec<(i64, i64)> = Vec::new();
        if let Some(passed) = after {
            let bounds = params![self.source, passed.last_seen, passed.entry, count(limit)];
            let mut ties = db.prepare_cached(TIES)?;
            rows = ties
                .query_map(bounds, pair)?
                .collect::<rusqlite::Result<_>>()?;
        }
        let from = after.map_or(from, |passed| passed.last_seen);
        let bounds = params![self.source, from, to, count(limit - rows.len())];
        for row in db.prepare_cached(LATER)?.query_map(bounds, pair)? {
            rows.push(row?);
        }
        Ok(rows)
    }

    /// After which `last_seen`, and no later than which. `last_seen` may be too early by what it is exact to; an entry stays so
    /// much longer, but no longer than it is kept at all.
    fn bounds(&self, which: Aged) -> (i64, i64) {
        let before = |age: Duration| {
            let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
            self.heard_at.saturating_sub(age)
        };
        match which {
            Aged::Past(age) => {
                let exact_to = Duration::from_millis(SEEN_EXACT_TO_MS.unsigned_abs()).min(age);
                (i64::MIN, before(age.saturating_add(exact_to)))
            }
            Aged::Between(least, below) => (before(below), before(least)),
            Aged::All => (i64::MIN, i64::MAX),
        }
    }

    /// What the source's document has still. An answer that nothing has changed marks nothing as seen, so the document itself
    /// is asked.
    fn present(&self, db: &Connection, which: Aged) -> rusqlite::Result<Present> {
        let is_silent = || -> rusqlite::Result<bool> {
            db.prepare_cached(SILENT)?
                .query_row([self.source], |row| row.get(0))
        };
        if which == Aged::All || is_silent()? {
            return Ok(Present::Nothing);
        }
        Ok(match (documents::last(db, self.source)?, self.parsed_at) {
            (Some(document), _) => Present::These(document.entries.into_iter().collect()),
            // Written by version 1, which did not note what a document had.
            (None, Some(parsed_at)) => Present::SeenSince(parsed_at - SEEN_EXACT_TO_MS),
            (None, None) => Present::Nothing,
        })
    }
}

/// The entries of a source's document.
enum Present {
    Nothing,
    These(HashSet<i64>),
    SeenSince(i64),
}

impl Present {
    fn has(&self, last_seen: i64, entry: i64) -> bool {
        match self {
            Self::Nothing => false,
            Self::These(entries) => entries.contains(&entry),
            Self::SeenSince(since) => last_seen >= *since,
        }
    }
}

/// See [`crate::store::Store::strip`].
pub(super) fn strip(
    db: &Connection,
    entries: &[EntryId],
    windows: &[(OutputId, Timestamp)],
    now: Timestamp,
) -> rusqlite::Result<Stripped> {
    let turn = Turn::begin();
    let windows = Windows::new(db, windows)?;
    let mut strip = db.prepare_cached(STRIP)?;
    let mut done = Stripped::default();
    for entry in entries {
        done.looked_at += 1;
        if windows.let_go(entry.0)? {
            done.stripped += strip.execute([entry.0, ms(now)])?;
        }
        if turn.is_over() {
            break;
        }
    }
    Ok(done)
}

/// See [`crate::store::Store::greatest_age`].
pub(super) fn greatest_age(db: &Connection) -> rusqlite::Result<Duration> {
    let mut sources = db.prepare("SELECT source, heard_at FROM source_state")?;
    let mut oldest = db.prepare_cached(OLDEST)?;
    let mut rows = sources.query([])?;
    let mut greatest = 0;
    while let Some(row) = rows.next()? {
        let (source, heard_at): (i64, i64) = (row.get(0)?, row.get(1)?);
        let seen: Option<i64> = oldest.query_row([source], |row| row.get(0)).optional()?;
        greatest = greatest.max(seen.map_or(0, |seen| heard_at.saturating_sub(seen)));
    }
    Ok(Duration::from_millis(greatest.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::super::schema::migrate;

    /// A plan that reads a whole table of entries or items holds the writer for as long as there are entries.
    #[test]
    fn every_statement_goes_by_an_index_to_what_it_needs() {
        let mut db = Connection::open_in_memory().expect("opens");
        db.execute_batch(super::super::keys::INDEX).expect("made");
        migrate(&mut db).expect("migrates");
        let statements = [
            (super::SOURCE, "SEARCH st USING INTEGER PRIMARY KEY"),
            (super::SILENT, "SEARCH st USING INTEGER PRIMARY KEY"),
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
            (super::STORY, "SEARCH entries USING INTEGER PRIMARY KEY"),
            (super::OUTPUT, "SEARCH outputs USING"),
            (
                super::HOLDS,
                "SEARCH output_items USING PRIMARY KEY (output=? AND story=?)",
            ),
            (super::STRIP, "SEARCH entries USING INTEGER PRIMARY KEY"),
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
