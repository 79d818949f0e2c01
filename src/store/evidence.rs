//! Why entries are one story, and why others are not in it.

use crate::dedupe::Evidence;
use crate::model::{EntryId, Member};

/// What speaks for and against the members of a story being one release.
#[derive(Debug, Clone, Default)]
pub struct StoryEvidence {
    /// Of each member but the first beside the one that it was recognized by.
    pub members: Vec<(EntryId, Vec<Evidence>)>,
    /// Entries that were compared with a member, or would be today, and are not in the story; those with the most for them first.
    pub near_misses: Vec<NearMiss>,
}

/// An entry that is not in a story although something is alike.
#[derive(Debug, Clone)]
pub struct NearMiss {
    /// The entry.
    pub entry: Member,
    /// The member of the story that it was compared with.
    pub beside: EntryId,
    /// What speaks for and against the two being one release.
    pub evidence: Vec<Evidence>,
}
