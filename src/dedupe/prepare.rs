//! A text made ready for comparing: its words, and runs of them.

use super::runs::{
    SHINGLE, Shingles, Units, content, content_words, hash_of, run_set, runs, units,
};
use crate::model::Hash;
use crate::text::{Mark, Word, mix};

/// Blocks of a text that can be left out, one bit each.
pub(super) const MAX_BLOCKS: usize = 63;
/// The bit of a headline that the publisher uses again and again.
pub(super) const STANDING: u64 = 1 << MAX_BLOCKS;
/// A text with fewer words is judged together with its headline, by runs of three words: of a teaser that was lightly rewritten
/// next to no run of five is left.
pub(super) const SHORT_WORDS: usize = 60;
/// Words in the runs that a short text is judged by.
const SHORT_RUN: usize = 3;
/// A headline of fewer words may be another release's as well. Of the pairs of two publishers that share one of eight words and more
/// within 36 hours none was wrong in press texts; of those that share six or seven words one in twenty was.
const LONG_HEADLINE: usize = 8;
/// How many of the smallest runs are keys: of the opening and of the whole of a long text. On the generated set of syndicated
/// releases two shared keys of these found 99.75 % of all pairs of copies.
const KEYS_OF_OPENING: usize = 8;
const KEYS_OF_WHOLE: usize = 8;
/// The same of a short text, which has no other keys.
const KEYS_OF_SHORT: usize = 14;
/// The opening in words, headline included, that a teaser or a copy cut behind its lead still has.
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

    /// Headline and text as one, `most` words at most. A text that opens with its headline has it once, and a standing headline is
    /// left out.
    fn joint(&self, most: usize) -> Vec<Word> {
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
        if self.is_dense { SHINGLE } else { SHORT_RUN }
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

    /// The runs of headline and text as one, each once.
    pub(super) fn joint_runs(&self, length: usize) -> Shingles {
        run_set(&self.joint(usize::MAX), length)
    }
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
