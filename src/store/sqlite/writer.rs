//! The one writer: a thread that owns the writing connection and groups steps.
//!
//! Steps that wait together share one commit, so that a burst of refreshes
//! costs one fsync. Each stands in a savepoint: one that fails takes nothing of
//! the others with it. A step is answered only after the commit. A commit that
//! fails is treated as unknown: all its steps are answered with the error, the
//! connection is opened anew, and the callers repeat what they asked for.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use rusqlite::{Connection, ffi};
use tokio::sync::{mpsc, oneshot};

use super::checkpoints::Checkpoints;
use super::open::{connect, failed};
use super::panics::{caught, is_panic};
use crate::store::StoreError;

/// Steps that may wait; beyond, callers do.
const WAITING: usize = 256;
/// Steps that share a commit: what bounds the time until the first of them is answered.
const GROUP: usize = 128;

/// One step on its way through the writer.
trait Job: Send {
    /// Runs the step inside the open transaction; `false`: what it wrote must be rolled back.
    fn run(&mut self, db: &Connection) -> bool;
    /// Whether it panicked when it ran.
    fn has_panicked(&self) -> bool;
    /// Answers the caller, once it is known what became of the transaction.
    fn answer(self: Box<Self>, committed: Result<(), Failure>);
}

/// Why a transaction failed; can be told to many.
#[derive(Clone)]
struct Failure {
    code: ffi::Error,
    message: Option<String>,
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::SqliteFailure(code, message) => Self { code, message },
            other => Self {
                code: ffi::Error::new(ffi::SQLITE_ERROR),
                message: Some(other.to_string()),
            },
        }
    }
}

struct Step<T, F> {
    step: Option<F>,
    result: Option<rusqlite::Result<T>>,
    reply: oneshot::Sender<rusqlite::Result<T>>,
}

impl<T: Send, F: FnOnce(&Connection) -> rusqlite::Result<T> + Send> Job for Step<T, F> {
    fn run(&mut self, db: &Connection) -> bool {
        let Some(step) = self.step.take() else {
            return false;
        };
        let result = caught(|| step(db));
        let done = result.is_ok();
        self.result = Some(result);
        done
    }

    fn has_panicked(&self) -> bool {
        matches!(&self.result, Some(Err(error)) if is_panic(error))
    }

    fn answer(self: Box<Self>, committed: Result<(), Failure>) {
        let answer = match (self.result, committed) {
            (Some(Err(cause)), _) => Err(cause),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (_, Err(failure)) => Err(rusqlite::Error::SqliteFailure(
                failure.code,
                failure.message,
            )),
            (None, Ok(())) => Err(rusqlite::Error::InvalidQuery),
        };
        // A caller that has gone away wants no answer; what it asked for is written all the same.
        let _ = self.reply.send(answer);
    }
}

/// How far the database had come, as the writing connection saw it. Two agree exactly if no other process has committed
/// between them, or may have unseen: SQLite's `data_version` says something within one connection only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// Which of the writer's connections saw it.
    connection: u64,
    /// `data_version`: it moves only when another process commits.
    version: i64,
}

impl Seen {
    /// By the connection that a writer is started on.
    pub(super) fn first(db: &Connection) -> rusqlite::Result<Self> {
        Self::by(db, 0)
    }

    fn by(db: &Connection, connection: u64) -> rusqlite::Result<Self> {
        let version = db.pragma_query_value(None, "data_version", |row| row.get(0))?;
        Ok(Self {
            connection,
            version,
        })
    }
}

enum Message {
    Step(Box<dyn Job>),
    Look(oneshot::Sender<rusqlite::Result<Seen>>),
    Close(oneshot::Sender<()>),
}

