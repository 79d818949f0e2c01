//! The outward line of a process: it judges, keeps and renders for one publication, and remembers what was shown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use super::archive::Archivist;
use super::document_writer::{DocumentWriter, WrittenDocuments};
use super::fragment::write_item;
use super::judge::{judge, verdicts};
use super::judged_ahead::JudgedStories;
use super::last_shown::{KnownWindow, LastShown};
use super::plan::Plan;
use super::publication::Publication;
use super::reading::WindowReader;
use super::render::Renderer;
use super::rendered::Rendered;
use super::replay::{Replay, portions};
use super::rule_watch::RuleWatch;
use super::start::{StartState, waiting_in};
use super::tally::{IdlePart, idle_parts};
use crate::clock::Clock;
use crate::model::{OutputId, Story, StoryId};
use crate::publish::{Fragment, ItemForm};
use crate::store::{DocumentStamp, Membership, Store, StoreError, WindowItem};
use crate::telemetry::{Metrics, Stage};

/// Stories judged in one step.
const BATCH: usize = 256;
/// Steps of a portion.
const PORTION: usize = 4;
/// How often it is looked at a start for what is shown and waits.
const ROUNDS: usize = 3;

/// What judging a portion of the outbox came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaughtUp {
    /// The outputs whose documents may differ.
    pub differ: BTreeSet<OutputId>,
    /// Whether nothing is left.
    pub is_done: bool,
}

/// The outward line. One at a time works on a store within a process; several processes may.
pub struct Republisher {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    publication: Publication,
    watch: RuleWatch,
    replay: Replay,
    last_shown: LastShown,
    metrics: Metrics,
}

