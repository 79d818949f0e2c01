//! Entries that were taken back, the items that announce it, and archive documents that still hold what must go.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Row, params};

use super::columns::{at_most, moment, ms, word};
use super::items::filed;
use super::session::Session;
use super::values::output_id;
use crate::model::{
    EntryId, Retraction, RetractionSign, Slot, StoryId, Timestamp, Tombstone, Withdrawal,
};
use crate::store::ArchiveDocument;
use crate::store::rows::{DueRedaction, Exhibit, Headline, OutputRow, SourceRow, WithdrawalRows};

/// Columns of [`exhibit`], of `output_items i` joined with `outputs o`.
const EXHIBIT: &str = "i.output, o.id AS output_id, i.item_id, i.story, i.slot, i.entry, i.updated_at, i.left_at IS NULL AS inside, i.archive, i.archived_entry";

impl WithdrawalRows for Session {
    fn withdrawal(&self, entry: EntryId) -> rusqlite::Result<Option<Withdrawal>> {
        self.prepare_cached("SELECT at, reason, copy_of FROM withdrawn WHERE entry = ?")?
            .query_row([entry.0], |row| {
                Ok(Withdrawal {
                    at: moment(row.get(0)?),
                    reason: row.get(1)?,
                    copy_of: row.get::<_, Option<i64>>(2)?.map(EntryId),
                })
            })
            .optional()
    }

    fn set_withdrawal(
        &self,
        entry: EntryId,
        withdrawal: Option<&Withdrawal>,
    ) -> rusqlite::Result<()> {
        let at = withdrawal.map(|withdrawal| ms(withdrawal.at));
        self.prepare_cached("UPDATE entries SET withdrawn_at = ? WHERE entry = ?")?
            .execute(params![at, entry.0])?;
        match withdrawal {
            Some(said) => {
                let copy_of = said.copy_of.map(|entry| entry.0);
                self.prepare_cached(
                    "INSERT OR REPLACE INTO withdrawn (entry, at, reason, copy_of) VALUES (?, ?, ?, ?)",
                )?
                .execute(params![entry.0, ms(said.at), said.reason, copy_of])?;
            }
            None => {
                self.prepare_cached("DELETE FROM withdrawn WHERE entry = ?")?
                    .execute([entry.0])?;
                self.prepare_cached("DELETE FROM withdrawn_keys WHERE entry = ?")?
                    .execute([entry.0])?;
            }
        }
        Ok(())
    }

    fn withdrawn_by_operator(&self) -> rusqlite::Result<BTreeSet<EntryId>> {
        self.prepare_cached("SELECT entry FROM withdrawn WHERE copy_of IS NULL")?
            .query_map([], |row| row.get(0).map(EntryId))?
            .collect()
    }

    fn write_withdrawn_keys(&self, entry: EntryId, keys: &[u32]) -> rusqlite::Result<()> {
        let mut write =
            self.prepare_cached("INSERT OR IGNORE INTO withdrawn_keys (key, entry) VALUES (?, ?)")?;
        for key in keys {
            write.execute(params![key, entry.0])?;
        }
        Ok(())
    }

    fn forget_withdrawn_keys(&self) -> rusqlite::Result<()> {
        self.prepare_cached("DELETE FROM withdrawn_keys")?
            .execute([])?;
        Ok(())
    }

    fn has_withdrawals(&self) -> rusqlite::Result<bool> {
        self.prepare_cached("SELECT 1 FROM withdrawn LIMIT 1")?
            .exists([])
    }

    fn withdrawn_with_keys(&self, keys: &[u32]) -> rusqlite::Result<Vec<Vec<EntryId>>> {
        let mut read = self.prepare_cached("SELECT entry FROM withdrawn_keys WHERE key = ?")?;
        let having = keys.iter().map(|key| {
            let entries = read.query_map([key], |row| row.get(0).map(EntryId))?;
            entries.collect::<rusqlite::Result<Vec<_>>>()
        });
        having.collect()
    }

    fn retraction(&self, entry: EntryId) -> rusqlite::Result<Option<Retraction>> {
        self.prepare_cached("SELECT at, sign, reason, notice FROM retracted WHERE entry = ?")?
            .query_row([entry.0], retraction)
            .optional()
    }

