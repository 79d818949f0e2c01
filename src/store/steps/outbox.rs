//! Stories on their way to the outputs.

use crate::model::{EntryId, Story, StoryId};
use crate::store::rows::OutboxRows;

/// See [`crate::store::Store::changed_stories`].
pub(in crate::store) fn changed<R: OutboxRows>(
    rows: &R,
    limit: usize,
) -> Result<Vec<Story>, R::Error> {
    rows.stories(&rows.waiting(limit)?)
}

/// See [`crate::store::Store::stories_after`].
pub(in crate::store) fn after<R: OutboxRows>(
    rows: &R,
    after: StoryId,
    limit: usize,
) -> Result<Vec<Story>, R::Error> {
    rows.stories(&rows.stories_above(after, limit)?)
}

/// See [`crate::store::Store::story_of`].
pub(in crate::store) fn story_of<R: OutboxRows>(
    rows: &R,
    entry: EntryId,
) -> Result<Option<Story>, R::Error> {
    let Some(story) = rows.story_with(entry)? else {
        return Ok(None);
    };
    Ok(rows.stories(&[story])?.pop())
}
