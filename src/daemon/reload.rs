//! What is done when asked from outside: reload, stop.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;
use url::Url;

use super::apply::{show_outputs, show_sources};
use super::edition::Edition;
use super::signals::Signals;
use super::sockets::follow_sockets;
use crate::clock::Clock;
use crate::config::{self, Config, Environment, Problem, Problems};
use crate::fetch::Fetcher;
use crate::pages::PageSettings;
use crate::serve::Site;
use crate::store::Store;
use crate::systemd::{self, StatusLine};
use crate::telemetry::{Metrics, causes};
use crate::worker::Orders;

/// Everything that a reload was refused for, on one line.
fn told(error: &anyhow::Error) -> String {
    match error.downcast_ref::<Problems>() {
        Some(problems) => {
            let lines: Vec<String> = problems.0.iter().map(Problem::line).collect();
            lines.join("; ")
        }
        None => causes(error.as_ref()),
    }
}

/// The first thing to mend, for the status line.
fn told_first(error: &anyhow::Error) -> String {
    let problems = error.downcast_ref::<Problems>();
    let first = problems.and_then(Problems::first).map(Problem::line);
    first.unwrap_or_else(|| causes(error.as_ref()))
}

/// What a reload changes.
pub(super) struct Running {
    pub(super) config: Config,
    pub(super) path: PathBuf,
    /// The base of links to the sockets of the service manager's, where the configuration names another place.
    pub(super) served_at: Option<Url>,
    pub(super) environment: Environment,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) site: Site,
    pub(super) metrics: Metrics,
    pub(super) order: watch::Sender<Orders>,
    pub(super) edition: watch::Sender<Edition>,
    pub(super) page_settings: watch::Sender<PageSettings>,
    pub(super) status: StatusLine,
}

impl Running {
    /// Reloads as often as asked; ends with the reason to stop.
    pub(super) async fn until_asked(mut self, signals: &mut Signals) -> &'static str {
        loop {
            tokio::select! {
                _ = signals.terminate.recv() => return "SIGTERM",
                _ = signals.interrupt.recv() => return "SIGINT",
                Some(()) = signals.hangup.recv() => self.reload().await,
            }
        }
    }

    /// Takes over a new configuration whole, or none of it; the status line says which.
    async fn reload(&mut self) {
        systemd::reloading();
        let refused = self.try_reload().await.err();
        let counts = self.config.counts();
        let Some(error) = refused else {
            self.status.ready(&counts, None);
            return;
        };
        tracing::error!(
            why = told(&error),
            "reload refused, the old configuration stays in force: mend it, then reload again"
        );
        self.status.ready(&counts, Some(&told_first(&error)));
    }

    async fn try_reload(&mut self) -> anyhow::Result<()> {
        let loaded = config::load(&self.path, &self.environment)?;
        config::tell_problems(&loaded.problems);
        let mut new = loaded.config;
        follow_sockets(&mut new, self.served_at.as_ref());
        for key in config::restart_needed(&self.config, &new) {
            tracing::warn!(key, "this takes effect only after a restart");
        }
        let running = self.order.borrow().refresher.clone();
        // Registering may rename a source. An answer that is still queued under the old id would then be lost.
        running.flush().await?;
        self.store
            .register_sources(&new.sources(), self.clock.now())
            .await?;
        let reports = self.store.source_reports().await?;
        show_sources(&self.site, &new.plan, &reports);
        self.site.set_token(new.server_token.as_ref());
        show_outputs(&self.site, &new.plan);
        let _ = self.edition.send(Edition::of(&new));
        self.page_settings.send_replace(new.pages());
        if new.targets != self.config.targets {
            config::tell_widening(&new.targets);
            config::tell_own_names(&self.config.targets, &new.targets);
        }
        // The same fetcher goes on, so that no host's turns begin anew; addresses that are no longer allowed are another
        // client's from now on, with connections of its own.
        let refresher = if new.fetch == self.config.fetch {
            running
        } else {
            Arc::new(running.with_fetcher(Fetcher::new(&new.fetch)))
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
