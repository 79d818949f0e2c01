//! A sketch of an entry's words: a few bytes, stored with the entry, that tell it from most others without reading its text.
//!
//! A run is the hash of a few words in a row. A sketch holds the smallest of an entry's runs as a sample, how many runs there are, the
//! numbers and months of headline and text, and short hashes that show whether two texts may be equal. If a sketch cannot decide
//! ([`super::compare::Sifted`]), the text is read.
//!
//! Bytes, in this order: version; flags; mark; number of the update; the numbers and months of the headline and of the text, how many
//! each; runs (3 bytes); hashes of headline, text and whole text (4 each); the largest sampled run (4, its high half);
//! the numbers and months (4 each); the sample (2 each, ascending). All little-endian.

use super::marking::Marking;
use super::prepare::Prepared;
use super::runs::{RunSet, VERSION, hash_of};
use crate::model::Hash;
use crate::text::{Mark, Word};

/// The version of a sketch: its layout in the three high bits, and the version of words and runs ([`VERSION`]) in the five low ones.
/// A sketch of any other version is ignored, and the text is read.
const FORMAT: u8 = 2 << 5 | VERSION;
/// The most runs in a sample. With fewer, more texts would have to be read; with more, the store would grow. There is a bit for each
/// in a `u64`.
const SAMPLE: usize = 64;
/// Distinct numbers kept of a text, and of a headline. A text with more, such as a table, is always read.
const MAX_NUMBERS: usize = 40;
/// Stands for more numbers than are kept.
const TOO_MANY: u8 = u8::MAX;
/// Bytes before the numbers.
const HEAD: usize = 25;

const DENSE: u8 = 1;
const SHORT: u8 = 2;
const NUMBERED: u8 = 4;

const MARKS: [Mark; 4] = [Mark::Update, Mark::Correction, Mark::Repeat, Mark::Urgent];

/// What is known of an entry's words without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    pub(super) is_dense: bool,
    /// Whether the text is short. Then its headline counts as part of it, and its runs are shorter; see [`Prepared::sketched_runs`].
    pub(super) is_short: bool,
    pub(super) marking: Marking,
    /// Its different runs.
    pub(super) runs: usize,
    /// See [`short_hash`]; of the words of the headline, 0 where there is none.
    pub(super) title: u32,
    pub(super) content: u32,
    pub(super) whole: u32,
    /// Numbers and months of the headline, ascending.
    pub(super) title_numbers: Vec<u32>,
    /// The same of the text; `None`: too many.
    pub(super) numbers: Option<Vec<u32>>,
    /// The high half of the largest sampled run.
    largest: u32,
    /// The low bits of the smallest runs, ascending.
    sample: Vec<u16>,
}

impl Sketch {
    /// Sketches an entry; `None`: its headline has too many numbers.
    #[must_use]
    pub fn of(text: &Prepared) -> Option<Self> {
        let runs = text.sketched_runs();
        let smallest = runs.smallest(SAMPLE);
        let is_whole = smallest.len() == runs.len();
        let last = smallest.last().filter(|_| !is_whole);
        Some(Self {
            is_dense: text.is_dense,
            is_short: text.is_short(),
            marking: text.marking,
            runs: runs.len(),
            title: title_hash(&text.title_words),
            content: short_hash(text.content),
            whole: short_hash(text.whole),
            title_numbers: few(numbers(&text.title_words))?,
            numbers: few(numbers(&text.words)),
            largest: last.map_or(u32::MAX, |run| high_half(*run)),
            sample: sampled_bits(smallest),
        })
    }

