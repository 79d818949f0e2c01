//! Single entries, whole.

use super::transaction::Rows;
use crate::dedupe::Lookup;
use crate::model::{EntryId, Member};
use crate::store::NamedEntry;

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

/// Entries by their number or by what they are known by.
pub(in crate::store) trait MemberRows: Rows {
    /// An entry by its number; `None`: it is not stored, or it has expired.
    fn member(&self, entry: EntryId) -> Result<Option<Member>, Self::Error>;

    /// The entries that are wanted and have not expired, the latest first, at most `limit`.
    fn find(&self, wanted: &Wanted<'_>, limit: usize) -> Result<Vec<Member>, Self::Error>;

    /// The entries that are wanted, those that have expired included, the latest first, at most `limit`.
    fn find_any(&self, wanted: &Wanted<'_>, limit: usize) -> Result<Vec<NamedEntry>, Self::Error>;
}
