//! The outward task: turns changed stories into served documents, and looks after what follows from that.
//!
//! Events add tasks to the duties; `duties.rs` says which one is done next. Next: `republish/`, the outward line itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::archiver::Archiver;
use super::duties::{Duties, Standing, Task};
use super::edition::Edition;
use super::health::HealthWatch;
use super::housekeeper::Housekeeper;
use super::notifier::Hubs;
use super::stop::until;
use super::withdrawals::WithdrawalWatch;
use crate::clock::Clock;
use crate::maintain::{self, Retention};
use crate::model::OutputId;
use crate::republish::{IdlePart, Rendered, Republisher, StartState, redact_archives, windows};
use crate::serve::Site;
use crate::store::{Store, StoreCondition, StoreError};
use crate::telemetry::StoreUse;
use crate::worker::Orders;

/// How often another process's commits and items whose time has ended are looked for.
const BEAT: Duration = Duration::from_secs(1);

/// The most stories that a start judges before it shows anything, which takes no time. If there are more, it first shows the documents
/// that the last process left.
const STORIES_AT_START: usize = 10_000;

/// The outward line of a running daemon.
pub(super) struct Publisher {
    republisher: Republisher,
    site: Site,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    retention: Retention,
    housekeeper: Housekeeper,
    /// The worker makes its queue anew when this is marked as changed.
    order: watch::Sender<Orders>,
    health: HealthWatch,
    withdrawals: WithdrawalWatch,
    /// Told of what was published.
    hubs: Hubs,
    rendered: BTreeMap<OutputId, Rendered>,
    /// Parts of rules that do nothing, said once each.
    idle: BTreeSet<IdlePart>,
    archiver: Archiver,
    /// Whether documents are shown: with an empty store the first follow the first pass.
    open: bool,
    /// Whether the outbox holds more than one portion.
    is_behind: bool,
    /// Outputs whose documents have changed. They are published when the outbox is empty.
    differ: BTreeSet<OutputId>,
    duties: Duties,
}

impl Publisher {
    pub(super) fn new(
        republisher: Republisher,
        site: Site,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        retention: Retention,
        order: watch::Sender<Orders>,
        hubs: Hubs,
    ) -> Self {
        let health = HealthWatch::new(store.clone(), clock.clone(), site.clone());
        let housekeeper = Housekeeper::new(store.clone(), clock.clone());
        let withdrawals = WithdrawalWatch::new(store.clone());
        Self {
            health,
            withdrawals,
            housekeeper,
            republisher,
            site,
            store,
            clock,
            retention,
            order,
            hubs,
            rendered: BTreeMap::new(),
            idle: BTreeSet::new(),
            archiver: Archiver::default(),
            open: false,
            is_behind: false,
            differ: BTreeSet::new(),
            duties: Duties::default(),
        }
    }

    /// Brings the documents up to what the store has. Where none was ever shown, they follow the first pass: the choice of
    /// what a story shows is then made with everything known, whatever came first.
    pub(super) async fn open(&mut self) -> Result<(), StoreError> {
        self.housekeeper.look().await?;
        self.withdrawals.look().await?;
        let state = self.republisher.open().await?;
        let states = self.store.source_states().await?;
        let all_asked = states
            .iter()
            .all(|(_, state)| state.history.last_attempt.is_some());
        if !state.is_rendered && !all_asked {
            self.site
                .set_not_ready(Some("the first pass over the sources is under way"));
            return Ok(());
        }
        let backlog = self.store.backlog(STORIES_AT_START).await?;
        if backlog.is_outbox_long || state.is_stale && backlog.is_history_long {
            return self.open_at_once(&state).await;
        }
        self.republisher.replay().await?;
        self.republisher.catch_up().await?;
        self.publish_all().await
    }

