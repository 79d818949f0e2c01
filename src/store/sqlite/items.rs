//! The items that outputs keep.

use rusqlite::{OptionalExtension, Row, named_params, params};

use super::columns::{moment, ms};
use super::session::Session;
use crate::model::{EntryId, Showing, Slot, StoryId, Timestamp};
use crate::store::KeptItem;
use crate::store::rows::{Filed, Holder, ItemRows, OutputRow, StoredItem};

impl ItemRows for Session {
    fn items_of_story(&self, story: StoryId) -> rusqlite::Result<Vec<(OutputRow, StoredItem)>> {
        self.prepare_cached(
            "SELECT output, slot, entry, whole, edition_at, updated_at, left_at IS NULL AS inside FROM output_items
             WHERE story = ? ORDER BY output",
        )?
        .query_map([story.0], |row| Ok((OutputRow(row.get(0)?), stored(row)?)))?
        .collect()
    }

    fn add_item(
        &self,
        output: OutputRow,
        story: StoryId,
        item: &KeptItem,
        item_id: &str,
        filed: Option<Filed>,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        let showing = &item.showing;
        self.prepare_cached(
            "INSERT INTO output_items (output, story, slot, entry, whole, edition_at, item_id, ordered_at, entered_at, updated_at, archive,
             archived_entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            output.0, story.0, item.slot.number(), showing.entry.0, showing.wording, ms(showing.edition_at), item_id,
            ms(item.ordered_at), ms(now), ms(showing.updated), filed.map(|filed| filed.number),
            filed.and_then(|filed| filed.entry).map(|entry| entry.0)
        ])?;
        Ok(())
    }

    fn show_item(
        &self,
        output: OutputRow,
        story: StoryId,
        slot: Slot,
        showing: &Showing,
    ) -> rusqlite::Result<()> {
        self.prepare_cached(
            "UPDATE output_items SET entry = :entry, whole = :whole, edition_at = :edition, updated_at = :updated, left_at = NULL
             WHERE output = :output AND story = :story AND slot = :slot",
        )?
        .execute(named_params! {
            ":entry": showing.entry.0, ":whole": showing.wording, ":edition": ms(showing.edition_at),
            ":updated": ms(showing.updated), ":output": output.0, ":story": story.0, ":slot": slot.number(),
        })?;
        Ok(())
    }

    fn leave(
        &self,
        output: OutputRow,
        story: StoryId,
        slot: Slot,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        self.prepare_cached(
            "UPDATE output_items SET left_at = ? WHERE output = ? AND story = ? AND slot = ?",
        )?
        .execute(params![ms(now), output.0, story.0, slot.number()])?;
        Ok(())
    }

    fn holder(&self, output: OutputRow, item_id: &str) -> rusqlite::Result<Option<Holder>> {
        self.prepare_cached(
            "SELECT story, entry, left_at IS NULL AS inside, archive, archived_entry FROM output_items WHERE output = ? AND item_id = ?",
        )?
        .query_row(params![output.0, item_id], |row| {
            Ok(Holder {
                story: StoryId(row.get("story")?),
                entry: EntryId(row.get("entry")?),
                is_inside: row.get("inside")?,
                filed: filed(row)?,
            })
        })
        .optional()
    }

    fn delete_item(&self, output: OutputRow, item_id: &str) -> rusqlite::Result<()> {
        self.prepare_cached("DELETE FROM output_items WHERE output = ? AND item_id = ?")?
            .execute(params![output.0, item_id])?;
        Ok(())
    }

    fn shares_identity(&self, entry: EntryId) -> rusqlite::Result<bool> {
        self.prepare_cached(
            "SELECT 1 FROM entries own JOIN entries other USING (identity)
             WHERE own.entry = ? AND other.source != own.source AND other.story != own.story",
        )?
        .exists([entry.0])
    }
}

/// Where an item stands in the archive, of its `archive` and `archived_entry`.
pub(super) fn filed(row: &Row<'_>) -> rusqlite::Result<Option<Filed>> {
    let number: Option<u32> = row.get("archive")?;
    let entry = row.get::<_, Option<i64>>("archived_entry")?.map(EntryId);
    Ok(number.map(|number| Filed { number, entry }))
}

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredItem> {
    Ok(StoredItem {
        slot: Slot::from_number(row.get("slot")?),
        showing: Showing {
            entry: EntryId(row.get("entry")?),
            wording: row.get("whole")?,
            edition_at: moment(row.get("edition_at")?),
            updated: moment(row.get("updated_at")?),
        },
        is_inside: row.get("inside")?,
    })
}
