//! What a publisher puts under everything: learned, and forgotten again.
//!
//! Blocks are counted in a sketch of fixed size (Misra and Gries 1982): what
//! stands in one entry of ten is always in it, what was said once makes room.
//! Counts halve as entries go by, so that a block that is no longer used is soon
//! like any other. A whole text that has stood under two headlines with little in
//! common belongs to neither; so does a block that has stood under three, for a
//! publisher's own round-up or follow-up quotes a release once.

use std::collections::HashMap;

use super::dates::OTHER_DAY_HOURS;
use super::runs::VERSION;
use crate::model::Timestamp;
use crate::text::{Word, mix};

/// Different headlines, however alike, that make a block boilerplate. The one being judged counts. A block that stands under three
/// may be a release, its correction and its follow-up.
const REPEATS: u16 = 4;
/// Headlines that share little with the first one and make a block boilerplate. A publisher's own follow-up quotes its release once,
/// so that one is not enough: with one, 7 of 1,379 fresh releases of the generated sets were hidden, with two 1.
const OTHERS_OF_BLOCK: u8 = 2;
/// The same for a whole text, which no follow-up consists of.
const OTHERS_OF_TEXT: u8 = 1;
/// Uses of a headline, each for another release, that make it a standing one.
const STANDING: u16 = 2;
/// Blocks that are counted. A publisher whose entries have ten blocks each keeps what is in every tenth entry.
const CAPACITY: usize = 256;
/// Entries after which every count is halved, so that a block that is no longer used is forgotten within some thousand.
const HALVED_AFTER: u16 = 256;
/// Words of the headline that a block was first seen under: enough to tell two subjects apart, and 12 bytes a block.
const WORDS: usize = 6;
/// Bytes of a counted block in [`Boilerplate::to_bytes`].
const COUNTED_BYTES: usize = 8 + 2 + 2 + 2 + 1 + 2 * WORDS;

/// The blocks that a publisher repeats.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Boilerplate {
    blocks: HashMap<u64, Counted>,
    /// Entries since the counts were halved.
    entries: u16,
}

/// How often a block was seen, and under what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counted {
    count: u16,
    /// Of the last headline, so that copies of one release count once; of a headline itself, the hour of its last use.
    last: u16,
    /// The source that had it last.
    source: u16,
    /// Of its headlines, how many tell of another release than the first.
    others: u8,
    /// Some content words of the first headline; 0: none.
    first: [u16; WORDS],
}

/// What is remembered of an entry, to learn which headlines and blocks its publisher repeats.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lesson<'a> {
    /// Hashes of its blocks; none where there is only one, which is the whole text.
    pub(super) blocks: &'a [u64],
    /// The hash of its headline; 0 if it has none.
    pub(super) headline: u64,
    /// The hash of its source.
    pub(super) source: u64,
    /// The hash of the whole text; 0 if it has no text.
    pub(super) text: u64,
    /// Whether the text is a short one.
    pub(super) is_short: bool,
    /// The content words of its headline.
    pub(super) words: &'a [Word],
    /// The publisher's date.
    pub(super) published: Option<Timestamp>,
}

impl Boilerplate {
    /// Whether the publisher is known to repeat the block.
    pub(super) fn repeats(&self, block: u64) -> bool {
        let counted = self.blocks.get(&block);
        counted.is_some_and(|counted| counted.others >= OTHERS_OF_BLOCK || counted.count >= REPEATS)
    }

    /// Whether the publisher is known to put the whole text under other headlines.
    pub(super) fn repeats_text(&self, text: u64) -> bool {
        let counted = self.blocks.get(&of_text(text));
        counted.is_some_and(|counted| counted.others >= OTHERS_OF_TEXT || counted.count >= REPEATS)
    }

    /// Whether the publisher has used the headline for more than one release.
    pub(super) fn is_standing(&self, headline: u64) -> bool {
        let counted = self.blocks.get(&of_headline(headline));
        counted.is_some_and(|counted| counted.count >= STANDING)
    }

