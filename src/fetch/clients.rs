//! The clients that are in use: one for each way of connecting, made once and shared by all sources that are asked so.

use std::sync::{Mutex, PoisonError};

use reqwest::Client;
use url::Url;

use super::SourceSettings;
use super::attempt::Way;
use super::authorities::Authorities;
use super::guard::EgressPolicy;

/// Clients kept at once. Each has a resolver, a TLS configuration and idle connections of its own; operators have a handful of
/// ways to connect, and a reload must not pile up those that it gave up.
const MOST: usize = 64;

/// What makes one client differ from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClientKey {
    pub(super) policy: EgressPolicy,
    pub(super) proxy: Option<Url>,
    pub(super) ca_file: Option<Authorities>,
    pub(super) insecure: bool,
    pub(super) way: Way,
}

impl ClientKey {
    /// How a source is connected to under this policy, for one attempt.
    pub(super) fn new(policy: EgressPolicy, settings: &SourceSettings, way: Way) -> Self {
        Self {
            policy,
            proxy: settings.proxy.clone(),
            ca_file: settings.ca_file.clone(),
            insecure: settings.insecure,
            way,
        }
    }
}

/// The clients, the one used last at the end. A plain mutex: held for a look-up, never across an await.
#[derive(Default)]
pub(super) struct Clients(Mutex<Vec<(ClientKey, Client)>>);

impl Clients {
    /// The client of this key, which `make` makes if there is none yet. The one that was not used for the longest time makes room.
    /// Requests that use it go on.
    pub(super) fn get<E>(
        &self,
        key: &ClientKey,
        make: impl FnOnce() -> Result<Client, E>,
    ) -> Result<Client, E> {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Mostly there is one client, which is the last.
        if let Some(nth) = clients.iter().rposition(|(known, _)| known == key) {
            let used = clients.remove(nth);
            let http = used.1.clone();
            clients.push(used);
            return Ok(http);
        }
        let http = make()?;
        if clients.len() >= MOST {
            clients.remove(0);
        }
        clients.push((key.clone(), http.clone()));
        Ok(http)
    }
}
