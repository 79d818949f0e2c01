//! What publishers repeat, learned from new entries, and applied to the ones that are stored already.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use url::Url;

use super::columns::dateline;
use crate::dedupe::{self, Boilerplate, Prepared, publisher};
use crate::model::EntryId;

/// Entries of a source that are looked through when it is seen to repeat something, the newest.
const MAX_AFFECTED: i64 = 256;

/// Whom what entries teach is about: the publisher of their source, or the source alone where its entries link to many sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Owner(i64);

impl Owner {
    /// The owner of what a source's entries teach: the site that more than half of these links lead to.
    pub(super) fn of<'u>(source: i64, links: impl Iterator<Item = Option<&'u Url>>) -> Self {
        let mut sites: HashMap<u64, usize> = HashMap::new();
        let mut count = 0;
        for link in links {
            count += 1;
            if let Some(site) = publisher(link) {
                *sites.entry(site).or_default() += 1;
            }
        }
        let most = sites.into_iter().find(|(_, links)| links * 2 > count);
        // Publishers count from 0 on, sources below.
        Self(most.map_or(-1 - source, |(site, _)| (site >> 1).cast_signed()))
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

/// Notes whose source it is.
pub(super) fn note_publisher(db: &Connection, source: i64, owner: Owner) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE sources SET publisher = ?2 WHERE source = ?1 AND publisher IS NOT ?2",
    )?
    .execute(params![source, owner.publisher()])?;
    Ok(())
}

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
        "SELECT entry, title, text, rest, trimmed FROM entries
         WHERE source = ? AND expired_at IS NULL ORDER BY ordered_at DESC LIMIT ?",
    )?;
    let mut affected = Vec::new();
    for own in sources {
        let mut rows = statement.query([own, MAX_AFFECTED])?;
        while let Some(row) = rows.next()? {
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
