//! Stories on their way to the outputs, and what the outputs keep.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::columns::{COPY, MEMBER, copy, member, moment, moment_at, ms, source_id};
use super::stories::touch;
use crate::model::{
    Copy, EntryId, FeedFields, Hash, Member, OutputId, SourceId, Story, StoryId, Timestamp,
};
use crate::store::{DocumentStamp, KeptItem, Membership, OutputState, WindowBounds, WindowItem};

/// See [`crate::store::Store::register_outputs`].
pub(super) fn register(
    db: &Connection,
    outputs: &[(OutputId, Hash)],
) -> rusqlite::Result<Vec<OutputState>> {
    db.execute_batch("CREATE TEMP TABLE IF NOT EXISTS configured (id TEXT PRIMARY KEY); DELETE FROM temp.configured")?;
    let mut states = Vec::new();
    for (id, rules) in outputs {
        db.execute(
            "INSERT OR IGNORE INTO temp.configured VALUES (?)",
            [id.as_str()],
        )?;
        db.execute(
            "INSERT OR IGNORE INTO outputs (id) VALUES (?)",
            [id.as_str()],
        )?;
        let (stored, documents): (Option<Hash>, Option<Hash>) = db.query_row(
            "SELECT rules, documents FROM outputs WHERE id = ?",
            [id.as_str()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        // A replay that another process has begun by other rules is crossed, and begins again there.
        db.execute(
            "UPDATE outputs SET rules = NULL, replaying = ?2 WHERE id = ?1 AND rules IS NOT ?2",
            params![id.as_str(), rules],
        )?;
        states.push(OutputState {
            id: id.clone(),
            stale: stored != Some(*rules),
            rendered: documents.is_some(),
        });
    }
    // One that comes back later is replayed, under the item ids it had.
    db.execute("UPDATE outputs SET rules = NULL, replaying = NULL, documents = NULL WHERE id NOT IN (SELECT id FROM temp.configured)", [])?;
    Ok(states)
}

/// See [`crate::store::Store::changed_stories`].
pub(super) fn changed(db: &Connection, limit: usize) -> rusqlite::Result<Vec<Story>> {
    stories(
        db,
        "SELECT story FROM outbox ORDER BY since, story LIMIT ?1",
        params![count(limit)],
    )
}

/// See [`crate::store::Store::stories_after`].
pub(super) fn after(db: &Connection, after: StoryId, limit: usize) -> rusqlite::Result<Vec<Story>> {
    stories(
        db,
        "SELECT story FROM stories WHERE story > ?2 ORDER BY story LIMIT ?1",
        params![count(limit), after.0],
    )
}

/// See [`crate::store::Store::story_of`].
pub(super) fn story_of(db: &Connection, entry: EntryId) -> rusqlite::Result<Option<Story>> {
    let found = stories(db, "SELECT story FROM entries WHERE entry = ?1", [entry.0])?;
    Ok(found.into_iter().next())
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn stories(
    db: &Connection,
    which: &str,
    bounds: impl rusqlite::Params,
) -> rusqlite::Result<Vec<Story>> {
    let ids: Vec<i64> = db
        .prepare_cached(which)?
        .query_map(bounds, |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut story = db.prepare_cached("SELECT revision, began_at FROM stories WHERE story = ?")?;
    let mut members = db.prepare_cached(&format!(
        "SELECT {MEMBER} FROM entries e JOIN sources s USING (source) WHERE e.story = ? AND e.expired_at IS NULL ORDER BY e.entry"
    ))?;
    ids.into_iter()
        .map(|id| {
            let (revision, began_at) =
                story.query_row([id], |row| Ok((row.get(0)?, moment(row.get(1)?))))?;
            Ok(Story {
                id: StoryId(id),
                revision,
                began_at,
                members: members
                    .query_map([id], member)?
                    .collect::<rusqlite::Result<_>>()?,
            })
        })
        .collect()
}

/// See [`crate::store::Store::keep`].
pub(super) fn keep(
    db: &Connection,
    judged: &[Membership],
    rules: &BTreeMap<OutputId, Hash>,
    settle_outbox: bool,
    now: Timestamp,
) -> rusqlite::Result<Vec<OutputId>> {
    let mut differ = BTreeSet::new();
    for membership in judged {
        let revision: Option<i64> = db
            .prepare_cached("SELECT revision FROM stories WHERE story = ?")?
            .query_row([membership.story.0], |row| row.get(0))
            .optional()?;
        if revision != Some(membership.revision) {
            continue;
        }
        for (output, items) in &membership.kept {
            let row: Option<i64> = db
                .prepare_cached("SELECT output FROM outputs WHERE id = ?")?
                .query_row([output.as_str()], |row| row.get(0))
                .optional()?;
            let Some(row) = row else { continue };
            mind_rules(db, row, rules.get(output))?;
            if (Keeper {
                db,
                output: row,
                story: membership.story.0,
                now: ms(now),
            })
            .keep(items)?
            {
                differ.insert(output.clone());
            }
        }
        if settle_outbox {
            db.prepare_cached("DELETE FROM outbox WHERE story = ? AND revision = ?")?
                .execute(params![membership.story.0, membership.revision])?;
        }
    }
    Ok(differ.into_iter().collect())
}

/// A verdict by other rules than those that the membership stands for makes it a mixture: whoever has a say in the output next
/// replays it. So two processes with differing configurations never leave one behind.
fn mind_rules(db: &Connection, output: i64, rules: Option<&Hash>) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE outputs SET rules = NULL, replaying = NULL WHERE output = ?1 AND COALESCE(replaying, rules) IS NOT ?2",
    )?
    .execute(params![output, rules])?;
    Ok(())
}

/// One output's items of one story.
struct Keeper<'a> {
    db: &'a Connection,
    output: i64,
    story: i64,
    now: i64,
}

impl Keeper<'_> {
    /// Makes the items these; whether the documents may differ now. An item that stays counts: its copies may have changed.
    fn keep(&self, items: &[KeptItem]) -> rusqlite::Result<bool> {
        let mut stored: BTreeMap<i64, Stored> = self
            .db
            .prepare_cached(
                "SELECT slot, entry, whole, edition_at, updated_at, left_at IS NULL AS inside FROM output_items
                 WHERE output = ? AND story = ?",
            )?
            .query_map(params![self.output, self.story], stored)?
            .collect::<rusqlite::Result<_>>()?;
        let mut differ = !items.is_empty();
        // Who leaves comes first: an entry that only changes its slot takes its id along.
        let stays = |slot: &i64| items.iter().any(|item| item.slot == *slot);
        for (slot, _) in stored
            .iter()
            .filter(|(slot, stored)| stored.is_inside && !stays(slot))
        {
            self.db
                .prepare_cached("UPDATE output_items SET left_at = ? WHERE output = ? AND story = ? AND slot = ?")?
                .execute(params![self.now, self.output, self.story, slot])?;
            differ = true;
        }
        for item in items {
            match stored.remove(&item.slot) {
                None => self.enter(item)?,
                Some(stored) => self.show(item, &stored)?,
            }
        }
        Ok(differ)
    }

    fn enter(&self, item: &KeptItem) -> rusqlite::Result<()> {
        let (item_id, archive) = self.free_id(item)?;
        self.db
            .prepare_cached(
                "INSERT INTO output_items (output, story, slot, entry, whole, edition_at, item_id, ordered_at, entered_at, updated_at, archive)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                self.output, self.story, item.slot, item.shown.0, item.whole, ms(item.edition_at), item_id, ms(item.ordered_at), self.now,
                ms(item.updated), archive
            ])?;
        Ok(())
    }

    /// The preferred id, else the derived one. The preferred one is not taken where another release of another source has
    /// the same GUID: whichever came first would get it, and a rebuilt store might see them the other way round. Either may
    /// stand in a row that the same entry has left, as another slot or in a story that it was parted from: it is taken along,
    /// with the archive document that has it.
    fn free_id<'i>(&self, item: &'i KeptItem) -> rusqlite::Result<(&'i str, Option<u32>)> {
        let ambiguous = item.item_id != item.fallback_id
            && self
                .db
                .prepare_cached(
                    "SELECT 1 FROM entries own JOIN entries other USING (identity)
                     WHERE own.entry = ? AND other.source != own.source AND other.story != own.story",
                )?
                .exists([item.shown.0])?;
        for id in [&item.item_id, &item.fallback_id] {
            if ambiguous && *id == item.item_id {
                continue;
            }
            let archive: Option<Option<u32>> = self
                .db
                .prepare_cached("DELETE FROM output_items WHERE output = ? AND item_id = ? AND entry = ? AND left_at IS NOT NULL RETURNING archive")?
                .query_row(params![self.output, id, item.shown.0], |row| row.get(0))
                .optional()?;
            let mut taken = self
                .db
                .prepare_cached("SELECT 1 FROM output_items WHERE output = ? AND item_id = ?")?;
            if !taken.exists(params![self.output, id])? {
                return Ok((id, archive.flatten()));
            }
        }
        // Its own derived id, in a row where another entry is shown by now: that row's story has gone on without it, and is
        // judged again, so that what it shows enters under an id of its own.
        let robbed: Option<(i64, bool, Option<u32>)> = self
            .db
            .prepare_cached("DELETE FROM output_items WHERE output = ? AND item_id = ? RETURNING story, left_at IS NULL, archive")?
            .query_row(params![self.output, item.fallback_id], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        if let Some((story, true, _)) = robbed {
            touch(self.db, StoryId(story), moment(self.now))?;
        }
        Ok((
            &item.fallback_id,
            robbed.and_then(|(_, _, archive)| archive),
        ))
    }

    /// `updated` moves with an edit of the entry shown and with a newer edition, to the publisher's date or to now where that
    /// did not move. Another copy of the same edition is no edit.
    fn show(&self, item: &KeptItem, stored: &Stored) -> rusqlite::Result<()> {
        let theirs = ms(item.updated);
        let edited = item.whole != stored.whole
            && (item.shown.0 == stored.entry || ms(item.edition_at) > stored.edition_at);
        let updated = match edited {
            false => stored.updated_at,
            true if theirs > stored.updated_at => theirs,
            true => self.now.max(stored.updated_at),
        };
        self.db
            .prepare_cached(
                "UPDATE output_items SET entry = :entry, whole = :whole, edition_at = :edition, updated_at = :updated, left_at = NULL
                 WHERE output = :output AND story = :story AND slot = :slot
                     AND (entry != :entry OR whole != :whole OR edition_at != :edition OR left_at IS NOT NULL)",
            )?
            .execute(named_params! {
                ":entry": item.shown.0, ":whole": item.whole, ":edition": ms(item.edition_at), ":updated": updated,
                ":output": self.output, ":story": self.story, ":slot": item.slot,
            })?;
        Ok(())
    }
}

