//! Words as numbers: what long texts are compared by.
//!
//! The words of [`super::tokens`], each as the hash of its letters, with two
//! differences: an apostrophe parts nothing, and a number is one word however
//! it is grouped (`1,000`, `1.000`, `1 000`; `3.5` and `3,5`). Nothing is
//! allocated for a word. Hashes are stored (`near_keys`), so how they are made
//! has a version, see `dedupe`.

use std::hash::{Hash, Hasher};

use super::tokens::stands_alone;

/// A word of folded text: a hash of its letters, its lowest bit set where it has a digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word(u64);

impl Word {
    /// Whether it has a digit.
    #[must_use]
    pub fn is_number(self) -> bool {
        self.0 & 1 == 1
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

/// Maps of words need no further hashing.
impl Hash for Word {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}

/// Appends the words of a folded text, see [`super::fold`].
pub fn hash_words(folded: &str, words: &mut Vec<Word>) {
    let mut at = 0;
    while let Some(c) = folded[at..].chars().next() {
        let next = at + c.len_utf8();
        if !c.is_alphanumeric() {
            at = next;
        } else if stands_alone(c) {
            words.push(word(&folded[at..next], c.is_numeric()));
            at = next;
        } else if c.is_ascii_digit() {
            at = take_number(folded, at, words);
        } else {
            at = take_word(folded, at, words);
        }
    }
}

/// A run of letters and digits that begins with a letter; what an apostrophe joins is one.
fn take_word(text: &str, from: usize, words: &mut Vec<Word>) -> usize {
    let mut hash = Fnv::default();
    let mut has_digit = false;
    let mut chars = text[from..].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c.is_alphanumeric() && !stands_alone(c) {
            has_digit |= c.is_numeric();
            hash.push(&text.as_bytes()[from + at..from + at + c.len_utf8()]);
            continue;
        }
        let goes_on = |next: Option<&(usize, char)>| {
            next.is_some_and(|(_, next)| next.is_alphabetic() && !stands_alone(*next))
        };
        if c == '\'' && goes_on(chars.peek()) {
            continue;
        }
        words.push(hash.word(has_digit));
        return from + at;
    }
    words.push(hash.word(has_digit));
    text.len()
}

/// A number from its first digit: groups of three are joined, other points and commas stay as points. Letters that touch it
/// belong to it.
fn take_number(text: &str, from: usize, words: &mut Vec<Word>) -> usize {
    let bytes = text.as_bytes();
    let digits = |at: usize| {
        let run = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit());
        run.count()
    };
    let mut hash = Fnv::default();
    let first = digits(from);
    hash.push(&bytes[from..from + first]);
    let mut at = from + first;
    let mut is_grouped = first <= 3;
    while let Some(separator) = bytes.get(at) {
        let length = digits(at + 1);
        let ends =
            |at: usize| !text[at..].starts_with(|c: char| c.is_alphanumeric() && !stands_alone(c));
        match separator {
            b'.' | b',' | b'\'' | b' ' if is_grouped && length == 3 && ends(at + 4) => {}
            b'.' | b',' if length > 0 => {
                is_grouped = false;
                hash.push(b".");
            }
            _ => break,
        }
        hash.push(&bytes[at + 1..at + 1 + length]);
        at += 1 + length;
    }
    for c in text[at..].chars() {
        if !c.is_alphanumeric() || stands_alone(c) {
            break;
        }
        hash.push(&bytes[at..at + c.len_utf8()]);
        at += c.len_utf8();
    }
    words.push(hash.word(true));
    at
}

fn word(text: &str, has_digit: bool) -> Word {
    let mut hash = Fnv::default();
    hash.push(text.as_bytes());
    hash.word(has_digit)
}

/// FNV-1a: words are short, and it needs no set-up. What it mixes too little, [`mix`] does.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Fnv {
    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    fn word(&self, has_digit: bool) -> Word {
        Word(mix(self.0) & !1 | u64::from(has_digit))
    }
}

/// Spreads every bit over all (the finalizer of SplitMix64).
#[must_use]
pub fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::{Word, hash_words};
    use crate::text::fold;

    fn words(text: &str) -> Vec<Word> {
        let mut words = Vec::new();
        hash_words(&fold(text), &mut words);
        words
    }

    #[test]
    fn one_number_has_one_form() {
        for (left, right) in [
            ("1,000 people", "1000 people"),
            ("1.000 people", "1 000 people"),
            ("1\u{202F}234\u{A0}567", "1234567"),
            ("3.5 %", "3,5 per".split(' ').next().unwrap_or_default()),
            ("the minister's car", "the ministers car"),
            ("Covid-19", "COVID 19"),
            ("約6,952人", "約6952人"),
        ] {
            assert_eq!(words(left), words(right), "{left:?} {right:?}");
        }
        for (left, right) in [
            ("1.2.3", "1.2.4"),
            ("1.2.3", "123"),
            ("12 34", "1234"),
            ("3.5", "35"),
            ("version 2 300a", "version 2300a"),
        ] {
            assert_ne!(words(left), words(right), "{left:?} {right:?}");
        }
    }

    #[test]
    fn words_are_counted_as_tokens_are() {
        for (text, count, numbers) in [
            ("", 0, 0),
            ("One, two – three!", 3, 0),
            ("日本経済 2026 news", 6, 1),
            ("on 21 Nov 2026 at 10:30", 7, 4),
            ("G7 and B12", 3, 2),
        ] {
            let found = words(text);
            assert_eq!(found.len(), count, "{text:?}");
            let digits = found.iter().filter(|word| word.is_number()).count();
            assert_eq!(digits, numbers, "{text:?}");
        }
    }
}
