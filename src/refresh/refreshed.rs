//! What a refresh comes to.

use crate::model::{Applied, Due, LastOutcome};
use crate::telemetry::Health;

/// What a refresh came to.
#[derive(Debug, Clone)]
pub enum Refreshed {
    /// The source was not asked.
    Waiting {
        /// Its next turn.
        due: Due,
    },
    /// The source was asked.
    Done {
        /// What came of it.
        last: LastOutcome,
        /// Entries in the document; 0 unless a body was parsed.
        entries: usize,
        /// What the store made of them.
        applied: Applied,
        /// How the source is doing now.
        health: Health,
        /// Its next turn.
        due: Due,
    },
}

impl Refreshed {
    /// Its next turn.
    #[must_use]
    pub fn due(&self) -> &Due {
        match self {
            Self::Waiting { due } | Self::Done { due, .. } => due,
        }
    }
}
