//! The client: one for each set of permitted addresses, made once.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use reqwest::{Certificate, Client, Proxy, redirect};
use tokio::sync::Semaphore;
use url::Url;

use super::guard::EgressPolicy;
use super::host::Hosts;
use super::{FetchOutcome, Request, Settings, exchange, file};
use crate::model::{Location, Timestamp};

/// Idle connections are kept this long: with thousands of hosts, memory is dearer than a handshake.
const IDLE: Duration = Duration::from_secs(15);
/// Header lines of one answer.
const MAX_HEADERS: usize = 128;

/// Why no fetcher can be made of the settings.
#[derive(Debug, thiserror::Error)]
pub enum FetchSetupError {
    /// The file of certificate authorities.
    #[error("ca_file {path}: {what}")]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The client itself.
    #[error("the HTTP client could not be made")]
    Client(#[source] reqwest::Error),
}

/// Asks sources, politely. Shared by all refreshes.
pub struct Fetcher {
    pub(super) user_agent: HeaderValue,
    pub(super) hosts: Hosts,
    pub(super) turns: Semaphore,
    /// A proxy resolves names itself, so the address connected to is the proxy's.
    pub(super) proxied: bool,
    settings: Settings,
    certificates: Vec<Certificate>,
    /// A plain mutex: held for a look-up, never across an await.
    clients: Mutex<HashMap<EgressPolicy, Client>>,
}

impl Fetcher {
    /// A fetcher by these settings.
    ///
    /// # Errors
    /// [`FetchSetupError`]: the file of authorities or the proxy.
    pub fn new(settings: Settings) -> Result<Self, FetchSetupError> {
        let certificates = match &settings.ca_file {
            None => Vec::new(),
            Some(path) => {
                let wrong = |what: String| FetchSetupError::CaFile {
                    path: path.clone(),
                    what,
                };
                let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
                Certificate::from_pem_bundle(&pem).map_err(|error| wrong(error.to_string()))?
            }
        };
        let fetcher = Self {
            user_agent: user_agent(settings.contact.as_deref()),
            hosts: Hosts::new(settings.per_host, settings.host_gap),
            turns: Semaphore::new(settings.concurrency.get()),
            proxied: settings.proxy.is_some(),
            certificates,
            clients: Mutex::default(),
            settings,
        };
        // Made now, so that what is wrong with the settings is known at the start.
        fetcher.client(&EgressPolicy::default())?;
        Ok(fetcher)
    }

    /// Asks one source once; waits for its host's turn first.
    pub async fn fetch(&self, request: Request<'_>, now: Timestamp) -> FetchOutcome {
        match request.location {
            Location::File(path) => file::read(path, request).await,
            Location::Url(configured) => {
                let policy = EgressPolicy::new(&request.settings.allow_addresses);
                match self.client(&policy) {
                    Ok(client) => {
                        exchange::Exchange {
                            fetcher: self,
                            client,
                            policy,
                            request,
                            configured,
                            now,
                        }
                        .run()
                        .await
                    }
                    Err(error) => {
                        super::Failure::new(crate::model::FailureClass::Connect, error.to_string())
                            .into()
                    }
                }
            }
        }
    }

    fn client(&self, policy: &EgressPolicy) -> Result<Client, FetchSetupError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(policy) {
            return Ok(client.clone());
        }
        let client = self.build(policy).map_err(FetchSetupError::Client)?;
        clients.insert(policy.clone(), client.clone());
        Ok(client)
    }

    fn build(&self, policy: &EgressPolicy) -> reqwest::Result<Client> {
        let mut builder = Client::builder()
            // The environment's proxy would be asked in place of our resolver, unguarded.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .dns_resolver(policy.clone())
            .http1_max_headers(MAX_HEADERS)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(2);
        if let Some(proxy) = &self.settings.proxy {
            builder = builder.proxy(Proxy::all(proxy.clone())?);
        }
        if !self.certificates.is_empty() {
            builder = builder.tls_certs_merge(self.certificates.iter().cloned());
        }
        builder.build()
    }
}

/// `Mainstem/VERSION (+CONTACT)`, the same in every request.
fn user_agent(contact: Option<&str>) -> HeaderValue {
    let name = concat!("Mainstem/", env!("CARGO_PKG_VERSION"));
    let full =
        contact.and_then(|contact| HeaderValue::from_str(&format!("{name} (+{contact})")).ok());
    full.unwrap_or(HeaderValue::from_static(name))
}

/// `scheme://host:port`: what a source's own headers and credentials are for.
pub(super) fn same_origin(left: &Url, right: &Url) -> bool {
    left.origin() == right.origin()
}
