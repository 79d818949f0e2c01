//! A text made ready for comparing.
//!
//! Left out, for comparing only: blocks that its publisher puts under everything
//! ([`super::Boilerplate`]), the dateline, editors' notes, what a site puts behind a
//! text, the prefixes of the headline. The rest as words and runs of words.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use super::blocks::{Boilerplate, Lesson};
use crate::model::{Hash, SourceId, Timestamp};
use crate::text::{
    Mark, Word, dateline, fold, hash_words, headline, is_tail, mix, note, without_cut,
};

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
/// Blocks of a text that can be left out, one bit each.
const MAX_BLOCKS: usize = 63;
/// The bit of a headline that the publisher uses again and again.
const STANDING: u64 = 1 << MAX_BLOCKS;
/// A block of fewer words ("Contact:") is not worth learning.
const MIN_BLOCK_WORDS: usize = 3;
/// Words of fewer letters on average are characters of a script without spaces.
const LETTERS_OF_A_WORD: usize = 2;
/// A headline is compared as far as this.
const MAX_TITLE_WORDS: usize = 100;
/// A text is compared as far as this; what is longer is told apart long before.
const MAX_WORDS: usize = 20_000;
/// How many of the smallest shingles of the whole are keys.
const KEYS_OF_WHOLE: usize = 8;
/// How many of the smallest runs of the opening are keys, of a long text and of a short one.
const KEYS_OF_OPENING: usize = 8;
const KEYS_OF_SHORT: usize = 14;
/// The opening that a teaser or a cut copy still has, in words, headline included.
const OPENING_WORDS: usize = 48;

/// An entry's headline and text as words, all of it.
#[derive(Debug, Clone)]
pub struct Reading {
    title_words: Vec<Word>,
    label: usize,
    mark: Option<Mark>,
    number: Option<u8>,
    is_dense: bool,
    words: Vec<Word>,
    /// Where each block of `words` ends.
    ends: Vec<usize>,
    /// A hash of each block, for learning which ones a publisher repeats.
    blocks: Vec<u64>,
}

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

/// Reads an entry. `text`: plain, a line a block. `dateline`: its opening, where it has one.
#[must_use]
pub fn read(title: &str, text: &str, dateline: Option<&str>) -> Reading {
    let title = headline(title);
    let (title_words, label) = title_words(&fold(title.rest));
    let mut reading = Reading {
        title_words,
        label,
        mark: title.mark,
        number: title.number,
        is_dense: false,
        words: Vec::with_capacity(text.len() / 6),
        ends: Vec::new(),
        blocks: Vec::new(),
    };
    let mut folded: Vec<String> = text
        .split('\n')
        .map(|block| fold(without_dateline(block, dateline)))
        .collect();
    reading.take_notes(&mut folded);
    while folded.len() > 1 && folded.last().is_some_and(|last| is_tail(last)) {
        folded.pop();
    }
    let last = folded.len().saturating_sub(1);
    let letters = folded.iter().flat_map(|block| block.chars());
    let letters = letters.filter(|c| c.is_alphanumeric()).count();
    for (nth, block) in folded.iter().enumerate() {
        reading.push(match nth == last {
            true => without_cut(block),
            false => block,
        });
    }
    reading.is_dense = letters < reading.words.len() * LETTERS_OF_A_WORD;
    reading
}

/// Words of a folded headline, and how many of them stand before a colon.
fn title_words(folded: &str) -> (Vec<Word>, usize) {
    let mut words = Vec::new();
    let (label, rest) = folded.split_once(": ").unwrap_or(("", folded));
    hash_words(label, &mut words);
    let label = words.len();
    hash_words(rest, &mut words);
    words.truncate(MAX_TITLE_WORDS);
    (words, label.min(MAX_TITLE_WORDS))
}

/// What parts a dateline from the text.
const DASHES: [char; 8] = ['-', '–', '—', '―', ' ', ':', '.', '\u{A0}'];

fn without_dateline<'t>(block: &'t str, known: Option<&str>) -> &'t str {
    known
        .and_then(|opening| block.strip_prefix(opening))
        .map_or(block, |rest| rest.trim_start_matches(DASHES))
}

impl Reading {
    /// Takes editors' notes out of the first and the last block. A headline without a mark has theirs.
    fn take_notes(&mut self, blocks: &mut Vec<String>) {
        if let Some(first) = blocks.first_mut()
            && let Some((mark, length)) = note(first)
        {
            self.mark = self.mark.or(Some(mark));
            let rest = first[length..].trim_start();
            let end = dateline(rest).map_or(0, |found| found.end);
            *first = rest.get(end..).unwrap_or_default().to_owned();
        }
        if blocks.len() > 1
            && let Some(last) = blocks.last()
            && let Some((mark, _)) = note(last)
        {
            self.mark = self.mark.or(Some(mark));
            blocks.pop();
        }
    }

