//! Entries, asked for by what tells them apart within their source, and written as their source shows them.

use super::sources::SourceRow;
use super::transaction::Rows;
use crate::dedupe::{Absent, Edit, EntryVersion, Held, KnownEntry, Namesake, Prepared};
use crate::model::{Entry, EntryId, Fingerprint, Hash, StoryId, Timestamp};

/// What a stored entry says, for seeing what of it its publisher repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct StoredText {
    /// The entry.
    pub(in crate::store) id: EntryId,
    /// Its headline.
    pub(in crate::store) title: String,
    /// Its plain text.
    pub(in crate::store) text: String,
    /// The opening of the text.
    pub(in crate::store) dateline: Option<String>,
    /// Which blocks of the text are left out of comparisons; see [`crate::dedupe::Reading::repeated`].
    pub(in crate::store) trimmed: u64,
}

/// What an entry says and shows now.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct EntryContent<'a> {
    /// The entry.
    pub(in crate::store) entry: &'a Entry,
    /// Its canonical URL and the hash of everything that it shows.
    pub(in crate::store) fingerprint: &'a Fingerprint,
    /// Its words; the hash of its text, their number, which blocks are left out and their sketch are stored.
    pub(in crate::store) text: &'a Prepared,
    /// The hash of its words.
    pub(in crate::store) wording: Option<Hash>,
    /// What it says at length, as [`super::Body::written`] gives it.
    pub(in crate::store) body: Option<&'a [u8]>,
    /// What its feed said of its own last change.
    pub(in crate::store) feed_updated: Option<Timestamp>,
    /// When its source's document had it, by the source's own clock.
    pub(in crate::store) seen_at: Timestamp,
}

/// A new entry, written as the first of its story.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct NewEntry<'a> {
    /// Its source.
    pub(in crate::store) source: SourceRow,
    /// Its story.
    pub(in crate::store) story: StoryId,
    /// What it says.
    pub(in crate::store) content: EntryContent<'a>,
    /// Whether it is held back.
    pub(in crate::store) held: Held,
    /// Which version of its release it carries.
    pub(in crate::store) edition_at: Timestamp,
    /// Its place in outputs.
    pub(in crate::store) ordered_at: Timestamp,
    /// When it came.
    pub(in crate::store) first_seen: Timestamp,
}

/// Entries of one source.
pub(in crate::store) trait EntryRows: Rows {
    /// Whether anything of the source is stored.
    fn has_entries(&self, source: SourceRow) -> Result<bool, Self::Error>;

    /// The entries of a source that have one of these identities, in any order.
    fn known_entries(
        &self,
        source: SourceRow,
        identities: &[Hash],
    ) -> Result<Vec<KnownEntry>, Self::Error>;

    /// One entry. That there is none is an error.
    fn known_entry(&self, entry: EntryId) -> Result<KnownEntry, Self::Error>;

    /// Whether an entry of the source has this handle; see [`Fingerprint::handle`].
    fn has_handle(&self, source: SourceRow, handle: &Hash) -> Result<bool, Self::Error>;

    /// Entries of the source with this handle, the newest first, `limit` at most.
    fn with_handle(
        &self,
        source: SourceRow,
        handle: &Hash,
        limit: usize,
    ) -> Result<Vec<Namesake>, Self::Error>;

    /// The entry of the source with this identity, as a namesake.
    fn with_identity(
        &self,
        source: SourceRow,
        identity: &Hash,
    ) -> Result<Option<Namesake>, Self::Error>;

    /// What an entry says, and its editions. That there is none is an error.
    fn entry_version(&self, entry: EntryId) -> Result<EntryVersion, Self::Error>;

    /// These entries, as ones that have just left the document of their source, in their order. That one is missing is an error.
    fn just_gone(&self, entries: &[EntryId]) -> Result<Vec<Absent>, Self::Error>;

    /// Entries of the source with this canonical URL, the newest first, `limit` at most, as ones that left its document earlier.
    fn absent_with_url(
        &self,
        source: SourceRow,
        url: &Hash,
        limit: usize,
    ) -> Result<Vec<Absent>, Self::Error>;

    /// The same, of entries with this hash of their text.
    fn absent_with_content(
        &self,
        source: SourceRow,
        content: &Hash,
        limit: usize,
    ) -> Result<Vec<Absent>, Self::Error>;

    /// The same, of all entries that have not expired.
    fn absent_latest(&self, source: SourceRow, limit: usize) -> Result<Vec<Absent>, Self::Error>;

    /// Entries of the source whose `last_seen` lies within this many milliseconds of the latest of them, by number.
    fn seen_last(&self, source: SourceRow, within_ms: i64) -> Result<Vec<EntryId>, Self::Error>;

    /// What `read` makes of the entries of a source that have neither expired nor been withdrawn, those with the latest place first,
    /// `limit` at most. One entry is read at a time, because texts may be long.
    fn latest_texts<T>(
        &self,
        source: SourceRow,
        limit: usize,
        read: impl FnMut(StoredText) -> T,
    ) -> Result<Vec<T>, Self::Error>;

    /// Marks an entry as seen, by its source's own clock.
    fn mark_seen(&self, entry: EntryId, at: Timestamp) -> Result<(), Self::Error>;

    /// Sets the canonical URL of an entry.
    fn set_url(&self, entry: EntryId, url: Option<Hash>) -> Result<(), Self::Error>;

    /// Gives an entry another identity and handle, unless another entry of its source has that identity.
    fn rekey(&self, entry: EntryId, fingerprint: &Fingerprint) -> Result<(), Self::Error>;

    /// Gives an entry another identity and handle, and marks it as seen. That another entry of its source has that identity is
    /// an error.
    fn rename_entry(
        &self,
        entry: EntryId,
        fingerprint: &Fingerprint,
        seen_at: Timestamp,
    ) -> Result<(), Self::Error>;

    /// Writes what an entry says and shows now. Its publication date stays, where it has one; without a new `wording` the
    /// stored one stays, or what stood for it in version 1.
    fn write_content(&self, entry: EntryId, content: &EntryContent<'_>) -> Result<(), Self::Error>;

    /// Notes an edit of an entry.
    fn write_edit(&self, entry: EntryId, edit: &Edit, at: Timestamp) -> Result<(), Self::Error>;

    /// Writes a new entry. Numbers of entries grow, and none is given twice.
    fn insert_entry(&self, new: &NewEntry<'_>) -> Result<EntryId, Self::Error>;
}
