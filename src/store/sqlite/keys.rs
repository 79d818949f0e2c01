//! The keys of similar texts, in two tiers.
//!
//! Sixteen keys an entry are sixteen pages of a large tree, and every commit
//! would write them whole. So new keys are appended to a log, a row an entry
//! (`near_fresh`), with an index of the log beside it that only this connection
//! has (a temporary table: it is rolled back with the transaction, and never
//! written). When the log has grown long it is merged into the tree
//! (`near_keys`), in the order of the tree and a slice a time.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use crate::dedupe::Week;
use crate::model::EntryId;
use crate::store::rows::KeyRows;

/// Keys that are looked up by one statement: a third of those that most entries have. A longer one takes longer to be found again
/// among the prepared ones.
const TOGETHER: usize = 6;
/// Weeks in which they are looked up by it: as many as a week before and after an entry lie in.
const WEEKS: usize = 3;
/// Bits of a slot that hold the key.
const KEY_BITS: u32 = 32;
/// Entries in the log that set a merge off.
const LOG_ENTRIES: i64 = 8_192;
/// Keys merged in one step.
const SLICE: i64 = 4_096;

/// What the writing connection needs before its first transaction: the index of the log, up to which row it goes, and how far a
/// merge of which rows has come.
pub(super) const INDEX: &str = "PRAGMA temp_store = MEMORY;
    CREATE TEMP TABLE IF NOT EXISTS near_index (slot INTEGER, entry INTEGER, log INTEGER, PRIMARY KEY (slot, entry)) WITHOUT ROWID;
    CREATE TEMP TABLE IF NOT EXISTS near_state (one INTEGER PRIMARY KEY, indexed INTEGER, entries INTEGER, merging INTEGER, cursor INTEGER);
    INSERT OR IGNORE INTO temp.near_state VALUES (1, 0, 0, NULL, 0);";

impl KeyRows for Connection {
    fn write_keys(&self, entry: EntryId, week: Week, keys: &[u32]) -> rusqlite::Result<()> {
        let bytes: Vec<u8> = keys.iter().flat_map(|key| key.to_le_bytes()).collect();
        self.prepare_cached("INSERT INTO near_fresh (entry, week, keys) VALUES (?, ?, ?)")?
            .execute(params![entry.0, week.number(), bytes])?;
        Ok(())
    }

    fn entries_with_keys(
        &self,
        keys: &[u32],
        weeks: RangeInclusive<Week>,
        limit: usize,
    ) -> rusqlite::Result<Vec<Vec<EntryId>>> {
        index_log(self)?;
        let mut all = vec![Vec::new(); keys.len()];
        let limit = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
        let mut select = self.prepare_cached(&SEARCH)?;
        let weeks: Vec<i64> = (weeks.start().number()..=weeks.end().number()).collect();
        for (keys, all) in keys.chunks(TOGETHER).zip(all.chunks_mut(TOGETHER)) {
            for weeks in weeks.chunks(WEEKS) {
                let asked = parameters(limit, keys, weeks);
                let mut rows = select.query(params_from_iter(asked))?;
                while let Some(row) = rows.next()? {
                    let nth: u8 = row.get(0)?;
                    all[usize::from(nth)].push(EntryId(row.get(1)?));
                }
            }
        }
        // While a merge is under way an entry may stand in both.
        for entries in &mut all {
            entries.sort_unstable();
            entries.dedup();
        }
        Ok(all)
    }

    fn forget_keys(&self, before: Week, count: usize) -> rusqlite::Result<bool> {
        let end = slot(0, before.number());
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let reached: Option<i64> = self
            .prepare_cached(
                "SELECT slot FROM near_keys WHERE slot < ? ORDER BY slot LIMIT 1 OFFSET ?",
            )?
            .query_row([end, count], |row| row.get(0))
            .optional()?;
        // Whole slots: what follows the last of them is left for the next time.
        self.prepare_cached("DELETE FROM near_keys WHERE slot < ?")?
            .execute([reached.map_or(end, |slot| slot + 1)])?;
        Ok(reached.is_none())
    }

    fn forget_all_keys(&self) -> rusqlite::Result<()> {
        self.execute_batch(
            "DELETE FROM near_keys; DELETE FROM near_fresh; DELETE FROM temp.near_index;
             UPDATE temp.near_state SET entries = 0, merging = NULL, cursor = 0",
        )
    }
}

