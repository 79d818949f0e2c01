//! A text made ready for comparing: its words, and runs of them.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use super::reading::STANDING;
use crate::model::Hash;
use crate::text::{Mark, Word, mix};

/// Raised when words, runs or keys are made in another way: stored keys and content hashes are then rebuilt.
pub const VERSION: u8 = 2;

/// Words in a shingle.
pub(super) const SHINGLE: usize = 5;
/// A text with fewer shingles is too short to be aligned.
pub(super) const MIN_SHINGLES: usize = 8;
/// A text with fewer words is judged together with its headline, by runs of three words.
pub(super) const SHORT_WORDS: usize = 60;
/// A text with fewer words is too common to be recognized by their hash.
const MIN_CONTENT_WORDS: usize = 12;
/// A headline of fewer words may be another release's as well.
pub(super) const LONG_HEADLINE: usize = 8;
/// How many of the smallest shingles of the whole are keys.
const KEYS_OF_WHOLE: usize = 8;
/// How many of the smallest runs of the opening are keys, of a long text and of a short one.
const KEYS_OF_OPENING: usize = 8;
const KEYS_OF_SHORT: usize = 14;
/// The opening that a teaser or a cut copy still has, in words, headline included.
const OPENING_WORDS: usize = 48;

/// An entry made ready for comparing.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Whether its script writes no spaces, so that a word is one character.
    pub(super) is_dense: bool,
    /// Words of the headline without its prefixes.
    pub(super) title_words: Vec<Word>,
    /// How many of them stand before a colon: a kind of notice, and then what it is about.
    pub(super) label: usize,
    /// Whether its publisher has used the headline for other releases.
    pub(super) is_standing_title: bool,
    /// What headline or editors' notes say about the text.
    pub(super) mark: Option<Mark>,
    /// Which update it says that it is.
    pub(super) number: Option<u8>,
    /// Words of the text.
    pub(super) words: Vec<Word>,
    /// Runs of five words, at the place of their first.
    pub(super) shingles: Vec<u64>,
    /// What was left out: bit n is block n; the highest says that the headline is a standing one.
    pub trimmed: u64,
    /// Of the words; `None` under twelve.
    pub content: Option<Hash>,
    /// Of all words, what was left out included; `None` where `content` is.
    pub(super) whole: Option<Hash>,
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
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[VERSION]);
    for word in words {
        hasher.update(&word.bits().to_le_bytes());
    }
    let mut first = Hash::default();
    hasher.finalize_xof().fill(&mut first);
    Some(first)
}

