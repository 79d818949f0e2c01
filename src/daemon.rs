//! The daemon: builds every part from the configuration, owns the long-lived tasks, reloads and stops.
//!
//! Ready means: the store is open, the port is bound, and the documents stand
//! as the store has them; with an empty store they follow the first pass.
//!
//! Next, inward: `refresh/mod.rs`. The worker task keeps it going (`worker.rs`: a queue by due time, `Refresher::refresh` for each
//! source that is due). Outward: `daemon/publisher.rs`, which keeps `republish` going. `daemon/tasks.rs` spawns both, and the
//! server.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::sync::watch;

use crate::clock::{Clock, SystemClock};
use crate::config::{self, Config, Environment, Loaded};
use crate::fetch::Fetcher;
use crate::pages::Pages;
use crate::refresh::align;
use crate::republish::Republisher;
use crate::serve::{self, Address, Exposition, Site};
use crate::store::{Store, StoreError};
use crate::systemd::{self, StatusLine};
use crate::telemetry::Metrics;
use crate::worker::Orders;

#[cfg(test)]
mod accidents;
mod apply;
mod archiver;
mod duties;
mod edition;
mod files;
mod health;
mod housekeeper;
mod monitor;
mod notifier;
mod opening;
mod publisher;
mod reload;
mod signals;
mod sockets;
mod stop;
mod tasks;
mod withdrawals;

pub use stop::{STOP_LIMITS, StopLimits};

use apply::{refresher, show_outputs, show_sources};
use edition::Edition;
use notifier::Notifier;
use opening::open;
use publisher::Publisher;
use reload::Running;
use signals::Signals;
use sockets::{follow_sockets, listen, served_at};
use tasks::{Inward, Outward, Surface, Tasks};

/// Runs by this configuration until SIGTERM or SIGINT; SIGHUP reads its file again and reloads, all or nothing. `environment`:
/// what of the environment has a say in it.
///
/// # Errors
/// What keeps it from starting: the store or the port. Later, the store or the listener failing for good.
pub async fn run(loaded: Loaded, environment: Environment) -> anyhow::Result<()> {
    let mut config = loaded.config;
    let mut signals = Signals::catch()?;
    files::raise_limit();
    if let Some(what) = config::too_few_files(&config) {
        tracing::warn!("{what}");
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = open(&config).await?;
    let (page_settings, shown) = watch::channel(config.pages());
    let pages = Pages::new(store.clone(), clock.clone(), shown);
    let (surface, metrics) = surface(&config, &clock, pages).await?;
    let served_at = served_at(&config.listen, &surface.listeners);
    follow_sockets(&mut config, served_at.as_ref());
    page_settings.send_replace(config.pages());
    prepare(store.as_ref(), &config, clock.as_ref()).await?;
    publish_configuration(&surface.site, &config, store.as_ref()).await?;

    let (order, orders) = watch::channel(Orders {
        refresher: refresher(&config, &store, &clock, &metrics),
        targets: config.targets.clone(),
    });
    let counts = config.counts();
    let running = Running {
        status: StatusLine::default(),
        edition: watch::Sender::new(Edition::of(&config)),
        path: config.path.clone(),
        config,
        served_at,
        environment,
        store: store.clone(),
        clock: clock.clone(),
        site: surface.site.clone(),
        metrics: metrics.clone(),
        order,
        page_settings,
    };
    let mut outward = outward(&running);
    outward.publisher.open().await?;
    tell_addresses(&surface, &counts);
    let inward = Inward {
        orders,
        store: store.clone(),
        clock,
        status: running.status.clone(),
    };
    let mut tasks = Tasks::start(surface, metrics, inward, outward);
    running.status.ready(&counts, None);

    let stopped = tasks.run_beside(running.until_asked(&mut signals)).await;
    systemd::stopping();
    let ended = tasks.end(signals.stop()).await;
    close(store.as_ref()).await?;
    stopped.and(ended)
}

/// Makes the store know the sources, and brings its times in line with the clock.
async fn prepare(store: &dyn Store, config: &Config, clock: &dyn Clock) -> Result<(), StoreError> {
    store
        .register_sources(&config.sources(), clock.now())
        .await?;
    if let Some(aligned) = align(store, clock).await? {
        tracing::warn!("{aligned}");
    }
    Ok(())
}

/// Has the site serve what follows from the configuration alone, and logs which settings of sources an operator should know of
/// at every start.
async fn publish_configuration(
    site: &Site,
    config: &Config,
    store: &dyn Store,
) -> Result<(), StoreError> {
    site.set_token(config.server_token.as_ref());
    show_outputs(site, &config.plan);
    show_sources(site, &config.plan, &store.source_reports().await?);
    config::tell_widening(&config.targets);
    config::tell_own_names(&[], &config.targets);
    config::tell_authorities(&config.targets);
    Ok(())
}

/// Who publishes, and who tells hubs of it.
fn outward(running: &Running) -> Outward {
    let (config, metrics) = (&running.config, &running.metrics);
    let (store, clock) = (&running.store, &running.clock);
    let holds = running.order.borrow().refresher.holds().clone();
    let (notifier, hubs) = Notifier::new(
        running.edition.subscribe(),
        Fetcher::new(&config.fetch).with_holds(holds),
        clock.clone(),
        metrics.clone(),
    );
    let republisher = Republisher::new(store.clone(), clock.clone(), config.plan.clone());
    let publisher = Publisher::new(
        republisher.with_metrics(metrics.clone()),
        running.site.clone(),
        store.clone(),
        clock.clone(),
        config.retention(),
        running.order.clone(),
        hubs,
    );
    Outward {
        publisher,
        notifier,
        editions: running.edition.subscribe(),
    }
}

/// What listens, and the metrics; without `[metrics]` nothing is noted.
async fn surface(
    config: &Config,
    clock: &Arc<dyn Clock>,
    pages: Pages,
) -> anyhow::Result<(Surface, Metrics)> {
    let mut surface = Surface {
        listeners: listen(config).await?,
        settings: config.server.clone(),
        site: Site::default(),
        pages,
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
        match address.ip() {
            Some(ip) => {
                let front = front_page(ip);
                tracing::info!(%address, "serving {counts}; open {front} in a browser");
            }
            None => tracing::info!(%address, "serving {counts}"),
        }
    }
    for metrics in surface.metrics.iter().flat_map(|(listeners, _)| listeners) {
        tracing::info!(%metrics, "serving /metrics");
    }
}

/// Where a browser on this machine finds the front page of what is served at an address.
fn front_page(served_at: SocketAddr) -> String {
    let ip = match served_at.ip() {
        IpAddr::V4(any) if any.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(any) if any.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("http://{}/", SocketAddr::new(ip, served_at.port()))
}

/// Closes the store within its time.
async fn close(store: &dyn Store) -> Result<(), StoreError> {
    let closed = tokio::time::timeout(STOP_LIMITS.store, store.close()).await;
    closed.unwrap_or_else(|_| {
        tracing::warn!("the store takes too long to close; it is whole all the same");
        Ok(())
    })
}
