//! Puts parts of a configuration into force, at the start and at a reload.

use std::sync::Arc;

use crate::clock::Clock;
use crate::config::Config;
use crate::fetch::Fetcher;
use crate::model::{SourceReport, public_url};
use crate::publish::{opml, source_list};
use crate::refresh::Refresher;
use crate::republish::Plan;
use crate::serve::{Outlet, Site};
use crate::store::Store;
use crate::telemetry::Metrics;

/// The inward line by this configuration.
pub(super) fn refresher(
    config: &Config,
    store: &Arc<dyn Store>,
    clock: &Arc<dyn Clock>,
    metrics: &Metrics,
) -> Arc<Refresher> {
    let fetcher = Fetcher::new(&config.fetch);
    let refresher = Refresher::new(fetcher, store.clone(), clock.clone());
    Arc::new(refresher.with_metrics(metrics.clone()))
}

/// Has the site serve the outputs of this plan.
pub(super) fn show_outputs(site: &Site, plan: &Plan) {
    let outputs: Vec<_> = plan
        .outputs
        .iter()
        .map(|plan| Outlet {
            id: plan.output.id.clone(),
            token: plan.token.clone(),
            hub: plan.hub().cloned(),
        })
        .collect();
    site.replace_outputs(&outputs, &plan.public_url);
}

/// Has the site serve the list of the sources that are polled, with addresses that everybody may see.
pub(super) fn show_sources(site: &Site, plan: &Plan, reports: &[SourceReport]) {
    let sources = plan.sources.values().map(|seen| &*seen.source);
    let listed = source_list(sources, reports, |url| public_url(url).into());
    site.set_sources_opml(&opml(&listed));
}
