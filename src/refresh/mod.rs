//! One source inwards: fetch → parse and normalize → fingerprint → store.
//!
//! Goes in: a source that is due. Comes out: one transaction with its entries,
//! its state and its validators, and one log line. A source in trouble is data,
//! never an error of the line: nothing here stops another source.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::fetch::{FetchOutcome, Fetcher, Request, SourceSettings};
use crate::model::{Applied, Due, FailureClass, Feed, LastOutcome, Source, SourceState, Timestamp};
use crate::parse::{self, Input, ParseError};
use crate::schedule;
use crate::store::{Store, StoreError};

mod report;
mod settle;

use settle::{Heard, settle};

/// Documents parsed at once: what bounds the memory that parsing takes.
const PARSES_AT_ONCE: usize = 2;

/// A source with everything that a refresh of it needs.
#[derive(Debug, Clone)]
pub struct Target {
    /// The source.
    pub source: Arc<Source>,
    /// When it is due.
    pub schedule: schedule::Settings,
    /// How it is asked.
    pub fetch: SourceSettings,
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
        /// Its next turn.
        due: Due,
    },
}

/// The inward line. One is shared by all refreshes.
pub struct Refresher {
    fetcher: Fetcher,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    parses: Semaphore,
}

impl Refresher {
    /// A line from this fetcher into this store.
    #[must_use]
    pub fn new(fetcher: Fetcher, store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self {
            fetcher,
            store,
            clock,
            parses: Semaphore::new(PARSES_AT_ONCE),
        }
    }

    /// Refreshes one source and logs it, once.
    ///
    /// # Errors
    /// The store's alone: what was fetched is then not kept, nor its validators, so it will be asked for again.
    pub async fn refresh(
        &self,
        target: &Target,
        occasion: Occasion,
    ) -> Result<Refreshed, StoreError> {
        let id = &target.source.id;
        let began = Instant::now();
        let state = self.store.source_state(id).await?;
        if let Some(due) = wait(target, &state, occasion, self.clock.now()) {
            return Ok(Refreshed::Waiting { due });
        }
        let unconditional = occasion == Occasion::Forced;
        let request = Request {
            location: &target.source.location,
            settings: &target.fetch,
            state: &state,
            unconditional,
        };
        let fetched = self.fetcher.fetch(request, self.clock.now()).await;
        let parsed = self.parse(&fetched).await;
        let now = self.clock.now();
        let heard = Heard { fetched, parsed };
        let record = settle(target, &state, heard, now);
        let (last, entries, due) = (
            record.last.clone(),
            record.entries.len(),
            record.due.clone(),
        );
        let applied = self.store.apply(record).await?;
        report::report(id, &last, entries, applied, &due, began.elapsed());
        Ok(Refreshed::Done {
            last,
            entries,
            applied,
            due,
        })
    }

    /// Parses a fresh body off the async threads, a few at a time; `None` where there is none.
    async fn parse(&self, fetched: &FetchOutcome) -> Option<Result<Feed, ParseError>> {
        let fresh = match fetched {
            FetchOutcome::Fresh(fresh) => fresh.clone(),
            FetchOutcome::Moved(moved) => moved.fresh.clone(),
            _ => return None,
        };
        let _permit = self.parses.acquire().await.ok()?;
        let parsed = tokio::task::spawn_blocking(move || {
            parse::parse(Input {
                bytes: &fresh.body,
                content_type: fresh.content_type.as_deref(),
                base: fresh.url.as_ref(),
            })
        });
        // `parse` contains its own panics; this is the second line behind it.
        Some(parsed.await.unwrap_or_else(|panic| {
            Err(ParseError {
                class: FailureClass::Panic,
                message: format!("reading the document failed: {panic}"),
            })
        }))
    }
}

/// The turn to wait for, if the source is not to be asked now.
fn wait(target: &Target, state: &SourceState, occasion: Occasion, now: Timestamp) -> Option<Due> {
    let due = || schedule::next_due(&target.schedule, &target.source.id, &state.history, now);
    match occasion {
        Occasion::Forced => None,
        Occasion::Asked => {
            let told_to_wait = state.history.retry_after.is_some_and(|until| until > now);
            (state.history.gone || told_to_wait).then(due)
        }
        Occasion::Due => Some(due()).filter(|due| due.at.is_none_or(|at| at > now)),
    }
}
