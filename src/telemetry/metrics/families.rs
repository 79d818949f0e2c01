//! Every metric family, registered: the names that dashboards and alerts rely on.
//!
//! Names and units after OpenMetrics 1.0. Every label has a closed set of values, or one that the configuration bounds
//! (outputs); never a source, an address or what a reader asked for. Closed sets begin at 0, so that the first event of a
//! kind is an increase.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::labels::{CHANGES, CLASSES, Health, HubAnswer, Stage, StoreUse};
use crate::model::{FailureClass, Layer, Outcome};
use crate::publish::Coding;

/// One label of a closed set.
pub(super) type Word = [(&'static str, &'static str); 1];
/// Two labels of closed sets.
pub(super) type Words = [(&'static str, &'static str); 2];
/// Labels with an output among them.
pub(super) type Labels = Vec<(&'static str, String)>;

/// Seconds: from a parse of one small document to a fetch that uses up its time.
const STAGE_BUCKETS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];
/// Seconds: from at once to a day, which only a process that was down is late by.
const DELAY_BUCKETS: [f64; 11] = [
    0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 21_600.0, 86_400.0,
];

/// Makes the histogram of one stage.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfStage;

impl MetricConstructor<Histogram> for OfStage {
    fn new_metric(&self) -> Histogram {
        Histogram::new(STAGE_BUCKETS)
    }
}

/// A closed set as the values of one label.
fn words<'a, T: Copy + 'a>(
    label: &'static str,
    all: impl IntoIterator<Item = &'a T>,
    word: impl Fn(T) -> &'static str,
) -> impl Iterator<Item = Word> {
    all.into_iter().map(move |value| [(label, word(*value))])
}

/// Has these members of a family stand at 0.
fn begin<S, M, C>(family: &Family<S, M, C>, members: impl Iterator<Item = S>)
where
    S: Clone + std::hash::Hash + Eq,
    C: MetricConstructor<M>,
{
    for member in members {
        drop(family.get_or_create(&member));
    }
}

/// Unix time, and other numbers of seconds.
pub(super) type Seconds = Gauge<f64, AtomicU64>;

/// The metrics, each a handle that shares its values with the registry.
#[derive(Debug)]
pub(super) struct Families {
    pub(super) polls: Family<Word, Counter>,
    pub(super) failures: Family<Word, Counter>,
    pub(super) unreached: Counter,
    pub(super) wire: Counter,
    pub(super) decoded: Counter,
    pub(super) delay: Histogram,
    pub(super) waiting: Gauge,
    pub(super) oldest: Seconds,
    pub(super) sources: Family<Word, Gauge>,
    pub(super) entries: Family<Word, Counter>,
    pub(super) duplicates: Family<Word, Counter>,
    pub(super) stages: Family<Word, Histogram, OfStage>,
    pub(super) verdicts: Family<Labels, Counter>,
    pub(super) changed_at: Family<Labels, Seconds>,
    pub(super) items: Family<Labels, Gauge>,
    pub(super) idle: Gauge,
    pub(super) notices: Family<Word, Counter>,
    pub(super) requests: Family<Words, Counter>,
    pub(super) sent: Counter,
    pub(super) store_size: Family<Word, Gauge>,
    pub(super) store_errors: Family<Word, Counter>,
    pub(super) store_writable: Gauge,
    pub(super) started_at: Seconds,
}

impl Families {
    /// All of them at 0.
    pub(super) fn new() -> Self {
        let families = Self {
            polls: Family::default(),
            failures: Family::default(),
            unreached: Counter::default(),
            wire: Counter::default(),
            decoded: Counter::default(),
            delay: Histogram::new(DELAY_BUCKETS),
            waiting: Gauge::default(),
            oldest: Seconds::default(),
            sources: Family::default(),
            entries: Family::default(),
            duplicates: Family::default(),
            stages: Family::new_with_constructor(OfStage),
            verdicts: Family::default(),
            changed_at: Family::default(),
            items: Family::default(),
            idle: Gauge::default(),
            notices: Family::default(),
            requests: Family::default(),
            sent: Counter::default(),
            store_size: Family::default(),
            store_errors: Family::default(),
            store_writable: Gauge::default(),
            started_at: Seconds::default(),
        };
        families.begin();
        families
    }

