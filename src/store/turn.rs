//! How long a step that can wait may hold the writer.

use std::time::{Duration, Instant};

/// Refreshes and readers wait behind a step of upkeep. So it does as much as fits into this, however slow the disk is, and
/// leaves the rest to another step.
const TURN: Duration = Duration::from_millis(10);

/// A step's time with the writer.
pub(in crate::store) struct Turn(Instant);

impl Turn {
    /// Begins now.
    pub(in crate::store) fn begin() -> Self {
        Self(Instant::now())
    }

    /// Whether the rest has to wait.
    pub(in crate::store) fn is_over(&self) -> bool {
        self.0.elapsed() >= TURN
    }
}
