//! What a source has brought of late.

use crate::model::SourceId;
use crate::store::rows::ActivityRows;
use crate::store::{ActivityRequest, SourceActivity};

/// Number of entries that are counted: those of a busy source in two weeks, and read within a tenth of a second.
const MOST_COUNTED: u64 = 100_000;

/// See [`crate::store::Store::source_activity`].
pub(in crate::store) fn read<R: ActivityRows>(
    rows: &R,
    source: &SourceId,
    request: ActivityRequest,
) -> Result<Option<SourceActivity>, R::Error> {
    let Some((source, added_at)) = rows.added_source(source)? else {
        return Ok(None);
    };
    let days = rows.entries_by_day(source, request.since, MOST_COUNTED)?;
    Ok(Some(SourceActivity {
        added_at,
        is_cut: days.iter().map(|(_, entries)| entries).sum::<u64>() >= MOST_COUNTED,
        days: days.into_iter().collect(),
        latest: rows.latest_entries(source, request.entries)?,
        troubles: rows.troubles_of(source, request.troubles)?,
    }))
}
