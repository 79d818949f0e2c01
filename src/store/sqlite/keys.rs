//! The keys of similar texts, in two tiers.
//!
//! Sixteen keys an entry are sixteen pages of a large tree, and every commit
//! would write them whole. So new keys are appended to a log, a row an entry
//! (`near_fresh`), and each connection that writes has an index of the log in
//! memory ([`KeyLog`]). When the log has grown long it is merged into the tree
//! (`near_keys`), in the order of the tree and a slice a time.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use rusqlite::{OptionalExtension, params, params_from_iter};

use super::columns::listed;
use super::key_log::KeyLog;
use super::session::Session;
use crate::dedupe::Week;
use crate::model::EntryId;
use crate::store::rows::KeyRows;

/// Slots that are looked up by one statement. Most entries have 16 keys, which are looked up in three weeks.
const TOGETHER: usize = 48;
/// Bits of a slot that hold the key.
const KEY_BITS: u32 = 32;
/// Keys merged by one statement.
const ROWS: usize = 64;

/// A slot that is looked up, with the place of its key among those that were asked for.
type Asked = (i64, usize);

impl KeyRows for Session {
    fn write_keys(&self, entry: EntryId, week: Week, keys: &[u32]) -> rusqlite::Result<()> {
        let bytes: Vec<u8> = keys.iter().flat_map(|key| key.to_le_bytes()).collect();
        self.prepare_cached("INSERT INTO near_fresh (entry, week, keys) VALUES (?, ?, ?)")?
            .execute(params![entry.0, week.number(), bytes])?;
        let row = self.last_insert_rowid();
        let mut log = self.key_log.borrow_mut();
        // If not, another process has written rows before this one. Then `read_log` adds them all in their order.
        if row == log.last_row() + 1 {
            let slots = keys.iter().map(|key| slot(*key, week.number()));
            log.add(row, entry, slots);
        }
        drop(log);
        merge_slice(self)
    }

    fn entries_with_keys(
        &self,
        keys: &[u32],
        weeks: RangeInclusive<Week>,
        limit: usize,
    ) -> rusqlite::Result<Vec<Vec<EntryId>>> {
        read_log(self)?;
        merge_slice(self)?;
        let limit = limit.saturating_add(1);
        let weeks = weeks.start().number()..=weeks.end().number();
        let asked = keys.iter().enumerate();
        let mut asked: Vec<Asked> = asked
            .flat_map(|(nth, key)| weeks.clone().map(move |week| (slot(*key, week), nth)))
            .collect();
        asked.sort_unstable();
        let mut all = vec![Vec::new(); keys.len()];
        let log = self.key_log.borrow();
        for (slot, nth) in &asked {
            all[*nth].extend(log.entries(*slot, limit));
        }
        for asked in asked.chunks(TOGETHER) {
            for (nth, entry) in in_tree(self, asked, limit)? {
                all[nth].push(entry);
            }
        }
        // An entry may have a key in several weeks; and two processes may merge the same rows.
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
        self.execute_batch("DELETE FROM near_keys; DELETE FROM near_fresh")?;
        let last = self
            .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'near_fresh'")?
            .query_row([], |row| row.get(0))
            .optional()?;
        self.key_log.replace(KeyLog::after(last.unwrap_or(0)));
        Ok(())
    }
}

/// Finds the entries in [`TOGETHER`] slots. With `IN`, SQLite seeks all of them with one cursor, which takes a fifth of the time of a
/// `UNION ALL` of as many queries.
static SEARCH: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT slot, entry FROM near_keys WHERE slot IN ({})",
        listed("?", TOGETHER)
    )
});

/// Writes [`ROWS`] keys into the tree, which may have some of them already.
static MERGE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "INSERT OR IGNORE INTO near_keys VALUES {}",
        listed("(?, ?)", ROWS)
    )
});

/// The week stands first: what comes and what is looked for is of a few weeks, so it lies together, however much is stored.
fn slot(key: u32, week: i64) -> i64 {
    week << KEY_BITS | i64::from(key)
}

/// The entries in the tree that have one of these slots (ascending, at most [`TOGETHER`]), each with the place of its key. Of each slot
/// at most `limit` entries are given.
fn in_tree(db: &Session, asked: &[Asked], limit: usize) -> rusqlite::Result<Vec<(usize, EntryId)>> {
    let mut select = db.prepare_cached(&SEARCH)?;
    let mut found = Vec::new();
    let mut left: Vec<Asked> = asked.to_vec();
    loop {
        let slots = (0..TOGETHER).map(|nth| left.get(nth).map(|(slot, _)| *slot));
        let mut rows = select.query(params_from_iter(slots))?;
        let (mut read, mut is_crowded) = (Vec::new(), false);
        while let Some(row) = rows.next()? {
            let (slot, entry): (i64, i64) = (row.get(0)?, row.get(1)?);
            read.push((slot, EntryId(entry)));
            let before = read.len().checked_sub(limit);
            if before.is_some_and(|before| read[before].0 == slot) {
                is_crowded = true;
                break;
            }
        }
        for (slot, entry) in &read {
            let from = left.partition_point(|(asked, _)| asked < slot);
            let same = left[from..].iter().take_while(|(asked, _)| asked == slot);
            found.extend(same.map(|(_, nth)| (*nth, *entry)));
        }
        if !is_crowded {
            return Ok(found);
        }
        // The crowded slot may have any number of further rows, so the rest is asked for anew without it. The rows of a slot come
        // together, so the slots seen before it are complete.
        left.retain(|(slot, _)| read.iter().all(|(seen, _)| seen != slot));
    }
}

