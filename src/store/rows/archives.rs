//! Archive documents, and the items that stand in none.

use super::outputs::OutputRow;
use super::transaction::Rows;
use crate::model::Timestamp;
use crate::store::{ArchiveDocument, ArchivedItem, ItemVersion, Place};

/// Archive documents, which are never deleted, and changed only where they lose what was taken back
/// ([`super::WithdrawalRows::redact`]). An item is *left* if it is in the output, its entry is not stripped, and it
/// stands in no document.
pub(in crate::store) trait ArchiveRows: Rows {
    /// The number of an output's newest document; 0: there is none.
    fn newest_archive(&self, output: OutputRow) -> Result<u32, Self::Error>;

    /// Where the last of an output's items that are left stands, in [`Place`] order.
    fn last_left(&self, output: OutputRow) -> Result<Option<Place>, Self::Error>;

    /// How many items that are left lie behind a place (`None`: anywhere), counted up to `at_most`.
    fn count_left(
        &self,
        output: OutputRow,
        behind: Option<&Place>,
        at_most: usize,
    ) -> Result<usize, Self::Error>;

    /// The last of these items, the very last first: up to `limit`.
    fn left(
        &self,
        output: OutputRow,
        behind: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<ItemVersion>, Self::Error>;

    /// Whether all of these items are in the output, show these entries and stand in no document.
    fn are_unarchived(
        &self,
        output: OutputRow,
        items: &[ArchivedItem],
    ) -> Result<bool, Self::Error>;

    /// Adds a document, and notes for these items that they stand in it with the words of these entries.
    fn add_archive(
        &self,
        output: OutputRow,
        document: &ArchiveDocument,
        items: &[ArchivedItem],
    ) -> Result<(), Self::Error>;

    /// When an output's document of this number was written last.
    fn archive_made_at(
        &self,
        output: OutputRow,
        number: u32,
    ) -> Result<Option<Timestamp>, Self::Error>;

    /// An output's document of this number.
    fn archive_document(
        &self,
        output: OutputRow,
        number: u32,
    ) -> Result<Option<ArchiveDocument>, Self::Error>;
}