    /// Counts the blocks of one entry, each once, and its headline.
    pub(super) fn learn(&mut self, lesson: Lesson<'_>) {
        let mut own = lesson.blocks.to_vec();
        if lesson.text != 0 {
            own.push(of_text(lesson.text));
        }
        own.sort_unstable();
        own.dedup();
        let words = fingerprint(lesson.words);
        for block in own {
            let (last, source) = (low(lesson.headline), low(lesson.source));
            if let Some(counted) = self.place(block, (last, source), words)
                && (counted.last != last || lesson.headline == 0)
            {
                // A short text that one source has put under two headlines is of a series, however like they are.
                let is_series = lesson.is_short
                    && block == of_text(lesson.text)
                    && counted.source == source
                    && each_has_its_own(&counted.first, &words);
                let is_other = is_series || have_little_in_common(&counted.first, &words);
                counted.others = counted.others.saturating_add(is_other.into());
                (counted.last, counted.source) = (last, source);
                counted.count = counted.count.saturating_add(1);
            }
        }
        if lesson.headline != 0 {
            // Of some seven years each hour has a number of its own.
            let hour = lesson.published.map(|at| at.timestamp().div_euclid(3600));
            let last = hour.map_or(0, |hour| low(u64::try_from(hour).unwrap_or(0)));
            if let Some(counted) = self.place(of_headline(lesson.headline), (last, 0), [0; WORDS])
                // Without a date every use may be of another release.
                && (hour.is_none() || counted.last.abs_diff(last) >= OTHER_DAY_HOURS)
            {
                counted.last = last;
                counted.count = counted.count.saturating_add(1);
            }
        }
        self.entries += 1;
        if self.entries >= HALVED_AFTER {
            self.entries = 0;
            self.blocks.retain(|_, counted| {
                counted.count /= 2;
                counted.count > 0
            });
        }
    }

    /// What is counted of a block that was seen before; one that was not is counted now, if there is room.
    fn place(
        &mut self,
        block: u64,
        (last, source): (u16, u16),
        first: [u16; WORDS],
    ) -> Option<&mut Counted> {
        let is_known = self.blocks.contains_key(&block);
        if is_known {
            return self.blocks.get_mut(&block);
        }
        if self.blocks.len() >= CAPACITY {
            // Nobody gets in; everybody loses one.
            self.blocks.retain(|_, counted| {
                counted.count -= 1;
                counted.count > 0
            });
        } else {
            let counted = Counted {
                count: 1,
                last,
                source,
                others: 0,
                first,
            };
            self.blocks.insert(block, counted);
        }
        None
    }

    /// For storing: version, entries, then what is counted of each block, by hash.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut blocks: Vec<(&u64, &Counted)> = self.blocks.iter().collect();
        blocks.sort_unstable_by_key(|(block, _)| **block);
        let mut bytes = Vec::with_capacity(3 + blocks.len() * COUNTED_BYTES);
        bytes.push(VERSION);
        bytes.extend(self.entries.to_le_bytes());
        for (block, counted) in blocks {
            bytes.extend(block.to_le_bytes());
            bytes.extend(counted.count.to_le_bytes());
            bytes.extend(counted.last.to_le_bytes());
            bytes.extend(counted.source.to_le_bytes());
            bytes.push(counted.others);
            for word in counted.first {
                bytes.extend(word.to_le_bytes());
            }
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
        Self {
            blocks: counted
                .iter()
                .take(CAPACITY)
                .filter_map(counted_block)
                .collect(),
            entries: u16::from_le_bytes(*entries),
        }
    }
}

fn counted_block(bytes: &[u8; COUNTED_BYTES]) -> Option<(u64, Counted)> {
    let (block, rest) = bytes.split_first_chunk::<8>()?;
    let (numbers, words) = rest.split_first_chunk::<7>()?;
    let [c0, c1, l0, l1, s0, s1, others] = *numbers;
    let mut first = [0; WORDS];
    for (word, bytes) in first.iter_mut().zip(words.as_chunks::<2>().0) {
        *word = u16::from_le_bytes(*bytes);
    }
    let counted = Counted {
        count: u16::from_le_bytes([c0, c1]).max(1),
        last: u16::from_le_bytes([l0, l1]),
        source: u16::from_le_bytes([s0, s1]),
        others,
        first,
    };
    Some((u64::from_le_bytes(*block), counted))
}

/// The key of a whole text. It differs from that of a block with the same words.
fn of_text(text: u64) -> u64 {
    mix(text ^ 0x7465_7874)
}

