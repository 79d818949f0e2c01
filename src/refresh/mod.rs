//! One address inwards: fetch → parse and normalize → fingerprint → store.
//!
//! Goes in: a source that is due, with those that share its address. Comes out:
//! for each one transaction with its entries, its state and its validators, and
//! one log line. A source in trouble is data, never an error of the line:
//! nothing here stops another source.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::clock::Clock;
use crate::fetch::{FetchOutcome, Fetcher, HostHolds, NotModified, Request, SourceSettings};
use crate::model::{Applied, Due, Feed, LastOutcome, Source, SourceId, SourceState, Timestamp};
use crate::parse::ParseError;
use crate::schedule;
use crate::store::{Store, StoreError};
use crate::telemetry::{Health, Metrics, Stage, Waiting};

mod advice;
mod align;
mod desk;
mod discovery;
mod follow;
mod further;
mod keep;
mod poll;
mod report;
mod settle;
mod told;
mod watch;

pub use align::{Aligned, align};
pub use discovery::{Search, Trail, Verdict};
pub use keep::Unfinished;
pub use poll::Poll;

use desk::Desk;
use follow::Asked;
use report::{Report, news};
use settle::{Heard, settle};
use watch::Watch;

/// A source with everything that a refresh of it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The source.
    pub source: Arc<Source>,
    /// When it is due.
    pub schedule: schedule::Settings,
    /// How it is asked.
    pub fetch: SourceSettings,
    /// How far apart two entries may lie to be compared by their texts, on publication time.
    pub window: Duration,
}

/// Why a refresh was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Its time has come: another process may have been there before us.
    Due,
    /// A person asks now, due or not, but not against `Retry-After` or 410.
    Asked,
    /// A person insists: against everything, without validators, unchanged bytes read again.
    Forced,
}

/// What a refresh came to.
#[derive(Debug, Clone)]
pub enum Refreshed {
    /// The source was not asked.
    Waiting {
        /// Its next turn.
        due: Due,
    },
    /// The source was asked.
    Done {
        /// What came of it.
        last: LastOutcome,
        /// Entries in the document; 0 unless a body was parsed.
        entries: usize,
        /// What the store made of them.
        applied: Applied,
        /// How the source is doing now.
        health: Health,
        /// Its next turn.
        due: Due,
    },
}

impl Refreshed {
    /// Its next turn.
    #[must_use]
    pub fn due(&self) -> &Due {
        match self {
            Self::Waiting { due } | Self::Done { due, .. } => due,
        }
    }
}

/// The inward line. One is shared by all refreshes.
pub struct Refresher {
    fetcher: Fetcher,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    desk: Desk,
    metrics: Metrics,
}

impl Refresher {
    /// A line from this fetcher into this store.
    #[must_use]
    pub fn new(fetcher: Fetcher, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self {
            fetcher,
            store,
            clock,
            desk: Desk::default(),
            metrics: Metrics::default(),
        }
    }

