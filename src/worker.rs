//! The loop that refreshes what is due, and gives it its next turn. Next: `refresh/mod.rs`, what one refresh does.
//!
//! A queue ordered by due time, no ticks: it sleeps until the first source is
//! due. Each refresh is its own task; its panic, hang or flood ends there.
//!
//! Waits count on the boot clock, which runs on through suspend and which nobody
//! steps. When the wall clock was stepped, what is stored follows it, and the
//! queue is made anew: waits come out as they were, `cron` lines as the wall
//! clock has them now.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinSet};

use crate::clock::{Clock, is_step};
use crate::model::{Applied, SourceId, SourceState, Timestamp};
use crate::refresh::{Occasion, Poll, Refreshed, Refresher, Target, Unfinished};
use crate::store::{Store, StoreError};
use crate::telemetry::{Health, Metrics, StoreUse};

mod accident;
mod queue;

use accident::Accident;
use queue::Queue;

/// The longest sleep. Timers stand still during suspend, and nothing tells us that the wall clock was stepped: both are
/// noticed within it.
const MAX_SLEEP: Duration = Duration::from_secs(5);
/// How often stored times are looked at though the clock was not stepped: a refresh that was under way when it was may have
/// stored an old one.
const ALIGN_EVERY: Duration = Duration::from_secs(600);
/// When the queue is tried for again that the store did not answer for.
const AFTER_REFUSAL: Duration = Duration::from_secs(1);
/// Refreshes under way, those waiting for their host's turn included.
const MAX_UNDER_WAY: usize = 20_000;

/// What a worker is to refresh.
#[derive(Clone)]
pub struct Orders {
    /// The inward line.
    pub refresher: Arc<Refresher>,
    /// The enabled sources.
    pub targets: Vec<Target>,
}

/// What a worker tells: how far the first pass is, and when there is something to republish.
pub struct Reports {
    /// Sources never asked yet; 0 ends the first pass.
    pub unasked: watch::Sender<usize>,
    /// Told after every refresh that changed entries; one pending word is enough.
    pub changed: mpsc::Sender<()>,
    /// Where the queue's state and the store's failures are noted.
    pub metrics: Metrics,
}

/// Refreshes what is due until `shutdown` ends, then lets what is under way reach the store within the time of `grace`. New
/// orders take the place of the old; due times stay, for they follow from what the store knows.
///
/// # Errors
/// [`StoreError::Closed`] alone: while the store fails otherwise, the old queue stays and the new one is tried for.
pub async fn work(
    mut orders: watch::Receiver<Orders>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    reports: Reports,
    grace: Duration,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), StoreError> {
    let mut worker = Worker::new(orders.borrow_and_update().clone(), clock, reports);
    let mut condition = store.condition();
    tokio::pin!(shutdown);
    loop {
        // What could not be stored is not asked for: while the store is in trouble nothing starts.
        let sleep = if condition.borrow_and_update().is_well() {
            worker.catch_up().await?;
            worker.store_what_waits().await;
            worker.start_what_is_due()
        } else {
            MAX_SLEEP
        };
        worker.reports.metrics.next_due(worker.queue.next());
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(ended) = worker.under_way.join_next_with_id(), if !worker.under_way.is_empty() => worker.end(ended),
            changed = orders.changed() => {
                if changed.is_err() { break }
                worker.orders = orders.borrow_and_update().clone();
                worker.plan = Plan::Old;
            }
            Ok(()) = condition.changed() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
    worker.drain(grace).await;
    Ok(())
}

type Ended = Result<Vec<(SourceId, Refreshed)>, Unfinished>;

/// Whether the queue follows the latest orders.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plan {
    /// It does.
    Made,
    /// It still follows earlier ones.
    Old,
    /// Still the old one: the store did not answer, which was logged.
    Refused,
}

/// The queue and what is under way.
struct Worker {
    orders: Orders,
    plan: Plan,
    /// All polls, by the source that leads each.
    polls: BTreeMap<SourceId, Arc<Poll>>,
    clock: Arc<dyn Clock>,
    reports: Reports,
    queue: Queue,
    under_way: JoinSet<Ended>,
    running: BTreeMap<Id, (SourceId, Arc<Poll>)>,
    unasked: BTreeSet<SourceId>,
    /// Polls whose last refresh is not in the store, by the source that leads each: what the store says of them is too early.
    accidents: BTreeMap<SourceId, Accident>,
    /// [`Clock::booted_at_ms`] by which the queue was made.
    booted_at_ms: i64,
    /// When stored times were last looked at, on the boot clock.
    aligned_at: Duration,
}

impl Worker {
    fn new(orders: Orders, clock: Arc<dyn Clock>, reports: Reports) -> Self {
        Self {
            orders,
            plan: Plan::Old,
            polls: BTreeMap::new(),
            booted_at_ms: clock.booted_at_ms(),
            aligned_at: clock.since_boot(),
            queue: Queue::new(clock.clone()),
            clock,
            reports,
            under_way: JoinSet::new(),
            running: BTreeMap::new(),
            unasked: BTreeSet::new(),
            accidents: BTreeMap::new(),
        }
    }

