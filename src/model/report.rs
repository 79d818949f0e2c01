//! What `mainstem sources` and `/health.atom` say of a source.

use url::Url;

use super::{History, LastOutcome, SourceId, Timestamp};

/// One line of `mainstem sources`.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceReport {
    /// The source.
    pub id: SourceId,
    /// Its feed's own title, once known.
    pub feed_title: Option<String>,
    /// Its feed's home page, once known.
    pub home_url: Option<String>,
    /// What came of the last refresh; `None`: never asked.
    pub last: Option<LastOutcome>,
    /// [`super::SourceState::moved_to`].
    pub moved_to: Option<Url>,
    /// What the schedule decides on.
    pub history: History,
    /// When it is next due as last decided; `None`: never asked, or not again.
    pub next_due: Option<Timestamp>,
    /// Why then.
    pub because: Option<String>,
    /// Stored entries.
    pub entries: u64,
    /// Of these, the ones that are copies of another source's.
    pub duplicates: u64,
    /// The last UTC day that brought new entries, counted from 1970.
    pub busy_day: i64,
    /// Number of new entries on that day.
    pub busy_day_items: u32,
    /// How often an entry known already came back under another GUID.
    pub renamed: u64,
}

impl SourceReport {
    /// On a source that nobody has asked so far.
    #[must_use]
    pub fn never_asked(id: SourceId) -> Self {
        Self {
            id,
            feed_title: None,
            home_url: None,
            last: None,
            moved_to: None,
            history: History::default(),
            next_due: None,
            because: None,
            entries: 0,
            duplicates: 0,
            busy_day: 0,
            busy_day_items: 0,
            renamed: 0,
        }
    }
}
