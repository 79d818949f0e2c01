//! Each method of [`RetentionStore`] as one transaction of an engine.

use std::time::Duration;

use async_trait::async_trait;

use crate::model::{EntryId, OutputId, Timestamp};
use crate::store::engine::Engine;
use crate::store::error::StoreError;
use crate::store::rows::RetentionRows;
use crate::store::steps::retention;
use crate::store::upkeep::{Aged, Candidates, Passed, RetentionStore, Stripped, Upkeep};

#[async_trait]
impl<E: Engine> RetentionStore for E {
    async fn aged(
        &self,
        which: Aged,
        after: Option<Passed>,
        windows: &[(OutputId, Timestamp)],
    ) -> Result<Candidates, StoreError> {
        let windows = windows.to_vec();
        self.read("look for aged entries", move |rows| {
            retention::aged(rows, which, after, &windows)
        })
        .await
    }

    async fn strip(
        &self,
        entries: Vec<EntryId>,
        windows: &[(OutputId, Timestamp)],
        now: Timestamp,
    ) -> Result<Stripped, StoreError> {
        let windows = windows.to_vec();
        self.write("strip entries", move |rows| {
            retention::strip(rows, &entries, &windows, now)
        })
        .await
    }

    async fn greatest_age(&self) -> Result<Duration, StoreError> {
        let read = self.read("look for the oldest entry", E::Tx::greatest_age_ms);
        Ok(Duration::from_millis(read.await?))
    }

    async fn upkeep(&self) -> Result<Upkeep, StoreError> {
        self.read("read how retention stands", E::Tx::upkeep).await
    }

    async fn end_upkeep(&self, is_over: bool, now: Timestamp) -> Result<Upkeep, StoreError> {
        self.write("end a pass of retention", move |rows| {
            retention::end_upkeep(rows, is_over, now)
        })
        .await
    }
}