    /// Shows the documents that the last process left. The outbox is worked off afterwards, beside everything else.
    async fn open_at_once(&mut self, state: &StartState) -> Result<(), StoreError> {
        let shown = self.republisher.showable(state).await?;
        self.publish(shown).await?;
        self.open = true;
        self.is_behind = true;
        self.tell_readiness();
        self.republisher.begin_replay_with_outbox().await
    }

    /// Publishes what changes until `stopped`. A store that fails leaves the documents as they stand; what was to be done
    /// is tried again with the next beat.
    pub(super) async fn run(
        mut self,
        mut changes: mpsc::Receiver<()>,
        unasked: watch::Receiver<usize>,
        mut editions: watch::Receiver<Edition>,
        stopped: watch::Receiver<bool>,
    ) -> Result<(), StoreError> {
        let mut beat = tokio::time::interval(BEAT);
        let mut hourly = tokio::time::interval(maintain::INTERVAL);
        hourly.reset();
        self.duties.add(Task::ReportIdleRules);
        let mut condition = self.store.condition();
        // It may be in trouble already.
        condition.mark_changed();
        let mut in_trouble = false;
        loop {
            let is_well = condition.borrow().is_well();
            tokio::select! {
                () = until(stopped.clone()) => return Ok(()),
                Ok(()) = condition.changed() => self.hear(&condition.borrow_and_update()),
                Some(()) = changes.recv() => self.duties.add(Task::CatchUp),
                Ok(()) = editions.changed() => self.take_over(editions.borrow_and_update().clone()),
                true = all_asked(unasked.clone()), if !self.open => self.end_first_pass(),
                _ = beat.tick() => self.look_around(),
                _ = hourly.tick() => self.look_anew(),
                () = std::future::ready(()), if is_well && self.open && self.republisher.is_replaying() => self.duties.add(Task::ReplayStep),
                () = std::future::ready(()), if is_well && self.open && self.is_behind => self.duties.add(Task::CatchUp),
                () = self.archiver.ready(), if is_well && !self.is_behind => self.duties.add(Task::Archive),
                () = self.housekeeper.ready(), if is_well => self.duties.add(Task::Retain),
            }
            if !condition.borrow().is_well() {
                continue; // Duties stay until the store is well.
            }
            // A stop cuts it between two steps of the store, each of them whole; the next start does the rest.
            let done = tokio::select! {
                biased;
                () = until(stopped.clone()) => return Ok(()),
                done = self.work_off() => done,
            };
            match done {
                Ok(()) => in_trouble = false,
                Err(StoreError::Closed) => return Err(StoreError::Closed),
                Err(error) => self.note_failure(&error, &mut in_trouble),
            }
        }
    }

    /// Goes on by a reloaded configuration.
    fn take_over(&mut self, edition: Edition) {
        self.republisher.replace_plan(edition.plan);
        self.duties.add(Task::BeginReplay);
        self.duties.add(Task::ReportIdleRules);
        if self.retention != edition.retention {
            self.housekeeper.hurry();
        }
        self.retention = edition.retention;
        self.health.hurry();
    }

    /// The store is in trouble, or is well again.
    fn hear(&mut self, condition: &StoreCondition) {
        self.health.tell_store(condition, self.republisher.plan());
        if condition.is_well() {
            // What was stored last may have been told to nobody.
            self.duties.add(Task::CatchUp);
        }
    }

    /// Every source was asked once: from now on documents are shown.
    fn end_first_pass(&mut self) {
        self.open = true;
        self.duties.add(Task::BeginReplay);
        self.health.hurry();
    }

    /// Another process may have worked, an item's time may have ended, a source may have come into trouble.
    fn look_around(&mut self) {
        self.duties.add(Task::LookElsewhere);
        self.duties.add(Task::Expire);
        self.duties.add(Task::ExamineSources);
    }

    /// A feed that only calls itself otherwise changes no story, and days pass over rules.
    fn look_anew(&mut self) {
        self.duties.add(Task::PublishAll);
        self.duties.add(Task::ReportIdleRules);
    }

