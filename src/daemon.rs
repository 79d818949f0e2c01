//! The daemon: builds every part from the configuration, owns the long-lived tasks, reloads and stops.
//!
//! Ready means: the store is open, the port is bound, and the documents stand
//! as the store has them; with an empty store they follow the first pass.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::watch;
use url::Url;

use crate::clock::{Clock, SystemClock};
use crate::config::{self, Config, Environment};
use crate::fetch::{Fetcher, HostHolds, NO_AUTHORITIES, has_authorities};
use crate::model::{Location, Source, SourceReport, public_url};
use crate::publish::{OpmlSource, opml};
use crate::refresh::{Refresher, Target, align};
use crate::republish::{Plan, Republisher};
use crate::serve::{self, Address, Exposition, Listener, Outlet, Site};
use crate::store::{self, Opening, Store, StoreError};
use crate::systemd::{self, StatusLine};
use crate::telemetry::Metrics;
use crate::worker::Orders;

#[cfg(test)]
mod accidents;
mod cutter;
mod files;
mod housekeeper;
mod hubs;
mod monitor;
mod own_names;
mod press;
mod reload;
mod tasks;
mod ward;

pub use files::too_few_files;

use hubs::{Messenger, hub_of};
use own_names::tell_own_names;
use press::{Edition, Press};
use reload::{Running, Signals};
use tasks::{Inward, Outward, Surface, Tasks};

/// What the daemon is started with.
pub struct Start {
    /// The configuration, checked.
    pub config: Config,
    /// The file, to be read again on SIGHUP.
    pub path: PathBuf,
    /// What of the environment has a say in it.
    pub environment: Environment,
}

