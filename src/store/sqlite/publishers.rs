//! Publishers: `sources.publisher` and `boilerplate`.

use rusqlite::{OptionalExtension, params};

use super::columns::at_most;
use super::session::Session;
use crate::dedupe::Boilerplate;
use crate::store::rows::{Owner, PublisherRows, Site, SourceRow};

/// `boilerplate.owner`: a site from 0 up, a source on its own as a negative number.
fn key(owner: Owner) -> i64 {
    match owner {
        Owner::Site(Site(site)) => site,
        Owner::Source(SourceRow(source)) => -1 - source,
    }
}

impl PublisherRows for Session {
    fn set_site(&self, source: SourceRow, site: Option<Site>) -> rusqlite::Result<()> {
        self.prepare_cached(
            "UPDATE sources SET publisher = ?2 WHERE source = ?1 AND publisher IS NOT ?2",
        )?
        .execute(params![source.0, site.map(|site| site.0)])?;
        Ok(())
    }

    fn sources_of_site(&self, site: Site, limit: usize) -> rusqlite::Result<Vec<SourceRow>> {
        self.prepare_cached(
            "SELECT source FROM sources WHERE publisher = ? ORDER BY source LIMIT ?",
        )?
        .query_map([site.0, at_most(limit)], |row| row.get(0).map(SourceRow))?
        .collect()
    }

    fn boilerplate(&self, owner: Owner) -> rusqlite::Result<Boilerplate> {
        let bytes: Option<Vec<u8>> = self
            .prepare_cached("SELECT blocks FROM boilerplate WHERE owner = ?")?
            .query_row([key(owner)], |row| row.get(0))
            .optional()?;
        Ok(bytes.map_or_else(Boilerplate::default, |bytes| {
            Boilerplate::from_bytes(&bytes)
        }))
    }

    fn write_boilerplate(&self, owner: Owner, known: &Boilerplate) -> rusqlite::Result<()> {
        self.prepare_cached("INSERT INTO boilerplate (owner, blocks) VALUES (?1, ?2) ON CONFLICT (owner) DO UPDATE SET blocks = ?2")?
            .execute(params![key(owner), known.to_bytes()])?;
        Ok(())
    }

    fn forget_boilerplate(&self) -> rusqlite::Result<()> {
        self.execute("DELETE FROM boilerplate", []).map(|_| ())
    }
}
