//! Registering the configured sources.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::hosts;
use crate::model::{Location, Source, SourceId, Timestamp};
use crate::store::rows::{HostRows, Located, RegisteredSource, SourceRows};

/// Brings the stored sources in line with the configured ones; see [`crate::store::Store::register_sources`].
pub(in crate::store) fn register<R: SourceRows + HostRows>(
    rows: &R,
    sources: &[Arc<Source>],
    now: Timestamp,
) -> Result<(), R::Error> {
    hosts::correct(rows, now)?;
    let stored = rows.registered_sources()?.into_iter();
    let mut stored: BTreeMap<SourceId, RegisteredSource> =
        stored.map(|source| (source.id.clone(), source)).collect();
    let configured = stored.values().filter(|source| !source.is_removed);
    let mut missing: BTreeSet<SourceId> = configured.map(|source| source.id.clone()).collect();
    for source in sources {
        if let Some(formerly) = &source.formerly {
            rename(rows, &mut stored, formerly, &source.id)?;
            missing.remove(formerly);
        }
        missing.remove(&source.id);
        let registered = match stored.remove(&source.id) {
            None => add(rows, source, now)?,
            Some(registered) => update(rows, registered, source)?,
        };
        stored.insert(source.id.clone(), registered);
    }
    for source in missing.iter().filter_map(|id| stored.get(id)) {
        rows.set_removed(source.row, Some(now))?;
    }
    Ok(())
}

/// Gives a source its new id, with everything that is stored of it. Nothing happens where the old id is unknown or the new one is
/// taken.
fn rename<R: SourceRows>(
    rows: &R,
    stored: &mut BTreeMap<SourceId, RegisteredSource>,
    formerly: &SourceId,
    id: &SourceId,
) -> Result<(), R::Error> {
    if stored.contains_key(id) {
        return Ok(());
    }
    let Some(mut source) = stored.remove(formerly) else {
        return Ok(());
    };
    rows.rename_source(source.row, id)?;
    source.id = id.clone();
    stored.insert(id.clone(), source);
    Ok(())
}

fn add<R: SourceRows>(
    rows: &R,
    source: &Source,
    now: Timestamp,
) -> Result<RegisteredSource, R::Error> {
    let location = located(&source.location);
    let row = rows.add_source(&source.id, &location, source.priority, now)?;
    Ok(RegisteredSource {
        row,
        id: source.id.clone(),
        location,
        priority: source.priority,
        is_removed: false,
    })
}

/// Writes what the configuration says otherwise of a registered source.
fn update<R: SourceRows>(
    rows: &R,
    registered: RegisteredSource,
    source: &Source,
) -> Result<RegisteredSource, R::Error> {
    let location = located(&source.location);
    if registered.location != location {
        rows.relocate_source(registered.row, &location)?;
    }
    if registered.is_removed {
        rows.set_removed(registered.row, None)?;
    }
    if registered.priority != source.priority {
        rows.set_priority(registered.row, source.priority)?;
    }
    Ok(RegisteredSource {
        location,
        priority: source.priority,
        is_removed: false,
        ..registered
    })
}

/// A location as it is stored.
pub(in crate::store) fn located(location: &Location) -> Located {
    Located(match location {
        Location::Url(url) => url.to_string(),
        Location::File(path) => path.display().to_string(),
    })
}
