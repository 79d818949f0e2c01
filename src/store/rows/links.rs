//! Links: what comparing entries came to, where it says something.

use super::transaction::Rows;
use crate::dedupe::{Link, Role, Sameness};
use crate::model::{EntryId, StoryId, Timestamp};

const WORDS: [(Sameness, &str); 3] = [
    (Sameness::Same, "same"),
    (Sameness::Update, "update"),
    (Sameness::Apart, "apart"),
];

/// The word that is stored for a verdict; `None`: it says nothing, and no link is stored for it.
pub(in crate::store) fn verdict_word(sameness: Sameness) -> Option<&'static str> {
    let mut words = WORDS.iter();
    words
        .find(|(known, _)| *known == sameness)
        .map(|(_, word)| *word)
}

/// The verdict that a stored word stands for.
pub(in crate::store) fn verdict_of_word(word: &str) -> Option<Sameness> {
    let mut words = WORDS.iter();
    words
        .find(|(_, known)| *known == word)
        .map(|(sameness, _)| *sameness)
}

/// Which member of a story another was recognized by.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::store) struct Recognition {
    pub(in crate::store) entry: EntryId,
    /// What the entry is within its story.
    pub(in crate::store) role: Role,
    /// The member that it was recognized by.
    pub(in crate::store) matched: EntryId,
    /// The edition that this one carries.
    pub(in crate::store) matched_edition_at: Timestamp,
}

/// Links between entries. There is at most one for a pair of entries.
pub(in crate::store) trait LinkRows: Rows {
    /// All links of an entry, ascending by their higher and then by their lower entry.
    fn links_of(&self, entry: EntryId) -> Result<Vec<Link>, Self::Error>;

    /// All links of the members of stories, in no order; a link between two of the stories may come twice.
    fn links_of_stories(&self, stories: &[StoryId]) -> Result<Vec<Link>, Self::Error>;

    /// By what an entry was recognized, and which members of its story were recognized by it; in no order.
    fn recognitions(&self, entry: EntryId) -> Result<Vec<Recognition>, Self::Error>;

    /// Writes links over those that are stored for the same pairs. A link whose verdict has no word ([`verdict_word`]) is left out.
    fn write_links(&self, links: &[Link]) -> Result<(), Self::Error>;

    /// Removes all links of an entry.
    fn remove_links(&self, entry: EntryId) -> Result<(), Self::Error>;
}
