//! The items that outputs keep.

use super::outputs::OutputRow;
use super::transaction::Rows;
use crate::model::{EntryId, Showing, Slot, StoryId, Timestamp};
use crate::store::KeptItem;

/// An item as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct StoredItem {
    pub(in crate::store) slot: Slot,
    pub(in crate::store) showing: Showing,
    /// Whether it is in the output: one that has left keeps its id for a return.
    pub(in crate::store) is_inside: bool,
}

/// Where an item stands in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Filed {
    /// The number of the document.
    pub(in crate::store) number: u32,
    /// The entry whose words the document has; `None`: it is not known, for the document is of a time when that was not noted.
    pub(in crate::store) entry: Option<EntryId>,
}

/// The item that has an outbound id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Holder {
    pub(in crate::store) story: StoryId,
    /// The member shown.
    pub(in crate::store) entry: EntryId,
    pub(in crate::store) is_inside: bool,
    /// Where it stands in the archive.
    pub(in crate::store) filed: Option<Filed>,
}

/// The items of outputs. Within an output story and slot name one, and so does its outbound id.
pub(in crate::store) trait ItemRows: Rows {
    /// The items of a story in all outputs, those that have left included, by output.
    fn items_of_story(&self, story: StoryId) -> Result<Vec<(OutputRow, StoredItem)>, Self::Error>;

    /// Adds an item with this id, that stands there in the archive.
    fn add_item(
        &self,
        output: OutputRow,
        story: StoryId,
        item: &KeptItem,
        item_id: &str,
        filed: Option<Filed>,
        now: Timestamp,
    ) -> Result<(), Self::Error>;

    /// Brings an item into the output, showing this.
    fn show_item(
        &self,
        output: OutputRow,
        story: StoryId,
        slot: Slot,
        showing: &Showing,
    ) -> Result<(), Self::Error>;

    /// Notes that an item leaves.
    fn leave(
        &self,
        output: OutputRow,
        story: StoryId,
        slot: Slot,
        now: Timestamp,
    ) -> Result<(), Self::Error>;

    /// The item of an output that has this outbound id.
    fn holder(&self, output: OutputRow, item_id: &str) -> Result<Option<Holder>, Self::Error>;

    /// Deletes the item of an output that has this outbound id.
    fn delete_item(&self, output: OutputRow, item_id: &str) -> Result<(), Self::Error>;

    /// Whether an entry of another source and another story has the same identity.
    fn shares_identity(&self, entry: EntryId) -> Result<bool, Self::Error>;
}
