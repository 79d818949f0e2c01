//! An entry as rules see it.

use std::cell::OnceCell;

use crate::model::{Entry, Source, Timestamp};
use crate::text::{fold, tokens};

/// An entry as rules see it. Folding is done once, when the first rule asks.
pub struct Subject<'a> {
    pub(super) entry: &'a Entry,
    pub(super) source: &'a Source,
    pub(super) first_seen: Timestamp,
    pub(super) copies: usize,
    words: OnceCell<String>,
    word_count: OnceCell<usize>,
}

impl<'a> Subject<'a> {
    /// `copies`: entries in the story, this one included.
    #[must_use]
    pub fn new(entry: &'a Entry, source: &'a Source, first_seen: Timestamp, copies: usize) -> Self {
        Self {
            entry,
            source,
            first_seen,
            copies,
            words: OnceCell::new(),
            word_count: OnceCell::new(),
        }
    }

    /// Title and text as folded words between single spaces; a `.` that no phrase holds parts the two.
    pub(super) fn words(&self) -> &str {
        self.words.get_or_init(|| {
            let title = tokens(&fold(&self.entry.title));
            let text = tokens(&fold(&self.entry.text));
            let _ = self.word_count.set(text.len());
            format!(" {} . {} ", title.joined(), text.joined())
        })
    }

    /// Words of the text.
    pub(super) fn word_count(&self) -> usize {
        *self
            .word_count
            .get_or_init(|| tokens(&fold(&self.entry.text)).len())
    }
}
