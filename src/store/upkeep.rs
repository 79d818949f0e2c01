//! What retention asks of a store and hears from it.

use std::time::Duration;

use crate::model::{EntryId, Timestamp};

/// Entries by their age. An entry's age is the time in which its source was read since its document last had the entry: a source
/// that cannot be read, and a daemon that does not run, make nothing older. Where a source will never be read again (it was
/// removed, or its publisher ended it), time goes on between two passes of retention, by at most a day each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aged {
    /// This old or older, and no longer in their source's document.
    Past(Duration),
    /// As [`Self::Past`] the first, but younger than the second.
    Between(Duration, Duration),
    /// Of any age, also those that their source still has.
    All,
}

/// How far a walk through entries has come. Opaque: it is handed back to the store that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// The row of the source that the walk is at.
    pub(super) source: i64,
    /// The last of its entries that was met, behind its `last_seen`; `None`: the source has not begun.
    pub(super) last: Option<(i64, EntryId)>,
}

/// Some of the entries that may be stripped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    /// A source's oldest first; may be empty though there are more.
    pub entries: Vec<EntryId>,
    /// Where the walk goes on; `None`: it has ended.
    pub next: Option<Passed>,
}

/// What became of the entries that a step was asked to strip.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stripped {
    /// So many of them, from the first, were looked at; the rest had no place in the step.
    pub looked_at: usize,
    /// So many of these were stripped.
    pub stripped: usize,
}

/// How retention stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Upkeep {
    /// When its last pass ended; `None`: none has.
    pub ended_at: Option<Timestamp>,
    /// Since when what must stay is larger than the store may be; `None`: it is not.
    pub over_since: Option<Timestamp>,
}