impl Republisher {
    /// A republisher of these outputs.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, plan: Arc<Plan>) -> Self {
        Self {
            store,
            clock,
            publication: Publication::new(plan),
            watch: RuleWatch::default(),
            replay: Replay::default(),
            last_shown: LastShown::default(),
            metrics: Metrics::default(),
        }
    }

    /// The same, reporting to these metrics.
    #[must_use]
    pub fn with_metrics(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// Where it reports to.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What is published now.
    #[must_use]
    pub fn plan(&self) -> &Arc<Plan> {
        &self.publication.plan
    }

    /// Publishes other outputs, or the same by other rules, from now on; call [`Self::begin_replay`] next.
    pub fn replace_plan(&mut self, plan: Arc<Plan>) {
        for output in self.plan().output_ids() {
            if plan.output(output).is_none() {
                self.metrics.forget_output(output);
            }
        }
        self.publication.replace_plan(plan);
        self.watch.plan_replaced();
        self.replay.end();
        self.last_shown.plan_replaced();
    }

    /// Whether any of the outputs was ever rendered.
    ///
    /// # Errors
    /// The store's.
    pub async fn is_rendered(&mut self) -> Result<bool, StoreError> {
        let states = self.publication.register(self.store.as_ref()).await?;
        Ok(states.iter().any(|state| state.rendered))
    }

    /// Judges every changed story for every output, until none is left; returns the outputs whose documents may differ.
    ///
    /// # Errors
    /// The store's; what is not settled stays in the outbox.
    pub async fn catch_up(&mut self) -> Result<BTreeSet<OutputId>, StoreError> {
        let mut differ = BTreeSet::new();
        loop {
            let caught_up = self.catch_up_some().await?;
            differ.extend(caught_up.differ);
            if caught_up.is_done {
                return Ok(differ);
            }
        }
    }

    /// The same for those that have waited longest, so that everything else goes on between two portions of a long outbox.
    ///
    /// While a replay settles the outbox there is nothing to do, and no document is made before its end.
    ///
    /// # Errors
    /// The store's; what is not settled stays in the outbox.
    pub async fn catch_up_some(&mut self) -> Result<CaughtUp, StoreError> {
        let mut caught_up = CaughtUp {
            differ: BTreeSet::new(),
            is_done: self.settles_by_replay(),
        };
        let mut portion = PORTION;
        while !caught_up.is_done && portion > 0 {
            portion -= 1;
            let stories = self.store.changed_stories(BATCH).await?;
            if stories.is_empty() {
                caught_up.is_done = true;
            } else {
                caught_up.differ.extend(self.settle(&stories).await?);
            }
        }
        Ok(caught_up)
    }

    /// Judges changed stories for every output, and takes them out of the outbox.
    async fn settle(&mut self, stories: &[Story]) -> Result<BTreeSet<OutputId>, StoreError> {
        self.watch.begin(self.store.as_ref()).await?;
        let began = Instant::now();
        let judged = self.judge(stories, |_| true);
        let verdicts = verdicts(self.plan(), stories, &judged);
        let differ = self.keep(judged, true).await?;
        self.watch.store(self.store.as_ref()).await?;
        self.metrics.took(Stage::Judge, began.elapsed());
        for (output, is_kept) in verdicts {
            self.metrics.judged(&output, is_kept);
        }
        Ok(differ)
    }

    /// Writes verdicts; returns the outputs whose documents may differ.
    async fn keep(
        &mut self,
        judged: Vec<Membership>,
        settle_outbox: bool,
    ) -> Result<BTreeSet<OutputId>, StoreError> {
        let (rules, now) = (&self.publication.rules, self.clock.now());
        let kept = self.store.keep(judged, rules, settle_outbox, now).await?;
        let differ = kept.keys().cloned().collect();
        for (output, stories) in kept {
            self.last_shown.stories_changed(output, stories);
        }
        Ok(differ)
    }

    fn judge(&mut self, stories: &[Story], wanted: impl Fn(&OutputId) -> bool) -> Vec<Membership> {
        let judged = stories.iter().map(|story| {
            let (membership, witness) = judge(&self.publication.plan, story, &wanted);
            self.watch.note(&self.publication.plan, story.id, witness);
            membership
        });
        judged.collect()
    }

    /// Parts of the rules that did nothing for thirty days.
    ///
    /// # Errors
    /// The store's.
    pub async fn idle_parts(&self) -> Result<Vec<IdlePart>, StoreError> {
        let spans = self.store.rule_spans().await?;
        let idle = idle_parts(self.plan(), spans, self.clock.now());
        self.metrics.idle(idle.len());
        Ok(idle)
    }

    /// Archives documents of what is published now.
    #[must_use]
    pub fn archivist(&self) -> Archivist {
        Archivist::new(
            self.store.clone(),
            self.clock.clone(),
            self.publication.clone(),
        )
    }
}

/// Starting.
impl Republisher {
    /// Registers the outputs, and tells how the store has had them before.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(&mut self) -> Result<StartState, StoreError> {
        let states = self.publication.register(self.store.as_ref()).await?;
        Ok(StartState::of(&states))
    }

    /// The outputs whose documents can be shown as the store has them, with all that waits left to be judged later. What those
    /// that are judged by today's rules show is judged now, if it waits.
    ///
    /// # Errors
    /// The store's.
    pub async fn showable(&mut self, state: &StartState) -> Result<BTreeSet<OutputId>, StoreError> {
        let mut judged = BTreeSet::new();
        let mut waiting = self.waiting_in(&state.current, &judged).await?;
        for _ in 0..ROUNDS {
            // What leaves makes room for others, which may wait, too.
            for stories in std::mem::take(&mut waiting).into_values() {
                judged.extend(stories.iter().map(|story| story.id));
                let verdicts = self.judge(&stories, |output| state.current.contains(output));
                self.keep(verdicts, false).await?;
            }
            waiting = self.waiting_in(&state.current, &judged).await?;
            if waiting.is_empty() {
                break;
            }
        }
        let none = BTreeSet::new();
        waiting.extend(self.waiting_in(&state.former, &none).await?);
        let shown = state.current.union(&state.former);
        Ok(shown
            .filter(|id| !waiting.contains_key(*id))
            .cloned()
            .collect())
    }

    async fn waiting_in(
        &self,
        outputs: &BTreeSet<OutputId>,
        judged: &BTreeSet<StoryId>,
    ) -> Result<BTreeMap<OutputId, Vec<Story>>, StoreError> {
        let plans = self.plan().outputs.iter();
        let plans: Vec<_> = plans
            .filter(|plan| outputs.contains(&plan.output.id))
            .collect();
        waiting_in(&self.reader(), &plans, judged).await
    }

    fn reader(&self) -> WindowReader<'_> {
        WindowReader {
            store: self.store.as_ref(),
            publication: &self.publication,
            now: self.clock.now(),
        }
    }
}

