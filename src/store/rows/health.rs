//! Troubles of sources.

use std::collections::{HashMap, HashSet};

use super::transaction::Rows;
use crate::model::{HealthEvent, SourceId, Timestamp, Trouble};

/// Troubles of sources, one row for each from its beginning to its end.
pub(in crate::store) trait HealthRows: Rows {
    /// The troubles that last, by source. Removed sources are included; troubles that this version does not know are not.
    fn lasting_troubles(&self) -> Result<HashMap<SourceId, HashSet<Trouble>>, Self::Error>;

    /// Writes that a source has a trouble from `now` on. Returns whether it did: an unknown source has none.
    fn begin_trouble(
        &self,
        source: &SourceId,
        trouble: Trouble,
        message: &str,
        now: Timestamp,
    ) -> Result<bool, Self::Error>;

    /// Writes that a source's trouble, if it lasts, is over. Returns whether it did.
    fn end_trouble(
        &self,
        source: &SourceId,
        trouble: Trouble,
        now: Timestamp,
    ) -> Result<bool, Self::Error>;

    /// Writes that all lasting troubles of removed sources are over. Returns whether there were any.
    fn end_troubles_of_removed(&self, now: Timestamp) -> Result<bool, Self::Error>;

    /// Up to `limit` troubles by the time of their end, or else of their beginning, the latest first; of one moment, by source
    /// and trouble.
    fn health_events(&self, limit: usize) -> Result<Vec<HealthEvent>, Self::Error>;
}
