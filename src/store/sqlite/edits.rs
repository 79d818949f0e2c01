//! What known entries say now, over what they said.

use rusqlite::params;

use super::columns::{moment, moment_at, ms};
use super::known::Stored;
use super::learning;
use super::refresh::{Apply, SEEN_EXACT_TO_MS, reading};
use super::stories::touch;
use crate::dedupe::{self, Prepared, wording};
use crate::model::{EntryId, Hash, Incoming, StoryId, Timestamp, compared_at};

/// The least that two editions differ by.
const TICK: chrono::Duration = chrono::Duration::milliseconds(1);

/// What a stored entry said.
pub(super) struct Said {
    title: String,
    text: String,
    pub(super) prepared: Prepared,
    edition: Timestamp,
    pub(super) compared_at: Timestamp,
    updated: Option<Timestamp>,
}

impl Said {
    pub(super) fn wording(&self) -> Hash {
        wording(&self.title, &self.text)
    }
}

impl Apply<'_> {
    /// Marks a known entry seen, and writes what changed in it.
    pub(super) fn meet(&mut self, row: &Stored, incoming: &Incoming) -> rusqlite::Result<()> {
        self.present.push(row.entry);
        // What has expired stays so: its release has had its time.
        if !row.is_expired && row.whole != incoming.fingerprint.whole {
            self.change(row, incoming)?;
        } else if row.last_seen < self.heard - SEEN_EXACT_TO_MS {
            self.db
                .prepare_cached("UPDATE entries SET last_seen = ? WHERE entry = ?")?
                .execute(params![self.heard, row.entry])?;
        }
        if self.is_reread && row.url != incoming.fingerprint.url {
            self.db
                .prepare_cached("UPDATE entries SET url_hash = ? WHERE entry = ?")?
                .execute(params![incoming.fingerprint.url, row.entry])?;
        }
        Ok(())
    }

    /// Writes what an entry says now. Only other words are an edit: what else changes, or is only read otherwise by another
    /// version of our code, is taken over silently.
    fn change(&mut self, row: &Stored, incoming: &Incoming) -> rusqlite::Result<()> {
        let known = learning::known(self.db, self.owner)?;
        let reading = reading(incoming);
        let trimmed = reading.repeated(&known);
        let text = reading.prepare(trimmed);
        let said = self.said(row.entry)?;
        let entry = &incoming.entry;
        let has_moved = entry
            .updated
            .zip(said.updated)
            .is_some_and(|(new, old)| new > old);
        let now = wording(&entry.title, &entry.text);
        let is_edit = now != said.wording() && (has_moved || !self.is_reread);
        self.overwrite(row.entry, incoming, &text, &said, is_edit.then_some(now))?;
        if is_edit {
            self.note_edit(row.entry, incoming, &text, &said)?;
            self.applied.changed += 1;
        } else {
            self.applied.redrawn += 1;
        }
        touch(self.db, StoryId(row.story), self.record.at)
    }

    /// An edit that is more than polish is another edition. Its place in outputs and its first date stay.
    pub(super) fn note_edit(
        &mut self,
        entry: i64,
        incoming: &Incoming,
        text: &Prepared,
        said: &Said,
    ) -> rusqlite::Result<()> {
        let at = incoming
            .entry
            .updated
            .map_or(self.record.at, |at| at.min(self.record.at));
        let is_revised = dedupe::revises(text, &said.prepared);
        let is_replaced = dedupe::replaces(text, &said.prepared);
        let edition = match is_revised {
            true => at.max(said.edition + TICK),
            false => said.edition,
        };
        self.db
            .prepare_cached(
                "UPDATE entries SET changed_at = ?2, edition_at = ?3, revised_at = CASE WHEN ?5 THEN NULL WHEN ?4 THEN ?3 ELSE revised_at END WHERE entry = ?1",
            )?
            .execute(params![entry, ms(self.record.at), ms(edition), is_revised, is_replaced])?;
        match dedupe::same_words(text, &said.prepared) {
            true => Ok(()),
            false => self.linking.edited(EntryId(entry), is_revised, is_replaced),
        }
    }

    pub(super) fn said(&self, entry: i64) -> rusqlite::Result<Said> {
        self.db
            .prepare_cached(
                "SELECT title, text, rest, trimmed, edition_at, ordered_at, published_at, updated_at FROM entries WHERE entry = ?",
            )?
            .query_row([entry], |row| {
                let (title, text): (String, String) = (row.get("title")?, row.get("text")?);
                let dateline = super::columns::dateline(row)?;
                let trimmed = row.get::<_, i64>("trimmed")?.cast_unsigned();
                let place = moment(row.get("ordered_at")?);
                Ok(Said {
                    prepared: dedupe::read(&title, &text, dateline.as_deref()).prepare(trimmed),
                    title,
                    text,
                    edition: moment(row.get("edition_at")?),
                    compared_at: compared_at(moment_at(row, "published_at")?, place),
                    updated: moment_at(row, "updated_at")?,
                })
            })
    }

    /// What was only redated is an edit like any other.
    pub(super) fn edit(&mut self, entry: EntryId, incoming: &Incoming) -> rusqlite::Result<()> {
        let row = self.by_number(entry)?;
        self.rekey(row.entry, incoming)?;
        self.meet(&row, incoming)
    }
}
