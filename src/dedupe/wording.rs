//! Whether a publisher changed words.
//!
//! Only words of title and text count: not addresses, pictures, enclosures or the order of tags, nor what a page counts or
//! tells anew for every visitor.

use std::hash::{DefaultHasher, Hash as _, Hasher};

use super::identity::{Kind, hash};
use crate::model::Hash;
use crate::text::{Tokens, fold, tokens, without_volatile};

/// The hash of an entry's words. Two of one entry are compared as made by the same code, so it has no version.
#[must_use]
pub fn wording(title: &str, text: &str) -> Hash {
    hash(
        Kind::Wording,
        &[words_of(title).joined(), words_of(text).joined()],
    )
}

/// The words of a text, without what changes from visitor to visitor.
fn words_of(text: &str) -> Tokens {
    let folded: Vec<String> = text.split('\n').map(fold).collect();
    tokens(&with_signs(&without_volatile(&folded.join("\n"))))
}

/// A folded text in which signs that carry meaning are words: `$5` and `€5`, `-5` and `5`, `C++` and `C` are not the same.
fn with_signs(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let is_minus =
            c == '-' && !before.is_alphanumeric() && rest.peek().is_some_and(char::is_ascii_digit);
        match is_minus || is_sign(c) {
            true => written.push_str(&format!(" sign{:x} ", u32::from(c))),
            false => written.push(c),
        }
        before = c;
    }
    written
}

/// Currencies, comparisons, and pictures.
fn is_sign(c: char) -> bool {
    matches!(c,
        '$' | '£' | '¥' | '¢' | '<' | '>' | '+' | '#' | '\u{20A0}'..='\u{20CF}'
        | '\u{2600}'..='\u{27BF}' | '\u{2B05}'..='\u{2B55}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Whether two texts are one with edits, see [`Said::is_like`].
#[cfg(test)]
fn are_alike(one: &str, other: &str) -> bool {
    Said::of(one).is_like(&Said::of(other))
}

/// Words looked at together.
const TRIPLE: usize = 3;

/// A text, read once for comparing it with many.
pub(super) struct Said {
    words: Tokens,
    /// Hashes of its word triples, sorted, each once.
    triples: Vec<u64>,
}

impl Said {
    pub(super) fn of(text: &str) -> Self {
        let words = words_of(text);
        let list: Vec<&str> = words.iter().collect();
        let mut triples: Vec<u64> = list.windows(TRIPLE).map(triple).collect();
        triples.sort_unstable();
        triples.dedup();
        Self { words, triples }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether both have a text, in the same words.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        !self.is_empty() && self.words == other.words
    }

    /// Whether two texts are one with edits: at least half of the word triples of the shorter stand in the longer. Texts of
    /// fewer words than three must be the same; nothing is like an empty one.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let (short, long) = match self.words.len() <= other.words.len() {
            true => (self, other),
            false => (other, self),
        };
        if short.words.len() < TRIPLE {
            return short.is_same(long);
        }
        let held = |triple: &&u64| long.triples.binary_search(triple).is_ok();
        short.triples.iter().filter(held).count() * 2 >= short.triples.len()
    }

    /// Whether both have a text, and not one that is like the other's.
    pub(super) fn is_unlike(&self, other: &Self) -> bool {
        !self.is_empty() && !other.is_empty() && !self.is_like(other)
    }
}

fn triple(words: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::{are_alike, wording};

    #[test]
    fn only_words_count() {
        let text = "Divers found 14 cracks in the sill.\nBarges wait.";
        for same in [
            "Divers found 14 cracks in the sill. Barges wait.",
            "divers  found 14 cracks in the sill\n\nBarges wait.\n310 views",
        ] {
            assert_eq!(wording("Lock", text), wording("Lock", same), "{same}");
        }
        for other in [
            "Divers found 17 cracks in the sill.\nBarges wait.",
            "Barges wait.",
        ] {
            assert_ne!(wording("Lock", text), wording("Lock", other), "{other}");
        }
        for (one, other) in [
            ("Fee is $5.", "Fee is €5."),
            ("Falls to -5 degrees.", "Falls to 5 degrees."),
            ("Result: A > B", "Result: A < B"),
            ("Alert: 🔴", "Alert: 🟢"),
            ("Learn C++ now.", "Learn C now."),
        ] {
            assert_ne!(wording("", one), wording("", other), "{one}");
        }
        assert_ne!(wording("Lock shut", text), wording("Lock", text));
        assert_ne!(wording("Lock", "shut"), wording("Lock shut", ""));
    }

    #[test]
    fn half_of_the_shorter_one_is_alike() {
        for (one, other, alike) in [
            (
                "the pier is open again",
                "the pier is open again after the storm",
                true,
            ),
            ("the pier is open again", "the oven is being rebuilt", false),
            ("", "", false),
            ("Until Friday.", "until friday", true),
            ("Until Friday.", "At eleven.", false),
            (
                "one two three four five six",
                "one two three four nine ten",
                true,
            ),
        ] {
            assert_eq!(are_alike(one, other), alike, "{one:?} {other:?}");
        }
    }
}