/// Runs until SIGTERM or SIGINT; SIGHUP reloads, all or nothing.
///
/// # Errors
/// What keeps it from starting: the store or the port. Later, the store or the listener failing for good.
pub async fn run(start: Start) -> anyhow::Result<()> {
    let (mut config, path) = (start.config, start.path);
    let mut signals = Signals::catch()?;
    files::raise_limit();
    if let Some(what) = too_few_files(&config) {
        tracing::warn!("{what}");
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = open(&config).await?;
    let (surface, metrics) = surface(&config, &clock).await?;
    let served_at = served_at(&config.listen, &surface.listeners);
    follow_sockets(&mut config, served_at.as_ref());
    prepare(store.as_ref(), &config, clock.as_ref()).await?;

    let site = surface.site.clone();
    site.set_token(config.server_token.as_ref());
    show_outputs(&site, &config.plan);
    site.set_sources_opml(&public_opml(&config.plan, &store.source_reports().await?));
    tell_of_targets(&config.targets);
    let (order, orders) = watch::channel(Orders {
        refresher: refresher(&config, &store, &clock, &metrics, &HostHolds::default()),
        targets: config.targets.clone(),
    });
    let counts = config.counts();
    let running = Running {
        status: StatusLine::default(),
        edition: watch::Sender::new(Edition::of(&config)),
        config,
        path,
        served_at,
        environment: start.environment,
        store: store.clone(),
        clock: clock.clone(),
        site,
        metrics: metrics.clone(),
        order,
    };
    let mut outward = outward(&running);
    outward.press.open().await?;
    tell_addresses(&surface, &counts);
    let mut tasks = Tasks::start(
        surface,
        metrics,
        Inward {
            orders,
            store: store.clone(),
            clock,
            status: running.status.clone(),
        },
        outward,
    );
    running.status.ready(&counts, None);

    let stopped = tasks.run_beside(running.until_asked(&mut signals)).await;
    systemd::stopping();
    let ended = tasks.end(signals.stop()).await;
    close(store.as_ref()).await?;
    stopped.and(ended)
}

/// Logs which settings of sources an operator should know of at every start.
fn tell_of_targets(targets: &[Target]) {
    tell_widening(targets);
    tell_own_names(&[], targets);
    tell_authorities(targets);
}

/// Makes the store know the sources, and brings its times in line with the clock.
async fn prepare(store: &dyn Store, config: &Config, clock: &dyn Clock) -> Result<(), StoreError> {
    store
        .register_sources(&sources(config), clock.now())
        .await?;
    if let Some(aligned) = align(store, clock).await? {
        tracing::warn!("{aligned}");
    }
    Ok(())
}

/// Who publishes, and who tells hubs of it.
fn outward(running: &Running) -> Outward {
    let (config, metrics) = (&running.config, &running.metrics);
    let (store, clock) = (&running.store, &running.clock);
    let holds = running.order.borrow().refresher.holds().clone();
    let (messenger, hubs) = Messenger::new(
        running.edition.subscribe(),
        Fetcher::new(&config.fetch).with_holds(holds),
        clock.clone(),
        metrics.clone(),
    );
    let republisher = Republisher::new(store.clone(), clock.clone(), config.plan.clone());
    let press = Press::new(
        republisher.with_metrics(metrics.clone()),
        running.site.clone(),
        store.clone(),
        clock.clone(),
        config.retention(),
        running.order.clone(),
        hubs,
    );
    Outward {
        press,
        messenger,
        editions: running.edition.subscribe(),
    }
}

/// How long the store may take to write what waits. A step that is cut is rolled back, and was answered to nobody.
const CLOSE: Duration = Duration::from_secs(3);

async fn close(store: &dyn Store) -> Result<(), StoreError> {
    let closed = tokio::time::timeout(CLOSE, store.close()).await;
    closed.unwrap_or_else(|_| {
        tracing::warn!("the store takes too long to close; it is whole all the same");
        Ok(())
    })
}

/// Opening reads the whole file, so it stays off the async threads.
async fn open(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let settings = config.store.settings.clone();
    Ok(tokio::task::spawn_blocking(move || store::open(&settings, Opening::Thorough)).await??)
}

const NOT_SERVED: &str = "a socket that the service manager hands over cannot be served: mainstem.socket needs ListenStream= lines and no Accept=yes";

/// The sockets that systemd holds for us, else our own.
async fn listen(config: &Config) -> anyhow::Result<Vec<Listener>> {
    let inherited = systemd::inherited_listeners().context(NOT_SERVED)?;
    if inherited.is_empty() {
        return Ok(serve::bind(&config.listen, "[server] listen").await?);
    }
    let inherited = inherited.into_iter().map(Listener::inherited);
    let listeners: Result<Vec<Listener>, _> = inherited.collect();
    listeners.context(NOT_SERVED)
}

/// The base of links to what the service manager listens at, where the configuration names a port that nobody listens at.
/// `None`: what it names can be opened.
fn served_at(configured: &[Address], listeners: &[Listener]) -> Option<Url> {
    let served = listeners.iter().filter_map(Listener::ip);
    let served: Vec<Address> = served.map(Address::Ip).collect();
    let (by_file, by_socket) = (config::base_at(configured), config::base_at(&served));
    let port = by_file.port_or_known_default();
    let is_served =
        |address: &Address| matches!(address, Address::Ip(ip) if Some(ip.port()) == port);
    let is_inherited = listeners.iter().any(Listener::is_inherited);
    (is_inherited && !served.iter().any(is_served)).then_some(by_socket)
}

/// Has self links lead to what the service manager listens at, where nobody has written a `public_url`.
fn follow_sockets(config: &mut Config, served_at: Option<&Url>) {
    let Some(base) = served_at.filter(|_| !config.has_public_url) else {
        return;
    };
    Arc::make_mut(&mut config.plan).public_url = base.clone();
    tracing::warn!(
        public_url = %base,
        "self links name a socket of the service manager's, of which `listen`, and what `print` writes, know nothing: write `public_url` in [server]"
    );
}

/// What listens, and the metrics; without `[metrics]` nothing is noted.
async fn surface(config: &Config, clock: &Arc<dyn Clock>) -> anyhow::Result<(Surface, Metrics)> {
    let mut surface = Surface {
        listeners: listen(config).await?,
        settings: config.server.clone(),
        site: Site::default(),
        metrics: None,
    };
    let Some(address) = config.metrics else {
        return Ok((surface, Metrics::default()));
    };
    let listeners = serve::bind(&[Address::Ip(address)], "[metrics] listen").await?;
    let metrics = Metrics::started(env!("CARGO_PKG_VERSION"), clock.now());
    let exposition = exposition(config, &metrics, clock);
    surface.metrics = Some((listeners, exposition));
    Ok((surface, metrics))
}

/// The metrics as text, with what is looked up only when somebody asks.
fn exposition(config: &Config, metrics: &Metrics, clock: &Arc<dyn Clock>) -> Exposition {
    let location = config.store.settings.location.clone();
    let (metrics, clock) = (metrics.clone(), clock.clone());
    Arc::new(move || {
        metrics.store_takes(&location.sizes());
        metrics.exposition(clock.now())
    })
}

fn tell_addresses(surface: &Surface, counts: &str) {
    for address in &surface.listeners {
        tracing::info!(%address, "serving {counts}");
    }
    for metrics in surface.metrics.iter().flat_map(|(listeners, _)| listeners) {
        tracing::info!(%metrics, "serving /metrics");
    }
}

fn refresher(
    config: &Config,
    store: &Arc<dyn Store>,
    clock: &Arc<dyn Clock>,
    metrics: &Metrics,
    holds: &HostHolds,
) -> Arc<Refresher> {
    let fetcher = Fetcher::new(&config.fetch).with_holds(holds.clone());
    let refresher = Refresher::new(fetcher, store.clone(), clock.clone());
    Arc::new(refresher.with_metrics(metrics.clone()))
}

/// Says what the configuration that is in force has wrong with it, one line for each problem.
pub fn tell_problems(problems: &config::Problems) {
    for problem in &problems.0 {
        tracing::warn!("{}", problem.line());
    }
}

/// Says once that the machine cannot verify any certificate, if a source needs that.
pub fn tell_authorities(targets: &[Target]) {
    if lacks_authorities(targets) {
        tracing::error!("{NO_AUTHORITIES}; sources at http addresses are asked all the same");
    }
}

/// Whether a source relies on the machine's certificate authorities, and there are none.
#[must_use]
pub fn lacks_authorities(targets: &[Target]) -> bool {
    let relies = |target: &Target| {
        matches!(target.source.location, Location::Url(_))
            && target.fetch.ca_file.is_none()
            && !target.fetch.insecure
    };
    targets.iter().any(relies) && !has_authorities()
}

/// Says which addresses beyond the public ones may be asked, once for each set of them.
pub fn tell_widening(targets: &[Target]) {
    let mut widened: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for target in targets
        .iter()
        .filter(|target| !target.fetch.allow_addresses.is_empty())
    {
        let blocks = target.fetch.allow_addresses.iter();
        let blocks: Vec<String> = blocks.map(ToString::to_string).collect();
        let sources = widened.entry(blocks.join(" ")).or_default();
        sources.push(target.source.id.as_str());
    }
    for (addresses, sources) in widened {
        tracing::warn!(
            addresses,
            sources = sources.len(),
            first = sources[0],
            "allow_addresses: these may be asked beyond the public ones"
        );
    }
}

/// The sources that the store is to know.
#[must_use]
pub fn sources(config: &Config) -> Vec<Arc<Source>> {
    config
        .targets
        .iter()
        .map(|target| target.source.clone())
        .collect()
}

fn show_outputs(site: &Site, plan: &Plan) {
    let outputs: Vec<_> = plan
        .outputs
        .iter()
        .map(|plan| Outlet {
            id: plan.output.id.clone(),
            token: plan.token.clone(),
            hub: hub_of(plan).cloned(),
        })
        .collect();
    site.replace_outputs(&outputs, &plan.public_url);
}

/// The list of the sources that are polled.
#[must_use]
pub fn sources_opml(
    plan: &Plan,
    reports: &[SourceReport],
    shown: impl Fn(&Url) -> String,
) -> String {
    let sources = plan.sources.values().map(|seen| &*seen.source);
    opml(&opml_sources(sources, reports, shown))
}

/// The lines of a list of sources; local files have no address to be listed by. `shown`: the form of an address that the list's
/// readers may see.
#[must_use]
pub fn opml_sources<'s>(
    sources: impl Iterator<Item = &'s Source>,
    reports: &[SourceReport],
    shown: impl Fn(&Url) -> String,
) -> Vec<OpmlSource> {
    let reports: BTreeMap<_, _> = reports.iter().map(|report| (&report.id, report)).collect();
    sources
        .filter_map(|source| match &source.location {
            Location::Url(url) => Some((source, url)),
            Location::File(_) => None,
        })
        .map(|(source, url)| {
            let report = reports.get(&source.id);
            let title = source
                .title
                .clone()
                .or_else(|| report.and_then(|report| report.feed_title.clone()));
            OpmlSource {
                title: title.or_else(|| Some(source.id.to_string())),
                xml_url: shown(url),
                html_url: report.and_then(|report| report.home_url.clone()),
                tags: source.tags.clone(),
                is_comment: false,
            }
        })
        .collect()
}

/// The list that everybody may read.
fn public_opml(plan: &Plan, reports: &[SourceReport]) -> String {
    sources_opml(plan, reports, |url| public_url(url).into())
}
