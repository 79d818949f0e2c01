//! Stories, their members and the outbox.

use rusqlite::{OptionalExtension, Row, params};

use super::columns::{moment, ms};
use super::in_order::InOrder;
use super::session::Session;
use crate::dedupe::{Present, Role};
use crate::model::{EntryId, Layer, Relation, StoryId, Timestamp};
use crate::store::rows::{Placed, StoryMember, StoryRows};

/// See [`StoryRows::present`].
const PUBLISHED: &str = "SELECT min(entered_at) OVER (), entry FROM output_items WHERE story = ?
     ORDER BY left_at IS NOT NULL, slot != 0, entered_at, output LIMIT 1";

impl StoryRows for Session {
    fn begin_story(&self, edition_at: Timestamp, now: Timestamp) -> rusqlite::Result<StoryId> {
        self.prepare_cached(
            "INSERT INTO stories (revision, created_at, began_at) VALUES (0, ?, ?)",
        )?
        .execute([ms(now), ms(edition_at)])?;
        Ok(StoryId(self.last_insert_rowid()))
    }

    fn announce_story(&self, edition_at: Timestamp, now: Timestamp) -> rusqlite::Result<StoryId> {
        self.prepare_cached(
            "INSERT INTO stories (revision, created_at, began_at) VALUES (1, ?, ?)",
        )?
        .execute([ms(now), ms(edition_at)])?;
        let story = self.last_insert_rowid();
        self.prepare_cached("INSERT INTO outbox (story, revision, since) VALUES (?, 1, ?)")?
            .execute([story, ms(now)])?;
        Ok(StoryId(story))
    }

    fn touch_story(&self, story: StoryId, now: Timestamp) -> rusqlite::Result<()> {
        let revision: i64 = self
            .prepare_cached(
                "UPDATE stories SET revision = revision + 1 WHERE story = ? RETURNING revision",
            )?
            .query_row([story.0], |row| row.get(0))?;
        self.prepare_cached(
            "INSERT INTO outbox (story, revision, since) VALUES (?1, ?2, ?3) ON CONFLICT (story) DO UPDATE SET revision = excluded.revision",
        )?
        .execute(params![story.0, revision, ms(now)])?;
        Ok(())
    }

    fn describe_story(
        &self,
        story: StoryId,
        began_at: Timestamp,
        is_ruled: bool,
    ) -> rusqlite::Result<bool> {
        let changed = self
            .prepare_cached("UPDATE stories SET began_at = ?2, ruled = ?3 WHERE story = ?1 AND (began_at, ruled) IS NOT (?2, ?3)")?
            .execute(params![story.0, ms(began_at), is_ruled])?;
        Ok(changed > 0)
    }

    fn rule_on(&self, stories: &[StoryId]) -> rusqlite::Result<()> {
        let mut update = self.prepare_cached("UPDATE stories SET ruled = 1 WHERE story = ?")?;
        for story in stories {
            update.execute([story.0])?;
        }
        Ok(())
    }

    fn write_roles(&self, story: StoryId, roles: &[(EntryId, &Role)]) -> rusqlite::Result<()> {
        let mut update = self.prepare_cached(
            "UPDATE entries SET story = ?2, relation = ?3, layer = ?4, score = ?5, matched = ?6, edition_at = ?7 WHERE entry = ?1",
        )?;
        for (entry, role) in roles {
            update.execute(params![
                entry.0,
                story.0,
                role.relation.as_str(),
                role.layer.map(Layer::as_str),
                role.score,
                role.matched.map(|entry| entry.0),
                ms(role.edition_at),
            ])?;
        }
        Ok(())
    }

    fn placed(&self, entries: &[EntryId]) -> rusqlite::Result<Vec<Placed>> {
        let mut select = self.prepare_cached(
            "SELECT entry, story, edition_at, published_at, ordered_at, expired_at FROM entries WHERE entry = ?",
        )?;
        let mut found = Vec::with_capacity(entries.len());
        for entry in entries {
            found.extend(select.query_row([entry.0], placed).optional()?);
        }
        Ok(found)
    }

    fn members_of(&self, stories: &[StoryId], limit: usize) -> rusqlite::Result<Vec<StoryMember>> {
        let mut select = self.prepare_cached(
            "SELECT e.entry, e.story, s.id AS source_id, s.priority, e.identity, e.published_at, e.ordered_at, e.revised_at, e.title,
                 e.relation, e.layer, e.score, e.matched, e.edition_at
             FROM entries e JOIN sources s USING (source) WHERE e.story = ? LIMIT ?",
        )?;
        let mut members = Vec::new();
        for story in stories {
            let room = i64::try_from(limit - members.len()).unwrap_or(i64::MAX);
            for member in select.query_map([story.0, room], member)? {
                members.push(member?);
            }
        }
        Ok(members)
    }

