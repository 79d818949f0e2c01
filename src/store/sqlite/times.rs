//! Stored times, brought in line with a wall clock that was stepped or was ahead.
//!
//! A step is known exactly while the machine runs on: the boot clock does not
//! take part in it. All sources' own times then move by it, so that everybody is
//! asked when they would have been. After another start of the machine only a
//! time that lies in the future betrays a clock that was ahead, and by how much
//! at least: what lies in the future is put back by that, so that its order and
//! spacing stay. Nothing that a publisher said is ever touched.

use chrono::TimeDelta;
use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::columns::ms;
use super::hosts::IS_RELATIVE as HOLD_IS_RELATIVE;
use super::stories::touch;
use crate::clock::{Reading, STEP, is_step};
use crate::model::{StoryId, Timestamp};
use crate::store::Alignment;

mod entries;

pub(super) use entries::align_entries;

/// Starts of the machine that are remembered.
const BOOTS: i64 = 8;
/// Entries that are asked whose clock is wrong.
const WITNESSES: i64 = 2000;

/// Whether [`align_sources`] would find nothing to do; reads only.
pub(super) fn are_aligned(db: &Connection, reading: &Reading) -> rusqlite::Result<bool> {
    let seen = booted_at(db, &reading.boot)?;
    let is_noted = seen.is_some_and(|seen| !is_step(reading.booted_at_ms - seen));
    Ok(is_noted && !is_future(latest(db)?, ms(reading.wall)))
}

/// A moment's slack is for steps that are too small to be followed.
fn is_future(at: i64, now: i64) -> bool {
    at - now > STEP.num_milliseconds()
}

/// See [`crate::store::Store::align_sources`].
pub(super) fn align_sources(db: &Connection, reading: &Reading) -> rusqlite::Result<Alignment> {
    let now = ms(reading.wall);
    let mut alignment = Alignment::default();
    let latest = latest(db)?;
    let step = note_clock(db, reading)?;
    if let Some(step) = step {
        alignment.stepped = Some(TimeDelta::milliseconds(step));
        alignment.sources = shift_histories(db, now, step)?;
    }
    if !is_future(latest, now) {
        return Ok(alignment);
    }
    let ahead = latest - now;
    // After a step back all that was written before it lies within the step.
    let by = ahead.max(-step.unwrap_or(0));
    alignment.ahead = Some(TimeDelta::milliseconds(ahead));
    let corrected = correct_histories(db, now, by)?;
    alignment.sources = alignment.sources.max(corrected);
    alignment.is_behind = is_behind(db, now)?;
    if !alignment.is_behind {
        correct_rest(db, reading.wall, by)?;
        alignment.entries_by = Some(TimeDelta::milliseconds(by));
    }
    Ok(alignment)
}

fn booted_at(db: &Connection, boot: &str) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT booted_at FROM clock WHERE boot = ?")?
        .query_row([boot], |row| row.get(0))
        .optional()
}

/// Notes how the clocks stand to each other. `Some`: by how many milliseconds the wall clock was stepped since that was last
/// noted in this boot.
fn note_clock(db: &Connection, reading: &Reading) -> rusqlite::Result<Option<i64>> {
    let booted = reading.booted_at_ms;
    match booted_at(db, &reading.boot)? {
        Some(seen) if is_step(booted - seen) => {
            // Of all that are noted: a process that cannot see the machine's id goes by its own, on the same clock, and
            // must not correct once more what was corrected here.
            db.execute(
                "UPDATE clock SET booted_at = booted_at + ?",
                [booted - seen],
            )?;
            Ok(Some(booted - seen))
        }
        // A small difference stays, so that many of them add up to a step.
        Some(_) => Ok(None),
        None => {
            db.execute(
                "INSERT INTO clock (boot, booted_at) VALUES (?, ?)",
                params![&*reading.boot, booted],
            )?;
            db.execute(
                "DELETE FROM clock WHERE turn <= (SELECT max(turn) FROM clock) - ?",
                [BOOTS],
            )?;
            Ok(None)
        }
    }
}

/// The latest of our own times. All others are never later than one of these.
fn latest(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row(
        "SELECT max(
             COALESCE((SELECT max(max(COALESCE(attempt_at, 0), COALESCE(success_at, 0), COALESCE(parsed_at, 0))) FROM source_state), 0),
             COALESCE((SELECT first_seen FROM entries ORDER BY entry DESC LIMIT 1), 0),
             COALESCE((SELECT max(changed_at) FROM entries WHERE changed_at IS NOT NULL), 0),
             COALESCE((SELECT max(changed_at) FROM outputs), 0),
             COALESCE((SELECT max(max(began_at, COALESCE(resolved_at, 0))) FROM health), 0))",
        [],
        |row| row.get(0),
    )
}

/// A wait in seconds counts from the request; a date that the publisher named is a moment of the wall clock. Dates of HTTP name
/// whole seconds (RFC 9110 §5.6.7), and we write milliseconds.
const IS_RELATIVE: &str = "retry_after % 1000 != 0";

