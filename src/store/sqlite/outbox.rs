//! Whole stories, and those of them that wait to be judged.

use rusqlite::{OptionalExtension, params};

use super::columns::{BODY, MEMBER, member, moment};
use super::session::Session;
use crate::model::{EntryId, Member, Story, StoryId};
use crate::store::Bodies;
use crate::store::rows::OutboxRows;

impl OutboxRows for Session {
    fn waiting(&self, limit: usize) -> rusqlite::Result<Vec<StoryId>> {
        self.prepare_cached("SELECT story FROM outbox ORDER BY since, story LIMIT ?1")?
            .query_map([count(limit)], |row| row.get(0).map(StoryId))?
            .collect()
    }

    fn has_waiting_beyond(&self, limit: usize) -> rusqlite::Result<bool> {
        self.prepare_cached("SELECT 1 FROM outbox LIMIT 1 OFFSET ?")?
            .exists([count(limit)])
    }

    fn is_waiting(&self, story: StoryId) -> rusqlite::Result<bool> {
        self.prepare_cached("SELECT 1 FROM outbox WHERE story = ?")?
            .exists([story.0])
    }

    fn has_stories_beyond(&self, limit: usize) -> rusqlite::Result<bool> {
        self.prepare_cached("SELECT 1 FROM stories LIMIT 1 OFFSET ?")?
            .exists([count(limit)])
    }

    fn stories_above(&self, after: StoryId, limit: usize) -> rusqlite::Result<Vec<StoryId>> {
        self.prepare_cached("SELECT story FROM stories WHERE story > ?2 ORDER BY story LIMIT ?1")?
            .query_map([count(limit), after.0], |row| row.get(0).map(StoryId))?
            .collect()
    }

    fn story_with(&self, entry: EntryId) -> rusqlite::Result<Option<StoryId>> {
        self.prepare_cached("SELECT story FROM entries WHERE entry = ?1")?
            .query_row([entry.0], |row| row.get(0).map(StoryId))
            .optional()
    }

    fn stories(&self, stories: &[StoryId]) -> rusqlite::Result<Vec<Story>> {
        let mut story =
            self.prepare_cached("SELECT revision, began_at FROM stories WHERE story = ?")?;
        let whole = stories.iter().map(|id| {
            let (revision, began_at) =
                story.query_row([id.0], |row| Ok((row.get(0)?, moment(row.get(1)?))))?;
            Ok(Story {
                id: *id,
                revision,
                began_at,
                members: whole_members(self, *id)?,
            })
        });
        whole.collect()
    }

    fn stories_between(
        &self,
        after: StoryId,
        last: StoryId,
        bodies: Bodies,
    ) -> rusqlite::Result<Vec<Story>> {
        let mut stories = self
            .prepare_cached(
                "SELECT story, revision, began_at FROM stories WHERE story > ? AND story <= ? ORDER BY story",
            )?
            .query_map([after.0, last.0], |row| {
                Ok(Story {
                    id: StoryId(row.get(0)?),
                    revision: row.get(1)?,
                    began_at: moment(row.get(2)?),
                    members: Vec::new(),
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let body = match bodies {
            Bodies::All => BODY,
            Bodies::OfSeveral => "NULL AS body",
        };
        let mut members = self.prepare_cached(&format!(
            "SELECT {MEMBER}, {body}, e.story FROM entries e INDEXED BY entries_story CROSS JOIN sources s USING (source)
             WHERE e.story > ? AND e.story <= ? AND e.expired_at IS NULL ORDER BY e.story, e.entry"
        ))?;
        let members = members.query_map([after.0, last.0], |row| {
            Ok((StoryId(row.get("story")?), member(row)?))
        })?;
        let mut rest = stories.iter_mut().peekable();
        for found in members {
            let (story, member) = found?;
            while rest.next_if(|next| next.id < story).is_some() {}
            if let Some(next) = rest.peek_mut() {
                next.members.push(member);
            }
        }
        if bodies == Bodies::OfSeveral {
            for story in stories.iter_mut().filter(|story| story.members.len() > 1) {
                story.members = whole_members(self, story.id)?;
            }
        }
        Ok(stories)
    }

    fn revision(&self, story: StoryId) -> rusqlite::Result<Option<i64>> {
        self.prepare_cached("SELECT revision FROM stories WHERE story = ?")?
            .query_row([story.0], |row| row.get(0))
            .optional()
    }

    fn settle(&self, story: StoryId, revision: i64) -> rusqlite::Result<()> {
        self.prepare_cached("DELETE FROM outbox WHERE story = ? AND revision = ?")?
            .execute(params![story.0, revision])?;
        Ok(())
    }
}

/// The members of a story that are not stripped, with their bodies.
fn whole_members(db: &Session, story: StoryId) -> rusqlite::Result<Vec<Member>> {
    db.prepare_cached(&format!(
        "SELECT {MEMBER}, {BODY} FROM entries e JOIN sources s USING (source) WHERE e.story = ? AND e.expired_at IS NULL ORDER BY e.entry"
    ))?
    .query_map([story.0], member)?
    .collect()
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
