//! Corrections: what an entry said before its publisher changed words of it.

use super::{EntryId, Hash, Timestamp};

/// What an entry says, in plain text. Where that is more than 64 KiB, the passage around what was changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryWords {
    /// The headline.
    pub title: String,
    /// The text.
    pub text: String,
}

/// A change that a publisher made to words of an entry's title or text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Permanent, and the same in every store that has seen it.
    pub id: Hash,
    /// The entry.
    pub entry: EntryId,
    /// When we saw it. Publishers date changes as they like, and most do not.
    pub at: Timestamp,
    /// What the entry said until then.
    pub before: EntryWords,
    /// What it said from then on.
    pub after: EntryWords,
}

impl Correction {
    /// Bytes of what it says.
    #[must_use]
    pub fn size(&self) -> usize {
        let EntryWords { title, text } = &self.before;
        title.len() + text.len() + self.after.title.len() + self.after.text.len()
    }
}
