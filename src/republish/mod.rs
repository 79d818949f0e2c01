//! Outwards, for what changed: take changed stories → judge them for every
//! output → keep the membership → read the windows → render the documents.
//!
//! Goes in: stories from the outbox. Comes out: documents. Nothing here scans
//! the store for one new entry; only a changed rule is replayed over history.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Instant;

use crate::clock::Clock;
use crate::model::{Hash, OutputId, SourceId, Story, StoryId, Timestamp};
use crate::store::{Membership, OutputState, Store, StoreError, WindowBounds, WindowItem};
use crate::telemetry::{Metrics, Stage};

mod archive;
mod assemble;
mod explain;
mod judge;
mod plan;
mod preview;
mod render;
mod replay;
mod rules_hash;
mod scribe;
mod slots;
mod tally;

pub use archive::{Archivist, Reach};
pub use explain::{Explained, explain};
pub use plan::{OutputPlan, Plan, RuleOwner, SourcePlan};
pub use preview::{Difference, Preview, Previewed, preview};
pub use render::{Rendered, windows};
pub use tally::{IdlePart, idle_parts};

use render::Shown;
use replay::Replay;
use scribe::Scribe;
use tally::Tally;

/// [`OutputState::id_base`] of each registered output.
type IdBases = BTreeMap<OutputId, String>;

/// Stories judged in one step.
const BATCH: usize = 256;

/// The outward line. One at a time works on a store within a process; several processes may.
pub struct Republisher {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    plan: Arc<Plan>,
    /// What each output is judged by.
    rules: Arc<BTreeMap<OutputId, Hash>>,
    /// What the ids of each output's documents follow from, as the store said last.
    id_bases: Arc<IdBases>,
    /// Rules that could not be evaluated, said once each.
    unjudged: BTreeSet<(RuleOwner, String)>,
    /// Which parts of the rules do anything; `None` until it was read from the store.
    tally: Option<Tally>,
    /// The replay under way.
    replay: Option<Replay>,
    /// What each output showed when it was last rendered.
    shown: BTreeMap<OutputId, Shown>,
    /// The stories of which each keeps anything else since.
    changed: BTreeMap<OutputId, BTreeSet<StoryId>>,
    /// Outputs with a history behind their window that is archived beside everything else.
    is_behind: BTreeSet<OutputId>,
    /// Outputs whose documents panicked when they were last written, reported once each.
    panicked: BTreeSet<OutputId>,
    metrics: Metrics,
}

impl Republisher {
    /// A republisher of these outputs.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, plan: Arc<Plan>) -> Self {
        Self {
            store,
            clock,
            rules: Arc::new(plan.rules()),
            id_bases: Arc::default(),
            plan,
            unjudged: BTreeSet::new(),
            tally: None,
            replay: None,
            shown: BTreeMap::new(),
            changed: BTreeMap::new(),
            is_behind: BTreeSet::new(),
            panicked: BTreeSet::new(),
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
        &self.plan
    }

    /// Publishes other outputs, or the same by other rules, from now on; call [`Self::begin_replay`] next.
    pub fn replace_plan(&mut self, plan: Arc<Plan>) {
        let kept: BTreeSet<&OutputId> = plan.output_ids().collect();
        for output in self.plan.output_ids().filter(|id| !kept.contains(id)) {
            self.metrics.forget_output(output);
        }
        self.rules = Arc::new(plan.rules());
        self.plan = plan;
        self.unjudged.clear();
        self.replay = None;
        // Titles of sources and forms of items may be others.
        self.shown.clear();
        self.is_behind.clear();
    }

    /// Whether any of the outputs was ever rendered.
    ///
    /// # Errors
    /// The store's.
    pub async fn is_rendered(&mut self) -> Result<bool, StoreError> {
        Ok(self.register().await?.iter().any(|state| state.rendered))
    }

    async fn register(&mut self) -> Result<Vec<OutputState>, StoreError> {
        let rules: Vec<_> = BTreeMap::clone(&self.rules).into_iter().collect();
        let base = self.plan.public_url.as_str();
        let registering = self.store.register_outputs(&rules, base, self.clock.now());
        let states = registering.await?;
        let bases = states.iter();
        let bases = bases.map(|state| (state.id.clone(), state.id_base.clone()));
        self.id_bases = Arc::new(bases.collect());
        Ok(states)
    }

