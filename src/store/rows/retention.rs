//! Entries by their age, what outputs hold of them, and how retention stands.
//!
//! Ages are measured on each source's own clock, which goes on only while the source is read. Its times are milliseconds that
//! cannot be compared with those of another source.

use std::collections::HashSet;

use super::sources::SourceRow;
use super::transaction::Rows;
use crate::model::{EntryId, OutputId, Timestamp};
use crate::store::upkeep::Upkeep;

/// A source whose entries are looked at.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct AgingSource {
    /// Its row.
    pub(in crate::store) row: SourceRow,
    /// What its own clock shows.
    pub(in crate::store) heard_at: i64,
    /// When its present document was parsed, on its own clock; `None`: none was.
    pub(in crate::store) parsed_at: Option<i64>,
    /// Whether nobody will read it again: it was removed, or its publisher ended it.
    pub(in crate::store) is_silent: bool,
}

/// When an entry was last in its source's document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Seen {
    /// On the source's own clock.
    pub(in crate::store) last_seen: i64,
    /// The entry.
    pub(in crate::store) entry: EntryId,
}

/// A registered output and the place of the oldest item that it shows.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct OutputWindow {
    /// Its row.
    pub(in crate::store) output: i64,
    /// The place of its oldest item.
    pub(in crate::store) oldest: Timestamp,
}

/// What retention asks and writes. "Whole" are entries that are not stripped.
pub(in crate::store) trait RetentionRows: Rows {
    /// The first source whose row is `least` or above, removed or not; `None`: there are no more.
    fn aging_source(&self, least: SourceRow) -> Result<Option<AgingSource>, Self::Error>;

    /// Up to `limit` whole entries of a source, by `last_seen` and then by entry: those behind `after` in that order whose
    /// `last_seen` is no later than `until`. Goes by an index, so that it costs what it returns.
    fn seen_behind(
        &self,
        source: SourceRow,
        after: Seen,
        until: i64,
        limit: usize,
    ) -> Result<Vec<Seen>, Self::Error>;

    /// The entries of a source's last document; `None`: it is not known which they were.
    fn present_entries(&self, source: SourceRow) -> Result<Option<HashSet<EntryId>>, Self::Error>;

    /// The windows of those outputs that are registered, in the order given.
    fn output_windows(
        &self,
        windows: &[(OutputId, Timestamp)],
    ) -> Result<Vec<OutputWindow>, Self::Error>;

    /// Those of the entries that are whole, that no operator has withdrawn (new entries are compared with what was), and whose story no
    /// output holds, in the order given. An output holds a story while
    /// it keeps an item of it that stands at its oldest place or above, or in no archive document.
    fn unheld(
        &self,
        entries: &[EntryId],
        windows: &[OutputWindow],
    ) -> Result<Vec<EntryId>, Self::Error>;

    /// Strips whole entries down to their identity, dates, story and hashes; their corrections go. Returns how many were.
    fn strip(&self, entries: &[EntryId], now: Timestamp) -> Result<usize, Self::Error>;

    /// The greatest age of a whole entry, in milliseconds of its source's own clock; 0: there is none.
    fn greatest_age_ms(&self) -> Result<u64, Self::Error>;

    /// How retention stands.
    fn upkeep(&self) -> Result<Upkeep, Self::Error>;

    /// Writes how retention stands.
    fn write_upkeep(&self, upkeep: Upkeep) -> Result<(), Self::Error>;

    /// Puts the own clocks of all silent sources forward by so many milliseconds.
    fn age_silent_sources(&self, by_ms: i64) -> Result<(), Self::Error>;
}