/// The way to the writing thread.
pub(super) struct Writer {
    path: PathBuf,
    steps: mpsc::Sender<Message>,
    thread: std::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread on an open, migrated connection.
    pub(super) fn start(path: &Path, db: Connection) -> std::io::Result<Self> {
        let (steps, waiting) = mpsc::channel(WAITING);
        let mut thread = Thread {
            path: path.to_owned(),
            db: Some(db),
            connection: 0,
            waiting,
            checkpoints: Some(Checkpoints::start(path)?),
        };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || thread.run())?;
        Ok(Self {
            path: path.to_owned(),
            steps,
            thread: std::sync::Mutex::new(Some(thread)),
        })
    }

    /// Runs one step in a transaction and answers after its commit. `name` is a verb for the error.
    pub(super) async fn step<T, F>(&self, name: &'static str, step: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Step {
            step: Some(step),
            result: None,
            reply,
        };
        self.steps
            .send(Message::Step(Box::new(job)))
            .await
            .map_err(|_| StoreError::Closed)?;
        let answer = answer.await.map_err(|_| StoreError::Closed)?;
        answer.map_err(|cause| failed(&self.path, name, cause))
    }

    /// How far the database has come.
    pub(super) async fn look(&self) -> Result<Seen, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.steps
            .send(Message::Look(reply))
            .await
            .map_err(|_| StoreError::Closed)?;
        let seen = answer.await.map_err(|_| StoreError::Closed)?;
        seen.map_err(|cause| failed(&self.path, "look for changes", cause))
    }

    /// Lets waiting steps be written, checkpoints, closes the connection and ends the thread.
    pub(super) async fn close(&self) {
        let (closed, end) = oneshot::channel();
        if self.steps.send(Message::Close(closed)).await.is_ok() {
            let _ = end.await;
        }
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

struct Thread {
    path: PathBuf,
    /// `None` after a commit that failed, until it could be opened anew.
    db: Option<Connection>,
    /// How often it was opened anew.
    connection: u64,
    waiting: mpsc::Receiver<Message>,
    /// `None` once it has ended.
    checkpoints: Option<Checkpoints>,
}

impl Thread {
    fn run(&mut self) {
        while let Some(message) = self.waiting.blocking_recv() {
            let mut group = Vec::new();
            let mut closing = None;
            let mut next = Some(message);
            while let Some(message) = next {
                match message {
                    Message::Step(job) => group.push(job),
                    Message::Look(reply) => {
                        let _ = reply.send(self.look());
                    }
                    Message::Close(reply) => closing = Some(reply),
                }
                let more = group.len() < GROUP && closing.is_none();
                next = if more {
                    self.waiting.try_recv().ok()
                } else {
                    None
                };
            }
            let committed = self.commit(&mut group);
            for job in group {
                job.answer(committed.clone());
            }
            if let Some(checkpoints) = &self.checkpoints {
                checkpoints.committed();
            }
            if let Some(reply) = closing {
                self.waiting.close();
                self.checkpoints = None;
                if let Some(db) = self.db.take() {
                    // Leaves one file behind where it can; a reader elsewhere may keep it from being whole.
                    let _ = db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
                }
                let _ = reply.send(());
            }
        }
    }

    fn commit(&mut self, group: &mut [Box<dyn Job>]) -> Result<(), Failure> {
        if group.is_empty() {
            return Ok(());
        }
        let committed = write(self.connected()?.0, group);
        // A panic may have left anything half done in the connection.
        if committed.is_err() || group.iter().any(|job| job.has_panicked()) {
            self.db = None;
        }
        Ok(committed?)
    }

    fn look(&mut self) -> rusqlite::Result<Seen> {
        let (db, connection) = self.connected()?;
        Seen::by(db, connection)
    }

    /// The connection and its number; opened anew where the last was given up.
    fn connected(&mut self) -> rusqlite::Result<(&Connection, u64)> {
        let db = match &mut self.db {
            Some(db) => db,
            none => {
                self.connection += 1;
                none.insert(connect(&self.path)?)
            }
        };
        Ok((db, self.connection))
    }
}

fn write(db: &Connection, group: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    db.execute_batch("BEGIN IMMEDIATE")?;
    for job in group {
        db.execute_batch("SAVEPOINT step")?;
        let done = job.run(db);
        if db.is_autocommit() {
            // A full disk or a failed read ends the whole transaction, not only the step.
            return Err(rusqlite::Error::SqliteFailure(
                ffi::Error::new(ffi::SQLITE_ABORT),
                Some("the transaction was rolled back by a step of its group".to_owned()),
            ));
        }
        db.execute_batch(if done {
            "RELEASE step"
        } else {
            "ROLLBACK TO step; RELEASE step"
        })?;
    }
    db.execute_batch("COMMIT")
}
