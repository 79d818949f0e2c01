//! Whether a publisher changed words.
//!
//! Only words of title and text count: not addresses, pictures, enclosures or the order of tags, nor what a page counts or
//! tells anew for every visitor.

use super::digest::{Kind, digest};
use super::runs::{RunSet, containment, run_set};
use crate::model::Hash;
use crate::text::{Word, fold_onto, hash_words, tokens, without_volatile};

/// The hash of an entry's words. Two of one entry are compared as made by the same code, so it has no version.
#[must_use]
pub fn wording(title: &str, text: &str) -> Hash {
    let [title, text] = [title, text].map(|text| tokens(&lasting(text)));
    digest(Kind::Wording, &[title.joined(), text.joined()])
}

/// A text, folded, without what changes from visitor to visitor.
fn lasting(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for (nth, line) in text.split('\n').enumerate() {
        if nth > 0 {
            folded.push('\n');
        }
        fold_onto(line, &mut folded);
    }
    with_signs(&without_volatile(&folded))
}

/// A folded text in which signs that carry meaning are words: `$5` and `€5`, `-5` and `5`, `C++` and `C` are not the same.
fn with_signs(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    // Where the part begins that is not written yet, and where the search for the next sign goes on.
    let (mut start, mut from) = (0, 0);
    while let Some(at) = text.as_bytes()[from..].iter().position(may_open_sign) {
        let at = from + at;
        let Some(c) = text[at..].chars().next() else {
            break;
        };
        from = at + c.len_utf8();
        let is_minus = c == '-' && is_minus(&text[..at], &text[from..]);
        if is_minus || is_sign(c) {
            written.push_str(&text[start..at]);
            written.push_str(&format!(" sign{:x} ", u32::from(c)));
            start = from;
        }
    }
    written.push_str(&text[start..]);
    written
}

/// Whether a hyphen between these two texts is a minus: no word ends before it, and a digit follows.
fn is_minus(before: &str, behind: &str) -> bool {
    let joins = before
        .chars()
        .next_back()
        .is_some_and(char::is_alphanumeric);
    !joins && behind.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a hyphen, or a character that [`is_sign`] names, may begin with this byte. Few letters of any script do.
fn may_open_sign(byte: &u8) -> bool {
    matches!(
        byte,
        b'-' | b'$' | b'<' | b'>' | b'+' | b'#' | 0xC2 | 0xE2 | 0xF0
    )
}

/// Currencies, comparisons, and pictures.
fn is_sign(c: char) -> bool {
    matches!(c,
        '$' | '£' | '¥' | '¢' | '<' | '>' | '+' | '#' | '\u{20A0}'..='\u{20CF}'
        | '\u{2600}'..='\u{27BF}' | '\u{2B05}'..='\u{2B55}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Words in the runs that two texts are compared by: entries that share a GUID or a link are often one sentence long.
const RUN: usize = 3;
/// Of the runs of the shorter text, the share that the longer has where it is the same text with edits. Half of them survives when
/// one sentence of two is written anew.
const LIKE: f64 = 0.5;

/// A text, read once for comparing it with many.
pub(super) struct Said {
    words: Vec<Word>,
    runs: RunSet,
}

impl Said {
    pub(super) fn of(text: &str) -> Self {
        let mut words = Vec::new();
        hash_words(&lasting(text), &mut words);
        Self {
            runs: run_set(&words, RUN),
            words,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether both have a text, in the same words.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        !self.is_empty() && self.words == other.words
    }

    /// Whether two texts are one with edits. A text of fewer words than a run must be the same; nothing is like an empty one.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        if self.words.len().min(other.words.len()) < RUN {
            return self.is_same(other);
        }
        containment(&self.runs, &other.runs) >= LIKE
    }

    /// Whether both have a text, and not one that is like the other's.
    pub(super) fn is_unlike(&self, other: &Self) -> bool {
        !self.is_empty() && !other.is_empty() && !self.is_like(other)
    }
}

#[cfg(test)]
mod tests {
    use super::{Said, wording};

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
            assert_eq!(
                Said::of(one).is_like(&Said::of(other)),
                alike,
                "{one:?} {other:?}"
            );
        }
    }
}
