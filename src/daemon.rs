//! The daemon: builds every part from the configuration, owns the long-lived tasks, reloads and stops.
//!
//! Ready means: the store is open, the port is bound, and the documents stand
//! as the store has them; with an empty store they follow the first pass.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::clock::{Clock, SystemClock};
use crate::config::{self, Config, Environment};
use crate::fetch::Fetcher;
use crate::model::{Location, SourceReport, public_url};
use crate::publish::{OpmlSource, opml};
use crate::refresh::{Refresher, Target};
use crate::republish::{Plan, Republisher};
use crate::serve::{self, Site};
use crate::store::sqlite::{Opening, SqliteStore};
use crate::store::{Store, StoreError};
use crate::systemd;
use crate::worker::{Orders, Reports, work};

mod press;

use press::{Edition, Press};

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
    let (config, path) = (start.config, start.path);
    let signals = Signals::catch()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = open(&config).await?;
    let listener = bind(&config).await?;
    let address = listener.local_addr()?;
    store
        .register_sources(&sources(&config), clock.now())
        .await?;

    let site = Site::default();
    show_outputs(&site, &config.plan);
    site.set_sources_opml(&public_opml(&config.plan, &store.source_reports().await?));
    tell_widening(&config.targets);
    let (order, orders) = watch::channel(Orders {
        refresher: refresher(&config, &store, &clock),
        targets: config.targets.clone(),
    });
    let (edition, editions) = watch::channel(Edition::of(&config));
    let republisher = Republisher::new(store.clone(), clock.clone(), config.plan.clone());
    let keep = config.store.keep;
    let mut press = Press::new(
        republisher,
        site.clone(),
        store.clone(),
        clock.clone(),
        keep,
    );
    press.open().await?;
    let counts = counts(&config);
    let running = Running {
        config,
        path,
        environment: start.environment,
        store: store.clone(),
        clock: clock.clone(),
        site: site.clone(),
        order,
        edition,
    };
    let mut tasks = Tasks::start(
        listener,
        site,
        Inward {
            orders,
            store: store.clone(),
            clock,
        },
        Outward { press, editions },
    );
    tracing::info!(%address, "serving {counts}");
    systemd::ready(&counts);

    let stopped = tasks.run_beside(run_until_asked(running, signals)).await;
    systemd::stopping();
    let ended = tasks.end().await;
    close(store.as_ref()).await?;
    stopped.and(ended)
}

async fn close(store: &dyn Store) -> Result<(), StoreError> {
    let closed = tokio::time::timeout(CLOSE, store.close()).await;
    closed.unwrap_or_else(|_| {
        tracing::warn!("the store takes too long to close; it is whole all the same");
        Ok(())
    })
}

/// What the worker is started with.
struct Inward {
    orders: watch::Receiver<Orders>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// What the press is started with.
struct Outward {
    press: Press,
    editions: watch::Receiver<Edition>,
}

/// The long-lived tasks; each ends only when told to.
struct Tasks {
    stop: watch::Sender<bool>,
    server: Option<JoinHandle<()>>,
    worker: Option<JoinHandle<Result<(), StoreError>>>,
    press: Option<JoinHandle<Result<(), StoreError>>>,
    watchdog: JoinHandle<()>,
}

impl Tasks {
    fn start(
        listener: tokio::net::TcpListener,
        site: Site,
        inward: Inward,
        outward: Outward,
    ) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (changed, changes) = mpsc::channel(1);
        let (unasked, first_pass) = watch::channel(usize::MAX);
        let Inward {
            orders,
            store,
            clock,
        } = inward;
        let watchdog = tokio::spawn(watch_over(store.clone()));
        let reports = Reports { unasked, changed };
        Self {
            stop,
            server: Some(tokio::spawn(serve::serve(
                listener,
                site,
                until(stopped.clone()),
            ))),
            worker: Some(tokio::spawn(work(
                orders,
                store,
                clock,
                reports,
                until(stopped.clone()),
            ))),
            press: Some(tokio::spawn(outward.press.run(
                changes,
                first_pass,
                outward.editions,
                stopped,
            ))),
            watchdog,
        }
    }

