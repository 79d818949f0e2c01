//! A text made ready for comparing.
//!
//! Left out, for comparing only: blocks that its source puts under everything
//! ([`super::Boilerplate`]), the dateline, what a site puts behind a text, the
//! prefixes of the headline. The rest as words and shingles.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use super::blocks::Boilerplate;
use crate::model::Hash;
use crate::text::{Mark, Word, fold, hash_words, headline, is_tail, mix, without_cut};

/// Raised when words, shingles or keys are made in another way: stored keys and content hashes are then rebuilt.
pub const VERSION: u8 = 1;

/// Words in a shingle.
pub(super) const SHINGLE: usize = 5;
/// A text with fewer words is too common to be recognized by them.
pub(super) const MIN_CONTENT_WORDS: usize = 12;
/// Blocks of a text that can be left out, one bit each.
const MAX_BLOCKS: usize = 64;
/// Words of fewer letters on average are characters of a script without spaces.
const LETTERS_OF_A_WORD: usize = 2;
/// A text is compared as far as this; what is longer is told apart long before.
const MAX_WORDS: usize = 20_000;
/// Of each zone of a text, how many of its smallest shingles are keys.
const KEYS_A_ZONE: usize = 8;
/// The zone that a cut copy still has.
const HEAD_SHINGLES: usize = 32;

/// An entry's headline and text as words, all of it.
#[derive(Debug, Clone)]
pub struct Reading {
    title_words: Vec<Word>,
    mark: Option<Mark>,
    number: Option<u8>,
    is_dense: bool,
    words: Vec<Word>,
    /// Where each block of `words` ends.
    ends: Vec<usize>,
    /// A hash of each block, for learning which ones a source repeats.
    pub blocks: Vec<u64>,
}

/// An entry made ready for comparing.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Whether its script writes no spaces, so that a word is one character.
    pub(super) is_dense: bool,
    /// Words of the headline without its prefixes.
    pub(super) title_words: Vec<Word>,
    /// What the headline says about itself.
    pub(super) mark: Option<Mark>,
    /// Which update it says that it is.
    pub(super) number: Option<u8>,
    /// Words of the text.
    pub(super) words: Vec<Word>,
    /// Runs of five words, at the place of their first.
    pub(super) shingles: Vec<u64>,
    /// The blocks left out: bit n is block n.
    pub trimmed: u64,
    /// Of the words; `None` under twelve.
    pub content: Option<Hash>,
}

/// Reads an entry. `text`: plain, a line a block. `dateline`: its opening, where it has one.
#[must_use]
pub fn read(title: &str, text: &str, dateline: Option<&str>) -> Reading {
    let title = headline(title);
    let mut title_words = Vec::new();
    hash_words(&fold(title.rest), &mut title_words);
    let text = dateline
        .and_then(|opening| text.strip_prefix(opening))
        .map_or(text, |rest| rest.trim_start_matches(DASHES));
    let mut reading = Reading {
        title_words,
        mark: title.mark,
        number: title.number,
        is_dense: false,
        words: Vec::with_capacity(text.len() / 6),
        ends: Vec::new(),
        blocks: Vec::new(),
    };
    let mut folded: Vec<String> = text.split('\n').map(fold).collect();
    while folded.len() > 1 && folded.last().is_some_and(|last| is_tail(last)) {
        folded.pop();
    }
    let last = folded.len().saturating_sub(1);
    let letters = folded
        .iter()
        .flat_map(|block| block.chars())
        .filter(|c| c.is_alphanumeric());
    let letters = letters.count();
    for (nth, block) in folded.iter().enumerate() {
        reading.push(if nth == last {
            without_cut(block)
        } else {
            block
        });
    }
    reading.is_dense = letters < reading.words.len() * LETTERS_OF_A_WORD;
    reading
}

/// What parts a dateline from the text.
const DASHES: [char; 8] = ['-', '–', '—', '―', ' ', ':', '.', '\u{A0}'];

impl Reading {
    fn push(&mut self, block: &str) {
        let start = self.words.len();
        if start >= MAX_WORDS {
            return;
        }
        hash_words(block, &mut self.words);
        self.words.truncate(MAX_WORDS);
        let words = &self.words[start..];
        if !words.is_empty() {
            let hash = words
                .iter()
                .fold(words.len() as u64, |hash, word| mix(hash ^ word.bits()));
            self.blocks.push(hash);
            self.ends.push(self.words.len());
        }
    }

    /// The blocks that the source is known to repeat: bit n is block n. None, where nothing else would be left. A block with
    /// the words of the headline is the release's own.
    #[must_use]
    pub fn repeated(&self, known: &Boilerplate) -> u64 {
        let mut bits = 0;
        let mut left = false;
        let mut start = 0;
        for (nth, (hash, end)) in self.blocks.iter().zip(&self.ends).enumerate() {
            let block = &self.words[start..*end];
            start = *end;
            if nth < MAX_BLOCKS && known.repeats(*hash) && block != self.title_words {
                bits |= 1 << nth;
            } else {
                left = true;
            }
        }
        if left { bits } else { 0 }
    }