    fn set_retraction(
        &self,
        entry: EntryId,
        retraction: Option<&Retraction>,
    ) -> rusqlite::Result<()> {
        let at = retraction.map(|retraction| ms(retraction.at));
        self.prepare_cached("UPDATE entries SET retracted_at = ? WHERE entry = ?")?
            .execute(params![at, entry.0])?;
        match retraction {
            Some(said) => {
                let notice = said.notice.map(|notice| notice.0);
                self.prepare_cached(
                    "INSERT OR REPLACE INTO retracted (entry, at, sign, reason, notice) VALUES (?, ?, ?, ?, ?)",
                )?
                .execute(params![entry.0, ms(said.at), said.sign.as_str(), said.reason, notice])?
            }
            None => self
                .prepare_cached("DELETE FROM retracted WHERE entry = ?")?
                .execute([entry.0])?,
        };
        Ok(())
    }

    fn retracted_by(&self, notice: EntryId) -> rusqlite::Result<Vec<EntryId>> {
        self.prepare_cached("SELECT entry FROM retracted WHERE notice = ? ORDER BY entry")?
            .query_map([notice.0], |row| row.get(0).map(EntryId))?
            .collect()
    }

    fn latest_headlines(&self, source: SourceRow, limit: usize) -> rusqlite::Result<Vec<Headline>> {
        self.prepare_cached(
            "SELECT entry, title, guid FROM entries INDEXED BY entries_place WHERE source = ? AND expired_at IS NULL
             ORDER BY ordered_at DESC LIMIT ?",
        )?
        .query_map(params![source.0, at_most(limit)], |row| {
            Ok(Headline {
                entry: EntryId(row.get(0)?),
                title: row.get(1)?,
                guid: row.get(2)?,
            })
        })?
        .collect()
    }

    fn exhibits(&self, story: StoryId, entries: &[EntryId]) -> rusqlite::Result<Vec<Exhibit>> {
        let mut found: Vec<Exhibit> = self
            .prepare_cached(&format!(
                "SELECT {EXHIBIT} FROM output_items i JOIN outputs o USING (output) WHERE i.story = ? ORDER BY i.output, i.slot"
            ))?
            .query_map([story.0], exhibit)?
            .collect::<rusqlite::Result<_>>()?;
        let mut archived = self.prepare_cached(&format!(
            "SELECT {EXHIBIT} FROM output_items i INDEXED BY output_items_archived JOIN outputs o USING (output)
             WHERE COALESCE(i.archived_entry, i.entry) = ? AND i.archive IS NOT NULL AND i.story != ? ORDER BY i.output, i.slot"
        ))?;
        for entry in entries {
            for other in archived.query_map([entry.0, story.0], exhibit)? {
                found.push(other?);
            }
        }
        Ok(found)
    }

    fn add_tombstone(&self, output: OutputRow, tombstone: &Tombstone) -> rusqlite::Result<()> {
        let Tombstone {
            item_id,
            at,
            announced_at,
            reason,
        } = tombstone;
        self.prepare_cached(
            "INSERT OR IGNORE INTO tombstones (output, item_id, at, announced_at, reason) VALUES (?, ?, ?, ?, ?)",
        )?
        .execute(params![output.0, item_id, ms(*at), ms(*announced_at), reason])?;
        Ok(())
    }

    fn remove_tombstone(&self, output: OutputRow, item_id: &str) -> rusqlite::Result<()> {
        self.prepare_cached("DELETE FROM tombstones WHERE output = ? AND item_id = ?")?
            .execute(params![output.0, item_id])?;
        Ok(())
    }

    fn tombstone(&self, output: OutputRow, item_id: &str) -> rusqlite::Result<Option<Tombstone>> {
        self.prepare_cached(
            "SELECT item_id, at, announced_at, reason FROM tombstones WHERE output = ? AND item_id = ?",
        )?
        .query_row(params![output.0, item_id], tombstone)
        .optional()
    }

