//! What publishers repeat, learned from new entries, and applied to the ones that are stored already.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use url::Url;

use super::columns::dateline;
use crate::dedupe::{self, Boilerplate, Prepared, publisher};
use crate::model::EntryId;

/// Entries of the source that are looked through when its publisher is seen to repeat something, the newest; and of each of the
/// publisher's other sources.
const OWN_AFFECTED: i64 = 256;
const OTHERS_AFFECTED: i64 = 32;
/// A site that more sources link to is a platform of many publishers: each source is then its own.
const MAX_SOURCES: usize = 8;

/// The key under which repeated text is remembered: that of the publisher, or of one source alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::store) struct Owner(i64);

impl Owner {
    /// The owner for a source. `links`: of the entries in its document.
    pub(in crate::store) fn of<'u>(
        db: &Connection,
        source: i64,
        links: impl Iterator<Item = Option<&'u Url>>,
    ) -> rusqlite::Result<Self> {
        let site = site_of(links);
        db.prepare_cached(
            "UPDATE sources SET publisher = ?2 WHERE source = ?1 AND publisher IS NOT ?2",
        )?
        .execute(params![source, site])?;
        // A publisher has a key from 0 up, a source on its own a negative one.
        let alone = Self(-1 - source);
        match site {
            Some(site) if sources_of(db, site)?.len() <= MAX_SOURCES => Ok(Self(site)),
            _ => Ok(alone),
        }
    }
}

/// The site that more than half of these links lead to.
fn site_of<'u>(links: impl Iterator<Item = Option<&'u Url>>) -> Option<i64> {
    let mut sites: HashMap<u64, usize> = HashMap::new();
    let mut count = 0;
    for link in links {
        count += 1;
        if let Some(site) = publisher(link) {
            *sites.entry(site).or_default() += 1;
        }
    }
    let most = sites.into_iter().find(|(_, links)| links * 2 > count);
    most.map(|(site, _)| (site >> 1).cast_signed())
}

/// Sources that link to a site; no more than tell a platform.
fn sources_of(db: &Connection, site: i64) -> rusqlite::Result<Vec<i64>> {
    let limit = i64::try_from(MAX_SOURCES + 1).unwrap_or(i64::MAX);
    db.prepare_cached("SELECT source FROM sources WHERE publisher = ? ORDER BY source LIMIT ?")?
        .query_map([site, limit], |row| row.get(0))?
        .collect()
}

/// What a publisher is known to repeat.
pub(in crate::store) fn known(db: &Connection, owner: Owner) -> rusqlite::Result<Boilerplate> {
    let bytes: Option<Vec<u8>> = db
        .prepare_cached("SELECT blocks FROM boilerplate WHERE owner = ?")?
        .query_row([owner.0], |row| row.get(0))
        .optional()?;
    Ok(bytes.map_or_else(Boilerplate::default, |bytes| {
        Boilerplate::from_bytes(&bytes)
    }))
}

/// Keeps what a publisher is known to repeat.
pub(in crate::store) fn keep(
    db: &Connection,
    owner: Owner,
    known: &Boilerplate,
) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO boilerplate (owner, blocks) VALUES (?1, ?2) ON CONFLICT (owner) DO UPDATE SET blocks = ?2")?
        .execute(params![owner.0, known.to_bytes()])?;
    Ok(())
}

/// The publisher's latest entries that hold something it is known to repeat by now, prepared without that.
pub(in crate::store) fn affected(
    db: &Connection,
    source: i64,
    owner: Owner,
    known: &Boilerplate,
) -> rusqlite::Result<Vec<(EntryId, Prepared)>> {
    let mut sources = match owner {
        Owner(site) if site >= 0 => sources_of(db, site)?,
        Owner(_) => Vec::new(),
    };
    sources.retain(|other| *other != source);
    sources.push(source);
    let mut statement = db.prepare_cached(
        "SELECT entry, title, text, rest, trimmed FROM entries
         WHERE source = ? AND expired_at IS NULL ORDER BY ordered_at DESC LIMIT ?",
    )?;
    let mut affected = Vec::new();
    for own in sources {
        let limit = match own == source {
            true => OWN_AFFECTED,
            false => OTHERS_AFFECTED,
        };
        let mut rows = statement.query([own, limit])?;
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
