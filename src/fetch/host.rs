//! Turns at a host: so many at once, so far apart.
//!
//! Waiting for one host's turn holds up no other: nothing else is held meanwhile.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

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
    /// When the next request may start; those that wait have taken their place already.
    next: Mutex<Instant>,
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

    /// Waits for a turn at a host, first come, first served. `limit`: a source's own, which binds its host.
    pub(super) async fn turn(&self, host: &str, limit: Option<NonZeroUsize>) -> Option<Turn> {
        let host = self.host(
            host,
            limit
                .map_or(self.per_host, |limit| limit.min(self.per_host))
                .get(),
        );
        let permit = host.turns.clone().acquire_owned().await.ok()?;
        let start = {
            let mut next = host.next.lock().unwrap_or_else(PoisonError::into_inner);
            let start = (*next).max(Instant::now());
            *next = start + self.gap;
            start
        };
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
                    || *host.next.lock().unwrap_or_else(PoisonError::into_inner) > now
            });
        }
        let host = known.entry(name.to_owned()).or_insert_with(|| {
            Arc::new(Host {
                turns: Arc::new(Semaphore::new(limit)),
                limit,
                next: Mutex::new(Instant::now()),
            })
        });
        if limit < host.limit {
            // The smallest of a host's sources wins; turns under way end by the old limit.
            let next = *host.next.lock().unwrap_or_else(PoisonError::into_inner);
            *host = Arc::new(Host {
                turns: Arc::new(Semaphore::new(limit)),
                limit,
                next: Mutex::new(next),
            });
        }
        host.clone()
    }
}
