//! An entry as rules see it.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::Vocabulary;
use crate::model::{Entry, Source, Timestamp};
use crate::text::{fold, tokens};

/// An entry as it was read for rules: folded and searched once, when the first of them asks.
pub struct Reading<'a> {
    entry: &'a Entry,
    vocabulary: &'a Vocabulary,
    words: OnceCell<String>,
    word_count: OnceCell<usize>,
    /// Numbers of the vocabulary.
    found: OnceCell<BTreeSet<usize>>,
}

impl<'a> Reading<'a> {
    /// Reads an entry for rules whose words are in `vocabulary`.
    #[must_use]
    pub fn new(entry: &'a Entry, vocabulary: &'a Vocabulary) -> Self {
        Self {
            entry,
            vocabulary,
            words: OnceCell::new(),
            word_count: OnceCell::new(),
            found: OnceCell::new(),
        }
    }

    /// Title and text as folded words between single spaces; a `.` that no phrase holds parts the two.
    fn words(&self) -> &str {
        self.words.get_or_init(|| {
            let title = tokens(&fold(&self.entry.title));
            let text = tokens(&fold(&self.entry.text));
            let _ = self.word_count.set(text.len());
            format!(" {} . {} ", title.joined(), text.joined())
        })
    }
}

/// An entry as one rule judges it: where it stands and with what.
pub struct Subject<'a> {
    reading: &'a Reading<'a>,
    pub(super) entry: &'a Entry,
    pub(super) source: &'a Source,
    pub(super) first_seen: Timestamp,
    pub(super) copies: usize,
}

impl<'a> Subject<'a> {
    /// `copies`: entries in the story, this one included.
    #[must_use]
    pub fn new(
        reading: &'a Reading<'a>,
        source: &'a Source,
        first_seen: Timestamp,
        copies: usize,
    ) -> Self {
        Self {
            reading,
            entry: reading.entry,
            source,
            first_seen,
            copies,
        }
    }

    /// The words and phrases of the vocabulary that occur in title or text.
    pub(super) fn found(&self) -> impl Iterator<Item = &'a str> {
        let reading = self.reading;
        let find = || reading.vocabulary.found_in(reading.words());
        let found = reading.found.get_or_init(find);
        found.iter().map(|nth| reading.vocabulary.phrase(*nth))
    }

    /// Words of the text.
    pub(super) fn word_count(&self) -> usize {
        let count = || tokens(&fold(&self.entry.text)).len();
        *self.reading.word_count.get_or_init(count)
    }
}
