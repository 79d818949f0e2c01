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
use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::task::JoinError;

use crate::clock::Reading;
use crate::model::{
    Applied, EntryId, Finding, Hash, HealthEvent, HostHold, Member, OutputId, RefreshRecord,
    Source, SourceId, SourceReport, SourceState, Story, StoryId, Timestamp,
};

mod alignment;
mod condition;
mod evidence;
mod outputs;
mod rows;
pub mod sqlite;
mod steps;
mod turn;
mod upkeep;

pub use alignment::Alignment;
pub use condition::{StoreCondition, StoreTrouble, TroubleKind};
pub use evidence::{NearMiss, StoryEvidence};
pub use outputs::{
    ArchiveDocument, Archived, DocumentStamp, IsKnown, ItemVersion, KeptItem, Membership,
    OutputState, Place, PriorWindow, RuleSpan, Window, WindowBounds, WindowItem, WindowRequest,
    WindowRow,
};
pub use upkeep::{Aged, Candidates, Passed, Stripped, Upkeep, Usage};

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
    /// Another daemon runs on it; exit code 1.
    #[error(
        "{path}: {by} is a mainstem daemon that uses it; stop that one first (under systemd: systemctl stop mainstem); a second daemon needs a [store] path of its own"
    )]
    InUse {
        /// The database.
        path: PathBuf,
        /// The process, as `process 123`.
        by: String,
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
    /// Our own code panicked, which is a bug; nothing of the step was written. Repeating it at once would panic again.
    #[error(
        "mainstem panicked while it tried to {step}; this is a bug: please report it with the log's line \"panic\", which names the place"
    )]
    Panicked {
        /// The step, as a verb.
        step: &'static str,
    },
    /// The writer has ended: the process is stopping.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// What it means that a task which worked with the store did not come to its end: it panicked while it tried to do
    /// `step` (a verb), or the process is stopping.
    #[must_use]
    pub fn of_task(step: &'static str, error: &JoinError) -> Self {
        match error.is_panic() {
            true => Self::Panicked { step },
            false => Self::Closed,
        }
    }
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

    /// The hosts that want to be left alone, or have not answered well since they did, by name.
    async fn host_holds(&self) -> Result<Vec<HostHold>, StoreError>;

    /// Notes what was found of sources: a trouble begins where it was not there, and ends where it was. Whether anything has
    /// changed by it.
    async fn note_health(
        &self,
        findings: Vec<(SourceId, Vec<Finding>)>,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// The troubles that began or ended last, newest first.
    async fn health_events(&self, limit: usize) -> Result<Vec<HealthEvent>, StoreError>;

    // Time.

    /// Brings the sources' own times, and what else is small, in line with the wall clock: after a step of it within one boot
    /// of the machine all sources' times move by the step; what lies in the future is put back. Several processes may ask at
    /// once: a step is followed once.
    async fn align_sources(&self, reading: Reading) -> Result<Alignment, StoreError>;

    /// Puts the times of up to `limit` entries that lie in the future back by `by`, together with their stories and items; from
    /// the first on, or those after the one that the last call returned. `None`: there are no more.
    async fn align_entries(
        &self,
        now: Timestamp,
        by: TimeDelta,
        after: Option<EntryId>,
        limit: usize,
    ) -> Result<Option<EntryId>, StoreError>;

    // Refresh.

    /// Writes everything that one refresh brought: the source's state, its validators, the feed's fields and the entries; and
    /// what changed for hosts.
    ///
    /// A known entry that has not changed (`whole`) is only marked as seen. One that has changed is overwritten, and counts as edited
    /// if its words changed. An unknown entry may be a known one under a new GUID or link; if not, it is new, and `dedupe` compares
    /// it with its candidates. Afterwards every story that changed is in the outbox. Several records may share one commit; each of
    /// them succeeds or fails by itself. To apply a record again changes nothing: one whose commit failed may be written or not.
    async fn apply(&self, record: Arc<RefreshRecord>) -> Result<Applied, StoreError>;

    // Outputs.

    /// Makes the known outputs these, each with the hash of everything that its membership depends on; reports which are stale.
    /// The documents of an output no longer configured are forgotten, not its item ids. `base`, that of all links now, is noted
    /// for those that have none yet ([`OutputState::id_base`]).
    async fn register_outputs(
        &self,
        outputs: &[(OutputId, Hash)],
        base: &str,
        now: Timestamp,
    ) -> Result<Vec<OutputState>, StoreError>;

    /// The [`OutputState::id_base`] of the output that was registered first, configured today or not: ids of the whole site
    /// follow from it. `None`: there was never an output.
    async fn id_base(&self) -> Result<Option<String>, StoreError>;

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

    /// What speaks for each member of an entry's story, and what was found near the entry but is not in it. `window`: how far
    /// from the entry similar texts are looked for. Changes nothing. `None`: there is no such entry.
    async fn evidence(
        &self,
        entry: EntryId,
        window: Duration,
        now: Timestamp,
    ) -> Result<Option<StoryEvidence>, StoreError>;

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

    /// Takes keys of similar texts out that are older than `reach`, on publication time: up to `limit`, and as many as fit into a
    /// step. `false`: there are more.
    async fn forget_keys(
        &self,
        reach: Duration,
        limit: usize,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Makes keys and content hashes of entries anew that an earlier version of dedupe made: up to `limit`, and as many as fit
    /// into a step. Returns how many; 0: all are of this version.
    async fn rebuild_keys(&self, limit: usize) -> Result<usize, StoreError>;

    /// Whether another process has committed since the last call.
    async fn changed_elsewhere(&self) -> Result<bool, StoreError>;

    // Retention. `windows`: for each output the place of its oldest item.

    /// Some of the entries of an age that no output shows (`windows`) or has yet to archive, from `after` on. It reads beside
    /// the writer, and no more than a bounded number of rows.
    async fn aged(
        &self,
        which: Aged,
        after: Option<Passed>,
        windows: &[(OutputId, Timestamp)],
    ) -> Result<Candidates, StoreError>;

    /// Strips entries down to their identity, unless an output shows them or has yet to archive them by now: at least one of
    /// them, and as many as fit into a step.
    async fn strip(
        &self,
        entries: Vec<EntryId>,
        windows: &[(OutputId, Timestamp)],
        now: Timestamp,
    ) -> Result<Stripped, StoreError>;

    /// The age of the oldest entry that is not stripped.
    async fn greatest_age(&self) -> Result<Duration, StoreError>;

    /// What the store takes on disk.
    async fn usage(&self) -> Result<Usage, StoreError>;

    /// Gives free pages back to the file system until no more bytes than `spare` are free, as many as fit into a step. Returns
    /// how many pages; 0: there are none to give, or it cannot.
    async fn give_back(&self, spare: u64) -> Result<u64, StoreError>;

    /// How retention stands.
    async fn upkeep(&self) -> Result<Upkeep, StoreError>;

    /// Notes that a pass of retention has ended, and whether what must stay is larger than the store may be. Sources that nobody
    /// will read again have aged by the time since the pass before, by at most a day.
    async fn end_upkeep(&self, is_over: bool, now: Timestamp) -> Result<Upkeep, StoreError>;

    /// Writes a consistent copy to `to`, which must not exist, beside running work.
    async fn backup(&self, to: &Path) -> Result<(), StoreError>;

    // Condition.

    /// How the store is doing. While it is in trouble every step fails with that trouble.
    fn condition(&self) -> watch::Receiver<StoreCondition>;

    /// Reads a little of everything that polling needs, from the file and not from a cache, and notes what it finds.
    async fn examine(&self) -> Result<(), StoreError>;

    /// Does what a refresh needs, also while the store is in trouble: takes room, writes, and reads as
    /// [`Store::examine`] does. Success ends a trouble that may end.
    async fn probe(&self) -> Result<(), StoreError>;

    /// Writes what is under way, checkpoints and closes. Steps after it are [`StoreError::Closed`].
    async fn close(&self) -> Result<(), StoreError>;
}
