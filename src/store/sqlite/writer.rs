//! The one writer: a thread that owns the writing connection and groups steps.
//!
//! Steps that are asked for while another is written share its commit, so that a
//! burst of refreshes costs one fsync (`group.rs`). A step is answered only after
//! the commit. A commit that fails is treated as unknown: all its steps are
//! answered with the error, the connection is opened anew, and the callers repeat
//! what they asked for. While the store is in trouble every step is refused; only
//! a probe tries it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::ErrorCode;
use tokio::sync::{mpsc, oneshot};

use super::care;
use super::checkpoints::Checkpoints;
use super::connect::reconnect;
use super::elsewhere::{Elsewhere, Seen};
use super::group::{self, Steps};
use super::session::Session;
use super::step::{Failure, Job, Step};
use super::vitals::Vitals;
use crate::store::StoreError;

/// Steps that may wait in the queue; further callers wait for a place in it.
const WAITING: usize = 256;

enum Message {
    Step(Box<dyn Job>),
    /// Tries what a refresh needs.
    Probe(oneshot::Sender<Result<(), StoreError>>),
    /// How often other processes have committed.
    Look(oneshot::Sender<Result<u64, StoreError>>),
    Close(oneshot::Sender<()>),
}

/// A handle on the writing thread.
pub(super) struct Writer {
    vitals: Arc<Vitals>,
    steps: mpsc::Sender<Message>,
    /// What is known of other processes without asking the thread.
    seen: Seen,
    thread: std::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread on an open, migrated connection.
    pub(super) fn start(vitals: Arc<Vitals>, db: Session) -> std::io::Result<Self> {
        let (steps, waiting) = mpsc::channel(WAITING);
        let mut thread = Thread {
            elsewhere: Elsewhere::since(&vitals, &db),
            vitals: vitals.clone(),
            db: Some(db),
            waiting,
            checkpoints: Some(Checkpoints::start(vitals.path())?),
        };
        let seen = thread.elsewhere.seen();
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || thread.run())?;
        Ok(Self {
            vitals,
            steps,
            seen,
            thread: std::sync::Mutex::new(Some(thread)),
        })
    }

    /// Runs one step in a transaction and answers after its commit. `name` is a verb for the error.
    pub(super) async fn step<T, F>(&self, name: &'static str, step: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&Session) -> rusqlite::Result<T> + Send + 'static,
    {
        self.ask(|reply| Message::Step(Box::new(Step::new(name, &self.vitals, step, reply))))
            .await
    }

    /// Writes as a refresh does, also while the store is in trouble.
    pub(super) async fn probe(&self) -> Result<(), StoreError> {
        self.ask(Message::Probe).await
    }

    /// How often other processes have committed so far, as far as was noticed.
    pub(super) async fn look(&self) -> Result<u64, StoreError> {
        self.ask(Message::Look).await
    }

    /// The same without asking the thread, which may be busy; `None`: it has to be asked.
    pub(super) fn seen(&self) -> Option<u64> {
        self.seen.count()
    }

    async fn ask<T>(
        &self,
        message: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Message,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let sent = self.steps.send(message(reply)).await;
        sent.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
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
    vitals: Arc<Vitals>,
    /// `None` after a commit that failed, until it could be opened anew.
    db: Option<Session>,
    elsewhere: Elsewhere,
    waiting: mpsc::Receiver<Message>,
    /// `None` once it has ended.
    checkpoints: Option<Checkpoints>,
}

impl Thread {
    fn run(&mut self) {
        while let Some(message) = self.waiting.blocking_recv() {
            // What comes between steps that share a commit has its turn after it.
            let mut later = VecDeque::from([message]);
            while let Some(message) = later.pop_front() {
                match message {
                    Message::Step(job) => self.group(job, &mut later),
                    Message::Probe(reply) => {
                        let _ = reply.send(self.probe());
                    }
                    Message::Look(reply) => {
                        let _ = reply.send(self.look());
                    }
                    Message::Close(reply) => {
                        self.close();
                        let _ = reply.send(());
                    }
                }
            }
        }
    }

    /// Writes a step together with those that are asked for meanwhile, and answers all of them.
    fn group(&mut self, first: Box<dyn Job>, later: &mut VecDeque<Message>) {
        let mut steps = vec![first];
        let committed = match self.vitals.trouble() {
            Some(trouble) => Err(Failure::Trouble(trouble)),
            None => self.write(&mut steps, |waiting| next_step(waiting, later)),
        };
        for step in steps {
            step.answer(committed.clone());
        }
        if let Some(checkpoints) = &self.checkpoints {
            checkpoints.committed(self.db.as_deref());
        }
    }

    /// Runs steps in one transaction of the connection, opened anew where the last was given up. `next` takes further ones from
    /// the queue.
    fn write(
        &mut self,
        steps: &mut Steps,
        mut next: impl FnMut(&mut mpsc::Receiver<Message>) -> Option<Box<dyn Job>>,
    ) -> Result<(), Failure> {
        let vitals = self.vitals.clone();
        let db = connected(&mut self.db, &mut self.elsewhere, &vitals)?;
        if let Err(error) = db.execute_batch("BEGIN IMMEDIATE") {
            // Without the lock nothing was begun: the connection is as good as before.
            if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) {
                self.db = None;
            }
            return Err(Failure::of(&vitals, &error));
        }
        let written = group::write(db, &vitals, steps, || next(&mut self.waiting));
        let has_panicked = steps.iter().any(|step| step.has_panicked());
        match &self.db {
            // A failure shows at the next look.
            Some(db) if written.is_ok() && !has_panicked => drop(self.elsewhere.look(db)),
            _ => self.db = None,
        }
        written
    }

    /// Does what a refresh needs: the file in its place, room for some pages, the lock, a page written and synced.
    fn probe(&mut self) -> Result<(), StoreError> {
        if let Some(trouble) = self.vitals.trouble().filter(|known| !known.kind.may_end()) {
            return Err(StoreError::from(trouble.as_ref()));
        }
        let usable = self
            .vitals
            .check_place()
            .and_then(|()| self.vitals.check_room());
        usable.map_err(|trouble| StoreError::from(trouble.as_ref()))?;
        let (reply, mut answer) = oneshot::channel();
        let step = Step::new(
            "write a row",
            &self.vitals,
            |db: &Session| care::probe(db),
            reply,
        );
        let mut steps: Steps = vec![Box::new(step)];
        let written = self.write(&mut steps, |_| None);
        for step in steps {
            step.answer(written.clone());
        }
        answer.try_recv().unwrap_or(Err(StoreError::Closed))
    }

    fn look(&mut self) -> Result<u64, StoreError> {
        let vitals = self.vitals.clone();
        let step = "look for changes";
        let connected = connected(&mut self.db, &mut self.elsewhere, &vitals).map(drop);
        let seen = connected.and_then(|()| {
            let db = self.db.as_ref().expect("just connected");
            let seen = self.elsewhere.look(db);
            let seen = seen.map_err(|error| Failure::of(&vitals, &error))?;
            vitals.check_log().map_err(Failure::Trouble)?;
            Ok(seen)
        });
        seen.map_err(|failure| failure.as_error(&vitals, step))
    }

    fn close(&mut self) {
        self.waiting.close();
        self.checkpoints = None;
        self.elsewhere.close();
        if let Some(db) = self.db.take() {
            // Leaves one file behind where it can; a reader elsewhere may keep it from being whole.
            let _ = db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }
}

/// The writing connection, opened anew where the last was given up.
fn connected<'d>(
    db: &'d mut Option<Session>,
    elsewhere: &mut Elsewhere,
    vitals: &Vitals,
) -> Result<&'d Session, Failure> {
    match db {
        Some(db) => Ok(db),
        none => {
            vitals.check_place().map_err(Failure::Trouble)?;
            let db = reconnect(vitals.path()).map_err(|error| Failure::of(vitals, &error))?;
            elsewhere.reconnected(vitals, &db);
            Ok(none.insert(Session::of(db)))
        }
    }
}

/// The next step that waits, if any does. Whatever else waits before it is kept for later; nothing joins a group after a wish to close.
fn next_step(
    waiting: &mut mpsc::Receiver<Message>,
    later: &mut VecDeque<Message>,
) -> Option<Box<dyn Job>> {
    while !matches!(later.back(), Some(Message::Close(_))) {
        match waiting.try_recv().ok()? {
            Message::Step(job) => return Some(job),
            other => later.push_back(other),
        }
    }
    None
}
