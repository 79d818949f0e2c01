//! What of stored entries is compared with others.

use std::sync::LazyLock;

use rusqlite::{OptionalExtension, Row, params, params_from_iter};

use super::columns::{BODY, listed, moment, read_body, read_rest, source_id, url};
use super::in_order::InOrder;
use super::session::Session;
use super::stories::placed;
use crate::dedupe::{Prepared, Sketch, Sketched};
use crate::model::{Entry, EntryId, Hash};
use crate::store::rows::{Candidate, ComparedText, SourceRow, TextRows};

/// Columns of [`stored`], of `entries e` joined with `sources s`; [`BODY`] follows them.
const STORED: &str = "e.entry, s.id AS source_id, e.source, e.title, e.url, e.published_at, e.rest, e.ordered_at, e.trimmed, e.url_hash,
    e.content_hash, e.expired_at";

/// Candidates that are read by one statement: starting one takes longer than reading a row, and most entries have no more.
const TOGETHER: usize = 24;

/// Reads [`candidate`]s, those of [`TOGETHER`] entries.
static CANDIDATES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT e.entry, e.story, e.edition_at, e.published_at, e.ordered_at, e.expired_at, s.id, e.url, e.sketch
         FROM entries e JOIN sources s USING (source) WHERE e.entry IN ({})",
        listed("?", TOGETHER)
    )
});

impl TextRows for Session {
    fn texts<T>(
        &self,
        entries: &[EntryId],
        mut read: impl FnMut(ComparedText) -> T,
    ) -> rusqlite::Result<Vec<T>> {
        let mut select = self.prepare_cached(&format!(
            "SELECT {STORED}, {BODY} FROM entries e JOIN sources s USING (source) WHERE e.entry = ?"
        ))?;
        let mut texts = Vec::with_capacity(entries.len());
        for entry in entries {
            let found = select.query_row([entry.0], stored).optional()?;
            texts.extend(found.map(&mut read));
        }
        Ok(texts)
    }

    fn texts_before<T>(
        &self,
        entry: Option<EntryId>,
        limit: usize,
        mut read: impl FnMut(ComparedText) -> T,
    ) -> rusqlite::Result<Vec<T>> {
        let before = entry.map_or(i64::MAX, |entry| entry.0);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.prepare_cached(&format!(
            "SELECT {STORED}, {BODY} FROM entries e JOIN sources s USING (source)
             WHERE e.entry < ? AND e.expired_at IS NULL ORDER BY e.entry DESC LIMIT ?"
        ))?
        .query_map([before, limit], |row| stored(row).map(&mut read))?
        .collect()
    }

    fn candidates(&self, entries: &[EntryId]) -> rusqlite::Result<Vec<Candidate>> {
        let mut select = self.prepare_cached(&CANDIDATES)?;
        let mut found = Vec::with_capacity(entries.len());
        for entries in entries.chunks(TOGETHER) {
            let asked = (0..TOGETHER).map(|nth| entries.get(nth).map(|entry| entry.0));
            let mut rows = select.query(params_from_iter(asked))?;
            while let Some(row) = rows.next()? {
                found.push(candidate(row)?);
            }
        }
        Ok(found)
    }

    fn entries_with_hashes(
        &self,
        url: Option<Hash>,
        content: Option<Hash>,
        limit: usize,
    ) -> rusqlite::Result<Vec<EntryId>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut found = Vec::new();
        for (select, hash) in [
            (
                "SELECT entry FROM entries WHERE url_hash = ? ORDER BY entry LIMIT ?",
                url,
            ),
            (
                "SELECT entry FROM entries WHERE content_hash = ? ORDER BY entry LIMIT ?",
                content,
            ),
        ] {
            let Some(hash) = hash else { continue };
            let mut select = self.prepare_cached(select)?;
            let mut rows = select.query(params![hash, limit])?;
            while let Some(row) = rows.next()? {
                found.push(EntryId(row.get(0)?));
            }
        }
        Ok(found)
    }

    fn write_prepared(&self, entry: EntryId, text: &Prepared) -> rusqlite::Result<()> {
        self.prepare_cached(
            "UPDATE entries SET trimmed = ?2, content_hash = ?3, words = ?4, sketch = ?5 WHERE entry = ?1",
        )?
        .execute(params![
            entry.0,
            text.trimmed.cast_signed(),
            text.content,
            text.word_count(),
            sketch(text)
        ])?;
        Ok(())
    }

    fn write_hashes(
        &self,
        entry: EntryId,
        text: &Prepared,
        url: Option<Hash>,
    ) -> rusqlite::Result<()> {
        self.prepare_cached(
            "UPDATE entries SET content_hash = ?2, words = ?3, url_hash = ?4, sketch = ?5 WHERE entry = ?1",
        )?
        .execute(params![
            entry.0,
            text.content,
            text.word_count(),
            url,
            sketch(text)
        ])?;
        Ok(())
    }
}

/// The column `sketch` of an entry.
pub(super) fn sketch(text: &Prepared) -> Option<Vec<u8>> {
    Sketch::of(text).map(|sketch| sketch.written())
}

/// A candidate, from the columns of [`CANDIDATES`] by their numbers.
fn candidate(row: &Row<'_>) -> rusqlite::Result<Candidate> {
    let placed = placed(row)?;
    let sketch = row.get_ref(8)?.as_blob_or_null()?;
    let sketch = sketch.and_then(Sketch::read).filter(|_| !placed.is_expired);
    let sketched = sketch.map(|sketch| {
        Ok::<_, rusqlite::Error>(Sketched {
            source: source_id(row, 6)?,
            link: row.get(7)?,
            published: placed.published,
            sketch,
        })
    });
    Ok(Candidate {
        placed,
        sketched: sketched.transpose()?,
    })
}

fn stored(row: &Row<'_>) -> rusqlite::Result<ComparedText> {
    let mut row = InOrder::of(row);
    // Fields are read in the order in which they stand here, which is that of the columns.
    let mut stored = ComparedText {
        id: EntryId(row.get("entry")?),
        source: row.source("source_id")?,
        source_row: SourceRow(row.get("source")?),
        entry: compared(&mut row)?,
        ordered_at: moment(row.get("ordered_at")?),
        trimmed: row.get::<i64>("trimmed")?.cast_unsigned(),
        url: row.get("url_hash")?,
        content: row.get("content_hash")?,
        is_expired: row.moment("expired_at")?.is_some(),
    };
    stored.entry.text = read_body(row.blob("body")?)?.text;
    Ok(stored)
}

/// The fields of a stored entry that are compared with those of others, except its text.
fn compared(row: &mut InOrder<'_, '_>) -> rusqlite::Result<Entry> {
    let title = row.get("title")?;
    let link: Option<String> = row.get("url")?;
    let published = row.moment("published_at")?;
    let rest = read_rest(row.text("rest")?)?;
    Ok(Entry {
        title,
        url: url(link),
        published,
        enclosures: rest.enclosures,
        dateline: rest.dateline,
        ..Entry::default()
    })
}
