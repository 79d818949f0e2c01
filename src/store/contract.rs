//! The contract of a store: what every engine does, whatever it keeps the rows in.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use tokio::sync::watch;

use super::activity::{ActivityRequest, SourceActivity};
use super::alignment::Alignment;
use super::archives::{ArchiveDocument, Archived, ArchivedItem};
use super::condition::StoreCondition;
use super::disk::Usage;
use super::error::StoreError;
use super::evidence::StoryEvidence;
use super::outputs::{Backlog, Bodies, DocumentStamp, Membership, OutputState, RuleSpan};
use super::place::Place;
use super::upkeep::RetentionStore;
use super::windows::{ItemVersion, ShownEntry, Versions, VersionsRequest, WindowItem};
use super::withdrawals::Withdrawals;
use crate::clock::Reading;
use crate::dedupe::Evidence;
use crate::model::{
    Applied, Correction, EntryId, Finding, Hash, HealthEvent, HostHold, Member, OutputId,
    RefreshRecord, Source, SourceId, SourceReport, SourceState, Story, StoryId, Timestamp,
    Unchanged,
};

/// What the line remembers.
///
/// Every method is one transaction: it happens whole or not at all, and when it returns, what it wrote survives a power cut.
/// Handles of several processes on one store see each other's commits. Steps of one handle that are asked for at once may
/// share a commit; each still succeeds or fails by itself, and a caller that goes away cancels nothing.
///
/// # Errors
/// Every method that talks to the store may fail in these ways; where a method says "those of every step", it means them.
/// - [`StoreError::Damaged`] or [`StoreError::Unusable`]: the store itself is in trouble. [`Store::condition`] shows it from then
///   on, and every later step fails in the same way until [`Store::probe`] succeeds. Whether the step was written is not
///   known; every step may be repeated.
/// - [`StoreError::Step`]: this step alone failed, and nothing of it was written.
/// - [`StoreError::Panicked`]: a bug of ours; nothing of the step was written.
/// - [`StoreError::Closed`]: [`Store::close`] came before.
#[async_trait]
pub trait Store: RetentionStore + Withdrawals {
    // Sources.