/// An item as it stands.
struct Stored {
    entry: i64,
    whole: Hash,
    edition_at: i64,
    updated_at: i64,
    is_inside: bool,
}

fn stored(row: &Row<'_>) -> rusqlite::Result<(i64, Stored)> {
    let item = Stored {
        entry: row.get("entry")?,
        whole: row.get("whole")?,
        edition_at: row.get("edition_at")?,
        updated_at: row.get("updated_at")?,
        is_inside: row.get("inside")?,
    };
    Ok((row.get("slot")?, item))
}

/// See [`crate::store::Store::finish_replay`].
pub(super) fn finish_replay(
    db: &Connection,
    output: &OutputId,
    rules: Hash,
) -> rusqlite::Result<bool> {
    let ended = db.execute(
        "UPDATE outputs SET rules = ?1, replaying = NULL WHERE id = ?2 AND replaying = ?1",
        params![rules, output.as_str()],
    )?;
    Ok(ended > 0)
}

/// See [`crate::store::Store::window`].
pub(super) fn window(
    db: &Connection,
    output: &OutputId,
    bounds: WindowBounds,
) -> rusqlite::Result<Vec<WindowItem>> {
    // Where a source has had its share, what follows takes its place.
    let limit = match bounds.per_source {
        None => i64::from(bounds.limit),
        Some(_) => -1,
    };
    let mut of_source: HashMap<SourceId, u32> = HashMap::new();
    let has_room = |source: &SourceId| {
        let Some(most) = bounds.per_source else {
            return true;
        };
        let count = of_source.entry(source.clone()).or_default();
        *count += 1;
        *count <= most
    };
    items(
        db,
        "i.ordered_at >= ?2 ORDER BY i.ordered_at DESC, i.item_id LIMIT ?3",
        params![
            output.as_str(),
            bounds.not_before.map_or(i64::MIN, ms),
            limit
        ],
        (bounds.limit, has_room),
    )
}

