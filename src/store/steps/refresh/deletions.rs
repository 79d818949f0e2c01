//! Which stored entries the deletions of a document mean (`at:deleted-entry`, RFC 6721).

use std::collections::HashMap;

use super::context::Context;
use crate::dedupe::lookup_hashes;
use crate::model::{DeletedEntry, Entry, EntryId, Timestamp};
use crate::store::rows::RefreshRows;

/// Entries of a source that are told by something else than their ids and may be deleted by them, the latest.
const RECENT: usize = 2000;

/// What a deletion means.
pub(super) enum Deletes {
    /// This entry.
    Entry(EntryId),
    /// An earlier version of this entry: it is there again.
    Earlier(EntryId),
    /// No entry that is stored, or not one for certain.
    Unknown,
}

/// The deletions of the document, each with what it means.
pub(super) fn read<'c, R: RefreshRows>(
    context: &'c Context<'_, R>,
) -> Result<Vec<(&'c DeletedEntry, Deletes)>, R::Error> {
    let record = context.record;
    if record.deleted.is_empty() {
        return Ok(Vec::new());
    }
    let mut shown: HashMap<&str, &Entry> = HashMap::new();
    for incoming in &record.entries {
        shown.extend(
            incoming
                .entry
                .guid
                .as_deref()
                .map(|id| (id, &incoming.entry)),
        );
    }
    let by_id = match are_told_by_id(context) {
        true => HashMap::new(),
        false => latest_by_id(context)?,
    };
    let read = record.deleted.iter().map(|deletion| {
        let named = match find(context, &deletion.id)? {
            Some(named) => Some(named),
            None => by_id.get(&deletion.id).copied().flatten(),
        };
        let is_superseded = shown
            .get(deletion.id.as_str())
            .is_some_and(|entry| is_later(entry.updated.or(entry.published), deletion.at));
        let meant = match named {
            None => Deletes::Unknown,
            Some(entry) if is_superseded => Deletes::Earlier(entry),
            Some(entry) => Deletes::Entry(entry),
        };
        Ok((deletion, meant))
    });
    read.collect()
}

/// Whether an entry was changed after it was deleted: then it is there again (RFC 6721 §3).
pub(super) fn is_later(changed: Option<Timestamp>, deleted: Option<Timestamp>) -> bool {
    changed.zip(deleted).is_some_and(|(at, when)| at > when)
}

/// The entry that is stored under an id. Not one where several share it.
fn find<R: RefreshRows>(context: &Context<'_, R>, id: &str) -> Result<Option<EntryId>, R::Error> {
    let (rows, source) = (context.rows, context.source.row);
    let guid = lookup_hashes(id).guid;
    if rows.has_handle(source, &guid)? {
        return Ok(None);
    }
    let known = rows.known_entries(source, &[guid])?.pop();
    Ok(known
        .filter(|known| !known.is_expired)
        .map(|known| known.id))
}

/// Whether the source's entries are told by their ids, as nearly always: then none is stored otherwise.
fn are_told_by_id<R>(context: &Context<'_, R>) -> bool {
    context.record.entries.iter().any(|incoming| {
        let id = incoming.entry.guid.as_deref();
        id.is_some_and(|id| lookup_hashes(id).guid == incoming.fingerprint.identity)
    })
}

/// The latest entries of the source by their ids. `None`: several have the id.
fn latest_by_id<R: RefreshRows>(
    context: &Context<'_, R>,
) -> Result<HashMap<String, Option<EntryId>>, R::Error> {
    let mut by_id = HashMap::new();
    for latest in context.rows.latest_headlines(context.source.row, RECENT)? {
        if let Some(guid) = latest.guid {
            by_id
                .entry(guid)
                .and_modify(|named| *named = None)
                .or_insert(Some(latest.entry));
        }
    }
    Ok(by_id)
}
