//! Steps that are not written over rows yet, in the form in which steps are called. Each goes when its part is converted.

use super::{rebuild, refresh, stories};
use crate::model::{EntryId, StoryId, Timestamp};
use crate::store::rows::Rows;

/// `last_seen` of an entry may be too early by so many milliseconds.
pub(in crate::store) const SEEN_EXACT_TO_MS: i64 = refresh::SEEN_EXACT_TO_MS;

/// Grows a story's revision and leaves it in the outbox.
pub(in crate::store) fn touch<R: Rows>(
    rows: &R,
    story: StoryId,
    now: Timestamp,
) -> Result<(), R::Error> {
    Ok(stories::touch(rows.connection(), story, now)?)
}

/// Writes the keys of a stored entry anew.
pub(in crate::store) fn write_keys<R: Rows>(rows: &R, entry: EntryId) -> Result<(), R::Error> {
    Ok(rebuild::write_keys(rows.connection(), entry)?)
}