/// Moves the sources' own times by `step` milliseconds, but for those written after the step: by a refresh that was under way.
fn shift_histories(db: &Connection, now: i64, step: i64) -> rusqlite::Result<usize> {
    // Written before a step forward, it lies before the step; written after a step back, within the last moments.
    let slack = STEP.num_milliseconds();
    let is_older = |column: &str| {
        if step > 0 {
            format!("{column} <= {}", now - step + slack)
        } else {
            format!("{column} NOT BETWEEN {} AND {now}", now - slack)
        }
    };
    let shifted = db.execute(
        &format!(
            "UPDATE source_state SET attempt_at = attempt_at + ?1, success_at = success_at + ?1, parsed_at = parsed_at + ?1,
                 last_new_at = last_new_at + ?1, whole_at = whole_at + ?1, due_at = due_at + ?1,
                 retry_after = CASE WHEN {IS_RELATIVE} THEN retry_after + ?1 ELSE retry_after END
             WHERE {}",
            is_older("attempt_at")
        ),
        [step],
    )?;
    db.execute(
        &format!(
            "UPDATE documents SET read_at = read_at + ?1 WHERE {}",
            is_older("read_at")
        ),
        [step],
    )?;
    db.execute(
        &format!(
            "UPDATE host_holds SET noted_at = noted_at + ?1, until = CASE WHEN {HOLD_IS_RELATIVE} THEN until + ?1 ELSE until END WHERE {}",
            is_older("noted_at")
        ),
        [step],
    )?;
    Ok(shifted)
}

/// A column's value, put back where it lies in the future; never later than now.
fn corrected(column: &str) -> String {
    format!("{column} = CASE WHEN {column} > :now THEN min(:now, {column} - :by) ELSE {column} END")
}

fn all_corrected(columns: &[&str]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| corrected(column)).collect();
    columns.join(", ")
}

/// Puts sources' own times that lie in the future back; how many sources had any.
fn correct_histories(db: &Connection, now: i64, by: i64) -> rusqlite::Result<usize> {
    let columns = all_corrected(&[
        "attempt_at",
        "success_at",
        "parsed_at",
        "last_new_at",
        "whole_at",
    ]);
    let corrected_sources = db.execute(
        &format!(
            "UPDATE source_state SET {columns},
                 due_at = CASE WHEN attempt_at > :now THEN due_at - :by ELSE due_at END,
                 retry_after = CASE WHEN attempt_at > :now AND {IS_RELATIVE} THEN retry_after - :by ELSE retry_after END
             WHERE attempt_at > :now OR success_at > :now OR parsed_at > :now OR last_new_at > :now OR whole_at > :now"
        ),
        named_params! {":now": now, ":by": by},
    )?;
    let read_at = corrected("read_at");
    db.execute(
        &format!("UPDATE documents SET {read_at} WHERE read_at > :now"),
        named_params! {":now": now, ":by": by},
    )?;
    db.execute(
        &format!(
            "UPDATE host_holds SET noted_at = min(:now, noted_at - :by),
                 until = CASE WHEN {HOLD_IS_RELATIVE} THEN until - :by ELSE until END
             WHERE noted_at > :now"
        ),
        named_params! {":now": now, ":by": by},
    )?;
    Ok(corrected_sources)
}

/// Whose clock is wrong, the one that the entries came under or the present one? What was published before it was read says
/// it: under a clock that was ahead, publishers' dates lie before the true present; if most of them lie in the future, the
/// present clock is behind.
fn is_behind(db: &Connection, now: i64) -> rusqlite::Result<bool> {
    let (dated, in_future): (i64, i64) = db.query_row(
        "SELECT count(published_at), COALESCE(sum(published_at > ?1), 0) FROM
             (SELECT published_at, first_seen FROM entries ORDER BY entry DESC LIMIT ?2)
         WHERE first_seen > ?1",
        [now, WITNESSES],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(in_future * 2 > dated)
}

/// Puts back what else lies in the future, but for entries and their items. An output whose documents were stamped in the
/// future is judged again, so that they are shown with the right date.
fn correct_rest(db: &Connection, now: Timestamp, by: i64) -> rusqlite::Result<()> {
    let stamped: Vec<i64> = db
        .prepare(
            "SELECT (SELECT story FROM output_items i WHERE i.output = o.output AND left_at IS NULL LIMIT 1) AS any
             FROM outputs o WHERE changed_at > ? AND any IS NOT NULL",
        )?
        .query_map([ms(now)], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for (table, columns) in [
        ("outputs", &["changed_at"] as &[&str]),
        ("health", &["began_at", "resolved_at"]),
        ("archives", &["made_at"]),
        ("sources", &["added_at", "removed_at"]),
        ("outbox", &["since"]),
        ("rule_spans", &["first_at", "last_at"]),
        ("upkeep", &["ended_at", "over_since"]),
    ] {
        let sets = all_corrected(columns);
        let is_future = columns.join(" > :now OR ");
        // Two troubles of one kind cannot begin at one moment: the later one is the one that is told.
        db.execute(
            &format!("UPDATE OR REPLACE {table} SET {sets} WHERE {is_future} > :now"),
            named_params! {":now": ms(now), ":by": by},
        )?;
    }
    for story in stamped {
        touch(db, StoryId(story), now)?;
    }
    Ok(())
}
