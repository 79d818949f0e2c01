//! The keys by which entries with similar texts are found: written, searched and forgotten.

use std::time::Duration;

use crate::dedupe::{MAX_POSTINGS, Prepared, Reach, Week, most_similar};
use crate::model::{EntryId, Timestamp};
use crate::store::rows::KeyRows;
use crate::store::turn::Turn;

/// Keys forgotten between two looks at the time.
const FORGOTTEN: usize = 500;

/// Makes an entry findable by the keys of its text. `at`: when it counts as published.
pub(in crate::store) fn write<R: KeyRows>(
    rows: &R,
    entry: EntryId,
    text: &Prepared,
    at: Timestamp,
) -> Result<(), R::Error> {
    match text.keys() {
        [] => Ok(()),
        keys => rows.write_keys(entry, Week::of(at), keys),
    }
}

/// The stored entries that share the most keys with a text, in the weeks within reach; see [`most_similar`].
pub(in crate::store) fn similar<R: KeyRows>(
    rows: &R,
    text: &Prepared,
    reach: Reach,
) -> Result<Vec<EntryId>, R::Error> {
    let keys = text.keys();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let having = rows.entries_with_keys(keys, reach.weeks(), MAX_POSTINGS)?;
    Ok(most_similar(&having))
}

/// Removes keys of entries that count as published more than `reach` before `now`, which nothing is compared with any more: up to
/// `limit`, and as many as fit into a turn. Returns whether none are left.
pub(in crate::store) fn forget<R: KeyRows>(
    rows: &R,
    now: Timestamp,
    reach: Duration,
    limit: usize,
) -> Result<bool, R::Error> {
    let reach = Reach {
        at: now,
        now,
        window: reach,
    };
    let turn = Turn::begin();
    let mut room = limit;
    while room > 0 {
        let count = room.min(FORGOTTEN);
        if rows.forget_keys(*reach.weeks().start(), count)? {
            return Ok(true);
        }
        if turn.is_over() {
            return Ok(false);
        }
        room -= count;
    }
    Ok(false)
}
