//! Sources and what is known of them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::columns::{moment_at, ms, repairs, repairs_as_column, source_id, url, word};
use super::refresh::unknown_source;
use crate::model::{
    Condition, FailureClass, FeedFields, FreshBy, Freshness, History, LastOutcome, Location,
    Outcome, OwnFault, Pace, RefreshRecord, Rhythm, Source, SourceId, SourceReport, SourceState,
    Timestamp, Validators,
};

/// See [`crate::store::Store::register_sources`].
pub(super) fn register(
    db: &Connection,
    sources: &[Arc<Source>],
    now: Timestamp,
) -> rusqlite::Result<()> {
    super::hosts::correct(db, now)?;
    let mut missing: BTreeSet<String> = db
        .prepare("SELECT id FROM sources WHERE removed_at IS NULL")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for source in sources {
        if let Some(formerly) = &source.formerly {
            rename(db, formerly, &source.id)?;
            missing.remove(formerly.as_str());
        }
        missing.remove(source.id.as_str());
        add(db, source, now)?;
    }
    let mut remove = db.prepare("UPDATE sources SET removed_at = ? WHERE id = ?")?;
    for id in missing {
        remove.execute(params![ms(now), id])?;
    }
    Ok(())
}

/// Gives a source its new id, with all it has. Nothing happens where the old id is unknown or the new one is taken.
fn rename(db: &Connection, formerly: &SourceId, id: &SourceId) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE sources SET id = ?2 WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM sources WHERE id = ?2)",
        params![formerly.as_str(), id.as_str()],
    )?;
    Ok(())
}

fn add(db: &Connection, source: &Source, now: Timestamp) -> rusqlite::Result<()> {
    let location = written(&source.location);
    let known: Option<(i64, String, Option<i64>)> = db
        .prepare_cached("SELECT source, location, removed_at FROM sources WHERE id = ?")?
        .query_row([source.id.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    match known {
        None => {
            db.prepare_cached("INSERT INTO sources (id, location, added_at) VALUES (?, ?, ?)")?
                .execute(params![source.id.as_str(), location, ms(now)])?;
            db.prepare_cached("INSERT INTO source_state (source) VALUES (?)")?
                .execute([db.last_insert_rowid()])?;
        }
        Some((row, stored, _)) if stored != location => {
            db.execute(
                "UPDATE sources SET location = ?, removed_at = NULL WHERE source = ?",
                params![location, row],
            )?;
            db.execute(
                "UPDATE source_state SET validator_url = NULL, etag = NULL, last_modified = NULL, body_hash = NULL, moved_to = NULL,
                     attempt_at = NULL, errors = 0, retry_after = NULL, fresh_for = NULL, fresh_by = NULL, ttl = NULL,
                     update_every = NULL, skip_hours = 0, skip_days = 0, gone = 0, due_at = NULL, because = NULL, fault = NULL, whole_at = NULL
                 WHERE source = ?",
                [row],
            )?;
        }
        Some((row, _, Some(_))) => {
            db.execute(
                "UPDATE sources SET removed_at = NULL WHERE source = ?",
                [row],
            )?;
        }
        Some((_, _, None)) => {}
    }
    db.prepare_cached("UPDATE sources SET priority = ?2 WHERE id = ?1 AND priority != ?2")?
        .execute(params![source.id.as_str(), source.priority])?;
    Ok(())
}

/// As configured, user info and all: this stays on the owner's disk.
fn written(location: &Location) -> String {
    match location {
        Location::Url(url) => url.to_string(),
        Location::File(path) => path.display().to_string(),
    }
}

/// Whether the source is still read from there.
pub(super) fn is_at(db: &Connection, source: i64, location: &Location) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM sources WHERE source = ? AND location = ?")?
        .exists(params![source, written(location)])
}

/// Whether anything of it is stored.
pub(super) fn has_entries(db: &Connection, source: i64) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM entries WHERE source = ? LIMIT 1")?
        .exists([source])
}

/// The row of a source, by id.
pub(super) fn row(db: &Connection, id: &SourceId) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT source FROM sources WHERE id = ?")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?
        .ok_or_else(|| unknown_source(id))
}

/// An answer makes entries older by no more than this, unless the source is asked less often.
pub(super) const A_DAY_MS: i64 = 24 * 3600 * 1000;

const STATE: &str = "st.validator_url, st.etag, st.last_modified, st.body_hash, st.moved_to, st.attempt_at, st.success_at, st.errors,
    st.retry_after, st.fresh_for, st.fresh_by, st.ttl, st.update_every, st.skip_hours, st.skip_days, st.gone, st.mean_gap, st.last_new_at,
    st.outcome, st.class, st.whole_at";

