//! The outward task: changed stories to served documents, expiry and housekeeping.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::clock::Clock;
use crate::maintain::{self, maintain};
use crate::model::OutputId;
use crate::republish::{Plan, Rendered, Republisher, windows};
use crate::serve::{Published, Site};
use crate::store::{Store, StoreError};

/// How often another process's commits are looked for.
const ELSEWHERE: Duration = Duration::from_secs(1);

/// The outward line of a running daemon.
pub(super) struct Press {
    republisher: Republisher,
    site: Site,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    keep: Duration,
    rendered: BTreeMap<OutputId, Rendered>,
    /// Whether documents are shown: with an empty store the first follow the first pass.
    open: bool,
}

impl Press {
    pub(super) fn new(
        republisher: Republisher,
        site: Site,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        keep: Duration,
    ) -> Self {
        Self {
            republisher,
            site,
            store,
            clock,
            keep,
            rendered: BTreeMap::new(),
            open: false,
        }
    }

    /// Brings the documents up to what the store has, unless it has nothing yet.
    pub(super) async fn open(&mut self) -> Result<(), StoreError> {
        self.republisher.replay().await?;
        self.republisher.catch_up().await?;
        let asked = self
            .store
            .source_states()
            .await?
            .iter()
            .any(|(_, state)| state.history.last_attempt.is_some());
        if asked || self.republisher.plan().sources.is_empty() {
            self.show_all().await?;
        } else {
            self.site
                .set_not_ready(Some("the first pass over the sources is under way"));
        }
        Ok(())
    }

    /// Publishes what changes until `stopped`.
    pub(super) async fn run(
        mut self,
        mut changes: mpsc::Receiver<()>,
        unasked: watch::Receiver<usize>,
        mut plans: watch::Receiver<Arc<Plan>>,
        stopped: watch::Receiver<bool>,
    ) -> Result<(), StoreError> {
        let mut elsewhere = tokio::time::interval(ELSEWHERE);
        let mut housekeeping = tokio::time::interval(maintain::INTERVAL);
        housekeeping.reset();
        loop {
            tokio::select! {
                () = super::until(stopped.clone()) => return Ok(()),
                Some(()) = changes.recv() => self.catch_up().await?,
                Ok(()) = plans.changed() => {
                    let plan = plans.borrow_and_update().clone();
                    self.republisher.replace_plan(plan);
                    self.republisher.replay().await?;
                    self.catch_up().await?;
                    if self.open { self.show_all().await? }
                }
                true = all_asked(unasked.clone()), if !self.open => {
                    self.republisher.catch_up().await?;
                    self.show_all().await?;
                }
                _ = elsewhere.tick() => {
                    if self.store.changed_elsewhere().await? { self.catch_up().await? }
                    self.expire().await?;
                }
                _ = housekeeping.tick() => {
                    maintain(self.store.as_ref(), self.keep, &windows(&self.rendered), self.clock.now()).await?;
                }
            }
        }
    }

    /// Judges what changed and shows it; before the first pass has ended it waits in the outbox.
    async fn catch_up(&mut self) -> Result<(), StoreError> {
        if !self.open {
            return Ok(());
        }
        let differ = self.republisher.catch_up().await?;
        self.show(differ).await
    }

    /// Renders the outputs whose oldest item has had its time.
    async fn expire(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let due = self
            .rendered
            .iter()
            .filter(|(_, rendered)| rendered.expires_at.is_some_and(|at| at < now));
        let due: BTreeSet<OutputId> = due.map(|(output, _)| output.clone()).collect();
        if self.open {
            self.show(due).await
        } else {
            Ok(())
        }
    }

    async fn show_all(&mut self) -> Result<(), StoreError> {
        let all = self.republisher.plan().output_ids().cloned().collect();
        self.rendered.clear();
        self.show(all).await?;
        self.open = true;
        self.site.set_not_ready(None);
        Ok(())
    }

    async fn show(&mut self, outputs: BTreeSet<OutputId>) -> Result<(), StoreError> {
        for output in outputs {
            if let Some(rendered) = self.republisher.render(&output).await? {
                let published = Published {
                    documents: rendered.documents.clone(),
                    changed_at: rendered.changed_at,
                };
                self.site.publish(&output, published);
                self.rendered.insert(output, rendered);
            }
        }
        Ok(())
    }
}

/// Ends when every source was asked once; `false`: nobody asks any more.
async fn all_asked(mut unasked: watch::Receiver<usize>) -> bool {
    unasked.wait_for(|count| *count == 0).await.is_ok()
}
