//! The only SQL: what the line remembers.
//!
//! A [`Store`] speaks in whole steps, each one transaction: apply a refresh,
//! take the changed stories, keep what the outputs decided, read an output's
//! window. Two engines can stand behind it; both are held to the same contract
//! suite (`tests/it/store_contract.rs`). It never fetches, never renders, and
//! asks `dedupe` for every verdict, inside the transaction that stores it: so
//! two refreshes at once cannot make two stories of one release.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::model::{
    Applied, Copy, EntryId, FeedFields, Finding, Hash, HealthEvent, Member, OutputId,
    RefreshRecord, Source, SourceId, SourceReport, SourceState, Story, StoryId, Timestamp,
};

pub mod sqlite;

/// Why the store could not do a step.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is not a sound database; exit code 65. The message names the file, what was found and what to do.
    #[error("{path}: {found}; {advice}")]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What was found.
        found: String,
        /// What to do.
        advice: String,
    },
    /// A newer Mainstem wrote it; exit code 78.
    #[error(
        "{path} has schema {found}, this version knows up to {known}: use the newer mainstem that wrote it, or another [store] path"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// It cannot be opened, read or written where it is; exit code 74.
    #[error("{path}: {what}")]
    Unusable {
        /// The database.
        path: PathBuf,
        /// What was tried and why it failed.
        what: String,
    },
    /// A step failed; nothing of it is to be relied on, and it may be repeated.
    #[error("the store could not {step}")]
    Step {
        /// The step, as a verb.
        step: &'static str,
        /// Why.
        #[source]
        cause: rusqlite::Error,
    },
    /// The writer has ended: the process is stopping.
    #[error("the store is closed")]
    Closed,
}

/// What the outputs decided about one story, as it stood at one revision.
#[derive(Debug, Clone)]
pub struct Membership {
    /// The story judged.
    pub story: StoryId,
    /// The revision judged: the decision is dropped when the story has moved on, and the outbox keeps it.
    pub revision: i64,
    /// For each output judged, the items that it keeps of the story; an empty list: none.
    pub kept: Vec<(OutputId, Vec<KeptItem>)>,
}

/// One item that an output keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptItem {
    /// 0 for the story as a whole; above, the entry that stands for itself (`duplicates = "off"`); below, an edition that is
    /// announced (`updates = "announce"`).
    pub slot: i64,
    /// The member shown.
    pub shown: EntryId,
    /// [`Member::whole`] of the one shown.
    pub whole: Hash,
    /// [`Member::edition_at`] of the one shown.
    pub edition_at: Timestamp,
    /// The outbound id to use when the item enters and nobody else in the output has it.
    pub item_id: String,
    /// The outbound id to use when `item_id` is taken by another story; unique by derivation.
    pub fallback_id: String,
    /// Its place, should it enter now.
    pub ordered_at: Timestamp,
    /// The date of the last edit that the publisher or we know of; the item's `updated` never moves back.
    pub updated: Timestamp,
}

/// One item of an output's window, ready to be rendered.
#[derive(Debug, Clone)]
pub struct WindowItem {
    /// The permanent outbound id.
    pub item_id: String,
    /// Its story.
    pub story: StoryId,
    /// [`KeptItem::slot`].
    pub slot: i64,
    /// [`Story::began_at`].
    pub began_at: Timestamp,
    /// Its place, fixed when it entered.
    pub ordered_at: Timestamp,
    /// Moved only by real edits, never back.
    pub updated: Timestamp,
    /// The member shown.
    pub shown: Member,
    /// Its source's feed, as last parsed.
    pub feed: FeedFields,
    /// The other members of the story, by source and identity, held or not, whatever item they belong to.
    pub copies: Vec<Copy>,
}

/// A state of an item: everything that its bytes depend on, but for how the output wants its items. Where it is the same, so are
/// they.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ItemVersion {
    /// [`WindowItem::item_id`].
    pub item_id: String,
    /// Its story.
    pub story: StoryId,
    /// [`KeptItem::slot`].
    pub slot: i64,
    /// The member shown.
    pub entry: EntryId,
    /// [`Story::revision`].
    pub revision: i64,
    /// Grows with every change of what the sources of the story's members say of themselves, and where one has expired.
    pub sources: i64,
    /// [`WindowItem::ordered_at`].
    pub ordered_at: Timestamp,
    /// [`WindowItem::updated`].
    pub updated: Timestamp,
}

