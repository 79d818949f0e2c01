//! Metrics: what the flows report, and the OpenMetrics text of it.
//!
//! A [`Metrics`] is handed down, cheap to clone; the default one notes nothing, for commands and for a daemon without
//! `[metrics]`. Reporting never fails and never waits for more than a look into a table.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

use crate::model::{Applied, LastOutcome, Layer, OutputId, SourceId, Timestamp};
use crate::publish::Coding;

mod families;
mod labels;
mod queue;

pub use labels::{Health, HubAnswer, Stage, StoreUse};
pub use queue::Waiting;

use families::{Families, Labels};
use labels::{CHANGES, CLASSES};
use queue::Queue;

/// What [`Metrics::exposition`] is, as a media type.
pub const EXPOSITION_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Where the flows report to. The default notes nothing.
#[derive(Debug, Clone, Default)]
pub struct Metrics(Option<Arc<Live>>);

#[derive(Debug)]
struct Live {
    registry: Registry,
    families: Families,
    queue: Arc<Queue>,
    /// Of the configured sources. A plain mutex: held for a look or a count, never across an await.
    health: Mutex<HashMap<SourceId, Health>>,
}

impl Live {
    fn health(&self) -> MutexGuard<'_, HashMap<SourceId, Health>> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Metrics {
    /// Metrics of a process of this version that started at `now`.
    #[must_use]
    pub fn started(version: &'static str, now: Timestamp) -> Self {
        let families = Families::new();
        families.started_at.set(unix(now));
        Self(Some(Arc::new(Live {
            registry: families.register(version),
            families,
            queue: Arc::default(),
            health: Mutex::default(),
        })))
    }

    fn families(&self) -> Option<&Families> {
        self.0.as_ref().map(|live| &live.families)
    }

    /// The end of a source's poll.
    pub fn polled(&self, last: &LastOutcome, applied: &Applied) {
        let Some(families) = self.families() else {
            return;
        };
        if last.fault.is_some() {
            families.unreached.inc();
            return;
        }
        let outcome = [("outcome", last.outcome.as_str())];
        families.polls.get_or_create(&outcome).inc();
        if let Some(class) = last.class {
            let class = [("class", class.as_str())];
            families.failures.get_or_create(&class).inc();
        }
        let counts = [applied.new, applied.changed, applied.renamed];
        for (change, count) in CHANGES.into_iter().zip(counts) {
            let entries = families.entries.get_or_create(&[("change", change)]);
            entries.inc_by(count.into());
        }
        let joined = |layer: &Layer| (*layer, applied.joined.by(*layer));
        for (layer, count) in Layer::ALL
            .iter()
            .map(joined)
            .filter(|(_, count)| *count > 0)
        {
            let label = [("layer", layer.as_str())];
            families
                .duplicates
                .get_or_create(&label)
                .inc_by(count.into());
        }
    }

    /// Bytes of a body came over the wire.
    pub fn received(&self, wire: usize) {
        if let Some(families) = self.families() {
            families.wire.inc_by(wire as u64);
        }
    }

    /// A body of so many bytes was decoded.
    pub fn decoded(&self, bytes: usize) {
        if let Some(families) = self.families() {
            families.decoded.inc_by(bytes as u64);
        }
    }

    /// How long a stage took.
    pub fn took(&self, stage: Stage, time: Duration) {
        if let Some(families) = self.families() {
            let stage = families.stages.get_or_create(&[("stage", stage.as_str())]);
            stage.observe(time.as_secs_f64());
        }
    }

    /// A poll that was due at `due` waits from `now` on, until [`Waiting::is_over`] or the drop of what is returned.
    #[must_use]
    pub fn waits(&self, due: Timestamp, now: Timestamp) -> Waiting {
        match &self.0 {
            Some(live) => Waiting::new(&live.queue, &live.families.delay, due, now),
            None => Waiting::default(),
        }
    }

    /// When the first poll that has not been started is due; `None`: there is none.
    pub fn next_due(&self, at: Option<Timestamp>) {
        if let Some(live) = &self.0 {
            live.queue.set_next(at);
        }
    }

    /// The configured sources, all of them.
    pub fn sources(&self, all: impl Iterator<Item = (SourceId, Health)>) {
        if let Some(live) = &self.0 {
            *live.health() = all.collect();
        }
    }

    /// How a configured source is doing now.
    pub fn source(&self, id: &SourceId, health: Health) {
        if let Some(known) = self.0.as_ref()
            && let Some(known) = known.health().get_mut(id)
        {
            *known = health;
        }
    }

