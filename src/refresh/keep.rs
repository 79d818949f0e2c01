//! Stores what a refresh brought. While the store is in trouble, what was on its way waits in memory.
//!
//! An answer that brings nothing new is queued, so that many of them are stored in one step. The queue is flushed before a source's
//! state is read from the store, and before the process ends.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::align::{Aligned, align};
use super::known::{Generation, Known, Waiting};
use super::target::Target;
use crate::clock::{Clock, is_step};
use crate::fetch::HostHolds;
use crate::model::{
    Applied, Due, HostChange, RefreshRecord, SourceId, SourceState, Timestamp, Unchanged,
};
use crate::schedule::Occasion;
use crate::store::{Store, StoreCondition, StoreError};
use crate::telemetry::{Metrics, Stage, StoreUse};

/// How long an answer may be queued. The queue is looked at every few seconds, so every answer is stored within 30 seconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// The most answers that are stored in one step, so that the step does not keep others waiting. So many in the queue are stored at
/// once.
const AT_ONCE: usize = 512;

/// A refresh that the store kept from its end.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// No request has left.
    #[error("not asked: {0}")]
    NotAsked(#[source] StoreError),
    /// What was fetched is lost, with its validators: it has to be asked for again.
    #[error("not stored: {error}")]
    NotStored {
        /// Why.
        #[source]
        error: StoreError,
        /// When the source would have been due; `None`: never again by itself.
        due: Option<Timestamp>,
    },
}

impl Unfinished {
    pub(super) fn not_stored(error: StoreError, due: &Due) -> Self {
        let due = due.at;
        Self::NotStored { error, due }
    }

    /// The store's own error.
    #[must_use]
    pub fn error(&self) -> &StoreError {
        match self {
            Self::NotAsked(error) | Self::NotStored { error, .. } => error,
        }
    }
}

impl From<Unfinished> for StoreError {
    fn from(unfinished: Unfinished) -> Self {
        match unfinished {
            Unfinished::NotAsked(error) | Unfinished::NotStored { error, .. } => error,
        }
    }
}

/// Stores what refreshes bring: all of them share one. Clones share what is known.
#[derive(Clone)]
pub(super) struct Keeper {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    /// The hosts that want to be left alone, as every request of this process sees them.
    pub(super) holds: HostHolds,
    pub(super) metrics: Metrics,
    pub(super) known: Arc<Known>,
    /// Held while queued answers are being stored, so that others can wait until they are.
    pub(super) storing: Arc<tokio::sync::Mutex<()>>,
}

impl Keeper {
    /// The states of these sources, in their order, and the generation of the memory that they are from. They include what other
    /// processes have stored.
    pub(super) async fn states(
        &self,
        targets: &[Target],
    ) -> Result<(Generation, Vec<Arc<SourceState>>), StoreError> {
        let commits = self.store.commits_elsewhere().await?;
        let generation = match self.known.if_true(commits) {
            Some(generation) => generation,
            None => {
                self.flush().await?;
                self.known.forget(commits)
            }
        };
        let mut states = Vec::with_capacity(targets.len());
        for target in targets {
            let state = match self.known.state(&target.source) {
                Some(state) => state,
                None => self.read(generation, target).await?,
            };
            states.push(state);
        }
        Ok((generation, states))
    }

    async fn read(
        &self,
        generation: Generation,
        target: &Target,
    ) -> Result<Arc<SourceState>, StoreError> {
        let source = &target.source;
        // An answer that is queued or being stored is newer than what the store has.
        self.flush().await?;
        let state = Arc::new(self.store.source_state(&source.id).await?);
        self.known.learn(generation, source, &state);
        Ok(state)
    }

    /// Reads the states of all sources, to be known from now on.
    pub(super) async fn load(
        &self,
        targets: &[Target],
    ) -> Result<HashMap<SourceId, Arc<SourceState>>, StoreError> {
        self.flush().await?;
        let generation = self.known.forget(self.store.commits_elsewhere().await?);
        let stored = self.store.source_states().await?;
        let mut stored: HashMap<_, _> = stored.into_iter().collect();
        let mut states = HashMap::with_capacity(targets.len());
        for Target { source, .. } in targets {
            let state = Arc::new(stored.remove(&source.id).unwrap_or_default());
            self.known.learn(generation, source, &state);
            let latest = self.known.state(source).unwrap_or(state);
            states.insert(source.id.clone(), latest);
        }
        Ok(states)
    }

