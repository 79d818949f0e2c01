//! What the user wrote, checked: a TOML file to the settings of every part.
//!
//! Two stages: `file` reads the TOML one to one, `validate` turns it into
//! settings. Both note everything that is wrong, with its place and a hint, so
//! one run shows all of it. Nothing below this layer knows about TOML.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::fetch;
use crate::maintain::Retention;
use crate::refresh::Target;
use crate::republish::Plan;

#[macro_use]
mod table;

mod file;
mod problem;
mod reload;
mod validate;
mod values;

pub use file::schema;
pub use problem::{Problem, Problems, Severity};
pub use reload::restart_needed;

use problem::Found;

const LISTEN: &str = "127.0.0.1:8480";
const DEDUPE_WINDOW: Duration = Duration::from_secs(7 * 86_400);
const FIRST_ITEMS: u32 = 20;
const DAILY_ITEMS: u32 = 500;
const MAX_ENTRIES: u32 = 200;

/// What of the environment has a say in the configuration.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `$STATE_DIRECTORY`: where systemd lets a service keep its state.
    pub state_directory: Option<PathBuf>,
    /// `$CREDENTIALS_DIRECTORY`: where systemd hands over secrets.
    pub credentials_directory: Option<PathBuf>,
}

/// Where everything is kept, and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSettings {
    /// The database, absolute.
    pub path: PathBuf,
    /// Entries unseen in their source this long, and in no output's window, are stripped.
    pub keep: Duration,
}

impl StoreSettings {
    /// The default of `keep`.
    pub const KEEP: Duration = Duration::from_secs(365 * 86_400);
}

/// The settings of every part.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file.
    pub path: PathBuf,
    /// Where the outputs are served.
    pub listen: SocketAddr,
    /// Where metrics are served; `None`: nowhere.
    pub metrics: Option<SocketAddr>,
    /// Where everything is kept.
    pub store: StoreSettings,
    /// How all sources together are asked.
    pub fetch: fetch::Settings,
    /// How hubs are told of news: as a source is asked that says nothing of its own.
    pub hubs: Arc<fetch::SourceSettings>,
    /// Near-duplicates are looked for within this time.
    pub dedupe_window: Duration,
    /// The enabled sources, in configured order.
    pub targets: Vec<Target>,
    /// What is published.
    pub plan: Arc<Plan>,
}

impl Config {
    /// What is kept for how long.
    #[must_use]
    pub fn retention(&self) -> Retention {
        Retention {
            keep: self.store.keep,
            window: self.dedupe_window,
        }
    }
}

/// A configuration, with what is not wrong enough to keep it from starting.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// Warnings, and what a source will fail on.
    pub problems: Problems,
}

/// Reads a configuration and everything that it names.
///
/// # Errors
/// Everything that is wrong with it, errors or not.
pub fn load(path: &Path, environment: &Environment) -> Result<Loaded, Problems> {
    let whole = |message: String, hint: &str| {
        Problems(vec![Problem {
            severity: Severity::Error,
            file: path.to_owned(),
            place: None,
            message,
            hint: hint.to_owned(),
        }])
    };
    let bytes = std::fs::read(path).map_err(|error| {
        whole(
            format!("the configuration cannot be read: {error}"),
            "name one with -c FILE or $MAINSTEM_CONFIG, or write one to ./config/mainstem.toml",
        )
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        whole(
            format!("not UTF-8 at byte {}", error.utf8_error().valid_up_to()),
            "save the file as UTF-8",
        )
    })?;
    let mut found = Found::new(path, text.trim_start_matches('\u{FEFF}'));
    let file = file::File::read(&mut found);
    let config = validate::validate(&file, environment, &mut found);
    let problems = found.into_problems();
    if problems.worst() == Some(Severity::Error) {
        Err(problems)
    } else {
        Ok(Loaded { config, problems })
    }
}