    /// An output judged a changed story that has members among its sources.
    pub fn judged(&self, output: &OutputId, is_kept: bool) {
        if let Some(families) = self.families() {
            let verdicts = families.verdicts.get_or_create(&verdict(output, is_kept));
            verdicts.inc();
        }
    }

    /// An output's documents as they stand now.
    pub fn rendered(&self, output: &OutputId, items: usize, changed_at: Timestamp) {
        let Some(families) = self.families() else {
            return;
        };
        for is_kept in [true, false] {
            drop(families.verdicts.get_or_create(&verdict(output, is_kept)));
        }
        let label = labels(output);
        families
            .changed_at
            .get_or_create(&label)
            .set(unix(changed_at));
        let items = i64::try_from(items).unwrap_or(i64::MAX);
        families.items.get_or_create(&label).set(items);
    }

    /// So many parts of rules did nothing for long.
    pub fn idle(&self, parts: usize) {
        if let Some(families) = self.families() {
            families.idle.set(i64::try_from(parts).unwrap_or(i64::MAX));
        }
    }

    /// An output is configured no more.
    pub fn forget_output(&self, output: &OutputId) {
        let Some(families) = self.families() else {
            return;
        };
        for is_kept in [true, false] {
            families.verdicts.remove(&verdict(output, is_kept));
        }
        families.changed_at.remove(&labels(output));
        families.items.remove(&labels(output));
    }

    /// A hub was told of news.
    pub fn hub_answered(&self, answer: HubAnswer) {
        if let Some(families) = self.families() {
            let outcome = [("outcome", answer.as_str())];
            families.notices.get_or_create(&outcome).inc();
        }
    }

    /// A reader's request was answered with this status, in this coding, with a body of so many bytes.
    pub fn served(&self, status: u16, coding: Coding, bytes: u64) {
        let Some(families) = self.families() else {
            return;
        };
        let class = match status {
            ..300 => CLASSES[0],
            300..400 => CLASSES[1],
            400..500 => CLASSES[2],
            500.. => CLASSES[3],
        };
        let labels = [("code", class), ("coding", coding.as_str())];
        families.requests.get_or_create(&labels).inc();
        families.sent.inc_by(bytes);
    }

    /// A step that the store failed at.
    pub fn store_failed(&self, asked: StoreUse) {
        if let Some(families) = self.families() {
            let step = [("step", asked.as_str())];
            families.store_errors.get_or_create(&step).inc();
        }
    }

    /// Whether the store can be read and written.
    pub fn store_is_writable(&self, is_writable: bool) {
        if let Some(families) = self.families() {
            families.store_writable.set(i64::from(is_writable));
        }
    }

    /// What the store takes on disk, by file.
    pub fn store_takes(&self, files: &[(&'static str, u64)]) {
        let Some(families) = self.families() else {
            return;
        };
        for (file, bytes) in files {
            let size = families.store_size.get_or_create(&[("file", *file)]);
            size.set(i64::try_from(*bytes).unwrap_or(i64::MAX));
        }
    }

    /// All of it as OpenMetrics 1.0 text, as it stands at `now`.
    #[must_use]
    pub fn exposition(&self, now: Timestamp) -> String {
        let mut text = String::new();
        let Some(live) = &self.0 else {
            text.push_str("# EOF\n");
            return text;
        };
        let (waiting, oldest) = live.queue.at(now);
        let families = &live.families;
        families.waiting.set(waiting);
        families.oldest.set(oldest.as_secs_f64());
        let health = live.health().clone();
        for kind in Health::ALL {
            let count = health.values().filter(|health| *health == kind).count();
            let sources = families.sources.get_or_create(&[("health", kind.as_str())]);
            sources.set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        // Writing into a string fails only where a metric cannot be written at all.
        if encode(&mut text, &live.registry).is_err() {
            tracing::error!("the metrics could not be written");
        }
        text
    }
}

fn labels(output: &OutputId) -> Labels {
    vec![("output", output.to_string())]
}

fn verdict(output: &OutputId, is_kept: bool) -> Labels {
    let verdict = if is_kept { "kept" } else { "dropped" };
    vec![
        ("output", output.to_string()),
        ("verdict", verdict.to_owned()),
    ]
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since 1970 are exact in a double for 285,000 years"
)]
fn unix(at: Timestamp) -> f64 {
    at.timestamp_millis() as f64 / 1000.0
}