/// Replaying.
impl Republisher {
    /// Registers the outputs; those whose rules have changed since they were last judged are replayed by the steps that
    /// follow. One that is under way goes on, unless another process crossed it by other rules.
    ///
    /// # Errors
    /// The store's.
    pub async fn begin_replay(&mut self) -> Result<(), StoreError> {
        let states = self.publication.register(self.store.as_ref()).await?;
        self.replay.begin(states, false);
        Ok(())
    }

    /// The same where a long outbox waits: a replay of every output settles that too, so that nothing is judged twice.
    ///
    /// # Errors
    /// The store's.
    pub async fn begin_replay_with_outbox(&mut self) -> Result<(), StoreError> {
        let states = self.publication.register(self.store.as_ref()).await?;
        self.replay.begin(states, true);
        Ok(())
    }

    /// Whether steps are left to take.
    #[must_use]
    pub fn is_replaying(&self) -> bool {
        self.replay.is_under_way()
    }

    /// Whether the replay settles the outbox: it judges for every output.
    fn settles_by_replay(&self) -> bool {
        let replayed = self.replay.outputs();
        self.replay.is_with_outbox() && self.plan().output_ids().all(|id| replayed.contains(id))
    }

    /// The outputs whose documents must stay as they are until the end.
    #[must_use]
    pub fn replayed(&self) -> BTreeSet<OutputId> {
        self.replay.outputs()
    }

    /// Judges the next stories of the history; behind the last ones, returns the outputs whose documents should be rendered.
    ///
    /// # Errors
    /// The store's; the step can be taken again.
    pub async fn replay_step(&mut self) -> Result<BTreeSet<OutputId>, StoreError> {
        let settles = self.settles_by_replay();
        let plan = &self.publication.plan;
        let Some(next) = self.replay.next(&self.store, plan, settles).await? else {
            return Ok(BTreeSet::new());
        };
        if next.last.is_none() {
            return self.finish_replay(&self.replay.outputs()).await;
        }
        let kept = self.keep_replayed(next).await;
        self.replay.advance(*kept.as_ref().unwrap_or(&None));
        kept.map(|_| BTreeSet::new())
    }

    /// Returns the last story of them.
    async fn keep_replayed(&mut self, next: JudgedStories) -> Result<Option<StoryId>, StoreError> {
        let settle_outbox = self.settles_by_replay();
        self.watch.begin(self.store.as_ref()).await?;
        for (story, witness) in next.witnesses {
            self.watch.note(&self.publication.plan, story, witness);
        }
        let (rules, now) = (&self.publication.rules, self.clock.now());
        for portion in portions(next.judged) {
            self.store.keep(portion, rules, settle_outbox, now).await?;
        }
        self.watch.store(self.store.as_ref()).await?;
        Ok(next.last)
    }

    /// Returns the outputs whose replay no other rules have crossed. What the others keep is a mixture, which nobody should see.
    async fn finish_replay(
        &mut self,
        outputs: &BTreeSet<OutputId>,
    ) -> Result<BTreeSet<OutputId>, StoreError> {
        let mut whole = BTreeSet::new();
        let rules = self.publication.rules.iter();
        for (output, rules) in rules.filter(|(output, _)| outputs.contains(output)) {
            if self.store.finish_replay(output, *rules).await? {
                whole.insert(output.clone());
            } else {
                // Another process has other rules for it. It is stale, and whoever looks next replays it.
                tracing::warn!(%output, "another mainstem judges this output by other rules: reload it");
            }
        }
        self.replay.end();
        Ok(whole)
    }