/// A window as it was read before, and what has changed in it since.
#[derive(Debug, Clone)]
pub struct PriorWindow {
    /// Its rows, all of them.
    pub rows: Arc<Vec<Arc<ItemVersion>>>,
    /// [`Window::feeds`].
    pub feeds: i64,
    /// The stories of which the output keeps anything else since.
    pub changed: BTreeSet<StoryId>,
}

/// An item of a window, with what it shows unless that is known.
#[derive(Debug, Clone)]
pub struct WindowRow {
    /// Its state.
    pub version: Arc<ItemVersion>,
    /// `None`: the caller knows this version.
    pub item: Option<Box<WindowItem>>,
}

/// Tells whether a version of an item is at hand.
pub type IsKnown = Arc<dyn Fn(&ItemVersion) -> bool + Send + Sync>;

/// Asks for an output's window.
#[derive(Clone)]
pub struct WindowRequest {
    /// The output.
    pub output: OutputId,
    /// Which items.
    pub bounds: WindowBounds,
    /// The hash of what it is judged by.
    pub rules: Hash,
    /// `None`: all of it is read.
    pub prior: Option<PriorWindow>,
    /// Of which items the caller has what they show.
    pub is_known: IsKnown,
}

/// An output's window.
#[derive(Debug, Clone)]
pub struct Window {
    /// Newest place first, then by item id.
    pub rows: Vec<WindowRow>,
    /// How far the output is archived, see [`Store::archived`]: `is_due` where something behind the last row is not.
    pub archived: Archived,
    /// Grows with every change of what any source says of itself.
    pub feeds: i64,
}

/// Which items of an output are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowBounds {
    /// So many at most.
    pub limit: u32,
    /// None placed before.
    pub not_before: Option<Timestamp>,
    /// Of one source so many at most, the newest.
    pub per_source: Option<u32>,
}

impl WindowBounds {
    /// So many at most, whatever their place and source.
    #[must_use]
    pub fn newest(limit: u32) -> Self {
        Self {
            limit,
            not_before: None,
            per_source: None,
        }
    }
}

/// An output as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputState {
    /// The output.
    pub id: OutputId,
    /// Whether it must be replayed: never was, or its rules differ from those it was last replayed with.
    pub stale: bool,
    /// Whether a replay by these rules is under way that no verdict by others has crossed.
    pub replaying: bool,
    /// Whether its documents were ever rendered ([`Store::stamp`]); with an empty store the first follow the first pass.
    pub rendered: bool,
}

/// An output's documents as last rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentStamp {
    /// When their bytes last changed: `Last-Modified`.
    pub changed_at: Timestamp,
}

/// From when to when, on the places of entries, a part of a rule did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSpan {
    /// Whose rule.
    pub rule: String,
    /// Which part, by its text.
    pub part: String,
    /// The place of the first entry.
    pub first: Timestamp,
    /// The place of the last.
    pub last: Timestamp,
}

/// A place in an output's order: newest first, then by item id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// [`WindowItem::ordered_at`].
    pub ordered_at: Timestamp,
    /// [`WindowItem::item_id`].
    pub item_id: String,
}

impl Place {
    /// Where an item stands.
    #[must_use]
    pub fn of(item: &ItemVersion) -> Self {
        Self {
            ordered_at: item.ordered_at,
            item_id: item.item_id.clone(),
        }
    }
}

/// How far an output is archived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Archived {
    /// The number of its newest archive document; 0: there is none.
    pub newest: u32,
    /// Whether items that stand in none lie behind the place asked for. `false` while the output is stale.
    pub is_due: bool,
}

/// An archive document (RFC 5005 §4) as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveDocument {
    /// From 1, without gaps within an output.
    pub number: u32,
    /// `Last-Modified`.
    pub made_at: Timestamp,
    /// Bytes as written.
    pub size: u32,
    /// What its links within the site begin with.
    pub base: String,
    /// RFC 7932.
    pub brotli: Vec<u8>,
}

