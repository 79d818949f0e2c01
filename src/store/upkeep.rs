//! What retention asks of a store and hears from it.

use std::time::Duration;

use async_trait::async_trait;

use super::error::StoreError;
use crate::model::{EntryId, OutputId, Timestamp};

/// What retention asks of a store, as the rest of [`super::Store`] does: each method is one transaction. `windows` is for each
/// output the place of its oldest item.
#[async_trait]
pub trait RetentionStore {
    /// Some of the entries of an age that no output shows (`windows`) or has yet to archive, from `after` on. It reads beside
    /// the writer, and no more than a bounded number of rows. Each source's entries come oldest first, and a walk to its end
    /// meets every entry once.
    ///
    /// # Errors
    /// Those of every step.
    async fn aged(
        &self,
        which: Aged,
        after: Option<Passed>,
        windows: &[(OutputId, Timestamp)],
    ) -> Result<Candidates, StoreError>;

    /// Strips entries down to their identity, unless an output shows them or has yet to archive them by now: the first of
    /// them, and as many more as fit into a step. What is stripped already, or unknown, counts as looked at.
    ///
    /// # Errors
    /// Those of every step.
    async fn strip(
        &self,
        entries: Vec<EntryId>,
        windows: &[(OutputId, Timestamp)],
        now: Timestamp,
    ) -> Result<Stripped, StoreError>;

    /// The age of the oldest entry that is not stripped; zero where there is none.
    ///
    /// # Errors
    /// Those of every step.
    async fn greatest_age(&self) -> Result<Duration, StoreError>;

    /// How retention stands.
    ///
    /// # Errors
    /// Those of every step.
    async fn upkeep(&self) -> Result<Upkeep, StoreError>;

    /// Notes that a pass of retention has ended. `is_over`: the store is above its bound although all that may go has gone. Adds the
    /// time since the last pass, a day at most, to the age of sources that will not be read again (removed ones and those that
    /// ended). Returns how retention stands now.
    ///
    /// # Errors
    /// Those of every step.
    async fn end_upkeep(&self, is_over: bool, now: Timestamp) -> Result<Upkeep, StoreError>;
}

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
