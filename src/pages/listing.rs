//! The sources as pages list them, kept for a moment: to read all of them anew for each request would cost a scan of the store.

use std::collections::HashMap;
use std::sync::Arc;

use super::made::NoPage;
use super::snapshot::Snapshot;
use crate::clock::Clock;
use crate::health;
use crate::model::{
    HostHold, Location, Source, SourceId, SourceReport, SourceStatus, Timestamp, public_url,
};
use crate::refresh::{SourceOutlook, Target, outlooks};
use crate::store::Store;
use crate::text::fold;

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

/// All enabled sources and how they are doing.
pub(super) struct Listed {
    /// By id.
    pub(super) sources: Vec<ListedSource>,
    /// As of when.
    pub(super) at: Timestamp,
    /// Of which it was made.
    targets: Arc<[Target]>,
}

/// The listing that was made last.
pub(super) struct Listing(Arc<Snapshot<Listed>>);

impl Listing {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Snapshot::new(clock)))
    }

    /// The sources of these targets, as of a moment ago.
    pub(super) async fn read(
        &self,
        store: &Arc<dyn Store>,
        targets: &Arc<[Target]>,
        now: Timestamp,
    ) -> Result<Arc<Listed>, NoPage> {
        let (store, of) = (store.clone(), targets.clone());
        let make = async move {
            let stored = store.source_reports().await?;
            let holds = store.host_holds().await?;
            // Ten thousand sources take long enough to hold other requests up.
            let listing = tokio::task::spawn_blocking(move || Listed::of(of, stored, holds, now));
            let listed = listing.await;
            listed.map_err(|_| NoPage::Busy("the sources could not be listed: try again\n"))
        };
        let fits = |listed: &Listed| Arc::ptr_eq(&listed.targets, targets);
        self.0.read(fits, make).await
    }
}

impl Listed {
    fn of(
        targets: Arc<[Target]>,
        stored: Vec<SourceReport>,
        holds: Vec<HostHold>,
        now: Timestamp,
    ) -> Self {
        let sources: HashMap<&SourceId, &Arc<Source>> = targets
            .iter()
            .map(|target| (&target.source.id, &target.source))
            .collect();
        let outlooks = outlooks(&targets, stored, holds, now).into_iter();
        let listed = outlooks.filter_map(|outlook| {
            let source = (*sources.get(&outlook.report.id)?).clone();
            Some(ListedSource::of(source, outlook, now))
        });
        Self {
            sources: listed.collect(),
            at: now,
            targets: targets.clone(),
        }
    }

    /// One of the sources.
    pub(super) fn find(&self, id: &SourceId) -> Option<&ListedSource> {
        let sources = &self.sources;
        let at = sources.binary_search_by(|listed| listed.source.id.cmp(id));
        at.ok().map(|at| &sources[at])
    }
}

impl ListedSource {
    fn of(source: Arc<Source>, outlook: SourceOutlook, now: Timestamp) -> Self {
        let status = health::status(&outlook.report, outlook.hold.is_some(), now);
        let title = title(&source, &outlook.report);
        let address = address(&source.location);
        Self {
            searched: fold(&format!("{}\n{title}\n{address}", source.id)),
            source,
            outlook,
            status,
            title,
            address,
        }
    }
}

fn title(source: &Source, report: &SourceReport) -> String {
    let title = source.title.as_ref().or(report.feed_title.as_ref());
    let title = title.filter(|title| !title.trim().is_empty());
    title.map_or_else(|| source.id.to_string(), Clone::clone)
}

/// Where a source is, as everybody may see it: without secrets, and of a local file its name alone.
fn address(location: &Location) -> String {
    match location {
        Location::Url(url) => public_url(url).to_string(),
        Location::File(path) => {
            let name = path.file_name().unwrap_or(path.as_os_str());
            format!("file {}", name.to_string_lossy())
        }
    }
}
