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
    pub(super) source: i64,
    pub(super) last_seen: i64,
    pub(super) entry: i64,
}

impl Passed {
    /// Before all entries of a source and those after it.
    pub(super) fn before(source: i64) -> Self {
        Self {
            source,
            last_seen: i64::MIN,
            entry: 0,
        }
    }
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

/// What a store takes on disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of the pages that hold something.
    pub used: u64,
    /// Bytes of the pages that hold nothing and wait for new entries.
    pub free: u64,
    /// Bytes of the write-ahead log.
    pub log: u64,
    /// Whether free pages can be given back beside running work; an older store must be rebuilt for it (`compact`).
    pub gives_back: bool,
}

impl Usage {
    /// Whether free pages are worth a `compact`, for they cannot be given back otherwise.
    #[must_use]
    pub fn is_loose(&self) -> bool {
        !self.gives_back && self.free > self.used / 4
    }
}

/// How retention stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Upkeep {
    /// When its last pass ended; `None`: none has.
    pub ended_at: Option<Timestamp>,
    /// Since when what must stay is larger than the store may be; `None`: it is not.
    pub over_since: Option<Timestamp>,
}
