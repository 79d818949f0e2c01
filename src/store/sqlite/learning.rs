//! What publishers repeat, learned from new entries, and applied to the ones that are stored already.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use url::Url;

use super::columns::dateline;
use crate::dedupe::{self, Boilerplate, Prepared, publisher};
use crate::model::EntryId;

/// Entries of a source that are looked through when it is seen to repeat something, the newest.
const MAX_AFFECTED: i64 = 256;

/// Whom what an entry teaches is about: its publisher, or its source where it has no link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Owner(i64);

impl Owner {
    /// The owner of an entry with this link.
    pub(super) fn of(source: i64, link: Option<&Url>) -> Self {
        // Publishers count from 0 on, sources below.
        let publisher = publisher(link).map(|hash| (hash >> 1).cast_signed());
        Self(publisher.unwrap_or(-1 - source))
    }

    fn publisher(self) -> Option<i64> {
        (self.0 >= 0).then_some(self.0)
    }
}

/// What a publisher is known to repeat.
pub(super) fn known(db: &Connection, owner: Owner) -> rusqlite::Result<Boilerplate> {
    let bytes: Option<Vec<u8>> = db
        .prepare_cached("SELECT blocks FROM boilerplate WHERE owner = ?")?
        .query_row([owner.0], |row| row.get(0))
        .optional()?;
    Ok(bytes.map_or_else(Boilerplate::default, |bytes| {
        Boilerplate::from_bytes(&bytes)
    }))
}

/// Keeps what a publisher is known to repeat.
pub(super) fn keep(db: &Connection, owner: Owner, known: &Boilerplate) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO boilerplate (owner, blocks) VALUES (?1, ?2) ON CONFLICT (owner) DO UPDATE SET blocks = ?2")?
        .execute(params![owner.0, known.to_bytes()])?;
    Ok(())
}

/// Notes whose entries a source brings.
pub(super) fn note_publisher(db: &Connection, source: i64, owner: Owner) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE sources SET publisher = ?2 WHERE source = ?1 AND publisher IS NOT ?2",
    )?
    .execute(params![source, owner.publisher()])?;
    Ok(())
}

/// What is known of the publishers of one refresh.
pub(super) type Learned = HashMap<Owner, Boilerplate>;

/// The publisher's latest entries that hold something it is known to repeat by now, prepared without that.
pub(super) fn affected(
    db: &Connection,
    source: i64,
    owner: Owner,
    known: &Boilerplate,
) -> rusqlite::Result<Vec<(EntryId, Prepared)>> {
    let mut sources: Vec<i64> = db
        .prepare_cached("SELECT source FROM sources WHERE publisher = ?")?
        .query_map([owner.publisher()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    if !sources.contains(&source) {
        sources.push(source);
    }
    let mut statement = db.prepare_cached(
        "SELECT entry, title, text, url, rest, trimmed FROM entries
         WHERE source = ? AND expired_at IS NULL ORDER BY ordered_at DESC LIMIT ?",
    )?;
    let mut affected = Vec::new();
    for own in sources {
        let mut rows = statement.query([own, MAX_AFFECTED])?;
        while let Some(row) = rows.next()? {
            let link = super::columns::url(row.get("url")?);
            if Owner::of(own, link.as_ref()) != owner {
                continue;
            }
            let (title, text): (String, String) = (row.get("title")?, row.get("text")?);
            let before = row.get::<_, i64>("trimmed")?.cast_unsigned();
            let reading = dedupe::read(&title, &text, dateline(row)?.as_deref());
            let trimmed = reading.repeated(known) | before;
            if trimmed != before {
                affected.push((EntryId(row.get("entry")?), reading.prepare(trimmed)));
            }
        }
    }
    Ok(affected)
}
