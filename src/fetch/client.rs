//! The client, and how it is made.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::HeaderValue;
use reqwest::{Client, ClientBuilder, Proxy, redirect};
use url::Url;

use super::attempt::{OldServers, Way};
use super::authorities::has_authorities;
use super::body::Memory;
use super::certificate;
use super::clients::{ClientKey, Clients};
use super::connection::Marking;
use super::exchange::Exchange;
use super::guard::EgressPolicy;
use super::host::Hosts;
use super::network::Network;
use super::shortage::Shortages;
use super::{
    Failure, Fault, FetchOutcome, Fetched, HostHolds, HttpVersion, Request, Settings,
    SourceSettings, file,
};
use crate::clock::Clock;
use crate::model::{FailureClass, Location};

/// Idle connections are kept this long: with thousands of hosts, memory is dearer than a handshake.
const IDLE: Duration = Duration::from_secs(15);
/// Header lines of one answer.
const MAX_HEADERS: usize = 128;

/// What is offered by ALPN (RFC 7301), best first.
const PROTOCOLS: &[&str] = &["h2", "http/1.1"];
/// The same where nothing but HTTP/1.1 is wanted.
const PROTOCOLS_OF_1: &[&str] = &["http/1.1"];

/// A client, and the policy by which its resolver and whoever uses it judge addresses.
pub(super) struct GuardedClient {
    pub(super) http: Client,
    pub(super) policy: EgressPolicy,
    pub(super) way: Way,
}

/// Asks sources, politely. Shared by all refreshes.
pub struct Fetcher {
    pub(super) hosts: Hosts,
    pub(super) network: Network,
    pub(super) memory: Memory,
    pub(super) shortages: Shortages,
    pub(super) old_servers: OldServers,
    /// Connections kept at one host: as many as may be used at once.
    per_host: usize,
    clients: Clients,
    /// The machine has no certificate authorities: only plain http, and sources with `tls` settings, can be asked.
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
            old_servers: OldServers::default(),
            per_host: settings.per_host.get(),
            clients: Clients::default(),
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
                outcome: file::read(path, request, &self.memory).await,
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

    /// The client that asks by this policy, in this way.
    pub(super) fn client(
        &self,
        policy: EgressPolicy,
        settings: &SourceSettings,
        way: Way,
    ) -> Result<GuardedClient, Failure> {
        let key = ClientKey::new(policy, settings, way);
        let http = self
            .clients
            .get(&key, || self.build(&key))
            .map_err(|why| Failure::new(FailureClass::Connect, why))?;
        let policy = key.policy;
        Ok(GuardedClient { http, policy, way })
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
            && !settings.insecure
            && self.lacks_authorities.load(Ordering::Relaxed)
    }
}

/// What every client of this key has in common; whom it trusts, where the key says so.
fn builder(key: &ClientKey, per_host: usize) -> Result<ClientBuilder, String> {
    let kept = if key.way.may_reuse { per_host } else { 0 };
    let mut builder = Client::builder()
        // The environment's proxy would be asked in place of our resolver, unguarded.
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .dns_resolver(key.policy.clone())
        .connector_layer(Marking)
        .http1_max_headers(MAX_HEADERS)
        // Lines that browsers and curl can read, or pass over, do not make the whole answer invalid (RFC 9112 §5.1, §5.2;
        // reqwest #1189, hyper #2083). A NUL still does, as it does in curl; so does a CR without its LF, which curl reads and
        // hyper has no switch for.
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_ignore_invalid_headers_in_responses(true)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(kept);
    if key.way.http == HttpVersion::Http11 {
        builder = builder.http1_only();
    }
    if let Some(proxy) = &key.proxy {
        builder =
            builder.proxy(Proxy::all(proxy.clone()).map_err(|error| format!("proxy: {error}"))?);
    }
    if key.insecure {
        return Ok(builder.tls_danger_accept_invalid_certs(true));
    }
    if let Some(own) = &key.ca_file {
        // What the library says of HTTP/1.1 does not reach a TLS client of our own.
        let protocols = match key.way.http {
            HttpVersion::Auto => PROTOCOLS,
            HttpVersion::Http11 => PROTOCOLS_OF_1,
        };
        builder = builder.tls_backend_preconfigured(certificate::trusting(own, protocols)?);
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
