//! Sources: `sources` and `source_state`.

use std::time::Duration;

use rusqlite::{OptionalExtension, Row, named_params, params};

use super::columns::{moment, moment_at, ms, repairs, repairs_as_column, source_id, url, word};
use super::session::Session;
use crate::dedupe::{DayCount, SourceClock};
use crate::model::{
    Condition, FailureClass, FeedFields, FreshBy, Freshness, History, LastOutcome, Outcome,
    OwnFault, Pace, Rhythm, SourceId, SourceReport, SourceState, Timestamp, Validators,
};
use crate::store::rows::{
    AddedCounts, Located, NewState, RegisteredSource, SourceRow, SourceRows, StoredSource,
    UnchangedState,
};

/// Columns of [`state_of`], of `source_state st`.
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

/// Columns of [`last_outcome`], of `source_state st`.
const LAST: &str = "st.outcome, st.class, st.status, st.fault, st.repairs, st.message";

fn last_outcome(row: &Row<'_>) -> rusqlite::Result<Option<LastOutcome>> {
    let Some(outcome) = word(row, "outcome", Outcome::from_word)? else {
        return Ok(None);
    };
    Ok(Some(LastOutcome {
        outcome,
        class: word(row, "class", FailureClass::from_word)?,
        status: row.get("status")?,
        fault: word(row, "fault", OwnFault::from_word)?,
        repairs: repairs(row, "repairs")?,
        message: row.get("message")?,
    }))
}

