//! Turns at a host: so many at once, so far apart.
//!
//! Waiting for one host's turn holds up no other: nothing else is held meanwhile.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::SourceSettings;

/// Hosts remembered before idle ones are forgotten.
const REMEMBERED: usize = 4096;

/// All hosts' turns.
pub(super) struct Hosts {
    per_host: NonZeroUsize,
    gap: Duration,
    /// A plain mutex: held for a look-up, never across an await.
    known: Mutex<HashMap<String, Arc<Host>>>,
}

struct Host {
    turns: Arc<Semaphore>,
    limit: usize,
    last: Mutex<Option<Start>>,
}

/// When a request starts, and how far from the next it wants to be. Those that wait have taken their place already.
#[derive(Clone, Copy)]
struct Start {
    at: Instant,
    gap: Duration,
}

/// A turn at a host; ends when dropped.
pub(super) struct Turn(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

impl Hosts {
    pub(super) fn new(per_host: NonZeroUsize, gap: Duration) -> Self {
        Self {
            per_host,
            gap,
            known: Mutex::default(),
        }
    }

    /// Waits for a turn at a host, first come, first served. A source's own limit binds its host; of two neighbours'
    /// gaps the longer counts.
    pub(super) async fn turn(&self, host: &str, settings: &SourceSettings) -> Option<Turn> {
        let limit = settings
            .per_host
            .map_or(self.per_host, |limit| limit.min(self.per_host));
        let host = self.host(host, limit.get());
        let permit = host.turns.clone().acquire_owned().await.ok()?;
        let start = host.take_place(settings.host_gap.unwrap_or(self.gap));
        tokio::time::sleep_until(start).await;
        Some(Turn(permit))
    }

    fn host(&self, name: &str, limit: usize) -> Arc<Host> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED && !known.contains_key(name) {
            let now = Instant::now();
            // In use: somebody else holds it. Not yet free again: its gap would be forgotten with it.
            known.retain(|_, host| {
                Arc::strong_count(host) > 1
                    || host.last().is_some_and(|last| last.at + last.gap > now)
            });
        }
        let host = known
            .entry(name.to_owned())
            .or_insert_with(|| Host::new(limit, None));
        if limit < host.limit {
            // The smallest of a host's sources wins; turns under way end by the old limit.
            *host = Host::new(limit, host.last());
        }
        host.clone()
    }
}

impl Host {
    fn new(limit: usize, last: Option<Start>) -> Arc<Self> {
        Arc::new(Self {
            turns: Arc::new(Semaphore::new(limit)),
            limit,
            last: Mutex::new(last),
        })
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
