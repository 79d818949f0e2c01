//! What is measured of one request while it is under way.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;

use crate::fetch::Observer;
use crate::telemetry::{Metrics, Stage, Waiting};

/// Reports what a request costs.
#[derive(Debug)]
pub(super) struct Watch<'a> {
    metrics: &'a Metrics,
    /// Until the request goes out. A plain mutex: held for a take, never across an await.
    waiting: Mutex<Option<Waiting>>,
    /// When its first hop went out.
    sent: OnceLock<Instant>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(metrics: &'a Metrics, waiting: Waiting) -> Self {
        Self {
            metrics,
            waiting: Mutex::new(Some(waiting)),
            sent: OnceLock::new(),
        }
    }

    /// Whether its first hop went out.
    pub(super) fn is_sent(&self) -> bool {
        self.sent.get().is_some()
    }

    /// The answer has come, or none will. What was refused before it went out took no time.
    pub(super) fn end(&self) {
        if let Some(sent) = self.sent.get() {
            self.metrics.took(Stage::Fetch, sent.elapsed());
        }
    }
}

impl Observer for Watch<'_> {
    fn sent(&self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waiting) = waiting.take() {
            waiting.is_over();
            let _ = self.sent.set(Instant::now());
        }
    }

    fn received(&self, wire: usize) {
        self.metrics.received(wire);
    }

    fn decoded(&self, bytes: usize) {
        self.metrics.decoded(bytes);
    }
}
