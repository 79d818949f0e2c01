//! A text made ready for comparing: its words, and runs of them.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::marking::Marking;
use super::runs::{RunSet, Runs, SHINGLE, Units, content_words, hash_of, run_set, units};
use crate::model::Hash;
use crate::text::{Word, mix};

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
    pub(super) marking: Marking,
    /// Words of the text.
    pub(super) words: Vec<Word>,
    /// Runs of five words, at the place of their first.
    pub(super) shingles: Vec<u64>,
    /// The same, each once.
    pub(super) shingle_set: RunSet,
    /// See [`Prepared::keys`].
    pub(super) keys: OnceLock<Vec<u32>>,
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
        let runs = Runs::of(&words);
        Self {
            words,
            ..Self::of_runs(runs)
        }
    }

    /// A text of which only the runs are known.
    pub(super) fn of_runs(runs: Runs) -> Self {
        Self {
            is_dense: false,
            title_words: Vec::new(),
            label: 0,
            is_standing_title: false,
            marking: Marking::default(),
            words: Vec::new(),
            shingles: runs.shingles,
            shingle_set: runs.set,
            trimmed: 0,
            content: runs.content,
            whole: runs.content,
            keys: OnceLock::new(),
        }
    }

    /// Whether the other has the same text, word for word: without what publishers repeat, or with all of it, where the two
    /// publishers are not known to repeat the same.
    pub(super) fn has_text_of(&self, other: &Self) -> bool {
        (self.content.is_some() && self.content == other.content)
            || (self.whole.is_some() && self.whole == other.whole)
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
    pub fn keys(&self) -> &[u32] {
        self.keys.get_or_init(|| self.made_keys())
    }

    fn made_keys(&self) -> Vec<u32> {
        let is_short = self.is_short();
        let opening = match is_short {
            true => self.joint(usize::MAX),
            false => self.joint(OPENING_WORDS * self.unit()),
        };
        let opening = run_set(&opening, self.short_run());
        let mut hashes = match is_short {
            true => opening.smallest(KEYS_OF_SHORT).to_vec(),
            false => opening.smallest(KEYS_OF_OPENING).to_vec(),
        };
        if !is_short {
            hashes.extend(self.shingle_set.smallest(KEYS_OF_WHOLE));
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

    /// The runs of which a sketch keeps the smallest: of a short text those by which it is judged together with its headline.
    pub(super) fn sketched_runs(&self) -> Cow<'_, RunSet> {
        match self.is_short() {
            true => Cow::Owned(self.joint_runs(self.short_run())),
            false => Cow::Borrowed(&self.shingle_set),
        }
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

    /// The runs of headline and text as one, each once.
    pub(super) fn joint_runs(&self, length: usize) -> RunSet {
        run_set(&self.joint(usize::MAX), length)
    }
}

fn low_half(shingle: u64) -> u32 {
    let [b0, b1, b2, b3, ..] = shingle.to_le_bytes();
    u32::from_le_bytes([b0, b1, b2, b3])
}
