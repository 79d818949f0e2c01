//! A document's entries, each under the identity it has within its source.

use std::collections::HashMap;

use chrono::{Datelike, Duration};

use super::identity::{self, Identified};
use crate::model::{Entry, Hash, Incoming, Timestamp};

/// Publishers without a date write 1970 or their system's epoch; the web's first feeds are of this year.
const FIRST_YEAR: i32 = 1990;

/// A document's entries, settled.
#[derive(Debug, Default)]
pub struct Settled {
    /// One per identity, in document order.
    pub entries: Vec<Incoming>,
    /// How many of them share their GUID with another entry, and so are told by link or title and date instead.
    pub shared_guids: usize,
    /// How many have none, or a blank one: they are told the same way.
    pub without_guid: usize,
}

/// Fingerprints a document's entries. Of two with the same identity the one with the latest date is kept, then the first;
/// the others are dropped. A GUID that stands on different entries is nobody's identity.
#[must_use]
pub fn settle_document(entries: Vec<Entry>, now: Timestamp) -> Settled {
    let has_none = |entry: &&Entry| {
        entry
            .guid
            .as_deref()
            .is_none_or(|guid| guid.trim().is_empty())
    };
    let without_guid = entries.iter().filter(has_none).count();
    let mut identified: Vec<Identified> = entries.into_iter().map(identity::identify).collect();
    let shared_guids = tell_apart(&mut identified);
    let mut kept: Vec<Incoming> = Vec::with_capacity(identified.len());
    let mut at: HashMap<Hash, usize> = HashMap::with_capacity(identified.len());
    for (position, identified) in identified.into_iter().enumerate() {
        let ordered_at = ordered_at(&identified.entry, now, position);
        let incoming = identified.incoming(ordered_at);
        let date = |entry: &Entry| entry.updated.max(entry.published);
        match at.get(&incoming.fingerprint.identity) {
            Some(&first) if date(&incoming.entry) > date(&kept[first].entry) => {
                kept[first] = incoming;
            }
            Some(_) => {}
            None => {
                at.insert(incoming.fingerprint.identity, kept.len());
                kept.push(incoming);
            }
        }
    }
    Settled {
        entries: kept,
        shared_guids,
        without_guid,
    }
}

/// Takes the GUID out of the identity of entries that share it though neither link nor headline says that they are one.
/// Returns how many.
fn tell_apart(entries: &mut [Identified]) -> usize {
    let mut by_identity: HashMap<Hash, Vec<usize>> = HashMap::with_capacity(entries.len());
    for (nth, entry) in entries.iter().enumerate() {
        by_identity.entry(entry.identity).or_default().push(nth);
    }
    let mut shared = 0;
    for group in by_identity.into_values().filter(|group| group.len() > 1) {
        let first = &entries[group[0]];
        if group[1..].iter().all(|nth| is_one(first, &entries[*nth])) {
            continue;
        }
        for nth in group {
            entries[nth].forget_guid();
            shared += 1;
        }
    }
    shared
}

/// Whether two entries under one GUID are one entry twice.
fn is_one(left: &Identified, right: &Identified) -> bool {
    left.entry.title == right.entry.title || (left.url.is_some() && left.url == right.url)
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
