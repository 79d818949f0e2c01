//! Finding what an entry may be the same release as: by URL, by text, by keys of similar texts.

use std::collections::HashMap;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{dateline, moment, moment_at, ms, source_id};
use super::keys;
use crate::dedupe::{self, Boilerplate, Known, MAX_CANDIDATES, MAX_NEAR, Prepared, SHARED_KEYS};
use crate::model::{EntryId, Hash, Incoming, StoryId, Timestamp, compared_at};

/// What [`known`] reads, of `entries e` joined with `sources s` and `stories t`.
const KNOWN: &str = "e.entry, e.story, s.id AS source_id, e.url_hash, e.content_hash, e.title, e.text, e.rest, e.trimmed, e.published_at,
    e.edition_at, t.ruled";

fn known(row: &Row<'_>) -> rusqlite::Result<Known> {
    Ok(Known {
        id: EntryId(row.get("entry")?),
        story: StoryId(row.get("story")?),
        source: source_id(row, "source_id")?,
        url: row.get("url_hash")?,
        content: row.get("content_hash")?,
        title: row.get("title")?,
        text: row.get("text")?,
        dateline: dateline(row)?,
        trimmed: row.get::<_, i64>("trimmed")?.cast_unsigned(),
        published: moment_at(row, "published_at")?,
        edition_at: moment(row.get("edition_at")?),
        is_ruled: row.get("ruled")?,
    })
}

/// Stored entries that share the URL or the text, oldest first, a bounded number of each.
pub(super) fn exact(
    db: &Connection,
    incoming: &Incoming,
    content: Option<Hash>,
) -> rusqlite::Result<Vec<Known>> {
    let mut found: HashMap<EntryId, Known> = HashMap::new();
    for (column, hash) in [
        ("url_hash", incoming.fingerprint.url),
        ("content_hash", content),
    ] {
        let Some(hash) = hash else { continue };
        let mut statement = db.prepare_cached(&format!(
            "SELECT {KNOWN} FROM entries e JOIN sources s USING (source) JOIN stories t USING (story)
             WHERE e.{column} = ? ORDER BY e.entry LIMIT {MAX_CANDIDATES}"
        ))?;
        let mut rows = statement.query([hash])?;
        while let Some(row) = rows.next()? {
            let candidate = known(row)?;
            found.insert(candidate.id, candidate);
        }
    }
    let mut found: Vec<Known> = found.into_values().collect();
    found.sort_by_key(|known| known.id);
    Ok(found)
}

/// [`crate::model::compared_at`] of `entries e`.
const COMPARED_AT: &str = "CASE WHEN e.published_at BETWEEN 631152000000 AND e.ordered_at THEN e.published_at ELSE e.ordered_at END";

/// Stored entries whose publication lies within `window` of `at` and that share keys, those with the most first.
pub(super) fn similar(
    db: &Connection,
    wanted: &[u32],
    at: Timestamp,
    now: Timestamp,
    window: Duration,
) -> rusqlite::Result<Vec<Known>> {
    let reach = i64::try_from(window.as_millis()).unwrap_or(i64::MAX);
    let first = ms(at).saturating_sub(reach);
    let last = ms(at).saturating_add(reach).min(ms(now));
    let shares = keys::shares(db, wanted, keys::week(first)..=keys::week(last))?;
    let mut best: Vec<(usize, i64)> = shares
        .into_iter()
        .filter(|(_, shared)| *shared >= SHARED_KEYS)
        .map(|(entry, shared)| (shared, entry))
        .collect();
    best.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    best.truncate(MAX_NEAR);
    let mut read = db.prepare_cached(&format!(
        "SELECT {KNOWN} FROM entries e JOIN sources s USING (source) JOIN stories t USING (story)
         WHERE e.entry = ?1 AND {COMPARED_AT} BETWEEN ?2 AND ?3 AND e.expired_at IS NULL"
    ))?;
    let mut found = Vec::with_capacity(best.len());
    for (_, entry) in best {
        found.extend(
            read.query_row(params![entry, first, last], known)
                .optional()?,
        );
    }
    Ok(found)
}

