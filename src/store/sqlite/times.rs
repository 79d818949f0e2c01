//! Stored times and the clocks that they were written by, in SQL.

use chrono::TimeDelta;
use rusqlite::{OptionalExtension, Row, named_params, params};

use super::columns::{moment, ms};
use super::hosts::IS_RELATIVE as HOLD_IS_RELATIVE;
use super::session::Session;
use crate::model::{EntryId, StoryId, Timestamp};
use crate::store::rows::{BeforeStep, EntryAhead, TimeRows, Witnesses};

/// A wait in seconds counts from the request; a date that the publisher named is a moment of the wall clock. Dates of HTTP name
/// whole seconds (RFC 9110 §5.6.7), and we write milliseconds.
const IS_RELATIVE: &str = "retry_after % 1000 != 0";

/// Tables with times of ours that are neither sources' nor entries', and these columns.
const REST: [(&str, &[&str]); 10] = [
    ("outputs", &["changed_at"]),
    ("health", &["began_at", "resolved_at"]),
    ("archives", &["made_at"]),
    ("sources", &["added_at", "removed_at"]),
    ("outbox", &["since"]),
    ("rule_spans", &["first_at", "last_at"]),
    ("upkeep", &["ended_at", "over_since"]),
    ("withdrawn", &["at"]),
    ("retracted", &["at"]),
    ("tombstones", &["announced_at"]),
];
const OF_SOURCE: &[&str] = &[
    "attempt_at",
    "success_at",
    "parsed_at",
    "last_new_at",
    "whole_at",
];
const OF_ENTRY: &[&str] = &[
    "first_seen",
    "ordered_at",
    "edition_at",
    "revised_at",
    "changed_at",
    "withdrawn_at",
    "retracted_at",
];
const OF_STORY: &[&str] = &["created_at", "began_at"];
const OF_ITEM: &[&str] = &[
    "ordered_at",
    "edition_at",
    "entered_at",
    "updated_at",
    "left_at",
];

impl TimeRows for Session {
    fn booted_at(&self, boot: &str) -> rusqlite::Result<Option<i64>> {
        self.prepare_cached("SELECT booted_at FROM clock WHERE boot = ?")?
            .query_row([boot], |row| row.get(0))
            .optional()
    }

    fn move_boots(&self, by_ms: i64) -> rusqlite::Result<()> {
        self.execute("UPDATE clock SET booted_at = booted_at + ?", [by_ms])?;
        Ok(())
    }

    fn note_boot(&self, boot: &str, booted_at_ms: i64, keep: usize) -> rusqlite::Result<()> {
        self.execute(
            "INSERT INTO clock (boot, booted_at) VALUES (?, ?)",
            params![boot, booted_at_ms],
        )?;
        self.execute(
            "DELETE FROM clock WHERE turn <= (SELECT max(turn) FROM clock) - ?",
            [count(keep)],
        )?;
        Ok(())
    }

