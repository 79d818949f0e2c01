//! Steps that are not written over rows yet, in the form in which steps are called. Each goes when its part is converted.

use std::time::Duration;

use super::{evidence, find, keys, rebuild, stories};
use crate::model::{EntryId, Member, StoryId, Timestamp};
use crate::store::evidence::StoryEvidence;
use crate::store::rows::Rows;

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