/// Brings the index up to what the log has, whoever wrote it.
fn read_log(db: &Session) -> rusqlite::Result<()> {
    let mut log = db.key_log.borrow_mut();
    let mut read = db.prepare_cached(
        "SELECT log, entry, week, keys FROM near_fresh WHERE log > ? ORDER BY log",
    )?;
    let mut rows = read.query([log.last_row()])?;
    while let Some(row) = rows.next()? {
        let (number, entry, week) = (row.get(0)?, EntryId(row.get(1)?), row.get(2)?);
        let (keys, _) = row.get_ref(3)?.as_blob()?.as_chunks::<4>();
        let slots = keys.iter().map(|key| slot(u32::from_le_bytes(*key), week));
        log.add(number, entry, slots);
    }
    Ok(())
}

/// If the log is long, writes its next keys into the tree, in the order of the tree. After the last of them the rows of the log that
/// were merged are deleted. If the process ends before that, the merge begins again.
fn merge_slice(db: &Session) -> rusqlite::Result<()> {
    let Some(slice) = db.key_log.borrow_mut().next_slice() else {
        return Ok(());
    };
    let (many, rest) = slice.keys.as_chunks::<ROWS>();
    let mut insert = db.prepare_cached(&MERGE)?;
    for keys in many {
        let values = keys.iter().flat_map(|(slot, entry)| [*slot, *entry]);
        insert.execute(params_from_iter(values))?;
    }
    let mut insert = db.prepare_cached("INSERT OR IGNORE INTO near_keys VALUES (?, ?)")?;
    for key in rest {
        insert.execute([key.0, key.1])?;
    }
    if let Some(row) = slice.is_last_of {
        db.prepare_cached("DELETE FROM near_fresh WHERE log <= ?")?
            .execute([row])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use tempfile::TempDir;

    use super::super::SqliteEngine;
    use super::super::schema::migrate;
    use super::*;
    use crate::model::Timestamp;
    use crate::store::engine::Engine;
    use crate::store::settings::Opening;

    fn week() -> Week {
        Week::of(Timestamp::UNIX_EPOCH)
    }

    fn found(db: &Session, keys: &[u32], limit: usize) -> Vec<Vec<i64>> {
        let all = db.entries_with_keys(keys, week()..=week(), limit);
        let all = all.expect("read").into_iter();
        all.map(|entries| entries.iter().map(|entry| entry.0).collect())
            .collect()
    }

    #[test]
    fn of_a_crowded_key_a_few_entries_are_read_and_of_the_others_all() {
        let db = Session::of(Connection::open_in_memory().expect("opens"));
        migrate(&db).expect("migrates");
        let crowded = (1..=1_000).map(|entry| (7, entry));
        let rare = [(3, 4), (3, 1), (9, 2), (11, 5)];
        for (key, entry) in crowded.chain(rare) {
            db.execute(
                "INSERT INTO near_keys VALUES (?, ?)",
                [slot(key, week().number()), entry],
            )
            .expect("written");
        }
        let all = found(&db, &[9, 7, 3, 8, 11], 20);
        assert_eq!(all[1].len(), 21);
        assert_eq!(
            [&all[0], &all[2], &all[3], &all[4]],
            [&vec![2], &vec![1, 4], &vec![], &vec![5]]
        );
    }

    #[test]
    fn processes_that_end_soon_merge_a_long_log_all_the_same() {
        let directory = TempDir::new().expect("made");
        let path = directory.path().join("x.db");
        let open = || Session::of(Connection::open(&path).expect("opens"));
        let (first, all) = (open(), 8_300_u32);
        migrate(&first).expect("migrates");
        let step = first.unchecked_transaction().expect("begins");
        for entry in 1..=all {
            let keys = entry.to_le_bytes();
            first
                .execute(
                    "INSERT INTO near_fresh VALUES (?, ?, 0, ?)",
                    (entry, entry, keys),
                )
                .expect("written");
        }
        step.commit().expect("written");
        let short = open();
        for entry in all + 1..=all + 20 {
            short
                .write_keys(EntryId(entry.into()), week(), &[entry])
                .expect("written");
            let last = found(&short, &[entry, 1, all], 20);
            assert_eq!(last, [[i64::from(entry)], [1], [i64::from(all)]]);
        }
        let count = |table: &str| -> i64 {
            let query = format!("SELECT count(*) FROM {table}");
            let count = short.query_row(&query, [], |row| row.get(0));
            count.expect("counted")
        };
        assert!(count("near_fresh") < 20);
        assert!(count("near_keys") >= all.into());
    }

    #[tokio::test]
    async fn keys_of_a_step_that_failed_are_not_found() {
        let directory = TempDir::new().expect("made");
        let path = directory.path().join("mainstem.db");
        let store = SqliteEngine::open(&path, Opening::Quick).expect("it opens");
        let failed = store.write("fail", |db: &Session| {
            db.write_keys(EntryId(1), week(), &[3])?;
            assert_eq!(found(db, &[3], 20), [[1]]);
            Err::<(), _>(rusqlite::Error::InvalidQuery)
        });
        failed.await.expect_err("it fails");
        let all = store.write("write", |db: &Session| {
            db.write_keys(EntryId(2), week(), &[3])?;
            Ok(found(db, &[3], 20))
        });
        assert_eq!(all.await.expect("written"), [[2]]);
    }
}
