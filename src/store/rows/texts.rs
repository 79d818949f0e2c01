//! What of stored entries is compared with others.

use super::sources::SourceRow;
use super::stories::Placed;
use super::transaction::Rows;
use crate::dedupe::{Prepared, Sketched};
use crate::model::{Entry, EntryId, Hash, SourceId, Timestamp};

/// A stored entry with what is compared of it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::store) struct ComparedText {
    pub(in crate::store) id: EntryId,
    pub(in crate::store) source: SourceId,
    /// The row of its source.
    pub(in crate::store) source_row: SourceRow,
    /// Title, text, link, publisher's date, enclosures and dateline; all else is empty.
    pub(in crate::store) entry: Entry,
    /// Its place in outputs.
    pub(in crate::store) ordered_at: Timestamp,
    /// Which blocks of the text are left out, see [`Prepared::trimmed`].
    pub(in crate::store) trimmed: u64,
    /// The hash of its canonical URL.
    pub(in crate::store) url: Option<Hash>,
    /// See [`Prepared::content`]. It outlives the text of an expired entry.
    pub(in crate::store) content: Option<Hash>,
    /// Whether only its identity is left.
    pub(in crate::store) is_expired: bool,
}

/// A stored entry that may be the same release as another, without its text.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::store) struct Candidate {
    pub(in crate::store) placed: Placed,
    /// `None`: it has no sketch of this version, or has expired.
    pub(in crate::store) sketched: Option<Sketched>,
}

/// Texts of entries, and the hashes, counts and sketches made of them.
pub(in crate::store) trait TextRows: Rows {
    /// What `read` makes of the texts of entries, in the order given; an entry that is not stored is left out. One text is read at
    /// a time, because texts may be long.
    fn texts<T>(
        &self,
        entries: &[EntryId],
        read: impl FnMut(ComparedText) -> T,
    ) -> Result<Vec<T>, Self::Error>;

    /// What `read` makes of the texts of the entries before this one that have not expired, the latest first, at most `limit`; read
    /// as by [`TextRows::texts`]. `None`: there is no such bound.
    fn texts_before<T>(
        &self,
        entry: Option<EntryId>,
        limit: usize,
        read: impl FnMut(ComparedText) -> T,
    ) -> Result<Vec<T>, Self::Error>;

    /// Entries without their texts, in any order; an entry that is not stored is left out.
    fn candidates(&self, entries: &[EntryId]) -> Result<Vec<Candidate>, Self::Error>;

    /// The entries with this URL, then those with this text; of each the oldest, ascending, at most `limit`.
    fn entries_with_hashes(
        &self,
        url: Option<Hash>,
        content: Option<Hash>,
        limit: usize,
    ) -> Result<Vec<EntryId>, Self::Error>;

    /// Writes what was left out of a text, its hash, its number of words and its sketch.
    fn write_prepared(&self, entry: EntryId, text: &Prepared) -> Result<(), Self::Error>;

    /// Writes the hashes of text and URL, the number of words and the sketch.
    fn write_hashes(
        &self,
        entry: EntryId,
        text: &Prepared,
        url: Option<Hash>,
    ) -> Result<(), Self::Error>;
}
