//! Turns at a host: so many at once, so far apart, and none that holds up another host's.
//!
//! Waiting for one host's turn holds nothing that others need. A host that asked
//! for less (429) is asked one at a time until it answers well again; hosts that
//! let the last request hang share half of the places, so that however many of
//! them there are, the other half stays for the rest.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::{Settings, SourceSettings};

/// Hosts remembered before idle ones are forgotten.
const REMEMBERED: usize = 4096;

/// All hosts' turns, and the places of all requests together.
pub(super) struct Hosts {
    per_host: NonZeroUsize,
    gap: Duration,
    places: Arc<Semaphore>,
    places_of_slow: Arc<Semaphore>,
    /// A plain mutex: held for a look-up, never across an await.
    known: Mutex<HashMap<String, Arc<Host>>>,
}

struct Host {
    turns: Arc<Semaphore>,
    limit: u32,
    last: Mutex<Option<Start>>,
    /// It answered 429, and nothing well since.
    is_throttled: AtomicBool,
    /// Told when that ends: who waits for all turns then needs one only.
    relieved: Notify,
    /// The last request ran into its deadline.
    is_slow: AtomicBool,
}

/// When a request starts, and how far from the next it wants to be. Those that wait have taken their place already.
#[derive(Clone, Copy)]
struct Start {
    at: Instant,
    gap: Duration,
}

/// A turn at a host; ends when dropped.
pub(super) struct Turn {
    host: Arc<Host>,
    _permit: OwnedSemaphorePermit,
}

/// A place among all requests; kept until what was fetched has been read, so that fetching never runs ahead of reading.
#[derive(Debug)]
pub(super) struct Place {
    _place: OwnedSemaphorePermit,
    _of_slow: Option<OwnedSemaphorePermit>,
}

/// What a request told about its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// 2xx or 304.
    Well,
    /// 429.
    Throttled,
    /// Nothing within the deadline.
    Slow,
    /// Anything else.
    Other,
}

impl Hosts {
    pub(super) fn new(settings: &Settings) -> Self {
        let places = settings.concurrency.get();
        Self {
            per_host: settings.per_host,
            gap: settings.host_gap,
            places: Arc::new(Semaphore::new(places)),
            places_of_slow: Arc::new(Semaphore::new(places.div_ceil(2))),
            known: Mutex::default(),
        }
    }

    /// Waits for a turn at a host, first come, first served. A source's own limit binds its host; of two neighbours'
    /// gaps the longer counts. `None`: the process is stopping.
    pub(super) async fn turn(&self, host: &str, settings: &SourceSettings) -> Option<Turn> {
        let limit = settings
            .per_host
            .map_or(self.per_host, |limit| limit.min(self.per_host));
        let host = self.host(host, u32::try_from(limit.get()).unwrap_or(u32::MAX));
        let permit = host.permit().await?;
        let start = host.take_place(settings.host_gap.unwrap_or(self.gap));
        tokio::time::sleep_until(start).await;
        Some(Turn {
            host,
            _permit: permit,
        })
    }

    /// Waits for a place among all requests, once the host's turn has come. `None`: the process is stopping.
    pub(super) async fn place(&self, turn: &Turn) -> Option<Place> {
        let of_slow = if turn.host.is_slow.load(Ordering::Relaxed) {
            Some(self.places_of_slow.clone().acquire_owned().await.ok()?)
        } else {
            None
        };
        Some(Place {
            _place: self.places.clone().acquire_owned().await.ok()?,
            _of_slow: of_slow,
        })
    }

    fn host(&self, name: &str, limit: u32) -> Arc<Host> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED && !known.contains_key(name) {
            let now = Instant::now();
            // In use: somebody else holds it. Not yet free again: its gap would be forgotten with it.
            known.retain(|_, host| {
                Arc::strong_count(host) > 1
                    || host.is_throttled.load(Ordering::Relaxed)
                    || host.last().is_some_and(|last| last.at + last.gap > now)
            });
        }
        let host = known
            .entry(name.to_owned())
            .or_insert_with(|| Host::new(limit, None, false));
        if limit < host.limit {
            // The smallest of a host's sources wins; turns under way end by the old limit.
            let throttled = host.is_throttled.load(Ordering::Relaxed);
            *host = Host::new(limit, host.last(), throttled);
        }
        host.clone()
    }
}

impl Host {
    fn new(limit: u32, last: Option<Start>, throttled: bool) -> Arc<Self> {
        Arc::new(Self {
            turns: Arc::new(Semaphore::new(usize::try_from(limit).unwrap_or(usize::MAX))),
            limit,
            last: Mutex::new(last),
            is_throttled: AtomicBool::new(throttled),
            relieved: Notify::new(),
            is_slow: AtomicBool::new(false),
        })
    }

    /// One of the host's turns, or all of them where it is asked one at a time.
    async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            // Made before the flag is read, so that its end is not missed in between.
            let relieved = self.relieved.notified();
            let throttled = self.is_throttled.load(Ordering::Relaxed);
            let wanted = if throttled { self.limit } else { 1 };
            let permit = tokio::select! {
                biased;
                () = relieved, if throttled => continue,
                permit = self.turns.clone().acquire_many_owned(wanted) => permit.ok()?,
            };
            // Throttled while we waited: back to the queue, for all of them.
            if throttled || !self.is_throttled.load(Ordering::Relaxed) {
                return Some(permit);
            }
        }
    }

    fn last(&self) -> Option<Start> {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_place(&self, gap: Duration) -> Instant {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = last.map(|last| last.at + last.gap.max(gap));
        let at = earliest.map_or_else(Instant::now, |earliest| earliest.max(Instant::now()));
        *last = Some(Start { at, gap });
        at
    }
}

impl Turn {
    /// Remembers what a request told about its host.
    pub(super) fn tell(&self, told: Told) {
        match told {
            Told::Well => {
                if self.host.is_throttled.swap(false, Ordering::Relaxed) {
                    self.host.relieved.notify_waiters();
                }
            }
            Told::Throttled => self.host.is_throttled.store(true, Ordering::Relaxed),
            Told::Slow | Told::Other => {}
        }
        self.host
            .is_slow
            .store(told == Told::Slow, Ordering::Relaxed);
    }
}