    fn standing(&self) -> Standing {
        Standing {
            is_open: self.open,
            is_replaying: self.is_behind || self.republisher.is_replaying(),
        }
    }

    /// Does what can be done now, each task struck off only when it is done.
    async fn work_off(&mut self) -> Result<(), StoreError> {
        while let Some(task) = self.duties.next(self.standing()) {
            self.perform(task).await?;
            self.duties.strike_off(task);
        }
        Ok(())
    }

    async fn perform(&mut self, task: Task) -> Result<(), StoreError> {
        match task {
            Task::LookElsewhere => self.look_elsewhere().await,
            Task::BeginReplay => {
                self.republisher.begin_replay().await?;
                self.duties.add(Task::PublishAll);
                Ok(())
            }
            Task::CatchUp => self.catch_up().await,
            Task::PublishAll => self.publish_all().await,
            Task::ReplayStep => self.replay_step().await,
            Task::Expire => self.expire().await,
            Task::ExamineSources => self.health.look(self.republisher.plan()).await,
            Task::Archive => self.archive().await,
            Task::Retain => self.retain(),
            Task::ReportIdleRules => self.report_idle_rules().await,
        }
    }

    /// Logs that the store failed, once until it answers again, and has everything shown anew.
    fn note_failure(&mut self, error: &StoreError, in_trouble: &mut bool) {
        let metrics = self.republisher.metrics();
        metrics.store_failed(StoreUse::Republish);
        tell(error, *in_trouble);
        *in_trouble |= !error.is_trouble();
        // What was judged already and could not be shown is not known any more.
        self.duties.add(Task::PublishAll);
    }

    async fn look_elsewhere(&mut self) -> Result<(), StoreError> {
        if self.store.changed_elsewhere().await? {
            // Another process may have settled the outbox itself, which outputs it touched is not told; and it may have
            // judged them by other rules than ours.
            self.duties.add(Task::BeginReplay);
            // And it may have asked sources, against what the queue was made by.
            self.order.send_modify(|_| ());
            self.withdrawals.look().await?;
        }
        Ok(())
    }

    /// Judges a portion of the outbox. Nothing is published until the outbox is empty, because two stories may have changed together, as
    /// when an entry moves from one to the other.
    async fn catch_up(&mut self) -> Result<(), StoreError> {
        let caught_up = self.republisher.catch_up_some().await?;
        self.differ.extend(caught_up.differ);
        let was_behind = std::mem::replace(&mut self.is_behind, !caught_up.is_done);
        match (was_behind, caught_up.is_done) {
            (_, false) => Ok(()),
            // Now the outputs follow that the start could not show.
            (true, true) => self.publish_all().await,
            (false, true) => {
                let differ = std::mem::take(&mut self.differ);
                self.publish(differ).await
            }
        }
    }

    async fn replay_step(&mut self) -> Result<(), StoreError> {
        let ended = self.republisher.replay_step().await?;
        if !ended.is_empty() {
            // Stories that changed during the replay are judged before its documents are published.
            self.duties.add(Task::PublishAll);
        }
        Ok(())
    }

    /// Takes note of a pass of retention that has ended, and begins one that is due.
    fn retain(&mut self) -> Result<(), StoreError> {
        if let Some(pass) = self.housekeeper.finish()? {
            self.republisher.look_again();
            self.health.note_size(&pass, &self.retention);
        }
        if !self.housekeeper.is_due() {
            return Ok(());
        }
        // What is shown must be known before anything is let go.
        if self.open && !self.is_behind && !self.republisher.is_replaying() {
            let windows = windows(&self.rendered);
            self.housekeeper.start(self.retention, windows);
        } else {
            self.housekeeper.put_off(BEAT);
        }
        Ok(())
    }

