//! The index, in memory, of the keys in the log (`near_fresh`), which a connection that writes keeps between transactions.

use std::collections::HashMap;

use crate::model::EntryId;

/// Entries in the log that set a merge off.
const LOG_ENTRIES: usize = 8_192;
/// Steps in which a log is merged.
const SLICES: usize = 8;
/// Entries of a slot among which one is looked for before it is added again. A slot with more is too crowded to be of use.
const SEARCHED: usize = 64;

/// The keys of the log by slot, up to one of its rows.
#[derive(Default)]
pub(super) struct KeyLog {
    /// The last row that is in it; 0: none is.
    last_row: i64,
    /// How many entries wait for the next merge.
    entries: usize,
    waiting: Postings,
    merging: Option<Merging>,
}

/// Keys on their way into the tree.
struct Merging {
    /// The last row of the log that has any of them.
    last_row: i64,
    keys: Postings,
    /// Slots and entries that are still to be written, descending.
    left: Vec<(i64, i64)>,
}

/// Keys that go into the tree in one step.
pub(super) struct Slice {
    /// Slots, each with an entry, ascending.
    pub(super) keys: Vec<(i64, i64)>,
    /// With the last slice of a merge: the row up to which the log is not needed any more.
    pub(super) is_last_of: Option<i64>,
}

impl KeyLog {
    /// Of a log whose rows up to this one are gone.
    pub(super) fn after(row: i64) -> Self {
        Self {
            last_row: row,
            ..Self::default()
        }
    }

    /// The last row of the log that is in it; 0: none is.
    pub(super) fn last_row(&self) -> i64 {
        self.last_row
    }

    /// Adds the next row of the log.
    pub(super) fn add(&mut self, row: i64, entry: EntryId, slots: impl Iterator<Item = i64>) {
        for slot in slots {
            self.waiting.add(slot, entry.0);
        }
        self.entries += 1;
        self.last_row = row;
    }

    /// Entries that have a key in this slot, at most `limit` of those that wait and as many of those that are being merged.
    pub(super) fn entries(&self, slot: i64, limit: usize) -> impl Iterator<Item = EntryId> {
        let merging = self.merging.as_ref().map(|merging| &merging.keys);
        let waiting = self.waiting.entries(slot).take(limit);
        let merging = merging.map(|keys| keys.entries(slot).take(limit));
        waiting.chain(merging.into_iter().flatten()).map(EntryId)
    }

    /// Takes the next keys that are to be merged, in the order of the tree: a [`SLICES`]th of all, so that a short process ends what it
    /// begins. `None`: the log is too short for a merge.
    pub(super) fn next_slice(&mut self) -> Option<Slice> {
        if self.merging.is_none() && self.entries >= LOG_ENTRIES {
            self.entries = 0;
            let keys = std::mem::take(&mut self.waiting);
            self.merging = Some(Merging {
                last_row: self.last_row,
                left: keys.descending(),
                keys,
            });
        }
        let merging = self.merging.as_mut()?;
        let count = merging.keys.all.len().div_ceil(SLICES);
        let rest = merging.left.len().saturating_sub(count);
        let keys = merging.left.drain(rest..).rev().collect();
        let is_last_of = (rest == 0).then_some(merging.last_row);
        if is_last_of.is_some() {
            self.merging = None;
        }
        Some(Slice { keys, is_last_of })
    }
}

/// Entries by slot.
#[derive(Default)]
struct Postings {
    /// The last posting of each slot.
    last: HashMap<i64, usize>,
    all: Vec<Posting>,
}

struct Posting {
    entry: i64,
    /// The posting before it in the same slot.
    before: Option<usize>,
}

impl Postings {
    fn add(&mut self, slot: i64, entry: i64) {
        if self
            .entries(slot)
            .take(SEARCHED)
            .any(|known| known == entry)
        {
            return;
        }
        let before = self.last.insert(slot, self.all.len());
        self.all.push(Posting { entry, before });
    }

    /// The entries of a slot, the latest first.
    fn entries(&self, slot: i64) -> impl Iterator<Item = i64> {
        let first = self.last.get(&slot).map(|nth| &self.all[*nth]);
        let before = |posting: &&Posting| posting.before.map(|nth| &self.all[nth]);
        std::iter::successors(first, before).map(|posting| posting.entry)
    }

    /// All slots with their entries, descending.
    fn descending(&self) -> Vec<(i64, i64)> {
        let slots = self.last.keys();
        let mut all: Vec<(i64, i64)> = slots
            .flat_map(|slot| self.entries(*slot).map(|entry| (*slot, entry)))
            .collect();
        all.sort_unstable_by(|one, other| other.cmp(one));
        all
    }
}
