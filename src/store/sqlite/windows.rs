//! In which state the items of outputs are, and what they show.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{BODY, COPY, MEMBER, copy, member, moment, moment_at, ms, source_id};
use super::session::Session;
use crate::model::{Copy, EntryId, FeedFields, Slot, StoryId, Timestamp};
use crate::store::rows::{OutputRow, WindowRows};
use crate::store::{ItemVersion, Place, ShownEntry};

impl WindowRows for Session {
    fn feed_changes(&self) -> rusqlite::Result<i64> {
        self.prepare_cached("SELECT count FROM feed_changes")?
            .query_row([], |row| row.get(0))
    }

    fn newest_versions(
        &self,
        output: OutputRow,
        not_before: Option<Timestamp>,
        behind: Option<&Place>,
        limit: u32,
    ) -> rusqlite::Result<Vec<ItemVersion>> {
        self.prepare_cached(&select_version(
            "i.ordered_at BETWEEN ?2 AND ?3 AND (i.ordered_at < ?3 OR i.item_id > ?4)
             ORDER BY i.ordered_at DESC, i.item_id LIMIT ?5",
        ))?
        .query_map(
            params![
                output.0,
                not_before.map_or(i64::MIN, ms),
                placed_at(behind),
                item_id(behind),
                limit
            ],
            version,
        )?
        .collect()
    }

    fn versions_of_stories(
        &self,
        output: OutputRow,
        stories: &BTreeSet<StoryId>,
    ) -> rusqlite::Result<Vec<ItemVersion>> {
        let mut of_story = self.prepare_cached(&select_version("i.story = ?2"))?;
        let mut found = Vec::new();
        for story in stories {
            for row in of_story.query_map(params![output.0, story.0], version)? {
                found.push(row?);
            }
        }
        Ok(found)
    }

    fn version(
        &self,
        output: OutputRow,
        story: StoryId,
        slot: Slot,
    ) -> rusqlite::Result<Option<ItemVersion>> {
        self.prepare_cached(&select_version("i.story = ?2 AND i.slot = ?3"))?
            .query_row(params![output.0, story.0, slot.number()], version)
            .optional()
    }

    fn shown_entry(&self, story: StoryId, entry: EntryId) -> rusqlite::Result<Option<ShownEntry>> {
        let shown = self
            .prepare_cached(&format!(
                "SELECT st.story, st.began_at, s.feed_id, s.title AS feed_title, s.home_url, s.self_url, e.feed_updated,
                     s.language AS feed_language, s.icon, {MEMBER}, {BODY}
                 FROM entries e JOIN sources s USING (source) CROSS JOIN stories st
                 WHERE e.entry = ?1 AND e.expired_at IS NULL AND st.story = ?2"
            ))?
            .query_row(params![entry.0, story.0], shown)
            .optional()?;
        let Some(mut shown) = shown else {
            return Ok(None);
        };
        shown.copies = copies(self, story, entry)?;
        Ok(Some(shown))
    }
}

/// A query for columns of [`version`], of items `i` in the output `?1`; it reads no texts.
fn select_version(which: &str) -> String {
    select_version_by("", which)
}

/// The same, by an index (`INDEXED BY …`).
pub(super) fn select_version_by(index: &str, which: &str) -> String {
    format!(
        "SELECT i.item_id, i.story, i.slot, i.entry, i.ordered_at, i.updated_at, st.revision, s.id AS source_id,
             (SELECT sum(o.revision) FROM entries m JOIN sources o USING (source) WHERE m.story = i.story) AS sources,
             (SELECT count(m.expired_at) FROM entries m WHERE m.story = i.story) AS expired
         FROM output_items i {index} JOIN entries e USING (entry) JOIN sources s ON s.source = e.source JOIN stories st ON st.story = i.story
         WHERE i.output = ?1 AND i.left_at IS NULL AND e.expired_at IS NULL AND {which}"
    )
}

pub(super) fn version(row: &Row<'_>) -> rusqlite::Result<ItemVersion> {
    Ok(ItemVersion {
        item_id: row.get("item_id")?,
        story: StoryId(row.get("story")?),
        slot: Slot::from_number(row.get("slot")?),
        entry: EntryId(row.get("entry")?),
        source: source_id(row, "source_id")?,
        revision: row.get("revision")?,
        sources: row.get("sources")?,
        expired: row.get("expired")?,
        ordered_at: moment(row.get("ordered_at")?),
        updated: moment(row.get("updated_at")?),
    })
}

fn shown(row: &Row<'_>) -> rusqlite::Result<ShownEntry> {
    Ok(ShownEntry {
        story: StoryId(row.get("story")?),
        began_at: moment(row.get("began_at")?),
        member: member(row)?,
        feed: FeedFields {
            id: row.get("feed_id")?,
            title: row.get("feed_title")?,
            home_url: row.get("home_url")?,
            self_url: row.get("self_url")?,
            updated: moment_at(row, "feed_updated")?,
            language: row.get("feed_language")?,
            icon: row.get("icon")?,
        },
        copies: Vec::new(),
    })
}

fn copies(db: &Connection, story: StoryId, shown: EntryId) -> rusqlite::Result<Vec<Copy>> {
    db.prepare_cached(&format!(
        "SELECT {COPY} FROM entries e JOIN sources s USING (source)
         WHERE e.story = ? AND e.entry != ? AND e.expired_at IS NULL ORDER BY s.id, e.identity, e.entry"
    ))?
    .query_map(params![story.0, shown.0], copy)?
    .collect()
}

/// Milliseconds of a place; everything lies behind no place.
pub(super) fn placed_at(place: Option<&Place>) -> i64 {
    place.map_or(i64::MAX, |place| ms(place.ordered_at))
}

pub(super) fn item_id(place: Option<&Place>) -> &str {
    place.map_or("", |place| &place.item_id)
}
