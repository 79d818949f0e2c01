//! What the user wrote, checked: a TOML file to the settings of every part.
//!
//! Two stages: `file` reads the TOML one to one, `validate` turns it into
//! settings. Both note everything that is wrong, with its place and a hint, so
//! one run shows all of it. Nothing below this layer knows about TOML.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::fetch;
use crate::maintain::Retention;
use crate::model::{Secret, Source};
use crate::pages::PageSettings;
use crate::refresh::Target;
use crate::republish::Plan;
use crate::select::Lists;
use crate::serve::{self, Address};
use crate::store;
use crate::text::counted;

#[macro_use]
mod table;

mod file;
mod load;
mod notices;
mod open_files;
mod problem;
mod purpose;
mod reload;
mod secret;
mod validate;
mod values;

pub use file::schema;
pub use load::{Loaded, load, load_for};
pub use notices::{
    lacks_authorities, tell_authorities, tell_own_names, tell_problems, tell_widening,
};
pub use open_files::too_few_files;
pub use problem::{Problem, Problems, Severity};
pub use purpose::{Environment, Purpose};
pub use reload::restart_needed;
pub use validate::base_at;

const LISTEN: &str = "127.0.0.1:8480";
const DEDUPE_WINDOW: Duration = Duration::from_secs(7 * 86_400);
const FIRST_ITEMS: u32 = 20;
const DAILY_ITEMS: u32 = 500;
const MAX_ENTRIES: u32 = 200;

/// Where everything is kept, and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSettings {
    /// Where it is kept.
    pub settings: store::Settings,
    /// Entries unseen in their source this long, and in no output's window, are stripped.
    pub keep: Duration,
    /// Bytes in use above which the oldest of these go earlier; `None`: no bound.
    pub max_size: Option<u64>,
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
    /// Where the outputs are served, unless the service manager hands over sockets; not empty.
    pub listen: Vec<Address>,
    /// How readers are served.
    pub server: serve::Settings,
    /// Whether self links are as written; else they name the first address of `listen`.
    pub has_public_url: bool,
    /// What readers of everything that is no output must bring; `None`: nothing.
    pub server_token: Option<Secret>,
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
    /// The sources that are not enabled, in configured order.
    pub disabled: Vec<Arc<Source>>,
    /// Lists of words that rules share.
    pub words: Arc<Lists>,
    /// What is published.
    pub plan: Arc<Plan>,
}

impl Config {
    /// `3 sources, 1 output`: what is polled and published.
    #[must_use]
    pub fn counts(&self) -> String {
        let sources = counted(self.targets.len(), "source", "sources");
        let outputs = counted(self.plan.outputs.len(), "output", "outputs");
        format!("{sources}, {outputs}")
    }

    /// The enabled sources, as the store is to know them.
    #[must_use]
    pub fn sources(&self) -> Vec<Arc<Source>> {
        let sources = self.targets.iter().map(|target| target.source.clone());
        sources.collect()
    }

    /// What is kept for how long.
    #[must_use]
    pub fn retention(&self) -> Retention {
        Retention {
            keep: self.store.keep,
            window: self.dedupe_window,
            max_size: self.store.max_size,
        }
    }

    /// What pages need to know.
    #[must_use]
    pub fn pages(&self) -> PageSettings {
        PageSettings {
            plan: self.plan.clone(),
            server_token: self.server_token.clone(),
            dedupe_window: self.dedupe_window,
            targets: self.targets.as_slice().into(),
            disabled: self.disabled.as_slice().into(),
            words: self.words.clone(),
        }
    }
}