    fn tombstones(
        &self,
        output: OutputRow,
        since: Timestamp,
        limit: usize,
    ) -> rusqlite::Result<Vec<Tombstone>> {
        self.prepare_cached(
            "SELECT item_id, at, announced_at, reason FROM tombstones INDEXED BY tombstones_latest
             WHERE output = ? AND announced_at >= ? ORDER BY announced_at DESC, item_id LIMIT ?",
        )?
        .query_map(params![output.0, ms(since), at_most(limit)], tombstone)?
        .collect()
    }

    fn add_redaction(&self, output: OutputRow, number: u32, item_id: &str) -> rusqlite::Result<()> {
        self.prepare_cached(
            "INSERT OR IGNORE INTO redactions (output, number, item_id) VALUES (?, ?, ?)",
        )?
        .execute(params![output.0, number, item_id])?;
        Ok(())
    }

    fn next_redaction(&self) -> rusqlite::Result<Option<DueRedaction>> {
        let next = self
            .prepare_cached(
                "SELECT o.id, r.output, r.number FROM redactions r JOIN outputs o USING (output) JOIN archives a USING (output, number)
                 ORDER BY r.output, r.number LIMIT 1",
            )?
            .query_row([], |row| {
                Ok((
                    output_id(row.get_ref(0)?.as_str()?)?,
                    OutputRow(row.get(1)?),
                    row.get(2)?,
                ))
            })
            .optional()?;
        let Some((output_id, output, number)) = next else {
            return Ok(None);
        };
        let items = self
            .prepare_cached(
                "SELECT item_id FROM redactions WHERE output = ? AND number = ? ORDER BY item_id",
            )?
            .query_map(params![output.0, number], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Some(DueRedaction {
            output,
            output_id,
            number,
            items,
        }))
    }

    fn archives_written(&self, output: OutputRow, since: Timestamp) -> rusqlite::Result<u32> {
        self.prepare_cached(
            "SELECT count(*) FROM archives a WHERE output = ?1 AND (made_at >= ?2
                 OR EXISTS (SELECT 1 FROM redactions r WHERE r.output = ?1 AND r.number = a.number))",
        )?
        .query_row(params![output.0, ms(since)], |row| row.get(0))
    }

    fn redact(
        &self,
        output: OutputRow,
        document: &ArchiveDocument,
        items: &[String],
    ) -> rusqlite::Result<()> {
        let number = document.number;
        self.prepare_cached(
            "UPDATE archives SET made_at = ?, size = ?, base = ?, document = ? WHERE output = ? AND number = ?",
        )?
        .execute(params![
            ms(document.made_at), document.size, document.base, document.brotli, output.0, number
        ])?;
        let mut free = self.prepare_cached(
            "UPDATE output_items SET archive = NULL, archived_entry = NULL WHERE output = ? AND item_id = ? AND archive = ?",
        )?;
        let mut done = self.prepare_cached(
            "DELETE FROM redactions WHERE output = ? AND item_id = ? AND number = ?",
        )?;
        for item in items {
            free.execute(params![output.0, item, number])?;
            done.execute(params![output.0, item, number])?;
        }
        Ok(())
    }
}

fn retraction(row: &Row<'_>) -> rusqlite::Result<Retraction> {
    Ok(Retraction {
        at: moment(row.get("at")?),
        sign: word(row, "sign", RetractionSign::from_word)?
            .ok_or(rusqlite::types::FromSqlError::InvalidType)?,
        reason: row.get("reason")?,
        notice: row.get::<_, Option<i64>>("notice")?.map(EntryId),
    })
}

fn exhibit(row: &Row<'_>) -> rusqlite::Result<Exhibit> {
    Ok(Exhibit {
        output: OutputRow(row.get("output")?),
        output_id: output_id(row.get_ref("output_id")?.as_str()?)?,
        item_id: row.get("item_id")?,
        story: StoryId(row.get("story")?),
        slot: Slot::from_number(row.get("slot")?),
        entry: EntryId(row.get("entry")?),
        updated: moment(row.get("updated_at")?),
        is_inside: row.get("inside")?,
        filed: filed(row)?,
    })
}

fn tombstone(row: &Row<'_>) -> rusqlite::Result<Tombstone> {
    Ok(Tombstone {
        item_id: row.get(0)?,
        at: moment(row.get(1)?),
        announced_at: moment(row.get(2)?),
        reason: row.get(3)?,
    })
}
