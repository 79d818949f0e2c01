//! Each step of [`Store`], handed to the writing thread or to one of the readers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use tokio::sync::watch;

use super::SqliteStore;
use super::{
    archives, care, examine, files, health, hosts, open, outputs, refresh, retention, rules,
    sources, times, upkeep, usage, vitals, windows,
};
use crate::clock::Reading;
use crate::model::{
    Applied, EntryId, Finding, Hash, HealthEvent, HostHold, Member, OutputId, RefreshRecord,
    Source, SourceId, SourceReport, SourceState, Story, StoryId, Timestamp,
};
use crate::store::steps::{find, keys, rebuild, stories};
use crate::store::{
    Aged, Alignment, ArchiveDocument, Archived, Candidates, DocumentStamp, Membership, OutputState,
    Passed, Place, RuleSpan, Store, StoreCondition, StoreError, StoryEvidence, Stripped,
    TroubleKind, Upkeep, Usage, Window, WindowItem, WindowRequest,
};

#[async_trait]
impl Store for SqliteStore {
    async fn register_sources(
        &self,
        sources: &[Arc<Source>],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let sources = sources.to_vec();
        self.writer
            .step("register the sources", move |db| {
                sources::register(db, &sources, now)
            })
            .await
    }

    async fn source_state(&self, source: &SourceId) -> Result<SourceState, StoreError> {
        let source = source.clone();
        self.readers
            .read("read a source's state", move |db| {
                sources::state(db, &source)
            })
            .await
    }

    async fn source_states(&self) -> Result<Vec<(SourceId, SourceState)>, StoreError> {
        self.readers
            .read("read the sources' states", sources::states)
            .await
    }

    async fn source_reports(&self) -> Result<Vec<SourceReport>, StoreError> {
        self.readers
            .read("read the sources", sources::reports)
            .await
    }

    async fn host_holds(&self) -> Result<Vec<HostHold>, StoreError> {
        let read = self.readers.read("read the hosts that wait", hosts::holds);
        read.await
    }

