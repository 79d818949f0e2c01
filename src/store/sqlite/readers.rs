//! A few reading connections beside the writer; each read sees one snapshot.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use super::connect::connect_reader;
use super::failure::failed;
use super::panics::caught;
use super::session::Session;
use super::vitals::Vitals;
use crate::store::StoreError;

/// Reads at once.
const AT_ONCE: usize = 4;

#[derive(Clone)]
pub(super) struct Readers {
    vitals: Arc<Vitals>,
    turns: Arc<Semaphore>,
    /// Connections that nobody uses now. A plain mutex: held for a push or a pop, never across an await.
    idle: Arc<Mutex<Vec<Session>>>,
}

impl Readers {
    pub(super) fn new(vitals: Arc<Vitals>) -> Self {
        Self {
            vitals,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            idle: Arc::default(),
        }
    }

    /// Runs a read off the async threads. `name` is a verb for the error.
    pub(super) async fn read<T, F>(&self, name: &'static str, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Session) -> rusqlite::Result<T> + Send + 'static,
    {
        let _turn = self.turns.acquire().await.map_err(|_| StoreError::Closed)?;
        let readers = self.clone();
        let result = tokio::task::spawn_blocking(move || {
            let vitals = &readers.vitals;
            let failed = |error: rusqlite::Error| {
                vitals.note(&error);
                failed(vitals.path(), name, error)
            };
            let idle = readers.idle().pop();
            let db = match idle {
                Some(db) => db,
                None => {
                    let placed = vitals.check_place();
                    placed.map_err(|trouble| StoreError::from(trouble.as_ref()))?;
                    Session::of(connect_reader(vitals.path()).map_err(failed)?)
                }
            };
            let snapshot = db.unchecked_transaction().map_err(failed)?;
            let value = caught(|| read(&db)).map_err(failed)?;
            drop(snapshot);
            readers.idle().push(db);
            Ok(value)
        });
        result.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Closes the idle connections.
    pub(super) fn close(&self) {
        self.turns.close();
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