    /// Makes it ready, without the blocks of `trimmed`.
    #[must_use]
    pub fn prepare(self, trimmed: u64) -> Prepared {
        let words = if trimmed == 0 {
            self.words
        } else {
            let mut words = Vec::with_capacity(self.words.len());
            let mut start = 0;
            for (nth, end) in self.ends.iter().enumerate() {
                if nth >= MAX_BLOCKS || trimmed & (1 << nth) == 0 {
                    words.extend_from_slice(&self.words[start..*end]);
                }
                start = *end;
            }
            words
        };
        Prepared {
            title_words: self.title_words,
            mark: self.mark,
            number: self.number,
            is_dense: self.is_dense,
            content: content(&words),
            shingles: shingles(&words),
            words,
            trimmed,
        }
    }
}

fn content(words: &[Word]) -> Option<Hash> {
    if words.len() < MIN_CONTENT_WORDS {
        return None;
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[VERSION]);
    for word in words {
        hasher.update(&word.bits().to_le_bytes());
    }
    let mut first = Hash::default();
    hasher.finalize_xof().fill(&mut first);
    Some(first)
}

fn shingles(words: &[Word]) -> Vec<u64> {
    let run = |run: &[Word]| {
        run.iter().fold(0_u64, |hash, word| {
            hash.rotate_left(13).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ word.bits()
        })
    };
    words
        .windows(SHINGLE)
        .map(|words| mix(run(words)))
        .collect()
}

impl Prepared {
    /// A text without headline.
    pub(super) fn of_words(words: Vec<Word>) -> Self {
        Self {
            title_words: Vec::new(),
            mark: None,
            number: None,
            is_dense: false,
            content: content(&words),
            shingles: shingles(&words),
            words,
            trimmed: 0,
        }
    }

    /// Whether the headline says that there was a version before.
    #[must_use]
    pub fn is_version(&self) -> bool {
        matches!(self.mark, Some(Mark::Update | Mark::Correction))
    }

    /// Whether the headline says that it is another version than the one that `other` is.
    pub(super) fn is_version_beside(&self, other: &Self) -> bool {
        let other_number =
            self.number.is_some() && other.number.is_some() && self.number != other.number;
        self.is_version() && (self.mark != other.mark || other_number)
    }

    /// The keys by which it is found and finds others: the smallest shingles of its head and of the whole, at most sixteen,
    /// sorted. Empty where it is too short to be compared.
    #[must_use]
    pub fn keys(&self) -> Vec<u32> {
        if self.shingles.len() < super::near::MIN_SHINGLES {
            return Vec::new();
        }
        let head = &self.shingles[..self.shingles.len().min(HEAD_SHINGLES)];
        let mut keys: Vec<u32> = smallest(head)
            .into_iter()
            .chain(smallest(&self.shingles))
            // The low half: being small says something of the high one.
            .map(low_half)
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Words of the text.
    #[must_use]
    pub fn word_count(&self) -> u32 {
        u32::try_from(self.words.len()).unwrap_or(u32::MAX)
    }

    /// What two headlines have in common or not: words, or pairs of characters.
    pub(super) fn title_units(&self) -> Vec<Word> {
        units(&self.title_words, self.is_dense)
    }

    /// The same, of headline and text.
    pub(super) fn units(&self) -> HashSet<Word> {
        let mut all = units(&self.words, self.is_dense);
        all.extend(self.title_units());
        all.into_iter().collect()
    }

    /// Its shingles, each once.
    pub(super) fn shingle_set(&self) -> Shingles {
        self.shingles.iter().copied().collect()
    }
}

fn units(words: &[Word], is_dense: bool) -> Vec<Word> {
    if !is_dense || words.len() < 2 {
        return words.to_vec();
    }
    words.windows(2).map(|pair| pair[0].pair(pair[1])).collect()
}

fn low_half(shingle: u64) -> u32 {
    let [b0, b1, b2, b3, ..] = shingle.to_le_bytes();
    u32::from_le_bytes([b0, b1, b2, b3])
}

/// The smallest few, each once.
fn smallest(shingles: &[u64]) -> Vec<u64> {
    let mut found: Vec<u64> = Vec::with_capacity(KEYS_A_ZONE + 1);
    for shingle in shingles {
        if found.len() == KEYS_A_ZONE && found.last().is_some_and(|last| shingle >= last) {
            continue;
        }
        if let Err(at) = found.binary_search(shingle) {
            found.insert(at, *shingle);
            found.truncate(KEYS_A_ZONE);
        }
    }
    found
}

/// A set of what is already well mixed.
pub(super) type Shingles = HashSet<u64, BuildHasherDefault<Mixed>>;

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