    fn latest_time(&self) -> rusqlite::Result<Timestamp> {
        self.query_row(
            "SELECT max(
                 COALESCE((SELECT max(max(COALESCE(attempt_at, 0), COALESCE(success_at, 0), COALESCE(parsed_at, 0))) FROM source_state), 0),
                 COALESCE((SELECT first_seen FROM entries ORDER BY entry DESC LIMIT 1), 0),
                 COALESCE((SELECT max(changed_at) FROM entries WHERE changed_at IS NOT NULL), 0),
                 COALESCE((SELECT max(changed_at) FROM outputs), 0),
                 COALESCE((SELECT max(max(began_at, COALESCE(resolved_at, 0))) FROM health), 0))",
            [],
            |row| row.get(0).map(moment),
        )
    }

    fn shift_sources(&self, which: BeforeStep, step: TimeDelta) -> rusqlite::Result<usize> {
        let step = step.num_milliseconds();
        let is_older = |column: &str| match which {
            BeforeStep::UpTo(last) => format!("{column} <= {}", ms(last)),
            BeforeStep::Outside(from, to) => {
                format!("{column} NOT BETWEEN {} AND {}", ms(from), ms(to))
            }
        };
        let shifted = self.execute(
            &format!(
                "UPDATE source_state SET attempt_at = attempt_at + ?1, success_at = success_at + ?1, parsed_at = parsed_at + ?1,
                     last_new_at = last_new_at + ?1, whole_at = whole_at + ?1, due_at = due_at + ?1,
                     retry_after = CASE WHEN {IS_RELATIVE} THEN retry_after + ?1 ELSE retry_after END
                 WHERE {}",
                is_older("attempt_at")
            ),
            [step],
        )?;
        self.execute(
            &format!(
                "UPDATE documents SET read_at = read_at + ?1 WHERE {}",
                is_older("read_at")
            ),
            [step],
        )?;
        self.execute(
            &format!(
                "UPDATE host_holds SET noted_at = noted_at + ?1, until = CASE WHEN {HOLD_IS_RELATIVE} THEN until + ?1 ELSE until END WHERE {}",
                is_older("noted_at")
            ),
            [step],
        )?;
        Ok(shifted)
    }

    fn put_sources_back(&self, now: Timestamp, by: TimeDelta) -> rusqlite::Result<usize> {
        let (now, by) = (ms(now), by.num_milliseconds());
        let bounds = named_params! {":now": now, ":by": by};
        let columns = all_put_back(OF_SOURCE);
        let put_back = self.execute(
            &format!(
                "UPDATE source_state SET {columns},
                     due_at = CASE WHEN attempt_at > :now THEN due_at - :by ELSE due_at END,
                     retry_after = CASE WHEN attempt_at > :now AND {IS_RELATIVE} THEN retry_after - :by ELSE retry_after END
                 WHERE attempt_at > :now OR success_at > :now OR parsed_at > :now OR last_new_at > :now OR whole_at > :now"
            ),
            bounds,
        )?;
        let read_at = put_back_column("read_at");
        self.execute(
            &format!("UPDATE documents SET {read_at} WHERE read_at > :now"),
            bounds,
        )?;
        self.execute(
            &format!(
                "UPDATE host_holds SET noted_at = min(:now, noted_at - :by),
                     until = CASE WHEN {HOLD_IS_RELATIVE} THEN until - :by ELSE until END
                 WHERE noted_at > :now"
            ),
            bounds,
        )?;
        Ok(put_back)
    }

    fn witnesses(&self, now: Timestamp, limit: usize) -> rusqlite::Result<Witnesses> {
        self.query_row(
            "SELECT count(published_at), COALESCE(sum(published_at > ?1), 0) FROM
                 (SELECT published_at, first_seen FROM entries ORDER BY entry DESC LIMIT ?2)
             WHERE first_seen > ?1",
            [ms(now), count(limit)],
            |row| {
                Ok(Witnesses {
                    dated: row.get(0)?,
                    in_future: row.get(1)?,
                })
            },
        )
    }

    fn stories_stamped_ahead(&self, now: Timestamp) -> rusqlite::Result<Vec<StoryId>> {
        self.prepare(
            "SELECT (SELECT story FROM output_items i WHERE i.output = o.output AND left_at IS NULL LIMIT 1) AS any
             FROM outputs o WHERE changed_at > ? AND any IS NOT NULL",
        )?
        .query_map([ms(now)], |row| row.get(0).map(StoryId))?
        .collect()
    }

    fn put_rest_back(&self, now: Timestamp, by: TimeDelta) -> rusqlite::Result<()> {
        for (table, columns) in REST {
            let sets = all_put_back(columns);
            let is_future = columns.join(" > :now OR ");
            // Two troubles of one kind cannot begin at one moment: the later one is the one that is told.
            self.execute(
                &format!("UPDATE OR REPLACE {table} SET {sets} WHERE {is_future} > :now"),
                named_params! {":now": ms(now), ":by": by.num_milliseconds()},
            )?;
        }
        Ok(())
    }

    fn last_entry_in_time(&self, now: Timestamp) -> rusqlite::Result<Option<EntryId>> {
        self.prepare_cached(
            "SELECT entry FROM entries WHERE first_seen <= ? ORDER BY entry DESC LIMIT 1",
        )?
        .query_row([ms(now)], |row| row.get(0).map(EntryId))
        .optional()
    }

    fn entries_seen_ahead(
        &self,
        now: Timestamp,
        after: EntryId,
        limit: usize,
    ) -> rusqlite::Result<Vec<EntryAhead>> {
        self.prepare_cached(
            "SELECT entry, story, ordered_at > ?1 AS is_misplaced FROM entries
             WHERE entry > ?2 AND first_seen > ?1 ORDER BY entry LIMIT ?3",
        )?
        .query_map([ms(now), after.0, count(limit)], ahead)?
        .collect()
    }

    fn entries_changed_ahead(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> rusqlite::Result<Vec<EntryAhead>> {
        self.prepare_cached(
            "SELECT entry, story, ordered_at > ?1 AS is_misplaced FROM entries
             WHERE changed_at > ?1 ORDER BY changed_at LIMIT ?2",
        )?
        .query_map([ms(now), count(limit)], ahead)?
        .collect()
    }

    fn put_entry_back(
        &self,
        ahead: &EntryAhead,
        now: Timestamp,
        by: TimeDelta,
    ) -> rusqlite::Result<()> {
        for (table, columns, row, which) in [
            ("entries", OF_ENTRY, ahead.entry.0, "entry = :row"),
            ("stories", OF_STORY, ahead.story.0, "story = :row"),
            ("output_items", OF_ITEM, ahead.story.0, "story = :row"),
            ("corrections", &["at"], ahead.entry.0, "entry = :row"),
        ] {
            let sets = all_put_back(columns);
            self.prepare_cached(&format!("UPDATE {table} SET {sets} WHERE {which}"))?
                .execute(
                    named_params! {":now": ms(now), ":by": by.num_milliseconds(), ":row": row},
                )?;
        }
        Ok(())
    }
}

fn ahead(row: &Row<'_>) -> rusqlite::Result<EntryAhead> {
    Ok(EntryAhead {
        entry: EntryId(row.get("entry")?),
        story: StoryId(row.get("story")?),
        is_misplaced: row.get("is_misplaced")?,
    })
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A column's value, put back where it lies in the future; never later than now.
fn put_back_column(column: &str) -> String {
    format!("{column} = CASE WHEN {column} > :now THEN min(:now, {column} - :by) ELSE {column} END")
}

fn all_put_back(columns: &[&str]) -> String {
    let columns: Vec<String> = columns
        .iter()
        .map(|column| put_back_column(column))
        .collect();
    columns.join(", ")
}
