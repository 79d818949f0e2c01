//! Entries of a source: `entries`, but for what their story makes of them.

use rusqlite::{Connection, OptionalExtension, Params, Row, named_params, params};

use super::columns::{
    BODY, at_most, body, date_at, dateline, enclosures, moment, moment_at, ms, rest,
};
use super::in_order::InOrder;
use super::session::Session;
use super::texts::sketch;
use crate::dedupe::{Absent, Edit, EntryVersion, Held, KnownEntry, Namesake};
use crate::model::{EntryId, Fingerprint, Hash, Relation, StoryId, Timestamp};
use crate::store::rows::{EntryContent, EntryRows, NewEntry, SourceRow, StoredText};

/// Columns of [`known`].
const KNOWN: &str = "entry, story, identity, whole, url_hash, published_at, updated_at, last_seen, expired_at, withdrawn_at";

fn known(row: &Row<'_>) -> rusqlite::Result<KnownEntry> {
    let mut row = InOrder::of(row);
    // Fields are read in the order in which they stand here, which is that of the columns.
    Ok(KnownEntry {
        id: EntryId(row.get("entry")?),
        story: StoryId(row.get("story")?),
        identity: row.get("identity")?,
        whole: row.get("whole")?,
        url: row.get("url_hash")?,
        date: {
            let (published, updated) = (row.moment("published_at")?, row.moment("updated_at")?);
            published.or(updated)
        },
        last_seen: moment(row.get("last_seen")?),
        is_expired: row.moment("expired_at")?.is_some(),
        is_withdrawn: row.moment("withdrawn_at")?.is_some(),
    })
}

/// Columns of [`namesake`], besides [`BODY`].
const NAMESAKE: &str =
    "e.entry, identity, handle, whole, guid, url, title, published_at, updated_at, expired_at";

fn namesake(row: &Row<'_>) -> rusqlite::Result<Namesake> {
    Ok(Namesake {
        id: EntryId(row.get("entry")?),
        identity: row.get("identity")?,
        handle: row.get("handle")?,
        whole: row.get("whole")?,
        guid: row.get("guid")?,
        link: row.get("url")?,
        title: row.get("title")?,
        text: body(row)?.text,
        date: date_at(row)?,
        is_expired: is_expired(row)?,
    })
}

/// Columns of [`absent`], besides [`BODY`].
const ABSENT: &str =
    "e.entry, url, url_hash, content_hash, title, rest, published_at, expired_at, guid";

fn absent(row: &Row<'_>, has_just_gone: bool) -> rusqlite::Result<Absent> {
    let is_expired = is_expired(row)?;
    let link: Option<String> = row.get("url")?;
    let guid: Option<String> = row.get("guid")?;
    let has_guid = guid.is_some_and(|guid| !guid.trim().is_empty());
    Ok(Absent {
        id: EntryId(row.get("entry")?),
        has_just_gone,
        url: row.get("url_hash")?,
        content: row.get("content_hash")?,
        title: (!is_expired).then(|| row.get("title")).transpose()?,
        text: (!is_expired)
            .then(|| body(row))
            .transpose()?
            .map(|body| body.text),
        published: moment_at(row, "published_at")?,
        enclosures: enclosures(row)?,
        has_guid,
        is_addressed: link.is_some() || has_guid,
        link,
    })
}

fn is_expired(row: &Row<'_>) -> rusqlite::Result<bool> {
    Ok(row.get::<_, Option<i64>>("expired_at")?.is_some())
}

/// Absent entries that meet a condition, the newest first.
fn absent_where(
    db: &Connection,
    condition: &str,
    limit: usize,
    values: impl Params,
) -> rusqlite::Result<Vec<Absent>> {
    db.prepare_cached(&format!(
        "SELECT {ABSENT}, {BODY} FROM entries e WHERE {condition} ORDER BY e.entry DESC LIMIT {limit}"
    ))?
    .query_map(values, |row| absent(row, false))?
    .collect()
}

/// `entries.held`.
fn held(held: Held) -> i64 {
    match held {
        Held::No => 0,
        Held::Backlog => 1,
        Held::Flood => 2,
    }
}

impl EntryRows for Session {
    fn has_entries(&self, source: SourceRow) -> rusqlite::Result<bool> {
        self.prepare_cached("SELECT 1 FROM entries WHERE source = ? LIMIT 1")?
            .exists([source.0])
    }

    fn known_entries(
        &self,
        source: SourceRow,
        identities: &[Hash],
    ) -> rusqlite::Result<Vec<KnownEntry>> {
        let mut statement = self.prepare_cached(&format!(
            "SELECT {KNOWN} FROM entries WHERE source = ? AND identity = ?"
        ))?;
        let mut found = Vec::with_capacity(identities.len());
        for identity in identities {
            let entry = statement.query_row(params![source.0, identity], known);
            found.extend(entry.optional()?);
        }
        Ok(found)
    }

