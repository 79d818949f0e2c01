//! An entry as rules see it.

use std::cell::OnceCell;

use super::field::Field;
use super::phrase::Phrase;
use super::vocabulary::{Found, Vocabulary};
use crate::model::{Entry, Source, Timestamp};

/// An entry as it was read for rules: each field is folded and searched once, when the first rule asks.
pub struct Reading<'a> {
    entry: &'a Entry,
    vocabulary: &'a Vocabulary,
    /// What of the vocabulary each field has, by [`Field::number`].
    found: [OnceCell<Vec<Found>>; Field::ALL.len()],
}

impl<'a> Reading<'a> {
    /// Reads an entry for rules whose words are in `vocabulary`.
    #[must_use]
    pub fn new(entry: &'a Entry, vocabulary: &'a Vocabulary) -> Self {
        Self {
            entry,
            vocabulary,
            found: Default::default(),
        }
    }

    /// What of the vocabulary the texts of a field have.
    fn found(&self, field: Field) -> &[Found] {
        self.found[field.number()].get_or_init(|| {
            let texts = field.texts(self.entry).into_iter();
            texts.map(|text| self.vocabulary.find_in(&text)).collect()
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

    /// The words and phrases of the vocabulary that occur in a field.
    pub(super) fn phrases_in(&self, field: Field) -> impl Iterator<Item = &'a Phrase> {
        let reading = self.reading;
        let found = reading.found(field).iter();
        found.flat_map(|found| reading.vocabulary.phrases(found))
    }

    /// Words of the text.
    pub(super) fn word_count(&self) -> usize {
        let found = self.reading.found(Field::Text).iter();
        found.map(|found| found.word_count).sum()
    }
}
