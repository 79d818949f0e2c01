//! Steps that are not written over rows yet, in the form in which steps are called. Each goes when its part is converted.

use std::sync::Arc;
use std::time::Duration;

use super::{evidence, find, hosts, keys, rebuild, refresh, sources, stories};
use crate::model::{
    Applied, EntryId, HostHold, Member, RefreshRecord, Source, SourceId, SourceReport, SourceState,
    StoryId, Timestamp,
};
use crate::store::evidence::StoryEvidence;
use crate::store::rows::Rows;

/// `last_seen` of an entry may be too early by so many milliseconds.
pub(in crate::store) const SEEN_EXACT_TO_MS: i64 = refresh::SEEN_EXACT_TO_MS;

pub(in crate::store) fn register_sources<R: Rows>(
    rows: &R,
    sources: &[Arc<Source>],
    now: Timestamp,
) -> Result<(), R::Error> {
    Ok(sources::register(rows.connection(), sources, now)?)
}

pub(in crate::store) fn source_state<R: Rows>(
    rows: &R,
    source: &SourceId,
) -> Result<SourceState, R::Error> {
    Ok(sources::state(rows.connection(), source)?)
}

pub(in crate::store) fn source_states<R: Rows>(
    rows: &R,
) -> Result<Vec<(SourceId, SourceState)>, R::Error> {
    Ok(sources::states(rows.connection())?)
}

pub(in crate::store) fn source_reports<R: Rows>(rows: &R) -> Result<Vec<SourceReport>, R::Error> {
    Ok(sources::reports(rows.connection())?)
}

pub(in crate::store) fn host_holds<R: Rows>(rows: &R) -> Result<Vec<HostHold>, R::Error> {
    Ok(hosts::holds(rows.connection())?)
}

pub(in crate::store) fn apply<R: Rows>(
    rows: &R,
    record: &RefreshRecord,
) -> Result<Applied, R::Error> {
    Ok(refresh::apply(rows.connection(), record)?)
}

pub(in crate::store) fn evidence<R: Rows>(
    rows: &R,
    entry: EntryId,
    window: Duration,
    now: Timestamp,
) -> Result<Option<StoryEvidence>, R::Error> {
    Ok(evidence::of(rows.connection(), entry, window, now)?)
}

pub(in crate::store) fn find_entries<R: Rows>(
    rows: &R,
    words: &str,
    limit: usize,
) -> Result<Vec<Member>, R::Error> {
    Ok(find::entries(rows.connection(), words, limit)?)
}

pub(in crate::store) fn merge<R: Rows>(
    rows: &R,
    one: EntryId,
    other: EntryId,
    now: Timestamp,
) -> Result<bool, R::Error> {
    Ok(stories::merge_by_hand(rows.connection(), one, other, now)?)
}

pub(in crate::store) fn split<R: Rows>(
    rows: &R,
    entry: EntryId,
    now: Timestamp,
) -> Result<bool, R::Error> {
    Ok(stories::split(rows.connection(), entry, now)?)
}

pub(in crate::store) fn forget_keys<R: Rows>(
    rows: &R,
    now: Timestamp,
    reach: Duration,
    limit: usize,
) -> Result<bool, R::Error> {
    Ok(keys::forget(rows.connection(), now, reach, limit)?)
}

pub(in crate::store) fn rebuild_keys<R: Rows>(rows: &R, limit: usize) -> Result<usize, R::Error> {
    Ok(rebuild::step(rows.connection(), limit)?)
}

pub(in crate::store) fn touch<R: Rows>(
    rows: &R,
    story: StoryId,
    now: Timestamp,
) -> Result<(), R::Error> {
    Ok(stories::touch(rows.connection(), story, now)?)
}

pub(in crate::store) fn write_keys<R: Rows>(rows: &R, entry: EntryId) -> Result<(), R::Error> {
    Ok(rebuild::write_keys(rows.connection(), entry)?)
}
