//! Stories, and what each entry is within its story.

use super::transaction::Rows;
use crate::dedupe::{Present, Role};
use crate::model::{EntryId, Hash, SourceId, StoryId, Timestamp};

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Placed {
    pub(in crate::store) id: EntryId,
    pub(in crate::store) story: StoryId,
    /// The edition that it carries.
    pub(in crate::store) edition_at: Timestamp,
    /// The publisher's date.
    pub(in crate::store) published: Option<Timestamp>,
    /// Its place in outputs.
    pub(in crate::store) ordered_at: Timestamp,
    /// Whether only its identity is left.
    pub(in crate::store) is_expired: bool,
}

/// A member of a story, without its text.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::store) struct StoryMember {
    pub(in crate::store) id: EntryId,
    pub(in crate::store) story: StoryId,
    pub(in crate::store) source: SourceId,
    /// The priority of its source.
    pub(in crate::store) priority: i64,
    /// Its identity within its source.
    pub(in crate::store) identity: Hash,
    /// The publisher's date.
    pub(in crate::store) published: Option<Timestamp>,
    /// Its place in outputs.
    pub(in crate::store) ordered_at: Timestamp,
    /// When its publisher last changed it into another version; `None`: never.
    pub(in crate::store) revised_at: Option<Timestamp>,
    pub(in crate::store) title: String,
    /// What it is within the story.
    pub(in crate::store) role: Role,
}

/// Stories, their members and the outbox.
pub(in crate::store) trait StoryRows: Rows {
    /// Inserts a story without members, at revision 0. `edition_at`: the time of its first edition.
    fn begin_story(&self, edition_at: Timestamp, now: Timestamp) -> Result<StoryId, Self::Error>;

    /// Does what [`StoryRows::begin_story`] and then [`StoryRows::touch_story`] would do, in fewer queries.
    fn announce_story(&self, edition_at: Timestamp, now: Timestamp)
    -> Result<StoryId, Self::Error>;

    /// Adds one to the story's revision and writes the story with it into the outbox. A story that is in the outbox already stays
    /// there since when it was.
    fn touch_story(&self, story: StoryId, now: Timestamp) -> Result<(), Self::Error>;

    /// Writes the time of the story's first edition, and whether a person has ruled on it. Returns whether either was different.
    fn describe_story(
        &self,
        story: StoryId,
        began_at: Timestamp,
        is_ruled: bool,
    ) -> Result<bool, Self::Error>;

    /// Notes that a person has ruled on these stories.
    fn rule_on(&self, stories: &[StoryId]) -> Result<(), Self::Error>;

    /// Puts entries into a story in these roles, whatever story they were in.
    fn write_roles(&self, story: StoryId, roles: &[(EntryId, &Role)]) -> Result<(), Self::Error>;

    /// Where entries stand, in the order given; one that is not stored is left out.
    fn placed(&self, entries: &[EntryId]) -> Result<Vec<Placed>, Self::Error>;

    /// The members of stories, expired ones included, in no order; at most `limit` of all of them together.
    fn members_of(
        &self,
        stories: &[StoryId],
        limit: usize,
    ) -> Result<Vec<StoryMember>, Self::Error>;

    /// How many members a story has.
    fn member_count(&self, story: StoryId) -> Result<u64, Self::Error>;

    /// Another member of the story, the one with the lowest number; `None`: the entry is alone in it.
    fn member_beside(&self, entry: EntryId, story: StoryId)
    -> Result<Option<EntryId>, Self::Error>;

    /// Of these entries those whose story has a member with a lower number, in the order given.
    fn joined_to_older(&self, entries: &[EntryId]) -> Result<Vec<EntryId>, Self::Error>;

    /// Stories as the outputs know them, in the order given; all must be stored. Of the items that a story has or had in outputs, the
    /// first to enter gives the time of publication. The entry is that of the item still in its output before those that have
    /// left, then of one in the story's own slot before others, then of the first to enter, then of the oldest output.
    fn present(&self, stories: &[StoryId]) -> Result<Vec<Present>, Self::Error>;
}
