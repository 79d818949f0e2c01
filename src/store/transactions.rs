//! Each method of [`Store`] as one transaction of an engine: which step it is, and whether it is written or read.

mod retention;
mod withdrawals;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use tokio::sync::watch;

use super::activity::{ActivityRequest, SourceActivity};
use super::ahead::read_ahead;
use super::alignment::Alignment;
use super::archives::{ArchiveDocument, Archived, ArchivedItem};
use super::condition::StoreCondition;
use super::contract::Store;
use super::disk::Usage;
use super::engine::Engine;
use super::error::StoreError;
use super::evidence::StoryEvidence;
use super::outputs::{Backlog, Bodies, DocumentStamp, Membership, OutputState, RuleSpan};
use super::place::Place;
use super::rows::{HealthRows, HostRows, OutboxRows, RuleRows, SourceRows};
use super::steps::{
    activity, archives, corrections, find, health, items, keys, outbox, outputs, rebuild, refresh,
    sources, stories, times, windows,
};
use super::windows::{ItemVersion, ShownEntry, Versions, VersionsRequest, WhichItems, WindowItem};
use crate::clock::Reading;
use crate::dedupe::Evidence;
use crate::model::{
    Applied, Correction, EntryId, Finding, Hash, HealthEvent, HostHold, Member, OutputId,
    RefreshRecord, Source, SourceId, SourceReport, SourceState, Story, StoryId, Timestamp,
    Unchanged,
};

/// How many items that were written just now are read in a writing transaction, in whose cache they lie: few enough that it is not
/// kept from writing for long.
const JUST_WRITTEN: usize = 16;

#[async_trait]
impl<E: Engine> Store for E {
    async fn register_sources(
        &self,
        sources: &[Arc<Source>],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sources = sources.to_vec();
        self.write("register the sources", move |rows| {
            sources::register(rows, &sources, now)
        })
        .await
    }

    async fn source_state(&self, source: &SourceId) -> Result<SourceState, StoreError> {
        let source = source.clone();
        self.read("read a source's state", move |rows| {
            rows.source_state(&source)
        })
        .await
    }

    async fn source_states(&self) -> Result<Vec<(SourceId, SourceState)>, StoreError> {
        self.read("read the sources' states", E::Tx::source_states)
            .await
    }

    async fn source_reports(&self) -> Result<Vec<SourceReport>, StoreError> {
        self.read("read the sources", E::Tx::source_reports).await
    }

    async fn source_activity(
        &self,
        source: &SourceId,
        request: ActivityRequest,
    ) -> Result<Option<SourceActivity>, StoreError> {
        let source = source.clone();
        self.read("read what a source has brought", move |rows| {
            activity::read(rows, &source, request)
        })
        .await
    }

    async fn host_holds(&self) -> Result<Vec<HostHold>, StoreError> {
        self.read("read the hosts that wait", E::Tx::host_holds)
            .await
    }

    async fn note_health(
        &self,
        findings: Vec<(SourceId, Vec<Finding>)>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write("note the health of sources", move |rows| {
            health::note(rows, &findings, now)
        })
        .await
    }

    async fn health_events(&self, limit: usize) -> Result<Vec<HealthEvent>, StoreError> {
        self.read("read the health of sources", move |rows| {
            rows.health_events(limit)
        })
        .await
    }

    async fn align_sources(&self, reading: Reading) -> Result<Alignment, StoreError> {
        // Nearly always nothing is to be done, and then the writer is not kept from anything.
        let asked = reading.clone();
        let look = move |rows: &E::Tx| times::are_aligned(rows, &asked);
        if self.read("look at its times", look).await? {
            return Ok(Alignment::default());
        }
        self.write("correct times", move |rows| {
            times::align_sources(rows, &reading)
        })
        .await
    }

    async fn align_entries(
        &self,
        now: Timestamp,
        by: TimeDelta,
        after: Option<EntryId>,
        limit: usize,
    ) -> Result<Option<EntryId>, StoreError> {
        self.write("correct entries' times", move |rows| {
            times::align_entries(rows, now, by, after, limit)
        })
        .await
    }

    async fn apply(&self, record: Arc<RefreshRecord>) -> Result<Applied, StoreError> {
        let read = read_ahead(self, &record).await;
        self.write("write a refresh", move |rows| {
            refresh::apply(rows, &record, &read.ahead)
        })
        .await
    }

    async fn note_unchanged(&self, answers: Vec<Unchanged>) -> Result<(), StoreError> {
        self.write("note what has not changed", move |rows| {
            refresh::note_unchanged(rows, &answers)
        })
        .await
    }