/// Hashes of all runs of so many words, at the place of their first.
pub(super) fn runs(words: &[Word], length: usize) -> Vec<u64> {
    let run = |run: &[Word]| {
        run.iter().fold(length as u64, |hash, word| {
            hash.rotate_left(13).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ word.bits()
        })
    };
    words.windows(length).map(|words| mix(run(words))).collect()
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

impl Prepared {
    /// A text without headline.
    pub(super) fn of_words(words: Vec<Word>) -> Self {
        Self {
            title_words: Vec::new(),
            label: 0,
            is_standing_title: false,
            mark: None,
            number: None,
            is_dense: false,
            content: content(&words),
            whole: content(&words),
            shingles: runs(&words, SHINGLE),
            words,
            trimmed: 0,
        }
    }

    /// Whether the other has the same text, word for word: without what publishers repeat, or with all of it, where the two
    /// publishers are not known to repeat the same.
    pub(super) fn has_text_of(&self, other: &Self) -> bool {
        (self.content.is_some() && self.content == other.content)
            || (self.whole.is_some() && self.whole == other.whole)
    }

    /// Whether headline or note says that there was a version before.
    pub(super) fn is_version(&self) -> bool {
        matches!(self.mark, Some(Mark::Update | Mark::Correction))
    }

    /// Whether it says that it is another version than the one that `other` is.
    pub(super) fn is_version_beside(&self, other: &Self) -> bool {
        let other_number =
            self.number.is_some() && other.number.is_some() && self.number != other.number;
        self.is_version() && (self.mark != other.mark || other_number)
    }

    /// Whether the text is so short that it is judged together with its headline.
    pub(super) fn is_short(&self) -> bool {
        self.words.len() < SHORT_WORDS * self.unit()
    }

    /// Words that say as much as one where words are parted by spaces: in a script where a word is one character two of them do.
    pub(super) fn unit(&self) -> usize {
        if self.is_dense { 2 } else { 1 }
    }

    /// Headline and text as one; a text that opens with its headline has it once, and a standing headline is left out. At most so
    /// many words.
    pub(super) fn joint(&self, most: usize) -> Vec<Word> {
        let title = &self.title_words;
        let mut words = Vec::with_capacity((title.len() + self.words.len()).min(most));
        if !self.is_standing_title && !self.words.starts_with(title) {
            words.extend_from_slice(title);
        }
        words.extend_from_slice(&self.words);
        words.truncate(most);
        words
    }

    /// Words in the runs that a short text is judged by.
    pub(super) fn short_run(&self) -> usize {
        if self.is_dense { SHINGLE } else { 3 }
    }

    /// The keys by which it is found and finds others, sorted: the smallest runs of its opening, of a long text the smallest
    /// shingles of the whole, of a long headline the headline.
    #[must_use]
    pub fn keys(&self) -> Vec<u32> {
        let is_short = self.is_short();
        let opening = match is_short {
            true => self.joint(usize::MAX),
            false => self.joint(OPENING_WORDS * self.unit()),
        };
        let opening = runs(&opening, self.short_run());
        let mut hashes = match is_short {
            true => smallest(&opening, KEYS_OF_SHORT),
            false => smallest(&opening, KEYS_OF_OPENING),
        };
        if !is_short {
            hashes.extend(smallest(&self.shingles, KEYS_OF_WHOLE));
        }
        if self.has_long_title() {
            // Two, for so many a candidate must share.
            let headline = hash_of(&self.title_words);
            hashes.extend([mix(headline ^ 1), mix(headline ^ 2)]);
        }
        // The low half: being small says something of the high one.
        let mut keys: Vec<u32> = hashes.into_iter().map(low_half).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Whether the headline is long enough to name a release by itself.
    pub(super) fn has_long_title(&self) -> bool {
        self.title_words.len() >= LONG_HEADLINE * self.unit()
    }

    /// How many blocks were left out.
    pub(super) fn trimmed_blocks(&self) -> u32 {
        (self.trimmed & !STANDING).count_ones()
    }

    /// Words of the text.
    #[must_use]
    pub fn word_count(&self) -> u32 {
        u32::try_from(self.words.len()).unwrap_or(u32::MAX)
    }

    /// What the headline is about: content words, or pairs of characters.
    pub(super) fn title_content(&self) -> Vec<Word> {
        match self.is_dense {
            true => units(&self.title_words, true),
            false => content_words(&self.title_words),
        }
    }

    /// Words, or pairs of characters, of headline and text.
    pub(super) fn units(&self) -> Units {
        let mut all = units(&self.words, self.is_dense);
        all.extend(units(&self.title_words, self.is_dense));
        all.into_iter().collect()
    }

    /// Its shingles, each once.
    pub(super) fn shingle_set(&self) -> Shingles {
        self.shingles.iter().copied().collect()
    }
}

/// Words, or pairs of characters where a word is one.
pub(super) fn units(words: &[Word], is_dense: bool) -> Vec<Word> {
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
fn smallest(hashes: &[u64], count: usize) -> Vec<u64> {
    let mut found: Vec<u64> = Vec::with_capacity(count + 1);
    for hash in hashes {
        if found.len() == count && found.last().is_some_and(|last| hash >= last) {
            continue;
        }
        if let Err(at) = found.binary_search(hash) {
            found.insert(at, *hash);
            found.truncate(count);
        }
    }
    found
}

/// A set of words, whose hashes are well mixed already.
pub(super) type Units = HashSet<Word, BuildHasherDefault<Mixed>>;

/// A set of runs, which are well mixed already.
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