    async fn align_sources(&self, reading: Reading) -> Result<Alignment, StoreError> {
        // Nearly always nothing is to be done, and then the writer is not kept from anything.
        let asked = reading.clone();
        let look = move |db: &rusqlite::Connection| times::are_aligned(db, &asked);
        if self.readers.read("look at its times", look).await? {
            return Ok(Alignment::default());
        }
        self.writer
            .step("correct times", move |db| {
                times::align_sources(db, &reading)
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
        self.writer
            .step("correct entries' times", move |db| {
                times::align_entries(db, now, by, after, limit)
            })
            .await
    }

    async fn apply(&self, record: Arc<RefreshRecord>) -> Result<Applied, StoreError> {
        self.writer
            .step("write a refresh", move |db| refresh::apply(db, &record))
            .await
    }

    async fn register_outputs(
        &self,
        outputs: &[(OutputId, Hash)],
        base: &str,
        _now: Timestamp,
    ) -> Result<Vec<OutputState>, StoreError> {
        let (outputs, base) = (outputs.to_vec(), base.to_owned());
        self.writer
            .step("register the outputs", move |db| {
                outputs::register(db, &outputs, &base)
            })
            .await
    }

    async fn id_base(&self) -> Result<Option<String>, StoreError> {
        self.readers
            .read("read the base of ids", outputs::id_base)
            .await
    }

    async fn changed_stories(&self, limit: usize) -> Result<Vec<Story>, StoreError> {
        // By the writer, in whose cache they lie: they have changed just now.
        self.writer
            .step("read the changed stories", move |db| {
                outputs::changed(db, limit)
            })
            .await
    }

    async fn stories_after(&self, after: StoryId, limit: usize) -> Result<Vec<Story>, StoreError> {
        self.readers
            .read("read stories", move |db| outputs::after(db, after, limit))
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
        self.writer
            .step("keep what the outputs decided", move |db| {
                outputs::keep(db, &judged, &rules, settle_outbox, now)
            })
            .await
    }

    async fn finish_replay(
        &self,
        output: &OutputId,
        rules: Hash,
        _now: Timestamp,
    ) -> Result<bool, StoreError> {
        let output = output.clone();
        self.writer
            .step("end a replay", move |db| {
                outputs::finish_replay(db, &output, rules)
            })
            .await
    }

    async fn windows(&self, requests: Vec<WindowRequest>) -> Result<Vec<Window>, StoreError> {
        let step = "read the outputs' windows";
        let requests = Arc::new(requests);
        if requests.iter().all(|request| request.prior.is_some()) {
            // What was written just now lies in the writer's cache; every other connection has dropped its own.
            let asked = requests.clone();
            let read = move |db: &_| windows::changed(db, &asked);
            if let Some(windows) = self.writer.step(step, read).await? {
                return Ok(windows);
            }
        }
        let read = move |db: &_| windows::whole(db, &requests);
        self.readers.read(step, read).await
    }

    async fn stamp(
        &self,
        documents: Vec<(OutputId, Hash)>,
        now: Timestamp,
    ) -> Result<Vec<DocumentStamp>, StoreError> {
        self.writer
            .step("stamp documents", move |db| {
                outputs::stamp(db, &documents, now)
            })
            .await
    }

    async fn rule_spans(&self) -> Result<Vec<RuleSpan>, StoreError> {
        let read = self.readers.read("read what rules did", rules::spans);
        read.await
    }

    async fn note_rule_spans(&self, spans: Vec<RuleSpan>) -> Result<(), StoreError> {
        self.writer
            .step("note what rules did", move |db| {
                rules::note_spans(db, &spans)
            })
            .await
    }

    async fn archived(
        &self,
        output: &OutputId,
        behind: Option<Place>,
        rules: Hash,
    ) -> Result<Archived, StoreError> {
        let output = output.clone();
        self.readers
            .read("look what is to be archived", move |db| {
                archives::archived(db, &output, behind.as_ref(), rules)
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
        self.readers
            .read("read what is to be archived", move |db| {
                archives::unarchived(db, &output, behind.as_ref(), at_least, limit)
            })
            .await
    }

    async fn archive(
        &self,
        output: &OutputId,
        document: ArchiveDocument,
        items: Vec<String>,
        rules: Hash,
    ) -> Result<bool, StoreError> {
        let output = output.clone();
        self.writer
            .step("archive items", move |db| {
                archives::keep(db, &output, &document, &items, rules)
            })
            .await
    }

    async fn archive_document(
        &self,
        output: &OutputId,
        number: u32,
    ) -> Result<Option<ArchiveDocument>, StoreError> {
        let output = output.clone();
        self.readers
            .read("read an archive document", move |db| {
                archives::document(db, &output, number)
            })
            .await
    }

    async fn changed_elsewhere(&self) -> Result<bool, StoreError> {
        let now = self.writer.look().await?;
        Ok(self.seen.swap(now, Ordering::Relaxed) != now)
    }

    async fn aged(
        &self,
        which: Aged,
        after: Option<Passed>,
        windows: &[(OutputId, Timestamp)],
    ) -> Result<Candidates, StoreError> {
        let windows = windows.to_vec();
        self.readers
            .read("look for aged entries", move |db| {
                retention::aged(db, which, after, &windows)
            })
            .await
    }

    async fn strip(
        &self,
        entries: Vec<EntryId>,
        windows: &[(OutputId, Timestamp)],
        now: Timestamp,
    ) -> Result<Stripped, StoreError> {
        let windows = windows.to_vec();
        self.writer
            .step("strip entries", move |db| {
                retention::strip(db, &entries, &windows, now)
            })
            .await
    }

    async fn greatest_age(&self) -> Result<Duration, StoreError> {
        let read = self
            .readers
            .read("look for the oldest entry", retention::greatest_age);
        read.await
    }

    async fn usage(&self) -> Result<Usage, StoreError> {
        let path = self.path.clone();
        self.readers
            .read("measure itself", move |db| usage::of(db, &path))
            .await
    }

    async fn give_back(&self, spare: u64) -> Result<u64, StoreError> {
        let give = move |db: &rusqlite::Connection| upkeep::give_back(db, spare);
        self.writer.step("give free pages back", give).await
    }

    async fn upkeep(&self) -> Result<Upkeep, StoreError> {
        let read = self
            .readers
            .read("read how retention stands", upkeep::upkeep);
        read.await
    }

    async fn end_upkeep(&self, is_over: bool, now: Timestamp) -> Result<Upkeep, StoreError> {
        let end = move |db: &rusqlite::Connection| upkeep::end_upkeep(db, is_over, now);
        self.writer.step("end a pass of retention", end).await
    }

    async fn story_of(&self, entry: EntryId) -> Result<Option<Story>, StoreError> {
        self.readers
            .read("read a story", move |db| outputs::story_of(db, entry))
            .await
    }

    async fn evidence(
        &self,
        entry: EntryId,
        window: Duration,
        now: Timestamp,
    ) -> Result<Option<StoryEvidence>, StoreError> {
        // By the writer, who alone has the index of the latest keys.
        self.writer
            .step("weigh what is alike", move |db| {
                stories::evidence(db, entry, window, now)
            })
            .await
    }

    async fn find_entries(&self, words: &str, limit: usize) -> Result<Vec<Member>, StoreError> {
        let words = words.to_owned();
        self.readers
            .read("look for entries", move |db| {
                find::entries(db, &words, limit)
            })
            .await
    }

    async fn merge(
        &self,
        one: EntryId,
        other: EntryId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.writer
            .step("merge two stories", move |db| {
                stories::merge(db, one, other, now)
            })
            .await
    }

    async fn split(&self, entry: EntryId, now: Timestamp) -> Result<bool, StoreError> {
        self.writer
            .step("split a story", move |db| stories::split(db, entry, now))
            .await
    }

    async fn forget_keys(
        &self,
        reach: Duration,
        limit: usize,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.writer
            .step("forget keys", move |db| keys::forget(db, now, reach, limit))
            .await
    }

    async fn rebuild_keys(&self, limit: usize) -> Result<usize, StoreError> {
        self.writer
            .step("make keys anew", move |db| rebuild::step(db, limit))
            .await
    }

    async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let refused = |what: String| StoreError::Unusable {
            path: to.to_owned(),
            what,
        };
        // Claims the name, so that nothing that stands there is ever written over.
        files::create(to).map_err(|error| refused(format!("cannot take the backup: {error}")))?;
        let (from, target) = (self.path.clone(), to.to_owned());
        let copied = tokio::task::spawn_blocking(move || {
            care::backup(&open::connect_reader(&from)?, &target)
        })
        .await;
        match copied {
            Ok(Ok(None)) => Ok(()),
            Ok(Ok(Some(flaw))) => Err(open::damaged(
                &self.path,
                &format!("its copy was as damaged and is removed: {flaw}"),
            )),
            Ok(Err(error)) => Err(match vitals::trouble(to, &error) {
                Some(trouble) if trouble.kind == TroubleKind::Damaged => {
                    open::failed(&self.path, "copy itself", error)
                }
                Some(trouble) => refused(format!(
                    "the backup failed and was removed: {}; {}",
                    trouble.found, trouble.advice
                )),
                None => refused(format!("the backup failed and was removed: {error}")),
            }),
            Err(ended) => Err(StoreError::of_task("copy itself", &ended)),
        }
    }

    async fn note_health(
        &self,
        findings: Vec<(SourceId, Vec<Finding>)>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let step = move |db: &rusqlite::Connection| health::note(db, &findings, now);
        self.writer.step("note the health of sources", step).await
    }

    async fn health_events(&self, limit: usize) -> Result<Vec<HealthEvent>, StoreError> {
        let read = move |db: &rusqlite::Connection| health::events(db, limit);
        self.readers.read("read the health of sources", read).await
    }

    fn condition(&self) -> watch::Receiver<StoreCondition> {
        self.vitals.subscribe()
    }

    async fn examine(&self) -> Result<(), StoreError> {
        let vitals = self.vitals.clone();
        let examined = tokio::task::spawn_blocking(move || examine::examine(&vitals)).await;
        examined.unwrap_or(Err(StoreError::Closed))?;
        // Shows that the writer lives.
        self.writer.look().await.map(drop)
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.writer.probe().await?;
        self.examine().await?;
        self.vitals.recover();
        Ok(())
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.readers.close();
        self.writer.close().await;
        Ok(())
    }
}
