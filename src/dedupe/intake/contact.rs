//! How a document meets what is stored of its source.

use crate::dedupe::identity::READING_VERSION;

/// Unknown entries in a document from which on its site may have moved.
const MANY_UNKNOWN: usize = 5;

/// What is known of a source before one of its documents is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// Nothing of the source is stored: the document is its backlog.
    First,
    /// Another version of our code read the document before. What differs may come from our reading and not from the publisher.
    Reread,
    /// This version has read the source before.
    Again,
}

impl Contact {
    /// The contact that a document makes. `has_entries`: whether any entry of the source is stored. `read_by`: the
    /// [`READING_VERSION`] that read the document before; `None`: version 1, which kept no note. `is_whole`: whether the document
    /// has all that its source shows, and not only what is new.
    #[must_use]
    pub fn of(has_entries: bool, read_by: Option<u32>, is_whole: bool) -> Self {
        match has_entries {
            false => Self::First,
            true if is_whole && read_by != Some(READING_VERSION) => Self::Reread,
            true => Self::Again,
        }
    }
}

/// Whether a site has moved: a document of so many entries has so many that its source does not know.
#[must_use]
pub fn has_moved(unknown: usize, document: usize) -> bool {
    unknown >= MANY_UNKNOWN && unknown * 2 >= document
}