/// The key of a headline. It differs from that of a block with the same words.
fn of_headline(headline: u64) -> u64 {
    mix(headline ^ 0x6865_6164)
}

fn low(bits: u64) -> u16 {
    let [b0, b1, ..] = bits.to_le_bytes();
    u16::from_le_bytes([b0, b1])
}

/// The smallest of some words' hashes, cut short.
fn fingerprint(words: &[Word]) -> [u16; WORDS] {
    let mut hashes: Vec<u64> = words.iter().map(|word| word.bits()).collect();
    hashes.sort_unstable();
    hashes.dedup();
    let mut found = [0; WORDS];
    for (place, hash) in found.iter_mut().zip(hashes) {
        *place = low(hash >> 1).max(1);
    }
    found
}

/// Whether two headlines share less than half of the shorter one's words. Of a headline without content nothing is known.
fn have_little_in_common(left: &[u16; WORDS], right: &[u16; WORDS]) -> bool {
    let count = |words: &[u16; WORDS]| words.iter().filter(|word| **word != 0).count();
    let shorter = count(left).min(count(right));
    let shared = left
        .iter()
        .filter(|word| **word != 0 && right.contains(word));
    shorter > 0 && shared.count() * 2 < shorter
}

/// Whether each of two headlines has a content word that the other lacks.
fn each_has_its_own(left: &[u16; WORDS], right: &[u16; WORDS]) -> bool {
    let lacks = |one: &[u16; WORDS], other: &[u16; WORDS]| {
        one.iter().any(|word| *word != 0 && !other.contains(word))
    };
    lacks(left, right) && lacks(right, left)
}

#[cfg(test)]
mod tests {
    use super::{Boilerplate, CAPACITY, HALVED_AFTER, Lesson};
    use crate::text::{Word, fold, hash_words};

    fn learn(known: &mut Boilerplate, headline: &str, blocks: &[u64]) {
        let mut words: Vec<Word> = Vec::new();
        hash_words(&fold(headline), &mut words);
        let hash = words
            .iter()
            .fold(0, |hash, word| crate::text::mix(hash ^ word.bits()));
        known.learn(Lesson {
            blocks,
            headline: hash,
            source: 0,
            text: blocks.iter().fold(0, |hash, block| hash ^ block),
            is_short: false,
            words: &words,
            published: None,
        });
    }

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
            learn(&mut known, &format!("harbour notice {nth}"), &blocks);
        }
        assert!(known.repeats(7));
        assert!(known.blocks.len() <= CAPACITY);
        assert_eq!(Boilerplate::from_bytes(&known.to_bytes()), known);
        for nth in 0..20 * usize::from(HALVED_AFTER) {
            learn(&mut known, &format!("harbour notice {nth}"), &own(2));
        }
        assert!(!known.repeats(7));
    }

    #[test]
    fn headlines_with_little_in_common_tell_what_belongs_to_none() {
        for (headlines, repeats, repeats_text) in [
            (
                &[
                    "Tower clock stands still",
                    "Vineyards expect an early harvest",
                ][..],
                false,
                true,
            ),
            (
                &[
                    "Tower clock stands still",
                    "Vineyards expect an early harvest",
                    "Choir looks for deep voices",
                ],
                true,
                true,
            ),
            (
                &[
                    "Tower clock stands still",
                    "Old tower clock stands still again",
                ],
                false,
                false,
            ),
            (
                &["Tower clock stands still", "Tower clock stands still"],
                false,
                false,
            ),
            (&["Bulletin 1", "Bulletin 2", "Bulletin 3"], false, false),
            (
                &["Bulletin 1", "Bulletin 2", "Bulletin 3", "Bulletin 4"],
                true,
                true,
            ),
        ] {
            let mut known = Boilerplate::default();
            for headline in headlines {
                learn(&mut known, headline, &[7]);
            }
            let found = (known.repeats(7), known.repeats_text(7));
            assert_eq!(found, (repeats, repeats_text), "{headlines:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_learned_anew() {
        for bytes in [&b""[..], b"\x01", b"\xFF\x00\x00abcdefghij"] {
            assert_eq!(Boilerplate::from_bytes(bytes), Boilerplate::default());
        }
    }
}
