//! Which version of our code made the values that are stored.

use super::transaction::Rows;

/// Numbers by name: versions of our code, and how far work by them has come.
pub(in crate::store) trait VersionRows: Rows {
    /// The number of a name; `None`: there is none.
    fn stored_version(&self, name: &str) -> Result<Option<i64>, Self::Error>;

    /// Writes the number of a name.
    fn note_version(&self, name: &str, version: i64) -> Result<(), Self::Error>;

    /// Removes a name.
    fn forget_version(&self, name: &str) -> Result<(), Self::Error>;
}
