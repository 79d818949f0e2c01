//! One address inwards: fetch → parse and normalize → fingerprint → store.
//!
//! Goes in: a source that is due, with those that share its address. Comes out:
//! for each one transaction with its entries, its state and its validators, and
//! one log line. A source in trouble is data, never an error of the line:
//! nothing here stops another source.
//!
//! [`Refresher::refresh`] is the list of the steps. Next, in their order: `schedule::wait` (who waits), `ask.rs` (the request,
//! through `fetch`, and `parse`), `follow.rs` (to the feed of a page, to further pages), `settle.rs` (what the answer means;
//! without a document, as a 304: `advance.rs`), `keep.rs` (into `store`, where `steps/refresh` writes it), `report.rs` (the log line).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use crate::clock::Clock;
use crate::fetch::{Fetcher, HostHolds};
use crate::model::{Applied, Due, RefreshRecord, SourceId, SourceState, Timestamp};
use crate::store::{Store, StoreError};
use crate::telemetry::{Health, Metrics, Waiting};

mod advance;
mod advice;
mod align;
mod ask;
mod discovery;
mod follow;
mod further;
mod heard;
mod keep;
mod known;
mod outlook;
mod parsing;
mod poll;
mod question;
mod refreshed;
mod report;
mod room;
mod settle;
mod target;
mod told;
mod unchanged;
mod watch;

pub use crate::schedule::Occasion;
pub use align::{Aligned, align};
pub use discovery::{Search, Trail, Verdict};
pub use keep::Unfinished;
pub use outlook::{SourceOutlook, outcome_in_a_word, outlooks, remarks, turn_in_words};
pub use poll::Poll;
pub use refreshed::Refreshed;
pub use target::Target;

use ask::Asker;
use follow::{follow, read_on};
use heard::Heard;
use keep::Keeper;
use known::{Generation, Known};
use question::Question;
use report::{Report, report_hosts, report_kept_away, report_retracted};
use room::Room;
use settle::settle;
use unchanged::unchanged;

/// The inward line. One is shared by all refreshes.
pub struct Refresher {
    asker: Asker,
    keeper: Keeper,
}

impl Refresher {
    /// A line from this fetcher into this store.
    #[must_use]
    pub fn new(fetcher: Fetcher, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        let keeper = Keeper {
            store: store.clone(),
            clock: clock.clone(),
            holds: fetcher.holds().clone(),
            metrics: Metrics::default(),
            known: Arc::new(Known::default()),
            storing: Arc::default(),
        };
        let asker = Asker {
            fetcher,
            store,
            clock,
            parsing: Arc::default(),
            room: Room::default(),
            metrics: Metrics::default(),
        };
        Self { asker, keeper }
    }

