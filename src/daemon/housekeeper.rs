//! Retention runs beside the publisher, so that no reader's document waits for a pass.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::maintain::{AFTER_BREAK, INTERVAL, Pass, Retention, due_in, maintain};
use crate::model::{OutputId, Timestamp};
use crate::store::{Store, StoreError};

/// A pass that the store broke off is tried again after so long.
const AFTER_TROUBLE: Duration = Duration::from_secs(60);

/// Makes one pass after the other, each when it is due.
pub(super) struct Housekeeper {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    next: Instant,
    under_way: Option<JoinHandle<Result<Pass, StoreError>>>,
    ended: Option<Result<Pass, StoreError>>,
}

impl Housekeeper {
    /// Nothing is due before [`Self::look`].
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            next: Instant::now() + INTERVAL,
            under_way: None,
            ended: None,
        }
    }

    /// Looks when the last pass of any process ended: a start makes up for what is due.
    pub(super) async fn look(&mut self) -> Result<(), StoreError> {
        let upkeep = self.store.upkeep().await?;
        self.next = Instant::now() + due_in(&upkeep, self.clock.now());
        Ok(())
    }

    /// Ends when a pass has ended or the next is due. Loses nothing when it is dropped.
    pub(super) async fn ready(&mut self) {
        if let Some(pass) = &mut self.under_way {
            let ended = pass
                .await
                .unwrap_or_else(|ended| Err(StoreError::of_task("clean up", &ended)));
            self.under_way = None;
            self.ended = Some(ended);
        }
        if self.ended.is_none() {
            tokio::time::sleep_until(self.next).await;
        }
    }

    /// What the last pass came to, if one has ended since.
    pub(super) fn finish(&mut self) -> Result<Option<Pass>, StoreError> {
        match self.ended.take() {
            None => Ok(None),
            Some(Ok(pass)) => {
                if pass == Pass::BrokenOff {
                    self.put_off(AFTER_BREAK);
                }
                Ok(Some(pass))
            }
            Some(Err(error)) => {
                self.put_off(AFTER_TROUBLE);
                Err(error)
            }
        }
    }

    /// Whether the next pass is due and none is under way.
    pub(super) fn is_due(&self) -> bool {
        self.under_way.is_none() && Instant::now() >= self.next
    }

    /// Begins a pass. `windows`: for each output the place of its oldest item.
    pub(super) fn start(&mut self, retention: Retention, windows: Vec<(OutputId, Timestamp)>) {
        self.next = Instant::now() + INTERVAL;
        let (store, clock) = (self.store.clone(), self.clock.clone());
        self.under_way = Some(tokio::spawn(async move {
            maintain(store.as_ref(), &retention, &windows, clock.as_ref()).await
        }));
    }

    /// The next pass begins as soon as none is under way: whoever changes what is kept wants to see it, not in an hour.
    pub(super) fn hurry(&mut self) {
        self.next = Instant::now();
    }

    /// The next pass begins after so long.
    pub(super) fn put_off(&mut self, by: Duration) {
        self.next = Instant::now() + by;
    }
}

impl Drop for Housekeeper {
    /// A stop cuts a pass between two steps, each of them whole; the next start does the rest.
    fn drop(&mut self) {
        if let Some(pass) = &self.under_way {
            pass.abort();
        }
    }
}
