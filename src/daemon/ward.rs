//! Looks after the sources: what is wrong with them becomes `/health.atom`, what they call themselves `/sources.opml`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::public_opml;
use crate::clock::Clock;
use crate::health::examine;
use crate::model::{Finding, SourceId, SourceReport};
use crate::publish::health_feed;
use crate::republish::Plan;
use crate::serve::Site;
use crate::store::{Store, StoreError};

/// Events in the feed, the newest.
const SHOWN: usize = 200;
/// Between two rounds lies so many times what the last one took, so that they cost little whatever the number of sources,
const REST: u32 = 50;
/// and at most so long.
const AT_MOST: Duration = Duration::from_secs(600);

/// Makes its rounds.
pub(super) struct Ward {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    site: Site,
    next: Instant,
    is_shown: bool,
}

impl Ward {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, site: Site) -> Self {
        Self {
            store,
            clock,
            site,
            next: Instant::now(),
            is_shown: false,
        }
    }

    /// Examines every source, where it is time, and shows what has changed.
    pub(super) async fn look(&mut self, plan: &Plan) -> Result<(), StoreError> {
        let began = Instant::now();
        if began < self.next {
            return Ok(());
        }
        let reports = self.store.source_reports().await?;
        self.site.set_sources_opml(&public_opml(plan, &reports));
        let findings = self.examine_all(plan, reports);
        let changed = self.store.note_health(findings, self.clock.now()).await?;
        if changed || !self.is_shown {
            let events = self.store.health_events(SHOWN).await?;
            self.site
                .show_health(health_feed(&plan.public_url, &events), self.clock.now());
            self.is_shown = true;
        }
        self.next = began + (began.elapsed() * (REST + 1)).min(AT_MOST);
        Ok(())
    }

    /// Looks with the next beat: the list of sources has changed, or every source was heard for the first time.
    pub(super) fn hurry(&mut self) {
        self.next = Instant::now();
    }

    fn examine_all(
        &self,
        plan: &Plan,
        reports: Vec<SourceReport>,
    ) -> Vec<(SourceId, Vec<Finding>)> {
        let now = self.clock.now();
        let quotas: BTreeMap<_, _> = plan
            .sources
            .iter()
            .map(|(id, seen)| (id, seen.source.daily_items.map(std::num::NonZeroU32::get)))
            .collect();
        reports
            .into_iter()
            .map(|report| {
                let quota = quotas.get(&report.id).copied().flatten();
                let findings = examine(&report, quota, now);
                (report.id, findings)
            })
            .collect()
    }
}
