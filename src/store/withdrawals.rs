//! The part of the contract that takes releases back.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use super::archives::ArchiveDocument;
use super::error::StoreError;
use crate::model::{
    EntryId, OutputId, Retraction, SourceId, StoryId, Timestamp, Tombstone, Withdrawal,
};

/// What came of a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// As it is stored; of a story that was withdrawn before, as it was then.
    pub withdrawal: Withdrawal,
    /// Entries that were withdrawn now; 0: all of the story were before.
    pub entries: usize,
    /// How many items each output has shown of them, in documents and archives.
    pub items: BTreeMap<OutputId, usize>,
}

/// An entry that a person has named exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedEntry {
    /// The entry.
    pub id: EntryId,
    /// Its story.
    pub story: StoryId,
    /// Its source.
    pub source: SourceId,
    /// Its headline; empty: it has none, or has expired.
    pub title: String,
    /// Whether only its identity is left in the store.
    pub is_expired: bool,
}

/// What is known of an entry that was taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// What an operator said.
    pub withdrawal: Option<Withdrawal>,
    /// What its publisher said.
    pub retraction: Option<Retraction>,
}

/// A story that an operator has withdrawn, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawnStory {
    /// The story.
    pub story: StoryId,
    /// One of its entries that were withdrawn.
    pub entry: EntryId,
    /// How many entries were withdrawn.
    pub entries: usize,
    /// Why; `None`: no reason was given.
    pub reason: Option<String>,
    /// Outputs whose documents or archives have shown it.
    pub outputs: Vec<OutputId>,
    /// Archive documents of theirs that were written since, or have to be.
    pub archives: u32,
}

/// An archive document that has to lose items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    /// The output.
    pub output: OutputId,
    /// The document as it stands.
    pub document: ArchiveDocument,
    /// The ids of the items that go.
    pub items: Vec<String>,
    /// Those of them that are announced as deleted.
    pub tombstones: Vec<Tombstone>,
}

/// Takes releases back: what operators withdraw, and what is left to be done for it. A part of [`super::Store`].
///
/// # Errors
/// Those of every step, see [`super::Store`].
#[async_trait]
pub trait Withdrawals: Send + Sync {
    /// The entries that have this number, GUID or URL, or that an item of this id shows in any output; those that have expired included,
    /// for archive documents may hold them still. The latest first, at most `limit`.
    ///
    /// # Errors
    /// Those of every step.
    async fn named_entries(&self, name: &str, limit: usize) -> Result<Vec<NamedEntry>, StoreError>;

    /// Withdraws an entry and all others of its story for good: no output shows them any more, nor what repeats them later. Their
    /// items are announced as deleted, and archive documents that hold them have to lose them ([`Self::next_redaction`]). The story is in
    /// the outbox then. To withdraw what is withdrawn changes nothing. `None`: there is no such entry.
    ///
    /// # Errors
    /// Those of every step.
    async fn withdraw(
        &self,
        entry: EntryId,
        reason: Option<String>,
        now: Timestamp,
    ) -> Result<Option<Withdrawn>, StoreError>;

    /// The entries that operators have withdrawn, without what was withdrawn only because it repeats one.
    ///
    /// # Errors
    /// Those of every step.
    async fn withdrawn_entries(&self) -> Result<BTreeSet<EntryId>, StoreError>;

    /// The stories of those of the entries that are withdrawn, by their numbers, with what became of their items.
    ///
    /// # Errors
    /// Those of every step.
    async fn withdrawn_stories(
        &self,
        entries: Vec<EntryId>,
    ) -> Result<Vec<WithdrawnStory>, StoreError>;

    /// Those of the entries that were taken back, by an operator or their publisher.
    ///
    /// # Errors
    /// Those of every step.
    async fn taken_back(
        &self,
        entries: Vec<EntryId>,
    ) -> Result<BTreeMap<EntryId, TakenBack>, StoreError>;

    /// The items that each output announces as deleted, in the order of the outputs: those announced from `since` on and `limit` at most, the latest
    /// first. Of an output that was never registered: none.
    ///
    /// # Errors
    /// Those of every step.
    async fn tombstones(
        &self,
        outputs: Vec<OutputId>,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Vec<Tombstone>>, StoreError>;

    /// When an archive document was written last; `None`: there is none of this number.
    ///
    /// # Errors
    /// Those of every step.
    async fn archive_made_at(
        &self,
        output: &OutputId,
        number: u32,
    ) -> Result<Option<Timestamp>, StoreError>;

    /// An archive document that has to lose items; `None`: all have lost what they had to.
    ///
    /// # Errors
    /// Those of every step.
    async fn next_redaction(&self) -> Result<Option<Redaction>, StoreError>;

    /// Keeps a document in the place of the one that had to lose items, which stand in no archive document from now on. `false`: nothing
    /// is kept, because it is another document by now; look again.
    ///
    /// # Errors
    /// Those of every step.
    async fn redact(
        &self,
        redaction: Redaction,
        document: ArchiveDocument,
    ) -> Result<bool, StoreError>;
}
