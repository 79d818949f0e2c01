//! Sources as rows.

/// A source's row in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::store) struct SourceRow(pub(in crate::store) i64);
