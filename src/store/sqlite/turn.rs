//! How long a step that can wait may hold the writer.

use std::time::{Duration, Instant};

/// Refreshes and readers wait behind a step of upkeep. So it does as much as fits into this, whatever the disk, and the rest is
/// another step's.
const TURN: Duration = Duration::from_millis(10);

/// A step's time with the writer.
pub(super) struct Turn(Instant);

impl Turn {
    /// Begins now.
    pub(super) fn begin() -> Self {
        Self(Instant::now())
    }

    /// Whether the rest has to wait.
    pub(super) fn is_over(&self) -> bool {
        self.0.elapsed() >= TURN
    }
}
