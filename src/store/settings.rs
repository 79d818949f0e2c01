//! What the store wants to be told before it is opened.

use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::location::StoreLocation;

/// Where the store is kept, and how that was settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where the store is kept; a path is absolute.
    pub location: StoreLocation,
    /// Where the location comes from.
    pub rule: PathRule,
}

/// Where the path of the store comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathRule {
    /// `[store] path`.
    Written,
    /// `$STATE_DIRECTORY`: we are the service.
    StateDirectory,
    /// The state directory of the installed service (`/var/lib/mainstem`), because the configuration lies below `/etc`.
    OfService,
    /// Beside the configuration.
    Beside,
}

/// How much is checked when a store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// The daemon's way: everything stored is read and checked (about a second per GiB in a file; of a file beyond 512 MiB beside
    /// the work on it), and no second daemon can open the store until this process ends.
    Thorough,
    /// The way of a command beside the daemon: only whose store it is and its version are checked.
    Quick,
}

impl Settings {
    /// A store in a file that somebody has named.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            location: StoreLocation::File(path.into()),
            rule: PathRule::Written,
        }
    }

    /// Checks that the directory of the store exists where only the service manager makes it. Elsewhere opening the store
    /// says what is in the way.
    ///
    /// # Errors
    /// [`StoreError::Unusable`], which says how the directory is made.
    pub fn check_directory(&self) -> Result<(), StoreError> {
        let StoreLocation::File(path) = &self.location;
        let directory = path.parent().unwrap_or(Path::new("/"));
        if self.rule != PathRule::OfService || directory.try_exists().unwrap_or(true) {
            return Ok(());
        }
        Err(StoreError::Unusable {
            location: self.location.clone(),
            what: format!(
                "{0} does not exist; the service makes it when it starts (`systemctl start mainstem`); without systemd, make it yourself (`mkdir {0}`) for the user that runs mainstem, or name another place as `path` in [store]",
                directory.display()
            ),
        })
    }
}