    /// Queues an answer that brought nothing new, to be stored soon. `state` is the source's state from now on, and `began` the
    /// generation of the memory when the refresh began.
    pub(super) async fn note(
        &self,
        began: Generation,
        target: &Target,
        state: SourceState,
        answer: Unchanged,
    ) {
        let waiting = Waiting {
            answer,
            booted_at_ms: self.clock.booted_at_ms(),
        };
        self.known.wait(waiting, self.clock.since_boot());
        self.known.replace(began, target, Some(Arc::new(state)));
        if self.is_late() {
            // What fails goes on waiting.
            let _ = self.flush().await;
        }
    }

    /// Whether answers wait that are to be stored now.
    pub(super) fn is_late(&self) -> bool {
        let (count, since) = self.known.queue();
        let is_old = since.is_some_and(|since| self.clock.since_boot() >= since + PATIENCE);
        (is_old || count >= AT_ONCE) && self.store.condition().borrow().is_well()
    }

    /// Whether answers that bring nothing new may wait: all times are by one clock. After a step they are stored at once until what
    /// is stored follows the clock.
    pub(super) fn may_wait(&self) -> bool {
        self.known.is_aligned(self.clock.booted_at_ms())
    }

    /// Stores the queued answers. Goes on even if the caller is cancelled meanwhile.
    pub(super) async fn flush(&self) -> Result<(), StoreError> {
        if self.known.queue().0 == 0 {
            // Some may be on their way to the store.
            drop(self.storing.lock().await);
            return Ok(());
        }
        let keeper = self.clone();
        let stored = tokio::spawn(async move { keeper.store_waiting().await }).await;
        stored.unwrap_or_else(|ended| Err(StoreError::of_task("note answers", &ended)))
    }