    /// Has every member of the closed sets stand there from the start.
    fn begin(&self) {
        let layers = Layer::ALL.iter().filter(|layer| **layer != Layer::Manual);
        let codings =
            |class| Coding::ALL.map(|coding| [("code", class), ("coding", coding.as_str())]);
        begin(&self.polls, words("outcome", Outcome::ALL, Outcome::as_str));
        begin(
            &self.failures,
            words("class", FailureClass::ALL, FailureClass::as_str),
        );
        begin(&self.entries, words("change", &CHANGES, |change| change));
        begin(&self.duplicates, words("layer", layers, Layer::as_str));
        begin(&self.stages, words("stage", Stage::ALL, Stage::as_str));
        begin(&self.sources, words("health", Health::ALL, Health::as_str));
        begin(
            &self.store_errors,
            words("step", StoreUse::ALL, StoreUse::as_str),
        );
        begin(
            &self.notices,
            words("outcome", HubAnswer::ALL, HubAnswer::as_str),
        );
        begin(&self.requests, CLASSES.into_iter().flat_map(codings));
    }

    /// Under their names, with what they mean.
    pub(super) fn register(&self, version: &'static str) -> Registry {
        let mut root = Registry::default();
        root.register_with_unit(
            "process_start_time",
            "When the process started, Unix time",
            Unit::Seconds,
            self.started_at.clone(),
        );
        let registry = root.sub_registry_with_prefix("mainstem");
        registry.register(
            "build",
            "What is running",
            Info::new([("version", version)]),
        );
        self.register_polls(registry);
        self.register_entries(registry);
        self.register_outward(registry);
        root
    }

    fn register_polls(&self, to: &mut Registry) {
        to.register(
            "polls",
            "Sources asked, by outcome; sources at one address share a request, and each counts",
            self.polls.clone(),
        );
        to.register(
            "poll_failures",
            "Polls that failed, by class",
            self.failures.clone(),
        );
        to.register(
            "polls_unreached",
            "Polls that our own network kept from being made; not among mainstem_polls",
            self.unreached.clone(),
        );
        to.register_with_unit(
            "fetch_wire",
            "Bodies of answers as they came over the wire",
            Unit::Bytes,
            self.wire.clone(),
        );
        to.register_with_unit(
            "fetch_decoded",
            "The same bodies with their content coding undone",
            Unit::Bytes,
            self.decoded.clone(),
        );
        to.register_with_unit(
            "poll_delay",
            "From the due time of a poll to its request",
            Unit::Seconds,
            self.delay.clone(),
        );
        to.register(
            "queue_waiting",
            "Polls that are due and wait for their host's turn or for a place among all requests",
            self.waiting.clone(),
        );
        to.register_with_unit(
            "queue_oldest_delay",
            "How long the poll that waits longest is overdue; 0 where none waits",
            Unit::Seconds,
            self.oldest.clone(),
        );
        to.register(
            "sources",
            "Configured sources, by how they are doing",
            self.sources.clone(),
        );
    }

    fn register_entries(&self, to: &mut Registry) {
        to.register(
            "entries",
            "Entries that polls brought: new, edited in place, or back under another GUID",
            self.entries.clone(),
        );
        to.register(
            "duplicates",
            "New entries that joined a story of another, by what joined them",
            self.duplicates.clone(),
        );
        to.register_with_unit("stage_duration", "Time of each stage, waiting for its place included: fetch of one answer, parse of one document, store of one refresh, judge of a batch of stories, render of all outputs that changed with it", Unit::Seconds, self.stages.clone());
        to.register_with_unit(
            "store_size",
            "The database and its write-ahead log on disk",
            Unit::Bytes,
            self.store_size.clone(),
        );
        to.register(
            "store_errors",
            "Steps that the store failed at, by who asked for them",
            self.store_errors.clone(),
        );
        to.register(
            "store_writable",
            "1 while the store can be read and written; 0 while it is in trouble and nothing is polled",
            self.store_writable.clone(),
        );
    }

    fn register_outward(&self, to: &mut Registry) {
        to.register(
            "verdicts",
            "Changed stories judged, by output; replays of a changed rule are not among them",
            self.verdicts.clone(),
        );
        to.register_with_unit(
            "output_changed_timestamp",
            "When an output's documents last changed, Unix time",
            Unit::Seconds,
            self.changed_at.clone(),
        );
        to.register(
            "output_items",
            "Items in an output's documents",
            self.items.clone(),
        );
        to.register(
            "rule_parts_idle",
            "Words and expressions of rules that did nothing for thirty days",
            self.idle.clone(),
        );
        to.register(
            "hub_notices",
            "Times that a hub was told of news, by what it made of them",
            self.notices.clone(),
        );
        to.register(
            "http_requests",
            "Requests of readers answered, by class of status and content coding",
            self.requests.clone(),
        );
        to.register_with_unit(
            "http_response",
            "Bodies handed to readers, as coded",
            Unit::Bytes,
            self.sent.clone(),
        );
    }
}