/// The items of output `?1` that are in and that `which` selects and orders: so many of those whose source is `wanted`.
pub(super) fn items(
    db: &Connection,
    which: &str,
    bounds: impl rusqlite::Params,
    (limit, mut wanted): (u32, impl FnMut(&SourceId) -> bool),
) -> rusqlite::Result<Vec<WindowItem>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT i.item_id, i.story, i.slot, i.ordered_at AS place, i.updated_at AS item_updated, s.feed_id, s.title AS feed_title, s.home_url,
             s.self_url, s.updated_at AS feed_updated, s.language AS feed_language, s.icon, s.id AS source_id, {MEMBER}
         FROM output_items i JOIN outputs o USING (output) JOIN entries e USING (entry) JOIN sources s USING (source)
         WHERE o.id = ?1 AND i.left_at IS NULL AND e.expired_at IS NULL AND {which}"
    ))?;
    let mut rows = statement.query(bounds)?;
    let mut items: Vec<WindowItem> = Vec::new();
    while items.len() < limit as usize
        && let Some(row) = rows.next()?
    {
        // A body that nobody wants is not read.
        if !wanted(&source_id(row, "source_id")?) {
            continue;
        }
        let (slot, mut item) = window_item(row)?;
        if slot <= 0 {
            item.copies = copies(db, item.story, item.shown.id)?;
        }
        items.push(item);
    }
    Ok(items)
}