fn state_of(row: &Row<'_>) -> rusqlite::Result<SourceState> {
    let validators = match url(row.get("validator_url")?) {
        Some(url) => Some(Validators {
            url,
            etag: row.get("etag")?,
            last_modified: row.get("last_modified")?,
        }),
        None => None,
    };
    Ok(SourceState {
        validators,
        body_hash: row.get("body_hash")?,
        moved_to: url(row.get("moved_to")?),
        history: history(row)?,
    })
}

fn history(row: &Row<'_>) -> rusqlite::Result<History> {
    let freshness = match (
        seconds(row, "fresh_for")?,
        word(row, "fresh_by", FreshBy::from_word)?,
    ) {
        (Some(lifetime), Some(by)) => Some(Freshness { lifetime, by }),
        _ => None,
    };
    Ok(History {
        last_attempt: moment_at(row, "attempt_at")?,
        last_success: moment_at(row, "success_at")?,
        errors: row.get("errors")?,
        retry_after: moment_at(row, "retry_after")?,
        freshness,
        pace: Pace {
            ttl: seconds(row, "ttl")?,
            update_every: seconds(row, "update_every")?,
            skip_hours: row.get("skip_hours")?,
            skip_days: row.get("skip_days")?,
        },
        gone: row.get("gone")?,
        rhythm: Rhythm {
            mean_gap: seconds(row, "mean_gap")?,
            last_new: moment_at(row, "last_new_at")?,
        },
        condition: condition(row)?,
        whole_at: moment_at(row, "whole_at")?,
    })
}

/// A row whose location has changed keeps the outcome of the old one, but no errors in a row; a failure of our own network
/// leaves the errors as they were.
fn condition(row: &Row<'_>) -> rusqlite::Result<Condition> {
    if row.get("gone")? {
        return Ok(Condition::Gone);
    }
    if row.get::<_, u32>("errors")? == 0 {
        return Ok(Condition::Well);
    }
    Ok(match word(row, "outcome", Outcome::from_word)? {
        Some(Outcome::Throttled) => Condition::Throttled,
        _ => Condition::Failing(word(row, "class", FailureClass::from_word)?),
    })
}

