//! Runs of words: what every comparison of two texts is made of.
//!
//! A run is a hash of some words that follow each other, a shingle a run of five.
//! How much of one text another one holds is always the share of its runs
//! ([`share`]), whoever asks: the comparison of two entries, an edit in place, an
//! entry that comes back under another GUID.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use crate::model::Hash;
use crate::text::{Word, mix};

/// Raised when words, runs or keys are made in another way: stored keys and content hashes are then rebuilt.
pub const VERSION: u8 = 2;

/// Words in a shingle.
pub(super) const SHINGLE: usize = 5;
/// A text with fewer shingles is too short to be aligned.
pub(super) const MIN_SHINGLES: usize = 8;
/// A text with fewer words is too common to be recognized by their hash.
const MIN_CONTENT_WORDS: usize = 12;

/// A set of words, whose hashes are well mixed already.
pub(super) type Units = HashSet<Word, BuildHasherDefault<Mixed>>;

/// Runs, each once, the smallest first.
#[derive(Debug, Clone, Default)]
pub(super) struct RunSet(Vec<u64>);

impl RunSet {
    pub(super) fn of(mut runs: Vec<u64>) -> Self {
        runs.sort_unstable();
        runs.dedup();
        Self(runs)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn contains(&self, run: u64) -> bool {
        self.0.binary_search(&run).is_ok()
    }

    /// The `count` smallest, or all where there are fewer. Which runs are small is as good as drawn by lot.
    pub(super) fn smallest(&self, count: usize) -> &[u64] {
        &self.0[..self.0.len().min(count)]
    }

    /// Those up to this one.
    pub(super) fn up_to(&self, largest: u64) -> &[u64] {
        &self.0[..self.0.partition_point(|run| *run <= largest)]
    }

    /// How many the other has too.
    pub(super) fn shared_with(&self, other: &Self) -> usize {
        let (mut ours, mut theirs) = (self.0.as_slice(), other.0.as_slice());
        let mut shared = 0;
        while let ([one, our_rest @ ..], [other, their_rest @ ..]) = (ours, theirs) {
            match one.cmp(other) {
                Ordering::Less => ours = our_rest,
                Ordering::Greater => theirs = their_rest,
                Ordering::Equal => {
                    shared += 1;
                    (ours, theirs) = (our_rest, their_rest);
                }
            }
        }
        shared
    }
}

/// One hash for some words.
pub(super) fn hash_of(words: &[Word]) -> u64 {
    words
        .iter()
        .fold(words.len() as u64, |hash, word| mix(hash ^ word.bits()))
}

/// The hash that a text is recognized by; `None`: it is too common.
pub(super) fn content(words: &[Word]) -> Option<Hash> {
    if words.len() < MIN_CONTENT_WORDS {
        return None;
    }
    // All words are hashed as one piece: to hand them over one by one takes twice as long.
    let mut bytes = Vec::with_capacity(1 + size_of_val(words));
    bytes.push(VERSION);
    bytes.extend(words.iter().flat_map(|word| word.bits().to_le_bytes()));
    let mut first = Hash::default();
    blake3::Hasher::new()
        .update(&bytes)
        .finalize_xof()
        .fill(&mut first);
    Some(first)
}

/// Hashes of all runs of `length` words, each at the place of its first word.
pub(super) fn runs(words: &[Word], length: usize) -> Vec<u64> {
    let run = |run: &[Word]| {
        run.iter().fold(length as u64, |hash, word| {
            hash.rotate_left(13).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ word.bits()
        })
    };
    words.windows(length).map(|words| mix(run(words))).collect()
}

/// The same runs, each once.
pub(super) fn run_set(words: &[Word], length: usize) -> RunSet {
    RunSet::of(runs(words, length))
}

/// The words that say what a text is about, each once.
pub(super) fn content_words(words: &[Word]) -> Vec<Word> {
    let mut found = Vec::with_capacity(words.len());
    for word in words {
        if !word.is_function_word() && !found.contains(word) {
            found.push(*word);
        }
    }
    found
}

/// The units that a text is counted in: its words, or pairs of characters where the script writes no spaces.
pub(super) fn units(words: &[Word], is_dense: bool) -> Vec<Word> {
    if !is_dense || words.len() < 2 {
        return words.to_vec();
    }
    words.windows(2).map(|pair| pair[0].pair(pair[1])).collect()
}

/// What is made of the words of a text.
#[derive(Debug, Clone)]
pub(super) struct Runs {
    /// Shingles, at the place of their first word.
    pub(super) shingles: Vec<u64>,
    /// The same, each once.
    pub(super) set: RunSet,
    /// See [`content`].
    pub(super) content: Option<Hash>,
}

impl Runs {
    pub(super) fn of(words: &[Word]) -> Self {
        let shingles = runs(words, SHINGLE);
        Self {
            set: RunSet::of(shingles.clone()),
            shingles,
            content: content(words),
        }
    }
}

/// Of some runs or words, the share that `holds` says yes to, 0.0–1.0; of none at all, 0.0.
pub(super) fn share<T>(of: impl ExactSizeIterator<Item = T>, holds: impl Fn(&T) -> bool) -> f64 {
    let whole = of.len();
    ratio(of.filter(holds).count(), whole)
}

/// Of the runs of the text that has fewer, the share that the other has too, 0.0–1.0.
pub(super) fn containment(one: &RunSet, other: &RunSet) -> f64 {
    ratio(one.shared_with(other), one.len().min(other.len()))
}

/// A part of a whole, 0.0–1.0.
pub(super) fn ratio(part: usize, whole: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a ratio of word counts")]
    let ratio = part as f64 / whole.max(1) as f64;
    ratio.min(1.0)
}

/// Whether both have numbers, and each one that the other has not.
pub(super) fn numbers_differ(left: &[Word], right: &[Word]) -> bool {
    let lacks = |one: &[Word], other: &[Word]| {
        let mut numbers = one.iter().filter(|word| word.is_number());
        numbers.any(|number| !other.contains(number))
    };
    lacks(left, right) && lacks(right, left)
}

/// Hands a mixed number on as its own hash.
#[derive(Default)]
pub(super) struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = mix(self.0 ^ u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}
