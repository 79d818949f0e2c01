//! Admits connections: each takes a place, or a spare place while all places are taken.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use ipnet::IpNet;

use super::places::{Peer, Place, Places};

/// Connections served at once. With the other files that are open this stays below 1024, the usual limit of a process.
const PLACES: usize = 512;
/// Connections that are read beyond them, each for a moment.
const SPARE_PLACES: usize = 64;
/// Connections that may be open at once.
pub const CONNECTIONS: usize = PLACES + SPARE_PLACES;
/// Connections served at once on the listener of metrics: one collector, its twin, and somebody with curl.
const COLLECTORS: usize = 16;
/// Connections that are read there beyond them.
const SPARE_COLLECTORS: usize = 2;
/// How long a request on a spare place waits for a place before it is refused. Bursts are shorter than this.
const BURST: Duration = Duration::from_secs(1);

/// How readers are served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Peers that connect for many readers, and may take every place. Clients of Unix sockets always may.
    pub proxies: Vec<IpNet>,
}

impl Default for Settings {
    /// Peers on this machine.
    fn default() -> Self {
        let loopback = ["127.0.0.0/8", "::1/128"];
        Self {
            proxies: loopback
                .map(|block| block.parse().expect("a block of addresses"))
                .into(),
        }
    }
}

/// The places, and a few spare ones. A connection on a spare place is read, and answered at once if it asks for a probe of a
/// load balancer or a service manager: otherwise we would be restarted whenever readers hold all places.
#[derive(Debug, Clone)]
pub(super) struct Admission {
    places: Arc<Places>,
    spare: Arc<Places>,
    proxies: Arc<[IpNet]>,
}

/// The place that one connection holds, or its spare place.
#[derive(Debug)]
pub(super) struct Slot {
    peer: Peer,
    places: Arc<Places>,
    place: OnceLock<Place>,
    /// Until there is a place. A plain mutex: held for a look, never across an await.
    spare: Mutex<Option<Place>>,
}

impl Admission {
    /// The places of readers.
    pub(super) fn for_readers(settings: &Settings) -> Self {
        Self::new(PLACES, SPARE_PLACES, settings)
    }

    /// The places of metrics collectors.
    pub(super) fn for_collectors() -> Self {
        Self::new(COLLECTORS, SPARE_COLLECTORS, &Settings::default())
    }

    fn new(places: usize, spare: usize, settings: &Settings) -> Self {
        Self {
            places: Places::new(places),
            spare: Places::new(spare),
            proxies: settings.proxies.as_slice().into(),
        }
    }

    /// Admits a connection from this address; `None`: even the spare places are taken. `address` is `None` for Unix sockets.
    pub(super) fn admit(&self, address: Option<IpAddr>) -> Option<Slot> {
        let peer = Peer::of(address, &self.proxies);
        let (place, spare) = match self.places.take(peer) {
            Some(place) => (OnceLock::from(place), None),
            None => (OnceLock::new(), Some(self.spare.take(peer)?)),
        };
        Some(Slot {
            peer,
            places: self.places.clone(),
            place,
            spare: Mutex::new(spare),
        })
    }

    /// Ends when somebody can be admitted. Only when all places are taken can all spare ones be: one peer that has its
    /// half of the places has no more than half of the spare ones.
    pub(super) async fn has_room(&self) {
        tokio::select! {
            () = self.places.has_room() => {}
            () = self.spare.has_room() => {}
        }
    }
}

impl Slot {
    /// Whether it is a spare place.
    pub(super) fn is_spare(&self) -> bool {
        self.place.get().is_none()
    }

    /// Changes the spare place for a place, for which it waits up to a second; returns whether there was one.
    pub(super) async fn take_place(&self) -> bool {
        let Some(place) = self.places.take_within(self.peer, BURST).await else {
            return false;
        };
        let _ = self.place.set(place);
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        *spare = None;
        true
    }
}
