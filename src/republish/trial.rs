//! What is tried by a preview, what counts for nothing in it, and whether anybody still waits for it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::holders::holders;
use super::plan::Plan;
use crate::model::{OutputId, Story, Timestamp};

/// What is tried: another rule for one output.
pub struct Trial {
    /// With the output's present rule.
    pub before: Arc<Plan>,
    /// With the rule to be tried.
    pub after: Arc<Plan>,
    /// The output.
    pub output: OutputId,
    /// How many items of each difference are named.
    pub limit: usize,
    /// The moment of the trial.
    pub now: Timestamp,
    /// Stories that count for nothing.
    pub kept_back: KeptBack,
}

/// Says of a story, and of the outputs that have it ([`holders`]), whether it is kept back from whoever asks.
pub type IsKeptBack = dyn Fn(&Story, &BTreeSet<OutputId>) -> bool + Send + Sync;

/// Stories that count for nothing in a trial, because whoever asks may not know of them.
#[derive(Clone, Default)]
pub struct KeptBack(Option<Arc<IsKeptBack>>);

impl KeptBack {
    /// Those of which `is_kept_back` says so; every story is judged for all outputs then.
    #[must_use]
    pub fn by(is_kept_back: Arc<IsKeptBack>) -> Self {
        Self(Some(is_kept_back))
    }

    /// Whether a story is one of them.
    pub(super) fn has(&self, plan: &Plan, story: &Story) -> bool {
        let Some(is_kept_back) = &self.0 else {
            return false;
        };
        is_kept_back(story, &holders(plan, story))
    }

    /// The outputs whose verdicts are asked for.
    pub(super) fn judged_by(&self, plan: &Plan, output: &OutputId) -> BTreeSet<OutputId> {
        match self.0 {
            None => BTreeSet::from([output.clone()]),
            Some(_) => plan.output_ids().cloned().collect(),
        }
    }
}

/// Whether nobody waits for some work any more.
#[derive(Clone, Default)]
pub(super) struct GivenUp(Arc<AtomicBool>);

impl GivenUp {
    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets it when dropped.
    pub(super) fn when_dropped(self) -> Patience {
        Patience(self)
    }
}

/// Somebody waits for some work, as long as this lives.
pub(super) struct Patience(GivenUp);

impl Drop for Patience {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}
