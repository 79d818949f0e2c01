//! In which state the items of outputs are, and what they show.

use std::collections::BTreeSet;

use super::outputs::OutputRow;
use super::transaction::Rows;
use crate::model::{EntryId, Slot, StoryId, Timestamp};
use crate::store::{ItemVersion, Place, ShownEntry};

/// Items that are in an output and whose entry is not stripped: only those are returned.
pub(in crate::store) trait WindowRows: Rows {
    /// How often any source has changed what it says of itself.
    fn feed_changes(&self) -> Result<i64, Self::Error>;

    /// Up to `limit` items of an output in [`Place`] order: none placed before `not_before`, and only those behind a place.
    /// Without texts, and without sorting what is behind them.
    fn newest_versions(
        &self,
        output: OutputRow,
        not_before: Option<Timestamp>,
        behind: Option<&Place>,
        limit: u32,
    ) -> Result<Vec<ItemVersion>, Self::Error>;

    /// An output's items of these stories, by story.
    fn versions_of_stories(
        &self,
        output: OutputRow,
        stories: &BTreeSet<StoryId>,
    ) -> Result<Vec<ItemVersion>, Self::Error>;

    /// One item of an output.
    fn version(
        &self,
        output: OutputRow,
        story: StoryId,
        slot: Slot,
    ) -> Result<Option<ItemVersion>, Self::Error>;

    /// An entry with its source's feed, and the other members of a story that are not stripped, by source, identity and number:
    /// an order that does not tell who came first, so that a rebuilt store gives the same documents. `None`: the entry or the
    /// story is not there, or the entry is stripped.
    fn shown_entry(
        &self,
        story: StoryId,
        entry: EntryId,
    ) -> Result<Option<ShownEntry>, Self::Error>;
}
