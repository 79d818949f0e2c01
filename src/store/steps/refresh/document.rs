//! The document of a source beside the one before it.

use std::borrow::Cow;

use super::context::Context;
use crate::dedupe::{Contact, READING_VERSION};
use crate::model::{EntryId, RefreshRecord};
use crate::store::rows::{EntryRows, LastDocument, SourceRow};

/// What is known of the source before this document is read.
pub(super) fn contact<R: EntryRows>(
    rows: &R,
    source: SourceRow,
    before: Option<&LastDocument>,
    record: &RefreshRecord,
) -> Result<Contact, R::Error> {
    let has_entries =
        before.is_some_and(|before| !before.entries.is_empty()) || rows.has_entries(source)?;
    let read_by = before.map(|before| before.read_by);
    Ok(Contact::of(has_entries, read_by, record.is_whole()))
}

/// The record without entries of further pages, where the source is not new. Further pages are a backlog: if another process
/// was faster and the source has entries by now, they are no part of its document.
pub(super) fn own_entries(record: &RefreshRecord, contact: Contact) -> Cow<'_, RefreshRecord> {
    let has_further = record.entries.iter().any(|incoming| incoming.is_further);
    if contact == Contact::First || !has_further {
        return Cow::Borrowed(record);
    }
    let mut own = record.clone();
    own.entries.retain(|incoming| !incoming.is_further);
    Cow::Owned(own)
}

/// The document as it is stored from now on. `present`: the stored entries that it was found to have. `None`: it has only what is
/// new, and nothing is known of the rest.
pub(super) fn after<R>(
    context: &Context<'_, R>,
    mut present: Vec<EntryId>,
    renews: bool,
) -> Option<LastDocument> {
    let mut read_by = READING_VERSION;
    if !context.record.is_whole() {
        // It has only what is new (226): everything else is still there.
        let before = context.before.as_ref()?;
        present.extend(&before.entries);
        read_by = before.read_by;
    }
    present.sort_unstable();
    present.dedup();
    Some(LastDocument {
        read_at: context.record.at,
        read_by,
        renews,
        entries: present,
    })
}
