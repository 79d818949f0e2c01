//! A document's entries, each under the identity it has within its source.

use std::collections::HashMap;

use chrono::{Datelike, Duration};

use super::identity::{self, Identified, told, version};
use crate::model::{Basis, Entry, Hash, Identity, Incoming, Timestamp};

/// Publishers without a date write 1970 or their system's epoch; the web's first feeds are of this year.
const FIRST_YEAR: i32 = 1990;

/// A document's entries, settled.
#[derive(Debug, Default)]
pub struct Settled {
    /// One per identity, in document order.
    pub entries: Vec<Incoming>,
    /// What was done to tell them apart.
    pub told: Told,
}

/// How a document's entries were told apart, in numbers of entries.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Told {
    /// Share their GUID with other entries: told by link, title and date.
    pub shared_guids: usize,
    /// Have no GUID, or a blank one, and a link of their own: told by that.
    pub by_link: usize,
    /// Have no GUID and share their link: told by title and date.
    pub shared_links: usize,
    /// Have neither: told by title and date.
    pub by_title: usize,
    /// Left out, for another entry of the document is the same or a newer version of it.
    pub repeated: usize,
    /// The title of the first that was left out.
    pub example: Option<String>,
}

/// Fingerprints a document's entries. Entries that differ in their whole link, title or date are different entries, even under
/// one GUID; of those in which all is equal the first is kept.
#[must_use]
pub fn settle_document(entries: Vec<Entry>, now: Timestamp) -> Settled {
    settle_document_by(None, entries, now)
}

/// The same where the operator says what tells entries apart: of several with the same the one with the latest date is kept,
/// then the first.
#[must_use]
pub fn settle_document_by(
    stated: Option<Identity>,
    entries: Vec<Entry>,
    now: Timestamp,
) -> Settled {
    settle_pages(stated, entries, Vec::new(), now)
}

/// The same of a feed in pages (RFC 5005 §3): its document, and the entries of further pages, which are told apart as if they
/// stood in one document.
#[must_use]
pub fn settle_pages(
    stated: Option<Identity>,
    entries: Vec<Entry>,
    further: Vec<Entry>,
    now: Timestamp,
) -> Settled {
    let (first, count) = (entries.len(), entries.len() + further.len());
    let mut kept: Vec<Option<Identified>> = Vec::with_capacity(count);
    let mut groups: HashMap<Hash, Vec<usize>> = HashMap::with_capacity(count);
    for entry in entries.into_iter().chain(further) {
        let identified = identity::identify(entry, stated);
        groups.entry(identified.hash).or_default().push(kept.len());
        kept.push(Some(identified));
    }
    let mut note = Told::default();
    let mut identities: HashMap<usize, Hash> = HashMap::new();
    let mut shared: Vec<&Vec<usize>> = groups.values().filter(|group| group.len() > 1).collect();
    shared.sort();
    for group in shared {
        let left = without_repeats(group, &mut kept, &mut note);
        if left.len() > 1 {
            identities.extend(tell_apart(&left, &kept));
        }
    }
    let entries = kept
        .into_iter()
        .enumerate()
        .filter_map(|(position, identified)| {
            let identified = identified?;
            let told = identities.get(&position).copied();
            note.count(identified.basis, told.is_some());
            let ordered_at = ordered_at(&identified.entry, now, position);
            Some(identified.incoming(told, ordered_at, position >= first))
        })
        .collect();
    Settled {
        entries,
        told: note,
    }
}

impl Told {
    fn count(&mut self, basis: Basis, is_shared: bool) {
        match (basis, is_shared) {
            (Basis::Guid, true) => self.shared_guids += 1,
            (Basis::Link, true) => self.shared_links += 1,
            (Basis::Link, false) => self.by_link += 1,
            (Basis::TitleAndDate, _) => self.by_title += 1,
            (Basis::Guid, false) | (Basis::Stated, _) => {}
        }
    }
}

/// Takes out the entries of a group that are another one again; returns those that are left.
fn without_repeats(
    group: &[usize],
    entries: &mut [Option<Identified>],
    note: &mut Told,
) -> Vec<usize> {
    let mut left: Vec<usize> = Vec::with_capacity(group.len());
    let mut at: HashMap<Hash, usize> = HashMap::new();
    for &nth in group {
        let Some(new) = &entries[nth] else { continue };
        let keys = repeat_keys(new);
        let place = keys.iter().flatten().find_map(|key| at.get(key).copied());
        let Some(place) = place else {
            at.extend(keys.into_iter().flatten().map(|key| (key, left.len())));
            left.push(nth);
            continue;
        };
        let latest = |entry: &Entry| entry.updated.max(entry.published);
        let old = entries[left[place]].as_ref();
        let dropped = match old {
            Some(old) if latest(&new.entry) > latest(&old.entry) => {
                std::mem::replace(&mut left[place], nth)
            }
            _ => nth,
        };
        at.extend(keys.into_iter().flatten().map(|key| (key, place)));
        note.repeated += 1;
        let dropped = entries[dropped].take();
        if note.example.is_none() {
            note.example = dropped.map(|dropped| dropped.entry.title);
        }
    }
    left.sort_unstable();
    left
}

/// Two entries of a group that have one of these in common are one entry: all that tells it, and what tells it from entries
/// that are no versions of it.
fn repeat_keys(identified: &Identified) -> [Option<Hash>; 2] {
    if identified.basis == Basis::Stated {
        return [Some(identified.hash), None];
    }
    let entry = &identified.entry;
    // RFC 4287 §4.1.1: entries with one atom:id are versions of one entry, told apart by atom:updated.
    let is_version = identified.basis == Basis::Guid && entry.updated.is_some();
    [
        Some(told(identified.hash, entry, true)),
        is_version.then(|| version(identified.hash, entry)),
    ]
}

/// The identity of each of several entries with one basis.
fn tell_apart(group: &[usize], entries: &[Option<Identified>]) -> Vec<(usize, Hash)> {
    let of = |with_text: bool| {
        let identified = group
            .iter()
            .filter_map(|nth| Some((*nth, entries[*nth].as_ref()?)));
        identified.map(move |(nth, entry)| (nth, told(entry.hash, &entry.entry, with_text)))
    };
    let mut counts: HashMap<Hash, usize> = HashMap::new();
    for (_, hash) in of(false) {
        *counts.entry(hash).or_default() += 1;
    }
    of(false)
        .zip(of(true))
        .map(|((nth, told), (_, with_text))| match counts.get(&told) {
            Some(1) | None => (nth, told),
            Some(_) => (nth, with_text),
        })
        .collect()
}

/// An entry's place in outputs: when it was published, else updated; else, or where that lies in the future or before
/// there were feeds, when it was first seen, a millisecond earlier for each entry before it in its document.
fn ordered_at(entry: &Entry, now: Timestamp, position: usize) -> Timestamp {
    let credible = |at: &Timestamp| *at <= now && at.year() >= FIRST_YEAR;
    entry
        .published
        .or(entry.updated)
        .filter(credible)
        .unwrap_or_else(|| {
            now - Duration::milliseconds(i64::try_from(position).unwrap_or(i64::MAX).min(60_000))
        })
}
