//! What a source has brought of late.

use std::collections::BTreeMap;

use crate::model::{EntryId, HealthEvent, Relation, StoryId, Timestamp};

/// How much is asked for of what a source has brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivityRequest {
    /// Entries are counted whose place is no earlier.
    pub since: Timestamp,
    /// Number of the latest entries that are named.
    pub entries: usize,
    /// Number of the latest troubles that are named.
    pub troubles: usize,
}

/// What a source has brought of late, and the troubles that it had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceActivity {
    /// When it was first registered.
    pub added_at: Timestamp,
    /// How many entries have their place on a day, by the number of the UTC day since 1970; days without any are left out. Entries
    /// count that have expired.
    pub days: BTreeMap<i64, u64>,
    /// Whether there are more entries than are counted: then the earliest are left out.
    pub is_cut: bool,
    /// The latest entries by their place, the newest first. Those that have expired are left out.
    pub latest: Vec<LatestEntry>,
    /// The latest troubles, those that last first, the others by their end, the latest first.
    pub troubles: Vec<HealthEvent>,
}

/// An entry as a list of a source's entries names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestEntry {
    /// The entry.
    pub id: EntryId,
    /// Its story.
    pub story: StoryId,
    /// Its headline.
    pub title: String,
    /// Its link, as it is stored.
    pub url: Option<String>,
    /// A tag as RFC 5646 writes it.
    pub language: Option<String>,
    /// Its place in outputs.
    pub ordered_at: Timestamp,
    /// To the entry that its story began with.
    pub relation: Relation,
    /// Whether it is held back from outputs.
    pub is_held: bool,
    /// When an operator has withdrawn it; `None`: nobody has.
    pub withdrawn_at: Option<Timestamp>,
    /// When its publisher was found to have withdrawn it; `None`: it stands by it.
    pub retracted_at: Option<Timestamp>,
}
