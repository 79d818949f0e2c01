//! Single entries, whole.

use super::transaction::Rows;
use crate::dedupe::Lookup;
use crate::model::{EntryId, Member};

/// By what an entry is looked for.
#[derive(Debug)]
pub(in crate::store) enum Wanted<'w> {
    /// Its number, or a hash of its GUID, its whole link or its canonical URL.
    Exactly(Option<EntryId>, &'w Lookup),
    /// The id of an item that shows it in any output.
    Item(&'w str),
    /// Its title, whole but for white space around it; ASCII letters of either case are equal.
    Title(&'w str),
    /// A part of its title; ASCII letters of either case are equal.
    InTitle(&'w str),
}

/// Entries with all that they say, of those that have not expired.
pub(in crate::store) trait MemberRows: Rows {
    /// An entry by its number; `None`: it is not stored, or it has expired.
    fn member(&self, entry: EntryId) -> Result<Option<Member>, Self::Error>;

    /// The entries that are wanted, the latest first, at most `limit`.
    fn find(&self, wanted: &Wanted<'_>, limit: usize) -> Result<Vec<Member>, Self::Error>;
}