    /// The same, reporting to these metrics.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Metrics) -> Self {
        self.asker.metrics = metrics.clone();
        self.keeper.metrics = metrics;
        self
    }

    /// The same line with another fetcher. What is known of sources and of hosts is shared.
    #[must_use]
    pub fn with_fetcher(&self, fetcher: Fetcher) -> Self {
        let keeper = self.keeper.clone();
        let asker = Asker {
            fetcher: fetcher.with_holds(self.holds().clone()),
            store: self.asker.store.clone(),
            clock: self.asker.clock.clone(),
            parsing: self.asker.parsing.clone(),
            room: self.asker.room.clone(),
            metrics: self.asker.metrics.clone(),
        };
        Self { asker, keeper }
    }

    /// The hosts that want to be left alone.
    #[must_use]
    pub fn holds(&self) -> &HostHolds {
        self.asker.fetcher.holds()
    }

    /// Loads what must be known before the first request: how each host may be asked, and which hosts want to be left alone, even if
    /// another process was told so. `targets` are all that there are.
    ///
    /// # Errors
    /// The store's.
    pub async fn prepare(&self, targets: &[Target]) -> Result<(), StoreError> {
        let sources = targets.iter();
        self.asker
            .fetcher
            .set_sources(sources.map(|target| (&target.source.location, &*target.fetch)));
        self.holds().adopt(self.keeper.store.host_holds().await?);
        Ok(())
    }

    /// Reads the states of all sources in one step, and keeps them in memory from then on.
    ///
    /// # Errors
    /// The store's.
    pub async fn load(
        &self,
        targets: &[Target],
    ) -> Result<HashMap<SourceId, Arc<SourceState>>, StoreError> {
        self.keeper.load(targets).await
    }

    /// Whether answers that brought nothing new have waited long enough to be stored.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.keeper.is_late()
    }

    /// Stores the waiting answers that brought nothing new. To have them stored within 30 seconds, call this every few seconds when
    /// [`Refresher::is_late`].
    ///
    /// # Errors
    /// The store's. What could not be stored goes on waiting.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.keeper.flush().await
    }

    /// Brings stored times in line with the clock; see [`align()`]. What waits to be stored goes first.
    ///
    /// # Errors
    /// The store's.
    pub async fn align(&self) -> Result<Option<Aligned>, StoreError> {
        self.keeper.align().await
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
        let (began, targets) = (Instant::now(), poll.targets());
        let known = self.keeper.states(targets).await;
        let (memory, states) = known.map_err(Unfinished::NotAsked)?;
        let now = self.asker.clock.now();
        if let Some(due) = poll.wait(&states, occasion, now) {
            return Ok(all_wait(targets, &due));
        }
        let question = Question::of(poll, &states, occasion, now);
        let waiting = self.waiting(poll, &question, now);
        let heard = self.asker.ask(&question, waiting).await;
        let heard = heard.map_err(Unfinished::NotAsked)?;
        let heard = follow(&self.asker, &question, heard).await;
        let heard = read_on(&self.asker, &question, targets, &states, heard).await;
        if let Some(due) = heard.not_asked() {
            return Ok(all_wait(targets, &due));
        }
        report_hosts(&heard.hosts);
        // Held until everything is stored.
        let _room = heard.room.clone();
        let mut done = Vec::with_capacity(states.len());
        let (mut heard, last) = (Some(heard), targets.len() - 1);
        for (nth, (target, state)) in targets.iter().zip(&states).enumerate() {
            // The last source takes the document without a copy. Most addresses have one source, and documents are large.
            let heard = if nth == last {
                heard.take()
            } else {
                heard.clone()
            };
            let Some(heard) = heard else { break };
            let known = (memory, target, &**state);
            let settled = self.store(known, heard, occasion, began).await?;
            done.push((target.source.id.clone(), settled));
        }
        Ok(done)
    }

    /// Stores what was heard for one of the sources, and logs it. `memory` is the generation of the memory that `state` came from.
    async fn store(
        &self,
        (memory, target, state): (Generation, &Target, &SourceState),
        heard: Heard,
        occasion: Occasion,
        began: Instant,
    ) -> Result<Refreshed, Unfinished> {
        let heard = heard.known_to(state, occasion == Occasion::Forced);
        let (is_held, doubted) = (heard.is_held(), heard.doubted);
        let record = settle(target, state, heard, self.asker.clock.now());
        let may_wait = !doubted && self.keeper.may_wait();
        if let Some(answer) = unchanged(target, state, &record).filter(|_| may_wait) {
            let (next, due) = (record.state.clone(), record.due.clone());
            self.keeper.note(memory, target, next, answer).await;
            let applied = Applied::default();
            return Ok(self.done(&record, state, is_held, applied, due, began));
        }
        let record = Arc::new(record);
        let kept = self.keeper.keep(memory, target, record.clone(), occasion);
        let kept = kept
            .await
            .map_err(|error| Unfinished::not_stored(error, &record.due))?;
        Ok(match kept {
            Some((applied, due)) => self.done(&record, state, is_held, applied, due, began),
            None => Refreshed::Waiting {
                due: record.due.clone(),
            },
        })
    }

    /// Counts and logs a refresh that is stored, or waits to be stored.
    fn done(
        &self,
        record: &RefreshRecord,
        before: &SourceState,
        is_held: bool,
        applied: Applied,
        due: Due,
        began: Instant,
    ) -> Refreshed {
        self.keeper.metrics.polled(&record.last, &applied);
        let elapsed = began.elapsed();
        Report::of(record, &before.history, is_held, &applied, &due, elapsed).log();
        report_retracted(&record.source, &applied.retracted);
        report_kept_away(&record.source, &applied.kept_away);
        Refreshed::Done {
            last: record.last.clone(),
            entries: record.entries.len(),
            applied,
            health: Health::of(&record.state.history),
            due,
        }
    }

    /// Starts measuring how late a due poll is; a person's order has no due time to be late for. Nobody is late for waiting as
    /// long as a host has asked for.
    fn waiting(&self, poll: &Poll, question: &Question<'_>, now: Timestamp) -> Waiting {
        if question.occasion != Occasion::Due {
            return Waiting::default();
        }
        let host = poll.host(question.state.moved_to.as_ref());
        let free = host.and_then(|host| self.holds().until(&host));
        let due = free.map_or(question.due, |free| free.min(now).max(question.due));
        self.asker.metrics.waits(due, now)
    }
}

/// The sources of an address that is not asked.
fn all_wait(targets: &[Target], due: &Due) -> Vec<(SourceId, Refreshed)> {
    let waiting = |target: &Target| {
        let due = due.clone();
        (target.source.id.clone(), Refreshed::Waiting { due })
    };
    targets.iter().map(waiting).collect()
}
