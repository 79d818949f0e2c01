//! Looks after the sources and the store: what is wrong with them becomes `/health.atom`, what the sources call themselves
//! `/sources.opml`.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::apply::show_sources;
use super::monitor::consequences;
use crate::clock::Clock;
use crate::health::examine;
use crate::maintain::{Pass, Retention};
use crate::model::{Finding, HealthEvent, OwnEvent, SourceId, SourceReport};
use crate::publish::health_feed;
use crate::republish::Plan;
use crate::serve::Site;
use crate::store::{Store, StoreCondition, StoreError};

/// Events in the feed, the newest.
const SHOWN: usize = 200;
/// Pause between rounds, as a multiple of the last round's duration, so that the cost stays small however many sources there are.
const REST: u32 = 50;
/// Upper bound of that pause.
const AT_MOST: Duration = Duration::from_secs(600);

/// Our own events in the feed, the newest.
const OWN_SHOWN: usize = 20;

/// Examines the sources from time to time, and keeps what is wrong with the store.
pub(super) struct HealthWatch {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    site: Site,
    next: Instant,
    /// The sources' events as last read: while the store is in trouble the feed is written from memory.
    events: Vec<HealthEvent>,
    /// Our own events since the start, newest first; a store that cannot be written cannot keep them.
    own: VecDeque<OwnEvent>,
    /// What the feed's id follows from, as the store said last; `None`: `public_url`, for nothing was published yet.
    id_base: Option<String>,
    is_shown: bool,
    /// That the store is larger than it may be; `None`: it is not.
    too_large: Option<OwnEvent>,
    /// Whether it was said that free pages cannot be given back.
    is_loose_told: bool,
}

impl HealthWatch {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, site: Site) -> Self {
        Self {
            store,
            clock,
            site,
            next: Instant::now(),
            events: Vec::new(),
            own: VecDeque::new(),
            id_base: None,
            is_shown: false,
            too_large: None,
            is_loose_told: false,
        }
    }

    /// Takes note of what the store takes after a pass of retention: once in the log, and in the feed for as long as it lasts.
    pub(super) fn note_size(&mut self, pass: &Pass, retention: &Retention) {
        let Pass::Ended { usage, .. } = pass else {
            return;
        };
        if usage.is_loose() && !std::mem::replace(&mut self.is_loose_told, true) {
            tracing::info!(
                free_bytes = usage.free,
                "the store has free pages and cannot give them back while it runs; `mainstem compact` rebuilds it without them"
            );
        }
        let notice = too_large(pass, retention);
        if let (Some(notice), None) = (&notice, &self.too_large) {
            tracing::warn!("{}", notice.message);
        }
        if notice.is_some() != self.too_large.is_some() {
            self.is_shown = false;
            self.next = Instant::now();
        }
        self.too_large = notice;
    }

    /// Examines every source, where it is time, and shows what has changed.
    pub(super) async fn look(&mut self, plan: &Plan) -> Result<(), StoreError> {
        let began = Instant::now();
        if began < self.next {
            return Ok(());
        }
        let reports = self.store.source_reports().await?;
        show_sources(&self.site, plan, &reports);
        let findings = self.examine_all(plan, reports);
        let changed = self.store.note_health(findings, self.clock.now()).await?;
        if changed || !self.is_shown {
            self.id_base = self.store.id_base().await?;
            self.events = self.store.health_events(SHOWN).await?;
            self.show(plan);
        }
        self.next = began + (began.elapsed() * (REST + 1)).min(AT_MOST);
        Ok(())
    }

    /// Looks with the next beat: the configuration has changed, or every source was heard for the first time.
    pub(super) fn hurry(&mut self) {
        self.next = Instant::now();
        self.is_shown = false;
    }

    /// Tells that the store is in trouble, or is not any more.
    pub(super) fn tell_store(&mut self, condition: &StoreCondition, plan: &Plan) {
        let now = self.clock.now();
        let mut changed = false;
        for event in self
            .own
            .iter_mut()
            .filter(|event| event.resolved_at.is_none())
        {
            event.resolved_at = Some(now);
            changed = true;
        }
        if let Some(trouble) = condition.trouble() {
            self.own.push_front(OwnEvent {
                part: "store",
                title: trouble.kind.headline().to_owned(),
                began_at: now,
                resolved_at: None,
                message: consequences(trouble),
            });
            self.own.truncate(OWN_SHOWN);
            changed = true;
        }
        if changed {
            self.show(plan);
        }
    }

    fn show(&mut self, plan: &Plan) {
        let own = self.own.iter().chain(&self.too_large);
        let own: Vec<OwnEvent> = own.cloned().collect();
        let public_url = &plan.public_url;
        let id_base = self.id_base.as_deref().unwrap_or(public_url.as_str());
        let feed = health_feed(public_url, id_base, &self.events, &own);
        self.site.show_health(feed, self.clock.now());
        self.is_shown = true;
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

/// What is said of a store that is larger than it may be.
fn too_large(pass: &Pass, retention: &Retention) -> Option<OwnEvent> {
    let message = pass.too_large(retention)?;
    let Pass::Ended { over_since, .. } = pass else {
        return None;
    };
    Some(OwnEvent {
        part: "store-size",
        title: "The store is larger than it may be".to_owned(),
        began_at: (*over_since)?,
        resolved_at: None,
        message,
    })
}