    /// Judges every changed story for every output, until none is left; returns the outputs whose documents may differ.
    ///
    /// # Errors
    /// The store's; what is not settled stays in the outbox.
    pub async fn catch_up(&mut self) -> Result<BTreeSet<OutputId>, StoreError> {
        let mut differ = BTreeSet::new();
        loop {
            let stories = self.store.changed_stories(BATCH).await?;
            if stories.is_empty() {
                return Ok(differ);
            }
            self.read_tally().await?;
            let began = Instant::now();
            let judged: Vec<Membership> = stories
                .iter()
                .map(|story| self.judge(story, |_| true))
                .collect();
            let verdicts = verdicts(&self.plan, &stories, &judged);
            let now = self.clock.now();
            for (output, stories) in self.store.keep(judged, &self.rules, true, now).await? {
                differ.insert(output.clone());
                self.changed.entry(output).or_default().extend(stories);
            }
            self.write_tally().await?;
            self.metrics.took(Stage::Judge, began.elapsed());
            for (output, is_kept) in verdicts {
                self.metrics.judged(&output, is_kept);
            }
        }
    }

    /// The items that stand in an output's documents now; none where it is not in the plan.
    ///
    /// # Errors
    /// The store's.
    pub async fn items(&self, output: &OutputId) -> Result<Vec<WindowItem>, StoreError> {
        let mut plans = self.plan.outputs.iter();
        match plans.find(|plan| plan.output.id == *output) {
            Some(plan) => {
                let bounds = bounds(plan, self.clock.now());
                let items = self.store.window(output, bounds).await?;
                let scribe = Scribe::new(self.plan.clone(), self.id_bases.clone());
                Ok(scribe.in_room(output, items))
            }
            None => Ok(Vec::new()),
        }
    }

    /// The hash of what an output is judged by.
    fn rules_of(&self, plan: &OutputPlan) -> Hash {
        self.rules.get(&plan.output.id).copied().unwrap_or_default()
    }

    fn judge(&mut self, story: &Story, wanted: impl Fn(&OutputId) -> bool) -> Membership {
        let (membership, witness) = judge::judge(&self.plan, story, wanted);
        for (owner, why) in witness.unjudged {
            if self.unjudged.insert((owner.clone(), why.clone())) {
                tracing::warn!(rule = %owner, story = %story.id, why, "a rule could not be evaluated; what it cannot judge is kept");
            }
        }
        if let Some(tally) = &mut self.tally {
            for (owner, place, signs) in &witness.signs {
                if let Some(text) = self.plan.rule_text(owner) {
                    tally.note(owner, text, *place, signs);
                }
            }
        }
        membership
    }

    /// Parts of the rules that did nothing for thirty days.
    ///
    /// # Errors
    /// The store's.
    pub async fn idle_parts(&self) -> Result<Vec<IdlePart>, StoreError> {
        let spans = self.store.rule_spans().await?;
        let idle = idle_parts(&self.plan, spans, self.clock.now());
        self.metrics.idle(idle.len());
        Ok(idle)
    }

    async fn read_tally(&mut self) -> Result<(), StoreError> {
        if self.tally.is_none() {
            let mut tally = Tally::default();
            tally.add(self.store.rule_spans().await?);
            self.tally = Some(tally);
        }
        Ok(())
    }

    async fn write_tally(&mut self) -> Result<(), StoreError> {
        let Some(tally) = self.tally.as_mut() else {
            return Ok(());
        };
        let fresh = tally.fresh();
        if !fresh.is_empty() {
            self.store.note_rule_spans(fresh).await?;
            tally.stored();
        }
        Ok(())
    }
}

/// What the ids of an output's documents follow from. One that the store has not registered has none yet.
fn id_base(bases: &IdBases, plan: &Plan, output: &OutputId) -> String {
    let base = bases.get(output).map(String::as_str);
    base.unwrap_or(plan.public_url.as_str()).to_owned()
}

/// Which of its items an output shows now.
fn bounds(plan: &OutputPlan, now: Timestamp) -> WindowBounds {
    let not_before = plan
        .output
        .max_age
        .and_then(|age| now.checked_sub_signed(chrono::Duration::from_std(age).ok()?));
    WindowBounds {
        limit: plan.output.max_entries.get(),
        not_before,
        per_source: plan.output.max_per_source.map(NonZeroU32::get),
    }
}

/// Whether each output keeps anything of each story that it has sources of.
fn verdicts(plan: &Plan, stories: &[Story], judged: &[Membership]) -> Vec<(OutputId, bool)> {
    let mut verdicts = Vec::new();
    for (story, membership) in stories.iter().zip(judged) {
        let shown = story.members.iter().filter(|member| !member.held);
        let sources: BTreeSet<&SourceId> = shown.map(|member| &member.source).collect();
        for (output, kept) in &membership.kept {
            let mut plans = plan.outputs.iter();
            let sees = plans
                .find(|plan| plan.output.id == *output)
                .is_some_and(|plan| sources.iter().any(|source| plan.sources.contains(*source)));
            if sees {
                verdicts.push((output.clone(), !kept.is_empty()));
            }
        }
    }
    verdicts
}
