//! The queue of requests at one host, in the order in which they were due.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::holds::HostHolds;
use super::throttle::HostWord;
use super::{Settings, SourceSettings};
use crate::model::{HostChange, HostHold, Timestamp};

/// A host that takes longer than this is slow.
const SLOW: Duration = Duration::from_secs(2);

/// How a host's sources let it be asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Requests in flight.
    limit: NonZeroUsize,
    /// Least time between two starts.
    gap: Duration,
}

impl Pace {
    /// What one source asks for.
    pub(super) fn of(source: &SourceSettings, defaults: &Settings) -> Self {
        let limit = source.per_host.unwrap_or(defaults.per_host);
        Self {
            limit: limit.min(defaults.per_host),
            gap: source.host_gap.unwrap_or(defaults.host_gap),
        }
    }

    /// The smallest limit and the largest gap of both bind.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            limit: self.limit.min(other.limit),
            gap: self.gap.max(other.gap),
        }
    }
}

/// By when a request was due, then by arrival.
type Ticket = (Timestamp, u64);

/// A host, and who waits for a turn at it.
pub(super) struct Host {
    name: String,
    holds: HostHolds,
    /// A plain mutex: held for a look-up, never across an await.
    line: Mutex<Line>,
    /// The last request took long, or ran into its deadline.
    is_slow: AtomicBool,
}

struct Line {
    pace: Pace,
    waiting: BTreeMap<Ticket, Waiting>,
    /// Those whose turn has come.
    admitted: BTreeSet<Ticket>,
    /// Tickets given out.
    tickets: u64,
    /// How many turns have come so far.
    admissions: u64,
    /// When the last request starts. Those that wait for their start have taken their place already.
    last: Option<Instant>,
}

struct Waiting {
    /// Waits for its turn even while the host wants to be left alone.
    insists: bool,
    told: oneshot::Sender<Result<(), HostHold>>,
}

impl Host {
    pub(super) fn new(name: &str, pace: Pace, holds: HostHolds) -> Self {
        Self {
            name: name.to_owned(),
            holds,
            line: Mutex::new(Line {
                pace,
                waiting: BTreeMap::new(),
                admitted: BTreeSet::new(),
                tickets: 0,
                admissions: 0,
                last: None,
            }),
            is_slow: AtomicBool::new(false),
        }
    }

    /// Whether there is nothing to remember of it: its gap has passed. Who stands in its line holds it himself.
    pub(super) fn is_idle(&self) -> bool {
        let line = self.line();
        line.last
            .is_none_or(|last| last + line.pace.gap <= Instant::now())
    }

    pub(super) fn is_slow(&self) -> bool {
        self.is_slow.load(Ordering::Relaxed)
    }

    /// Whether it is asked by one request at a time.
    pub(super) fn is_cautious(&self) -> bool {
        self.holds.is_cautious(&self.name)
    }

    /// Sets the pace of its sources, whoever else has asked here before.
    pub(super) fn set_pace(&self, pace: Pace) {
        self.line().pace = pace;
    }

    /// Somebody asks here who wants this pace at least.
    pub(super) fn tighten(&self, pace: Pace) {
        let mut line = self.line();
        line.pace = line.pace.and(pace);
    }

    /// Queues a request; admits nobody.
    pub(super) fn line_up(self: &Arc<Self>, due: Timestamp, insists: bool) -> Queued {
        let (told, verdict) = oneshot::channel();
        let mut line = self.line();
        line.tickets += 1;
        let ticket = (due, line.tickets);
        line.waiting.insert(ticket, Waiting { insists, told });
        drop(line);
        let turn = Turn {
            host: self.clone(),
            ticket,
            start: Instant::now(),
            refusals: 0,
            alone_since: None,
        };
        Queued { turn, verdict }
    }

    /// Admits as many as may be in flight, those first that were due first.
    pub(super) fn admit(&self) {
        let is_cautious = self.is_cautious();
        let mut line = self.line();
        let limit = if is_cautious {
            1
        } else {
            line.pace.limit.get()
        };
        while line.admitted.len() < limit {
            let Some((ticket, next)) = line.waiting.pop_first() else {
                break;
            };
            line.admitted.insert(ticket);
            line.admissions += 1;
            // Whoever has gone meanwhile gives the turn back himself.
            let _ = next.told.send(Ok(()));
        }
    }

    /// Sends away whoever waits, but for those who insist.
    fn send_away(&self, hold: &HostHold) {
        let mut line = self.line();
        let gone = line.waiting.extract_if(.., |_, waiting| !waiting.insists);
        for (_, waiting) in gone {
            let _ = waiting.told.send(Err(hold.clone()));
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request in the line of its host.
pub(super) struct Queued {
    turn: Turn,
    verdict: oneshot::Receiver<Result<(), HostHold>>,
}

impl Queued {
    /// Waits until the turn has come.
    ///
    /// # Errors
    /// The host wants to be left alone.
    pub(super) async fn admitted(self) -> Result<Turn, HostHold> {
        let Self { mut turn, verdict } = self;
        // The sender is dropped unheard only with the host, which the turn holds.
        verdict.await.unwrap_or(Ok(()))?;
        turn.refusals = turn.host.holds.refusals(&turn.host.name);
        turn.alone_since = {
            let line = turn.host.line();
            (line.admitted.len() == 1).then_some(line.admissions)
        };
        Ok(turn)
    }
}

/// A turn at a host, or a place in its line; ends when dropped.
pub(super) struct Turn {
    host: Arc<Host>,
    ticket: Ticket,
    start: Instant,
    /// Refusals in a row when the turn came.
    refusals: u32,
    /// The host's number of admissions when the turn came; `None`: another request was in flight at the host.
    alone_since: Option<u64>,
}

impl Turn {
    /// Waits until the gap to the request before has passed.
    pub(super) async fn keep_gap(&mut self) {
        let start = {
            let mut line = self.host.line();
            let earliest = line.last.map(|last| last + line.pace.gap);
            let start = earliest.map_or_else(Instant::now, |at| at.max(Instant::now()));
            line.last = Some(start);
            start
        };
        if start > Instant::now() {
            tokio::time::sleep_until(start).await;
        }
        self.start = start;
    }

    /// How much later than planned it is.
    pub(super) fn late(&self) -> Duration {
        self.start.elapsed()
    }

    /// Whether no other request has been in flight at the host since the turn came.
    pub(super) fn is_alone(&self) -> bool {
        self.alone_since == Some(self.host.line().admissions)
    }

    pub(super) fn is_at_slow_host(&self) -> bool {
        self.host.is_slow()
    }

    /// Notes what the answer says of the host, and sends away who waits for it where it wants to be left alone. Returns what
    /// is to be stored of it.
    pub(super) fn hear(&self, word: HostWord, now: Timestamp) -> Option<HostChange> {
        let host = &self.host;
        let gap = host.line().pace.gap;
        let change = host.holds.hear(&host.name, self.refusals, word, gap, now)?;
        if let HostChange::Held(hold) = &change
            && hold.until > now
        {
            host.send_away(hold);
        }
        Some(change)
    }

    /// Remembers how long the host took, to the last byte of the body.
    pub(super) fn took(&self, time: Duration) {
        self.host.is_slow.store(time >= SLOW, Ordering::Relaxed);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        {
            let mut line = self.host.line();
            line.waiting.remove(&self.ticket);
            line.admitted.remove(&self.ticket);
        }
        self.host.admit();
    }
}
