//! An index in memory of the keys in the table `near_fresh`. Each connection that writes has one and keeps it between transactions.

use std::collections::HashMap;

use crate::model::EntryId;

/// A merge begins when this many entries are in the log.
const LOG_ENTRIES: usize = 8_192;
/// In how many steps a log is merged.
const SLICES: usize = 8;
/// How many entries of a slot are compared with one that is added, so that none stands there twice. Slots with more entries are too
/// crowded to be looked up anyway.
const SEARCHED: usize = 64;

/// The keys of the log by slot (a key in a week), up to a certain row.
#[derive(Default)]
pub(super) struct KeyLog {
    /// The last row that was added; 0: none was.
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
    /// `Some` for the last slice of a merge: the rows of the log up to this one can be deleted.
    pub(super) is_last_of: Option<i64>,
}

impl KeyLog {
    /// An empty index of a log whose rows up to this one were deleted.
    pub(super) fn after(row: i64) -> Self {
        Self {
            last_row: row,
            ..Self::default()
        }
    }

    /// The last row of the log that was added; 0: none was.
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

    /// Entries that have a key in this slot: at most `limit` of those that wait for a merge, and at most `limit` of those being merged.
    pub(super) fn entries(&self, slot: i64, limit: usize) -> impl Iterator<Item = EntryId> {
        let merging = self.merging.as_ref().map(|merging| &merging.keys);
        let waiting = self.waiting.entries(slot).take(limit);
        let merging = merging.map(|keys| keys.entries(slot).take(limit));
        waiting.chain(merging.into_iter().flatten()).map(EntryId)
    }

    /// Takes the next keys to be merged, in the order of the tree. A merge ends after [`SLICES`] slices, so that a process that runs for
    /// a short time completes it. `None`: the log is too short for a merge.
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