fn report(row: &Row<'_>) -> rusqlite::Result<SourceReport> {
    Ok(SourceReport {
        id: source_id(row, "id")?,
        feed_title: row.get("title")?,
        home_url: row.get("home_url")?,
        last: last_outcome(row)?,
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
}

fn stored_source(row: &Row<'_>) -> rusqlite::Result<StoredSource> {
    Ok(StoredSource {
        row: SourceRow(row.get("source")?),
        location: Located(row.get("location")?),
        clock: SourceClock {
            heard_at: moment(row.get("heard_at")?),
            success_at: moment_at(row, "success_at")?,
            attempt_at: moment_at(row, "attempt_at")?,
            due_at: moment_at(row, "due_at")?,
        },
        // Each refresh writes it anew: one that cannot be read any more must not keep the source from being refreshed.
        last: last_outcome(row).unwrap_or_default(),
        entries: row.get::<_, u32>("entries")?.into(),
        day: DayCount {
            day: row.get("day")?,
            entries: row.get("day_items")?,
        },
    })
}

/// The error for a source that is not registered.
fn unregistered(id: &SourceId) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(format!("source {id} is not registered").into())
}

/// Forgets what belongs to the location from which a source was read before.
const FORGET_LOCATION: &str = "UPDATE source_state SET validator_url = NULL, etag = NULL, last_modified = NULL, body_hash = NULL, moved_to = NULL,
     attempt_at = NULL, errors = 0, retry_after = NULL, fresh_for = NULL, fresh_by = NULL, ttl = NULL,
     update_every = NULL, skip_hours = 0, skip_days = 0, gone = 0, due_at = NULL, because = NULL, fault = NULL, whole_at = NULL
 WHERE source = ?";

const WRITE_STATE: &str = "UPDATE source_state SET heard_at = :heard_at,
     due_at = :due_at, because = :because, validator_url = :validator_url,
     etag = :etag, last_modified = :last_modified, body_hash = :body_hash, moved_to = :moved_to, attempt_at = :attempt_at,
     success_at = :success_at, errors = :errors, retry_after = :retry_after, fresh_for = :fresh_for, fresh_by = :fresh_by,
     parsed_at = COALESCE(:parsed_at, parsed_at), ttl = :ttl, update_every = :update_every, skip_hours = :skip_hours, skip_days = :skip_days, gone = :gone,
     mean_gap = :mean_gap, last_new_at = :last_new_at, whole_at = :whole_at, outcome = :outcome, class = :class, status = :status,
     fault = :fault, repairs = :repairs, message = :message
 WHERE source = :source";

const WRITE_UNCHANGED: &str = "UPDATE source_state SET attempt_at = :at, success_at = :at, heard_at = :heard_at, whole_at = :whole_at,
     due_at = :due_at, because = :because, outcome = :outcome, class = :class, status = :status, fault = :fault, repairs = :repairs,
     message = :message
 WHERE source = :source";

impl SourceRows for Session {
    fn registered_sources(&self) -> rusqlite::Result<Vec<RegisteredSource>> {
        self.prepare(
            "SELECT source, id, location, priority, removed_at FROM sources ORDER BY source",
        )?
        .query_map([], |row| {
            Ok(RegisteredSource {
                row: SourceRow(row.get("source")?),
                id: source_id(row, "id")?,
                location: Located(row.get("location")?),
                priority: row.get("priority")?,
                is_removed: row.get::<_, Option<i64>>("removed_at")?.is_some(),
            })
        })?
        .collect()
    }

    fn add_source(
        &self,
        id: &SourceId,
        location: &Located,
        priority: i64,
        now: Timestamp,
    ) -> rusqlite::Result<SourceRow> {
        self.prepare_cached(
            "INSERT INTO sources (id, location, priority, added_at) VALUES (?, ?, ?, ?)",
        )?
        .execute(params![id.as_str(), location.0, priority, ms(now)])?;
        let source = SourceRow(self.last_insert_rowid());
        self.prepare_cached("INSERT INTO source_state (source) VALUES (?)")?
            .execute([source.0])?;
        Ok(source)
    }

    fn rename_source(&self, source: SourceRow, id: &SourceId) -> rusqlite::Result<()> {
        self.execute(
            "UPDATE sources SET id = ?2 WHERE source = ?1",
            params![source.0, id.as_str()],
        )?;
        Ok(())
    }

    fn relocate_source(&self, source: SourceRow, location: &Located) -> rusqlite::Result<()> {
        self.execute(
            "UPDATE sources SET location = ?2 WHERE source = ?1",
            params![source.0, location.0],
        )?;
        self.execute(FORGET_LOCATION, [source.0])?;
        Ok(())
    }

    fn set_removed(&self, source: SourceRow, at: Option<Timestamp>) -> rusqlite::Result<()> {
        self.prepare_cached("UPDATE sources SET removed_at = ?2 WHERE source = ?1")?
            .execute(params![source.0, at.map(ms)])?;
        Ok(())
    }

    fn set_priority(&self, source: SourceRow, priority: i64) -> rusqlite::Result<()> {
        self.prepare_cached("UPDATE sources SET priority = ?2 WHERE source = ?1")?
            .execute([source.0, priority])?;
        Ok(())
    }

    fn stored_source(&self, id: &SourceId) -> rusqlite::Result<StoredSource> {
        self.find_source(id)?.ok_or_else(|| unregistered(id))
    }

    fn find_source(&self, id: &SourceId) -> rusqlite::Result<Option<StoredSource>> {
        self.prepare_cached(&format!(
            "SELECT s.source, s.location, st.heard_at, st.success_at, st.attempt_at, st.due_at, st.entries, st.day, st.day_items, {LAST}
             FROM sources s JOIN source_state st USING (source) WHERE s.id = ?"
        ))?
        .query_row([id.as_str()], stored_source)
        .optional()
    }

    fn source_state(&self, id: &SourceId) -> rusqlite::Result<SourceState> {
        self.prepare_cached(&format!(
            "SELECT {STATE} FROM source_state st JOIN sources s USING (source) WHERE s.id = ?"
        ))?
        .query_row([id.as_str()], state_of)
        .optional()?
        .ok_or_else(|| unregistered(id))
    }

    fn source_states(&self) -> rusqlite::Result<Vec<(SourceId, SourceState)>> {
        self.prepare(&format!(
            "SELECT s.id, {STATE} FROM source_state st JOIN sources s USING (source) WHERE s.removed_at IS NULL ORDER BY s.id"
        ))?
        .query_map([], |row| Ok((source_id(row, "id")?, state_of(row)?)))?
        .collect()
    }

    fn source_reports(&self) -> rusqlite::Result<Vec<SourceReport>> {
        self.prepare(&format!(
            "SELECT s.id, s.title, s.home_url, st.status, st.fault, st.repairs, st.message, st.due_at, st.because, st.entries,
                 st.duplicates, st.renamed, st.day, st.day_items, {STATE}
             FROM source_state st JOIN sources s USING (source) WHERE s.removed_at IS NULL ORDER BY s.id"
        ))?
        .query_map([], report)?
        .collect()
    }

    fn write_state(&self, source: SourceRow, new: &NewState<'_>) -> rusqlite::Result<()> {
        let (state, history, last) = (new.state, &new.state.history, new.last);
        let validators = state.validators.as_ref();
        self.prepare_cached(WRITE_STATE)?.execute(named_params! {
            ":source": source.0, ":heard_at": ms(new.heard_at), ":parsed_at": new.parsed_at.map(ms),
            ":due_at": new.due.at.map(ms), ":because": new.due.because,
            ":validator_url": validators.map(|given| given.url.as_str()),
            ":etag": validators.and_then(|given| given.etag.as_deref()),
            ":last_modified": validators.and_then(|given| given.last_modified.as_deref()),
            ":body_hash": state.body_hash, ":moved_to": state.moved_to.as_ref().map(url::Url::as_str),
            ":attempt_at": history.last_attempt.map(ms), ":success_at": history.last_success.map(ms), ":errors": history.errors,
            ":retry_after": history.retry_after.map(ms), ":fresh_for": as_seconds(history.freshness.map(|fresh| fresh.lifetime)),
            ":fresh_by": history.freshness.map(|fresh| fresh.by.as_str()), ":ttl": as_seconds(history.pace.ttl),
            ":update_every": as_seconds(history.pace.update_every), ":skip_hours": history.pace.skip_hours,
            ":skip_days": history.pace.skip_days, ":gone": history.gone, ":mean_gap": as_seconds(history.rhythm.mean_gap),
            ":last_new_at": history.rhythm.last_new.map(ms), ":whole_at": history.whole_at.map(ms),
            ":outcome": last.outcome.as_str(), ":class": last.class.map(FailureClass::as_str),
            ":status": last.status, ":fault": last.fault.map(OwnFault::as_str), ":repairs": repairs_as_column(&last.repairs)?,
            ":message": last.message,
        })?;
        Ok(())
    }

    fn write_unchanged(
        &self,
        source: SourceRow,
        state: &UnchangedState<'_>,
    ) -> rusqlite::Result<()> {
        let last = state.last;
        self.prepare_cached(WRITE_UNCHANGED)?.execute(named_params! {
            ":source": source.0, ":at": ms(state.at), ":heard_at": ms(state.heard_at), ":whole_at": state.whole_at.map(ms),
            ":due_at": state.due.at.map(ms), ":because": state.due.because, ":outcome": last.outcome.as_str(),
            ":class": last.class.map(FailureClass::as_str), ":status": last.status, ":fault": last.fault.map(OwnFault::as_str),
            ":repairs": repairs_as_column(&last.repairs)?, ":message": last.message,
        })?;
        Ok(())
    }

    fn write_feed(&self, source: SourceRow, feed: &FeedFields) -> rusqlite::Result<()> {
        let changed = self.prepare_cached(
            "UPDATE sources SET feed_id = ?2, title = ?3, home_url = ?4, self_url = ?5, language = ?6, icon = ?7, revision = revision + 1
             WHERE source = ?1 AND (feed_id, title, home_url, self_url, language, icon) IS NOT (?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![source.0, feed.id, feed.title, feed.home_url, feed.self_url, feed.language, feed.icon])?;
        if changed > 0 {
            self.prepare_cached("UPDATE feed_changes SET count = count + 1")?
                .execute([])?;
        }
        Ok(())
    }

    fn write_day(&self, source: SourceRow, day: DayCount) -> rusqlite::Result<()> {
        self.prepare_cached("UPDATE source_state SET day = ?, day_items = ? WHERE source = ?")?
            .execute(params![day.day, day.entries, source.0])?;
        Ok(())
    }

    fn add_counts(&self, source: SourceRow, counts: AddedCounts) -> rusqlite::Result<()> {
        self.prepare_cached("UPDATE source_state SET entries = entries + ?, duplicates = duplicates + ?, renamed = renamed + ? WHERE source = ?")?
            .execute(params![counts.entries, counts.duplicates, counts.renamed, source.0])?;
        Ok(())
    }
}
