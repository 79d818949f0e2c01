//! Who is served: each connection holds a place, or a spare one where there is no place for it.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use ipnet::IpNet;

use super::places::{Peer, Place, Places};

/// Connections served at once. With what else is open it stays below the 1024 files that a process may have where nobody has
/// said otherwise.
const PLACES: usize = 512;
/// Connections heard beyond them, each for a moment.
const SPARE_PLACES: usize = 64;
/// Connections that may be open at once.
pub const CONNECTIONS: usize = PLACES + SPARE_PLACES;
/// Connections of collectors served at once: one collector, its twin, and somebody with curl.
const COLLECTORS: usize = 16;
/// Connections of collectors heard beyond them.
const SPARE_COLLECTORS: usize = 2;
/// How long a request on a spare place waits for a real one before it is refused: a burst is over by then.
const BURST: Duration = Duration::from_secs(1);

/// How readers are served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Peers that stand for many readers, and may have every place. Clients of Unix sockets always do.
    pub proxies: Vec<IpNet>,
}

impl Default for Settings {
    /// This machine.
    fn default() -> Self {
        let loopback = ["127.0.0.0/8", "::1/128"];
        Self {
            proxies: loopback
                .map(|block| block.parse().expect("a block of addresses"))
                .into(),
        }
    }
}

/// Places for readers, and a few spare ones beyond them. Who has a spare one is heard, and answered at once if it is a probe
/// of a load balancer or a service manager: however many readers hold all places, nobody restarts us for it.
#[derive(Debug, Clone)]
pub(super) struct Admission {
    places: Arc<Places>,
    spare: Arc<Places>,
    proxies: Arc<[IpNet]>,
}

/// What one connection holds.
#[derive(Debug)]
pub(super) struct Seat {
    peer: Peer,
    places: Arc<Places>,
    place: OnceLock<Place>,
    /// Until there is a place. A plain mutex: held for a look, never across an await.
    spare: Mutex<Option<Place>>,
}

impl Admission {
    /// For readers.
    pub(super) fn of_readers(settings: &Settings) -> Self {
        Self::new(PLACES, SPARE_PLACES, settings)
    }

    /// For who collects metrics.
    pub(super) fn of_collectors() -> Self {
        Self::new(COLLECTORS, SPARE_COLLECTORS, &Settings::default())
    }

    fn new(places: usize, spare: usize, settings: &Settings) -> Self {
        Self {
            places: Places::new(places),
            spare: Places::new(spare),
            proxies: settings.proxies.as_slice().into(),
        }
    }

    /// A seat for a connection from this address; `None`: it cannot even be heard. `address` is `None` for Unix sockets.
    pub(super) fn admit(&self, address: Option<IpAddr>) -> Option<Seat> {
        let peer = Peer::of(address, &self.proxies);
        let (place, spare) = match self.places.take(peer) {
            Some(place) => (OnceLock::from(place), None),
            None => (OnceLock::new(), Some(self.spare.take(peer)?)),
        };
        Some(Seat {
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

impl Seat {
    /// Whether it is one of the spare ones.
    pub(super) fn is_spare(&self) -> bool {
        self.place.get().is_none()
    }

    /// Takes a place, and gives back the spare one. Waits a moment where there is none; returns whether there was.
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
