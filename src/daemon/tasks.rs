//! The long-lived tasks: started together, watched while they run, ended together.

use std::sync::Arc;

use anyhow::bail;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::edition::Edition;
use super::monitor::Monitor;
use super::notifier::Notifier;
use super::publisher::Publisher;
use super::stop::{STOP_LIMITS, until};
use crate::clock::Clock;
use crate::pages::Pages;
use crate::serve::{self, Exposition, Listener, Site};
use crate::store::{Store, StoreError};
use crate::systemd::StatusLine;
use crate::telemetry::Metrics;
use crate::worker::{Orders, Reports, work};

/// What the worker is started with, and where it is said how the store is doing.
pub(super) struct Inward {
    pub(super) orders: watch::Receiver<Orders>,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) status: StatusLine,
}

/// What is asked from outside, and where.
pub(super) struct Surface {
    pub(super) listeners: Vec<Listener>,
    pub(super) settings: serve::Settings,
    pub(super) site: Site,
    pub(super) pages: Pages,
    /// Listeners of their own; `None`: metrics are served nowhere.
    pub(super) metrics: Option<(Vec<Listener>, Exposition)>,
}

/// What the publisher is started with, and who tells of what it publishes.
pub(super) struct Outward {
    pub(super) publisher: Publisher,
    pub(super) notifier: Notifier,
    pub(super) editions: watch::Receiver<Edition>,
}

/// The long-lived tasks; each ends only when told to.
pub(super) struct Tasks {
    stop: watch::Sender<bool>,
    server: Option<JoinHandle<()>>,
    collected: Option<JoinHandle<()>>,
    worker: Option<JoinHandle<Result<(), StoreError>>>,
    publisher: Option<JoinHandle<Result<(), StoreError>>>,
    notifier: Option<JoinHandle<()>>,
    monitor: JoinHandle<()>,
}

impl Tasks {
    pub(super) fn start(
        surface: Surface,
        metrics: Metrics,
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
            status,
        } = inward;
        let monitor = Monitor {
            store: store.clone(),
            site: surface.site.clone(),
            metrics: metrics.clone(),
            status,
        };
        let monitor = tokio::spawn(monitor.run());
        let reports = Reports {
            unasked,
            changed,
            metrics: metrics.clone(),
        };
        let collected = surface.metrics.map(|(listeners, exposition)| {
            let told = until(stopped.clone());
            tokio::spawn(serve::serve_metrics(listeners, exposition, told))
        });
        Self {
            stop,
            server: Some(tokio::spawn(serve::serve(
                surface.listeners,
                surface.settings,
                surface.site,
                store.clone(),
                surface.pages,
                metrics,
                until(stopped.clone()),
            ))),
            collected,
            worker: Some(tokio::spawn(work(
                orders,
                store,
                clock,
                reports,
                STOP_LIMITS.refreshes,
                until(stopped.clone()),
            ))),
            notifier: Some(tokio::spawn(outward.notifier.run(stopped.clone()))),
            publisher: Some(tokio::spawn(outward.publisher.run(
                changes,
                first_pass,
                outward.editions,
                stopped,
            ))),
            monitor,
        }
    }

    /// Runs `asked` to its end, unless a task ends by itself before: that is a failure.
    pub(super) async fn run_beside(
        &mut self,
        asked: impl Future<Output = &'static str>,
    ) -> anyhow::Result<()> {
        tokio::select! {
            reason = asked => tracing::info!(reason, "stopping"),
            ended = joined(&mut self.worker) => { self.worker = None; ended??; bail!("the worker ended by itself") }
            ended = joined(&mut self.publisher) => { self.publisher = None; ended??; bail!("the republisher ended by itself") }
            ended = joined(&mut self.notifier) => { self.notifier = None; ended?; bail!("the notifier of hubs ended by itself") }
            ended = joined(&mut self.server) => { self.server = None; ended?; bail!("the server ended by itself") }
            ended = joined(&mut self.collected) => { self.collected = None; ended?; bail!("the metrics' server ended by itself") }
        }
        Ok(())
    }

    /// Tells everybody at once: what is under way reaches the store, readers that are being answered get their answer, until
    /// `hurry` ends or their time is over.
    pub(super) async fn end(self, hurry: impl Future<Output = ()>) -> anyhow::Result<()> {
        self.monitor.abort();
        let _ = self.stop.send(true);
        let (cut, is_cut) = watch::channel(false);
        let limit = async {
            tokio::select! {
                () = hurry => tracing::info!("stopping at once: what is under way is cut, and done again after the next start"),
                () = tokio::time::sleep(STOP_LIMITS.tasks) => {}
            }
            let _ = cut.send(true);
            std::future::pending().await
        };
        let all = async {
            tokio::join!(
                ended(self.worker, is_cut.clone()),
                ended(self.publisher, is_cut.clone()),
                ended(self.notifier, is_cut.clone()),
                ended(self.server, is_cut.clone()),
                ended(self.collected, is_cut.clone())
            )
        };
        let (worker, publisher, notifier, server, collected) = tokio::select! {
            ended = all => ended,
            never = limit => never,
        };
        worker?.transpose()?;
        publisher?.transpose()?;
        notifier?;
        server?;
        collected?;
        Ok(())
    }
}

/// The end of a task that was told to stop. `None`: there is none, or it took too long and is cut; what it has not brought
/// to the store by then is done again after the next start.
async fn ended<T>(
    task: Option<JoinHandle<T>>,
    is_cut: watch::Receiver<bool>,
) -> Result<Option<T>, tokio::task::JoinError> {
    let Some(mut task) = task else {
        return Ok(None);
    };
    tokio::select! {
        biased;
        ended = &mut task => ended.map(Some),
        () = until(is_cut) => {
            // Not awaited: one that computes notices only at its next step.
            task.abort();
            Ok(None)
        }
    }
}

/// The end of a task that is running.
async fn joined<T>(task: &mut Option<JoinHandle<T>>) -> Result<T, tokio::task::JoinError> {
    match task {
        Some(task) => task.await,
        None => std::future::pending().await,
    }
}