    async fn store_waiting(&self) -> Result<(), StoreError> {
        let _storing = self.storing.lock().await;
        loop {
            let taken = self.known.take(AT_ONCE);
            if taken.is_empty() {
                return Ok(());
            }
            if let Err(error) = self.store_all(&taken).await {
                self.metrics.store_failed(StoreUse::Refresh);
                self.known.put_back(taken, self.clock.since_boot());
                // The store's own trouble is told by who watches it.
                if !error.is_trouble() {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "that sources had nothing new could not be stored, and is tried again"
                    );
                }
                return Err(error);
            }
        }
    }

    async fn store_all(&self, waiting: &[Waiting]) -> Result<(), StoreError> {
        let booted_at_ms = self.clock.booted_at_ms();
        let stepped = |waiting: &Waiting| booted_at_ms - waiting.booted_at_ms;
        if waiting.iter().any(|waiting| is_step(stepped(waiting))) {
            // The store's own times go first: what is stored after them is not moved again.
            self.follow_clock().await?;
        }
        let moved = waiting.iter().map(|waiting| {
            let mut answer = waiting.answer.clone();
            if is_step(stepped(waiting)) {
                answer.move_by(TimeDelta::milliseconds(stepped(waiting)));
            }
            answer
        });
        let writing = Instant::now();
        self.store.note_unchanged(moved.collect()).await?;
        self.metrics.took(Stage::Store, writing.elapsed());
        Ok(())
    }

    /// Brings stored times in line with the clock; see [`align()`].
    pub(super) async fn align(&self) -> Result<Option<Aligned>, StoreError> {
        self.flush().await?;
        let booted_at_ms = self.clock.booted_at_ms();
        let aligned = align(self.store.as_ref(), self.clock.as_ref()).await?;
        self.known.aligned(booted_at_ms);
        if aligned.is_some_and(|aligned| aligned.is_change()) {
            self.known.forget(0);
        }
        Ok(aligned)
    }

    async fn follow_clock(&self) -> Result<(), StoreError> {
        let booted_at_ms = self.clock.booted_at_ms();
        if let Some(aligned) = align(self.store.as_ref(), self.clock.as_ref()).await? {
            tracing::warn!("{aligned}");
        }
        self.known.aligned(booted_at_ms);
        self.known.forget(0);
        Ok(())
    }

    /// Stores what a refresh brought; returns what came of it, and when the source is due. While the store is in trouble what
    /// was due waits, with the wait that its server asked for; a person's order fails at once. `None`: another process has asked
    /// the source since, and knows better.
    pub(super) async fn keep(
        &self,
        began: Generation,
        target: &Target,
        mut record: Arc<RefreshRecord>,
        occasion: Occasion,
    ) -> Result<Option<(Applied, Due)>, StoreError> {
        let kept = self.apply(&mut record, occasion).await;
        let is_stored = matches!(kept, Ok(Some(_)));
        let state = is_stored.then(|| Arc::new(record.state.clone()));
        self.known.replace(began, target, state);
        kept
    }

    async fn apply(
        &self,
        record: &mut Arc<RefreshRecord>,
        occasion: Occasion,
    ) -> Result<Option<(Applied, Due)>, StoreError> {
        let mut condition = self.store.condition();
        let mut booted_at_ms = self.clock.booted_at_ms();
        loop {
            let writing = Instant::now();
            let error = match self.store_after_answers(record).await {
                Ok(applied) => {
                    self.metrics.took(Stage::Store, writing.elapsed());
                    return Ok(Some((applied, record.due.clone())));
                }
                Err(error) => error,
            };
            if occasion != Occasion::Due || !error.is_trouble() {
                return Err(error);
            }
            self.metrics.store_failed(StoreUse::Refresh);
            self.is_well(&mut condition).await?;
            let step = self.clock.booted_at_ms() - booted_at_ms;
            if is_step(step) {
                self.move_along(record, TimeDelta::milliseconds(step))
                    .await?;
                booted_at_ms += step;
            }
            if self.is_outdated(record, &mut condition).await? {
                return Ok(None);
            }
        }
    }

    /// Stores a record, after any queued answer of its source: the places of new entries depend on when the previous document was
    /// last confirmed.
    async fn store_after_answers(
        &self,
        record: &Arc<RefreshRecord>,
    ) -> Result<Applied, StoreError> {
        if self.known.waits(&record.source) {
            self.flush().await?;
        }
        self.store.apply(record.clone()).await
    }

    async fn is_well(
        &self,
        condition: &mut tokio::sync::watch::Receiver<StoreCondition>,
    ) -> Result<(), StoreError> {
        let well = condition.wait_for(StoreCondition::is_well).await;
        well.map(drop).map_err(|_| StoreError::Closed)
    }

    /// Follows a step of the wall clock that came while a record waited. The store's own times go first: what is stored after
    /// them is not moved again. The holds of hosts in it bind from now on as they are stored.
    async fn move_along(
        &self,
        record: &mut Arc<RefreshRecord>,
        step: TimeDelta,
    ) -> Result<(), StoreError> {
        self.follow_clock().await?;
        let record = Arc::make_mut(record);
        record.move_by(step);
        let held = record.hosts.iter().filter_map(|change| match change {
            HostChange::Held(hold) => Some(hold.clone()),
            HostChange::Released { .. } => None,
        });
        let mut holds = self.store.host_holds().await?;
        holds.extend(held);
        self.holds.adopt(holds);
        Ok(())
    }

    /// Waits until the store is well. Whether its source was asked again since, by another process.
    async fn is_outdated(
        &self,
        record: &RefreshRecord,
        condition: &mut tokio::sync::watch::Receiver<StoreCondition>,
    ) -> Result<bool, StoreError> {
        loop {
            self.is_well(condition).await?;
            match self.store.source_state(&record.source).await {
                Ok(state) => return Ok(state.history.last_attempt > Some(record.at)),
                Err(error) if error.is_trouble() => {}
                Err(error) => return Err(error),
            }
        }
    }
}
