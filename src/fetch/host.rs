//! Turns at hosts: so many at once, so far apart, and none that holds up another host's.
//!
//! Waiting for one host's turn holds nothing that others need. A host that wants
//! to be left alone sends everybody away until then, and is asked by one request
//! at a time until it answers well again. Hosts that let the last request hang
//! share half of the places, so that however many of them there are, the other
//! half stays for the rest.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::holds::HostHolds;
use super::line::{Host, Pace, Turn};
use super::redirect::host_of;
use super::{Settings, SourceSettings};
use crate::clock::Clock;
use crate::model::{HostHold, Location, Timestamp};

/// A start later than planned by less than this is as planned.
const PUNCTUAL: Duration = Duration::from_millis(50);
/// Hosts remembered before idle ones are forgotten.
const REMEMBERED: usize = 4096;
/// After a hold everybody comes at once. For so long they line up before the first is admitted, so that it is the one that
/// was due first.
const LINING_UP: Duration = Duration::from_millis(100);

/// All hosts' turns, and the places of all requests together.
pub(super) struct Hosts {
    defaults: Settings,
    places: Arc<Semaphore>,
    places_of_slow: Arc<Semaphore>,
    pub(super) holds: HostHolds,
    /// A plain mutex: held for a look-up, never across an await.
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// What the configured sources of each host want.
    paces: HashMap<String, Pace>,
    hosts: HashMap<String, Arc<Host>>,
}

/// Who wants a turn.
pub(super) struct Visit<'a> {
    /// Where.
    pub(super) host: &'a str,
    pub(super) settings: &'a SourceSettings,
    /// Since when; who was due first is admitted first.
    pub(super) due: Timestamp,
    /// Even while the host wants to be left alone.
    pub(super) insists: bool,
    pub(super) clock: &'a dyn Clock,
}

/// A place among all requests; kept until what was fetched has been read, so that fetching never runs ahead of reading.
#[derive(Debug)]
pub(super) struct Place {
    _place: OwnedSemaphorePermit,
    _of_slow: Option<OwnedSemaphorePermit>,
}

impl Hosts {
    pub(super) fn new(settings: &Settings) -> Self {
        let places = settings.concurrency.get();
        Self {
            defaults: settings.clone(),
            places: Arc::new(Semaphore::new(places)),
            places_of_slow: Arc::new(Semaphore::new(places.div_ceil(2))),
            holds: HostHolds::default(),
            known: Mutex::default(),
        }
    }

    /// Takes over how these sources, all that there are, let their hosts be asked.
    pub(super) fn set_sources<'s>(
        &self,
        sources: impl Iterator<Item = (&'s Location, &'s SourceSettings)>,
    ) {
        let mut paces: HashMap<String, Pace> = HashMap::new();
        for (location, settings) in sources {
            let Location::Url(url) = location else {
                continue;
            };
            let pace = Pace::of(settings, &self.defaults);
            paces
                .entry(host_of(url))
                .and_modify(|all| *all = all.and(pace))
                .or_insert(pace);
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, host) in &known.hosts {
            if let Some(pace) = paces.get(name) {
                host.set_pace(*pace);
            }
        }
        known.paces = paces;
    }

    /// Between two requests to a host of which nobody says anything else.
    pub(super) fn gap(&self) -> Duration {
        self.defaults.host_gap
    }

    /// Waits for a turn at a host. A visitor's own limit and gap bind the host as those of its sources do.
    ///
    /// # Errors
    /// The host wants to be left alone.
    pub(super) async fn turn(&self, visit: &Visit<'_>) -> Result<Turn, HostHold> {
        self.see_whether_free(visit)?;
        let host = self.host(visit);
        let queued = host.line_up(visit.due, visit.insists);
        if host.is_cautious() {
            tokio::time::sleep(LINING_UP).await;
        }
        host.admit();
        let mut turn = queued.admitted().await?;
        turn.keep_gap().await;
        self.see_whether_free(visit)?;
        Ok(turn)
    }

    /// Waits for a place among all requests, once the host's turn has come. `None`: the process is stopping.
    pub(super) async fn place(&self, turn: &mut Turn) -> Option<Place> {
        let of_slow = if turn.is_at_slow_host() {
            Some(self.places_of_slow.clone().acquire_owned().await.ok()?)
        } else {
            None
        };
        let place = self.places.clone().acquire_owned().await.ok()?;
        if turn.late() > PUNCTUAL {
            // It had to wait for the place, and others may have had theirs before: the gap counts from the real start.
            turn.keep_gap().await;
        }
        Some(Place {
            _place: place,
            _of_slow: of_slow,
        })
    }

    /// Whether the host may be asked now. To be asked again after every wait: another answer may have come meanwhile.
    ///
    /// # Errors
    /// It wants to be left alone.
    pub(super) fn see_whether_free(&self, visit: &Visit<'_>) -> Result<(), HostHold> {
        if visit.insists {
            return Ok(());
        }
        let hold = self.holds.in_force(visit.host, visit.clock.now());
        hold.map_or(Ok(()), Err)
    }

    fn host(&self, visit: &Visit<'_>) -> Arc<Host> {
        let pace = Pace::of(visit.settings, &self.defaults);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = &mut *known;
        if known.hosts.len() >= REMEMBERED && !known.hosts.contains_key(visit.host) {
            // In use: somebody else holds it. Not yet free again: its gap would be forgotten with it.
            known
                .hosts
                .retain(|_, host| Arc::strong_count(host) > 1 || !host.is_idle());
        }
        let host = known.hosts.entry(visit.host.to_owned()).or_insert_with(|| {
            let pace = known.paces.get(visit.host).copied().unwrap_or(pace);
            Arc::new(Host::new(visit.host, pace, self.holds.clone()))
        });
        host.tighten(pace);
        host.clone()
    }
}
