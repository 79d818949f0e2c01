//! The way to a store: the only place that chooses an engine.

use std::sync::Arc;

use super::contract::Store;
use super::disk::{Audience, Compacted};
use super::error::StoreError;
use super::location::StoreLocation;
use super::read_store::ReadStore;
use super::settings::{Opening, Settings};
use super::sqlite;

/// Opens a store and brings its schema up to date. A missing one is made, for its owner alone. Blocks while it is read.
///
/// # Errors
/// [`StoreError::Damaged`], [`StoreError::Newer`], [`StoreError::Unusable`] or, where a second daemon opens it
/// ([`Opening::Thorough`]), [`StoreError::InUse`], each with the location and what to do. The store is left as it is.
pub fn open(settings: &Settings, opening: Opening) -> Result<Arc<dyn Store>, StoreError> {
    settings.check_directory()?;
    match &settings.location {
        StoreLocation::File(path) => Ok(Arc::new(sqlite::SqliteEngine::open(path, opening)?)),
    }
}

/// Opens a store to be read beside whoever writes it: nothing in it changes, and a missing one is not made. `None`: nothing
/// is stored yet.
///
/// # Errors
/// [`StoreError::Damaged`], [`StoreError::Newer`] or [`StoreError::Unusable`], as in [`open`]; the last also where an older
/// version wrote the store, which only [`open`] brings up to date.
pub fn open_to_read(settings: &Settings) -> Result<Option<Box<dyn ReadStore>>, StoreError> {
    match &settings.location {
        StoreLocation::File(path) => {
            let reader = sqlite::SqliteReader::open(path)?;
            Ok(reader.map(|reader| Box::new(reader) as Box<dyn ReadStore>))
        }
    }
}

/// What can be learned or done without opening the store.
impl StoreLocation {
    /// Whether there is no store yet. One that this user may not see is not missing: opening it says why.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        match self {
            Self::File(path) => sqlite::is_missing(path),
        }
    }

    /// Who may read the store besides its owner; `None`: nobody, or there is no store to be seen.
    #[must_use]
    pub fn audience(&self) -> Option<Audience> {
        match self {
            Self::File(path) => sqlite::audience(path),
        }
    }

    /// Bytes that the store takes, by the names of its parts. A part that is missing takes none. Cheap enough to be asked with
    /// every reading of the metrics.
    #[must_use]
    pub fn sizes(&self) -> Vec<(&'static str, u64)> {
        match self {
            Self::File(path) => sqlite::sizes(path).to_vec(),
        }
    }

    /// Rebuilds the store without its free pages, while nobody has it open. An older schema is brought up to date.
    ///
    /// # Errors
    /// [`StoreError::InUse`] where a daemon runs on it; [`StoreError::Unusable`] where another process has it open, or where
    /// there is no room for the copy; those of [`open`]. The store is then as it was.
    pub fn compact(&self) -> Result<Compacted, StoreError> {
        match self {
            Self::File(path) => sqlite::compact(path),
        }
    }
}
