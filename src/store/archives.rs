//! Archive documents, and how far outputs are archived.

use super::Place;
use crate::model::{EntryId, Timestamp};

/// How far an output is archived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Archived {
    /// The number of its newest archive document; 0: there is none.
    pub newest: u32,
    /// Where the last of its items stands that is in no archive document. `None`: there is none, or the output is stale.
    pub last_left: Option<Place>,
}

impl Archived {
    /// Whether items that stand in no archive document lie behind the end of a window; behind an empty window all of them do.
    #[must_use]
    pub fn is_due(&self, end: Option<&Place>) -> bool {
        let last = self.last_left.as_ref();
        last.is_some_and(|last| end.is_none_or(|end| last > end))
    }
}

/// An item of an archive document that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedItem {
    /// Its outbound id.
    pub item_id: String,
    /// The entry whose words the document has.
    pub entry: EntryId,
}

/// An archive document (RFC 5005 §4) as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveDocument {
    /// From 1, without gaps within an output.
    pub number: u32,
    /// `Last-Modified`.
    pub made_at: Timestamp,
    /// Bytes as written.
    pub size: u32,
    /// What its links within the site begin with.
    pub base: String,
    /// RFC 7932.
    pub brotli: Vec<u8>,
}
