//! Watches the store: looks at it, tries it while it is in trouble, and tells operators of every change.
//!
//! The watchdog is fed after every answer of the store, whatever it says. A restart heals neither a full disk nor a damaged
//! file, but it would end the serving of the last good documents; only a store that does not answer at all is worth one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::serve::Site;
use crate::store::{Store, StoreCondition, StoreTrouble};
use crate::systemd::{self, StatusLine};
use crate::telemetry::{Metrics, StoreUse};

/// How often a store that is well is looked at: damage and removal are noticed within it.
const LOOK: Duration = Duration::from_secs(3);
/// How often a store in trouble is tried.
const TRY: Duration = Duration::from_millis(500);

/// The store and who is told of it.
pub(super) struct Monitor {
    pub(super) store: Arc<dyn Store>,
    pub(super) site: Site,
    pub(super) metrics: Metrics,
    pub(super) status: StatusLine,
}

impl Monitor {
    /// Watches for ever.
    pub(super) async fn run(self) {
        let mut condition = self.store.condition();
        let watchdog = systemd::watchdog_interval();
        let look = LOOK.min(watchdog.unwrap_or(LOOK));
        let mut trouble_since = None;
        self.metrics.store_is_writable(true);
        // It may be in trouble already.
        condition.mark_changed();
        loop {
            let is_well = condition.borrow().is_well();
            let pause = if is_well { look } else { TRY.min(look) };
            tokio::select! {
                biased;
                Ok(()) = condition.changed() => {
                    let now = condition.borrow_and_update().clone();
                    self.tell(&now, &mut trouble_since);
                }
                () = tokio::time::sleep(pause) => {
                    self.look(is_well).await;
                    if watchdog.is_some() {
                        systemd::alive();
                    }
                }
            }
        }
    }

    /// What it finds stands in the condition.
    async fn look(&self, is_well: bool) {
        let found = if is_well {
            self.store.examine().await
        } else {
            self.store.probe().await
        };
        if found.is_err() {
            self.metrics.store_failed(StoreUse::Probe);
        }
    }

    /// Says it once, everywhere.
    fn tell(&self, condition: &StoreCondition, since: &mut Option<Instant>) {
        self.metrics.store_is_writable(condition.is_well());
        if let Some(trouble) = condition.trouble() {
            since.get_or_insert_with(Instant::now);
            self.tell_trouble(trouble);
        } else if let Some(since) = since.take() {
            self.site.set_store_trouble(None);
            let seconds = since.elapsed().as_secs();
            tracing::info!(seconds, "the store is well again: polling goes on");
            self.status.trouble(None);
        }
    }

    fn tell_trouble(&self, trouble: &StoreTrouble) {
        let headline = trouble.kind.headline();
        let line = format!("{headline}: {}", trouble.found);
        self.site.set_store_trouble(Some(&line));
        self.status
            .trouble(Some(&format!("{line}; nothing is polled")));
        let path = &trouble.location;
        tracing::error!(%path, "{headline}: {}", consequences(trouble));
    }
}

/// What was found, what to do, and what happens until then.
pub(super) fn consequences(trouble: &StoreTrouble) -> String {
    let restart = if trouble.kind.may_end() {
        ""
    } else {
        ", and restart mainstem"
    };
    let StoreTrouble { found, advice, .. } = trouble;
    format!(
        "{found}; {advice}{restart}. Nothing is polled until then; what is published stays served"
    )
}