    fn known_entry(&self, entry: EntryId) -> rusqlite::Result<KnownEntry> {
        self.prepare_cached(&format!("SELECT {KNOWN} FROM entries WHERE entry = ?"))?
            .query_row([entry.0], known)
    }

    fn has_handle(&self, source: SourceRow, handle: &Hash) -> rusqlite::Result<bool> {
        self.prepare_cached("SELECT 1 FROM entries WHERE source = ? AND handle = ? LIMIT 1")?
            .exists(params![source.0, handle])
    }

    fn with_handle(
        &self,
        source: SourceRow,
        handle: &Hash,
        limit: usize,
    ) -> rusqlite::Result<Vec<Namesake>> {
        self.prepare_cached(&format!(
            "SELECT {NAMESAKE}, {BODY} FROM entries e WHERE source = ?1 AND handle = ?2 ORDER BY e.entry DESC LIMIT {limit}"
        ))?
        .query_map(params![source.0, handle], namesake)?
        .collect()
    }

    fn with_identity(
        &self,
        source: SourceRow,
        identity: &Hash,
    ) -> rusqlite::Result<Option<Namesake>> {
        self.prepare_cached(&format!(
            "SELECT {NAMESAKE}, {BODY} FROM entries e WHERE source = ?1 AND identity = ?2"
        ))?
        .query_row(params![source.0, identity], namesake)
        .optional()
    }

    fn entry_version(&self, entry: EntryId) -> rusqlite::Result<EntryVersion> {
        self.prepare_cached(&format!(
            "SELECT title, rest, trimmed, edition_at, revised_at, ordered_at, published_at, updated_at, {BODY} FROM entries e WHERE e.entry = ?",
        ))?
        .query_row([entry.0], |row| {
            Ok(EntryVersion {
                title: row.get("title")?,
                text: body(row)?.text,
                dateline: dateline(row)?,
                trimmed: row.get::<_, i64>("trimmed")?.cast_unsigned(),
                edition_at: moment(row.get("edition_at")?),
                revised_at: moment_at(row, "revised_at")?,
                ordered_at: moment(row.get("ordered_at")?),
                published: moment_at(row, "published_at")?,
                updated: moment_at(row, "updated_at")?,
            })
        })
    }

    fn just_gone(&self, entries: &[EntryId]) -> rusqlite::Result<Vec<Absent>> {
        let mut statement = self.prepare_cached(&format!(
            "SELECT {ABSENT}, {BODY} FROM entries e WHERE e.entry = ?"
        ))?;
        let mut read = |entry: &EntryId| statement.query_row([entry.0], |row| absent(row, true));
        entries.iter().map(&mut read).collect()
    }

    fn absent_with_url(
        &self,
        source: SourceRow,
        url: &Hash,
        limit: usize,
    ) -> rusqlite::Result<Vec<Absent>> {
        let condition = "url_hash = ?2 AND +source = ?1";
        absent_where(self, condition, limit, params![source.0, url])
    }

    fn absent_with_content(
        &self,
        source: SourceRow,
        content: &Hash,
        limit: usize,
    ) -> rusqlite::Result<Vec<Absent>> {
        let condition = "content_hash = ?2 AND +source = ?1";
        absent_where(self, condition, limit, params![source.0, content])
    }

    fn absent_latest(&self, source: SourceRow, limit: usize) -> rusqlite::Result<Vec<Absent>> {
        let condition = "source = ?1 AND expired_at IS NULL";
        absent_where(self, condition, limit, [source.0])
    }

    fn seen_last(&self, source: SourceRow, within_ms: i64) -> rusqlite::Result<Vec<EntryId>> {
        self.prepare_cached(
            "SELECT entry FROM entries WHERE source = ?1
                 AND last_seen >= (SELECT max(last_seen) FROM entries WHERE source = ?1) - ?2 ORDER BY entry",
        )?
        .query_map([source.0, within_ms], |row| row.get(0).map(EntryId))?
        .collect()
    }

    fn latest_texts<T>(
        &self,
        source: SourceRow,
        limit: usize,
        mut read: impl FnMut(StoredText) -> T,
    ) -> rusqlite::Result<Vec<T>> {
        self.prepare_cached(&format!(
            "SELECT e.entry, title, rest, trimmed, {BODY} FROM entries e
             WHERE source = ? AND expired_at IS NULL AND withdrawn_at IS NULL ORDER BY ordered_at DESC LIMIT ?",
        ))?
        .query_map([source.0, at_most(limit)], |row| {
            Ok(read(StoredText {
                id: EntryId(row.get("entry")?),
                title: row.get("title")?,
                text: body(row)?.text,
                dateline: dateline(row)?,
                trimmed: row.get::<_, i64>("trimmed")?.cast_unsigned(),
            }))
        })?
        .collect()
    }

    fn mark_seen(&self, entry: EntryId, at: Timestamp) -> rusqlite::Result<()> {
        self.prepare_cached("UPDATE entries SET last_seen = ? WHERE entry = ?")?
            .execute([ms(at), entry.0])?;
        Ok(())
    }

