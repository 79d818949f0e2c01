//! How a source is doing, as far as its operator has to know.

use super::{FailureClass, LastOutcome, Outcome};

/// A source's condition. Operators hear when it changes, not with every poll that finds it unchanged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Condition {
    /// The last answer was one, or nobody has asked yet.
    #[default]
    Well,
    /// The server asks us to come back later.
    Throttled,
    /// The publisher ended the feed.
    Gone,
    /// The source fails. `None`: the class is not known, because our own network failed since.
    Failing(Option<FailureClass>),
}

impl Condition {
    /// The condition that an outcome leaves a source in.
    #[must_use]
    pub fn after(last: &LastOutcome) -> Self {
        match last.outcome {
            Outcome::Fresh | Outcome::NotModified | Outcome::Moved => Self::Well,
            Outcome::Throttled => Self::Throttled,
            Outcome::Gone => Self::Gone,
            Outcome::Failed => Self::Failing(last.class),
        }
    }

    /// Whether a source that was in this condition is in another one now. An unknown class of failure may be any.
    #[must_use]
    pub fn differs(self, now: Self) -> bool {
        match (self, now) {
            (Self::Failing(None), Self::Failing(_)) => false,
            (before, now) => before != now,
        }
    }
}
