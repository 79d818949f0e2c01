//! Words, and the white space between them, where they stand in a text.

use std::ops::Range;

use crate::text::tokens::stands_alone;

/// Signs before and after a word that are compared as words of their own, so that `sill,` and `sill.` differ only in the sign.
/// Signs that belong to their word (`$5`, `-5`, `5%`, `#tag`) are not among them.
const OPENING: &[char] = &['(', '[', '{', '"', '\'', '“', '‘', '„', '«', '»', '¿', '¡'];
const CLOSING: &[char] = &[
    ')', ']', '}', '"', '\'', '”', '’', '“', '»', '«', '.', ',', ';', ':', '!', '?', '…',
];

/// A text and where its words stand in it.
pub(super) struct WordSpans<'t> {
    pub(super) text: &'t str,
    pub(super) words: Vec<Range<usize>>,
}

impl<'t> WordSpans<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let mut words = Vec::new();
        let mut start = 0;
        for chunk in text.split_inclusive(char::is_whitespace) {
            push_words(chunk.trim_end(), start, &mut words);
            start += chunk.len();
        }
        Self { text, words }
    }

    pub(super) fn each(&self) -> impl DoubleEndedIterator<Item = &'t str> {
        self.words.iter().map(|word| &self.text[word.clone()])
    }

    /// Some words, with the white space between and behind them.
    pub(super) fn text_of(&self, words: &Range<usize>) -> &'t str {
        let within = self.words.get(words.clone()).unwrap_or_default();
        let (Some(first), Some(last)) = (within.first(), within.last()) else {
            return "";
        };
        let next = self.words.get(words.end);
        &self.text[first.start..next.map_or(last.end, |next| next.start)]
    }

    /// The white space before a word, if another stands before it.
    pub(super) fn gap_before(&self, word: usize) -> &'t str {
        let before = word.checked_sub(1).and_then(|word| self.words.get(word));
        match (before, self.words.get(word)) {
            (Some(before), Some(next)) => &self.text[before.end..next.start],
            _ => "",
        }
    }
}

/// The words of a text without white space that stands at `start`.
fn push_words(chunk: &str, start: usize, words: &mut Vec<Range<usize>>) {
    let behind = chunk.trim_start_matches(OPENING);
    let inner = behind.trim_end_matches(CLOSING);
    let begin = chunk.len() - behind.len();
    let end = begin + inner.len();
    let mut word = start;
    for (at, c) in chunk.char_indices() {
        let is_alone = at < begin || at >= end || stands_alone(c);
        let (at, behind) = (start + at, start + at + c.len_utf8());
        if is_alone && word < at {
            words.push(word..at);
        }
        if is_alone {
            words.push(at..behind);
            word = behind;
        }
    }
    if word < start + chunk.len() {
        words.push(word..start + chunk.len());
    }
}
