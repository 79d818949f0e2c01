//! Reads the entries of a document into words, and packs what is stored of them, before the writer is asked.
//!
//! Reading an entry takes as long as writing it, and there is only one writing thread. So new and changed entries are read on other
//! threads, many documents at once. The writer reads an entry itself only if another process was faster and other entries turn out to
//! be new, or if it has to write the document again because another step failed.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use crate::dedupe::{Reading, read, wording};
use crate::model::{Hash, Incoming, RefreshRecord};
use crate::store::rows::{Body, RefreshRows};

/// An incoming entry, read for comparing.
pub(super) struct ReadEntry {
    pub(super) reading: Reading,
    /// See [`wording`].
    pub(super) wording: Hash,
    /// See [`Body::written`].
    pub(super) body: Option<Vec<u8>>,
}

impl ReadEntry {
    pub(super) fn of(incoming: &Incoming) -> Self {
        let entry = &incoming.entry;
        let reading = read(&entry.title, &entry.text, entry.dateline.as_deref());
        Self {
            reading: reading.ready(),
            wording: wording(&entry.title, &entry.text),
            body: Body::written(entry),
        }
    }
}

/// The entries of a document that were read ahead, by their identity in it.
#[derive(Default)]
pub(in crate::store) struct Ahead(RefCell<HashMap<Hash, ReadEntry>>);

impl Ahead {
    /// Reads these entries of a document.
    pub(in crate::store) fn of(record: &RefreshRecord, identities: &HashSet<Hash>) -> Self {
        let entries = record.entries.iter();
        let read = entries.filter_map(|incoming| {
            let identity = incoming.fingerprint.identity;
            let is_asked = identities.contains(&identity);
            is_asked.then(|| (identity, ReadEntry::of(incoming)))
        });
        Self(RefCell::new(read.collect()))
    }

    /// An entry of the document, read.
    pub(super) fn take(&self, incoming: &Incoming) -> ReadEntry {
        let read = self.0.borrow_mut().remove(&incoming.fingerprint.identity);
        read.unwrap_or_else(|| ReadEntry::of(incoming))
    }
}

/// The identities of the entries of a document that are not stored as they are now.
pub(in crate::store) fn not_stored<R: RefreshRows>(
    rows: &R,
    record: &RefreshRecord,
) -> Result<HashSet<Hash>, R::Error> {
    let prints = || record.entries.iter().map(|incoming| &incoming.fingerprint);
    let source = rows.stored_source(&record.source)?.row;
    let all: Vec<Hash> = prints().map(|print| print.identity).collect();
    let known = match rows.has_entries(source)? {
        true => rows.known_entries(source, &all)?,
        false => Vec::new(),
    };
    let known: HashSet<(Hash, Hash)> = known
        .into_iter()
        .map(|known| (known.identity, known.whole))
        .collect();
    Ok(prints()
        .filter(|print| !known.contains(&(print.identity, print.whole)))
        .map(|print| print.identity)
        .collect())
}
