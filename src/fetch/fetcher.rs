//! The fetcher: what all requests of a process share, and the one door to it.

use super::body::Memory;
use super::clients::Clients;
use super::exchange::{Exchange, Shared};
use super::guard::EgressPolicy;
use super::host::Hosts;
use super::network::Network;
use super::shortage::Shortages;
use super::way::OldServers;
use super::{Fault, FetchOutcome, Fetched, HostHolds, Request, Settings, SourceSettings, file};
use crate::clock::Clock;
use crate::model::Location;

/// Asks sources, politely. Shared by all refreshes.
pub struct Fetcher {
    pub(super) shared: Shared,
    shortages: Shortages,
}

impl Fetcher {
    /// A fetcher by these settings.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            shared: Shared {
                hosts: Hosts::new(settings),
                network: Network::default(),
                memory: Memory::default(),
                old_servers: OldServers::default(),
                clients: Clients::new(settings.per_host.get()),
            },
            shortages: Shortages::default(),
        }
    }

    /// The same, sharing what is known of hosts that want to be left alone.
    #[must_use]
    pub fn with_holds(mut self, holds: HostHolds) -> Self {
        self.shared.hosts.holds = holds;
        self
    }

    /// The hosts that want to be left alone.
    #[must_use]
    pub fn holds(&self) -> &HostHolds {
        &self.shared.hosts.holds
    }

    /// Takes over how these sources, all that there are, let their hosts be asked: the smallest `per_host` and the largest
    /// `host_gap` of a host's sources bind it from its first request on.
    pub fn set_sources<'s>(
        &self,
        sources: impl Iterator<Item = (&'s Location, &'s SourceSettings)>,
    ) {
        self.shared.hosts.set_sources(sources);
    }

    /// Asks one source once; waits for its host's turn first.
    pub async fn fetch(&self, request: Request<'_>, clock: &dyn Clock) -> Fetched {
        let fetched = match request.location {
            Location::File(path) => Fetched {
                outcome: file::read(path, request, &self.shared.memory).await,
                hosts: Vec::new(),
            },
            Location::Url(configured) => {
                let settings = request.settings;
                let policy = EgressPolicy::new(&settings.allow_addresses)
                    .with_proxy(settings.proxy.as_ref());
                let exchange = Exchange {
                    shared: &self.shared,
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
}
