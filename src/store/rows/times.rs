//! Stored times of our own, and how the clocks of the machine stood to each other.

use chrono::TimeDelta;

use super::transaction::Rows;
use crate::model::{EntryId, StoryId, Timestamp};

/// Which rows were written before a step of the wall clock, by the time that each bears.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) enum BeforeStep {
    /// Those that bear this time or an earlier one.
    UpTo(Timestamp),
    /// Those that bear a time before the first or after the second.
    Outside(Timestamp, Timestamp),
}

/// An entry that bears a time of the future.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct EntryAhead {
    /// The entry.
    pub(in crate::store) entry: EntryId,
    /// Its story.
    pub(in crate::store) story: StoryId,
    /// Whether its place lies in the future too.
    pub(in crate::store) is_misplaced: bool,
}

/// What publishers say of entries that bear a time of the future.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Witnesses {
    /// Entries with a date of their publisher's.
    pub(in crate::store) dated: i64,
    /// Those of them whose date lies in the future.
    pub(in crate::store) in_future: i64,
}

/// What bringing times in line with the clock asks and writes. To put a time back means: where it lies after `now`, it becomes
/// `by` earlier, but never later than `now`. A wait (`retry_after`, `until`) that a server named as a date has whole seconds (RFC
/// 9110 §5.6.7); one that was counted from an answer has milliseconds.
pub(in crate::store) trait TimeRows: Rows {
    /// When the machine booted by the wall clock, in milliseconds since 1970, as was noted for this boot; `None`: nothing was.
    fn booted_at(&self, boot: &str) -> Result<Option<i64>, Self::Error>;

    /// Adds so many milliseconds to what was noted of every boot.
    fn move_boots(&self, by_ms: i64) -> Result<(), Self::Error>;

    /// Notes a new boot, and forgets all but the `keep` latest that were noted.
    fn note_boot(&self, boot: &str, booted_at_ms: i64, keep: usize) -> Result<(), Self::Error>;

    /// The latest of our own times in sources' states, health, stamps, and in the first and last change of entries. All other
    /// times of ours are never later. 1970: there is none.
    fn latest_time(&self) -> Result<Timestamp, Self::Error>;

    /// Moves the own times of sources, documents and hosts by `step`, of those rows alone that were written before it; waits
    /// that a server named as a date stay. Returns how many sources were moved.
    fn shift_sources(&self, which: BeforeStep, step: TimeDelta) -> Result<usize, Self::Error>;

    /// Puts back the own times of sources, documents and hosts; waits that a server named as a date stay. Returns how many
    /// sources had any.
    fn put_sources_back(&self, now: Timestamp, by: TimeDelta) -> Result<usize, Self::Error>;

    /// What publishers say of the latest `limit` entries, of those alone that were first seen after `now`.
    fn witnesses(&self, now: Timestamp, limit: usize) -> Result<Witnesses, Self::Error>;

    /// For each output whose documents were stamped after `now`, one story that it keeps an item of.
    fn stories_stamped_ahead(&self, now: Timestamp) -> Result<Vec<StoryId>, Self::Error>;

    /// Puts back all other times but those of entries, stories and items.
    fn put_rest_back(&self, now: Timestamp, by: TimeDelta) -> Result<(), Self::Error>;

    /// The last entry by number that was not first seen after `now`: numbers follow time. `None`: there is none.
    fn last_entry_in_time(&self, now: Timestamp) -> Result<Option<EntryId>, Self::Error>;

    /// Up to `limit` entries behind `after`, by number, that were first seen after `now`.
    fn entries_seen_ahead(
        &self,
        now: Timestamp,
        after: EntryId,
        limit: usize,
    ) -> Result<Vec<EntryAhead>, Self::Error>;

    /// Up to `limit` entries that were changed after `now`, by that time.
    fn entries_changed_ahead(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<EntryAhead>, Self::Error>;

    /// Puts back the times of an entry, its corrections, its story and its items. `last_seen` stays: it is of the source's own clock.
    fn put_entry_back(
        &self,
        entry: &EntryAhead,
        now: Timestamp,
        by: TimeDelta,
    ) -> Result<(), Self::Error>;
}
