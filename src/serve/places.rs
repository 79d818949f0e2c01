//! How many connections are served at once, and how many of them one peer may have.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ipnet::IpNet;
use tokio::sync::Notify;

/// Who has a connection, as far as sharing is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Peer {
    /// Stands for many readers: a reverse proxy, or a client of this machine's. It may have every place.
    Proxy,
    /// One IPv4 address, or one IPv6 network of 64 bits: a subscriber is given at least that much and may use any address
    /// in it (RFC 6177), so a single IPv6 address tells nobody apart.
    Network(IpAddr),
}

impl Peer {
    /// The peer behind an address; `None` is that of a Unix socket, whose clients are on this machine.
    pub(super) fn of(address: Option<IpAddr>, proxies: &[IpNet]) -> Self {
        // A socket for both families shows IPv4 addresses as mapped ones (RFC 4291 §2.5.5.2).
        let Some(address) = address.map(|address| address.to_canonical()) else {
            return Self::Proxy;
        };
        if proxies.iter().any(|block| block.contains(&address)) {
            return Self::Proxy;
        }
        Self::Network(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(address) => {
                Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into()
            }
        })
    }
}

/// A number of places. A peer that is no proxy may have half of them.
#[derive(Debug)]
pub(super) struct Places {
    all: usize,
    /// A plain mutex: held for a look, never across an await.
    taken: Mutex<Taken>,
    /// Told whenever a place is given back.
    freed: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_network: HashMap<IpAddr, usize>,
}

/// A place that is taken until this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    peer: Peer,
}

impl Places {
    pub(super) fn new(all: usize) -> Arc<Self> {
        Arc::new(Self {
            all,
            taken: Mutex::default(),
            freed: Notify::new(),
        })
    }

    /// A place, if there is one and the peer has not yet its half.
    pub(super) fn take(self: &Arc<Self>, peer: Peer) -> Option<Place> {
        let mut taken = self.taken();
        if taken.all == self.all {
            return None;
        }
        if let Peer::Network(network) = peer {
            let own = taken.by_network.entry(network).or_default();
            if *own == (self.all / 2).max(1) {
                return None;
            }
            *own += 1;
        }
        taken.all += 1;
        let places = self.clone();
        Some(Place { places, peer })
    }

    /// A place, if there is one within this time.
    pub(super) async fn take_within(
        self: &Arc<Self>,
        peer: Peer,
        limit: Duration,
    ) -> Option<Place> {
        let taking = async {
            loop {
                let freed = self.freed.notified();
                tokio::pin!(freed);
                // From here on nothing that is given back goes unheard.
                freed.as_mut().enable();
                if let Some(place) = self.take(peer) {
                    return place;
                }
                freed.await;
            }
        };
        tokio::time::timeout(limit, taking).await.ok()
    }

    /// Ends when there is a place for some peer.
    pub(super) async fn has_room(&self) {
        loop {
            let freed = self.freed.notified();
            tokio::pin!(freed);
            freed.as_mut().enable();
            if self.taken().all < self.all {
                return;
            }
            freed.await;
        }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        if let Peer::Network(network) = self.peer
            && let Some(own) = taken.by_network.get_mut(&network)
        {
            *own -= 1;
            if *own == 0 {
                taken.by_network.remove(&network);
            }
        }
        drop(taken);
        self.places.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_an_address_or_a_network_of_64_bits() {
        let proxies: Vec<IpNet> = ["127.0.0.0/8", "::1/128", "10.1.0.0/16"]
            .map(|block| block.parse().expect("a block"))
            .into();
        let network = |text: &str| Peer::Network(text.parse().expect("an address"));
        let cases = [
            ("127.0.0.9", Peer::Proxy),
            ("::1", Peer::Proxy),
            ("::ffff:10.1.2.3", Peer::Proxy),
            ("10.2.0.1", network("10.2.0.1")),
            ("::ffff:10.2.0.1", network("10.2.0.1")),
            ("2001:db8:1:2:3:4:5:6", network("2001:db8:1:2::")),
            ("2001:db8:1:2:ffff::", network("2001:db8:1:2::")),
            ("2001:db8:1:3::1", network("2001:db8:1:3::")),
        ];
        for (address, peer) in cases {
            let address = address.parse().expect("an address");
            assert_eq!(Peer::of(Some(address), &proxies), peer, "{address}");
        }
        assert_eq!(Peer::of(None, &[]), Peer::Proxy);
    }

    #[test]
    fn a_peer_has_at_most_half_and_a_proxy_has_all() {
        let one = Peer::Network("192.0.2.1".parse().expect("an address"));
        let other = Peer::Network("192.0.2.2".parse().expect("an address"));
        let places = Places::new(4);
        let mut held: Vec<Place> = (0..2).filter_map(|_| places.take(one)).collect();
        assert!(places.take(one).is_none(), "a third of four");
        held.extend(places.take(other));
        held.extend(places.take(Peer::Proxy));
        assert_eq!(held.len(), 4);
        assert!(places.take(Peer::Proxy).is_none(), "a fifth of four");
        held.remove(0);
        held.extend(places.take(one));
        assert_eq!(held.len(), 4, "given back is free again");
        drop(held);
        assert!(places.taken().by_network.is_empty(), "nobody is remembered");
    }
}
