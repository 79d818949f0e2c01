//! The hosts that want to be left alone, as all requests of this process know them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;

use super::throttle::{HostWord, decide};
use crate::model::{HostChange, HostHold, Timestamp};

/// Hosts remembered before those are forgotten whose time was over long ago: redirects may lead to any number of them.
const REMEMBERED: usize = 4096;
/// How long ago that is.
const LONG_AGO: TimeDelta = TimeDelta::days(7);

/// Hosts that want to be left alone. Clones share one list: it outlives a fetcher that a reload replaces, and binds those
/// who tell hubs.
#[derive(Debug, Clone, Default)]
pub struct HostHolds {
    /// A plain mutex: held for a look-up, never across an await.
    known: Arc<Mutex<HashMap<String, Known>>>,
}

#[derive(Debug)]
struct Known {
    hold: HostHold,
    /// When it was noted, by the clock of then: what tells it from what the store has, also once the hold was corrected.
    noted_at: Timestamp,
}

impl From<HostHold> for Known {
    fn from(hold: HostHold) -> Self {
        Self {
            noted_at: hold.noted_at,
            hold,
        }
    }
}

impl Known {
    /// See [`HostHold::as_seen_at`].
    fn correct(&mut self, now: Timestamp) -> &HostHold {
        self.hold = self.hold.clone().as_seen_at(now);
        &self.hold
    }
}

impl HostHolds {
    /// Takes over what the store has, from earlier and from other processes; of two the later one counts.
    pub fn adopt(&self, stored: Vec<HostHold>) {
        let mut known = self.known();
        for hold in stored {
            let is_news = |known: &Known| known.noted_at < hold.noted_at;
            if known.get(&hold.host).is_none_or(is_news) {
                known.insert(hold.host.clone(), hold.into());
            }
        }
    }

    /// The hold that keeps everybody from a host now.
    #[must_use]
    pub fn in_force(&self, host: &str, now: Timestamp) -> Option<HostHold> {
        let mut known = self.known();
        let hold = known.get_mut(host)?.correct(now);
        (hold.until > now).then(|| hold.clone())
    }

    /// When the last hold of a host ends, or has ended; `None`: it has answered well since.
    #[must_use]
    pub fn until(&self, host: &str) -> Option<Timestamp> {
        self.known().get(host).map(|known| known.hold.until)
    }

    /// Whether a host has not answered well since it wanted to be left alone: it is then asked by one request at a time.
    pub(super) fn is_cautious(&self, host: &str) -> bool {
        self.known().contains_key(host)
    }

    /// How often in a row a host has refused.
    pub(super) fn refusals(&self, host: &str) -> u32 {
        self.known()
            .get(host)
            .map_or(0, |known| known.hold.refusals)
    }

    /// Notes what an answer says of its host; returns what that changes. See [`decide`].
    pub(super) fn hear(
        &self,
        host: &str,
        refusals: u32,
        word: HostWord,
        gap: Duration,
        now: Timestamp,
    ) -> Option<HostChange> {
        let mut known = self.known();
        let so_far = known.get_mut(host).map(|known| known.correct(now));
        let change = decide(host, so_far, refusals, word, gap, now)?;
        match &change {
            HostChange::Held(hold) => {
                if known.len() >= REMEMBERED {
                    known.retain(|_, known| known.hold.until + LONG_AGO > now);
                }
                known.insert(host.to_owned(), hold.clone().into());
            }
            HostChange::Released { host } => {
                known.remove(host);
            }
        }
        Some(change)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
