//! Stored times, brought in line with a wall clock that was stepped or was ahead.
//!
//! A step is known exactly while the machine runs on: the boot clock does not take part in it. All sources' own times then move
//! by it, so that each is asked when it would have been. After another start of the machine only a time that lies in the
//! future betrays a clock that was ahead, and by how much at least: what lies in the future is put back by that, so that its
//! order and spacing stay. Nothing that a publisher said is ever touched.

use chrono::TimeDelta;

use crate::clock::{Reading, STEP, is_step};
use crate::model::{EntryId, Timestamp};
use crate::store::alignment::Alignment;
use crate::store::rows::{BeforeStep, EntryAhead, KeyRows, StoryRows, TextRows, TimeRows};
use crate::store::steps::rebuild;

/// Starts of the machine that are remembered.
const BOOTS: usize = 8;
/// Entries that are asked whose clock is wrong.
const WITNESSES: usize = 2000;

/// Whether [`align_sources`] would find nothing to do; reads only.
pub(in crate::store) fn are_aligned<R: TimeRows>(
    rows: &R,
    reading: &Reading,
) -> Result<bool, R::Error> {
    let seen = rows.booted_at(&reading.boot)?;
    let is_noted = seen.is_some_and(|seen| !is_step(reading.booted_at_ms - seen));
    Ok(is_noted && !is_future(rows.latest_time()?, reading.wall))
}

/// Steps that are too small to be followed put nothing into the future.
fn is_future(at: Timestamp, now: Timestamp) -> bool {
    at - now > STEP
}

/// See [`crate::store::Store::align_sources`].
pub(in crate::store) fn align_sources<R: TimeRows + StoryRows>(
    rows: &R,
    reading: &Reading,
) -> Result<Alignment, R::Error> {
    let now = reading.wall;
    let mut alignment = Alignment::default();
    let latest = rows.latest_time()?;
    let step = note_clock(rows, reading)?;
    if let Some(step) = step {
        alignment.stepped = Some(step);
        alignment.sources = rows.shift_sources(before_step(now, step), step)?;
    }
    if !is_future(latest, now) {
        return Ok(alignment);
    }
    let ahead = latest - now;
    // After a step back all that was written before it lies within the step.
    let by = ahead.max(-step.unwrap_or_default());
    alignment.ahead = Some(ahead);
    let corrected = rows.put_sources_back(now, by)?;
    alignment.sources = alignment.sources.max(corrected);
    alignment.is_behind = is_behind(rows, now)?;
    if !alignment.is_behind {
        // An output whose documents were stamped in the future is judged again, so that they are shown with the right date.
        let stamped = rows.stories_stamped_ahead(now)?;
        rows.put_rest_back(now, by)?;
        for story in stamped {
            rows.touch_story(story, now)?;
        }
        alignment.entries_by = Some(by);
    }
    Ok(alignment)
}

/// Notes how the clocks stand to each other. `Some`: by how much the wall clock was stepped since that was last noted in this
/// boot.
fn note_clock<R: TimeRows>(rows: &R, reading: &Reading) -> Result<Option<TimeDelta>, R::Error> {
    let booted = reading.booted_at_ms;
    match rows.booted_at(&reading.boot)? {
        Some(seen) if is_step(booted - seen) => {
            // Of all that are noted: a process that cannot see the machine's id goes by its own, on the same clock, and
            // must not correct once more what was corrected here.
            rows.move_boots(booted - seen)?;
            Ok(Some(TimeDelta::milliseconds(booted - seen)))
        }
        // A small difference stays, so that many of them add up to a step.
        Some(_) => Ok(None),
        None => {
            rows.note_boot(&reading.boot, booted, BOOTS)?;
            Ok(None)
        }
    }
}

/// Which rows were written before the step that has led to `now`; the others are of refreshes that were under way. Written
/// before a step forward, a row lies before the step; written after a step back, within the last moments.
fn before_step(now: Timestamp, step: TimeDelta) -> BeforeStep {
    match step > TimeDelta::zero() {
        true => BeforeStep::UpTo(now - step + STEP),
        false => BeforeStep::Outside(now - STEP, now),
    }
}

/// Whose clock is wrong, the one that the entries came under or the present one? What was published before it was read says
/// it: under a clock that was ahead, publishers' dates lie before the true present; if most of them lie in the future, the
/// present clock is behind.
fn is_behind<R: TimeRows>(rows: &R, now: Timestamp) -> Result<bool, R::Error> {
    let witnesses = rows.witnesses(now, WITNESSES)?;
    Ok(witnesses.in_future * 2 > witnesses.dated)
}

/// See [`crate::store::Store::align_entries`]. Entries are put back in the order of their numbers, so that those that are left after
/// a kill still have the highest numbers, where the next call looks for them.
pub(in crate::store) fn align_entries<R: TimeRows + StoryRows + KeyRows + TextRows>(
    rows: &R,
    now: Timestamp,
    by: TimeDelta,
    after: Option<EntryId>,
    limit: usize,
) -> Result<Option<EntryId>, R::Error> {
    let after = match after {
        Some(after) => after,
        None => rows.last_entry_in_time(now)?.unwrap_or(EntryId(0)),
    };
    let mut found = rows.entries_seen_ahead(now, after, limit)?;
    let last = found.last().map(|ahead| ahead.entry);
    if found.is_empty() {
        // Entries of before, edited under the wrong clock.
        found = rows.entries_changed_ahead(now, limit)?;
    }
    let is_done = found.is_empty();
    for ahead in &found {
        put_back(rows, ahead, now, by)?;
    }
    Ok((!is_done).then(|| last.unwrap_or(EntryId(i64::MAX))))
}

fn put_back<R: TimeRows + StoryRows + KeyRows + TextRows>(
    rows: &R,
    ahead: &EntryAhead,
    now: Timestamp,
    by: TimeDelta,
) -> Result<(), R::Error> {
    rows.put_entry_back(ahead, now, by)?;
    if ahead.is_misplaced {
        // Similar texts are looked for by the week of their place.
        rebuild::write_keys(rows, ahead.entry)?;
    }
    rows.touch_story(ahead.story, now)
}
