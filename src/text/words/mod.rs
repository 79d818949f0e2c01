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

mod hashing;
mod incidental;
mod kinds;
mod numerals;
mod scan;
mod values;
mod word;

pub use hashing::mix;
pub use word::Word;

/// Appends the words of a folded text, see [`super::fold`].
pub fn hash_words(folded: &str, words: &mut Vec<Word>) {
    let mut pieces = scan::scan(folded);
    incidental::mark(&mut pieces);
    values::compose(&pieces, words);
}
