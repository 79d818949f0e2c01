//! SQLite as an engine: what is opened, and how steps reach the writing thread or a reader.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::failure::refuse;
use super::lock::DaemonLock;
use super::readers::Readers;
use super::session::Session;
use super::verify::{self, AFTER_START, Verifier};
use super::vitals::Vitals;
use super::writer::Writer;
use super::{care, examine, open, usage};
use crate::store::condition::StoreCondition;
use crate::store::disk::Usage;
use crate::store::engine::Engine;
use crate::store::error::StoreError;
use crate::store::reading_room::ReadingRoom;
use crate::store::settings::Opening;

/// A store in one SQLite file.
pub(in crate::store) struct SqliteEngine {
    path: PathBuf,
    vitals: Arc<Vitals>,
    pub(super) writer: Writer,
    pub(super) readers: Readers,
    reading_room: ReadingRoom,
    /// How many commits of other processes were known of when they were last looked for.
    seen: AtomicU64,
    /// Reads a large database whole. A plain mutex: held to take it out at the end.
    verifier: Mutex<Option<Verifier>>,
    /// The daemon's; a command beside it has none.
    _lock: Option<DaemonLock>,
}

impl SqliteEngine {
    /// Opens the database, brings its schema up to date, and starts the writer. A missing one is made, for its owner alone.
    ///
    /// # Errors
    /// Those of [`crate::store::open`].
    pub(in crate::store) fn open(path: &Path, opening: Opening) -> Result<Self, StoreError> {
        let lock = match opening {
            Opening::Thorough => DaemonLock::take(path),
            Opening::Quick => Ok(None),
        };
        // What keeps the lock's file from being made mostly keeps the database from being opened, whose message says more.
        let lock = match lock {
            Err(in_use @ StoreError::InUse { .. }) => return Err(in_use),
            taken => taken,
        };
        let db = open::open(path, opening)?;
        let lock = lock?;
        let unusable = |what: String| StoreError::Unusable {
            location: path.into(),
            what,
        };
        let vitals = Vitals::of(path)
            .map_err(|error| unusable(format!("it cannot be looked at: {error}")))?;
        let verifier = match opening {
            Opening::Thorough if verify::is_large(path) => {
                Some(Verifier::start(vitals.clone(), AFTER_START))
            }
            Opening::Thorough | Opening::Quick => None,
        };
        let verifier = verifier.transpose().map_err(|error| refuse(path, error))?;
        let writer = Writer::start(vitals.clone(), db)
            .map_err(|error| unusable(format!("no thread for writing: {error}")))?;
        Ok(Self {
            path: path.to_owned(),
            readers: Readers::new(vitals.clone()),
            reading_room: ReadingRoom::default(),
            vitals,
            writer,
            seen: AtomicU64::new(0),
            verifier: Mutex::new(verifier),
            _lock: lock,
        })
    }
}

impl Engine for SqliteEngine {
    type Tx = Session;

    async fn write<T, F>(&self, name: &'static str, step: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&Session) -> rusqlite::Result<T> + Send + 'static,
    {
        self.writer.step(name, step).await
    }

    async fn read<T, F>(&self, name: &'static str, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Session) -> rusqlite::Result<T> + Send + 'static,
    {
        self.readers.read(name, read).await
    }

    fn reading_room(&self) -> &ReadingRoom {
        &self.reading_room
    }

    async fn changed_elsewhere(&self) -> Result<bool, StoreError> {
        let now = self.writer.look().await?;
        Ok(self.seen.swap(now, Ordering::Relaxed) != now)
    }

    async fn commits_elsewhere(&self) -> Result<u64, StoreError> {
        match self.writer.seen() {
            Some(count) => Ok(count),
            None => self.writer.look().await,
        }
    }

    async fn usage(&self) -> Result<Usage, StoreError> {
        let path = self.path.clone();
        self.readers
            .read("measure itself", move |db| usage::of(db, &path))
            .await
    }

    async fn give_back(&self, spare: u64) -> Result<u64, StoreError> {
        self.writer
            .step("give free pages back", move |db| {
                usage::give_back(db, spare)
            })
            .await
    }

    async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let (from, to) = (self.path.clone(), to.to_owned());
        let copied = tokio::task::spawn_blocking(move || care::backup(&from, &to)).await;
        copied.unwrap_or_else(|ended| Err(StoreError::of_task(care::COPY, &ended)))
    }

    fn condition(&self) -> watch::Receiver<StoreCondition> {
        self.vitals.subscribe()
    }

    async fn examine(&self) -> Result<(), StoreError> {
        let vitals = self.vitals.clone();
        let examined = tokio::task::spawn_blocking(move || examine::examine(&vitals)).await;
        examined.unwrap_or(Err(StoreError::Closed))?;
        // Shows that the writer lives.
        self.writer.look().await.map(drop)
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.writer.probe().await?;
        self.examine().await?;
        self.vitals.recover();
        Ok(())
    }

    async fn close(&self) -> Result<(), StoreError> {
        let verifier = self
            .verifier
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        // What is left of its reading is interrupted.
        let _ = tokio::task::spawn_blocking(move || drop(verifier)).await;
        self.readers.close();
        self.writer.close().await;
        Ok(())
    }
}
