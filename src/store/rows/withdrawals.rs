//! Entries that were taken back, the items that announce it, and archive documents that still hold what must go.

use std::collections::BTreeSet;

use super::corrections::CorrectionRows;
use super::items::Filed;
use super::outputs::OutputRow;
use super::sources::SourceRow;
use crate::model::{
    EntryId, OutputId, Retraction, Slot, StoryId, Timestamp, Tombstone, Withdrawal,
};
use crate::store::ArchiveDocument;

/// An item of an output, in it or not any more, that shows or has shown what is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Exhibit {
    pub(in crate::store) output: OutputRow,
    pub(in crate::store) output_id: OutputId,
    pub(in crate::store) item_id: String,
    pub(in crate::store) story: StoryId,
    pub(in crate::store) slot: Slot,
    /// The member shown.
    pub(in crate::store) entry: EntryId,
    /// What the item says of its own last change.
    pub(in crate::store) updated: Timestamp,
    pub(in crate::store) is_inside: bool,
    /// Where it stands in the archive.
    pub(in crate::store) filed: Option<Filed>,
}

/// An archive document that has to lose items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct DueRedaction {
    pub(in crate::store) output: OutputRow,
    pub(in crate::store) output_id: OutputId,
    /// The number of the document.
    pub(in crate::store) number: u32,
    /// The ids of the items.
    pub(in crate::store) items: Vec<String>,
}

/// An entry's headline and id, for finding the one that its publisher withdraws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Headline {
    pub(in crate::store) entry: EntryId,
    pub(in crate::store) title: String,
    /// As its publisher gave it.
    pub(in crate::store) guid: Option<String>,
}

/// Withdrawals, retractions, tombstones and redactions. What is withdrawn loses what its corrections have kept, too.
pub(in crate::store) trait WithdrawalRows: CorrectionRows {
    /// What an operator said of an entry.
    fn withdrawal(&self, entry: EntryId) -> Result<Option<Withdrawal>, Self::Error>;

    /// Notes what an operator said of an entry, in the place of what was said before; `None`: nothing, and its keys are forgotten.
    fn set_withdrawal(
        &self,
        entry: EntryId,
        withdrawal: Option<&Withdrawal>,
    ) -> Result<(), Self::Error>;

    /// The entries that operators have withdrawn, without those that repeat them.
    fn withdrawn_by_operator(&self) -> Result<BTreeSet<EntryId>, Self::Error>;

    /// Adds keys of a withdrawn entry. They stay while it is withdrawn.
    fn write_withdrawn_keys(&self, entry: EntryId, keys: &[u32]) -> Result<(), Self::Error>;

    /// Removes the keys of all withdrawn entries.
    fn forget_withdrawn_keys(&self) -> Result<(), Self::Error>;

    /// Whether any entry is withdrawn. Nearly always none is, and every new entry asks.
    fn has_withdrawals(&self) -> Result<bool, Self::Error>;

    /// For each key, in the order given: the withdrawn entries that have it.
    fn withdrawn_with_keys(&self, keys: &[u32]) -> Result<Vec<Vec<EntryId>>, Self::Error>;

    /// What a publisher said of an entry.
    fn retraction(&self, entry: EntryId) -> Result<Option<Retraction>, Self::Error>;

    /// Notes what a publisher said of an entry, in the place of what was said before; `None`: nothing.
    fn set_retraction(
        &self,
        entry: EntryId,
        retraction: Option<&Retraction>,
    ) -> Result<(), Self::Error>;

    /// The entries that this entry, a notice, says are withdrawn.
    fn retracted_by(&self, notice: EntryId) -> Result<Vec<EntryId>, Self::Error>;

    /// Headlines of a source's entries that have not expired, those with the latest place first, `limit` at most.
    fn latest_headlines(
        &self,
        source: SourceRow,
        limit: usize,
    ) -> Result<Vec<Headline>, Self::Error>;

    /// The items of a story in all outputs, and the items of other stories that stand in archive documents with the words of one of these
    /// entries (where that is not known: that show one); those that have left included.
    fn exhibits(&self, story: StoryId, entries: &[EntryId]) -> Result<Vec<Exhibit>, Self::Error>;

    /// Announces an item as deleted, if it is not announced yet.
    fn add_tombstone(&self, output: OutputRow, tombstone: &Tombstone) -> Result<(), Self::Error>;

    /// Announces an item as deleted no more.
    fn remove_tombstone(&self, output: OutputRow, item_id: &str) -> Result<(), Self::Error>;

    /// The tombstone of an item.
    fn tombstone(&self, output: OutputRow, item_id: &str)
    -> Result<Option<Tombstone>, Self::Error>;

    /// The tombstones of an output that were announced last, from `since` on and `limit` at most: the latest first, then by item.
    fn tombstones(
        &self,
        output: OutputRow,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Tombstone>, Self::Error>;

    /// Notes that an archive document has to lose an item.
    fn add_redaction(
        &self,
        output: OutputRow,
        number: u32,
        item_id: &str,
    ) -> Result<(), Self::Error>;

    /// The first archive document that has to lose items, by output and number, and all that it has to lose. What is to be lost by a
    /// document that there is not keeps no other waiting.
    fn next_redaction(&self) -> Result<Option<DueRedaction>, Self::Error>;

    /// How many archive documents of an output were written since a moment, or have to lose items.
    fn archives_written(&self, output: OutputRow, since: Timestamp) -> Result<u32, Self::Error>;

    /// Puts a document in the place of the archive document of its number, and notes that these items stand in none and have no longer
    /// to be lost.
    fn redact(
        &self,
        output: OutputRow,
        document: &ArchiveDocument,
        items: &[String],
    ) -> Result<(), Self::Error>;
}
