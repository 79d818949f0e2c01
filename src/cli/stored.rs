//! Commands that work on the store beside a running daemon.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use tempfile::TempDir;

use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::maintain::{self, due_in};
use crate::model::OutputId;
use crate::publish::DocumentFormat;
use crate::republish::{Rendered, Republisher, redact_archives, windows};
use crate::store::{self, Opening, Settings, Store};

/// Opens the store without the daemon's thorough check; a missing one is made.
pub(super) fn open(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    Ok(store::open(&config.store.settings, Opening::Quick)?)
}

/// Opens the store that is there. Whoever has nothing to store makes none.
pub(super) fn open_existing(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let location = &config.store.settings.location;
    if location.is_missing() {
        bail!("there is no store yet: `mainstem run` or `mainstem refresh` makes {location}");
    }
    open(config)
}

/// A store to read, and the directory that it stands in if that goes with it.
pub(super) struct Readable {
    pub(super) store: Arc<dyn Store>,
    _directory: Option<TempDir>,
}

/// Opens the store that is there, else an empty one that is gone afterwards: where nothing is stored yet, nothing is shown.
pub(super) fn open_to_show(config: &Config) -> anyhow::Result<Readable> {
    let is_missing = config.store.settings.location.is_missing();
    let directory = is_missing.then(TempDir::new).transpose()?;
    let store = match &directory {
        Some(directory) => {
            let empty = Settings::at(directory.path().join("mainstem.db"));
            store::open(&empty, Opening::Quick)?
        }
        None => open(config)?,
    };
    Ok(Readable {
        store,
        _directory: directory,
    })
}

/// Works on a store and closes it, however the work ends: a process that ends without leaves its log beside the file.
pub(super) async fn work_on<T>(
    store: &Arc<dyn Store>,
    work: impl AsyncFnOnce(&Arc<dyn Store>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let done = work(store).await;
    let closed = store.close().await;
    let value = done?;
    closed?;
    Ok(value)
}

/// Carries whatever waits in the outbox to the outputs, and takes out of the archives what was withdrawn.
pub(super) async fn catch_up(
    config: &Config,
    store: &Arc<dyn Store>,
) -> anyhow::Result<Republisher> {
    let mut republisher =
        Republisher::new(store.clone(), Arc::new(SystemClock), config.plan.clone());
    republisher.replay().await?;
    republisher.catch_up().await?;
    redact_archives(store.as_ref(), &SystemClock).await?;
    Ok(republisher)
}

/// Archive documents that a command cuts of an output before it lets anything go; a longer history is another's.
const ARCHIVES: usize = 64;

/// Makes a pass of retention, if one is due: where no daemon runs, nobody else does.
pub(super) async fn maintain(
    config: &Config,
    store: &Arc<dyn Store>,
    republisher: &mut Republisher,
) -> anyhow::Result<()> {
    if !due_in(&store.upkeep().await?, SystemClock.now()).is_zero() {
        return Ok(());
    }
    let states = store.source_states().await?;
    let mut states = states.iter();
    let all_asked = states.all(|(_, state)| state.history.last_attempt.is_some());
    // Documents of a new store follow the first pass over all sources, as with the daemon.
    if !all_asked && !republisher.is_rendered().await? {
        return Ok(());
    }
    let outputs: BTreeSet<OutputId> = config.plan.output_ids().cloned().collect();
    let rendered = republisher.render(&outputs).await?;
    let rendered: BTreeMap<OutputId, Rendered> = rendered.into_iter().collect();
    let archivist = republisher.archivist();
    for (output, rendered) in &rendered {
        for _ in 0..ARCHIVES {
            if !archivist.archive(output, rendered).await? {
                break;
            }
        }
    }
    let retention = config.retention();
    let windows = windows(&rendered);
    let pass = maintain::maintain(store.as_ref(), &retention, &windows, &SystemClock).await?;
    if let Some(told) = pass.too_large(&retention) {
        let _ = writeln!(std::io::stderr(), "mainstem: {told}");
    }
    Ok(())
}

/// Rebuilds the store without its free pages.
pub(super) fn compact(config: &Config) -> anyhow::Result<()> {
    let location = &config.store.settings.location;
    if location.is_missing() {
        bail!("{location} does not exist: there is nothing to rebuild yet");
    }
    let sizes = location.compact()?;
    super::output::print(format!("{location}: {sizes}\n").as_bytes())
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
    let readable = open_to_show(&config)?;
    work_on(&readable.store, async |store| {
        let mut republisher = catch_up(&config, store).await?;
        for (_, rendered) in republisher.render(&[id].into()).await? {
            super::output::print(rendered.documents.get(format).bytes())?;
        }
        Ok(())
    })
    .await
}

/// A consistent copy of the store.
pub(super) async fn backup(config: Config, to: &Path) -> anyhow::Result<()> {
    if to.exists() {
        bail!("{} exists already: name a file that does not", to.display());
    }
    let store = open_existing(&config)?;
    work_on(&store, async |store| Ok(store.backup(to).await?)).await
}
