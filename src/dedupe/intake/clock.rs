//! The clock of a source, by which its entries age.

use chrono::TimeDelta;

use crate::model::{Outcome, Timestamp};

/// One answer makes a source's entries older by no more than this, unless the source is asked less often.
pub const MAX_AGING: TimeDelta = TimeDelta::days(1);

/// A source's own clock, by which its entries age. It advances only while the source answers, so neither a wall clock that jumps nor
/// a time in which the source could not be read makes entries old at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceClock {
    /// What it shows.
    pub heard_at: Timestamp,
    /// When the source last answered; `None`: never.
    pub success_at: Option<Timestamp>,
    /// When the source was last asked; `None`: never.
    pub attempt_at: Option<Timestamp>,
    /// When the source was to be asked next; `None`: not again by itself.
    pub due_at: Option<Timestamp>,
}

impl SourceClock {
    /// What it shows after a refresh: an answer advances it by the time since the last answer, but by no more than [`MAX_AGING`] or
    /// the source's interval, whichever is longer. The first answer sets it to the wall clock.
    #[must_use]
    pub fn after(&self, outcome: Outcome, at: Timestamp) -> Timestamp {
        if !matches!(
            outcome,
            Outcome::Fresh | Outcome::Moved | Outcome::NotModified
        ) {
            return self.heard_at;
        }
        let Some(success_at) = self.success_at else {
            return self.heard_at.max(at);
        };
        let asked = self.due_at.zip(self.attempt_at);
        let interval = asked.map_or(TimeDelta::zero(), |(due, attempt)| due - attempt);
        let passed = (at - success_at).min(interval.max(MAX_AGING));
        self.heard_at + passed.max(TimeDelta::zero())
    }
}