    fn push(&mut self, block: &str) {
        let start = self.words.len();
        if start >= MAX_WORDS {
            return;
        }
        hash_words(block, &mut self.words);
        self.words.truncate(MAX_WORDS);
        let words = &self.words[start..];
        if !words.is_empty() {
            self.blocks.push(hash_of(words));
            self.ends.push(self.words.len());
        }
    }

    /// Has the publisher's sketch learn from an entry of this source.
    pub fn learn(&self, known: &mut Boilerplate, source: &SourceId, published: Option<Timestamp>) {
        let content = content_words(&self.title_words);
        let mut start = 0;
        let mut blocks: Vec<u64> = Vec::with_capacity(self.blocks.len());
        for (hash, end) in self.blocks.iter().zip(&self.ends) {
            if end - start >= MIN_BLOCK_WORDS && self.blocks.len() > 1 {
                blocks.push(*hash);
            }
            start = *end;
        }
        known.learn(Lesson {
            blocks: &blocks,
            headline: self.headline(),
            text: self.whole(),
            source: source
                .as_str()
                .bytes()
                .fold(0, |hash, byte| mix(hash ^ u64::from(byte))),
            is_short: self.words.len() < SHORT_WORDS * self.unit(),
            words: &content,
            published,
        });
    }

    /// The hash of all of its blocks.
    fn whole(&self) -> u64 {
        let blocks = self.blocks.iter();
        blocks.fold(0, |hash, block| mix(hash ^ block))
    }

    fn unit(&self) -> usize {
        if self.is_dense { 2 } else { 1 }
    }

    /// The hash of its headline; 0: it has none.
    fn headline(&self) -> u64 {
        match self.title_words.is_empty() {
            true => 0,
            false => hash_of(&self.title_words),
        }
    }

    /// What the publisher is known to repeat: bit n is block n; the highest bit is the headline. A block with the words of the
    /// headline is the release's own.
    #[must_use]
    pub fn repeated(&self, known: &Boilerplate) -> u64 {
        let mut bits = 0;
        let mut start = 0;
        let is_all = known.repeats_text(self.whole());
        for (nth, (hash, end)) in self.blocks.iter().zip(&self.ends).enumerate() {
            let block = &self.words[start..*end];
            start = *end;
            if nth < MAX_BLOCKS && (is_all || known.repeats(*hash)) && block != self.title_words {
                bits |= 1 << nth;
            }
        }
        if known.is_standing(self.headline()) {
            bits |= STANDING;
        }
        bits
    }

    /// Whether the publisher is known to repeat something of it now that it was not known to repeat before, and that two entries
    /// could have been taken for one release by.
    #[must_use]
    pub fn is_newly_repeated(&self, before: &Boilerplate, now: &Boilerplate) -> bool {
        let mut start = 0;
        let mut blocks = self.blocks.iter().zip(&self.ends);
        let is_new = blocks.any(|(hash, end)| {
            let words = end - start;
            start = *end;
            words >= MIN_SHINGLES && now.repeats(*hash) && !before.repeats(*hash)
        });
        let whole = self.whole();
        is_new
            || (self.words.len() >= MIN_SHINGLES
                && now.repeats_text(whole)
                && !before.repeats_text(whole))
            || (now.is_standing(self.headline()) && !before.is_standing(self.headline()))
    }

    /// Makes it ready, without what `trimmed` names.
    #[must_use]
    pub fn prepare(self, trimmed: u64) -> Prepared {
        let mut whole = None;
        let words = if trimmed & !STANDING == 0 {
            self.words
        } else {
            whole = content(&self.words);
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
        let content = content(&words);
        Prepared {
            // Where next to nothing is left, the whole is what the publisher repeats.
            whole: content.and(whole.or(content)),
            title_words: self.title_words,
            label: self.label,
            is_standing_title: trimmed & STANDING != 0,
            mark: self.mark,
            number: self.number,
            is_dense: self.is_dense,
            content,
            shingles: runs(&words, SHINGLE),
            words,
            trimmed,
        }
    }
}

fn hash_of(words: &[Word]) -> u64 {
    words
        .iter()
        .fold(words.len() as u64, |hash, word| mix(hash ^ word.bits()))
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
