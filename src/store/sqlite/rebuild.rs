//! Keys, content hashes and what publishers repeat, made anew where an earlier version of our code made them.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use url::Url;

use super::columns::{compared, moment, source_id};
use super::turn::Turn;
use super::{keys, near};
use crate::dedupe::{self, Reading};
use crate::model::{EntryId, SourceId, Timestamp, compared_at};
use crate::store::rows::{PublisherRows as _, SourceRow};
use crate::store::steps::publishers;

/// Entries that are made ready before a store of an earlier version is used: those that new ones are compared with. The
/// others follow beside everything else.
const RECENT: usize = 20_000;

/// Entries made anew between two looks at the time: texts may be long.
const TOGETHER: usize = 4;

/// The row of `versions` that says by which code keys and content hashes were made.
const TEXTS: &str = "texts";

/// Down to which entry a rebuild has come.
const TEXTS_REBUILT: &str = "texts_rebuilt";

fn version(db: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT version FROM versions WHERE name = ?")?
        .query_row([name], |row| row.get(0))
        .optional()
}

fn note(db: &Connection, name: &str, version: i64) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO versions VALUES (?, ?)")?
        .execute(params![name, version])?;
    Ok(())
}

/// Notes that all that is stored was made by this version of our code.
pub(super) fn note_version(db: &Connection) -> rusqlite::Result<()> {
    db.execute("DELETE FROM versions WHERE name = ?", [TEXTS_REBUILT])?;
    note(db, TEXTS, dedupe::VERSION.into())
}

/// Makes the latest entries of a store of an earlier version ready to be compared with.
pub(super) fn recent(db: &Connection) -> rusqlite::Result<()> {
    some(db, RECENT).map(|_| ())
}

/// Makes keys and hashes of the next entries anew, the latest first: up to `limit`, and as many as fit into a turn. How far it has
/// come stands in `versions`, so that it goes on after a restart. Returns how many; 0: done.
pub(super) fn step(db: &Connection, limit: usize) -> rusqlite::Result<usize> {
    let turn = Turn::begin();
    let mut done = 0;
    while done < limit {
        let count = some(db, TOGETHER.min(limit - done))?;
        done += count;
        if count == 0 || turn.is_over() {
            break;
        }
    }
    Ok(done)
}

fn some(db: &Connection, limit: usize) -> rusqlite::Result<usize> {
    if version(db, TEXTS)? == Some(dedupe::VERSION.into()) {
        return Ok(0);
    }
    let below = match version(db, TEXTS_REBUILT)? {
        Some(below) => below,
        None => {
            keys::forget_all(db)?;
            db.execute("DELETE FROM boilerplate", [])?;
            i64::MAX
        }
    };
    let stored: Vec<Stored> = db
        .prepare(
            "SELECT e.entry, e.source, s.id AS source_id, e.title, e.text, e.url, e.rest, e.trimmed, e.published_at, e.ordered_at
             FROM entries e JOIN sources s USING (source) WHERE e.entry < ? AND e.expired_at IS NULL ORDER BY e.entry DESC LIMIT ?",
        )?
        .query_map(params![below, i64::try_from(limit).unwrap_or(i64::MAX)], stored)?
        .collect::<rusqlite::Result<_>>()?;
    let lowest = stored.last().map(|stored| stored.id);
    let count = stored.len();
    learn(db, &stored)?;
    for stored in stored {
        stored.write(db)?;
    }
    match lowest {
        Some(lowest) => note(db, TEXTS_REBUILT, lowest.0)?,
        None => note_version(db)?,
    }
    Ok(count)
}

/// Leaves one entry to be found by its keys at the place that it has now.
pub(super) fn write_keys(db: &Connection, entry: EntryId) -> rusqlite::Result<()> {
    let stored = db
        .prepare_cached(
            "SELECT e.entry, e.source, s.id AS source_id, e.title, e.text, e.url, e.rest, e.trimmed, e.published_at, e.ordered_at
             FROM entries e JOIN sources s USING (source) WHERE e.entry = ?",
        )?
        .query_row([entry.0], stored)?;
    let text = stored.reading.prepare(stored.trimmed);
    near::write_keys(db, entry.0, &text, stored.at)
}

/// An entry whose text was read anew.
struct Stored {
    id: EntryId,
    source: (i64, SourceId),
    link: Option<Url>,
    reading: Reading,
    /// What was left out of it: blocks are counted as before.
    trimmed: u64,
    published: Option<Timestamp>,
    at: Timestamp,
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let entry = compared(row)?;
    let source: i64 = row.get("source")?;
    Ok(Stored {
        id: EntryId(row.get("entry")?),
        source: (source, source_id(row, "source_id")?),
        reading: dedupe::read(&entry.title, &entry.text, entry.dateline.as_deref()),
        trimmed: row.get::<_, i64>("trimmed")?.cast_unsigned(),
        published: entry.published,
        link: entry.url,
        at: compared_at(entry.published, moment(row.get("ordered_at")?)),
    })
}

/// Learns what publishers repeat, from the oldest of these entries to the newest.
fn learn(db: &Connection, stored: &[Stored]) -> rusqlite::Result<()> {
    // In a fixed order: two sources may teach about one publisher.
    let mut of_source: BTreeMap<i64, Vec<&Stored>> = BTreeMap::new();
    for stored in stored.iter().rev() {
        of_source.entry(stored.source.0).or_default().push(stored);
    }
    for (source, stored) in of_source {
        let links = stored.iter().map(|stored| stored.link.as_ref());
        let owner = publishers::owner(db, SourceRow(source), links)?;
        let mut known = db.boilerplate(owner)?;
        for stored in stored {
            let (source, published) = (&stored.source.1, stored.published);
            stored.reading.learn(&mut known, source, published);
        }
        db.write_boilerplate(owner, &known)?;
    }
    Ok(())
}

impl Stored {
    fn write(self, db: &Connection) -> rusqlite::Result<()> {
        let text = self.reading.prepare(self.trimmed);
        db.prepare_cached(
            "UPDATE entries SET content_hash = ?2, words = ?3, url_hash = ?4 WHERE entry = ?1",
        )?
        .execute(params![
            self.id.0,
            text.content,
            text.word_count(),
            self.link.as_ref().and_then(dedupe::url_hash)
        ])?;
        near::write_keys(db, self.id.0, &text, self.at)
    }
}
