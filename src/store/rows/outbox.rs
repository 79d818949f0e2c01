//! Whole stories, and those of them that wait to be judged.

use super::transaction::Rows;
use crate::model::{EntryId, Story, StoryId};
use crate::store::Bodies;

/// Stories, and the outbox in which each that changed stands with its revision.
pub(in crate::store) trait OutboxRows: Rows {
    /// Up to `limit` stories of the outbox, longest waiting first, then by number.
    fn waiting(&self, limit: usize) -> Result<Vec<StoryId>, Self::Error>;

    /// Whether more than `limit` stories stand in the outbox.
    fn has_waiting_beyond(&self, limit: usize) -> Result<bool, Self::Error>;

    /// Whether a story stands in the outbox.
    fn is_waiting(&self, story: StoryId) -> Result<bool, Self::Error>;

    /// Whether there are more than `limit` stories.
    fn has_stories_beyond(&self, limit: usize) -> Result<bool, Self::Error>;

    /// Up to `limit` stories with a number above `after`, by number.
    fn stories_above(&self, after: StoryId, limit: usize) -> Result<Vec<StoryId>, Self::Error>;

    /// The story that an entry belongs to; `None`: there is no such entry.
    fn story_with(&self, entry: EntryId) -> Result<Option<StoryId>, Self::Error>;

    /// These stories with all members that are not stripped, by entry number; in the order given.
    fn stories(&self, stories: &[StoryId]) -> Result<Vec<Story>, Self::Error>;

    /// The same of all stories with a number above `after`, up to `last`, by number.
    fn stories_between(
        &self,
        after: StoryId,
        last: StoryId,
        bodies: Bodies,
    ) -> Result<Vec<Story>, Self::Error>;

    /// A story's revision; `None`: there is no such story any more.
    fn revision(&self, story: StoryId) -> Result<Option<i64>, Self::Error>;

    /// Takes a story out of the outbox if it stands there with this revision.
    fn settle(&self, story: StoryId, revision: i64) -> Result<(), Self::Error>;
}