    /// Makes the known sources these: new ones are added, renamed ones (`formerly`) keep their entries and state, missing ones
    /// are marked as removed (their entries stay). A source whose location changed loses its validators, body hash and
    /// back-off, not its entries. One that comes back has everything it had.
    ///
    /// # Errors
    /// Those of every step.
    async fn register_sources(
        &self,
        sources: &[Arc<Source>],
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// The state of one registered source; the default for one that was never asked.
    ///
    /// # Errors
    /// [`StoreError::Step`] where the source was never registered; those of every step.
    async fn source_state(&self, source: &SourceId) -> Result<SourceState, StoreError>;

    /// The states of all registered sources that are not removed, by id.
    ///
    /// # Errors
    /// Those of every step.
    async fn source_states(&self) -> Result<Vec<(SourceId, SourceState)>, StoreError>;

    /// A report on every registered source that is not removed, by id.
    ///
    /// # Errors
    /// Those of every step.
    async fn source_reports(&self) -> Result<Vec<SourceReport>, StoreError>;

    /// What a source has brought of late. `None`: it was never registered.
    ///
    /// # Errors
    /// Those of every step.
    async fn source_activity(
        &self,
        source: &SourceId,
        request: ActivityRequest,
    ) -> Result<Option<SourceActivity>, StoreError>;

    /// The hosts that want to be left alone, or have not answered well since they did, by name.
    ///
    /// # Errors
    /// Those of every step.
    async fn host_holds(&self) -> Result<Vec<HostHold>, StoreError>;

    /// Notes what was found of sources: a trouble begins where a message was found and it did not last already, and ends where
    /// none was found and it did. The troubles of removed sources end. Findings on unknown sources are ignored. Returns whether
    /// anything changed.
    ///
    /// # Errors
    /// Those of every step.
    async fn note_health(
        &self,
        findings: Vec<(SourceId, Vec<Finding>)>,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Up to `limit` troubles that began or ended last, the newest first; of one moment, by source and trouble.
    ///
    /// # Errors
    /// Those of every step.
    async fn health_events(&self, limit: usize) -> Result<Vec<HealthEvent>, StoreError>;

    // Time.

    /// Brings the sources' own times, and what else is small, in line with the wall clock: after a step of it within one boot
    /// of the machine all sources' times move by the step; what lies in the future is put back. Several processes may ask at
    /// once: a step is followed once.
    ///
    /// # Errors
    /// Those of every step.
    async fn align_sources(&self, reading: Reading) -> Result<Alignment, StoreError>;

    /// Puts the times of up to `limit` entries that lie in the future back by `by`, but never later than `now`, together with
    /// their stories and items; from the first on, or those after the one that the last call returned. `None`: there are no
    /// more.
    ///
    /// # Errors
    /// Those of every step.
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
    /// A known entry that has not changed (`whole`) is only marked as seen. One that has changed is overwritten, and counts as
    /// edited if its words changed. An unknown entry may be a known one under a new GUID or link; if not, it is new, and `dedupe`
    /// compares it with its candidates. Afterwards every story that changed is in the outbox. To apply a record again changes
    /// nothing: one whose commit failed may be written or not. Where the source's location was changed while the record was on
    /// its way, only what changed for hosts is written.
    ///
    /// # Errors
    /// [`StoreError::Step`] where the source was never registered; those of every step.
    async fn apply(&self, record: Arc<RefreshRecord>) -> Result<Applied, StoreError>;

    /// Writes refreshes that found nothing new and heard no wish of a server: of each source when it was asked, and when it is due.
    /// An answer is skipped if its source has another id or location by now, or a last request other than [`Unchanged::before`] (by
    /// more than the clock may be slewed): what is stored then is newer. Noting an answer twice changes nothing.
    ///
    /// # Errors
    /// Those of every step.
    async fn note_unchanged(&self, answers: Vec<Unchanged>) -> Result<(), StoreError>;

    // Outputs.

    /// Makes the known outputs these, each with the hash of everything that its membership depends on; returns the state of
    /// each, in the order given. The documents of an output no longer configured are forgotten, not its item ids. `base`, that
    /// of all links now, is noted for those that have none yet ([`OutputState::id_base`]).
    ///
    /// # Errors
    /// Those of every step.
    async fn register_outputs(
        &self,
        outputs: &[(OutputId, Hash)],
        base: &str,
    ) -> Result<Vec<OutputState>, StoreError>;

    /// The [`OutputState::id_base`] of the output that was registered first, configured today or not: ids of the whole site
    /// follow from it. `None`: there was never an output.
    ///
    /// # Errors
    /// Those of every step.
    async fn id_base(&self) -> Result<Option<String>, StoreError>;

    /// Up to `limit` changed stories from the outbox, the one that has waited longest first, whole. Empty: nothing has changed.
    /// A story whose entries have all gone to another, or were stripped, has no members: it is judged so that its items leave.
    ///
    /// # Errors
    /// Those of every step.
    async fn changed_stories(&self, limit: usize) -> Result<Vec<Story>, StoreError>;

    /// Whether more than `limit` stories wait in the outbox, and whether more than `limit` are stored.
    ///
    /// # Errors
    /// Those of every step.
    async fn backlog(&self, limit: usize) -> Result<Backlog, StoreError>;

    /// Those of `stories` that wait in the outbox, whole, in the order given.
    ///
    /// # Errors
    /// Those of every step.
    async fn waiting_among(&self, stories: Vec<StoryId>) -> Result<Vec<Story>, StoreError>;

    /// Up to `limit` ids of stories above `after`, ascending.
    ///
    /// # Errors
    /// Those of every step.
    async fn story_ids_after(
        &self,
        after: StoryId,
        limit: usize,
    ) -> Result<Vec<StoryId>, StoreError>;

    /// The stories with an id above `after`, up to `last`, by id. Does not wait for the writer.
    ///
    /// # Errors
    /// Those of every step.
    async fn stories_between(
        &self,
        after: StoryId,
        last: StoryId,
        bodies: Bodies,
    ) -> Result<Vec<Story>, StoreError>;

    /// Those of the verdicts that would change an item if [`Store::keep`] were given them now. Does not wait for the writer.
    ///
    /// # Errors
    /// Those of every step.
    async fn changing(&self, judged: Vec<Membership>) -> Result<Vec<Membership>, StoreError>;

    /// Writes what outputs decided and, with `settle_outbox`, takes the judged revisions out of the outbox. Returns the outputs
    /// whose documents may differ now, and by which stories. A verdict on an older revision, or for an output that was never
    /// registered, is ignored. Judging again changes nothing. An item that leaves keeps its id for a return. `rules`: the hash of
    /// what each output was judged by; where the rest of its membership was judged by another, the output is stale from now on.
    ///
    /// # Errors
    /// Those of every step.
    async fn keep(
        &self,
        judged: Vec<Membership>,
        rules: &BTreeMap<OutputId, Hash>,
        settle_outbox: bool,
        now: Timestamp,
    ) -> Result<BTreeMap<OutputId, BTreeSet<StoryId>>, StoreError>;

    /// Ends an output's replay: all of it was judged with the rules of this hash. `false`: verdicts by other rules have crossed
    /// it, and it is still stale; or there is no such output.
    ///
    /// # Errors
    /// Those of every step.
    async fn finish_replay(&self, output: &OutputId, rules: Hash) -> Result<bool, StoreError>;

    /// In which state items of several outputs are at one moment, and how far the outputs are archived; in the order asked for.
    /// No texts are read. Of an output that was never registered: nothing.
    ///
    /// # Errors
    /// Those of every step.
    async fn versions(&self, requests: Vec<VersionsRequest>) -> Result<Vec<Versions>, StoreError>;

    /// What items show, each with the state that it is in by now, which may be another than the one asked for: then its window
    /// is to be asked for again. In the order asked for; `None`: it is not in the output any more. `just_changed`: they were written a
    /// moment ago by this process, and an engine that has them at hand where it wrote them may look there, though it then cannot
    /// answer while nothing can be written.
    ///
    /// # Errors
    /// Those of every step.
    async fn items(
        &self,
        wanted: Vec<(OutputId, Arc<ItemVersion>)>,
        just_changed: bool,
    ) -> Result<Vec<Option<(ItemVersion, WindowItem)>>, StoreError>;

    /// Entries as items of these stories would show them, whether an output keeps them or not. One that is not there, or is stripped,
    /// is left out.
    ///
    /// # Errors
    /// Those of every step.
    async fn shown_entries(
        &self,
        entries: Vec<(StoryId, EntryId)>,
    ) -> Result<HashMap<EntryId, ShownEntry>, StoreError>;

    /// Notes the hashes of outputs' rendered documents; `changed_at` of one moves to `now` only if its hash differs from the
    /// last. In the order given.
    ///
    /// # Errors
    /// [`StoreError::Step`] where one of the outputs was never registered; those of every step.
    async fn stamp(
        &self,
        documents: Vec<(OutputId, Hash)>,
        now: Timestamp,
    ) -> Result<Vec<DocumentStamp>, StoreError>;

    /// All that was noted of rules, in no order.
    ///
    /// # Errors
    /// Those of every step.
    async fn rule_spans(&self) -> Result<Vec<RuleSpan>, StoreError>;

    /// Notes what parts of rules did; a span that is there is extended, never shortened.
    ///
    /// # Errors
    /// Those of every step.
    async fn note_rule_spans(&self, spans: Vec<RuleSpan>) -> Result<(), StoreError>;

    // Archives.

    /// How far an output is archived. `rules`: the hash of what it is judged by; where its membership was judged by other rules, it
    /// is stale, and nothing of it is to be archived.
    ///
    /// # Errors
    /// Those of every step.
    async fn archived(&self, output: &OutputId, rules: Hash) -> Result<Archived, StoreError>;

    /// The oldest items of an output that lie behind a place and stand in no archive document, oldest first: at most `limit`,
    /// none where there are fewer than `at_least`.
    ///
    /// # Errors
    /// Those of every step.
    async fn unarchived(
        &self,
        output: &OutputId,
        behind: Option<Place>,
        at_least: usize,
        limit: usize,
    ) -> Result<Vec<WindowItem>, StoreError>;

    /// Keeps a document and notes for its items that they stand in it. `false`: nothing is kept, for its number is not the next, an item
    /// has left, shows another entry or stands in another document, or the output is stale; look again.
    ///
    /// # Errors
    /// Those of every step.
    async fn archive(
        &self,
        output: &OutputId,
        document: ArchiveDocument,
        items: Vec<ArchivedItem>,
        rules: Hash,
    ) -> Result<bool, StoreError>;

    /// An archive document; `None`: there is none of this number.
    ///
    /// # Errors
    /// Those of every step.
    async fn archive_document(
        &self,
        output: &OutputId,
        number: u32,
    ) -> Result<Option<ArchiveDocument>, StoreError>;

    // Stories.

    /// The story of an entry, whole; `None`: there is no such entry.
    ///
    /// # Errors
    /// Those of every step.
    async fn story_of(&self, entry: EntryId) -> Result<Option<Story>, StoreError>;

    /// What was corrected in entries: by entry as they are given, and of each the newest corrections, the oldest of them first. An
    /// entry that is stripped or unknown has none.
    ///
    /// # Errors
    /// Those of every step.
    async fn corrections(&self, entries: &[EntryId]) -> Result<Vec<Correction>, StoreError>;

    /// What speaks for each member of an entry's story, and what was found near the entry but is not in it. `window`: how far
    /// from the entry similar texts are looked for. Changes nothing. `None`: there is no such entry.
    ///
    /// # Errors
    /// Those of every step.
    async fn evidence(
        &self,
        entry: EntryId,
        window: Duration,
        now: Timestamp,
    ) -> Result<Option<StoryEvidence>, StoreError>;

    /// What speaks for and against the two entries of each pair being one release, in the order given; of a pair that is not stored,
    /// nothing. Does not wait for the writer.
    ///
    /// # Errors
    /// Those of every step.
    async fn weigh(&self, pairs: Vec<(EntryId, EntryId)>)
    -> Result<Vec<Vec<Evidence>>, StoreError>;

    /// Up to `limit` entries that a person may mean by `words`, newest first: of this id, GUID or URL; where there is none, those
    /// that an item of this id shows; else with this title; else with these words in their title, whatever their case. Stripped
    /// entries are not found.
    ///
    /// # Errors
    /// Those of every step.
    async fn find_entries(&self, words: &str, limit: usize) -> Result<Vec<Member>, StoreError>;

    /// Overrules: these two entries are one release, and so are all that belong to their stories. `false`: nothing to merge.
    ///
    /// # Errors
    /// Those of every step.
    async fn merge(&self, one: EntryId, other: EntryId, now: Timestamp)
    -> Result<bool, StoreError>;

    /// Overrules: this entry is a release of its own, and outputs may show it, if it was withdrawn. Neither story is merged by anything
    /// but a person from now on. `false`: it is alone already and not withdrawn, or there is no such entry.
    ///
    /// # Errors
    /// Those of every step.
    async fn split(&self, entry: EntryId, now: Timestamp) -> Result<bool, StoreError>;

    // Care.

    /// Takes keys of similar texts out that are older than `reach`, on publication time: up to `limit`, and as many as fit into a
    /// step. `false`: there are more.
    ///
    /// # Errors
    /// Those of every step.
    async fn forget_keys(
        &self,
        reach: Duration,
        limit: usize,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Makes keys and content hashes of entries anew that an earlier version of dedupe made: up to `limit`, and as many as fit
    /// into a step. Returns how many; 0: all are of this version.
    ///
    /// # Errors
    /// Those of every step.
    async fn rebuild_keys(&self, limit: usize) -> Result<usize, StoreError>;

    /// Whether another process has committed since the last call. The first call looks back to the opening.
    ///
    /// # Errors
    /// Those of every step.
    async fn changed_elsewhere(&self) -> Result<bool, StoreError>;

    /// How many commits of other processes were noticed since the store was opened. While the number stays the same, so does
    /// everything that this handle has not changed itself. Cheap while nobody commits.
    ///
    /// # Errors
    /// Those of every step.
    async fn commits_elsewhere(&self) -> Result<u64, StoreError>;

    /// What the store takes on disk.
    ///
    /// # Errors
    /// Those of every step.
    async fn usage(&self) -> Result<Usage, StoreError>;

    /// Gives free pages back to the file system until no more bytes than `spare` are free, as many as fit into a step. Returns
    /// how many pages; 0: there are none to give, or it cannot.
    ///
    /// # Errors
    /// Those of every step.
    async fn give_back(&self, spare: u64) -> Result<u64, StoreError>;

    /// Writes a consistent copy to `to`, which must not exist, beside running work. The copy is one file, for its owner alone.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] of `to` where it exists or cannot be written; [`StoreError::Damaged`] where the store is not
    /// sound, as pages are copied whatever they hold. The copy is removed in either case.
    async fn backup(&self, to: &Path) -> Result<(), StoreError>;

    // Condition.

    /// How the store is doing. While it is in trouble every step that writes fails with that trouble.
    fn condition(&self) -> watch::Receiver<StoreCondition>;

    /// Reads a little of everything that polling needs, from the file and not from a cache, and notes what it finds.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::Unusable`] with what was found; [`StoreError::Closed`].
    async fn examine(&self) -> Result<(), StoreError>;

    /// Does what a refresh needs, also while the store is in trouble: takes room, writes, and reads as [`Store::examine`] does.
    /// Success ends a trouble that may end.
    ///
    /// # Errors
    /// Those of every step.
    async fn probe(&self) -> Result<(), StoreError>;

    /// Writes what is under way, checkpoints and closes. Steps after it are [`StoreError::Closed`]. To close again does nothing.
    ///
    /// # Errors
    /// None today; an engine that has to talk to a server may have some.
    async fn close(&self) -> Result<(), StoreError>;
}
