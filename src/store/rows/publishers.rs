//! Publishers, as the sites that sources link to, and the text that each repeats.

use super::sources::SourceRow;
use super::transaction::Rows;
use crate::dedupe::Boilerplate;

/// A publisher's site: the hash of its registrable domain, from 0 up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Site(pub(in crate::store) i64);

/// Under whom repeated text is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Owner {
    /// A publisher, for all sources that link to its site.
    Site(Site),
    /// One source alone.
    Source(SourceRow),
}

/// The sites that sources link to, and what each publisher repeats.
pub(in crate::store) trait PublisherRows: Rows {
    /// Notes the site that a source links to; `None`: to no one site. Writes nothing where that is stored already.
    fn set_site(&self, source: SourceRow, site: Option<Site>) -> Result<(), Self::Error>;

    /// Sources that link to a site, ascending, `limit` at most.
    fn sources_of_site(&self, site: Site, limit: usize) -> Result<Vec<SourceRow>, Self::Error>;

    /// What a publisher is known to repeat; nothing, where none is stored.
    fn boilerplate(&self, owner: Owner) -> Result<Boilerplate, Self::Error>;

    /// Writes what a publisher is known to repeat, in place of what is stored.
    fn write_boilerplate(&self, owner: Owner, known: &Boilerplate) -> Result<(), Self::Error>;

    /// Forgets what all publishers are known to repeat.
    fn forget_boilerplate(&self) -> Result<(), Self::Error>;
}
