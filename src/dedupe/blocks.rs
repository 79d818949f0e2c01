//! What a source puts under everything it publishes: learned, and forgotten again.
//!
//! A source's blocks are counted in a sketch of fixed size (Misra and Gries
//! 1982): what stands in one entry of ten is always in it, what was said once
//! makes room. Counts halve as entries go by, so that a block that is no longer
//! used is soon like any other.

use std::collections::HashMap;

/// Entries that must have a block before it is the source's own, the one in question included.
const REPEATS: u16 = 4;
/// Blocks that are counted.
const CAPACITY: usize = 256;
/// Entries after which every count is halved.
const HALVED_AFTER: u16 = 256;
/// Bytes of a counted block in [`Boilerplate::to_bytes`].
const COUNTED_BYTES: usize = 10;
/// Raised when blocks are hashed in another way: what was learned is then learned anew.
const VERSION: u8 = super::prepare::VERSION;

/// The blocks that a source repeats.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Boilerplate {
    counts: HashMap<u64, u16>,
    /// Entries since the counts were halved.
    entries: u16,
}

impl Boilerplate {
    /// Whether the source is known to repeat the block.
    #[must_use]
    pub fn repeats(&self, block: u64) -> bool {
        self.counts
            .get(&block)
            .is_some_and(|count| *count >= REPEATS)
    }

    /// Counts the blocks of one entry, each once.
    pub fn learn(&mut self, blocks: &[u64]) {
        let mut own = blocks.to_vec();
        own.sort_unstable();
        own.dedup();
        for block in own {
            let is_full = self.counts.len() >= CAPACITY;
            if let Some(count) = self.counts.get_mut(&block) {
                *count = count.saturating_add(1);
            } else if is_full {
                // Nobody gets in; everybody loses one.
                self.counts.retain(|_, count| {
                    *count -= 1;
                    *count > 0
                });
            } else {
                self.counts.insert(block, 1);
            }
        }
        self.entries += 1;
        if self.entries >= HALVED_AFTER {
            self.entries = 0;
            self.counts.retain(|_, count| {
                *count /= 2;
                *count > 0
            });
        }
    }

    /// For storing: version, entries, then hash and count of each block, by hash.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut counted: Vec<(&u64, &u16)> = self.counts.iter().collect();
        counted.sort_unstable();
        let mut bytes = Vec::with_capacity(3 + counted.len() * COUNTED_BYTES);
        bytes.push(VERSION);
        bytes.extend(self.entries.to_le_bytes());
        for (block, count) in counted {
            bytes.extend(block.to_le_bytes());
            bytes.extend(count.to_le_bytes());
        }
        bytes
    }

    /// What [`Self::to_bytes`] wrote; of another version, or damaged: nothing learned.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let Some(([VERSION, entries @ ..], counted)) = bytes.split_first_chunk::<3>() else {
            return Self::default();
        };
        let (counted, _) = counted.as_chunks::<COUNTED_BYTES>();
        let counts = counted
            .iter()
            .map(|[h0, h1, h2, h3, h4, h5, h6, h7, low, high]| {
                let hash = u64::from_le_bytes([*h0, *h1, *h2, *h3, *h4, *h5, *h6, *h7]);
                (hash, u16::from_le_bytes([*low, *high]).max(1))
            });
        Self {
            counts: counts.take(CAPACITY).collect(),
            entries: u16::from_le_bytes(*entries),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Boilerplate, CAPACITY, HALVED_AFTER};

    #[test]
    fn what_is_in_every_tenth_entry_is_learned_and_forgotten_again() {
        let mut known = Boilerplate::default();
        let mut fresh = 1_000;
        let mut own = |count: u64| {
            fresh += count;
            (fresh..fresh + count).collect::<Vec<u64>>()
        };
        for nth in 0..2_000 {
            let mut blocks = own(9);
            if nth % 10 == 0 {
                blocks.push(7);
            }
            known.learn(&blocks);
        }
        assert!(known.repeats(7));
        assert!(known.counts.len() <= CAPACITY);
        assert_eq!(Boilerplate::from_bytes(&known.to_bytes()), known);
        for _ in 0..20 * usize::from(HALVED_AFTER) {
            known.learn(&own(2));
        }
        assert!(!known.repeats(7));
    }

    #[test]
    fn what_cannot_be_read_is_learned_anew() {
        for bytes in [&b""[..], b"\x01", b"\xFF\x00\x00abcdefghij"] {
            assert_eq!(Boilerplate::from_bytes(bytes), Boilerplate::default());
        }
    }
}
