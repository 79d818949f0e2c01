//! Sources: where they are read from, their state, and what their feeds say of themselves.

use super::transaction::Rows;
use crate::dedupe::{DayCount, SourceClock};
use crate::model::{Due, FeedFields, LastOutcome, SourceId, SourceReport, SourceState, Timestamp};

/// A source's row in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::store) struct SourceRow(pub(in crate::store) i64);

/// A [`crate::model::Location`] as it is stored: as configured, user info included, because it never leaves the owner's disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Located(pub(in crate::store) String);

/// A source as it is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct RegisteredSource {
    /// Its row.
    pub(in crate::store) row: SourceRow,
    /// Its id.
    pub(in crate::store) id: SourceId,
    /// Where it is read from.
    pub(in crate::store) location: Located,
    /// See [`crate::model::Source::priority`].
    pub(in crate::store) priority: i64,
    /// Whether it was taken out of the configuration.
    pub(in crate::store) is_removed: bool,
}

/// What writing a refresh asks of its source first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct StoredSource {
    /// Its row.
    pub(in crate::store) row: SourceRow,
    /// Where it is read from.
    pub(in crate::store) location: Located,
    /// Its own clock.
    pub(in crate::store) clock: SourceClock,
    /// What came of its last refresh; `None`: it was never asked.
    pub(in crate::store) last: Option<LastOutcome>,
    /// How many of its entries were counted so far; see [`SourceReport::entries`].
    pub(in crate::store) entries: u64,
    /// The UTC day that brought new entries last.
    pub(in crate::store) day: DayCount,
}

/// The state of a source after a refresh.
#[derive(Debug)]
pub(in crate::store) struct NewState<'a> {
    /// What its own clock shows.
    pub(in crate::store) heard_at: Timestamp,
    /// When its present document was parsed whole; `None`: as stored.
    pub(in crate::store) parsed_at: Option<Timestamp>,
    /// When it is due next.
    pub(in crate::store) due: &'a Due,
    /// Its state.
    pub(in crate::store) state: &'a SourceState,
    /// What came of the refresh.
    pub(in crate::store) last: &'a LastOutcome,
}

/// The state of a source after a refresh that found nothing new.
#[derive(Debug)]
pub(in crate::store) struct UnchangedState<'a> {
    /// When it was asked and answered.
    pub(in crate::store) at: Timestamp,
    /// What its own clock shows.
    pub(in crate::store) heard_at: Timestamp,
    /// See [`crate::model::History::whole_at`].
    pub(in crate::store) whole_at: Option<Timestamp>,
    /// When it is due next.
    pub(in crate::store) due: &'a Due,
    /// What came of the refresh.
    pub(in crate::store) last: &'a LastOutcome,
}

/// What a refresh adds to the counts of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct AddedCounts {
    /// New entries.
    pub(in crate::store) entries: u32,
    /// Of these, the ones that joined a story of another source.
    pub(in crate::store) duplicates: u32,
    /// Entries that came back under another identity.
    pub(in crate::store) renamed: u32,
}

/// Sources. A row is kept for every source that was ever registered.
pub(in crate::store) trait SourceRows: Rows {
    /// All sources, removed ones included, by row.
    fn registered_sources(&self) -> Result<Vec<RegisteredSource>, Self::Error>;

    /// Registers a new source, with an empty state. Numbers of sources grow, and none is given twice.
    fn add_source(
        &self,
        id: &SourceId,
        location: &Located,
        priority: i64,
        now: Timestamp,
    ) -> Result<SourceRow, Self::Error>;

    /// Gives a source another id, which no other source has.
    fn rename_source(&self, source: SourceRow, id: &SourceId) -> Result<(), Self::Error>;

    /// Gives a source another location, and forgets what belongs to the old one: validators, body hash, where it has moved, the
    /// last attempt, errors, waits, freshness, pace, whether it is gone, when it is due, and when it was last asked without
    /// validators. Its rhythm, its own clock, its counts and its last outcome stay.
    fn relocate_source(&self, source: SourceRow, location: &Located) -> Result<(), Self::Error>;

    /// Notes when a source was taken out of the configuration; `None`: it is configured.
    fn set_removed(&self, source: SourceRow, at: Option<Timestamp>) -> Result<(), Self::Error>;

    /// Sets the priority of a source.
    fn set_priority(&self, source: SourceRow, priority: i64) -> Result<(), Self::Error>;

    /// What writing a refresh asks of a source. A source that is not registered is an error.
    fn stored_source(&self, id: &SourceId) -> Result<StoredSource, Self::Error>;

    /// The same; `None`: the source is not registered.
    fn find_source(&self, id: &SourceId) -> Result<Option<StoredSource>, Self::Error>;

    /// The state of a source. A source that is not registered is an error.
    fn source_state(&self, id: &SourceId) -> Result<SourceState, Self::Error>;

    /// The states of all configured sources, by id.
    fn source_states(&self) -> Result<Vec<(SourceId, SourceState)>, Self::Error>;

    /// A report on every configured source, by id.
    fn source_reports(&self) -> Result<Vec<SourceReport>, Self::Error>;

    /// Writes the state of a source.
    fn write_state(&self, source: SourceRow, state: &NewState<'_>) -> Result<(), Self::Error>;

    /// Writes that a source was asked and had nothing new; the rest of its state stays.
    fn write_unchanged(
        &self,
        source: SourceRow,
        state: &UnchangedState<'_>,
    ) -> Result<(), Self::Error>;

    /// Writes the feed's own fields, without `updated`. Where one differs, the feed's revision grows, and so does the count of
    /// changed feeds.
    fn write_feed(&self, source: SourceRow, feed: &FeedFields) -> Result<(), Self::Error>;

    /// Writes the day that brought new entries last.
    fn write_day(&self, source: SourceRow, day: DayCount) -> Result<(), Self::Error>;

    /// Adds to the counts of a source.
    fn add_counts(&self, source: SourceRow, counts: AddedCounts) -> Result<(), Self::Error>;
}