    /// Reads what [`Sketch::written`] wrote; `None`: another version did, or the bytes are damaged.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
        let [format, flags, mark, number, title_numbers, numbers, ..] = *head;
        if format != FORMAT {
            return None;
        }
        let word =
            |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let (title_numbers, rest) = read_numbers(rest, title_numbers)?;
        let (numbers, rest) = match numbers {
            TOO_MANY => (None, rest),
            count => {
                let (numbers, rest) = read_numbers(rest, count)?;
                (Some(numbers), rest)
            }
        };
        let runs = usize::from(head[6]) | usize::from(head[7]) << 8 | usize::from(head[8]) << 16;
        let (sample, []) = rest.as_chunks::<2>() else {
            return None;
        };
        if sample.len() != runs.min(SAMPLE) {
            return None;
        }
        Some(Self {
            is_dense: flags & DENSE != 0,
            is_short: flags & SHORT != 0,
            marking: Marking {
                mark: MARKS.get(usize::from(mark).wrapping_sub(1)).copied(),
                number: (flags & NUMBERED != 0).then_some(number),
            },
            runs,
            title: word(9),
            content: word(13),
            whole: word(17),
            largest: word(21),
            title_numbers,
            numbers,
            sample: sample.iter().map(|run| u16::from_le_bytes(*run)).collect(),
        })
    }

    /// As it is stored.
    #[must_use]
    pub fn written(&self) -> Vec<u8> {
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        let count = |numbers: &[u32]| u8::try_from(numbers.len()).unwrap_or(TOO_MANY);
        let mark = MARKS
            .iter()
            .position(|mark| Some(*mark) == self.marking.mark);
        let mut bytes = Vec::with_capacity(HEAD + 4 * MAX_NUMBERS + 2 * SAMPLE);
        bytes.extend([
            FORMAT,
            flag(self.is_dense, DENSE)
                | flag(self.is_short, SHORT)
                | flag(self.marking.number.is_some(), NUMBERED),
            mark.map_or(0, |nth| u8::try_from(nth + 1).unwrap_or(0)),
            self.marking.number.unwrap_or_default(),
            count(&self.title_numbers),
            self.numbers.as_deref().map_or(TOO_MANY, count),
        ]);
        bytes.extend(&self.runs.to_le_bytes()[..3]);
        for word in [self.title, self.content, self.whole, self.largest] {
            bytes.extend(word.to_le_bytes());
        }
        for number in self
            .title_numbers
            .iter()
            .chain(self.numbers.iter().flatten())
        {
            bytes.extend(number.to_le_bytes());
        }
        for run in &self.sample {
            bytes.extend(run.to_le_bytes());
        }
        bytes
    }

    /// Whether its sample is all of its runs.
    pub(super) fn is_whole(&self) -> bool {
        self.sample.len() == self.runs
    }

    /// How many runs were sampled.
    pub(super) fn sampled(&self) -> usize {
        self.sample.len()
    }

    /// Draws the same sample from another entry's runs. Returns how many runs that gives, and how many of them are in this sample.
    /// The second may be too large, because two runs may have the same low bits by accident.
    pub(super) fn drawn_of(&self, other: &RunSet) -> (usize, usize) {
        let drawn = other.up_to(u64::from(self.largest) << 32 | u64::from(u32::MAX));
        // A bit for each run of the sample that has met its equal. Several may have the same low bits, and each counts once.
        let mut paired = 0_u64;
        for run in drawn {
            let bits = low_bits(*run);
            let first = self.sample.partition_point(|ours| *ours < bits);
            let same = self.sample[first..]
                .iter()
                .take_while(|ours| **ours == bits);
            let mut places = (first..).zip(same).map(|(place, _)| 1 << place);
            paired |= places.find(|place| paired & place == 0).unwrap_or(0);
        }
        let shared = paired.count_ones() as usize;
        (drawn.len(), shared)
    }
}

/// Numbers and months, each once, ascending: what may tell one issue from the next. Two of ten thousand would be taken for one another
/// once in some hundred thousand texts.
pub(super) fn numbers(words: &[Word]) -> Vec<u32> {
    let told = words
        .iter()
        .filter(|word| word.is_number() || word.is_month());
    let mut numbers: Vec<u32> = told.map(|word| high_half(word.bits())).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The hash of a headline's words; 0: it has none.
pub(super) fn title_hash(words: &[Word]) -> u32 {
    match words.is_empty() {
        true => 0,
        false => high_half(hash_of(words)),
    }
}

/// Enough of a hash to notice that two may be the same; 0: there is none.
pub(super) fn short_hash(hash: Option<Hash>) -> u32 {
    hash.map_or(0, |[b0, b1, b2, b3, ..]| {
        u32::from_le_bytes([b0, b1, b2, b3]) | 1
    })
}

fn few(numbers: Vec<u32>) -> Option<Vec<u32>> {
    (numbers.len() <= MAX_NUMBERS).then_some(numbers)
}

fn read_numbers(bytes: &[u8], count: u8) -> Option<(Vec<u32>, &[u8])> {
    let (numbers, rest) = bytes.split_at_checked(4 * usize::from(count))?;
    let (numbers, _) = numbers.as_chunks::<4>();
    let numbers = numbers.iter().map(|number| u32::from_le_bytes(*number));
    Some((numbers.collect(), rest))
}

fn high_half(hash: u64) -> u32 {
    let [.., b4, b5, b6, b7] = hash.to_le_bytes();
    u32::from_le_bytes([b4, b5, b6, b7])
}

/// The low bits of a run. The sample consists of the smallest runs, so their high bits are nearly all alike; the low ones tell them
/// apart.
fn low_bits(run: u64) -> u16 {
    let [b0, b1, ..] = run.to_le_bytes();
    u16::from_le_bytes([b0, b1])
}

/// The low bits of runs, ascending.
fn sampled_bits(runs: &[u64]) -> Vec<u16> {
    let mut bits: Vec<u16> = runs.iter().map(|run| low_bits(*run)).collect();
    bits.sort_unstable();
    bits
}