/// What the line remembers. Every method is one transaction.
#[async_trait]
pub trait Store: Send + Sync {
    // Sources.

    /// Makes the known sources these: new ones are added, renamed ones (`formerly`) keep their entries and state,
    /// missing ones are marked removed (their entries stay). A source whose location changed loses its validators,
    /// body hash and back-off, not its entries.
    async fn register_sources(
        &self,
        sources: &[Arc<Source>],
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// The state of one registered source; the default for one never asked.
    async fn source_state(&self, source: &SourceId) -> Result<SourceState, StoreError>;

    /// The states of all registered, not removed sources, by id.
    async fn source_states(&self) -> Result<Vec<(SourceId, SourceState)>, StoreError>;

    /// A report on every registered, not removed source, by id.
    async fn source_reports(&self) -> Result<Vec<SourceReport>, StoreError>;

    /// Notes what was found of sources: a trouble begins where it was not there, and ends where it was. Whether anything has
    /// changed by it.
    async fn note_health(
        &self,
        findings: Vec<(SourceId, Vec<Finding>)>,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// The troubles that began or ended last, newest first.
    async fn health_events(&self, limit: usize) -> Result<Vec<HealthEvent>, StoreError>;

    // Refresh.

    /// Writes a refresh whole: state, validators, feed fields and entries. Known identities whose `whole` is the same are
    /// only marked seen; another `whole` is an edit in place; unknown ones are a known one under another GUID, or settled by
    /// `dedupe` against their candidates. Every story touched stands in the outbox afterwards. Many records may share one commit; each stands or falls alone.
    async fn apply(&self, record: RefreshRecord) -> Result<Applied, StoreError>;

    // Outputs.

    /// Makes the known outputs these, each with the hash of everything that its membership depends on; reports which are stale.
    /// The documents of an output no longer configured are forgotten, not its item ids.
    async fn register_outputs(
        &self,
        outputs: &[(OutputId, Hash)],
        now: Timestamp,
    ) -> Result<Vec<OutputState>, StoreError>;

    /// Up to `limit` changed stories from the outbox, longest waiting first, whole. Empty: nothing has changed.
    async fn changed_stories(&self, limit: usize) -> Result<Vec<Story>, StoreError>;

    /// Up to `limit` stories with an id above `after`, by id: for replaying a changed rule.
    async fn stories_after(&self, after: StoryId, limit: usize) -> Result<Vec<Story>, StoreError>;

    /// Writes what outputs decided and, with `settle_outbox`, takes the judged revisions out of the outbox. Returns the outputs
    /// whose documents may differ now, and by which stories. Judging again changes nothing. An item that leaves keeps its id for a return.
    /// `rules`: the hash of what each output was judged by; where the rest of its membership was judged by another, the output
    /// is stale from now on.
    async fn keep(
        &self,
        judged: Vec<Membership>,
        rules: &BTreeMap<OutputId, Hash>,
        settle_outbox: bool,
        now: Timestamp,
    ) -> Result<BTreeMap<OutputId, BTreeSet<StoryId>>, StoreError>;

    /// Ends an output's replay: all of it was judged with the rules of this hash. `false`: verdicts by other rules have crossed
    /// it; it is still stale.
    async fn finish_replay(
        &self,
        output: &OutputId,
        rules: Hash,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// The windows of several outputs as they stand at one moment, in the order asked for.
    async fn windows(&self, requests: Vec<WindowRequest>) -> Result<Vec<Window>, StoreError>;

    /// The items of an output's documents, newest place first, then by item id.
    async fn window(
        &self,
        output: &OutputId,
        bounds: WindowBounds,
    ) -> Result<Vec<WindowItem>, StoreError> {
        let request = WindowRequest {
            output: output.clone(),
            bounds,
            rules: Hash::default(),
            prior: None,
            is_known: Arc::new(|_| false),
        };
        let windows = self.windows(vec![request]).await?;
        let rows = windows.into_iter().flat_map(|window| window.rows);
        Ok(rows.filter_map(|row| Some(*row.item?)).collect())
    }

    /// Notes the hashes of outputs' rendered documents; `changed_at` of one moves to `now` only if its hash differs from the
    /// last. In the order given.
    async fn stamp(
        &self,
        documents: Vec<(OutputId, Hash)>,
        now: Timestamp,
    ) -> Result<Vec<DocumentStamp>, StoreError>;

    /// All that was noted of rules.
    async fn rule_spans(&self) -> Result<Vec<RuleSpan>, StoreError>;

    /// Notes what parts of rules did; a span that is there is extended.
    async fn note_rule_spans(&self, spans: Vec<RuleSpan>) -> Result<(), StoreError>;

    // Archives.

    /// How far an output is archived. `behind`: where its window ends; `None`: the window is empty. `rules`: the hash of what the
    /// output is judged by.
    async fn archived(
        &self,
        output: &OutputId,
        behind: Option<Place>,
        rules: Hash,
    ) -> Result<Archived, StoreError>;

    /// The oldest items of an output that lie behind a place and stand in no archive document, oldest first: at most `limit`,
    /// none where there are fewer than `at_least`.
    async fn unarchived(
        &self,
        output: &OutputId,
        behind: Option<Place>,
        at_least: usize,
        limit: usize,
    ) -> Result<Vec<WindowItem>, StoreError>;

    /// Keeps a document for ever and notes for its items that they stand in it. `false`: nothing is kept, for its number is not
    /// the next, an item has left or stands in another document, or the output is stale; look again.
    async fn archive(
        &self,
        output: &OutputId,
        document: ArchiveDocument,
        items: Vec<String>,
        rules: Hash,
    ) -> Result<bool, StoreError>;

    /// An archive document; `None`: there is none of this number.
    async fn archive_document(
        &self,
        output: &OutputId,
        number: u32,
    ) -> Result<Option<ArchiveDocument>, StoreError>;

    // Stories.

    /// The story of an entry, whole; `None`: there is no such entry.
    async fn story_of(&self, entry: EntryId) -> Result<Option<Story>, StoreError>;

    /// Up to `limit` entries that a person may mean by `words`, newest first: of this id, GUID or URL; where there is none, with
    /// these words in their title, whatever their case.
    async fn find_entries(&self, words: &str, limit: usize) -> Result<Vec<Member>, StoreError>;

    /// Overrules: these two entries are one release, and so are all that belong to their stories. `false`: nothing to merge.
    async fn merge(&self, one: EntryId, other: EntryId, now: Timestamp)
    -> Result<bool, StoreError>;

    /// Overrules: this entry is a release of its own. Neither story is merged by anything but a person from now on. `false`: it
    /// is alone already.
    async fn split(&self, entry: EntryId, now: Timestamp) -> Result<bool, StoreError>;

    // Care.

    /// Takes up to `limit` keys of similar texts out that are older than `reach`, on publication time. `false`: there are more.
    async fn forget_keys(
        &self,
        reach: Duration,
        limit: usize,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Makes keys and content hashes of up to `limit` entries anew that an earlier version of dedupe made. Returns how many; 0:
    /// all are of this version.
    async fn rebuild_keys(&self, limit: usize) -> Result<usize, StoreError>;

    /// Whether another process has committed since the last call.
    async fn changed_elsewhere(&self) -> Result<bool, StoreError>;

    /// Strips up to `limit` entries last seen in their source before `unseen_since` that stand in no output's window
    /// (`windows`: for each output the place of its oldest item) and wait for no archive document of these outputs down to their
    /// identity. Returns how many; fewer than `limit`: done.
    async fn expire(
        &self,
        unseen_since: Timestamp,
        windows: &[(OutputId, Timestamp)],
        limit: usize,
        now: Timestamp,
    ) -> Result<usize, StoreError>;

    /// Writes a consistent copy to `to`, which must not exist, beside running work.
    async fn backup(&self, to: &Path) -> Result<(), StoreError>;

    /// Reads and writes one row, so that a watchdog beat follows a real check.
    async fn probe(&self) -> Result<(), StoreError>;

    /// Writes what is under way, checkpoints and closes. Steps after it are [`StoreError::Closed`].
    async fn close(&self) -> Result<(), StoreError>;
}