    /// Runs `asked` to its end, unless a task ends by itself before: that is a failure.
    async fn run_beside(
        &mut self,
        asked: impl Future<Output = &'static str>,
    ) -> anyhow::Result<()> {
        tokio::select! {
            reason = asked => tracing::info!(reason, "stopping"),
            ended = joined(&mut self.worker) => { self.worker = None; ended??; bail!("the worker ended by itself") }
            ended = joined(&mut self.press) => { self.press = None; ended??; bail!("the republisher ended by itself") }
            ended = joined(&mut self.server) => { self.server = None; ended?; bail!("the server ended by itself") }
        }
        Ok(())
    }

    /// Tells everybody at once: what is under way reaches the store, readers that are being answered get their answer.
    async fn end(self) -> anyhow::Result<()> {
        self.watchdog.abort();
        let _ = self.stop.send(true);
        let (worker, press, server) = tokio::join!(
            ended(self.worker, DRAIN),
            ended(self.press, DRAIN),
            ended(self.server, DRAIN)
        );
        worker?.transpose()?;
        press?.transpose()?;
        server?;
        Ok(())
    }
}

/// The end of a task that was told to stop. `None`: there is none, or it took too long and is cut; what it has not brought
/// to the store by then is done again after the next start.
async fn ended<T>(
    task: Option<JoinHandle<T>>,
    limit: Duration,
) -> Result<Option<T>, tokio::task::JoinError> {
    let Some(mut task) = task else {
        return Ok(None);
    };
    let Ok(ended) = tokio::time::timeout(limit, &mut task).await else {
        // Not awaited: one that computes notices only at its next step.
        task.abort();
        return Ok(None);
    };
    ended.map(Some)
}

/// The end of a task that is running.
async fn joined<T>(task: &mut Option<JoinHandle<T>>) -> Result<T, tokio::task::JoinError> {
    match task {
        Some(task) => task.await,
        None => std::future::pending().await,
    }
}

/// How long the tasks may take to end; a little longer than the worker gives to refreshes under way.
const DRAIN: Duration = Duration::from_secs(6);
/// How long the store may take to write what waits. A step that is cut is rolled back, and was answered to nobody.
const CLOSE: Duration = Duration::from_secs(3);

/// The signals that we listen to. Caught from the very start: one that comes early must not end the process.
struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn catch() -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }
}

/// Reloads as often as asked; ends with the reason to stop.
async fn run_until_asked(mut running: Running, mut signals: Signals) -> &'static str {
    loop {
        tokio::select! {
            _ = signals.terminate.recv() => return "SIGTERM",
            _ = signals.interrupt.recv() => return "SIGINT",
            Some(()) = signals.hangup.recv() => running.reload().await,
        }
    }
}

/// Opening reads the whole file, so it stays off the async threads.
async fn open(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let path = config.store.path.clone();
    let store =
        tokio::task::spawn_blocking(move || SqliteStore::open(&path, Opening::Thorough)).await??;
    Ok(Arc::new(store))
}

/// The port that systemd holds for us, else our own.
async fn bind(config: &Config) -> anyhow::Result<tokio::net::TcpListener> {
    if let Some(inherited) =
        systemd::inherited_listener().context("the socket handed over is no TCP listener")?
    {
        return Ok(tokio::net::TcpListener::from_std(inherited)?);
    }
    tokio::net::TcpListener::bind(config.listen).await.with_context(|| {
        format!("{} cannot be listened at: choose another address in [server] listen, or end what holds it", config.listen)
    })
}

