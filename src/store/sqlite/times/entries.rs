//! Entries that came, or were edited, under a clock that was ahead.

use chrono::TimeDelta;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::all_corrected;
use crate::model::{EntryId, StoryId, Timestamp};
use crate::store::sqlite::columns::ms;
use crate::store::sqlite::stories::touch;
use crate::store::steps::rebuild;

/// An entry with a time of the future.
struct Ahead {
    entry: i64,
    story: i64,
    is_misplaced: bool,
}

/// See [`crate::store::Store::align_entries`]. In the order of their numbers: what is left after a kill is still the last.
pub(in crate::store::sqlite) fn align_entries(
    db: &Connection,
    now: Timestamp,
    by: TimeDelta,
    after: Option<EntryId>,
    limit: usize,
) -> rusqlite::Result<Option<EntryId>> {
    let after = match after {
        Some(after) => after.0,
        None => last_in_time(db, ms(now))?,
    };
    let came = "entry > ?2 AND first_seen > ?1 ORDER BY entry";
    let mut found = ahead(db, came, ms(now), after, limit)?;
    let last = found.last().map(|ahead| EntryId(ahead.entry));
    if found.is_empty() {
        // Entries of before, edited under the wrong clock.
        let edited = "changed_at > ?1 ORDER BY changed_at";
        found = ahead(db, edited, ms(now), after, limit)?;
    }
    let is_done = found.is_empty();
    for ahead in found {
        ahead.put_back(db, now, by.num_milliseconds())?;
    }
    Ok((!is_done).then(|| last.unwrap_or(EntryId(i64::MAX))))
}

/// Numbers of entries follow time: the last entry that was not seen in the future. What comes after it was.
fn last_in_time(db: &Connection, now: i64) -> rusqlite::Result<i64> {
    let last = db
        .prepare_cached(
            "SELECT entry FROM entries WHERE first_seen <= ? ORDER BY entry DESC LIMIT 1",
        )?
        .query_row([now], |row| row.get(0))
        .optional()?;
    Ok(last.unwrap_or(0))
}

fn ahead(
    db: &Connection,
    which: &str,
    now: i64,
    after: i64,
    limit: usize,
) -> rusqlite::Result<Vec<Ahead>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    db.prepare_cached(&format!(
        "SELECT entry, story, ordered_at > ?1 FROM entries WHERE {which} LIMIT ?3"
    ))?
    .query_map([now, after, limit], |row| {
        Ok(Ahead {
            entry: row.get(0)?,
            story: row.get(1)?,
            is_misplaced: row.get(2)?,
        })
    })?
    .collect()
}

impl Ahead {
    /// Puts its times, its story's and its items' back. `last_seen` is the measure of retention and has its own pace.
    fn put_back(&self, db: &Connection, now: Timestamp, by: i64) -> rusqlite::Result<()> {
        const OF_ENTRY: &[&str] = &[
            "first_seen",
            "ordered_at",
            "edition_at",
            "revised_at",
            "changed_at",
        ];
        const OF_STORY: &[&str] = &["created_at", "began_at"];
        const OF_ITEM: &[&str] = &[
            "ordered_at",
            "edition_at",
            "entered_at",
            "updated_at",
            "left_at",
        ];
        let outputs = "output IN (SELECT output FROM outputs) AND story = :row";
        for (table, columns, row, which) in [
            ("entries", OF_ENTRY, self.entry, "entry = :row"),
            ("stories", OF_STORY, self.story, "story = :row"),
            ("output_items", OF_ITEM, self.story, outputs),
        ] {
            let sets = all_corrected(columns);
            db.prepare_cached(&format!("UPDATE {table} SET {sets} WHERE {which}"))?
                .execute(named_params! {":now": ms(now), ":by": by, ":row": row})?;
        }
        if self.is_misplaced {
            // Similar texts are looked for by the week of their place.
            rebuild::write_keys(db, EntryId(self.entry))?;
        }
        touch(db, StoryId(self.story), now)
    }
}
