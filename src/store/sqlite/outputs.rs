//! Stories on their way to the outputs, and what the outputs keep.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::columns::{MEMBER, member, moment, ms};
use super::stories::touch;
use crate::model::{EntryId, Hash, OutputId, Story, StoryId, Timestamp};
use crate::store::{DocumentStamp, KeptItem, Membership, OutputState};

/// `rules`, `replaying`, `documents` and `id_base` of an output.
type Registered = (Option<Hash>, Option<Hash>, Option<Hash>, String);

/// See [`crate::store::Store::register_outputs`].
pub(super) fn register(
    db: &Connection,
    outputs: &[(OutputId, Hash)],
    base: &str,
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
        db.execute(
            "UPDATE outputs SET id_base = ? WHERE id = ? AND id_base IS NULL",
            [base, id.as_str()],
        )?;
        let (stored, replaying, documents, id_base): Registered = db.query_row(
            "SELECT rules, replaying, documents, id_base FROM outputs WHERE id = ?",
            [id.as_str()],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )?;
        // A replay that another process has begun by other rules is crossed, and begins again there.
        db.execute(
            "UPDATE outputs SET rules = NULL, replaying = ?2 WHERE id = ?1 AND rules IS NOT ?2",
            params![id.as_str(), rules],
        )?;
        states.push(OutputState {
            id: id.clone(),
            stale: stored != Some(*rules),
            replaying: replaying == Some(*rules),
            rendered: documents.is_some(),
            id_base,
        });
    }
    // One that comes back later is replayed, under the item ids it had.
    db.execute("UPDATE outputs SET rules = NULL, replaying = NULL, documents = NULL WHERE id NOT IN (SELECT id FROM temp.configured)", [])?;
    Ok(states)
}

/// See [`crate::store::Store::id_base`]. No row is ever deleted.
pub(super) fn id_base(db: &Connection) -> rusqlite::Result<Option<String>> {
    db.prepare_cached(
        "SELECT id_base FROM outputs WHERE id_base IS NOT NULL ORDER BY output LIMIT 1",
    )?
    .query_row([], |row| row.get(0))
    .optional()
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
pub(in crate::store) fn story_of(
    db: &Connection,
    entry: EntryId,
) -> rusqlite::Result<Option<Story>> {
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
) -> rusqlite::Result<BTreeMap<OutputId, BTreeSet<StoryId>>> {
    let mut differ: BTreeMap<OutputId, BTreeSet<StoryId>> = BTreeMap::new();
    // Looked up once for all stories.
    let mut rows: BTreeMap<&OutputId, Option<i64>> = BTreeMap::new();
    for membership in judged {
        let revision: Option<i64> = db
            .prepare_cached("SELECT revision FROM stories WHERE story = ?")?
            .query_row([membership.story.0], |row| row.get(0))
            .optional()?;
        if revision != Some(membership.revision) {
            continue;
        }
        for (output, items) in &membership.kept {
            let row = match rows.get(output) {
                Some(row) => *row,
                None => {
                    let row = judged_output(db, output, rules.get(output))?;
                    rows.insert(output, row);
                    row
                }
            };
            let Some(row) = row else { continue };
            let keeper = Keeper {
                db,
                output: row,
                story: membership.story.0,
                now: ms(now),
                robbed: Cell::default(),
            };
            let differs = keeper.keep(items)?.then_some(membership.story);
            let robbed = keeper.robbed.take();
            for story in differs.into_iter().chain(robbed) {
                differ.entry(output.clone()).or_default().insert(story);
            }
        }
        if settle_outbox {
            db.prepare_cached("DELETE FROM outbox WHERE story = ? AND revision = ?")?
                .execute(params![membership.story.0, membership.revision])?;
        }
    }
    Ok(differ)
}

/// The row of an output that is judged by these rules; `None`: there is no such output.
///
/// A verdict by other rules than those that the membership stands for makes it a mixture: whoever has a say in the output next
/// replays it. So two processes with differing configurations never leave one behind.
fn judged_output(
    db: &Connection,
    output: &OutputId,
    rules: Option<&Hash>,
) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached(
        "UPDATE outputs SET rules = NULL, replaying = NULL WHERE id = ?1 AND COALESCE(replaying, rules) IS NOT ?2",
    )?
    .execute(params![output.as_str(), rules])?;
    db.prepare_cached("SELECT output FROM outputs WHERE id = ?")?
        .query_row([output.as_str()], |row| row.get(0))
        .optional()
}