    /// The same, reporting to these metrics.
    #[must_use]
    pub fn with_metrics(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// The hosts that want to be left alone.
    #[must_use]
    pub fn holds(&self) -> &HostHolds {
        self.fetcher.holds()
    }

    /// Takes over what must be known before any of these targets, which are all, is asked: how each host may be asked, and
    /// which ones want to be left alone, whoever was told so.
    ///
    /// # Errors
    /// The store's.
    pub async fn prepare(&self, targets: &[Target]) -> Result<(), StoreError> {
        let sources = targets.iter();
        self.fetcher
            .set_sources(sources.map(|target| (&target.source.location, &target.fetch)));
        self.fetcher.holds().adopt(self.store.host_holds().await?);
        Ok(())
    }

    /// Asks one address, once, for all of its sources, and logs each; in the order of the targets. While the store is in
    /// trouble nobody is asked, and what was on its way meanwhile waits here until it can be stored; but a person who asks is
    /// told at once.
    ///
    /// # Errors
    /// The store's alone; see [`Unfinished`].
    pub async fn refresh(
        &self,
        poll: &Poll,
        occasion: Occasion,
    ) -> Result<Vec<(SourceId, Refreshed)>, Unfinished> {
        let began = Instant::now();
        let mut states = Vec::with_capacity(poll.targets().len());
        for target in poll.targets() {
            let state = self.store.source_state(&target.source.id).await;
            states.push(state.map_err(Unfinished::NotAsked)?);
        }
        let now = self.clock.now();
        if let Some(due) = wait(poll, &states, occasion, now) {
            return Ok(waiting(poll, &due));
        }
        let late = self.waiting(poll, &states, occasion);
        let since = poll.due(&states, now).at.unwrap_or(now);
        let heard = self.hear(poll, &states, occasion, since, late).await;
        let heard = heard.map_err(Unfinished::NotAsked)?;
        if let Some(due) = heard.not_asked() {
            return Ok(waiting(poll, &due));
        }
        report::report_hosts(&heard.hosts);
        let mut done = Vec::with_capacity(states.len());
        for (target, state) in poll.targets().iter().zip(&states) {
            let settled = self.settle(target, state, &heard, occasion, began).await?;
            done.push((target.source.id.clone(), settled));
        }
        Ok(done)
    }

    /// Stores what was heard for one of the sources, and logs it.
    async fn settle(
        &self,
        target: &Target,
        state: &SourceState,
        heard: &Heard,
        occasion: Occasion,
        began: Instant,
    ) -> Result<Refreshed, Unfinished> {
        let unconditional = occasion == Occasion::Forced;
        let heard = heard.as_known_to(state, unconditional);
        let is_held = matches!(heard.fetched, FetchOutcome::Held { .. });
        let record = settle(target, state, heard, self.clock.now());
        let (last, entries) = (record.last.clone(), record.entries.len());
        let due = record.due.clone();
        let (at, history) = (record.at, record.state.history.clone());
        let health = Health::of(&history);
        let id = &target.source.id;
        let kept = self.keep(record, occasion).await;
        let Some((applied, due)) = kept.map_err(|error| Unfinished::not_stored(error, &due))?
        else {
            return Ok(Refreshed::Waiting { due });
        };
        self.metrics.polled(&last, applied);
        let is_unreached = last.fault.is_some() || is_held;
        let report = Report {
            source: id,
            news: news(&state.history, &last, is_unreached, applied, at),
            last: &last,
            history: &history,
            entries,
            applied,
            due: &due,
            elapsed: began.elapsed(),
        };
        report.log();
        Ok(Refreshed::Done {
            last,
            entries,
            applied,
            health,
            due,
        })
    }

    /// What is due waits from now on; what somebody asked for has no time that it is late by. Nobody is late for waiting as
    /// long as a host has asked for.
    fn waiting(&self, poll: &Poll, states: &[SourceState], occasion: Occasion) -> Waiting {
        let now = self.clock.now();
        let moved_to = states.first().and_then(|state| state.moved_to.as_ref());
        let host = poll.host(moved_to);
        let free = host.and_then(|host| self.holds().until(&host));
        match (occasion, poll.due(states, now).at) {
            (Occasion::Due, Some(due)) => {
                let due = free.map_or(due, |free| free.min(now).max(due));
                self.metrics.waits(due, now)
            }
            _ => Waiting::default(),
        }
    }

    /// Asks, and reads what comes: a web page is followed to the feed that it leads to, a new feed to its further pages.
    async fn hear(
        &self,
        poll: &Poll,
        states: &[SourceState],
        occasion: Occasion,
        due: Timestamp,
        waiting: Waiting,
    ) -> Result<Heard, StoreError> {
        let lead = poll.lead();
        let (state, doubted) = doubted(lead, Poll::shared(states), self.clock.now());
        let watch = Watch::new(&self.metrics, waiting);
        let heard = tokio::select! {
            biased;
            error = self.held_back(&watch) => return Err(error),
            heard = self.ask(lead, &state, occasion, due, &watch) => heard,
        };
        let asked = Asked {
            target: lead,
            state: &state,
            occasion,
            due,
        };
        let heard = self.follow(asked, heard).await;
        let heard = Heard { doubted, ..heard };
        Ok(self.read_on(poll, states, asked, heard).await)
    }

    async fn ask(
        &self,
        target: &Target,
        state: &SourceState,
        occasion: Occasion,
        due: Timestamp,
        watch: &Watch<'_>,
    ) -> Heard {
        let request = Request {
            location: &target.source.location,
            settings: &target.fetch,
            state,
            unconditional: occasion == Occasion::Forced,
            due,
            insists: occasion == Occasion::Forced,
            observer: watch,
        };
        let mut fetched = self.fetcher.fetch(request, self.clock.as_ref()).await;
        watch.end();
        let parsed = self.parse(&mut fetched.outcome).await;
        Heard {
            fetched: fetched.outcome,
            parsed,
            trail: None,
            doubted: false,
            further: Arc::default(),
            hosts: fetched.hosts,
        }
    }

    /// Reads a fresh body, and lets it go; `None` where there is none.
    async fn parse(&self, fetched: &mut FetchOutcome) -> Option<Result<Feed, ParseError>> {
        let fresh = match fetched {
            FetchOutcome::Fresh(fresh) => fresh,
            FetchOutcome::Moved(moved) => &mut moved.fresh,
            _ => return None,
        };
        let taken = fresh.clone();
        fresh.release();
        let began = Instant::now();
        let read = self.desk.read(taken).await;
        self.metrics.took(Stage::Parse, began.elapsed());
        Some(read)
    }
}

/// What is known of a source as it is asked now, and whether its validators are left out because its word is doubted.
fn doubted(target: &Target, known: SourceState, now: Timestamp) -> (SourceState, bool) {
    let doubts = known.validators.is_some()
        && target.fetch.validators
        && schedule::doubts(&target.source.id, &known.history, now);
    let validators = known.validators.filter(|_| !doubts);
    let asked = SourceState {
        validators,
        ..known
    };
    (asked, doubts)
}

/// The sources of an address that was not asked.
fn waiting(poll: &Poll, due: &Due) -> Vec<(SourceId, Refreshed)> {
    let waiting = |target: &Target| {
        let due = due.clone();
        (target.source.id.clone(), Refreshed::Waiting { due })
    };
    poll.targets().iter().map(waiting).collect()
}

/// The turn to wait for, if the address is not to be asked now.
fn wait(poll: &Poll, states: &[SourceState], occasion: Occasion, now: Timestamp) -> Option<Due> {
    match occasion {
        Occasion::Forced => None,
        Occasion::Asked => {
            let gone = states.iter().all(|state| state.history.gone);
            let told_to_wait = |state: &SourceState| {
                let until = schedule::retry_after(&state.history, now);
                until.is_some_and(|until| until > now)
            };
            (gone || states.iter().any(told_to_wait)).then(|| poll.due(states, now))
        }
        Occasion::Due => Some(poll.due(states, now)).filter(|due| due.at.is_none_or(|at| at > now)),
    }
}

impl Heard {
    /// The turn to wait for, if nobody was asked because the host wants to be left alone.
    fn not_asked(&self) -> Option<Due> {
        match &self.fetched {
            FetchOutcome::Held {
                hold,
                redirect: None,
            } if self.trail.is_none() => Some(poll::held_until(hold)),
            _ => None,
        }
    }

    /// The same, as it is news to one of several sources: bytes that this one knows already are not.
    fn as_known_to(&self, state: &SourceState, unconditional: bool) -> Self {
        let same = match &self.fetched {
            FetchOutcome::Fresh(fresh) if !unconditional => {
                (state.body_hash == Some(fresh.body_hash)).then(|| NotModified {
                    status: fresh.status,
                    validators: fresh.validators.clone(),
                    freshness: fresh.freshness,
                    moved_to: None,
                })
            }
            _ => None,
        };
        match same {
            Some(same) => Self {
                fetched: FetchOutcome::NotModified(same),
                parsed: None,
                trail: self.trail.clone(),
                doubted: self.doubted,
                further: Arc::default(),
                hosts: self.hosts.clone(),
            },
            None => self.clone(),
        }
    }
}
