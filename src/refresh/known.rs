//! What is known of sources, kept in memory: their states as they are stored, and answers that are still to be stored.
//!
//! A state is worth nothing once another process has committed, so all of them are forgotten then. Whoever was reading or writing
//! one meanwhile must not bring an older one back, so he says by its generation which memory he began with.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::target::Target;
use crate::clock::is_step;
use crate::model::{Source, SourceId, SourceState, Unchanged};

/// Which memory it is: a new one begins whenever everything is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Generation(u64);

/// The states of sources, and the answers that wait to be stored. A plain mutex: held for a look-up, never across an await.
#[derive(Default)]
pub(super) struct Known(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    generation: Generation,
    /// [`crate::store::Store::commits_elsewhere`] up to which the states are true.
    commits: u64,
    states: HashMap<SourceId, Held>,
    /// [`crate::clock::Clock::booted_at_ms`] that stored times were last brought in line with; `None`: not by this process.
    booted_at_ms: Option<i64>,
    waiting: BTreeMap<SourceId, Waiting>,
    /// When the one that has waited longest came, on the boot clock; `None`: none waits.
    since: Option<Duration>,
}

/// What is held of a source.
struct Held {
    /// Of another location nothing of it is true.
    source: Arc<Source>,
    /// `None`: it has to be read from the store.
    state: Option<Arc<SourceState>>,
}

/// An answer that waits to be stored.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Waiting {
    pub(super) answer: Unchanged,
    /// [`crate::clock::Clock::booted_at_ms`] when it came.
    pub(super) booted_at_ms: i64,
}

impl Known {
    /// The present memory, if it is true still: others have committed so often. `None`: everything is to be forgotten.
    pub(super) fn if_true(&self, commits: u64) -> Option<Generation> {
        let memory = self.memory();
        (commits <= memory.commits).then_some(memory.generation)
    }

    /// Forgets all states, and begins a new memory; others have committed so often by now.
    pub(super) fn forget(&self, commits: u64) -> Generation {
        let mut memory = self.memory();
        memory.generation.0 += 1;
        memory.commits = memory.commits.max(commits);
        memory.states.clear();
        memory.generation
    }

    /// Stored times are in line with the clock as it was at this reading of [`crate::clock::Clock::booted_at_ms`]. Forgets all states
    /// if that is another clock than before.
    pub(super) fn aligned(&self, booted_at_ms: i64) {
        let before = self.memory().booted_at_ms.replace(booted_at_ms);
        if before.is_some_and(|before| is_step(booted_at_ms - before)) {
            self.forget(0);
        }
    }

    /// Whether stored times are in line with this clock, as far as is known: states were read, and are to be written, by it.
    pub(super) fn is_aligned(&self, booted_at_ms: i64) -> bool {
        let aligned = *self.memory().booted_at_ms.get_or_insert(booted_at_ms);
        !is_step(booted_at_ms - aligned)
    }

    /// The state of a source; `None`: it has to be read from the store.
    pub(super) fn state(&self, source: &Source) -> Option<Arc<SourceState>> {
        let memory = self.memory();
        let held = memory.states.get(&source.id);
        let held = held.filter(|held| held.source.location == source.location)?;
        held.state.clone()
    }

    /// Takes over a state that was read from the store since this memory began, unless a later one is known.
    pub(super) fn learn(&self, began: Generation, source: &Arc<Source>, state: &Arc<SourceState>) {
        let mut memory = self.memory();
        if memory.generation != began {
            return;
        }
        // An answer that waits is later than what is stored.
        let is_latest = !memory.waiting.contains_key(&source.id);
        let state = is_latest.then(|| state.clone());
        let held = memory.states.entry(source.id.clone());
        held.or_insert(Held {
            source: source.clone(),
            state,
        });
    }

    /// Takes over a state that was written, or is to be; `began`: the memory with which its refresh began. `None`: nobody knows
    /// what was written.
    pub(super) fn replace(
        &self,
        began: Generation,
        target: &Target,
        state: Option<Arc<SourceState>>,
    ) {
        let mut memory = self.memory();
        let state = state.filter(|_| memory.generation == began);
        let source = target.source.clone();
        let held = Held { source, state };
        memory.states.insert(target.source.id.clone(), held);
    }

    /// Has an answer wait to be stored, together with an earlier one of the same source.
    pub(super) fn wait(&self, mut new: Waiting, since_boot: Duration) {
        let mut memory = self.memory();
        memory.since.get_or_insert(since_boot);
        if let Some(earlier) = memory.waiting.get(&new.answer.source) {
            new.answer.before = earlier.answer.before;
        }
        memory.waiting.insert(new.answer.source.clone(), new);
    }

    /// Whether an answer of this source waits.
    pub(super) fn waits(&self, source: &SourceId) -> bool {
        self.memory().waiting.contains_key(source)
    }

    /// How many answers wait, and since when on the boot clock.
    pub(super) fn queue(&self) -> (usize, Option<Duration>) {
        let memory = self.memory();
        (memory.waiting.len(), memory.since)
    }

    /// Takes up to `most` answers out, to be stored.
    pub(super) fn take(&self, most: usize) -> Vec<Waiting> {
        let mut memory = self.memory();
        let mut taken = Vec::with_capacity(most.min(memory.waiting.len()));
        while taken.len() < most
            && let Some((_, waiting)) = memory.waiting.pop_first()
        {
            taken.push(waiting);
        }
        if memory.waiting.is_empty() {
            memory.since = None;
        }
        taken
    }

    /// Puts answers back that could not be stored.
    pub(super) fn put_back(&self, taken: Vec<Waiting>, since_boot: Duration) {
        let mut memory = self.memory();
        for earlier in taken {
            memory.since.get_or_insert(since_boot);
            let source = earlier.answer.source.clone();
            match memory.waiting.get_mut(&source) {
                Some(later) => later.answer.before = earlier.answer.before,
                None => {
                    memory.waiting.insert(source, earlier);
                }
            }
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
