//! Each source's last document.

use super::sources::SourceRow;
use super::transaction::Rows;
use crate::model::{EntryId, Timestamp};

/// A source's last whole document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct LastDocument {
    /// When it was read, or its source last answered that nothing had changed since.
    pub(in crate::store) read_at: Timestamp,
    /// The [`crate::dedupe::READING_VERSION`] that read it.
    pub(in crate::store) read_by: u32,
    /// See [`crate::dedupe::Churn::renews`].
    pub(in crate::store) renews: bool,
    /// Its entries, ascending, each once.
    pub(in crate::store) entries: Vec<EntryId>,
}

/// Each source's last document, one row a source.
pub(in crate::store) trait DocumentRows: Rows {
    /// The last document of a source; `None`: none was read so far, or only by version 1, which kept no note of it.
    fn last_document(&self, source: SourceRow) -> Result<Option<LastDocument>, Self::Error>;

    /// Writes what the document of a source has now, in place of what is stored.
    fn write_document(&self, source: SourceRow, document: &LastDocument)
    -> Result<(), Self::Error>;

    /// Sets `read_at` of the document of a source, if it has one.
    fn confirm_document(&self, source: SourceRow, at: Timestamp) -> Result<(), Self::Error>;
}