    /// Replays what has to be, to the end.
    ///
    /// # Errors
    /// The store's; what was replayed so far stays and the replay starts again next time.
    pub async fn replay(&mut self) -> Result<(), StoreError> {
        self.begin_replay().await?;
        while self.is_replaying() {
            self.replay_step().await?;
        }
        Ok(())
    }
}

/// Rendering.
impl Republisher {
    /// Has windows be read whole when they are next rendered: something has changed that was not judged here.
    pub fn look_again(&mut self) {
        self.last_shown.changed_elsewhere();
    }

    /// Renders outputs from the store; those that are not in the plan are left out, as are those whose writing panics.
    ///
    /// # Errors
    /// The store's.
    pub async fn render(
        &mut self,
        outputs: &BTreeSet<OutputId>,
    ) -> Result<Vec<(OutputId, Rendered)>, StoreError> {
        let (now, began) = (self.clock.now(), Instant::now());
        let renderer = Renderer::new(
            self.store.as_ref(),
            &self.publication,
            &self.last_shown,
            self.archivist(),
            now,
        );
        let mut written = Vec::new();
        let mut panicked = Vec::new();
        for result in renderer.render(outputs).await? {
            match result {
                Ok(documents) => written.push(documents),
                Err(output) => panicked.push(output),
            }
        }
        panicked
            .into_iter()
            .for_each(|output| self.tell_panicked(output));
        let hashes = written
            .iter()
            .map(|written| (written.window.output.clone(), written.documents.hash));
        let stamps = self.store.stamp(hashes.collect(), now).await?;
        self.metrics.took(Stage::Render, began.elapsed());
        let written = written.into_iter().zip(stamps);
        Ok(written
            .map(|(written, stamp)| self.stamped(written, stamp))
            .collect())
    }

    /// Reports an output whose writing panicked, once until it succeeds.
    fn tell_panicked(&mut self, output: OutputId) {
        if self.last_shown.panicked(output.clone()) {
            tracing::error!(
                %output,
                "writing the documents of this output panicked: they stay as they were, and other outputs are published; this is a bug: please report it with the line \"panic\" before this one"
            );
        }
    }

    fn stamped(&mut self, written: WrittenDocuments, stamp: DocumentStamp) -> (OutputId, Rendered) {
        let window = written.window;
        let output = window.output;
        self.metrics
            .rendered(&output, window.shown, stamp.changed_at);
        let is_archived = !window.archived.is_due(window.reach.end());
        let known = window.is_whole.then(|| KnownWindow {
            rows: Arc::new(window.rows),
            feeds: window.feeds,
        });
        self.last_shown
            .rendered(output.clone(), known, window.fragments, !is_archived);
        let rendered = Rendered {
            documents: written.documents,
            changed_at: stamp.changed_at,
            oldest: written.oldest,
            slack: window.reach.slack(),
            reach: window.reach,
            is_archived,
            expires_at: written.expires_at,
            fresh: window.fresh,
        };
        (output, rendered)
    }

    /// The items that stand in an output's documents now, in their order; none where it is not in the plan.
    ///
    /// # Errors
    /// The store's.
    pub async fn items(&self, output: &OutputId) -> Result<Vec<WindowItem>, StoreError> {
        let Some(plan) = self.plan().output(output) else {
            return Ok(Vec::new());
        };
        let read = self.reader().read(&[plan], &LastShown::default()).await?;
        let deleted = read.windows.first().map(|window| window.deleted.clone());
        let rows = read.windows.into_iter().flat_map(|window| window.rows);
        let items = rows.filter_map(|row| read.items.get(&row));
        let mut items: Vec<WindowItem> = items.map(|item| item.as_ref().clone()).collect();
        if plan.output.max_bytes.is_some() {
            let form = ItemForm::of(&plan.output);
            let written = items.iter().cloned();
            let written = written
                .filter_map(|item| write_item(Fragment::write, self.plan(), plan, &form, item));
            let writer = DocumentWriter::new(self.publication.clone());
            items.truncate(writer.fitting(plan, written.collect(), &deleted.unwrap_or_default()));
        }
        Ok(items)
    }
}
