//! The keys of similar texts, in two tiers.
//!
//! Sixteen keys an entry are sixteen pages of a large tree, and every commit
//! would write them whole. So new keys are appended to a log, a row an entry
//! (`near_fresh`), with an index of the log beside it that only this connection
//! has (a temporary table: it is rolled back with the transaction, and never
//! written). When the log has grown long it is merged into the tree
//! (`near_keys`), in the order of the tree and a slice a time.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use super::columns::ms;
use super::turn::Turn;
use crate::dedupe::MAX_POSTINGS;
use crate::model::Timestamp;

const WEEK_MS: i64 = 7 * 24 * 3600 * 1000;
/// Bits of a slot that hold the key.
const KEY_BITS: u32 = 32;
/// Of the weeks since 1970; the last is some thousand years ahead.
const MAX_WEEK: i64 = (1 << 20) - 1;
/// Entries in the log that set a merge off.
const LOG_ENTRIES: i64 = 8_192;
/// Keys merged in one step.
const SLICE: i64 = 4_096;
/// Keys forgotten between two looks at the time.
const FORGOTTEN: usize = 500;

/// What the writing connection needs before its first transaction: the index of the log, up to which row it goes, and how far a
/// merge of which rows has come.
pub(super) const INDEX: &str = "PRAGMA temp_store = MEMORY;
    CREATE TEMP TABLE IF NOT EXISTS near_index (slot INTEGER, entry INTEGER, log INTEGER, PRIMARY KEY (slot, entry)) WITHOUT ROWID;
    CREATE TEMP TABLE IF NOT EXISTS near_state (one INTEGER PRIMARY KEY, indexed INTEGER, entries INTEGER, merging INTEGER, cursor INTEGER);
    INSERT OR IGNORE INTO temp.near_state VALUES (1, 0, 0, NULL, 0);";

/// The week of a moment in milliseconds.
pub(super) fn week(ms: i64) -> i64 {
    ms.div_euclid(WEEK_MS).clamp(0, MAX_WEEK)
}

/// The week stands first: what comes and what is looked for is of a few weeks, so it lies together, however much is stored.
fn slot(key: u32, week: i64) -> i64 {
    week << KEY_BITS | i64::from(key)
}

/// Appends an entry's keys.
pub(super) fn write(db: &Connection, entry: i64, week: i64, keys: &[u32]) -> rusqlite::Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let bytes: Vec<u8> = keys.iter().flat_map(|key| key.to_le_bytes()).collect();
    db.prepare_cached("INSERT INTO near_fresh (entry, week, keys) VALUES (?, ?, ?)")?
        .execute(params![entry, week, bytes])?;
    Ok(())
}

/// For each entry with any of these keys, placed in these weeks, how many of them it has. A key that too many have says nothing.
pub(super) fn shares(
    db: &Connection,
    keys: &[u32],
    weeks: RangeInclusive<i64>,
) -> rusqlite::Result<HashMap<i64, usize>> {
    index_log(db)?;
    let tiers = ["main.near_keys", "temp.near_index"].map(|table| {
        format!(
            "SELECT entry FROM {table} WHERE slot = ? LIMIT {}",
            MAX_POSTINGS + 1
        )
    });
    let [mut tree, mut log] = [db.prepare_cached(&tiers[0])?, db.prepare_cached(&tiers[1])?];
    let mut shares: HashMap<i64, usize> = HashMap::new();
    let mut entries: Vec<i64> = Vec::with_capacity(2 * MAX_POSTINGS + 2);
    for key in keys {
        entries.clear();
        for week in weeks.clone() {
            for tier in [&mut tree, &mut log] {
                let mut rows = tier.query([slot(*key, week)])?;
                while let Some(row) = rows.next()? {
                    entries.push(row.get(0)?);
                }
            }
        }
        // While a merge is under way an entry may stand in both.
        entries.sort_unstable();
        entries.dedup();
        if entries.len() <= MAX_POSTINGS {
            for entry in &entries {
                *shares.entry(*entry).or_default() += 1;
            }
        }
    }
    Ok(shares)
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

/// Takes out keys of entries placed more than `reach` before `now`, which meet nobody any more: up to `limit`, and as many as fit
/// into a turn. `false`: there are more of them.
pub(super) fn forget(
    db: &Connection,
    now: Timestamp,
    reach: Duration,
    limit: usize,
) -> rusqlite::Result<bool> {
    let reach = i64::try_from(reach.as_millis()).unwrap_or(i64::MAX);
    let end = slot(0, week(ms(now).saturating_sub(reach)));
    let turn = Turn::begin();
    let mut room = limit;
    while room > 0 {
        let slice = room.min(FORGOTTEN);
        let reached: Option<i64> = db
            .prepare_cached(
                "SELECT slot FROM near_keys WHERE slot < ? ORDER BY slot LIMIT 1 OFFSET ?",
            )?
            .query_row(
                params![end, i64::try_from(slice).unwrap_or(i64::MAX)],
                |row| row.get(0),
            )
            .optional()?;
        // Whole slots: what follows the last of them is the next slice's.
        db.prepare_cached("DELETE FROM near_keys WHERE slot < ?")?
            .execute([reached.map_or(end, |slot| slot + 1)])?;
        if reached.is_none() {
            return Ok(true);
        }
        if turn.is_over() {
            return Ok(false);
        }
        room -= slice;
    }
    Ok(false)
}

/// Forgets all keys.
pub(super) fn forget_all(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(
        "DELETE FROM near_keys; DELETE FROM near_fresh; DELETE FROM temp.near_index;
         UPDATE temp.near_state SET entries = 0, merging = NULL, cursor = 0",
    )
}