    fn set_url(&self, entry: EntryId, url: Option<Hash>) -> rusqlite::Result<()> {
        self.prepare_cached("UPDATE entries SET url_hash = ? WHERE entry = ?")?
            .execute(params![url, entry.0])?;
        Ok(())
    }

    fn rekey(&self, entry: EntryId, fingerprint: &Fingerprint) -> rusqlite::Result<()> {
        self.prepare_cached(
            "UPDATE OR IGNORE entries SET identity = ?2, handle = ?3 WHERE entry = ?1",
        )?
        .execute(params![entry.0, fingerprint.identity, fingerprint.handle])?;
        Ok(())
    }

    fn rename_entry(
        &self,
        entry: EntryId,
        fingerprint: &Fingerprint,
        seen_at: Timestamp,
    ) -> rusqlite::Result<()> {
        self.prepare_cached(
            "UPDATE entries SET identity = ?2, handle = ?3, last_seen = ?4 WHERE entry = ?1",
        )?
        .execute(params![
            entry.0,
            fingerprint.identity,
            fingerprint.handle,
            ms(seen_at)
        ])?;
        Ok(())
    }

    fn write_content(&self, entry: EntryId, content: &EntryContent<'_>) -> rusqlite::Result<()> {
        let (now, print, text) = (content.entry, content.fingerprint, content.text);
        self.prepare_cached(
            "UPDATE entries SET url_hash = :url_hash, content_hash = :content_hash, wording = COALESCE(:wording, wording, whole), whole = :whole, updated_at = :updated_at,
                 last_seen = :seen_at, guid = :guid, url = :url, title = :title, language = :language,
                 feed_updated = :feed_updated, rest = :rest, words = :words, trimmed = :trimmed, sketch = :sketch,
                 published_at = COALESCE(published_at, :published_at)
             WHERE entry = :entry",
        )?
        .execute(named_params! {
            ":url_hash": print.url, ":content_hash": text.content, ":whole": print.whole, ":wording": content.wording,
            ":updated_at": now.updated.map(ms), ":feed_updated": content.feed_updated.map(ms), ":published_at": now.published.map(ms),
            ":seen_at": ms(content.seen_at), ":guid": now.guid, ":url": now.link(), ":title": now.title,
            ":language": now.language, ":rest": rest(now)?, ":words": text.word_count(), ":trimmed": text.trimmed.cast_signed(),
            ":sketch": sketch(text), ":entry": entry.0,
        })?;
        write_body(self, entry, content.body)
    }

    fn write_edit(&self, entry: EntryId, edit: &Edit, at: Timestamp) -> rusqlite::Result<()> {
        self.prepare_cached(
            "UPDATE entries SET changed_at = ?2, edition_at = ?3, revised_at = ?4 WHERE entry = ?1",
        )?
        .execute(params![
            entry.0,
            ms(at),
            ms(edit.edition_at),
            edit.revised_at.map(ms)
        ])?;
        Ok(())
    }

    fn insert_entry(&self, new: &NewEntry<'_>) -> rusqlite::Result<EntryId> {
        let content = &new.content;
        let (entry, print, text) = (content.entry, content.fingerprint, content.text);
        self.prepare_cached(
            // Bound by position: with so many columns, looking up the names would take longer than binding the values.
            "INSERT INTO entries (source, identity, story, relation, edition_at, words, trimmed, url_hash, content_hash, whole, wording, handle,
                 held, published_at, updated_at, feed_updated, ordered_at, first_seen, last_seen, guid, url, title, language, rest, sketch)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            new.source.0, print.identity, new.story.0, Relation::First.as_str(), ms(new.edition_at), text.word_count(),
            text.trimmed.cast_signed(), print.url, text.content, print.whole, content.wording, print.handle,
            held(new.held), entry.published.map(ms), entry.updated.map(ms), content.feed_updated.map(ms), ms(new.ordered_at),
            ms(new.first_seen), ms(content.seen_at), entry.guid, entry.link(), entry.title, entry.language, rest(entry)?, sketch(text),
        ])?;
        let id = EntryId(self.last_insert_rowid());
        if let Some(body) = content.body {
            self.prepare_cached("INSERT INTO bodies (entry, body) VALUES (?, ?)")?
                .execute(params![id.0, body])?;
        }
        Ok(id)
    }
}

/// Writes what a stored entry says at length now.
fn write_body(db: &Connection, entry: EntryId, body: Option<&[u8]>) -> rusqlite::Result<()> {
    match body {
        Some(body) => db
            .prepare_cached("INSERT OR REPLACE INTO bodies (entry, body) VALUES (?, ?)")?
            .execute(params![entry.0, body])?,
        None => db
            .prepare_cached("DELETE FROM bodies WHERE entry = ?")?
            .execute([entry.0])?,
    };
    Ok(())
}