    async fn register_outputs(
        &self,
        outputs: &[(OutputId, Hash)],
        base: &str,
    ) -> Result<Vec<OutputState>, StoreError> {
        let (outputs, base) = (outputs.to_vec(), base.to_owned());
        self.write("register the outputs", move |rows| {
            outputs::register(rows, &outputs, &base)
        })
        .await
    }

    async fn id_base(&self) -> Result<Option<String>, StoreError> {
        self.read("read the base of ids", outputs::id_base).await
    }

    async fn changed_stories(&self, limit: usize) -> Result<Vec<Story>, StoreError> {
        // By the writer, in whose cache they lie: they have changed just now.
        self.write("read the changed stories", move |rows| {
            outbox::changed(rows, limit)
        })
        .await
    }

    async fn backlog(&self, limit: usize) -> Result<Backlog, StoreError> {
        self.read("see what is to be judged", move |rows| {
            outbox::backlog(rows, limit)
        })
        .await
    }

    async fn waiting_among(&self, stories: Vec<StoryId>) -> Result<Vec<Story>, StoreError> {
        self.read("read waiting stories", move |rows| {
            outbox::waiting_among(rows, &stories)
        })
        .await
    }

    async fn story_ids_after(
        &self,
        after: StoryId,
        limit: usize,
    ) -> Result<Vec<StoryId>, StoreError> {
        self.read("read which stories there are", move |rows| {
            rows.stories_above(after, limit)
        })
        .await
    }

    async fn stories_between(
        &self,
        after: StoryId,
        last: StoryId,
        bodies: Bodies,
    ) -> Result<Vec<Story>, StoreError> {
        self.read("read stories", move |rows| {
            rows.stories_between(after, last, bodies)
        })
        .await
    }

    async fn changing(&self, judged: Vec<Membership>) -> Result<Vec<Membership>, StoreError> {
        self.read("compare verdicts with what is kept", move |rows| {
            items::changing(rows, judged)
        })
        .await
    }

    async fn keep(
        &self,
        judged: Vec<Membership>,
        rules: &BTreeMap<OutputId, Hash>,
        settle_outbox: bool,
        now: Timestamp,
    ) -> Result<BTreeMap<OutputId, BTreeSet<StoryId>>, StoreError> {
        let rules = rules.clone();
        self.write("keep what the outputs decided", move |rows| {
            items::keep(rows, &judged, &rules, settle_outbox, now)
        })
        .await
    }

    async fn finish_replay(&self, output: &OutputId, rules: Hash) -> Result<bool, StoreError> {
        let output = output.clone();
        self.write("end a replay", move |rows| {
            outputs::finish_replay(rows, &output, rules)
        })
        .await
    }

    async fn versions(&self, requests: Vec<VersionsRequest>) -> Result<Vec<Versions>, StoreError> {
        let step = "read the outputs' windows";
        // What changed just now lies in the writer's cache; every other connection has dropped its own.
        let changed = |request: &VersionsRequest| matches!(request.which, WhichItems::OfStories(_));
        let is_of_changes = requests.iter().all(changed);
        let read = move |rows: &E::Tx| windows::versions(rows, &requests);
        match is_of_changes {
            true => self.write(step, read).await,
            false => self.read(step, read).await,
        }
    }

    async fn items(
        &self,
        wanted: Vec<(OutputId, Arc<ItemVersion>)>,
        just_changed: bool,
    ) -> Result<Vec<Option<(ItemVersion, WindowItem)>>, StoreError> {
        let step = "read items";
        let by_writer = just_changed && wanted.len() <= JUST_WRITTEN;
        let read = move |rows: &E::Tx| windows::items(rows, &wanted);
        match by_writer {
            true => self.write(step, read).await,
            false => self.read(step, read).await,
        }
    }

    async fn shown_entries(
        &self,
        entries: Vec<(StoryId, EntryId)>,
    ) -> Result<HashMap<EntryId, ShownEntry>, StoreError> {
        self.read("read entries", move |rows| {
            windows::shown_entries(rows, &entries)
        })
        .await
    }

    async fn stamp(
        &self,
        documents: Vec<(OutputId, Hash)>,
        now: Timestamp,
    ) -> Result<Vec<DocumentStamp>, StoreError> {
        self.write("stamp documents", move |rows| {
            outputs::stamp(rows, &documents, now)
        })
        .await
    }

    async fn rule_spans(&self) -> Result<Vec<RuleSpan>, StoreError> {
        self.read("read what rules did", E::Tx::rule_spans).await
    }

