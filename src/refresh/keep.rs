//! Stores what a refresh brought. While the store is in trouble, what was on its way waits in memory.

use std::sync::Arc;
use std::time::Instant;

use chrono::TimeDelta;

use super::align::align;
use super::target::Target;
use crate::clock::{Clock, is_step};
use crate::fetch::HostHolds;
use crate::model::{Applied, Due, HostChange, RefreshRecord, SourceState, Timestamp};
use crate::schedule::Occasion;
use crate::store::{Store, StoreCondition, StoreError};
use crate::telemetry::{Metrics, Stage, StoreUse};

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

/// Stores what refreshes bring: one is shared by all of them.
pub(super) struct Keeper {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    /// The hosts that want to be left alone, as every request of this process sees them.
    pub(super) holds: HostHolds,
    pub(super) metrics: Metrics,
}

impl Keeper {
    /// What is stored of these sources, in their order.
    pub(super) async fn states(&self, targets: &[Target]) -> Result<Vec<SourceState>, StoreError> {
        let mut states = Vec::with_capacity(targets.len());
        for target in targets {
            states.push(self.store.source_state(&target.source.id).await?);
        }
        Ok(states)
    }

    /// Stores what a refresh brought; returns what came of it, and when the source is due. While the store is in trouble what
    /// was due waits, with the wait that its server asked for; a person's order fails at once. `None`: another process has asked
    /// the source since, and knows better.
    pub(super) async fn keep(
        &self,
        mut record: Arc<RefreshRecord>,
        occasion: Occasion,
    ) -> Result<Option<(Applied, Due)>, StoreError> {
        let mut condition = self.store.condition();
        let mut booted_at_ms = self.clock.booted_at_ms();
        loop {
            let writing = Instant::now();
            let error = match self.store.apply(record.clone()).await {
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
                self.move_along(&mut record, TimeDelta::milliseconds(step))
                    .await?;
                booted_at_ms += step;
            }
            if self.is_outdated(&record, &mut condition).await? {
                return Ok(None);
            }
        }
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
        if let Some(aligned) = align(self.store.as_ref(), self.clock.as_ref()).await? {
            tracing::warn!("{aligned}");
        }
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
