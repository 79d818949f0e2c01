//! Reads a row column by column.

use rusqlite::Row;
use rusqlite::types::FromSql;

use super::values::{moment, named, source};
use crate::model::{SourceId, Timestamp};

/// Reads the columns of a row in the order of its `SELECT`. To find a column by its name takes longer than to read it, which counts for
/// rows that are read by the thousand.
pub(super) struct InOrder<'r, 's> {
    row: &'r Row<'s>,
    next: usize,
}

impl<'r, 's> InOrder<'r, 's> {
    /// Begins with the first column.
    pub(super) fn of(row: &'r Row<'s>) -> Self {
        Self { row, next: 0 }
    }

    /// Begins with the column of this name, where others stand before it.
    pub(super) fn from(row: &'r Row<'s>, first: &str) -> rusqlite::Result<Self> {
        let next = row.as_ref().column_index(first)?;
        Ok(Self { row, next })
    }

    /// The next column. Debug builds, and so all tests, check that it has this name.
    pub(super) fn get<T: FromSql>(&mut self, name: &str) -> rusqlite::Result<T> {
        self.row.get(self.at(name))
    }

    /// The next column as bytes; `None` for NULL.
    pub(super) fn blob(&mut self, name: &str) -> rusqlite::Result<Option<&'r [u8]>> {
        Ok(self.row.get_ref(self.at(name))?.as_blob_or_null()?)
    }

    /// The next column as text; `None` for NULL.
    pub(super) fn text(&mut self, name: &str) -> rusqlite::Result<Option<&'r str>> {
        Ok(self.row.get_ref(self.at(name))?.as_str_or_null()?)
    }

    /// The next column as a moment; `None` for NULL.
    pub(super) fn moment(&mut self, name: &str) -> rusqlite::Result<Option<Timestamp>> {
        Ok(self.get::<Option<i64>>(name)?.map(moment))
    }

    /// The next column as the member of a closed set that its word names; `None` for NULL. An unknown word is an error.
    pub(super) fn word<T>(
        &mut self,
        name: &str,
        member: impl Fn(&str) -> Option<T>,
    ) -> rusqlite::Result<Option<T>> {
        named(self.text(name)?, name, member)
    }

    /// The next column as a source's id; another text is an error.
    pub(super) fn source(&mut self, name: &str) -> rusqlite::Result<SourceId> {
        source(self.row.get_ref(self.at(name))?.as_str()?)
    }

    fn at(&mut self, name: &str) -> usize {
        let nth = self.next;
        debug_assert_eq!(self.row.as_ref().column_name(nth), Ok(name));
        self.next += 1;
        nth
    }
}