    /// Says which parts of rules do nothing: a slip in a word fails silently.
    async fn report_idle_rules(&mut self) -> Result<(), StoreError> {
        let idle: BTreeSet<IdlePart> = self.republisher.idle_parts().await?.into_iter().collect();
        for part in idle.difference(&self.idle) {
            tracing::warn!(rule = %part.owner, "{}: is it written as it should be?", part.what);
        }
        self.idle = idle;
        Ok(())
    }

    /// Publishes the outputs whose oldest item has had its time.
    async fn expire(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let due = self
            .rendered
            .iter()
            .filter(|(_, rendered)| rendered.expires_at.is_some_and(|at| at < now));
        let due: BTreeSet<OutputId> = due.map(|(output, _)| output.clone()).collect();
        self.publish(due).await
    }

    /// Lets the next archive document be cut; an output whose document has waited for the last of them is published with the
    /// link to it.
    async fn archive(&mut self) -> Result<(), StoreError> {
        if self.is_behind {
            // An archive is never changed, so it must not hold stories that are not judged yet.
            return Ok(());
        }
        if let Some(output) = self.archiver.finish()? {
            let rendered = self.rendered.get(&output);
            if rendered.is_some_and(|rendered| !rendered.is_archived) {
                self.publish([output].into()).await?;
            }
        }
        while let Some(output) = self.archiver.next() {
            if let Some(rendered) = self.rendered.get(&output).cloned() {
                let archivist = self.republisher.archivist();
                self.archiver.start(archivist, output, rendered);
            } else {
                self.archiver.forget(&output);
            }
        }
        Ok(())
    }

    async fn publish_all(&mut self) -> Result<(), StoreError> {
        if self.is_behind {
            // This is done once the outbox is empty.
            return Ok(());
        }
        self.differ.clear();
        self.republisher.look_again();
        let all: BTreeSet<OutputId> = self.republisher.plan().output_ids().cloned().collect();
        self.rendered.retain(|output, _| all.contains(output));
        self.publish(all).await?;
        self.open = true;
        self.tell_readiness();
        Ok(())
    }

    /// It is ready when every output has documents, be they by the rules that were changed just now.
    fn tell_readiness(&self) {
        let mut outputs = self.republisher.plan().output_ids();
        let missing = outputs.any(|output| !self.rendered.contains_key(output));
        let why = "changed rules are being applied to what is stored";
        self.site.set_not_ready(missing.then_some(why));
    }

    /// Renders these outputs and has them served, but for those whose rules are still being applied.
    async fn publish(&mut self, mut outputs: BTreeSet<OutputId>) -> Result<(), StoreError> {
        let replayed = self.republisher.replayed();
        outputs.retain(|output| !replayed.contains(output));
        if outputs.is_empty() {
            return Ok(());
        }
        // Before the documents: what they announce as deleted stands in no archive any more.
        redact_archives(self.store.as_ref(), self.clock.as_ref()).await?;
        let rendered = self.republisher.render(&outputs).await?;
        let documents = rendered.iter().map(|(output, rendered)| {
            let documents = rendered.documents.clone();
            (output.clone(), documents, rendered.changed_at)
        });
        self.site.publish(&documents.collect::<Vec<_>>());
        for (output, rendered) in rendered {
            self.hubs.tell(&output, rendered.changed_at);
            self.archiver.shown(&output, &rendered);
            self.rendered.insert(output, rendered);
        }
        Ok(())
    }
}

/// Says that the store failed, once until it answers again.
fn tell(error: &StoreError, is_known: bool) {
    // The store's own trouble is told by who watches it.
    if is_known || error.is_trouble() {
        tracing::debug!(
            error = error as &dyn std::error::Error,
            "still no word from the store"
        );
        return;
    }
    tracing::error!(
        error = error as &dyn std::error::Error,
        "the outputs stay as they are until the store answers again"
    );
}

/// Ends when every source was asked once; `false`: nobody asks any more.
async fn all_asked(mut unasked: watch::Receiver<usize>) -> bool {
    unasked.wait_for(|count| *count == 0).await.is_ok()
}
