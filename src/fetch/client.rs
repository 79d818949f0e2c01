//! The client: one for each set of permitted addresses, made once.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use reqwest::{Client, ClientBuilder, Proxy, redirect};
use url::Url;

use super::authorities::{has_authorities, read_authorities};
use super::body::Memory;
use super::exchange::Exchange;
use super::guard::EgressPolicy;
use super::host::Hosts;
use super::network::Network;
use super::shortage::Shortages;
use super::{
    Failure, Fault, FetchOutcome, Fetched, HostHolds, Request, Settings, SourceSettings, file,
};
use crate::clock::Clock;
use crate::model::{FailureClass, Location};

/// Idle connections are kept this long: with thousands of hosts, memory is dearer than a handshake.
const IDLE: Duration = Duration::from_secs(15);
/// Header lines of one answer.
const MAX_HEADERS: usize = 128;

/// What makes one client differ from another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ClientKey {
    policy: EgressPolicy,
    proxy: Option<Url>,
    ca_file: Option<PathBuf>,
}

/// A client, and the policy by which its resolver and whoever uses it judge addresses.
pub(super) struct GuardedClient {
    pub(super) http: Client,
    pub(super) policy: EgressPolicy,
}

/// Asks sources, politely. Shared by all refreshes.
pub struct Fetcher {
    pub(super) hosts: Hosts,
    pub(super) network: Network,
    pub(super) memory: Memory,
    pub(super) shortages: Shortages,
    /// Connections kept at one host: as many as may be used at once.
    per_host: usize,
    /// A plain mutex: held for a look-up, never across an await.
    clients: Mutex<HashMap<ClientKey, Client>>,
    /// The machine has no certificate authorities: only plain http, and sources with a `ca_file`, can be asked.
    lacks_authorities: AtomicBool,
}

impl Fetcher {
    /// A fetcher by these settings.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            hosts: Hosts::new(settings),
            network: Network::default(),
            memory: Memory::default(),
            shortages: Shortages::default(),
            per_host: settings.per_host.get(),
            clients: Mutex::default(),
            lacks_authorities: AtomicBool::default(),
        }
    }

    /// The same, sharing what is known of hosts that want to be left alone.
    #[must_use]
    pub fn with_holds(mut self, holds: HostHolds) -> Self {
        self.hosts.holds = holds;
        self
    }

    /// The hosts that want to be left alone.
    #[must_use]
    pub fn holds(&self) -> &HostHolds {
        &self.hosts.holds
    }

    /// Takes over how these sources, all that there are, let their hosts be asked: the smallest `per_host` and the largest
    /// `host_gap` of a host's sources bind it from its first request on.
    pub fn set_sources<'s>(
        &self,
        sources: impl Iterator<Item = (&'s Location, &'s SourceSettings)>,
    ) {
        self.hosts.set_sources(sources);
    }

    /// Asks one source once; waits for its host's turn first.
    pub async fn fetch(&self, request: Request<'_>, clock: &dyn Clock) -> Fetched {
        let fetched = match request.location {
            Location::File(path) => Fetched {
                outcome: file::read(path, request).await,
                hosts: Vec::new(),
            },
            Location::Url(configured) => {
                let settings = request.settings;
                let policy = EgressPolicy::new(&settings.allow_addresses)
                    .with_proxy(settings.proxy.as_ref());
                let exchange = Exchange {
                    fetcher: self,
                    policy,
                    request,
                    configured,
                    clock,
                };
                exchange.run().await
            }
        };
        if let FetchOutcome::Failed(failure) = &fetched.outcome
            && let Fault::Machine(shortage) = failure.fault
        {
            self.shortages.tell(shortage);
        }
        fetched
    }

    /// The client that asks by this policy.
    pub(super) fn client(
        &self,
        policy: EgressPolicy,
        settings: &SourceSettings,
    ) -> Result<GuardedClient, Failure> {
        let key = ClientKey {
            policy: policy.clone(),
            proxy: settings.proxy.clone(),
            ca_file: settings.ca_file.clone(),
        };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(http) = clients.get(&key) {
            let http = http.clone();
            return Ok(GuardedClient { http, policy });
        }
        let http = self
            .build(&key)
            .map_err(|why| Failure::new(FailureClass::Connect, why))?;
        clients.insert(key, http.clone());
        Ok(GuardedClient { http, policy })
    }

    /// Without any certificate authorities the library refuses to make a client at all; plain http needs none.
    fn build(&self, key: &ClientKey) -> Result<Client, String> {
        let build = |builder: ClientBuilder| {
            let built = builder.build();
            built.map_err(|error| {
                let why = std::error::Error::source(&error).map(ToString::to_string);
                let why = why.unwrap_or_else(|| error.to_string());
                format!("the HTTP client could not be made: {why}")
            })
        };
        build(builder(key, self.per_host)?).or_else(|why| {
            if key.ca_file.is_some() || has_authorities() {
                return Err(why);
            }
            self.lacks_authorities.store(true, Ordering::Relaxed);
            build(builder(key, self.per_host)?.tls_certs_only([]))
        })
    }

    /// Whether the machine has no authority to verify the server at this address by.
    pub(super) fn cannot_verify(&self, url: &Url, settings: &SourceSettings) -> bool {
        url.scheme() == "https"
            && settings.ca_file.is_none()
            && self.lacks_authorities.load(Ordering::Relaxed)
    }
}

/// What every client of this key has in common, whomever it trusts.
fn builder(key: &ClientKey, per_host: usize) -> Result<ClientBuilder, String> {
    let mut builder = Client::builder()
        // The environment's proxy would be asked in place of our resolver, unguarded.
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .dns_resolver(key.policy.clone())
        .http1_max_headers(MAX_HEADERS)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(per_host);
    if let Some(proxy) = &key.proxy {
        builder =
            builder.proxy(Proxy::all(proxy.clone()).map_err(|error| format!("proxy: {error}"))?);
    }
    if let Some(path) = &key.ca_file {
        builder = builder.tls_certs_merge(read_authorities(path)?);
    }
    Ok(builder)
}

/// `Mainstem/VERSION (+CONTACT)`, the same in every request.
pub(super) fn user_agent(contact: Option<&str>) -> HeaderValue {
    let name = concat!("Mainstem/", env!("CARGO_PKG_VERSION"));
    let full =
        contact.and_then(|contact| HeaderValue::from_str(&format!("{name} (+{contact})")).ok());
    full.unwrap_or(HeaderValue::from_static(name))
}

/// `scheme://host:port`: what a source's own headers and credentials are for.
pub(super) fn same_origin(left: &Url, right: &Url) -> bool {
    left.origin() == right.origin()
}
