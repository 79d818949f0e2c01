//! What a source has brought of late.

use super::sources::SourceRow;
use super::transaction::Rows;
use crate::model::{HealthEvent, SourceId, Timestamp};
use crate::store::LatestEntry;

/// What a source has brought of late, along the places of its entries.
pub(in crate::store) trait ActivityRows: Rows {
    /// A source, removed or not, and when it was first registered.
    fn added_source(&self, id: &SourceId) -> Result<Option<(SourceRow, Timestamp)>, Self::Error>;

    /// How many entries of the source, expired ones included, have their place on each UTC day from `since` on, by the number of
    /// the day since 1970; days without any are left out. Only the `limit` latest entries are counted.
    fn entries_by_day(
        &self,
        source: SourceRow,
        since: Timestamp,
        limit: u64,
    ) -> Result<Vec<(i64, u64)>, Self::Error>;

    /// Those of the `limit` entries of the source with the latest places that have not expired, the newest first; of one place,
    /// the one that came last.
    fn latest_entries(
        &self,
        source: SourceRow,
        limit: usize,
    ) -> Result<Vec<LatestEntry>, Self::Error>;

    /// Up to `limit` troubles of the source: those that last first, then by their end, the latest first; of one moment, by
    /// trouble. Those that this version does not know are left out.
    fn troubles_of(&self, source: SourceRow, limit: usize)
    -> Result<Vec<HealthEvent>, Self::Error>;
}
