//! Words as numbers: what texts are compared by.
//!
//! The words of [`super::tokens`], each as a hash of its letters, with four
//! differences. An apostrophe does not split a word. Initials with points are one
//! word (`U.S.`). A number has one form however it
//! is written: grouped (`1,000`, `1 000`), in letters (`forty`), with a unit that
//! touches it (`48th`, `5km`), as a time of day (`9.40 a.m.`, `0940`), with a word for
//! a power of ten (`2.5 million`). And a number that says nothing about the release
//! (a telephone number, a page, a count of words) is a word like any other.
//!
//! Hashes are stored (`near_keys`), so how they are made has a version, see
//! `dedupe`.

use std::hash::{Hash, Hasher};

mod incidental;
mod kinds;
mod numerals;
mod scan;
mod values;

/// A word of folded text: a hash of its letters, its lowest bit set where it is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word(u64);

impl Word {
    /// Whether it is a number that may tell one release from another.
    #[must_use]
    pub fn is_number(self) -> bool {
        self.0 & 1 == 1
    }

    /// Whether it only holds a sentence together (`the`, `und`, `dans`): it says nothing of what a text is about.
    #[must_use]
    pub fn is_function_word(self) -> bool {
        kinds::is_function_word(self.0)
    }

    /// Whether it is the name of a month: one issue of what comes monthly differs from the next in it.
    #[must_use]
    pub fn is_month(self) -> bool {
        kinds::is_month(self.0)
    }

    /// Two words as one.
    #[must_use]
    pub fn pair(self, next: Self) -> Self {
        Self(mix(self.0.rotate_left(17) ^ next.0) & !1 | (self.0 | next.0) & 1)
    }

    /// All of it, for further hashing.
    #[must_use]
    pub fn bits(self) -> u64 {
        self.0
    }
}

/// A word is a well-mixed hash already, so a map uses it as it is.
impl Hash for Word {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}

/// Appends the words of a folded text, see [`super::fold`].
pub fn hash_words(folded: &str, words: &mut Vec<Word>) {
    let mut pieces = scan::scan(folded);
    incidental::mark(&mut pieces);
    values::compose(&pieces, words);
}

/// Spreads every bit over all (the finalizer of SplitMix64).
#[must_use]
pub const fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// FNV-1a: words are short, and it needs no set-up. What it mixes too little, [`mix`] does.
#[derive(Clone, Copy)]
struct Fnv(u64);

impl Fnv {
    const fn new() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }

    const fn push(self, byte: u8) -> Self {
        Self((self.0 ^ byte as u64).wrapping_mul(0x0100_0000_01B3))
    }

    const fn bits(self) -> u64 {
        mix(self.0) & !1
    }
}

/// The hash of a word that is no number, made when the program is compiled.
const fn hash(word: &str) -> u64 {
    let bytes = word.as_bytes();
    let mut hash = Fnv::new();
    let mut at = 0;
    while at < bytes.len() {
        hash = hash.push(bytes[at]);
        at += 1;
    }
    hash.bits()
}

/// The hashes of some words, in order, for looking them up.
const fn hashes<const N: usize>(words: [&str; N]) -> [u64; N] {
    let mut found = [0; N];
    let mut count = 0;
    while count < N {
        let next = hash(words[count]);
        let mut at = count;
        while at > 0 && found[at - 1] > next {
            found[at] = found[at - 1];
            at -= 1;
        }
        found[at] = next;
        count += 1;
    }
    found
}

#[cfg(test)]
mod tests;
