//! What an engine is: it runs steps in its transactions, and looks after its own storage.

use std::path::Path;

use tokio::sync::watch;

use super::condition::StoreCondition;
use super::disk::Usage;
use super::error::StoreError;
use super::reading_room::ReadingRoom;
use super::rows::{AllRows, Rows};

/// Why a query of an engine failed, in its own words.
pub(in crate::store) type Failure<E> = <<E as Engine>::Tx as Rows>::Error;

/// An engine that a store can stand on. Everything that a store decides is written once, in `steps`; what is left for an engine
/// are the questions of [`AllRows`] and this.
pub(in crate::store) trait Engine: Sized + Send + Sync + 'static {
    /// A transaction, as steps see it.
    type Tx: AllRows;

    /// Runs a step in a transaction that may write, and answers once its commit survives a power cut. Of steps that are asked for
    /// at once, several may share a commit; one that fails takes nothing of the others with it, and one that panics is
    /// [`StoreError::Panicked`]. If one fails, the others may be run again, so a step must not use up what it captures; only the
    /// result of its last run counts. `name` is a verb for the error.
    fn write<T, F>(
        &self,
        name: &'static str,
        step: F,
    ) -> impl Future<Output = Result<T, StoreError>> + Send
    where
        T: Send + 'static,
        F: Fn(&Self::Tx) -> Result<T, Failure<Self>> + Send + 'static;

    /// Runs a read beside the writer, on a snapshot of what is committed. `name` is a verb for the error.
    fn read<T, F>(
        &self,
        name: &'static str,
        read: F,
    ) -> impl Future<Output = Result<T, StoreError>> + Send
    where
        T: Send + 'static,
        F: FnOnce(&Self::Tx) -> Result<T, Failure<Self>> + Send + 'static;

    /// The room for texts that are read before the writer is asked.
    fn reading_room(&self) -> &ReadingRoom;

    /// See [`super::Store::changed_elsewhere`].
    fn changed_elsewhere(&self) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// See [`super::Store::commits_elsewhere`].
    fn commits_elsewhere(&self) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// See [`super::Store::usage`].
    fn usage(&self) -> impl Future<Output = Result<Usage, StoreError>> + Send;

    /// See [`super::Store::give_back`].
    fn give_back(&self, spare: u64) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// See [`super::Store::backup`].
    fn backup(&self, to: &Path) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// See [`super::Store::condition`].
    fn condition(&self) -> watch::Receiver<StoreCondition>;

    /// See [`super::Store::examine`].
    fn examine(&self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// See [`super::Store::probe`].
    fn probe(&self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// See [`super::Store::close`].
    fn close(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
}
