//! Whether a publisher changed words.
//!
//! Only words of title and text count: not addresses, pictures, enclosures or the order of tags, nor what a page counts or
//! tells anew for every visitor.

use std::collections::HashSet;

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
    tokens(&without_volatile(&folded.join("\n")))
}

/// Whether two texts are one with edits: at least half of the word triples of the shorter stand in the longer. Texts of fewer
/// words than three must be the same; nothing is like an empty one.
#[must_use]
pub(super) fn are_alike(one: &str, other: &str) -> bool {
    let (one, other) = (words_of(one), words_of(other));
    let (short, long) = match one.len() <= other.len() {
        true => (one, other),
        false => (other, one),
    };
    if short.len() < TRIPLE {
        return !short.is_empty() && short == long;
    }
    let (short, long) = (triples(&short), triples(&long));
    short.intersection(&long).count() * 2 >= short.len()
}

/// Words looked at together.
const TRIPLE: usize = 3;

fn triples(words: &Tokens) -> HashSet<[&str; TRIPLE]> {
    let words: Vec<&str> = words.iter().collect();
    words
        .windows(TRIPLE)
        .filter_map(|run| run.try_into().ok())
        .collect()
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
