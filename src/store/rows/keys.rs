//! Keys of similar texts. How they are laid out is the engine's own business.

use std::ops::RangeInclusive;

use super::transaction::Rows;
use crate::dedupe::Week;
use crate::model::EntryId;

/// Keys by which entries with similar texts are found, each with the week in which its entry counts as published.
pub(in crate::store) trait KeyRows: Rows {
    /// Adds keys to those that an entry has; keys of earlier texts and weeks stay.
    fn write_keys(&self, entry: EntryId, week: Week, keys: &[u32]) -> Result<(), Self::Error>;

    /// For each key, in the order given: the entries that have it in any of these weeks, each once. Where more than `limit` have it,
    /// any `limit + 1` of them are enough.
    fn entries_with_keys(
        &self,
        keys: &[u32],
        weeks: RangeInclusive<Week>,
        limit: usize,
    ) -> Result<Vec<Vec<EntryId>>, Self::Error>;

    /// Removes about `count` keys of weeks before this one. Returns whether none are left.
    fn forget_keys(&self, before: Week, count: usize) -> Result<bool, Self::Error>;

    /// Removes all keys.
    fn forget_all_keys(&self) -> Result<(), Self::Error>;
}
