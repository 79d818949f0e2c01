//! Polls that are due and not made yet: how many, and how late the latest is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use prometheus_client::metrics::histogram::Histogram;

use crate::model::Timestamp;

/// What waits.
#[derive(Debug, Default)]
pub(super) struct Queue(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Started, their request not out yet: how many, by due time.
    waiting: BTreeMap<Timestamp, i64>,
    /// The due time of the first poll not started.
    next: Option<Timestamp>,
}

impl Queue {
    /// A plain mutex: held for one change, never across an await.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_next(&self, at: Option<Timestamp>) {
        self.state().next = at;
    }

    /// How many wait, and how long the first of them is overdue at `now`.
    pub(super) fn at(&self, now: Timestamp) -> (i64, Duration) {
        let state = self.state();
        let first = state.waiting.keys().next().copied();
        let oldest = [first, state.next].into_iter().flatten().min();
        let overdue = oldest.and_then(|due| (now - due).to_std().ok());
        (state.waiting.values().sum(), overdue.unwrap_or_default())
    }

    fn leave(&self, due: Timestamp) {
        let mut state = self.state();
        if let Some(count) = state.waiting.get_mut(&due) {
            *count -= 1;
            if *count == 0 {
                state.waiting.remove(&due);
            }
        }
    }
}

/// A poll that waits; it does so no more when dropped.
#[derive(Debug, Default)]
pub struct Waiting(Option<Place>);

#[derive(Debug)]
struct Place {
    queue: Arc<Queue>,
    delay: Histogram,
    due: Timestamp,
    /// How late it was when it began to wait.
    late: Duration,
    since: Instant,
}

impl Waiting {
    pub(super) fn new(
        queue: &Arc<Queue>,
        delay: &Histogram,
        due: Timestamp,
        now: Timestamp,
    ) -> Self {
        *queue.state().waiting.entry(due).or_default() += 1;
        Self(Some(Place {
            queue: queue.clone(),
            delay: delay.clone(),
            due,
            late: (now - due).to_std().unwrap_or_default(),
            since: Instant::now(),
        }))
    }

    /// The request goes out: how late it does is noted.
    pub fn is_over(self) {
        if let Some(place) = &self.0 {
            let late = place.late + place.since.elapsed();
            place.delay.observe(late.as_secs_f64());
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(place) = &self.0 {
            place.queue.leave(place.due);
        }
    }
}