    /// Queues by the orders and by the clock, unless that is done; a store in trouble is asked again at the next waking.
    async fn catch_up(&mut self) -> Result<(), StoreError> {
        let is_stepped = is_step(self.clock.booted_at_ms() - self.booted_at_ms);
        let is_aligned = self.clock.since_boot() < self.aligned_at + ALIGN_EVERY;
        if self.plan == Plan::Made && !is_stepped && is_aligned {
            return Ok(());
        }
        match self.plan_anew(is_stepped).await {
            Ok(()) => self.plan = Plan::Made,
            Err(StoreError::Closed) => return Err(StoreError::Closed),
            Err(error) => {
                self.reports.metrics.store_failed(StoreUse::Queue);
                // The store's own trouble is told by who watches it.
                if self.plan != Plan::Refused && !error.is_trouble() {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the queue stays as it is until the store answers again"
                    );
                }
                self.plan = Plan::Refused;
            }
        }
        Ok(())
    }

    /// Corrects stored times by the clock, and queues every source if the orders or their times are others now.
    async fn plan_anew(&mut self, is_stepped: bool) -> Result<(), StoreError> {
        let booted_at_ms = self.clock.booted_at_ms();
        let aligned = self.orders.refresher.align().await?;
        if let Some(aligned) = aligned {
            tracing::warn!("{aligned}");
        }
        // After a step somebody else may have corrected them by now.
        if is_stepped || aligned.is_some_and(|aligned| aligned.touches_outputs()) {
            // Full means that a word is pending already.
            let _ = self.reports.changed.try_send(());
        }
        let is_change = is_stepped || aligned.is_some_and(|aligned| aligned.is_change());
        if self.plan != Plan::Made || is_change {
            self.plan_all().await?;
        }
        (self.booted_at_ms, self.aligned_at) = (booted_at_ms, self.clock.since_boot());
        Ok(())
    }

    /// Queues every source by what the store knows of it. A restart or reload causes no early request: the due time
    /// follows from the last one.
    async fn plan_all(&mut self) -> Result<(), StoreError> {
        let polls = Poll::group(&self.orders.targets);
        self.orders.refresher.prepare(&self.orders.targets).await?;
        let states = self.orders.refresher.load(&self.orders.targets).await?;
        let now = self.clock.now();
        let running = self.running();
        self.polls.clear();
        self.queue.clear();
        self.unasked.clear();
        for poll in polls {
            let lead = poll.lead().source.id.clone();
            let of = |target: &Target| states.get(&target.source.id).cloned().unwrap_or_default();
            let states: Vec<Arc<SourceState>> = poll.targets().iter().map(of).collect();
            if states
                .iter()
                .any(|state| state.history.last_attempt.is_none())
            {
                self.unasked.insert(lead.clone());
            }
            let is_running = poll
                .targets()
                .iter()
                .any(|target| running.contains(&target.source.id));
            // What is under way is queued by its end.
            if let Some(at) = poll.due(&states, now).at.filter(|_| !is_running) {
                let accident = self.accidents.get(&lead);
                let at = accident.map_or(at, |accident| accident.bind(at, now));
                self.queue.add(at, lead.clone());
            }
            self.polls.insert(lead, Arc::new(poll));
        }
        let _ = self.reports.unasked.send(self.unasked.len());
        let targets = self.orders.targets.iter();
        self.reports.metrics.sources(targets.map(|target| {
            let id = &target.source.id;
            let health = states.get(id).map(|state| Health::of(&state.history));
            (id.clone(), health.unwrap_or(Health::Unasked))
        }));
        Ok(())
    }

    /// Stores the queued answers if one of them has waited long enough. Usually there is nothing to do, because every refresh stores
    /// them when it ends.
    async fn store_what_waits(&self) {
        if self.orders.refresher.is_late() {
            // What fails goes on waiting, and is noted there.
            let _ = self.orders.refresher.flush().await;
        }
    }

    /// The sources that are being asked.
    fn running(&self) -> BTreeSet<SourceId> {
        let polls = self.running.values().map(|(_, poll)| poll);
        polls
            .flat_map(|poll| poll.targets())
            .map(|target| target.source.id.clone())
            .collect()
    }

    /// Starts every refresh whose time has come; returns how long nothing else is to be done.
    fn start_what_is_due(&mut self) -> Duration {
        while self.under_way.len() < MAX_UNDER_WAY {
            let Some(id) = self.queue.take_due() else {
                break;
            };
            let Some(poll) = self.polls.get(&id).cloned() else {
                continue;
            };
            let refresher = self.orders.refresher.clone();
            let asked = poll.clone();
            let task = self
                .under_way
                .spawn(async move { refresher.refresh(&asked, Occasion::Due).await });
            self.running.insert(task.id(), (id, poll));
        }
        let longest = match self.plan {
            Plan::Made => MAX_SLEEP,
            Plan::Old | Plan::Refused => AFTER_REFUSAL,
        };
        // A turn that is due although none was started waits for the end of a refresh, which wakes us.
        let wait = self.queue.wait().filter(|wait| !wait.is_zero());
        wait.map_or(longest, |wait| wait.min(longest))
    }

    /// Takes a refresh that has ended and queues the source's next turn.
    fn end(&mut self, ended: Result<(Id, Ended), tokio::task::JoinError>) {
        let (task, refreshed) = match ended {
            Ok(ended) => ended,
            Err(panic) => {
                tracing::error!(%panic, "a refresh ended abnormally");
                let error = StoreError::of_task("refresh a source", &panic);
                let due = Some(self.clock.now());
                (panic.id(), Err(Unfinished::NotStored { error, due }))
            }
        };
        let Some((id, asked)) = self.running.remove(&task) else {
            return;
        };
        let next = match refreshed {
            Ok(refreshed) => self.finish(&id, &refreshed),
            Err(unfinished) => self.repeat(&id, &unfinished),
        };
        let is_same = |poll: &Arc<Poll>| Arc::ptr_eq(poll, &asked);
        if self.polls.get(&id).is_some_and(is_same) {
            if let Some(at) = next {
                self.queue.add(at, id);
            }
        } else {
            self.queue_anew(&asked);
        }
        let _ = self.reports.unasked.send(self.unasked.len());
    }

    /// Reports a refresh that is stored; returns the poll's next turn.
    fn finish(&mut self, id: &SourceId, refreshed: &[(SourceId, Refreshed)]) -> Option<Timestamp> {
        self.unasked.remove(id);
        self.accidents.remove(id);
        if refreshed
            .iter()
            .any(|(_, refreshed)| has_changed(refreshed))
        {
            // Full means that a word is pending already.
            let _ = self.reports.changed.try_send(());
        }
        for (id, refreshed) in refreshed {
            if let Refreshed::Done { health, .. } = refreshed {
                self.reports.metrics.source(id, *health);
            }
        }
        let dues = refreshed.iter().map(|(_, refreshed)| refreshed.due().at);
        dues.min_by_key(|at| (at.is_none(), *at)).flatten()
    }

    /// The next turn of a poll whose refresh the store kept from its end.
    fn repeat(&mut self, id: &SourceId, unfinished: &Unfinished) -> Option<Timestamp> {
        let (error, now) = (unfinished.error(), self.clock.now());
        let due = match unfinished {
            // It is due still, and starts when the store is well.
            Unfinished::NotAsked(error) if error.is_trouble() => return Some(now),
            Unfinished::NotAsked(_) => Some(now),
            Unfinished::NotStored { due, .. } => {
                self.unasked.remove(id);
                *due
            }
        };
        if !matches!(error, StoreError::Closed) {
            self.reports.metrics.store_failed(StoreUse::Refresh);
        }
        tracing::error!(source = %id, error = error as &dyn std::error::Error, "the refresh is not stored and will be repeated");
        let accident = Accident::after(self.accidents.get(id), due, now);
        self.accidents.insert(id.clone(), accident);
        Some(accident.until)
    }

    /// New orders came while it was asked: its sources may stand in other polls now, and when these are due is for their
    /// refresh to see. One that has another source under way is queued when that ends.
    fn queue_anew(&mut self, asked: &Poll) {
        let (now, running) = (self.clock.now(), self.running());
        for (lead, poll) in &self.polls {
            let mut ids = poll.targets().iter().map(|target| &target.source.id);
            if ids.clone().any(|id| asked.has(id)) && !ids.any(|id| running.contains(id)) {
                match self.accidents.get(lead) {
                    Some(accident) => self.queue.add(accident.bind(now, now), lead.clone()),
                    None => self.queue.add_now(lead.clone()),
                }
            }
        }
    }

    /// Lets what is under way reach the store, for a while; the rest is cut and asked for again another time.
    async fn drain(&mut self, grace: Duration) {
        let drained = tokio::time::timeout(grace, async {
            while self.under_way.join_next().await.is_some() {}
        })
        .await;
        if drained.is_err() {
            tracing::info!(
                cut = self.under_way.len(),
                "refreshes under way were cut; they are repeated after the start"
            );
            self.under_way.shutdown().await;
        }
        if let Err(error) = self.orders.refresher.flush().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "that some sources had nothing new is not stored; they are asked again after the start"
            );
        }
    }
}

fn has_changed(refreshed: &Refreshed) -> bool {
    matches!(refreshed, Refreshed::Done { applied, .. } if *applied != Applied::default())
}