/// Ends when the daemon is told to stop.
async fn until(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Says to systemd that we live, each time after the store has shown that it does.
async fn watch_over(store: Arc<dyn Store>) {
    let Some(interval) = systemd::watchdog_interval() else {
        return;
    };
    let mut beat = tokio::time::interval(interval);
    loop {
        beat.tick().await;
        match store.probe().await {
            Ok(()) => systemd::alive(),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "the store does not answer"
            ),
        }
    }
}

fn refresher(config: &Config, store: &Arc<dyn Store>, clock: &Arc<dyn Clock>) -> Arc<Refresher> {
    let fetcher = Fetcher::new(&config.fetch);
    Arc::new(Refresher::new(fetcher, store.clone(), clock.clone()))
}

fn counts(config: &Config) -> String {
    let (sources, outputs) = (config.targets.len(), config.plan.outputs.len());
    format!("{sources} sources, {outputs} outputs")
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
pub fn sources(config: &Config) -> Vec<Arc<crate::model::Source>> {
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
        .map(|plan| (plan.output.id.clone(), plan.token.clone()))
        .collect();
    site.replace_outputs(&outputs);
}

/// The list of sources; local files have no address to be listed by. `shown`: the form of an address that the list's readers
/// may see.
#[must_use]
pub fn sources_opml(
    plan: &Plan,
    reports: &[SourceReport],
    shown: impl Fn(&url::Url) -> String,
) -> String {
    let listed: Vec<OpmlSource> = plan
        .sources
        .values()
        .filter_map(|seen| match &seen.source.location {
            Location::Url(url) => Some((seen, url)),
            Location::File(_) => None,
        })
        .map(|(seen, url)| {
            let report = reports.iter().find(|report| report.id == seen.source.id);
            let title = seen
                .source
                .title
                .clone()
                .or_else(|| report.and_then(|report| report.feed_title.clone()));
            OpmlSource {
                title: title.or_else(|| Some(seen.source.id.to_string())),
                xml_url: shown(url),
                html_url: report.and_then(|report| report.home_url.clone()),
                tags: seen.source.tags.clone(),
            }
        })
        .collect();
    opml(&listed)
}

/// The list that everybody may read.
fn public_opml(plan: &Plan, reports: &[SourceReport]) -> String {
    sources_opml(plan, reports, |url| public_url(url).into())
}

/// What a reload changes.
struct Running {
    config: Config,
    path: PathBuf,
    environment: Environment,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    site: Site,
    order: watch::Sender<Orders>,
    edition: watch::Sender<Edition>,
}

impl Running {
    /// Takes over a new configuration whole, or none of it.
    async fn reload(&mut self) {
        systemd::reloading();
        if let Err(why) = self.try_reload().await {
            tracing::error!(%why, "the configuration was not reloaded; the old one stays");
        }
        systemd::ready("reloaded");
    }

    async fn try_reload(&mut self) -> anyhow::Result<()> {
        let loaded = config::load(&self.path, &self.environment)?;
        let new = loaded.config;
        for key in config::restart_needed(&self.config, &new) {
            tracing::warn!(key, "this takes effect only after a restart");
        }
        self.store
            .register_sources(&sources(&new), self.clock.now())
            .await?;
        self.site
            .set_sources_opml(&public_opml(&new.plan, &self.store.source_reports().await?));
        show_outputs(&self.site, &new.plan);
        let _ = self.edition.send(Edition::of(&new));
        if new.targets != self.config.targets {
            tell_widening(&new.targets);
        }
        // The same fetcher goes on, so that no host's turns begin anew; addresses that are no longer allowed are another
        // client's from now on, with connections of its own.
        let refresher = if new.fetch == self.config.fetch {
            self.order.borrow().refresher.clone()
        } else {
            refresher(&new, &self.store, &self.clock)
        };
        let _ = self.order.send(Orders {
            refresher,
            targets: new.targets.clone(),
        });
        tracing::info!(
            sources = new.targets.len(),
            outputs = new.plan.outputs.len(),
            "reloaded"
        );
        self.config = new;
        Ok(())
    }
}
