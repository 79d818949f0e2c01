//! One step on its way through the writer, and why it may fail.

use std::sync::Arc;

use rusqlite::ffi;
use tokio::sync::oneshot;

use super::failure::failed;
use super::panics::{caught, is_panic};
use super::session::Session;
use super::vitals::Vitals;
use crate::store::{StoreError, StoreTrouble};

/// One step on its way through the writer.
pub(super) trait Job: Send {
    /// Runs the step inside the open transaction; it may be run again in another one. A failure: what it wrote must be rolled back.
    fn run(&mut self, db: &Session) -> Result<(), Failure>;
    /// Whether it ever panicked when it ran. Whatever it did to the connection is then not known.
    fn has_panicked(&self) -> bool;
    /// Answers the caller, once it is known what became of the transaction.
    fn answer(self: Box<Self>, committed: Result<(), Failure>);
}

/// Why steps failed together; can be told to many.
#[derive(Clone)]
pub(super) enum Failure {
    /// The store is in trouble.
    Trouble(Arc<StoreTrouble>),
    /// SQLite failed otherwise.
    Other(ffi::Error, Option<String>),
}

impl Failure {
    /// Notes what the error says about the store.
    pub(super) fn of(vitals: &Vitals, error: &rusqlite::Error) -> Self {
        if let Some(trouble) = vitals.note(error) {
            return Self::Trouble(trouble);
        }
        match error {
            rusqlite::Error::SqliteFailure(code, message) => Self::Other(*code, message.clone()),
            other => Self::Other(ffi::Error::new(ffi::SQLITE_ERROR), Some(other.to_string())),
        }
    }

    pub(super) fn as_error(&self, vitals: &Vitals, step: &'static str) -> StoreError {
        match self {
            Self::Trouble(trouble) => StoreError::from(trouble.as_ref()),
            Self::Other(code, message) => {
                let cause = rusqlite::Error::SqliteFailure(*code, message.clone());
                failed(vitals.path(), step, cause)
            }
        }
    }
}

pub(super) struct Step<T, F> {
    /// A verb for the error.
    name: &'static str,
    vitals: Arc<Vitals>,
    step: F,
    /// The result of its last run.
    result: Option<Result<T, StoreError>>,
    has_panicked: bool,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Step<T, F> {
    pub(super) fn new(
        name: &'static str,
        vitals: &Arc<Vitals>,
        step: F,
        reply: oneshot::Sender<Result<T, StoreError>>,
    ) -> Self {
        Self {
            name,
            vitals: vitals.clone(),
            step,
            result: None,
            has_panicked: false,
            reply,
        }
    }
}

impl<T: Send, F: Fn(&Session) -> rusqlite::Result<T> + Send> Job for Step<T, F> {
    fn run(&mut self, db: &Session) -> Result<(), Failure> {
        match caught(|| (self.step)(db)) {
            Ok(value) => {
                self.result = Some(Ok(value));
                Ok(())
            }
            Err(error) => {
                self.has_panicked |= is_panic(&error);
                let failure = Failure::of(&self.vitals, &error);
                self.result = Some(Err(failed(self.vitals.path(), self.name, error)));
                Err(failure)
            }
        }
    }

    fn has_panicked(&self) -> bool {
        self.has_panicked
    }

    fn answer(self: Box<Self>, committed: Result<(), Failure>) {
        let answer = match (self.result, committed) {
            (Some(Err(error)), _) => Err(error),
            (_, Err(failure)) => Err(failure.as_error(&self.vitals, self.name)),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(StoreError::Closed),
        };
        // A caller that has gone away wants no answer; what it asked for is written all the same.
        let _ = self.reply.send(answer);
    }
}