/// One output's items of one story.
struct Keeper<'a> {
    db: &'a Connection,
    output: i64,
    story: i64,
    now: i64,
    /// A story whose row was taken for its id.
    robbed: Cell<Option<StoryId>>,
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
                self.output, self.story, item.slot, item.shown.0, item.wording, ms(item.edition_at), item_id, ms(item.ordered_at), self.now,
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
            // An entry has one story: where a row of another one still shows it, that has not been judged since.
            let taken: Option<(i64, bool)> = self
                .db
                .prepare_cached("SELECT entry, left_at IS NOT NULL OR story != ?3 FROM output_items WHERE output = ?1 AND item_id = ?2")?
                .query_row(params![self.output, id, self.story], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            match taken {
                None => return Ok((id, None)),
                Some((entry, true)) if entry == item.shown.0 => {
                    let (story, archive) = self
                        .db
                        .prepare_cached("DELETE FROM output_items WHERE output = ? AND item_id = ? RETURNING story, archive")?
                        .query_row(params![self.output, id], |row| {
                            Ok((row.get(0)?, row.get(1)?))
                        })?;
                    self.robbed
                        .set((story != self.story).then_some(StoryId(story)));
                    return Ok((id, archive));
                }
                Some(_) => {}
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
            self.robbed.set(Some(StoryId(story)));
            touch(self.db, StoryId(story), moment(self.now))?;
        }
        Ok((
            &item.fallback_id,
            robbed.and_then(|(_, _, archive)| archive),
        ))
    }

    /// `updated` moves with an edit of the entry shown and with a newer edition, to the publisher's date or to now where that
    /// did not move. Another copy of the same edition is no edit, and its date not that of a later edit of it.
    fn show(&self, item: &KeptItem, stored: &Stored) -> rusqlite::Result<()> {
        let (theirs, edition) = (ms(item.updated), ms(item.edition_at));
        let is_own = item.shown.0 == stored.entry;
        let edited = item.wording != stored.wording && (is_own || edition > stored.edition_at);
        let theirs = match is_own {
            true => Some(theirs).filter(|at| *at != stored.edition_at),
            false => Some(theirs.max(edition)),
        };
        let updated = match (edited, theirs) {
            (false, _) => stored.updated_at,
            (true, Some(theirs)) if theirs > stored.updated_at => theirs,
            (true, _) => self.now.max(stored.updated_at),
        };
        self.db
            .prepare_cached(
                "UPDATE output_items SET entry = :entry, whole = :whole, edition_at = :edition, updated_at = :updated, left_at = NULL
                 WHERE output = :output AND story = :story AND slot = :slot
                     AND (entry != :entry OR whole != :whole OR edition_at != :edition OR left_at IS NOT NULL)",
            )?
            .execute(named_params! {
                ":entry": item.shown.0, ":whole": item.wording, ":edition": ms(item.edition_at), ":updated": updated,
                ":output": self.output, ":story": self.story, ":slot": item.slot,
            })?;
        Ok(())
    }
}

/// An item as it stands.
struct Stored {
    entry: i64,
    wording: Hash,
    edition_at: i64,
    updated_at: i64,
    is_inside: bool,
}

fn stored(row: &Row<'_>) -> rusqlite::Result<(i64, Stored)> {
    let item = Stored {
        entry: row.get("entry")?,
        wording: row.get("whole")?,
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
    // Another process may have replayed it by the same rules meanwhile.
    let ended = db.execute(
        "UPDATE outputs SET rules = ?1, replaying = NULL WHERE id = ?2 AND COALESCE(replaying, rules) = ?1",
        params![rules, output.as_str()],
    )?;
    Ok(ended > 0)
}

/// See [`crate::store::Store::stamp`].
pub(super) fn stamp(
    db: &Connection,
    documents: &[(OutputId, Hash)],
    now: Timestamp,
) -> rusqlite::Result<Vec<DocumentStamp>> {
    let mut write = db.prepare_cached("UPDATE outputs SET documents = ?2, changed_at = ?3 WHERE id = ?1 AND (documents IS NULL OR documents != ?2)")?;
    let mut read = db.prepare_cached("SELECT changed_at FROM outputs WHERE id = ?")?;
    let stamps = documents.iter().map(|(output, hash)| {
        write.execute(params![output.as_str(), hash, ms(now)])?;
        let changed_at: i64 = read.query_row([output.as_str()], |row| row.get(0))?;
        Ok(DocumentStamp {
            changed_at: moment(changed_at),
        })
    });
    stamps.collect()
}