fn seconds(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Duration>> {
    let seconds = row.get::<_, Option<u32>>(column)?;
    Ok(seconds.map(|seconds| Duration::from_secs(seconds.into())))
}

fn as_seconds(duration: Option<Duration>) -> Option<u32> {
    duration.map(|duration| u32::try_from(duration.as_secs()).unwrap_or(u32::MAX))
}

/// See [`crate::store::Store::source_state`].
pub(super) fn state(db: &Connection, id: &SourceId) -> rusqlite::Result<SourceState> {
    db.prepare_cached(&format!(
        "SELECT {STATE} FROM source_state st JOIN sources s USING (source) WHERE s.id = ?"
    ))?
    .query_row([id.as_str()], state_of)
    .optional()?
    .ok_or_else(|| unknown_source(id))
}

/// See [`crate::store::Store::source_states`].
pub(super) fn states(db: &Connection) -> rusqlite::Result<Vec<(SourceId, SourceState)>> {
    db.prepare(&format!(
        "SELECT s.id, {STATE} FROM source_state st JOIN sources s USING (source) WHERE s.removed_at IS NULL ORDER BY s.id"
    ))?
    .query_map([], |row| Ok((source_id(row, "id")?, state_of(row)?)))?
    .collect()
}

/// See [`crate::store::Store::source_reports`].
pub(super) fn reports(db: &Connection) -> rusqlite::Result<Vec<SourceReport>> {
    db.prepare(&format!(
        "SELECT s.id, s.title, s.home_url, st.outcome, st.class, st.status, st.fault, st.repairs, st.message, st.due_at, st.because, st.entries,
             st.duplicates, st.renamed, st.day, st.day_items, {STATE}
         FROM source_state st JOIN sources s USING (source) WHERE s.removed_at IS NULL ORDER BY s.id"
    ))?
    .query_map([], |row| {
        let last = match word(row, "outcome", Outcome::from_word)? {
            Some(outcome) => Some(LastOutcome {
                outcome,
                class: word(row, "class", FailureClass::from_word)?,
                status: row.get("status")?,
                fault: word(row, "fault", OwnFault::from_word)?,
                repairs: repairs(row, "repairs")?,
                message: row.get("message")?,
            }),
            None => None,
        };
        Ok(SourceReport {
            id: source_id(row, "id")?,
            feed_title: row.get("title")?,
            home_url: row.get("home_url")?,
            last,
            moved_to: url(row.get("moved_to")?),
            history: history(row)?,
            next_due: moment_at(row, "due_at")?,
            because: row.get("because")?,
            entries: row.get::<_, u32>("entries")?.into(),
            duplicates: row.get::<_, u32>("duplicates")?.into(),
            busy_day: row.get("day")?,
            busy_day_items: row.get("day_items")?,
            renamed: row.get::<_, u32>("renamed")?.into(),
        })
    })?
    .collect()
}

/// What an answer adds to the source's own clock, as SQL over what was known before it: the time since the last answer, but no
/// more than a day or the source's interval, whichever is longer. So neither a wall clock that jumps nor a time in which nobody
/// could be read makes entries older by more than that.
const HEARD: &str = "CASE
     WHEN NOT :is_answer THEN heard_at
     WHEN success_at IS NULL THEN max(heard_at, :at)
     ELSE heard_at + max(0, min(:at - success_at, max(:a_day, COALESCE(due_at - attempt_at, 0)))) END";

/// Writes what is known of a source after a refresh, validators included. What was said of a document stays true as long as
/// the source has the same one. Returns the source's own clock (`heard_at`).
pub(super) fn write_state(
    db: &Connection,
    source: i64,
    record: &RefreshRecord,
) -> rusqlite::Result<i64> {
    let state = &record.state;
    let history = &state.history;
    let is_answer = matches!(
        record.last.outcome,
        Outcome::Fresh | Outcome::Moved | Outcome::NotModified
    );
    let last = &record.last;
    let is_same = last.outcome == Outcome::NotModified && last.message.is_none();
    db.prepare_cached(&format!(
        "UPDATE source_state SET heard_at = {HEARD},
             due_at = :due_at, because = :because, validator_url = :validator_url,
             etag = :etag, last_modified = :last_modified, body_hash = :body_hash, moved_to = :moved_to, attempt_at = :attempt_at,
             success_at = :success_at, errors = :errors, retry_after = :retry_after, fresh_for = :fresh_for, fresh_by = :fresh_by,
             parsed_at = COALESCE(:parsed_at, parsed_at), ttl = :ttl, update_every = :update_every, skip_hours = :skip_hours, skip_days = :skip_days, gone = :gone,
             mean_gap = :mean_gap, last_new_at = :last_new_at, whole_at = :whole_at, outcome = :outcome, class = :class, status = :status, fault = :fault,
             repairs = CASE WHEN :is_same AND outcome IN ('fresh', 'not_modified') THEN repairs ELSE :repairs END,
             message = CASE WHEN :is_same AND outcome IN ('fresh', 'not_modified') THEN message ELSE :message END
         WHERE source = :source RETURNING heard_at"
    ))?
    .query_row(named_params! {
        ":is_answer": is_answer, ":at": ms(record.at), ":a_day": A_DAY_MS,
        ":due_at": record.due.at.map(ms), ":because": record.due.because,
        ":validator_url": state.validators.as_ref().map(|given| given.url.as_str()),
        ":etag": state.validators.as_ref().and_then(|given| given.etag.as_deref()),
        ":last_modified": state.validators.as_ref().and_then(|given| given.last_modified.as_deref()),
        ":body_hash": state.body_hash, ":moved_to": state.moved_to.as_ref().map(url::Url::as_str),
        ":attempt_at": history.last_attempt.map(ms), ":success_at": history.last_success.map(ms), ":errors": history.errors,
        ":retry_after": history.retry_after.map(ms), ":parsed_at": record.is_whole().then(|| ms(record.at)), ":fresh_for": as_seconds(history.freshness.map(|fresh| fresh.lifetime)),
        ":fresh_by": history.freshness.map(|fresh| fresh.by.as_str()), ":ttl": as_seconds(history.pace.ttl),
        ":update_every": as_seconds(history.pace.update_every), ":skip_hours": history.pace.skip_hours,
        ":skip_days": history.pace.skip_days, ":gone": history.gone, ":mean_gap": as_seconds(history.rhythm.mean_gap),
        ":last_new_at": history.rhythm.last_new.map(ms), ":whole_at": history.whole_at.map(ms),
        ":outcome": last.outcome.as_str(), ":class": last.class.filter(|_| last.fault.is_none()).map(FailureClass::as_str),
        ":status": last.status, ":fault": last.fault.map(OwnFault::as_str), ":is_same": is_same,
        ":repairs": repairs_as_column(&last.repairs)?, ":message": last.message, ":source": source,
    }, |row| row.get(0))
}

/// Writes the feed's own fields.
pub(super) fn write_feed(db: &Connection, source: i64, feed: &FeedFields) -> rusqlite::Result<()> {
    let changed = db.prepare_cached(
        "UPDATE sources SET feed_id = ?2, title = ?3, home_url = ?4, self_url = ?5, language = ?6, icon = ?7, revision = revision + 1
         WHERE source = ?1 AND (feed_id, title, home_url, self_url, language, icon) IS NOT (?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![source, feed.id, feed.title, feed.home_url, feed.self_url, feed.language, feed.icon])?;
    if changed > 0 {
        db.prepare_cached("UPDATE feed_changes SET count = count + 1")?
            .execute([])?;
    }
    Ok(())
}
