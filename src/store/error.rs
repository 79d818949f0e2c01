//! Why a store could not be opened, or could not do a step.

use std::error::Error;

use tokio::task::JoinError;

use super::location::StoreLocation;

/// Why the store could not do a step. No variant names an engine: its own error is the cause.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What is stored is not sound; exit code 65. The message names the place, what was found and what to do.
    #[error("{location}: {found}; {advice}")]
    Damaged {
        /// Where the store is kept.
        location: StoreLocation,
        /// What was found.
        found: String,
        /// What to do.
        advice: String,
    },
    /// A newer Mainstem wrote it; exit code 78.
    #[error(
        "{location} has schema {found}, this version knows up to {known}: use the newer mainstem that wrote it, or another [store] path"
    )]
    Newer {
        /// Where the store is kept.
        location: StoreLocation,
        /// Its schema.
        found: i64,
        /// The newest schema that this version knows.
        known: i64,
    },
    /// It cannot be opened, read or written; exit code 74.
    #[error("{location}: {what}")]
    Unusable {
        /// Where the store is kept.
        location: StoreLocation,
        /// What was tried, why it failed, and what to do.
        what: String,
    },
    /// Another daemon runs on it; exit code 1.
    #[error(
        "{location}: {by} is a mainstem daemon that uses it; stop that one first (under systemd: systemctl stop mainstem); a second daemon needs a [store] path of its own"
    )]
    InUse {
        /// Where the store is kept.
        location: StoreLocation,
        /// The process, as `process 123`.
        by: String,
    },
    /// This step failed and nothing of it was written. It may be repeated.
    #[error("the store could not {step}")]
    Step {
        /// The step, as a verb.
        step: &'static str,
        /// The engine's error.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// Our own code panicked, which is a bug; nothing of the step was written. Repeating it at once would panic again.
    #[error(
        "mainstem panicked while it tried to {step}; this is a bug: please report it with the log's line \"panic\", which names the place"
    )]
    Panicked {
        /// The step, as a verb.
        step: &'static str,
    },
    /// The store was closed, as it is when the process stops.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// The error for a task that worked with the store and did not reach its end: it panicked while it tried to do `step`
    /// (a verb), or the process is stopping.
    #[must_use]
    pub fn of_task(step: &'static str, error: &JoinError) -> Self {
        match error.is_panic() {
            true => Self::Panicked { step },
            false => Self::Closed,
        }
    }

    /// Whether the store itself is in trouble, so that the next step would fail too. `false` where only this step failed.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        matches!(self, Self::Damaged { .. } | Self::Unusable { .. })
    }
}
