//! The clients that are in use: one for each way of connecting, made once and shared by all sources that are asked so.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, ClientBuilder, Proxy, redirect};
use url::Url;

use super::authorities::{Authorities, has_authorities};
use super::certificate;
use super::connection::Marking;
use super::guard::{EgressPolicy, Lookups};
use super::way::Way;
use super::{Failure, HttpVersion, SourceSettings};
use crate::model::FailureClass;

/// Clients kept at once. Each has a resolver, a TLS configuration and idle connections of its own; operators have a handful of
/// ways to connect, and a reload must not pile up those that it gave up.
const MOST: usize = 64;

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

/// The clients. Shared by all requests of a process.
pub(super) struct Clients {
    /// The one used last at the end. A plain mutex: held for a look-up, never across an await.
    kept: Mutex<Vec<(ClientKey, Client)>>,
    /// Connections kept at one host: as many as may be used at once.
    per_host: usize,
    lookups: Lookups,
    /// The machine has no certificate authorities: only plain http, and sources with `tls` settings, can be asked.
    lacks_authorities: AtomicBool,
}

impl Clients {
    pub(super) fn new(per_host: usize) -> Self {
        Self {
            kept: Mutex::default(),
            per_host,
            lookups: Lookups::default(),
            lacks_authorities: AtomicBool::default(),
        }
    }

    /// The client for a policy, a source's settings and a way of connecting; made where there is none yet.
    pub(super) fn get(
        &self,
        policy: EgressPolicy,
        settings: &SourceSettings,
        way: Way,
    ) -> Result<GuardedClient, Failure> {
        let key = ClientKey::new(policy, settings, way);
        let http = self
            .kept(&key)
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
        build(self.builder(key)?).or_else(|why| {
            if key.ca_file.is_some() || has_authorities() {
                return Err(why);
            }
            self.lacks_authorities.store(true, Ordering::Relaxed);
            build(self.builder(key)?.tls_certs_only([]))
        })
    }

    /// What every client of this key has in common; whom it trusts, where the key says so.
    fn builder(&self, key: &ClientKey) -> Result<ClientBuilder, String> {
        let kept = if key.way.may_reuse { self.per_host } else { 0 };
        let mut builder = Client::builder()
            // The environment's proxy would be asked in place of our resolver, unguarded.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .dns_resolver(self.lookups.resolver(key.policy.clone()))
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
            builder = builder
                .proxy(Proxy::all(proxy.clone()).map_err(|error| format!("proxy: {error}"))?);
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

    /// Whether the machine has no authority to verify the server at this address by.
    pub(super) fn cannot_verify(&self, url: &Url, settings: &SourceSettings) -> bool {
        url.scheme() == "https"
            && settings.ca_file.is_none()
            && !settings.insecure
            && self.lacks_authorities.load(Ordering::Relaxed)
    }

    /// The client of this key, made if there is none yet. The one that was not used for the longest time makes room. Requests that
    /// use it go on.
    fn kept(&self, key: &ClientKey) -> Result<Client, String> {
        let mut clients = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Mostly there is one client, which is the last.
        if let Some(nth) = clients.iter().rposition(|(known, _)| known == key) {
            let used = clients.remove(nth);
            let http = used.1.clone();
            clients.push(used);
            return Ok(http);
        }
        let http = self.build(key)?;
        if clients.len() >= MOST {
            clients.remove(0);
        }
        clients.push((key.clone(), http.clone()));
        Ok(http)
    }
}