    fn member_count(&self, story: StoryId) -> rusqlite::Result<u64> {
        self.prepare_cached("SELECT count(*) FROM entries WHERE story = ?")?
            .query_row([story.0], |row| row.get(0).map(i64::cast_unsigned))
    }

    fn member_beside(&self, entry: EntryId, story: StoryId) -> rusqlite::Result<Option<EntryId>> {
        self.prepare_cached(
            "SELECT entry FROM entries WHERE story = ? AND entry != ? ORDER BY entry LIMIT 1",
        )?
        .query_row([story.0, entry.0], |row| row.get(0).map(EntryId))
        .optional()
    }

    fn joined_to_older(&self, entries: &[EntryId]) -> rusqlite::Result<Vec<EntryId>> {
        let mut select = self.prepare_cached(
            "SELECT 1 FROM entries own JOIN entries other USING (story) WHERE own.entry = ?1 AND other.entry < ?1",
        )?;
        let mut joined = Vec::new();
        for entry in entries {
            if select.exists([entry.0])? {
                joined.push(*entry);
            }
        }
        Ok(joined)
    }

    fn present(&self, stories: &[StoryId]) -> rusqlite::Result<Vec<Present>> {
        let mut select =
            self.prepare_cached("SELECT ruled, began_at FROM stories WHERE story = ?")?;
        // An item that has left counts too: readers have seen its id.
        let mut published = self.prepare_cached(PUBLISHED)?;
        let of_row = |row: &Row<'_>| Ok((moment(row.get(0)?), EntryId(row.get(1)?)));
        let present = stories.iter().map(|story| {
            let (is_ruled, began_at) =
                select.query_row([story.0], |row| Ok((row.get(0)?, moment(row.get(1)?))))?;
            Ok(Present {
                id: *story,
                is_ruled,
                began_at,
                published: published.query_row([story.0], of_row).optional()?,
            })
        });
        present.collect()
    }
}

/// Where an entry stands, from the columns `entry`, `story`, `edition_at`, `published_at`, `ordered_at` and `expired_at`, which come
/// first and in this order.
pub(super) fn placed(row: &Row<'_>) -> rusqlite::Result<Placed> {
    Ok(Placed {
        id: EntryId(row.get(0)?),
        story: StoryId(row.get(1)?),
        edition_at: moment(row.get(2)?),
        published: row.get::<_, Option<i64>>(3)?.map(moment),
        ordered_at: moment(row.get(4)?),
        is_expired: row.get::<_, Option<i64>>(5)?.is_some(),
    })
}

fn member(row: &Row<'_>) -> rusqlite::Result<StoryMember> {
    let mut row = InOrder::of(row);
    // Fields are read in the order in which they stand here, which is that of the columns.
    Ok(StoryMember {
        id: EntryId(row.get("entry")?),
        story: StoryId(row.get("story")?),
        source: row.source("source_id")?,
        priority: row.get("priority")?,
        identity: row.get("identity")?,
        published: row.moment("published_at")?,
        ordered_at: moment(row.get("ordered_at")?),
        revised_at: row.moment("revised_at")?,
        title: row.get("title")?,
        role: role(&mut row)?,
    })
}

/// What an entry is within its story, from the next columns: `relation`, `layer`, `score`, `matched` and `edition_at`.
pub(super) fn role(row: &mut InOrder<'_, '_>) -> rusqlite::Result<Role> {
    Ok(Role {
        relation: row
            .word("relation", Relation::from_word)?
            .unwrap_or(Relation::First),
        layer: row.word("layer", Layer::from_word)?,
        score: row.get("score")?,
        matched: row.get::<Option<i64>>("matched")?.map(EntryId),
        edition_at: moment(row.get("edition_at")?),
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::{PUBLISHED, Session};
    use crate::store::sqlite::links::OF_STORY;
    use crate::store::sqlite::schema::migrate;

    #[test]
    fn nothing_is_read_whole() {
        let db = Session::of(Connection::open_in_memory().unwrap());
        migrate(&db).unwrap();
        for sql in [PUBLISHED, OF_STORY] {
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps: Vec<String> = plan
                .query_map([1], |row| row.get("detail"))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            for step in &steps {
                let is_result = step.starts_with("SCAN (");
                assert!(!step.starts_with("SCAN") || is_result, "{steps:#?}");
            }
        }
    }
}
