//! What is done when asked from outside: reload, stop.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::press::Edition;
use super::{public_opml, refresher, show_outputs, sources, tell_widening};
use crate::clock::Clock;
use crate::config::{self, Config, Environment};
use crate::serve::Site;
use crate::store::Store;
use crate::systemd;
use crate::telemetry::Metrics;
use crate::worker::Orders;

/// The signals that we listen to. Caught from the very start: one that comes early must not end the process.
pub(super) struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn catch() -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }
}

/// What a reload changes.
pub(super) struct Running {
    pub(super) config: Config,
    pub(super) path: PathBuf,
    pub(super) environment: Environment,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) site: Site,
    pub(super) metrics: Metrics,
    pub(super) order: watch::Sender<Orders>,
    pub(super) edition: watch::Sender<Edition>,
}

impl Running {
    /// Reloads as often as asked; ends with the reason to stop.
    pub(super) async fn until_asked(mut self, mut signals: Signals) -> &'static str {
        loop {
            tokio::select! {
                _ = signals.terminate.recv() => return "SIGTERM",
                _ = signals.interrupt.recv() => return "SIGINT",
                Some(()) = signals.hangup.recv() => self.reload().await,
            }
        }
    }

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
        self.site.set_token(new.server_token.as_ref());
        show_outputs(&self.site, &new.plan);
        let _ = self.edition.send(Edition::of(&new));
        if new.targets != self.config.targets {
            tell_widening(&new.targets);
        }
        // The same fetcher goes on, so that no host's turns begin anew; addresses that are no longer allowed are another
        // client's from now on, with connections of its own.
        let running = self.order.borrow().refresher.clone();
        let refresher = if new.fetch == self.config.fetch {
            running
        } else {
            refresher(
                &new,
                &self.store,
                &self.clock,
                &self.metrics,
                running.holds(),
            )
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
