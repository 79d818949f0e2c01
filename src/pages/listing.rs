//! The sources as pages list them, kept for a moment: to read all of them anew for each request would cost a scan of the store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::made::NoPage;
use crate::clock::Clock;
use crate::health;
use crate::model::{
    HostHold, Location, Source, SourceId, SourceReport, SourceStatus, Timestamp, public_url,
};
use crate::refresh::{SourceOutlook, Target, outlooks};
use crate::store::Store;
use crate::text::fold;

/// How old a listing may be.
const KEPT_FOR: Duration = Duration::from_secs(5);
/// How much longer than it took to make, a listing is kept: one of few sources costs nothing, and is always of now.
const KEPT_FOR_ITS_COST: u32 = 50;

/// A source as pages list it.
pub(super) struct ListedSource {
    /// As configured.
    pub(super) source: Arc<Source>,
    /// How it is doing, and when it is due.
    pub(super) outlook: SourceOutlook,
    /// How it is doing, in one word.
    pub(super) status: SourceStatus,
    /// What it is called: by its owner, else by its feed, else its id.
    pub(super) title: String,
    /// Where it is, as everybody may see it.
    pub(super) address: String,
    /// What a visitor may search: id, title and address as shown, folded, a line each.
    pub(super) searched: String,
}

/// All enabled sources, by id.
pub(super) type Listed = Vec<ListedSource>;

/// The listing that was made last.
pub(super) struct Listing {
    clock: Arc<dyn Clock>,
    /// A plain mutex: held for a look-up, never across an await.
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    listed: Arc<Listed>,
    /// It is valid for these targets only.
    targets: Arc<[Target]>,
    /// On the boot clock.
    until: Duration,
}

impl Listing {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            kept: Mutex::default(),
        }
    }

    /// The sources of these targets, as they were at most five seconds ago.
    pub(super) async fn read(
        &self,
        store: &dyn Store,
        targets: &Arc<[Target]>,
        now: Timestamp,
    ) -> Result<Arc<Listed>, NoPage> {
        let began = self.clock.since_boot();
        if let Some(listed) = self.if_fresh(targets, began) {
            return Ok(listed);
        }
        let stored = store.source_reports().await?;
        let holds = store.host_holds().await?;
        let of = targets.clone();
        // Ten thousand sources take long enough to hold other requests up.
        let listing = tokio::task::spawn_blocking(move || listed(&of, stored, holds, now));
        let listed = listing
            .await
            .map_err(|_| NoPage::Busy("the sources could not be listed; try again\n"))?;
        let listed = Arc::new(listed);
        let ended = self.clock.since_boot();
        let cost = ended.saturating_sub(began);
        let kept = Kept {
            listed: listed.clone(),
            targets: targets.clone(),
            until: ended + KEPT_FOR.min(cost * KEPT_FOR_ITS_COST),
        };
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        Ok(listed)
    }

    fn if_fresh(&self, targets: &Arc<[Target]>, at: Duration) -> Option<Arc<Listed>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_ref()?;
        let is_fresh = Arc::ptr_eq(&kept.targets, targets) && at < kept.until;
        is_fresh.then(|| kept.listed.clone())
    }
}

/// One source of a listing.
pub(super) fn find<'l>(listed: &'l Listed, id: &SourceId) -> Option<&'l ListedSource> {
    let at = listed.binary_search_by(|listed| listed.source.id.cmp(id));
    at.ok().map(|at| &listed[at])
}

fn listed(
    targets: &[Target],
    stored: Vec<SourceReport>,
    holds: Vec<HostHold>,
    now: Timestamp,
) -> Listed {
    let sources: HashMap<&SourceId, &Arc<Source>> = targets
        .iter()
        .map(|target| (&target.source.id, &target.source))
        .collect();
    let outlooks = outlooks(targets, stored, holds, now).into_iter();
    let listed = outlooks.filter_map(|outlook| {
        let source = (*sources.get(&outlook.report.id)?).clone();
        let status = health::status(&outlook.report, outlook.hold.is_some(), now);
        let title = title(&source, &outlook.report);
        let address = address(&source.location);
        Some(ListedSource {
            searched: fold(&format!("{}\n{title}\n{address}", source.id)),
            source,
            outlook,
            status,
            title,
            address,
        })
    });
    listed.collect()
}

fn title(source: &Source, report: &SourceReport) -> String {
    let title = source.title.as_ref().or(report.feed_title.as_ref());
    let title = title.filter(|title| !title.trim().is_empty());
    title.map_or_else(|| source.id.to_string(), Clone::clone)
}

/// Where a source is, as everybody may see it: without secrets, and of a local file its name alone.
pub(super) fn address(location: &Location) -> String {
    match location {
        Location::Url(url) => public_url(url).to_string(),
        Location::File(path) => {
            let name = path.file_name().unwrap_or(path.as_os_str());
            format!("file {}", name.to_string_lossy())
        }
    }
}
