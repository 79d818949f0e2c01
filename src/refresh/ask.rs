//! Sends a request and reads its answer.

use std::sync::Arc;
use std::time::Instant;

use super::heard::Heard;
use super::parsing::ParsePool;
use super::question::Question;
use super::room::{Room, Taken};
use super::watch::Watch;
use crate::clock::Clock;
use crate::fetch::{FetchOutcome, Fetcher};
use crate::model::Feed;
use crate::parse::ParseError;
use crate::store::{Store, StoreError};
use crate::telemetry::{Metrics, Stage, Waiting};

/// What it takes to ask: one is shared by all refreshes.
pub(super) struct Asker {
    pub(super) fetcher: Fetcher,
    /// While it is in trouble nobody is asked.
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) parsing: Arc<ParsePool>,
    pub(super) room: Room,
    pub(super) metrics: Metrics,
}

impl Asker {
    /// Asks, and reads what comes. `waiting`: how late the request is, measured until it goes out.
    ///
    /// # Errors
    /// The store has come into trouble before the request went out.
    pub(super) async fn ask(
        &self,
        question: &Question<'_>,
        waiting: Waiting,
    ) -> Result<Heard, StoreError> {
        let watch = Watch::new(&self.metrics, waiting);
        tokio::select! {
            biased;
            error = self.held_back(&watch) => Err(error),
            heard = self.hear(question, &watch, true) => Ok(heard),
        }
    }

    /// Asks another question in the same refresh, which may be one of several. `takes_room` is false for further pages: the refresh
    /// takes room for its document again after the last of them.
    pub(super) async fn ask_on(&self, question: &Question<'_>, takes_room: bool) -> Heard {
        let watch = Watch::new(&self.metrics, Waiting::default());
        self.hear(question, &watch, takes_room).await
    }

    /// Whether what an answer brings could be stored now.
    pub(super) fn may_ask_on(&self) -> bool {
        self.store.condition().borrow().is_well()
    }

    /// Ends when the store is in trouble and the request has not left: it waits for its host's turn, or for a place. A request
    /// that is out is heard to its end.
    async fn held_back(&self, watch: &Watch<'_>) -> StoreError {
        let mut condition = self.store.condition();
        let found = condition.wait_for(|condition| !condition.is_well()).await;
        let found = found.map(|found| found.trouble().cloned());
        match found.ok().flatten() {
            Some(trouble) if !watch.is_sent() => StoreError::from(trouble.as_ref()),
            _ => std::future::pending().await,
        }
    }

    async fn hear(&self, question: &Question<'_>, watch: &Watch<'_>, takes_room: bool) -> Heard {
        let request = question.request(watch);
        // On the heap, because the future of a request is large, and a task is moved several times before it runs.
        let fetch = Box::pin(self.fetcher.fetch(request, self.clock.as_ref()));
        let mut fetched = fetch.await;
        watch.end();
        let (parsed, room) = self.parse(&mut fetched.outcome, takes_room).await.unzip();
        Heard {
            fetched: fetched.outcome,
            parsed,
            room: room.unwrap_or_default(),
            trail: None,
            doubted: question.doubted,
            further: Arc::default(),
            hosts: fetched.hosts,
        }
    }

    /// Reads a fresh body, when there is room for it, and lets it go; `None` where there is none.
    async fn parse(
        &self,
        fetched: &mut FetchOutcome,
        takes_room: bool,
    ) -> Option<(Result<Feed, ParseError>, Taken)> {
        let fresh = match fetched {
            FetchOutcome::Fresh(fresh) => fresh,
            FetchOutcome::Moved(moved) => &mut moved.fresh,
            _ => return None,
        };
        let taken = fresh.clone();
        fresh.release();
        let room = match takes_room {
            true => self.room.take(taken.body.len()).await,
            false => Taken::default(),
        };
        let began = Instant::now();
        let read = self.parsing.read(taken).await;
        self.metrics.took(Stage::Parse, began.elapsed());
        // Nothing is kept of a document that is no feed.
        let room = if read.is_ok() { room } else { Taken::default() };
        Some((read, room))
    }
}
