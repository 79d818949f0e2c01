//! What a configuration is read for, and what of the environment has a say in it.

use std::path::PathBuf;

/// What of the environment has a say in the configuration.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `$STATE_DIRECTORY`: where systemd lets a service keep its state.
    pub state_directory: Option<PathBuf>,
    /// `$CREDENTIALS_DIRECTORY`: where systemd hands over secrets.
    pub credentials_directory: Option<PathBuf>,
    /// The service manager runs us for a service, but keeps its secrets from us, as from the commands of `ExecReload=`:
    /// nothing can be said of them.
    pub hides_credentials: bool,
}

/// What a configuration is loaded for, and so which of its secrets must be at hand. One that is not at hand and not needed is a
/// warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// Polling and serving: all of them.
    Service,
    /// Polling these sources, or all if there are none: theirs.
    Polling(&'a [String]),
    /// Work on what is stored: none.
    Reading,
    /// Telling what is wrong: none, but a file that cannot be read is a problem. Other files are judged too as the installed
    /// service would see them.
    Checking,
}