    async fn note_rule_spans(&self, spans: Vec<RuleSpan>) -> Result<(), StoreError> {
        self.write("note what rules did", move |rows| {
            rows.extend_rule_spans(&spans)
        })
        .await
    }

    async fn archived(&self, output: &OutputId, rules: Hash) -> Result<Archived, StoreError> {
        let output = output.clone();
        self.read("look what is to be archived", move |rows| {
            archives::archived(rows, &output, rules)
        })
        .await
    }

    async fn unarchived(
        &self,
        output: &OutputId,
        behind: Option<Place>,
        at_least: usize,
        limit: usize,
    ) -> Result<Vec<WindowItem>, StoreError> {
        let output = output.clone();
        self.read("read what is to be archived", move |rows| {
            archives::unarchived(rows, &output, behind.as_ref(), at_least, limit)
        })
        .await
    }

    async fn archive(
        &self,
        output: &OutputId,
        document: ArchiveDocument,
        items: Vec<ArchivedItem>,
        rules: Hash,
    ) -> Result<bool, StoreError> {
        let output = output.clone();
        self.write("archive items", move |rows| {
            archives::archive(rows, &output, &document, &items, rules)
        })
        .await
    }

    async fn archive_document(
        &self,
        output: &OutputId,
        number: u32,
    ) -> Result<Option<ArchiveDocument>, StoreError> {
        let output = output.clone();
        self.read("read an archive document", move |rows| {
            archives::document(rows, &output, number)
        })
        .await
    }

    async fn story_of(&self, entry: EntryId) -> Result<Option<Story>, StoreError> {
        self.read("read a story", move |rows| outbox::story_of(rows, entry))
            .await
    }

    async fn corrections(&self, entries: &[EntryId]) -> Result<Vec<Correction>, StoreError> {
        let entries = entries.to_vec();
        self.read("read corrections", move |rows| {
            corrections::of_entries(rows, &entries)
        })
        .await
    }

    async fn evidence(
        &self,
        entry: EntryId,
        window: Duration,
        now: Timestamp,
    ) -> Result<Option<StoryEvidence>, StoreError> {
        // By the writer, which alone has an index of the latest keys.
        self.write("weigh what is alike", move |rows| {
            stories::evidence(rows, entry, window, now)
        })
        .await
    }

    async fn weigh(
        &self,
        pairs: Vec<(EntryId, EntryId)>,
    ) -> Result<Vec<Vec<Evidence>>, StoreError> {
        self.read("weigh what is in a story", move |rows| {
            stories::weigh(rows, &pairs)
        })
        .await
    }

    async fn find_entries(&self, words: &str, limit: usize) -> Result<Vec<Member>, StoreError> {
        let words = words.to_owned();
        self.read("look for entries", move |rows| {
            find::entries(rows, &words, limit)
        })
        .await
    }

    async fn merge(
        &self,
        one: EntryId,
        other: EntryId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write("merge two stories", move |rows| {
            stories::merge(rows, one, other, now)
        })
        .await
    }

    async fn split(&self, entry: EntryId, now: Timestamp) -> Result<bool, StoreError> {
        self.write("split a story", move |rows| {
            stories::split(rows, entry, now)
        })
        .await
    }

    async fn forget_keys(
        &self,
        reach: Duration,
        limit: usize,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write("forget keys", move |rows| {
            keys::forget(rows, now, reach, limit)
        })
        .await
    }

    async fn rebuild_keys(&self, limit: usize) -> Result<usize, StoreError> {
        self.write("make keys anew", move |rows| rebuild::step(rows, limit))
            .await
    }

    async fn changed_elsewhere(&self) -> Result<bool, StoreError> {
        Engine::changed_elsewhere(self).await
    }

    async fn commits_elsewhere(&self) -> Result<u64, StoreError> {
        Engine::commits_elsewhere(self).await
    }

    async fn usage(&self) -> Result<Usage, StoreError> {
        Engine::usage(self).await
    }

    async fn give_back(&self, spare: u64) -> Result<u64, StoreError> {
        Engine::give_back(self, spare).await
    }

    async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        Engine::backup(self, to).await
    }

    fn condition(&self) -> watch::Receiver<StoreCondition> {
        Engine::condition(self)
    }

    async fn examine(&self) -> Result<(), StoreError> {
        Engine::examine(self).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        Engine::probe(self).await
    }

    async fn close(&self) -> Result<(), StoreError> {
        Engine::close(self).await
    }
}
