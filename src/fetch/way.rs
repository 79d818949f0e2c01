//! Over what a request goes, and the servers that want it otherwise.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use url::Url;

use super::redirect::host_of;
use super::{HttpVersion, SourceSettings};

/// Servers remembered as wanting HTTP/1.1; beyond, all are forgotten and say so again.
const MAX_REMEMBERED: usize = 4096;

/// Over what a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Way {
    pub(super) http: HttpVersion,
    /// Over a connection that was kept, where there is one.
    pub(super) may_reuse: bool,
}

impl Way {
    /// As these settings have it.
    pub(super) fn of(settings: &SourceSettings) -> Self {
        Self {
            http: settings.http,
            may_reuse: true,
        }
    }
}

/// The servers that want HTTP/1.1, for the life of the process.
#[derive(Debug, Default)]
pub(super) struct OldServers(Mutex<BTreeSet<String>>);

impl OldServers {
    /// The way to this server.
    pub(super) fn way(&self, url: &Url, settings: &SourceSettings) -> Way {
        let mut way = Way::of(settings);
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Usually none is known, and the name need not be built.
        if !known.is_empty() && known.contains(&server(url)) {
            way.http = HttpVersion::Http11;
        }
        way
    }

    pub(super) fn remember(&self, url: &Url) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_REMEMBERED {
            known.clear();
        }
        known.insert(server(url));
    }
}

/// Host and port: another port is another server.
fn server(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", host_of(url))
}
