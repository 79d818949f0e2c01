//! Stories on their way to the outputs.

use crate::model::{EntryId, Story, StoryId};
use crate::store::Backlog;
use crate::store::rows::OutboxRows;

/// See [`crate::store::Store::changed_stories`].
pub(in crate::store) fn changed<R: OutboxRows>(
    rows: &R,
    limit: usize,
) -> Result<Vec<Story>, R::Error> {
    rows.stories(&rows.waiting(limit)?)
}

/// See [`crate::store::Store::backlog`].
pub(in crate::store) fn backlog<R: OutboxRows>(
    rows: &R,
    limit: usize,
) -> Result<Backlog, R::Error> {
    Ok(Backlog {
        is_outbox_long: rows.has_waiting_beyond(limit)?,
        is_history_long: rows.has_stories_beyond(limit)?,
    })
}

/// See [`crate::store::Store::waiting_among`].
pub(in crate::store) fn waiting_among<R: OutboxRows>(
    rows: &R,
    stories: &[StoryId],
) -> Result<Vec<Story>, R::Error> {
    let mut waiting = Vec::new();
    for story in stories {
        if rows.is_waiting(*story)? {
            waiting.push(*story);
        }
    }
    rows.stories(&waiting)
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