fn window_item(row: &Row<'_>) -> rusqlite::Result<(i64, WindowItem)> {
    let shown: Member = member(row)?;
    let item = WindowItem {
        item_id: row.get("item_id")?,
        story: StoryId(row.get("story")?),
        ordered_at: moment(row.get("place")?),
        updated: moment(row.get("item_updated")?),
        shown,
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
    };
    Ok((row.get("slot")?, item))
}

/// In an order that says nothing of who came first: a rebuilt store gives the same documents.
fn copies(db: &Connection, story: StoryId, shown: EntryId) -> rusqlite::Result<Vec<Copy>> {
    db.prepare_cached(&format!(
        "SELECT {COPY} FROM entries e JOIN sources s USING (source)
         WHERE e.story = ? AND e.entry != ? AND e.held = 0 AND e.expired_at IS NULL ORDER BY s.id, e.identity, e.entry"
    ))?
    .query_map(params![story.0, shown.0], copy)?
    .collect()
}

/// See [`crate::store::Store::stamp`].
pub(super) fn stamp(
    db: &Connection,
    output: &OutputId,
    documents: Hash,
    now: Timestamp,
) -> rusqlite::Result<DocumentStamp> {
    db.prepare_cached("UPDATE outputs SET documents = ?2, changed_at = ?3 WHERE id = ?1 AND (documents IS NULL OR documents != ?2)")?
        .execute(params![output.as_str(), documents, ms(now)])?;
    let changed_at: i64 = db
        .prepare_cached("SELECT changed_at FROM outputs WHERE id = ?")?
        .query_row([output.as_str()], |row| row.get(0))?;
    Ok(DocumentStamp {
        changed_at: moment(changed_at),
    })
}
