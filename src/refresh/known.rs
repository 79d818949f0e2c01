//! What is known of sources, kept in memory: their states as they are stored, and answers that are still to be stored.
//!
//! Once another process has committed, any state may be outdated, so all of them are forgotten. A refresh that began before that must
//! not bring an outdated state back, so it passes the generation of the memory that it began with.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::target::Target;
use crate::clock::is_step;
use crate::model::{Source, SourceId, SourceState, Unchanged};

/// The generation of the memory; a new one begins whenever everything is forgotten.
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
    /// Since when the oldest waiting answer has waited, on the boot clock; `None` if none waits.
    since: Option<Duration>,
}

/// What is kept in memory of a source.
struct Held {
    /// The state is valid for this location only.
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
    /// The generation of the memory if it is up to date, given how often other processes have committed. `None`: call
    /// [`Known::forget`].
    pub(super) fn if_true(&self, commits: u64) -> Option<Generation> {
        let memory = self.memory();
        (commits <= memory.commits).then_some(memory.generation)
    }

    /// Forgets all states and begins a new generation. `commits` is how often other processes have committed by now.
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

    /// Replaces what is known of a source with the state that its refresh has written, or will write. `began` is the generation of
    /// the memory when the refresh began. `None` for `state`: it is unknown whether it was written.
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

    /// Queues an answer to be stored. It takes the place of an earlier one of the same source.
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

#[cfg(test)]
mod tests {
    use super::Known;

    /// Readings of the clock by which the store was aligned, then one by which an answer comes, and whether the answer may wait.
    #[test]
    fn answers_wait_by_the_clock_of_the_store_alone() {
        const HOUR: i64 = 3_600_000;
        for (aligned, now, may_wait) in [
            (&[][..], 0, true),
            (&[0], 7, true),
            (&[0], HOUR, false),
            (&[0], -HOUR, false),
            (&[0, HOUR], HOUR, true),
            (&[0, HOUR], 0, false),
        ] {
            let known = Known::default();
            for booted_at_ms in aligned {
                known.aligned(*booted_at_ms);
            }
            assert_eq!(known.is_aligned(now), may_wait, "{aligned:?} {now}");
        }
    }

    #[test]
    fn another_clock_begins_another_memory() {
        let known = Known::default();
        known.aligned(0);
        let before = known.if_true(0);
        known.aligned(7);
        assert_eq!(known.if_true(0), before);
        known.aligned(3_600_000);
        assert_ne!(known.if_true(0), before);
    }
}