/// Leaves an entry to be found by its keys.
pub(super) fn write_keys(
    db: &Connection,
    entry: i64,
    text: &Prepared,
    at: Timestamp,
) -> rusqlite::Result<()> {
    keys::write(db, entry, keys::week(ms(at)), &text.keys())
}

/// The blocks that a source is known to repeat.
pub(super) fn boilerplate(db: &Connection, source: i64) -> rusqlite::Result<Boilerplate> {
    let bytes: Option<Vec<u8>> = db
        .prepare_cached("SELECT blocks FROM source_blocks WHERE source = ?")?
        .query_row([source], |row| row.get(0))
        .optional()?;
    Ok(bytes.map_or_else(Boilerplate::default, |bytes| {
        Boilerplate::from_bytes(&bytes)
    }))
}

/// Writes what was learned of a source.
pub(super) fn write_boilerplate(
    db: &Connection,
    source: i64,
    known: &Boilerplate,
) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO source_blocks (source, blocks) VALUES (?1, ?2) ON CONFLICT (source) DO UPDATE SET blocks = ?2")?
        .execute(params![source, known.to_bytes()])?;
    Ok(())
}

/// The row of `versions` that says by which code keys and content hashes were made.
const TEXTS: &str = "texts";

/// How far a rebuild has come.
const TEXTS_REBUILT: &str = "texts_rebuilt";

fn note(db: &Connection, name: &str, version: i64) -> rusqlite::Result<()> {
    db.execute(
        "INSERT OR REPLACE INTO versions VALUES (?, ?)",
        params![name, version],
    )?;
    Ok(())
}

/// Notes that all that is stored was made by this version of our code.
pub(super) fn note_version(db: &Connection) -> rusqlite::Result<()> {
    db.execute("DELETE FROM versions WHERE name = ?", [TEXTS_REBUILT])?;
    note(db, TEXTS, dedupe::VERSION.into())
}

/// Makes keys and content hashes of the next entries anew, where another version of our code made them. How far it has come
/// stands in `versions` too, so that it goes on after a restart. Returns how many; 0: done.
pub(super) fn rebuild(db: &Connection, limit: usize) -> rusqlite::Result<usize> {
    let version = |name: &str| -> rusqlite::Result<Option<i64>> {
        db.query_row(
            "SELECT version FROM versions WHERE name = ?",
            [name],
            |row| row.get(0),
        )
        .optional()
    };
    if version(TEXTS)? == Some(dedupe::VERSION.into()) {
        return Ok(0);
    }
    let done = match version(TEXTS_REBUILT)? {
        Some(done) => done,
        None => {
            // What a source repeats is learned anew; until then nothing is left out.
            keys::forget_all(db)?;
            db.execute("DELETE FROM source_blocks", [])?;
            0
        }
    };
    let rows: Vec<(i64, Prepared, Timestamp)> = db
        .prepare(
            "SELECT entry, title, text, rest, published_at, ordered_at FROM entries WHERE entry > ? AND expired_at IS NULL ORDER BY entry LIMIT ?",
        )?
        .query_map(params![done, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
            let (title, text): (String, String) = (row.get("title")?, row.get("text")?);
            let text = dedupe::read(&title, &text, dateline(row)?.as_deref()).prepare(0);
            let at = compared_at(moment_at(row, "published_at")?, moment(row.get("ordered_at")?));
            Ok((row.get("entry")?, text, at))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for (entry, text, at) in &rows {
        db.prepare_cached(
            "UPDATE entries SET content_hash = ?2, words = ?3, trimmed = 0 WHERE entry = ?1",
        )?
        .execute(params![entry, text.content, text.word_count()])?;
        write_keys(db, *entry, text, *at)?;
    }
    match rows.last() {
        Some((entry, ..)) => note(db, TEXTS_REBUILT, *entry)?,
        None => note_version(db)?,
    }
    Ok(rows.len())
}