/// The search for the entries of [`TOGETHER`] keys in [`WEEKS`] weeks, each with the place of its key: one statement, because
/// starting one takes as long as looking up what it asks for. The first parameter is how many are read of each slot and tier.
static SEARCH: LazyLock<String> = LazyLock::new(|| {
    let slots = (0..TOGETHER * WEEKS).map(|nth| (nth / WEEKS, nth + 2));
    let selects = slots.flat_map(|(key, slot)| {
        ["main.near_keys", "temp.near_index"].map(|tier| {
            format!("SELECT * FROM (SELECT {key}, entry FROM {tier} WHERE slot = ?{slot} LIMIT ?1)")
        })
    });
    selects.collect::<Vec<String>>().join(" UNION ALL ")
});

/// The parameters of [`SEARCH`]; nothing is looked up for what is `None`.
fn parameters(limit: i64, keys: &[u32], weeks: &[i64]) -> impl Iterator<Item = Option<i64>> {
    let slots = (0..TOGETHER * WEEKS).map(|nth| {
        let (key, week) = (keys.get(nth / WEEKS)?, weeks.get(nth % WEEKS)?);
        Some(slot(*key, *week))
    });
    std::iter::once(Some(limit)).chain(slots)
}

/// The week stands first: what comes and what is looked for is of a few weeks, so it lies together, however much is stored.
fn slot(key: u32, week: i64) -> i64 {
    week << KEY_BITS | i64::from(key)
}

/// Brings the index up to what the log has, whoever wrote it; and merges a slice where the log is long.
fn index_log(db: &Connection) -> rusqlite::Result<()> {
    let (mut indexed, mut entries): (i64, i64) = db
        .prepare_cached("SELECT indexed, entries FROM temp.near_state")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut read = db.prepare_cached(
        "SELECT log, entry, week, keys FROM near_fresh WHERE log > ? ORDER BY log",
    )?;
    let mut insert = db.prepare_cached("INSERT OR IGNORE INTO temp.near_index VALUES (?, ?, ?)")?;
    let mut rows = read.query([indexed])?;
    let before = indexed;
    while let Some(row) = rows.next()? {
        let (log, entry, week): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (keys, _) = row.get_ref(3)?.as_blob()?.as_chunks::<4>();
        for key in keys {
            insert.execute([slot(u32::from_le_bytes(*key), week), entry, log])?;
        }
        (indexed, entries) = (log, entries + 1);
    }
    if indexed != before {
        db.prepare_cached("UPDATE temp.near_state SET indexed = ?, entries = ?")?
            .execute([indexed, entries])?;
    }
    if entries >= LOG_ENTRIES {
        merge_slice(db)?;
    }
    Ok(())
}

/// Moves the next keys of the log, in the order of the tree, into it. After the last the log loses what it had when the merge
/// began; what is cut short by an end of the process begins again.
fn merge_slice(db: &Connection) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE temp.near_state SET merging = indexed, cursor = 0 WHERE merging IS NULL",
    )?
    .execute([])?;
    let (upto, cursor): (i64, i64) = db
        .prepare_cached("SELECT merging, cursor FROM temp.near_state")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let last: Option<i64> = db
        .prepare_cached(
            "SELECT slot FROM temp.near_index WHERE slot >= ? ORDER BY slot LIMIT 1 OFFSET ?",
        )?
        .query_row([cursor, SLICE], |row| row.get(0))
        .optional()?;
    db.prepare_cached(
        "INSERT OR IGNORE INTO near_keys SELECT slot, entry FROM temp.near_index WHERE slot >= ? AND slot < ? AND log <= ? ORDER BY slot, entry",
    )?
    .execute([cursor, last.unwrap_or(i64::MAX), upto])?;
    if let Some(last) = last {
        db.prepare_cached("UPDATE temp.near_state SET cursor = ?")?
            .execute([last.max(cursor + 1)])?;
        return Ok(());
    }
    db.prepare_cached("DELETE FROM near_fresh WHERE log <= ?")?
        .execute([upto])?;
    db.prepare_cached("DELETE FROM temp.near_index WHERE log <= ?")?
        .execute([upto])?;
    db.prepare_cached(
        "UPDATE temp.near_state SET merging = NULL, entries = (SELECT count(DISTINCT entry) FROM temp.near_index)",
    )?
    .execute([])?;
    Ok(())
}
