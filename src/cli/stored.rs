//! Commands that work on the store beside a running daemon.

use std::path::Path;
use std::sync::Arc;

use anyhow::bail;

use crate::clock::SystemClock;
use crate::config::Config;
use crate::model::OutputId;
use crate::publish::DocumentFormat;
use crate::republish::Republisher;
use crate::store::Store;
use crate::store::sqlite::{Opening, SqliteStore};

/// Opens the store as it is, without the daemon's thorough check.
pub(super) fn open(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    Ok(Arc::new(SqliteStore::open(
        &config.store.path,
        Opening::Quick,
    )?))
}

/// Carries whatever waits in the outbox to the outputs.
pub(super) async fn catch_up(
    config: &Config,
    store: &Arc<dyn Store>,
) -> anyhow::Result<Republisher> {
    let mut republisher =
        Republisher::new(store.clone(), Arc::new(SystemClock), config.plan.clone());
    republisher.replay().await?;
    republisher.catch_up().await?;
    Ok(republisher)
}

/// The output of this name.
pub(super) fn known_output(config: &Config, name: &str) -> anyhow::Result<OutputId> {
    let mut known = config.plan.output_ids();
    if let Some(id) = known.find(|id| id.as_str() == name) {
        return Ok(id.clone());
    }
    let known: Vec<&str> = config.plan.output_ids().map(OutputId::as_str).collect();
    bail!(
        "there is no output {name:?}; there are: {}",
        known.join(", ")
    );
}

/// The document that an output serves.
pub(super) async fn print(
    config: Config,
    output: &str,
    format: DocumentFormat,
) -> anyhow::Result<()> {
    let id = known_output(&config, output)?;
    let store = open(&config)?;
    let mut republisher = catch_up(&config, &store).await?;
    for (_, rendered) in republisher.render(&[id].into()).await? {
        super::print(rendered.documents.get(format).bytes())?;
    }
    store.close().await?;
    Ok(())
}

/// A consistent copy of the store.
pub(super) async fn backup(config: Config, to: &Path) -> anyhow::Result<()> {
    if to.exists() {
        bail!("{} exists already: name a file that does not", to.display());
    }
    if !config.store.path.exists() {
        bail!(
            "{} does not exist: there is nothing to copy yet",
            config.store.path.display()
        );
    }
    let store = open(&config)?;
    store.backup(to).await?;
    store.close().await?;
    Ok(())
}
